/** Checkpoints: whole or invisible, verified to the byte, and pruned without losing the two newest sound ones. */

import { beforeEach, describe, expect, it } from 'vitest'
import { type Bytes, utf8 } from '../../../runtime/lib/bytes.ts'
import { keccak } from '../../../runtime/lib/hash.ts'
import { byCodePoint } from '../../../runtime/lib/units.ts'
import type { Store, StoreRow } from '../../../runtime/ports.ts'
import {
  type CheckpointRef,
  listCheckpoints,
  loadDiff,
  loadFull,
  removeCheckpoint,
  removeHalves,
  writeDiff,
  writeFull,
} from '../../../runtime/storage/checkpoint.ts'
import { memoryStore } from '../../../runtime/storage/memory.ts'
import { StoreError } from '../../../runtime/storage/store.ts'
import { fc } from '../../support/property.ts'
import { createSimDisk } from '../../support/sim-disk.ts'

const rowsOf = (count: number, salt = ''): readonly StoreRow[] =>
  Array.from({ length: count }, (_, i) => ({
    key: `account/${`${i}`.padStart(4, '0')}`,
    value: utf8(`state ${i}${salt}`),
  }))
const headOf = (height: number) => ({
  height,
  root: keccak(utf8(`root ${height}`)),
  recordHash: keccak(utf8(`record ${height}`)),
  timestampMs: 1_700_000_000_000 + height,
})
const INDEX_10 = 'ckpt/000000000010/f'

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

const full = (height: number, rows: Iterable<StoreRow> = rowsOf(3), writer = { store, epoch }): Promise<void> =>
  writeFull(writer, headOf(height), rows)
const diff = (height: number, changes: Parameters<typeof writeDiff>[2], baseHeight = 10): Promise<void> =>
  writeDiff({ store, epoch }, { ...headOf(height), baseHeight }, changes)
const finish = async (steps: AsyncGenerator<unknown, unknown>): Promise<number> => {
  let count = 0
  while (!(await steps.next()).done) count++
  return count
}

describe('writeFull', () => {
  it('bounded chunks, the index with the last of them', async () => {
    const commits: number[] = []
    const watched: Store = {
      ...store,
      commit: (batch) => {
        commits.push(batch.puts.length)
        return store.commit(batch)
      },
    }
    await full(10, rowsOf(600), { store: watched, epoch })
    expect(commits).toEqual([257, 257, 89])
    commits.length = 0
    const large = rowsOf(5).map(({ key }) => ({ key, value: new Uint8Array(700_000) }))
    await full(20, large, { store: watched, epoch })
    expect(commits).toEqual([3, 3, 2])
    expect((await keys()).filter((key) => key.startsWith('half/'))).toEqual([])
  })

  it.each([
    ['unsorted', ['b', 'a']],
    ['repeated', ['a', 'a']],
  ])('%s keys are refused, and nothing is written', async (_, names) => {
    const rows = names.map((key) => ({ key, value: utf8(key) }))
    await expect(full(10, rows)).rejects.toBeInstanceOf(StoreError)
    expect(await keys()).toEqual([])
  })

  it('replaces what an earlier attempt at the height left', async () => {
    const disk = createSimDisk()
    const first = disk.boot()
    const firstEpoch = await first.store.claimEpoch()
    disk.inject('crash_after_sync', 1)
    const outcome = full(10, rowsOf(600), { store: first.store, epoch: firstEpoch })
    await Promise.race([outcome, first.died])
    store = disk.boot().store
    epoch = await store.claimEpoch()
    await full(10, rowsOf(1, ' anew'))
    expect(await loadFull(store, 10)).toMatchObject({ type: 'ok', rows: rowsOf(1, ' anew') })
  })

  it('cut short at any write -- invisible, swept away, and can be written again', async () => {
    for (let afterWrites = 0; afterWrites < 3; afterWrites++) {
      const disk = createSimDisk()
      const first = disk.boot()
      const firstEpoch = await first.store.claimEpoch()
      disk.inject('crash_before_append', afterWrites)
      const outcome = full(10, rowsOf(600), { store: first.store, epoch: firstEpoch }).then(() => 'written')
      expect(await Promise.race([outcome, first.died.then(() => 'died')])).toBe('died')

      store = disk.boot().store
      epoch = await store.claimEpoch()
      expect(await listCheckpoints(store)).toEqual([])
      expect(await loadFull(store, 10)).toEqual({ type: 'missing' })
      await finish(removeHalves({ store, epoch }))
      expect(await keys()).toEqual([])
      await full(10, rowsOf(300))
      expect(await loadFull(store, 10)).toMatchObject({ type: 'ok', rows: rowsOf(300) })
    }
  })

  it('a stale writer writes none of it', async () => {
    await store.claimEpoch()
    await expect(full(10)).rejects.toMatchObject({ type: 'fenced' })
    expect(await keys()).toEqual([])
  })
})

