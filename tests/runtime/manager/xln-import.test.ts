/** A runtime out of its store, through a file, into another store: proven by replay, or nothing is left of it. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb'
import { beforeAll, describe, expect, test } from 'vitest'
import { present } from '../../../runtime/lib/assert.ts'
import { type Bytes, toHex, utf8 } from '../../../runtime/lib/bytes.ts'
import { SECTION_BYTES, type XlnHeader } from '../../../runtime/manager/xln-file.ts'
import {
  hasFrames,
  type ImportOutcome,
  type ImportProgress,
  importRuntime,
  isAbandoned,
  takeOver,
} from '../../../runtime/manager/xln-import.ts'
import type { ExportProgress } from '../../../runtime/manager/xln-write.ts'
import { exportRuntime } from '../../../runtime/manager/xln-write.ts'
import type { Store, StoreRow } from '../../../runtime/ports.ts'
import { rebuild } from '../../../runtime/recover.ts'
import { deleteDexieStore, openDexieStore } from '../../../runtime/storage/dexie.ts'
import { createLevelHome } from '../../../runtime/storage/level.ts'
import { memoryStore } from '../../../runtime/storage/memory.ts'
import { StoreError } from '../../../runtime/storage/store.ts'
import { readRecord, walKey } from '../../../runtime/storage/wal.ts'
import type { Running } from '../../support/running.ts'
import { startTown } from '../../support/running.ts'
import { tiersOf } from '../../support/tiers.ts'
import { TUSD } from '../../support/world.ts'
import { bytesOf, exported, imported, PASSWORD, sortedRows, stagingDisk, storeWith } from '../../support/xln.ts'

const pay = (town: Running, memo = ''): Promise<void> =>
  town.run('You', { type: 'direct_payment', counterparty: town.id('Hub'), tokenId: TUSD, amount: 1n, memo })
const grown = async (height: number, tiers = tiersOf(5, 25), memo = ''): Promise<Running> => {
  const town = await startTown({ tiers })
  while (town.host.env().height < height) await pay(town, memo)
  await town.host.stop()
  return town
}

/** A town of some seventy frames, with fulls and diffs. */
let town: Running
let rows: ReadonlyMap<string, Bytes>
let file: Blob
let header: XlnHeader
beforeAll(async () => {
  town = await grown(70)
  rows = town.rows()
  ;({ file, header } = await exported(storeWith(rows)))
})

const refusal = ({ type, ...rest }: ImportOutcome) => ('problem' in rest ? rest.problem : type)
const stagedOf = (outcome: ImportOutcome) => {
  if (outcome.type === 'verified') return outcome.staged
  throw new Error(JSON.stringify(refusal(outcome)))
}
/** Of this frame, as a mark has it. */
const hashAt = async (store: Store, height: number): Promise<string> => {
  const read = await readRecord(store, height)
  return read?.type === 'ok' ? toHex(read.record.hash) : ''
}
/** What an import leaves beside its rows. */
const withMark = (all: ReadonlyMap<string, Bytes>) => new Map([...all, ['staging', Uint8Array.of(1)]])
const sorted = (all: ReadonlyMap<string, Bytes> | null) => (all === null ? null : sortedRows(all))

