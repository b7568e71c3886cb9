/** Migrations: an older layout becomes today's, however often it is cut short; a newer one is left alone. */
import { beforeEach, describe, expect, it } from 'vitest'
import { encode, struct, uint } from '../../../runtime/codec/schema.ts'
import { type Bytes, utf8, ZERO_32 } from '../../../runtime/lib/bytes.ts'
import type { Store } from '../../../runtime/ports.ts'
import { rewriteHistory } from '../../../runtime/radapter/activity-migration.ts'
import { loadFull, writeDiff, writeFull } from '../../../runtime/storage/checkpoint.ts'
import { memoryStore } from '../../../runtime/storage/memory.ts'
import { migrate, SCHEMA_VERSION } from '../../../runtime/storage/migrate.ts'
import { seal } from '../../../runtime/storage/seal.ts'
import { append } from '../../../runtime/storage/wal.ts'
import { createSimDisk } from '../../support/sim-disk.ts'

const schemaRow = (version: number): Bytes =>
  seal({ tag: 'xln:schema', version: 1 }, encode(struct<{ version: number }>({ version: uint }), { version }))
const record = append({ height: 1, timestampMs: 1, prevHash: ZERO_32, payload: utf8('frame'), postRoot: ZERO_32 }).rows
const headOf = (height: number) => ({ height, root: ZERO_32, recordHash: ZERO_32, timestampMs: height })
const put = (key: string) => ({ key, value: utf8(key) })
const OLD_ROWS = [
  ...record,
  put('act/x'),
  put('ckpt/000000000001'),
  ...Array.from({ length: 600 }, (_, i) => put(`fkv/000000000001/${i}`)),
]

let store: Store
let epoch: number
const fill = async (over: Store): Promise<void> => {
  store = over
  epoch = await store.claimEpoch()
  await store.commit({ epoch, puts: OLD_ROWS, deletes: [] })
}
const keys = async () => (await store.range({ from: '', to: '\x7f' })).map(({ key }) => key)
const MIGRATED = ['act/x', 'head', 'schema', 'wal/000000000001']

beforeEach(async () => {
  store = memoryStore()
  epoch = await store.claimEpoch()
})

describe('migrate', () => {
  it('a new database is of this version', async () => {
    await migrate({ store, epoch }, rewriteHistory)
    expect(await store.range({ from: '', to: '\x7f' })).toEqual([{ key: 'schema', value: schemaRow(SCHEMA_VERSION) }])
  })

  it('from 1: old checkpoints go, for they can be made again; the log and the history stay', async () => {
    await fill(store)
    await migrate({ store, epoch }, rewriteHistory)
    expect(await keys()).toEqual(MIGRATED)
    expect(await store.get('wal/000000000001')).toEqual(record[0]?.value)
    await migrate({ store, epoch }, rewriteHistory)
    expect(await keys()).toEqual(MIGRATED)
  })

  it('cut short at any write -- done again from where it stands', async () => {
    for (let afterWrites = 0; afterWrites < 5; afterWrites++) {
      const disk = createSimDisk()
      const first = disk.boot()
      await fill(first.store)
      disk.inject('crash_after_sync', afterWrites)
      const outcome = migrate({ store, epoch }, rewriteHistory).then(() => 'migrated')
      expect(await Promise.race([outcome, first.died.then(() => 'died')])).toBe('died')
      store = disk.boot().store
      epoch = await store.claimEpoch()
      await migrate({ store, epoch }, rewriteHistory)
      expect(await keys()).toEqual(MIGRATED)
    }
  })

  it('from 4: diffs go, for the log leads to where they led; fulls and the log stay', async () => {
    await writeFull({ store, epoch }, headOf(500), [put('env')])
    for (const height of [505, 510])
      await writeDiff({ store, epoch }, { ...headOf(height), baseHeight: 500 }, [put('env')])
    const old = [put('dkv/000000000505/env'), { key: 'schema', value: schemaRow(4) }]
    await store.commit({ epoch, puts: [...record, ...old], deletes: [] })
    await migrate({ store, epoch }, rewriteHistory)
    const kept = ['ckpt/000000000500/f', 'fkv/000000000500/env', 'head', 'schema', 'wal/000000000001']
    expect(await keys()).toEqual(kept)
    expect((await loadFull(store, 500)).type).toBe('ok')
  })

  it('newer than this code -- a version error, and nothing is touched', async () => {
    await store.commit({ epoch, puts: [...OLD_ROWS, { key: 'schema', value: schemaRow(99) }], deletes: [] })
    const before = await keys()
    await expect(migrate({ store, epoch }, rewriteHistory)).rejects.toMatchObject({ type: 'version' })
    expect(await keys()).toEqual(before)
  })

  it('a damaged schema row is corrupt', async () => {
    await store.commit({ epoch, puts: [{ key: 'schema', value: utf8('?') }], deletes: [] })
    await expect(migrate({ store, epoch }, rewriteHistory)).rejects.toMatchObject({ type: 'corrupt' })
  })
})
