/** The artifacts in the tree are what the sources compile to, and every contract can be deployed. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { Interface } from 'ethers'
import { expect, it } from 'vitest'
import { readContractCode } from '../../runtime/jadapter/contracts.ts'
import { JAdapterError } from '../../runtime/jadapter/types.ts'
import { contractCode } from '../support/contract-code.ts'

const SIZE_LIMIT_BYTES = 24_576
const folder = new URL('../../contracts/artifacts/', import.meta.url)
const script = new URL('../../contracts/compile.mjs', import.meta.url).pathname

it('are current', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--check'])
  expect(stdout).toContain('Depository: ')
}, 60_000)

it('are below the size limit of EIP-170 and carry code', () => {
  const names = readdirSync(folder)
  expect(names).toEqual([
    'DeltaTransformer.json',
    'Depository.json',
    'EntityProvider.json',
    'HostileToken.json',
    'TestToken.json',
    'wallet.json',
  ])
  for (const name of names.filter((one) => one !== 'wallet.json')) {
    const artifact = JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
    expect(artifact.deployedBytecodeSize).toBeLessThanOrEqual(SIZE_LIMIT_BYTES)
    expect(artifact.bytecode).toMatch(/^0x[0-9a-f]{1000,}$/)
    expect(artifact.sourceHash).toMatch(/^0x[0-9a-f]{64}$/)
  }
})

it('say the same to the wallet, in fewer bytes', () => {
  const wallet: Record<string, readonly string[]> = JSON.parse(readFileSync(new URL('wallet.json', folder), 'utf8'))
  const code: Record<string, string> = JSON.parse(readFileSync(new URL('../../public/contracts.json', folder), 'utf8'))
  expect(Object.keys(wallet)).toEqual(['DeltaTransformer', 'Depository', 'EntityProvider', 'TestToken'])
  expect(Object.keys(code)).toEqual(Object.keys(wallet))
  for (const [name, abi] of Object.entries(wallet)) {
    const artifact = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'))
    expect(code[name] === artifact.bytecode).toBe(true)
    expect(new Interface(abi).format(true)).toEqual(new Interface(artifact.abi).format(true))
  }
})

it('are refused by the wallet when damaged', async () => {
  for (const damaged of [null, {}, { Depository: 'AAAA' }, { ...(await contractCode()), TestToken: 7 }])
    expect(() => readContractCode(damaged)).toThrow(JAdapterError)
})