describe('writeDiff', () => {
  it('rows that are gone, rows of no bytes, and rows that begin with the mark of being gone all come back', async () => {
    const changes = [
      { key: 'a', value: null },
      { key: 'b', value: new Uint8Array(0) },
      { key: 'c', value: Uint8Array.of(0, 1) },
    ]
    await diff(15, changes)
    const index = { ...headOf(15), kind: 'diff', baseHeight: 10, rowCount: 3, checksum: expect.any(Uint8Array) }
    expect(await loadDiff(store, 15)).toEqual({ type: 'ok', index, rows: changes })
  })

  it('more rows than one value holds', async () => {
    await diff(15, rowsOf(700))
    expect((await keys()).filter((key) => key.startsWith('dkv/'))).toHaveLength(3)
    expect(await loadDiff(store, 15)).toMatchObject({ type: 'ok', rows: rowsOf(700) })
  })

  it('every changed byte is noticed, and so are values lost, doubled, and in each other’s place', async () => {
    await diff(15, rowsOf(300))
    const [one, other] = ['dkv/000000000015/000000', 'dkv/000000000015/000001']
    const [first, second] = [(await store.get(one)) ?? utf8(''), (await store.get(other)) ?? utf8('')]
    for (let byte = 0; byte < second.length; byte += 3) {
      await flipAt(other, byte)
      expect((await loadDiff(store, 15)).type).toBe('corrupt')
      await flipAt(other, byte)
    }
    expect((await loadDiff(store, 15)).type).toBe('ok')
    for (const [at, value] of [
      [one, second],
      [other, first],
      ['dkv/000000000015/000002', second],
    ] as const) {
      await put(at, value)
      expect((await loadDiff(store, 15)).type).toBe('corrupt')
      await put(one, first)
      await put(other, second)
    }
  })

  it('a small one is one commit', async () => {
    let commits = 0
    const commit: Store['commit'] = (batch) => {
      commits++
      return store.commit(batch)
    }
    await writeDiff({ store: { ...store, commit }, epoch }, { ...headOf(15), baseHeight: 10 }, rowsOf(200))
    expect(commits).toBe(1)
  })
})

