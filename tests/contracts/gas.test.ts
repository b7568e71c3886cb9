/** What operations cost is written down, and README tells it. `npm run gas` writes both anew. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import snapshot from '../../contracts/gas.json' with { type: 'json' }
import { measureGas } from './gas.ts'
import { withTable } from './gas-table.ts'

/** EIP-7825: no transaction may need more. */
const TRANSACTION_LIMIT = 2 ** 24

it('is what it was, and each operation fits into one transaction', async () => {
  expect(await measureGas()).toEqual(snapshot)
  const tooDear = Object.entries(snapshot.operations).filter(([, units]) => units > TRANSACTION_LIMIT)
  expect(tooDear).toEqual([])
})

it('stands in README', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  expect(readme).toBe(withTable(readme, snapshot))
})
