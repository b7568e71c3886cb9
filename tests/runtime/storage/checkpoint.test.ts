/** Checkpoints: whole or invisible, verified to the byte, and pruned without losing the two newest sound ones. */
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Bytes, utf8 } from '../../../runtime/lib/bytes.ts'
import { keccak } from '../../../runtime/lib/hash.ts'
import { byCodePoint } from '../../../runtime/lib/units.ts'
import type { Store, StoreRow } from '../../../runtime/ports.ts'
import {
  type CheckpointInput,
  listCheckpoints,
  loadCheckpoint,
  planCheckpoint,
  pruneCheckpoints,
  writeCheckpoint,
} from '../../../runtime/storage/checkpoint.ts'
import { memoryStore } from '../../../runtime/storage/memory.ts'
import { keysUnder, StoreError } from '../../../runtime/storage/store.ts'
import { createSimDisk } from '../../support/sim-disk.ts'

const rowsOf = (count: number, salt = ''): readonly StoreRow[] =>
  Array.from({ length: count }, (_, i) => ({
    key: `account/${`${i}`.padStart(4, '0')}`,
    value: utf8(`state ${i}${salt}`),
  }))
const checkpoint = (height: number, rows: Iterable<StoreRow> = rowsOf(3)): CheckpointInput => ({
  height,
  root: keccak(utf8(`root ${height}`)),
  recordHash: keccak(utf8(`record ${height}`)),
  timestampMs: 1_700_000_000_000 + height,
  rows,
})
const INDEX_10 = 'ckpt/000000000010'

let store: Store
let epoch: number
const put = (key: string, value: Bytes) => store.commit({ epoch, puts: [{ key, value }], deletes: [] })
const remove = (...deletes: readonly string[]) => store.commit({ epoch, puts: [], deletes })
const keys = async (): Promise<readonly string[]> => (await store.range({ from: '', to: '\x7f' })).map(({ key }) => key)
const flipAt = async (key: string, byte: number): Promise<void> => {
  const value = new Uint8Array((await store.get(key)) ?? [])
  value[byte] = (value[byte] ?? 0) ^ 1
  await put(key, value)
}

beforeEach(async () => {
  store = memoryStore()
  epoch = await store.claimEpoch()
})

describe('planCheckpoint', () => {
  it('bounded chunks, the index row alone and last', () => {
    const chunks = [...planCheckpoint(checkpoint(10, rowsOf(600)))]
    expect(chunks.map((chunk) => chunk.length)).toEqual([256, 256, 88, 1])
    expect(chunks[0]?.[0]?.key).toBe('fkv/000000000010/account/0000')
    expect(chunks[3]?.[0]?.key).toBe(INDEX_10)
  })
  it('large values make small chunks', () => {
    const rows = rowsOf(5).map(({ key }) => ({ key, value: new Uint8Array(700_000) }))
    expect([...planCheckpoint(checkpoint(10, rows))].map((chunk) => chunk.length)).toEqual([2, 2, 1, 1])
  })
  it.each([
    ['unsorted', ['b', 'a']],
    ['repeated', ['a', 'a']],
  ])('%s keys are refused', (_, names) => {
    const rows = names.map((key) => ({ key, value: utf8(key) }))
    expect(() => [...planCheckpoint(checkpoint(10, rows))]).toThrow(StoreError)
  })
})

