/** The loop's own habits: when it writes a checkpoint by itself. */
import { describe, expect, test } from 'vitest'
import { quiet } from '../support/manual-time.ts'
import { type Running, startTown } from '../support/running.ts'
import { TUSD } from '../support/world.ts'

const pay = (town: Running): Promise<void> =>
  town.run('You', { type: 'direct_payment', counterparty: town.id('Hub'), tokenId: TUSD, amount: 1n, memo: '' })

const newest = async ({ host }: Running): Promise<number> => (await host.checkpoints())[0]?.height ?? 0

/** Lets what was started by the timers come to its end. */
const pass = async ({ time }: Running, ms: number): Promise<void> => {
  time.advance(ms)
  await quiet()
}

describe('checkpoints', () => {
  test('a runtime that has nothing to do writes one where it stands, once', async () => {
    const town = await startTown()
    await pay(town)
    const { height } = town.host.env()
    expect(await newest(town)).toBeLessThan(height)
    await pass(town, 1_999)
    expect(await newest(town)).toBeLessThan(height)
    await pass(town, 1)
    expect(await newest(town)).toBe(height)
    const before = await town.host.checkpoints()
    await pass(town, 60_000)
    expect(await town.host.checkpoints()).toEqual(before)
  })

  test('work that comes meanwhile puts it off', async () => {
    const town = await startTown()
    await pass(town, 1_500)
    await pay(town)
    await pass(town, 1_500)
    expect(await newest(town)).toBeLessThan(town.host.env().height)
    await pass(town, 500)
    expect(await newest(town)).toBe(town.host.env().height)
  })

  test('a start from it replays nothing and leads to the same state; few frames more are not worth another', async () => {
    const town = await startTown()
    await pass(town, 2_000)
    const again = await town.restart()
    expect(again.host.root()).toEqual(town.host.root())
    await pay(again)
    const before = await newest(again)
    await pass(again, 60_000)
    expect(await newest(again)).toBe(before)
  })
})
