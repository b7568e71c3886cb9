/**
 * What a running runtime offers to whoever hosts it: views of its committed state, and one way to ask for more.
 * Implemented by `loop.ts`; the RAdapter server is written against this alone.
 */
import type { EntityId } from './lib/units.ts'
import type { ActivityBook } from './radapter/activity.ts'
import type { ActivityHistory } from './radapter/activity-history.ts'
import type { ChainStatus, StorageStatus } from './radapter/health.ts'
import type { StoredState } from './radapter/kv-reader.ts'
import type { Env, InputOutcome, RuntimeInput } from './types.ts'

export type RuntimeHost = {
  /** The committed state; a new object after each tick. */
  readonly env: () => Env
  /** What of history is in memory, as of the committed state. */
  readonly activity: () => ActivityBook
  /** All of it. */
  readonly history: ActivityHistory
  /** Root of the committed state, 32 bytes. */
  readonly root: () => Uint8Array
  /** Why the loop stopped for good, or null. */
  readonly halted: () => string | null
  readonly storage: () => StorageStatus
  /** By jurisdiction name; of one that is not there it is up. */
  readonly chainStatus: (name: string) => ChainStatus
  /** Who has left messages unanswered for a while, and since when (ms). */
  readonly unreachable: () => ReadonlyMap<EntityId, number>
  /** Tries anew, now, whatever waits for its next try: chains and peers that do not answer, a checkpoint without room. */
  readonly retry: () => void
  readonly checkpointInterval: number
  readonly retained: () => Promise<Retained>
  /** The state as of a retained height; null when that height is not retained. */
  readonly envAt: (height: number) => Promise<Env | null>
  /** The same at a checkpoint, to be read row by row, where that is the shorter way; null where it is not. */
  readonly storedAt: (height: number) => Promise<StoredState | null>
  /** Resolves when the input has been committed, or refused; rejects with an Error once halted or stopped. */
  readonly submit: (input: RuntimeInput) => Promise<InputOutcome>
  /** Called after each commit, when the runtime halts, and when something around it fails or comes back. */
  readonly onChange: (listener: () => void) => () => void
  /** Finishes the tick in hand and takes no more. Idempotent. */
  readonly stop: () => Promise<void>
}

/** What of the past can be shown. */
export type Retained = {
  /** 1 while nothing has been given up. */
  readonly oldestHeight: number
  /** By height. */
  readonly checkpoints: readonly { readonly height: number; readonly timestampMs: number }[]
}

/** A runtime that stopped takes nothing more. */
export class RuntimeStopped extends Error {
  override readonly name = 'RuntimeStopped'
  readonly retryable = false
}