describe('round trip', () => {
  test('every row, and what the header says of them', async () => {
    const { outcome, rows: left } = await imported(file)
    expect(sorted(left)).toEqual(sorted(withMark(rows)))
    const env = town.host.env()
    expect(header).toMatchObject({
      runtimeId: 'test',
      name: 'Simnet',
      label: 'My world',
      kind: 'local',
      owners: [town.id('You')],
      chainIds: [Number([...env.jReplicas.values()][0]?.terms.chainId)],
      height: env.height,
      root: town.host.root(),
      config: '{"index":0}',
      totals: { rows: rows.size },
    })
    expect(stagedOf(outcome)).toEqual({
      stagingName: 'staging-1',
      header,
      height: env.height,
      recordHash: toHex(header.recordHash),
      ownEntityIds: [town.id('You')],
      chainIds: [...env.jReplicas.values()].map(({ terms }) => terms.chainId),
    })
  })
  test('a file of what came out of a file is the same, byte for byte', async () => {
    const { rows: left } = await imported(file)
    const again = await exported(storeWith(present(left, 'rows')))
    expect(await bytesOf(again.file)).toEqual(await bytesOf(file))
  })
  test('the fencing epoch is not in it, and the copy has writers of its own', async () => {
    const many = await exported(memoryStore({ rows: new Map(rows), epoch: 1 }))
    expect(await bytesOf(many.file)).toEqual(await bytesOf(file))
    const { state, staging } = stagingDisk()
    await importRuntime({ file, password: null, staging })
    expect(state.disk?.epoch).toBe(1)
  })
  test('taken over, it is abandoned by nobody, and starts as any other', async () => {
    const { rows: left } = await imported(file)
    const store = storeWith(present(left, 'rows'))
    expect(await isAbandoned(store)).toBe(true)
    await takeOver(store)
    expect(await isAbandoned(store)).toBe(false)
    const again = await rebuild({ store, runtimeId: 'test', name: 'Simnet' })
    expect([again.damage, again.root]).toEqual([null, town.host.root()])
  })
  test('has the frames of its log, and no other ones', async () => {
    const store = storeWith(rows)
    const last = { height: header.height, recordHash: toHex(header.recordHash) }
    const first = { height: 1, recordHash: await hashAt(store, 1) }
    for (const frames of [[], [last], [first, last]]) expect(await hasFrames(store, frames)).toBe(true)
    for (const other of [
      null,
      { ...last, height: last.height + 1 },
      { ...last, height: last.height - 1 },
      { ...last, recordHash: first.recordHash },
    ])
      expect(await hasFrames(store, [last, other]), JSON.stringify(other)).toBe(false)
  })
  test('of a log that has been shortened, from its oldest full', async () => {
    const retention = { frames: 20, fineFrames: 10, coarseFrames: 10 }
    const short = await grown(100, { diffInterval: 2, snapshotInterval: 10, retention })
    expect(short.rows().has(walKey(1))).toBe(false)
    expect(
      await hasFrames(storeWith(short.rows()), [{ height: 1, recordHash: await hashAt(storeWith(rows), 1) }]),
    ).toBe(false)
    const seen: ImportProgress[] = []
    const { file: shorter } = await exported(storeWith(short.rows()))
    const { outcome, rows: left } = await imported(shorter, { onProgress: (progress) => seen.push(progress) })
    expect(stagedOf(outcome).height).toBe(short.host.env().height)
    expect(sorted(left)).toEqual(sorted(withMark(short.rows())))
    expect(seen.filter(({ phase }) => phase === 'replaying').length).toBeLessThan(60)
  })
})

