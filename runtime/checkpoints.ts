/**
 * When a runtime writes its checkpoints, and what happens when there is no room for one: nothing. The log holds
 * everything without it, so what was begun of it is removed, the next is tried later, and the owner is told.
 */

import type { Clock, Store, StoreRow } from './ports.ts'
import type { StorageStatus } from './radapter/health.ts'
import type { Position } from './recover.ts'
import { envRows } from './snapshot.ts'
import { pruneCheckpoints, writeCheckpoint } from './storage/checkpoint.ts'
import { StoreError } from './storage/store.ts'
import type { Env } from './types.ts'

type Ports = {
  readonly store: Store
  readonly epoch: number
  readonly clock: Clock
  /** Frames between two checkpoints. */
  readonly checkpointInterval: number
}

export type Checkpoints = {
  /** Where the state stands now. @throws StoreError for every failure but a lack of room. */
  readonly write: (at: Position) => Promise<void>
  /** After a tick. */
  readonly isDue: (height: number) => boolean
  /** For a runtime that has nothing else to do: how long to wait for the next one; null when none is worth it. */
  readonly quietInMs: (height: number) => number | null
  readonly storage: () => StorageStatus
  /** There may be room by now: the next one need not wait. */
  readonly retry: () => void
}

/** A runtime that has been quiet for so long, this far from its checkpoint, writes one: the next start is short. */
const QUIET_MS = 2_000
const QUIET_FRAMES = 16
/** How long after a checkpoint that found no room the next is tried. */
const NO_ROOM_MS = 60_000
/** No checkpoint takes this: the log needs it. */
const RESERVE_BYTES = 8 * 1_024 * 1_024
/** What a row takes beyond its own bytes, at most: its index, and a log that is written before it. */
const ROW_FACTOR = 2

export const isQuota = (error: unknown): boolean => error instanceof StoreError && error.type === 'quota'

const sortedRows = (env: Env) => [...envRows(env)].sort((a, b) => (a.key < b.key ? -1 : 1))

/** @param lastHeight of the checkpoint the runtime was restored from. @param onChange told when room is found or lacking */
export const createCheckpoints = (ports: Ports, lastHeight: number, onChange: () => void): Checkpoints => {
  const { store, epoch, clock, checkpointInterval } = ports
  let height = lastHeight
  let notBeforeMs = 0
  let storage: StorageStatus = 'ok'

  const set = (next: StorageStatus): void => {
    if (storage === next) return
    storage = next
    onChange()
  }
  const isTooSoon = (): boolean => clock.now() < notBeforeMs
  const putOff = (): void => {
    notBeforeMs = clock.now() + NO_ROOM_MS
    set('short')
  }
  /** What was begun goes, if anything of it is there. */
  const removeHalf = (): Promise<unknown> =>
    pruneCheckpoints(store, epoch).catch((error: unknown) => {
      // A connection that was lost over it is noticed by the next commit.
      if (!isQuota(error) && !(error instanceof StoreError && error.type === 'closed')) throw error
    })
  /** Asked first: a disk that fills up in the middle costs the connection. */
  const hasRoom = async (rows: readonly StoreRow[]): Promise<boolean> => {
    if (store.room === undefined) return true
    const bytes = rows.reduce((sum, { key, value }) => sum + key.length + value.length, 0)
    return (await store.room()) >= bytes * ROW_FACTOR + RESERVE_BYTES
  }
  return {
    write: async ({ env, root, recordHash }) => {
      try {
        const rows = sortedRows(env)
        if (!(await hasRoom(rows))) return putOff()
        await writeCheckpoint(store, epoch, {
          height: env.height,
          root,
          recordHash,
          timestampMs: env.timestampMs,
          rows,
        })
        await pruneCheckpoints(store, epoch)
        height = env.height
      } catch (error) {
        if (!isQuota(error)) throw error
        await removeHalf()
        return putOff()
      }
      set('ok')
    },
    isDue: (now) => now - height >= checkpointInterval && !isTooSoon(),
    quietInMs: (now) =>
      now - height >= Math.min(QUIET_FRAMES, checkpointInterval) ? Math.max(QUIET_MS, notBeforeMs - clock.now()) : null,
    storage: () => storage,
    retry: () => {
      notBeforeMs = 0
    },
  }
}