describe('loadCheckpoint', () => {
  it('comes back as it was, for any rows', async () => {
    const key = fc.string({ unit: fc.constantFrom('a', 'b', '/', '0', '~'), minLength: 1, maxLength: 6 })
    const any = fc.uniqueArray(fc.record({ key, value: fc.uint8Array({ maxLength: 20 }) }), {
      selector: (row) => row.key,
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(any, fc.nat(10 ** 6), async (unsorted, height) => {
        const rows = [...unsorted].sort((a, b) => byCodePoint(a.key, b.key))
        const { rows: _, ...head } = checkpoint(height)
        await writeCheckpoint(store, epoch, checkpoint(height, rows))
        const index = { ...head, rowCount: rows.length, checksum: expect.any(Uint8Array) }
        expect(await loadCheckpoint(store, height)).toEqual({ type: 'ok', index, rows })
      }),
    )
  })

  it('more rows than one page', async () => {
    await writeCheckpoint(store, epoch, checkpoint(10, rowsOf(700)))
    expect(await loadCheckpoint(store, 10)).toMatchObject({ type: 'ok', rows: rowsOf(700) })
  })

  it('a checkpoint that is not there is missing', async () => {
    expect(await loadCheckpoint(store, 10)).toEqual({ type: 'missing' })
  })

  it('every changed byte of every row is noticed', async () => {
    await writeCheckpoint(store, epoch, checkpoint(10, rowsOf(2)))
    for (const key of await keys()) {
      const { length } = (await store.get(key)) ?? []
      expect(length).toBeGreaterThan(0)
      for (let byte = 0; byte < (length ?? 0); byte++) {
        await flipAt(key, byte)
        expect((await loadCheckpoint(store, 10)).type).toBe('corrupt')
        await flipAt(key, byte)
      }
    }
    expect((await loadCheckpoint(store, 10)).type).toBe('ok')
  })

  it.each<[string, () => Promise<void>]>([
    ['a row lost', () => remove('fkv/000000000010/account/0001')],
    ['a row too many', () => put('fkv/000000000010/zzz', utf8('more'))],
    [
      'a row renamed',
      async () => {
        await put('fkv/000000000010/account/9', (await store.get('fkv/000000000010/account/0002')) ?? utf8(''))
        await remove('fkv/000000000010/account/0002')
      },
    ],
    [
      'an index of another height',
      async () => {
        await writeCheckpoint(store, epoch, checkpoint(20))
        await put(INDEX_10, (await store.get('ckpt/000000000020')) ?? utf8(''))
      },
    ],
  ])('%s is corrupt', async (_, harm) => {
    await writeCheckpoint(store, epoch, checkpoint(10))
    await harm()
    expect((await loadCheckpoint(store, 10)).type).toBe('corrupt')
  })

  it('any index bytes in, only declared results out', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), async (bytes) => {
        await put(INDEX_10, bytes)
        expect((await loadCheckpoint(store, 10)).type).toBe('corrupt')
        expect(await listCheckpoints(store)).toEqual([{ key: INDEX_10, type: 'corrupt', detail: expect.any(String) }])
      }),
    )
  })
})

describe('writeCheckpoint', () => {
  it('replaces what an earlier attempt at the height left', async () => {
    await put('fkv/000000000010/left-over', utf8('x'))
    await writeCheckpoint(store, epoch, checkpoint(10, rowsOf(2)))
    await writeCheckpoint(store, epoch, checkpoint(10, rowsOf(1, ' anew')))
    expect(await loadCheckpoint(store, 10)).toMatchObject({ type: 'ok', rows: rowsOf(1, ' anew') })
  })

  it('cut short at any write -- the checkpoint is invisible, and can be written again', async () => {
    // Removal, three chunks, index: five writes.
    for (let afterWrites = 0; afterWrites < 5; afterWrites++) {
      const disk = createSimDisk()
      const first = disk.boot()
      const firstEpoch = await first.store.claimEpoch()
      disk.inject('crash_before_append', afterWrites)
      const outcome = writeCheckpoint(first.store, firstEpoch, checkpoint(10, rowsOf(600))).then(() => 'written')
      expect(await Promise.race([outcome, first.died.then(() => 'died')])).toBe('died')

      store = disk.boot().store
      epoch = await store.claimEpoch()
      expect(await listCheckpoints(store)).toEqual([])
      expect(await loadCheckpoint(store, 10)).toEqual({ type: 'missing' })
      await writeCheckpoint(store, epoch, checkpoint(10, rowsOf(300)))
      expect(await loadCheckpoint(store, 10)).toMatchObject({ type: 'ok', rows: rowsOf(300) })
    }
  })

  it('a stale writer writes none of it', async () => {
    await store.claimEpoch()
    await expect(writeCheckpoint(store, epoch, checkpoint(10))).rejects.toMatchObject({ type: 'fenced' })
    expect(await keys()).toEqual([])
  })
})