describe('stores', () => {
  const backend = { indexedDB: new IDBFactory(), IDBKeyRange }
  const copied = async (from: Store): Promise<Store> => {
    const epoch = await from.claimEpoch()
    await from.commit({ epoch, puts: sortedRows(rows), deletes: [] })
    return from
  }
  const rowsIn = async (store: Store): Promise<readonly StoreRow[]> => store.range({ from: '', to: '\x7f' })

  test.each(['memory', 'Dexie', 'LevelDB'])('%s', async (which) => {
    const folder = await mkdtemp(join(tmpdir(), 'xln-'))
    const home = createLevelHome()
    const open = async (name: string): Promise<Store> => {
      if (which === 'memory') return memoryStore()
      if (which === 'Dexie') return openDexieStore(name, { ...backend, create: true })
      return home.open(join(folder, name), { create: true })
    }
    const from = await copied(await open('from'))
    const { file: made } = await exported(from, { password: PASSWORD })
    const staging = { name: 'to', open: () => open('to'), discard: () => Promise.reject(new Error('kept')) }
    const { outcome } = await imported(made, { password: PASSWORD, staging })
    expect(stagedOf(outcome).header.root).toEqual(town.host.root())
    if (which !== 'memory') {
      const to = await open('to')
      expect(await rowsIn(to)).toEqual(sorted(withMark(rows)))
      await to.close()
    }
    await from.close()
    await rm(folder, { recursive: true })
  })
  test('Dexie -- refused, and the database is gone', async () => {
    const staging = {
      name: 'gone',
      open: () => openDexieStore('gone', { ...backend, create: true }),
      discard: () => deleteDexieStore('gone', backend),
    }
    const cut = file.slice(0, file.size)
    const bytes = await bytesOf(cut)
    bytes.fill(0, bytes.length - 3)
    const { outcome } = await imported(new Blob([bytes as Uint8Array<ArrayBuffer>]), { staging })
    expect(refusal(outcome)).toMatchObject({ type: 'damaged' })
    expect((await backend.indexedDB.databases()).map(({ name }) => name)).not.toContain('gone')
  })
  test('no room for it -- said before a row is written', async () => {
    const { state, staging } = stagingDisk()
    const open = async () => ({ ...(await staging.open()), room: async () => 1_000 })
    const outcome = await importRuntime({ file, password: null, staging: { ...staging, open } })
    expect(refusal(outcome)).toEqual({ type: 'no_room', need: header.totals.bytes * 2, have: 1_000 })
    expect(state.disk).toBe(null)
  })
  test.each([
    ['quota', { type: 'no_room', need: 0, have: null }],
    ['io', { type: 'storage', detail: 'the disk' }],
  ] as const)('the disk fails (%s)', async (failure, problem) => {
    const { state, staging } = stagingDisk()
    let commits = 0
    const open = async (): Promise<Store> => {
      const store = await staging.open()
      const commit: Store['commit'] = (batch) =>
        ++commits < 2 ? store.commit(batch) : Promise.reject(new StoreError(failure, 'the disk'))
      return { ...store, commit }
    }
    const outcome = await importRuntime({ file, password: null, staging: { ...staging, open } })
    expect([refusal(outcome), state.disk]).toEqual([problem, null])
  })
})

describe('under a password', () => {
  test('of a thousand frames, with the real cost of a key', async () => {
    const long = await grown(1_000, tiersOf(50, 500))
    const { file: sealed } = await exported(storeWith(long.rows()), {
      password: PASSWORD,
      deriveKey: undefined as never,
    })
    expect((await imported(sealed, { deriveKey: undefined as never })).outcome).toEqual({
      type: 'refused',
      problem: { type: 'password_needed' },
    })
    const wrong = await imported(sealed, { password: `${PASSWORD}!`, deriveKey: undefined as never })
    expect([refusal(wrong.outcome), wrong.rows]).toEqual([{ type: 'sealed' }, null])
    const { outcome } = await imported(sealed, { password: PASSWORD, deriveKey: undefined as never })
    expect(stagedOf(outcome)).toMatchObject({ height: long.host.env().height })
  }, 60_000)
  test('the same runtime twice is two different files', async () => {
    let drawn = 0
    const entropy = { draw: () => new Uint8Array(32).fill(++drawn) }
    const [a, b] = [
      await exported(storeWith(rows), { password: PASSWORD, entropy }),
      await exported(storeWith(rows), { password: PASSWORD, entropy }),
    ]
    expect(await bytesOf(a.file)).not.toEqual(await bytesOf(b.file))
  })
  test.each(['', '\ud800', 'x'.repeat(1_025)])('a password nobody can have typed, %j', async (password) => {
    const made = exportRuntime({
      store: storeWith(rows),
      runtimeId: 'test',
      name: 'Simnet',
      label: '',
      config: '',
      password,
      clock: { now: () => 0 },
      entropy: { draw: () => new Uint8Array(32) },
    })
    expect(await made).toEqual({ type: 'refused', problem: { type: 'password_unusable' } })
  })
})

