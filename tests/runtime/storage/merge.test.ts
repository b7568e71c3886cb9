/** Merging: a full and the changes over it are the next full, to the byte, and damage never travels into it. */

import { beforeEach, describe, expect, it } from 'vitest'
import { type Bytes, utf8 } from '../../../runtime/lib/bytes.ts'
import { keccak } from '../../../runtime/lib/hash.ts'
import { byCodePoint } from '../../../runtime/lib/units.ts'
import type { Store, StoreRow } from '../../../runtime/ports.ts'
import { listCheckpoints, loadFull, removeHalves, writeDiff, writeFull } from '../../../runtime/storage/checkpoint.ts'
import { memoryStore } from '../../../runtime/storage/memory.ts'
import { type Merged, mergeFull } from '../../../runtime/storage/merge.ts'
import { fc } from '../../support/property.ts'
import { createSimDisk } from '../../support/sim-disk.ts'

const headOf = (height: number) => ({
  height,
  root: keccak(utf8(`root ${height}`)),
  recordHash: keccak(utf8(`record ${height}`)),
  timestampMs: height,
})
type Writer = { readonly store: Store; readonly epoch: number }
type Rows = ReadonlyMap<string, Bytes>
const asRows = (rows: Rows): readonly StoreRow[] =>
  [...rows].map(([key, value]) => ({ key, value })).sort((a, b) => byCodePoint(a.key, b.key))

const writerOver = async (store: Store): Promise<Writer> => ({ store, epoch: await store.claimEpoch() })
const finish = async (steps: AsyncGenerator<number, Merged>): Promise<Merged> => {
  for (;;) {
    const step = await steps.next()
    if (step.done) return step.value
  }
}
const changesBetween = (before: Rows, after: Rows) =>
  [...new Set([...before.keys(), ...after.keys()])]
    .sort(byCodePoint)
    .filter((key) => before.get(key) !== after.get(key))
    .map((key) => ({ key, value: after.get(key) ?? null }))
const write = async (writer: Writer, before: Rows, after: Rows): Promise<void> => {
  await writeFull(writer, headOf(10), asRows(before))
  await writeDiff(writer, { ...headOf(20), baseHeight: 10 }, changesBetween(before, after))
}
const many = (count: number, salt: string): Rows =>
  new Map(Array.from({ length: count }, (_, i) => [`k/${`${i}`.padStart(4, '0')}`, utf8(`${salt} ${i}`)]))

let writer: Writer
beforeEach(async () => {
  writer = await writerOver(memoryStore())
})

describe('mergeFull', () => {
  it('is what was there, with what changed', async () => {
    const key = fc.string({ unit: fc.constantFrom('a', 'b', '/', '~'), minLength: 1, maxLength: 4 })
    const rows = fc.dictionary(key, fc.uint8Array({ maxLength: 3 }), { maxKeys: 10 })
    await fc.assert(
      fc.asyncProperty(rows, rows, async (one, two) => {
        const [before, after] = [new Map(Object.entries(one)), new Map(Object.entries(two))]
        const fresh = await writerOver(memoryStore())
        await write(fresh, before, after)
        expect(await finish(mergeFull(fresh, 20))).toEqual({ type: 'ok' })
        const index = { kind: 'full', baseHeight: 20, ...headOf(20) }
        expect(await loadFull(fresh.store, 20)).toMatchObject({ type: 'ok', index, rows: asRows(after) })
        expect(await loadFull(fresh.store, 10)).toMatchObject({ rows: asRows(before) })
      }),
    )
  })

  it('over the empty beginning', async () => {
    await writeDiff(writer, { ...headOf(5), baseHeight: 0 }, asRows(many(3, 'x')))
    expect(await finish(mergeFull(writer, 5))).toEqual({ type: 'ok' })
    expect(await loadFull(writer.store, 5)).toMatchObject({ rows: asRows(many(3, 'x')) })
  })

  it('many rows, a chunk at a time, each announced with its bytes', async () => {
    await write(writer, many(900, 'old'), new Map([...many(900, 'old'), ...many(300, 'new')]))
    const announced: number[] = []
    for await (const bytes of mergeFull(writer, 20)) announced.push(bytes)
    expect(announced.filter((bytes) => bytes > 0).length).toBe(4)
    expect(await loadFull(writer.store, 20)).toMatchObject({ index: { rowCount: 900 } })
  })

  const flip = async (key: string): Promise<void> => {
    const value = new Uint8Array((await writer.store.get(key)) ?? [])
    value[value.length - 1] = (value.at(-1) ?? 0) ^ 1
    await writer.store.commit({ epoch: writer.epoch, puts: [{ key, value }], deletes: [] })
  }
  it.each([
    ['a row of the full', 'fkv/000000000010/k/0000'],
    ['a row of the full that the diff replaces', 'fkv/000000000010/k/0001'],
    ['the rows of the diff', 'dkv/000000000020/000000'],
  ])('%s is damaged -- refused, and nothing of it is left', async (_, key) => {
    await write(writer, many(3, 'old'), new Map([...many(3, 'old'), ['k/0001', utf8('new')]]))
    await flip(key)
    expect((await finish(mergeFull(writer, 20))).type).toBe('corrupt')
    const keys = (await writer.store.range({ from: '', to: '\x7f' })).map((row) => row.key)
    expect(keys.filter((name) => name.startsWith('fkv/000000000020') || name.startsWith('half/'))).toEqual([])
    expect((await listCheckpoints(writer.store)).map(({ height }) => height)).toEqual([20, 10])
  })

  it('an index is damaged or gone -- refused', async () => {
    await write(writer, many(3, 'old'), many(3, 'new'))
    await flip('ckpt/000000000010/f')
    expect((await finish(mergeFull(writer, 20))).type).toBe('corrupt')
    expect(await finish(mergeFull(writer, 30))).toEqual({ type: 'missing' })
  })

  it('cut short at any write -- invisible, what it was made of is untouched, and it can be done again', async () => {
    const [before, after] = [many(600, 'old'), many(600, 'new')]
    for (let afterWrites = 0; afterWrites < 6; afterWrites++) {
      const disk = createSimDisk()
      const first = disk.boot()
      const dying = await writerOver(first.store)
      await write(dying, before, after)
      disk.inject('crash_before_append', afterWrites)
      const outcome = finish(mergeFull(dying, 20)).then(() => 'merged')
      expect(await Promise.race([outcome, first.died.then(() => 'died')])).toBe('died')
      writer = await writerOver(disk.boot().store)
      expect(await loadFull(writer.store, 20)).toEqual({ type: 'missing' })
      for await (const _ of removeHalves(writer));
      expect(await finish(mergeFull(writer, 20))).toEqual({ type: 'ok' })
      expect(await loadFull(writer.store, 20)).toMatchObject({ rows: asRows(after) })
    }
  })
})