describe('loadFull', () => {
  it('comes back as it was, for any rows', async () => {
    const key = fc.string({ unit: fc.constantFrom('a', 'b', '/', '0', '~'), minLength: 1, maxLength: 6 })
    const any = fc.uniqueArray(fc.record({ key, value: fc.uint8Array({ maxLength: 20 }) }), {
      selector: (row) => row.key,
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(any, fc.nat(10 ** 6), async (unsorted, height) => {
        const rows = [...unsorted].sort((a, b) => byCodePoint(a.key, b.key))
        store = memoryStore()
        epoch = await store.claimEpoch()
        await full(height, rows)
        const index = {
          ...headOf(height),
          kind: 'full',
          baseHeight: height,
          rowCount: rows.length,
          checksum: expect.any(Uint8Array),
        }
        expect(await loadFull(store, height)).toEqual({ type: 'ok', index, rows })
      }),
    )
  })

  it('more rows than one page', async () => {
    await full(10, rowsOf(700))
    expect(await loadFull(store, 10)).toMatchObject({ type: 'ok', rows: rowsOf(700) })
  })

  it('a checkpoint that is not there is missing', async () => {
    expect(await loadFull(store, 10)).toEqual({ type: 'missing' })
  })

  it('every changed byte of every row is noticed', async () => {
    await full(10, rowsOf(2))
    for (const key of await keys()) {
      const { length } = (await store.get(key)) ?? []
      expect(length).toBeGreaterThan(0)
      for (let byte = 0; byte < (length ?? 0); byte++) {
        await flipAt(key, byte)
        expect((await loadFull(store, 10)).type).toBe('corrupt')
        await flipAt(key, byte)
      }
    }
    expect((await loadFull(store, 10)).type).toBe('ok')
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
        await full(20)
        await put(INDEX_10, (await store.get('ckpt/000000000020/f')) ?? utf8(''))
      },
    ],
  ])('%s is corrupt', async (_, harm) => {
    await full(10)
    await harm()
    expect((await loadFull(store, 10)).type).toBe('corrupt')
  })

  it('any index bytes in, only declared results out', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), async (bytes) => {
        await put(INDEX_10, bytes)
        expect((await loadFull(store, 10)).type).toBe('corrupt')
        expect(await listCheckpoints(store)).toEqual([
          { kind: 'full', height: 10, type: 'corrupt', detail: expect.any(String) },
        ])
      }),
    )
  })
})

describe('listCheckpoints', () => {
  it('newest first, fulls before diffs, reading the index rows only', async () => {
    for (const height of [10, 500, 1_000]) await full(height)
    await diff(505, [], 500)
    await diff(1_000, [], 500)
    const ranges: string[] = []
    const counting: Store = {
      ...store,
      range: (range) => {
        ranges.push(range.from)
        return store.range(range)
      },
    }
    const listed = await listCheckpoints(counting)
    expect(listed.map(({ kind, height, type }) => [kind, height, type])).toEqual([
      ['full', 1_000, 'ok'],
      ['diff', 1_000, 'ok'],
      ['diff', 505, 'ok'],
      ['full', 500, 'ok'],
      ['full', 10, 'ok'],
    ])
    expect(ranges).toEqual(['ckpt/'])
  })
})

describe('removeCheckpoint', () => {
  const FULL_20: CheckpointRef = { kind: 'full', height: 20 }

  it('that one alone, a chunk at a time', async () => {
    for (const height of [10, 20, 30]) await full(height, rowsOf(600))
    await diff(20, rowsOf(2))
    expect(await finish(removeCheckpoint({ store, epoch }, FULL_20))).toBe(3)
    const left = await keys()
    expect(left.some((key) => key.startsWith('fkv/000000000020') || key.startsWith('half/'))).toBe(false)
    const listed = await listCheckpoints(store)
    expect(listed.map(({ kind, height }) => `${kind} ${height}`)).toEqual(['full 30', 'diff 20', 'full 10'])
    for (const height of [10, 30]) expect((await loadFull(store, height)).type).toBe('ok')
    expect((await loadDiff(store, 20)).type).toBe('ok')
  })

  it('cut short at any write -- it is gone, its neighbours are not, and sweeping finishes it', async () => {
    for (let afterWrites = 0; afterWrites < 3; afterWrites++) {
      const disk = createSimDisk()
      const first = disk.boot()
      const firstEpoch = await first.store.claimEpoch()
      const writer = { store: first.store, epoch: firstEpoch }
      for (const height of [10, 20]) await full(height, rowsOf(300), writer)
      disk.inject('crash_after_sync', afterWrites)
      const outcome = finish(removeCheckpoint(writer, FULL_20)).then(() => 'removed')
      expect(await Promise.race([outcome, first.died.then(() => 'died')])).toBe('died')
      store = disk.boot().store
      epoch = await store.claimEpoch()
      expect(await loadFull(store, 20)).toEqual({ type: 'missing' })
      await finish(removeHalves({ store, epoch }))
      expect((await keys()).every((key) => key.startsWith('fkv/000000000010/') || key === INDEX_10)).toBe(true)
      expect((await loadFull(store, 10)).type).toBe('ok')
    }
  })
})
