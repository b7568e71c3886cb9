/** The loop's own habits: when it writes a checkpoint by itself, and what it does when the disk is full. */
import { describe, expect, test } from 'vitest'
import type { Store } from '../../runtime/ports.ts'
import { StoreError } from '../../runtime/storage/store.ts'
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

describe('a full disk', () => {
  /** A disk that has no room for some writes, as long as it is told so. */
  const crowded = () => {
    const disk = { hasRoom: (_: string): boolean => true, refused: 0 }
    const storeOf = (store: Store): Store => ({
      ...store,
      commit: (batch) => {
        if (batch.puts.every(({ key }) => disk.hasRoom(key))) return store.commit(batch)
        disk.refused += 1
        return Promise.reject(new StoreError('quota', 'no room'))
      },
    })
    return { disk, storeOf }
  }
  const isOfCheckpoint = (key: string): boolean => /^(fkv|ckpt)\//.test(key)

  test('no room for a checkpoint -- said, the runtime goes on, nothing of it is left, and the next is a minute later', async () => {
    const { disk, storeOf } = crowded()
    const town = await startTown({ storeOf })
    disk.hasRoom = (key) => !key.startsWith('ckpt/')
    const told: string[] = []
    town.host.onChange(() => told.push(town.host.storage()))
    const left = [...town.rows().keys()].filter(isOfCheckpoint)
    await pass(town, 2_000)
    expect([town.host.storage(), town.host.halted(), told.at(-1), disk.refused]).toEqual(['short', null, 'short', 1])
    expect([...town.rows().keys()].filter(isOfCheckpoint)).toEqual(left)
    await pay(town)
    await pass(town, 59_999)
    expect([town.host.halted(), disk.refused]).toEqual([null, 1])
    disk.hasRoom = () => true
    await pass(town, 1)
    expect([town.host.storage(), await newest(town)]).toEqual(['ok', town.host.env().height])
  })

  test('what is left is not enough for a checkpoint and the log -- none is begun', async () => {
    const left = { bytes: 8 * 1_024 * 1_024 }
    const { disk, storeOf } = crowded()
    const town = await startTown({
      storeOf: (store) => ({ ...storeOf(store), room: () => Promise.resolve(left.bytes) }),
    })
    const written: string[] = []
    disk.hasRoom = (key) => {
      if (isOfCheckpoint(key)) written.push(key)
      return true
    }
    await pass(town, 2_000)
    expect([town.host.storage(), town.host.halted(), written]).toEqual(['short', null, []])
    left.bytes *= 2
    await pass(town, 60_000)
    expect([town.host.storage(), await newest(town)]).toEqual(['ok', town.host.env().height])
  })

  test('no room for a checkpoint, and then there is -- asked by hand, it is written at once', async () => {
    const { disk, storeOf } = crowded()
    const town = await startTown({ storeOf })
    disk.hasRoom = (key) => !isOfCheckpoint(key)
    await pass(town, 2_000)
    town.host.retry()
    await quiet()
    expect([town.host.storage(), disk.refused]).toEqual(['short', 2])
    disk.hasRoom = () => true
    town.host.retry()
    await quiet()
    expect([town.host.storage(), await newest(town)]).toEqual(['ok', town.host.env().height])
  })

  test('no room for a checkpoint, and the worker dies -- the log alone restores the same state', async () => {
    const { disk, storeOf } = crowded()
    const town = await startTown({ storeOf })
    disk.hasRoom = (key) => !isOfCheckpoint(key)
    await pass(town, 2_000)
    await pay(town)
    const again = await town.restart()
    expect(again.host.root()).toEqual(town.host.root())
    expect(again.host.env().height).toBe(town.host.env().height)
  })

  test('no room for the log -- halted and said so; nothing of the input stays, and a restart goes on from there', async () => {
    const { disk, storeOf } = crowded()
    const town = await startTown({ storeOf })
    const [root, rows] = [town.host.root(), town.rows()]
    disk.hasRoom = (key) => isOfCheckpoint(key)
    await expect(pay(town)).rejects.toThrow('no room')
    expect([town.host.storage(), town.host.halted(), town.host.root()]).toEqual(['full', 'no room', root])
    expect(town.rows()).toEqual(rows)
    disk.hasRoom = () => true
    const again = await town.restart()
    expect([again.host.storage(), again.host.halted(), again.host.root()]).toEqual(['ok', null, root])
    await pay(again)
    expect(again.host.env().height).toBeGreaterThan(town.host.env().height)
  })

  test('another failure of a checkpoint -- halts, for the disk may have kept what it says it lost', async () => {
    const { disk, storeOf } = crowded()
    const io = (store: Store): Store => ({
      ...storeOf(store),
      commit: (batch) =>
        batch.puts.every(({ key }) => disk.hasRoom(key))
          ? store.commit(batch)
          : Promise.reject(new StoreError('io', 'the disk failed')),
    })
    const town = await startTown({ storeOf: io })
    disk.hasRoom = (key) => !isOfCheckpoint(key)
    await pass(town, 2_000)
    expect([town.host.halted(), town.host.storage()]).toEqual(['the disk failed', 'ok'])
  })
})
