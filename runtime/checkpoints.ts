/**
 * When a runtime writes its checkpoints, and what happens when there is no room for one: nothing. The log holds
 * everything without it, so what was begun of it is removed, the next is tried later, and the owner is told.
 *
 * A diff is one small write. It is due every so many frames and waits for the end of what is under way, a payment say, but
 * not for as many frames again. Everything larger (a diff that becomes a full, removing what is no longer kept) is *work*:
 * done a chunk at a time between ticks, so that no payment waits for it, and begun anew after a restart.
 */
import type { Clock, Store } from './ports.ts'
import type { StorageStatus } from './radapter/health.ts'
import type { Base, Position } from './recover.ts'
import { envRows, rowChanges } from './snapshot.ts'
import {
  type CheckpointRef,
  listCheckpoints,
  removeCheckpoint,
  removeHalves,
  sizeOf,
  writeDiff,
  writeFull,
} from './storage/checkpoint.ts'
import { mergeFull } from './storage/merge.ts'
import { expendable, type Retention } from './storage/retention.ts'
import { StoreError } from './storage/store.ts'
import { removeLog } from './storage/wal.ts'
import type { Env } from './types.ts'

export type Tiers = {
  /** Frames between two diffs. */
  readonly diffInterval: number
  /** Frames between two fulls. */
  readonly snapshotInterval: number
  readonly retention: Retention
}

type Ports = {
  readonly store: Store
  readonly epoch: number
  readonly clock: Clock
  readonly tiers: Tiers
}

type Start = {
  readonly base: Base
  /** Of the checkpoint the runtime was restored from. */
  readonly height: number
  /** Checkpoints that were found damaged. */
  readonly unsound: readonly CheckpointRef[]
}

export type Checkpoints = {
  /** After a tick, or when there was nothing to do. @throws StoreError for every failure but a lack of room. */
  readonly afterTick: (at: Position, isBusy: boolean) => Promise<void>
  /** A chunk of what is to be done besides; false when there is nothing. @throws as `afterTick` */
  readonly work: (at: Position) => Promise<boolean>
  /** When to do so although nothing else happens; null: no need. */
  readonly nextTryMs: () => number | null
  /** The full that the newest diff stands on. */
  readonly base: () => Base
  readonly storage: () => StorageStatus
  /** There may be room by now: the next one need not wait. */
  readonly retry: () => void
}

/** A diff that is due comes before this many times its interval has passed. */
const MOST_INTERVALS = 2
/** How long after a checkpoint that found no room the next is tried. */
const NO_ROOM_MS = 60_000
/** No checkpoint takes this: the log needs it. */
const RESERVE_BYTES = 8 * 1_024 * 1_024
/** What a row takes beyond its own bytes, at most: its index, and a log that is written before it. */
const ROW_FACTOR = 2

export const isQuota = (error: unknown): boolean => error instanceof StoreError && error.type === 'quota'

/** Since when an account is in dispute, or is kept as evidence; the lowest of them, null when there is none. */
const neededFrom = (env: Env): number | null => {
  let lowest: number | null = null
  for (const { state } of env.eReplicas.values())
    for (const { status, createdAtHeight } of state.accounts.values())
      if (status.type !== 'open' && status.type !== 'closed')
        lowest = Math.min(lowest ?? createdAtHeight, createdAtHeight)
  return lowest
}

/** @param onChange told when room is found or lacking */
export const createCheckpoints = (ports: Ports, start: Start, onChange: () => void): Checkpoints => {
  const { store, clock, tiers } = ports
  let { base, height } = start
  let notBeforeMs = 0
  let storage: StorageStatus = 'ok'
  let tidying: AsyncGenerator<number, void> | null = tidy(ports, start.unsound)
  let job: AsyncGenerator<number, void> | null = tidying

  const set = (next: StorageStatus): void => {
    if (storage === next) return
    storage = next
    onChange()
  }
  const putOff = (): void => {
    notBeforeMs = clock.now() + NO_ROOM_MS
    set('short')
  }
  /** Asked first: a disk that fills up in the middle costs the connection. */
  const hasRoom = async (bytes: number): Promise<boolean> =>
    store.room === undefined || (await store.room()) >= bytes * ROW_FACTOR + RESERVE_BYTES
  /** What was begun goes again, if that is possible. */
  const outOfRoom = (error: unknown): void => {
    if (!isQuota(error)) throw error
    const isTidying = job !== null && job === tidying
    tidying = isTidying ? null : tidy(ports, [])
    job = tidying
    putOff()
  }

  /** The diff that was just written becomes the full that the next ones stand on. */
  async function* grow(at: Position): AsyncGenerator<number, void> {
    const { env, root, recordHash } = at
    const head = { height: env.height, root, recordHash, timestampMs: env.timestampMs }
    const merged = yield* mergeFull(ports, env.height)
    // What lies on the disk is damaged; the state itself is not.
    if (merged.type !== 'ok') await writeFull(ports, head, envRows(env))
    base = { height: env.height, env }
    yield* prune(ports, env)
  }
  const write = async (at: Position): Promise<void> => {
    // What is being removed may lie at this very height.
    if (job !== null && job === tidying) return
    const { env, root, recordHash } = at
    const changes = rowChanges(base.env, env)
    try {
      if (!(await hasRoom(sizeOf(changes)))) return putOff()
      const head = { height: env.height, baseHeight: base.height, root, recordHash, timestampMs: env.timestampMs }
      await writeDiff(ports, head, changes)
    } catch (error) {
      return outOfRoom(error)
    }
    height = env.height
    set('ok')
    if (job === null && height - base.height >= tiers.snapshotInterval) job = grow(at)
  }
  return {
    afterTick: async (at, isBusy) => {
      const frames = at.env.height - height
      const isDue = frames >= tiers.diffInterval * (isBusy ? MOST_INTERVALS : 1)
      if (isDue && clock.now() >= notBeforeMs) await write(at)
    },
    work: async (at) => {
      if (storage === 'short' && clock.now() >= notBeforeMs) await write(at)
      if (job === null) return false
      try {
        const { done, value: bytes } = await job.next()
        if (done) job = null
        else if (bytes > 0 && !(await hasRoom(bytes)))
          outOfRoom(new StoreError('quota', 'no room for a full checkpoint'))
      } catch (error) {
        outOfRoom(error)
      }
      // Its end is looked at once more: what waited for it may be due.
      return true
    },
    base: () => base,
    storage: () => storage,
    nextTryMs: () => (storage === 'short' ? notBeforeMs : null),
    retry: () => {
      notBeforeMs = 0
    },
  }
}

/** What was cut short, and what recovery found damaged. */
async function* tidy(ports: Ports, unsound: readonly CheckpointRef[]): AsyncGenerator<number, void> {
  for await (const _ of removeHalves(ports)) yield 0
  for (const ref of unsound) for await (const _ of removeCheckpoint(ports, ref)) yield 0
}

/** What is no longer kept. */
async function* prune(ports: Ports, env: Env): AsyncGenerator<number, void> {
  const { store, tiers } = ports
  const listed = await listCheckpoints(store)
  const checkpoints = listed.flatMap((found) => (found.type === 'ok' ? [found.index] : []))
  const { retention } = tiers
  const { checkpoints: gone, logBelow } = expendable(checkpoints, {
    height: env.height,
    neededFrom: neededFrom(env),
    retention,
  })
  // The log last: a checkpoint is removed while everything it could be made of is still there.
  for (const ref of gone) for await (const _ of removeCheckpoint(ports, ref)) yield 0
  for await (const _ of removeLog(ports, logBelow)) yield 0
}
