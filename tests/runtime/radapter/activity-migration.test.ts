/** History as three older versions wrote it, made into today's: exactly the rows today's code would have written. */
import { RLP } from '@ethereumjs/rlp'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Bytes } from '../../../runtime/lib/bytes.ts'
import { parseEntityId } from '../../../runtime/lib/units.ts'
import { rewriteHistory } from '../../../runtime/radapter/activity-migration.ts'
import { readRecord } from '../../../runtime/radapter/activity-record.ts'
import { createMemoryDisk, memoryStore } from '../../../runtime/storage/memory.ts'
import { migrate, SCHEMA_VERSION } from '../../../runtime/storage/migrate.ts'
import { HEAD_KEY } from '../../../runtime/storage/wal.ts'
import { courtScene } from '../../support/court-scene.ts'
import { startTown } from '../../support/running.ts'
import { createSimDisk } from '../../support/sim-disk.ts'
import { TUSD, usd } from '../../support/world.ts'

type Rows = ReadonlyMap<string, Bytes>

/** Payments that were made, failed and are under way. */
let payments: Rows
/** Deposits, collateral, a settlement, a dispute with debts. */
let court: Rows
beforeAll(async () => {
  const town = await startTown()
  for (const [from, to] of [
    ['You', 'Hub'],
    ['Hub', 'Bob'],
    ['Hub', 'You'],
  ] as const)
    for (let n = 1; n <= 3; n++)
      await town.run(from, {
        type: 'direct_payment',
        counterparty: town.id(to),
        tokenId: TUSD,
        amount: usd(n),
        memo: `No ${n}`,
      })
  payments = new Map([...town.rows()].filter(([key]) => key.startsWith('act/')))
  const scene = courtScene()
  scene.world.ok('You', { type: 'withdraw', to: `0x${'ab'.repeat(20)}` as never, tokenId: TUSD, amount: usd(5) })
  scene.world.ok('You', { type: 'dispute_start', counterparty: scene.hub })
  court = scene.rows()
})

/** The rows an older version had for the same history. */
const asWrittenBy = (version: 1 | 2 | 3, rows: Rows): Map<string, Bytes> => {
  const missing = { 1: 3, 2: 2, 3: 1 }[version]
  const old = new Map<string, Bytes>()
  for (const [key, value] of rows) {
    const [, entityId, kind] = key.split('/')
    if (kind !== 'e' || parseEntityId(entityId ?? '') === null) continue
    const { entry } = readRecord({ key, value }).record
    // Version and place stand first; what a version did not have yet stands last.
    const fields = (RLP.decode(value) as Uint8Array[]).slice(2, -missing)
    const oldKey = `act/${entityId}/${entry.height.toString().padStart(12, '0')}/${entry.id}`
    old.set(oldKey, RLP.encode([new Uint8Array([version]), ...fields]))
  }
  return old
}

const diskOf = (rows: Rows) => {
  const disk = createMemoryDisk()
  for (const [key, value] of rows) disk.rows.set(key, value)
  disk.rows.set(HEAD_KEY, new Uint8Array(1))
  return disk
}
const migrated = async (rows: Rows): Promise<Rows> => {
  const disk = diskOf(rows)
  const store = memoryStore(disk)
  await migrate({ store, epoch: await store.claimEpoch() }, rewriteHistory)
  return new Map([...disk.rows].filter(([key]) => key.startsWith('act/')))
}
const sorted = (rows: Rows) => [...rows].sort(([a], [b]) => (a < b ? -1 : 1))

describe('history of an older version', () => {
  test.each([2, 3] as const)('payments as version %i wrote them', async (version) => {
    expect(sorted(await migrated(asWrittenBy(version, payments)))).toEqual(sorted(payments))
  })

  test('payments as version 1 wrote them -- the frames that carried them are not known', async () => {
    const [was, now] = [sorted(payments), sorted(await migrated(asWrittenBy(1, payments)))]
    expect(now.map(([key]) => key)).toEqual(was.map(([key]) => key))
    const isEntry = ([key]: readonly [string, Bytes]) => key.split('/')[2] === 'e'
    expect(now.filter((row) => !isEntry(row))).toEqual(was.filter((row) => !isEntry(row)))
    const records = (rows: typeof was) => rows.filter(isEntry).map(([key, value]) => readRecord({ key, value }))
    expect(records(now)).toEqual(
      records(was).map(({ place, record }) => ({ place, record: { ...record, frameHashes: [] } })),
    )
  })

  test('the chain, with what waits for it, collateral and totals', async () => {
    expect([...court.keys()].map((key) => key.split('/')[2])).toEqual(expect.arrayContaining(['b', 'c', 'e', 'i', 'o']))
    expect(sorted(await migrated(asWrittenBy(3, court)))).toEqual(sorted(court))
  })

  test('a row that no version wrote -- a fault, and nothing is lost', async () => {
    const old = asWrittenBy(3, payments)
    const [key] = old.keys()
    old.set(key ?? '', new Uint8Array([1, 2, 3]))
    const disk = diskOf(old)
    const store = memoryStore(disk)
    await expect(migrate({ store, epoch: await store.claimEpoch() }, rewriteHistory)).rejects.toThrow('I-ACTIVITY')
    for (const [row, value] of old) expect(disk.rows.get(row)).toEqual(value)
  })

  test('cut short at any write -- done again from where it stands', async () => {
    const old = asWrittenBy(3, court)
    for (let afterWrites = 0; ; afterWrites++) {
      const disk = createSimDisk()
      const { store, died } = disk.boot()
      const epoch = await store.claimEpoch()
      const puts = [...old, [HEAD_KEY, new Uint8Array(1)] as const].map(([key, value]) => ({ key, value }))
      await store.commit({ epoch, puts, deletes: [] })
      disk.inject('crash_after_sync', afterWrites)
      const outcome = migrate({ store, epoch }, rewriteHistory).then(() => 'migrated')
      if ((await Promise.race([outcome, died.then(() => 'died')])) === 'migrated') {
        expect(afterWrites).toBeGreaterThan(SCHEMA_VERSION)
        return
      }
      const again = disk.boot().store
      await migrate({ store: again, epoch: await again.claimEpoch() }, rewriteHistory)
      const rows = await again.range({ from: 'act/', to: 'act0' })
      expect(rows.map(({ key, value }) => [key, value])).toEqual(sorted(court))
    }
  })
})