describe('listCheckpoints', () => {
  it('newest first, reading the index rows only', async () => {
    for (const height of [10, 500, 1_000]) await writeCheckpoint(store, epoch, checkpoint(height))
    const ranges: string[] = []
    const counting: Store = {
      ...store,
      range: (range) => {
        ranges.push(range.from)
        return store.range(range)
      },
    }
    const listed = await listCheckpoints(counting)
    expect(listed.map((found) => (found.type === 'ok' ? found.index.height : found.type))).toEqual([1_000, 500, 10])
    expect(ranges).toEqual(['ckpt/'])
  })
})

describe('pruneCheckpoints', () => {
  const heightsWithRows = async () => [
    ...new Set((await store.range(keysUnder('fkv/'))).map(({ key }) => Number(key.slice(4, 16)))),
  ]

  it('keeps the two newest, and everything that is not a checkpoint', async () => {
    for (const height of [10, 20, 30, 40]) await writeCheckpoint(store, epoch, checkpoint(height, rowsOf(300)))
    await put('wal/000000000001', utf8('record'))
    expect(await pruneCheckpoints(store, epoch)).toEqual({ kept: [40, 30], removed: [10, 20] })
    expect(await heightsWithRows()).toEqual([30, 40])
    expect((await keys()).filter((key) => !key.startsWith('fkv/'))).toEqual([
      'ckpt/000000000030',
      'ckpt/000000000040',
      'wal/000000000001',
    ])
    expect(await pruneCheckpoints(store, epoch)).toEqual({ kept: [40, 30], removed: [] })
  })

  it('a damaged one does not count among the two', async () => {
    for (const height of [10, 20, 30, 40]) await writeCheckpoint(store, epoch, checkpoint(height))
    await flipAt('fkv/000000000040/account/0001', 0)
    expect(await pruneCheckpoints(store, epoch)).toEqual({ kept: [30, 20], removed: [10, 40] })
  })

  it('fewer than two sound ones -- nothing with an index goes', async () => {
    for (const height of [10, 20, 30]) await writeCheckpoint(store, epoch, checkpoint(height))
    await flipAt('fkv/000000000010/account/0001', 0)
    await flipAt('ckpt/000000000020', 5)
    expect(await pruneCheckpoints(store, epoch)).toEqual({ kept: [30], removed: [] })
    expect(await heightsWithRows()).toEqual([10, 20, 30])
  })

  it('rows without an index go', async () => {
    for (const height of [10, 20]) await writeCheckpoint(store, epoch, checkpoint(height))
    const [half] = [...planCheckpoint(checkpoint(30, rowsOf(300)))]
    await store.commit({ epoch, puts: half ?? [], deletes: [] })
    await put('fkv/000000000005/k', utf8('old'))
    expect(await pruneCheckpoints(store, epoch)).toEqual({ kept: [20, 10], removed: [5, 30] })
    expect(await heightsWithRows()).toEqual([10, 20])
  })

  it('cut short at any write -- the two newest still load, and the next pruning finishes', async () => {
    const heights = [10, 20, 30, 40]
    for (let afterWrites = 0; afterWrites < 6; afterWrites++) {
      const disk = createSimDisk()
      const first = disk.boot()
      const firstEpoch = await first.store.claimEpoch()
      for (const height of heights) await writeCheckpoint(first.store, firstEpoch, checkpoint(height, rowsOf(300)))
      disk.inject('crash_after_sync', afterWrites)
      const outcome = pruneCheckpoints(first.store, firstEpoch).then(() => 'pruned')
      expect(await Promise.race([outcome, first.died.then(() => 'died')])).toBe('died')

      store = disk.boot().store
      epoch = await store.claimEpoch()
      expect((await loadCheckpoint(store, 40)).type).toBe('ok')
      expect((await loadCheckpoint(store, 30)).type).toBe('ok')
      // What is still listed is still whole.
      for (const found of await listCheckpoints(store))
        expect((await loadCheckpoint(store, found.type === 'ok' ? found.index.height : -1)).type).toBe('ok')
      expect((await pruneCheckpoints(store, epoch)).kept).toEqual([40, 30])
      expect(await heightsWithRows()).toEqual([30, 40])
    }
  })
})
