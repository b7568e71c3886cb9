/** The loop's own habits: when it writes a checkpoint by itself, and what it does when the disk is full. */
import { describe, expect, test } from 'vitest'
import type { Store } from '../../runtime/ports.ts'
import { envRows } from '../../runtime/snapshot.ts'
import { StoreError } from '../../runtime/storage/store.ts'
import { quiet } from '../support/manual-time.ts'
import { type Running, startTown } from '../support/running.ts'
import { tiersOf } from '../support/tiers.ts'
import { TUSD } from '../support/world.ts'

const pay = (town: Running): Promise<void> =>
  town.run('You', { type: 'direct_payment', counterparty: town.id('Hub'), tokenId: TUSD, amount: 1n, memo: '' })

const newest = async ({ host }: Running): Promise<number> => (await host.retained()).checkpoints.at(-1)?.height ?? 0

/** Pays until the runtime has come to this height. */
const payUntil = async (town: Running, height: number): Promise<void> => {
  while (town.host.env().height < height) await pay(town)
}

/** Lets what was started by the timers come to its end. */
const pass = async ({ time }: Running, ms: number): Promise<void> => {
  time.advance(ms)
  await quiet()
}

const keysUnder = (town: Running, prefix: string): readonly string[] =>
  [...town.rows().keys()].filter((key) => key.startsWith(prefix)).sort()
const heightsOf = (keys: readonly string[]): readonly number[] => [
  ...new Set(keys.map((key) => Number(key.split('/')[1]))),
]

describe('checkpoints', () => {
  test('a diff every so many frames, and a start from the newest replays fewer than that', async () => {
    const town = await startTown({ tiers: tiersOf(5, 1_000) })
    await payUntil(town, 63)
    const heights = (await town.host.retained()).checkpoints.map(({ height }) => height).reverse()
    expect(heights.every((height, i) => i === 0 || (heights[i - 1] ?? 0) - height >= 5)).toBe(true)
    expect(town.host.env().height - (heights[0] ?? 0)).toBeLessThan(5)
    const again = await town.restart()
    expect(again.host.root()).toEqual(town.host.root())
    expect(await newest(again)).toBe(heights[0])
  })

  test('a full is made of the one before and the newest diff; the next diffs hold what changed since', async () => {
    const town = await startTown({ tiers: tiersOf(4, 20) })
    await payUntil(town, 85)
    const [fulls, diffs] = [heightsOf(keysUnder(town, 'fkv/')), heightsOf(keysUnder(town, 'dkv/'))]
    expect(fulls.length).toBeGreaterThan(2)
    // Each full was a diff first.
    expect(fulls.every((height) => diffs.includes(height))).toBe(true)
    for (const height of fulls) {
      const past = await town.host.envAt(height)
      const prefix = `fkv/${`${height}`.padStart(12, '0')}/`
      const rows = keysUnder(town, prefix).map((key) => ({
        key: key.slice(prefix.length),
        value: town.rows().get(key),
      }))
      expect(rows).toEqual(past === null ? [] : envRows(past))
    }
    const last = diffs.at(-1) ?? 0
    expect(keysUnder(town, `dkv/${`${last}`.padStart(12, '0')}`).length).toBeLessThan(
      keysUnder(town, `fkv/${`${fulls.at(-1)}`.padStart(12, '0')}`).length,
    )
  })

  test('what is no longer kept goes, a chunk at a time; what is kept can be gone back to', async () => {
    const retention = { frames: 40, fineFrames: 10, coarseFrames: 10 }
    const town = await startTown({ tiers: { diffInterval: 2, snapshotInterval: 10, retention } })
    await payUntil(town, 150)
    const { height } = town.host.env()
    const first = heightsOf(keysUnder(town, 'wal/'))[0] ?? 0
    expect(first).toBeGreaterThan(height - 80)
    expect(first).toBeLessThanOrEqual(height - 40)
    expect(heightsOf(keysUnder(town, 'fkv/'))[0]).toBe(first)
    expect(keysUnder(town, 'half/')).toEqual([])
    expect(await town.host.envAt(first - 1)).toBe(null)
    for (let at = first; at <= height; at += 7) expect((await town.host.envAt(at))?.height).toBe(at)
    const again = await town.restart()
    expect(again.host.root()).toEqual(town.host.root())
  })
})

describe('a damaged checkpoint', () => {
  test('at the newest height -- removed before it is written anew, and the next start takes the new one', async () => {
    const town = await startTown({ tiers: tiersOf(5, 1_000) })
    await payUntil(town, 40)
    while ((await newest(town)) !== town.host.env().height) await pay(town)
    const { height } = town.host.env()
    await town.host.stop()
    const key = `ckpt/${`${height}`.padStart(12, '0')}/d`
    town.damage(key)
    const again = await town.restart()
    await quiet()
    expect(again.host.root()).toEqual(town.host.root())
    expect(await newest(again)).toBe(height)
    const last = await again.restart()
    expect([await newest(last), last.host.root()]).toEqual([height, town.host.root()])
  })
})

describe('a full disk', () => {
  const tiers = tiersOf(5, 1_000)
  /** Until a checkpoint is due. */
  const payOn = (town: Running): Promise<void> => payUntil(town, town.host.env().height + 5)
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
  const isOfCheckpoint = (key: string): boolean => /^(fkv|dkv|ckpt|half)\//.test(key)

  test('no room for a checkpoint -- said, the runtime goes on, nothing of it is left, and the next is a minute later', async () => {
    const { disk, storeOf } = crowded()
    const town = await startTown({ storeOf, tiers })
    disk.hasRoom = (key) => !key.startsWith('ckpt/')
    const told: string[] = []
    town.host.onChange(() => told.push(town.host.storage()))
    const left = [...town.rows().keys()].filter(isOfCheckpoint)
    await payOn(town)
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
      tiers,
      storeOf: (store) => ({ ...storeOf(store), room: () => Promise.resolve(left.bytes) }),
    })
    const written: string[] = []
    disk.hasRoom = (key) => {
      if (isOfCheckpoint(key)) written.push(key)
      return true
    }
    await payOn(town)
    expect([town.host.storage(), town.host.halted(), written]).toEqual(['short', null, []])
    left.bytes *= 2
    await pass(town, 60_000)
    expect([town.host.storage(), await newest(town)]).toEqual(['ok', town.host.env().height])
  })

  test('no room for a checkpoint, and then there is -- asked by hand, it is written at once', async () => {
    const { disk, storeOf } = crowded()
    const town = await startTown({ storeOf, tiers })
    disk.hasRoom = (key) => !isOfCheckpoint(key)
    await payOn(town)
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
    const town = await startTown({ storeOf, tiers })
    disk.hasRoom = (key) => !isOfCheckpoint(key)
    await payOn(town)
    const again = await town.restart()
    expect(again.host.root()).toEqual(town.host.root())
    expect(again.host.env().height).toBe(town.host.env().height)
  })

  test('no room for the log -- halted and said so; nothing of the input stays, and a restart goes on from there', async () => {
    const { disk, storeOf } = crowded()
    const town = await startTown({ storeOf, tiers })
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
    const town = await startTown({ storeOf: io, tiers })
    disk.hasRoom = (key) => !isOfCheckpoint(key)
    await expect(payOn(town)).rejects.toThrow('the disk failed')
    expect([town.host.halted(), town.host.storage()]).toEqual(['the disk failed', 'ok'])
  })
})
