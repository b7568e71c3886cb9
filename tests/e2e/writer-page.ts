/**
 * A page that writes a log as a runtime does (writer lock, database, fencing epoch, one hash-chained record a commit),
 * bundled for the test of two writers. It is a writer that never looks whether it still is one: whose lock was taken
 * goes on, and only the database can stop it.
 *
 * Contract: `writer` on `globalThis`, driven from outside; one log for all pages of the origin. The payload of a record
 * is the epoch it was written under.
 */
import { acquireWriterLock, browserWriterPorts, type WriterPorts } from '../../runtime/manager/lock.ts'
import type { Store } from '../../runtime/ports.ts'
import { openDexieStore } from '../../runtime/storage/dexie.ts'
import { StoreError } from '../../runtime/storage/store.ts'
import { append, readWal, WAL_START, type WalHead } from '../../runtime/storage/wal.ts'

const ID = 'raced'
const LOCK = `xln-runtime-lock:${ID}`
/** A zombie does not give up at the first refusal. */
const ATTEMPTS_AFTER_REFUSAL = 3

/** How a page came to write. */
export type Way = 'if_free' | 'once_free' | 'by_force'
export type Report = {
  readonly epoch: number
  /** Commits that were acknowledged. */
  readonly written: number
  /** What every commit after these failed with. */
  readonly refusals: readonly string[]
  /** What became of its lock, where that is known. */
  readonly lease: 'held' | 'released' | 'stolen'
}
export type Log = {
  readonly end: string
  /** Of each record, in their order. */
  readonly epochs: readonly number[]
}
export type Writer = {
  /** Null when another page holds the lock. @returns the epoch it claimed */
  take(way: Way): Promise<number | null>
  /** Writes on and on. @param pauseAfter commits, before the next one that is ready to go; null: without a pause */
  write(pauseAfter: number | null): void
  /** Resolves once so many commits were acknowledged. */
  reached(commits: number): Promise<void>
  /** Ends a pause: what was ready goes to the database now. */
  resume(): void
  /** Resolves once the database refuses it. */
  refused(): Promise<Report>
  /** Ends the writing, and lets go of everything. */
  end(): Promise<Report>
  read(): Promise<Log>
}

const ports: WriterPorts = browserWriterPorts()
const forcefulPorts: WriterPorts = {
  ...ports,
  locks: { request: (name, _, held) => navigator.locks.request(name, { steal: true }, held) },
}

type Place = { readonly store: Store; readonly epoch: number; head: WalHead }

let place: Place | null = null
let release = async (): Promise<void> => undefined
let lease: Report['lease'] = 'held'
let written = 0
let refusals: string[] = []
let isEnding = false
let running: Promise<void> = Promise.resolve()
let resume = (): void => undefined
let waiting: { readonly commits: number; readonly resolve: () => void }[] = []

const lastOf = async (store: Store): Promise<WalHead> => {
  let last: WalHead = { height: 0, hash: WAL_START }
  for await (const step of readWal(store, { fromHeight: 1, prevHash: WAL_START })) {
    if (step.type === 'stopped') throw new Error(`the log is damaged at ${step.height}: ${step.reason.type}`)
    if (step.type === 'record') last = { height: step.record.height, hash: step.record.hash }
  }
  return last
}

const take = async (way: Way): Promise<number | null> => {
  if (way === 'once_free') await navigator.locks.request(LOCK, () => undefined)
  const self = { instanceId: crypto.randomUUID(), label: 'view' }
  const lock = await acquireWriterLock(ID, self, way === 'by_force' ? forcefulPorts : ports)
  if (lock.type === 'held_by_other') return null
  lease = 'held'
  release = lock.lease.release
  void lock.lease.ended.then((how) => {
    lease = how
  })
  const store = await openDexieStore(ID, { create: true })
  const epoch = await store.claimEpoch()
  place = { store, epoch, head: await lastOf(store) }
  written = 0
  refusals = []
  isEnding = false
  return epoch
}

const told = (): void => {
  for (const { commits, resolve } of waiting) if (written >= commits) resolve()
  waiting = waiting.filter(({ commits }) => written < commits)
}

const writeOn = async (pauseAfter: number | null, current: Place): Promise<void> => {
  const { store, epoch } = current
  while (!isEnding && refusals.length < ATTEMPTS_AFTER_REFUSAL) {
    const height = current.head.height + 1
    const payload = new TextEncoder().encode(`${epoch}`)
    const record = append({
      height,
      timestampMs: height,
      prevHash: current.head.hash,
      payload,
      postRoot: new Uint8Array(32),
    })
    if (written === pauseAfter && refusals.length === 0)
      await new Promise<void>((resolve) => {
        resume = resolve
      })
    try {
      await store.commit({ epoch, puts: record.rows, deletes: [] })
      current.head = { height, hash: record.hash }
      written += 1
      told()
    } catch (error) {
      refusals.push(error instanceof StoreError ? error.type : String(error))
    }
  }
}

const report = (): Report => ({ epoch: place?.epoch ?? 0, written, refusals, lease })

const writer: Writer = {
  take,
  write: (pauseAfter) => {
    if (place !== null) running = writeOn(pauseAfter, place)
  },
  reached: (commits) =>
    new Promise((resolve) => {
      waiting.push({ commits, resolve })
      told()
    }),
  resume: () => resume(),
  refused: async () => {
    await running
    return report()
  },
  end: async () => {
    isEnding = true
    await running
    await place?.store.close()
    await release()
    return report()
  },
  read: async () => {
    const store = await openDexieStore(ID, { create: false })
    const epochs: number[] = []
    let end = 'nothing'
    for await (const step of readWal(store, { fromHeight: 1, prevHash: WAL_START })) {
      if (step.type === 'record') epochs.push(Number(new TextDecoder().decode(step.record.payload)))
      else end = step.type === 'end' ? 'end' : `stopped at ${step.height}: ${step.reason.type}`
    }
    await store.close()
    return { end, epochs }
  },
}
Object.assign(globalThis, { writer })
