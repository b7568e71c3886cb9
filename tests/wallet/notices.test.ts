/** What the owner is told of: money that arrives from now on, for entities of the owner's, once. */
import { expect, test } from 'vitest'
import { createNotices } from '../../entrypoints/background/notices.ts'
import { type Running, startTown } from '../support/running.ts'
import { TUSD } from '../support/world.ts'

const pay = (town: Running, from: string, to: string): Promise<void> =>
  town.run(from, { type: 'direct_payment', counterparty: town.id(to), tokenId: TUSD, amount: 5n, memo: '' })

const watch = () => {
  const told: string[] = []
  const follow = createNotices(({ entry, amountText }) => told.push(`${entry.counterpartyLabel} ${amountText}`))
  return { told, follow }
}

test('a payment to the owner is told once; what others get, and what the owner pays, is not', async () => {
  const town = await startTown()
  const { told, follow } = watch()
  follow(town.host)
  await pay(town, 'You', 'Hub')
  await pay(town, 'Hub', 'Bob')
  expect(told).toEqual([])
  await pay(town, 'Hub', 'You')
  expect(told).toEqual([expect.stringMatching(/^Hub .*tUSD/)])
  follow(town.host)
  expect(told).toHaveLength(1)
})

test('what had arrived before is no news, also after a restart', async () => {
  const town = await startTown()
  await pay(town, 'Hub', 'You')
  const { told, follow } = watch()
  follow(town.host)
  const again = await town.restart()
  follow(null)
  follow(again.host)
  expect(told).toEqual([])
  await pay(again, 'Hub', 'You')
  expect(told).toHaveLength(1)
})