describe('progress and giving up', () => {
  const ORDER = ['unlocking', 'reading', 'replaying']

  test('only forwards, in its order, to its end', async () => {
    const seen: ImportProgress[] = []
    await imported(file, { onProgress: (progress) => seen.push(progress) })
    const ranks = seen.map(({ phase, done, total }) => ORDER.indexOf(phase) + done / (total + 1))
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b))
    const frames = seen.filter(({ phase }) => phase === 'replaying')
    expect(frames[0]).toEqual({ phase: 'replaying', done: 1, total: header.height })
    expect(frames.at(-1)).toEqual({ phase: 'replaying', done: header.height, total: header.height })
    const steps: ExportProgress[] = []
    await exported(storeWith(rows), { onProgress: (progress) => steps.push(progress) })
    const packing = steps.filter(({ phase }) => phase === 'packing').map(({ done }) => done)
    expect(packing).toEqual([...packing].sort((a, b) => a - b))
    expect(steps.map(({ phase }) => phase)).toEqual([...steps.map(({ phase }) => phase)].sort().reverse())
  })
  test('given up at any moment -- nothing is left', async () => {
    const seen: ImportProgress[] = []
    await imported(file, { onProgress: (progress) => seen.push(progress) })
    for (const at of [...Array(seen.length).keys()].filter((n) => n % 5 === 0 || n === seen.length - 1)) {
      const controller = new AbortController()
      let count = 0
      const { outcome, rows: left } = await imported(file, {
        signal: controller.signal,
        onProgress: () => {
          if (count++ === at) controller.abort()
        },
      })
      expect([outcome.type, left]).toEqual(['cancelled', null])
    }
  })
  test('an export given up', async () => {
    for (const phase of ['reading', 'packing'] as const) {
      const controller = new AbortController()
      const onProgress = (progress: ExportProgress): void => {
        if (progress.phase === phase) controller.abort()
      }
      await expect(exported(storeWith(rows), { signal: controller.signal, onProgress })).rejects.toThrow('cancelled')
    }
  })
})

describe('what is exported', () => {
  test('only what belongs to a runtime', async () => {
    const more = new Map([...rows, ['staging', utf8('x')], ['keys/secret', utf8('x')]])
    expect(await bytesOf((await exported(storeWith(more))).file)).toEqual(await bytesOf(file))
  })
  test('nothing there, a damaged log, a database that is gone', async () => {
    await expect(exported(memoryStore())).rejects.toThrow('nothing_here')
    const damaged = new Map(rows)
    damaged.set(walKey(header.height), utf8('damaged'))
    await expect(exported(storeWith(damaged))).rejects.toThrow('log_damaged')
    const store = storeWith(rows)
    await store.close()
    await expect(exported(store)).rejects.toThrow('storage')
  })
  test('of one moment, while the runtime goes on', async () => {
    const live = await startTown({ tiers: tiersOf(5, 25) })
    for (let i = 0; i < 10; i++) await pay(live)
    const store = storeWith(live.rows())
    const before = live.host.env().height
    const racing: Store = {
      ...store,
      snapshot: async (visit) => {
        // The log goes on between the facts and the copy.
        for (let i = 0; i < 3; i++) await pay(live)
        const later = storeWith(live.rows())
        await later.snapshot(visit)
      },
    }
    const made = await exported(racing)
    expect(made.header.height).toBeGreaterThan(before)
    expect(stagedOf((await imported(made.file)).outcome).height).toBe(live.host.env().height)
    await live.host.stop()
  })
  test('sections are bounded however large the runtime is', async () => {
    const seen: StoreRow[][] = []
    const large = new Map([...rows].filter(([key]) => key !== 'x'))
    for (let i = 0; i < 40; i++)
      large.set(
        `act/large/${i}`,
        new Uint8Array(100_000).map((_, at) => (at * i * 31) % 251),
      )
    const { file: made } = await exported(storeWith(large))
    const { state, staging } = stagingDisk()
    const open = async (): Promise<Store> => {
      const store = await staging.open()
      return {
        ...store,
        commit: (batch) => {
          seen.push([...batch.puts])
          return store.commit(batch)
        },
      }
    }
    await importRuntime({ file: made, password: null, staging: { ...staging, open } })
    const sizes = seen.map((puts) => puts.reduce((sum, { value }) => sum + value.length, 0))
    expect(Math.max(...sizes)).toBeLessThanOrEqual(SECTION_BYTES)
    expect(sizes.length).toBeGreaterThan(4)
    expect(state.disk?.rows.size).toBe(large.size + 1)
  })
})
