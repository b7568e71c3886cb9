/**
 * Every effect the runtime may have, as a narrow interface of plain data. The core sees only `Signer`; the loop and
 * the edges use the rest. Each port has an in-memory implementation for tests and a real one at an edge.
 */

import type { Bytes } from './lib/bytes.ts'
import type { EntityId, Start } from './lib/units.ts'

export type Clock = {
  /** Milliseconds since the Unix epoch. */
  now(): number
}

export type Entropy = {
  /** 32 unpredictable bytes. */
  draw(): Bytes
}

/**
 * The keys of the entities this runtime controls. Synchronous and deterministic (RFC 6979), so that a transition
 * which needs a signature stays a function of its input. Keys never leave the implementation.
 */
export type Signer = {
  /** 65 bytes r ‖ s ‖ v, low-s, v ∈ {27, 28}; null when this signer has no key for the entity. */
  sign(entityId: EntityId, digest: Bytes): Bytes | null
  /** Opens a box sealed to the entity's X25519 key; null when it is not for us, has other `aad`, or was altered. */
  open(entityId: EntityId, box: Bytes, aad: Bytes): Bytes | null
}

/** One value of plain JSON that a host keeps outside the database; `get` gives undefined when there is none. */
export type Slot = { get(): Promise<unknown>; set(value: unknown): Promise<void>; clear(): Promise<void> }

export type StoreRow = { readonly key: string; readonly value: Bytes }

export type StoreBatch = {
  /** The epoch `claimEpoch` returned to this writer. */
  readonly epoch: number
  readonly puts: readonly StoreRow[]
  readonly deletes: readonly string[]
}

export type StoreRange = {
  /** Inclusive lower and exclusive upper bound, in code-point order of the keys. */
  readonly from: string
  readonly to: string
  readonly limit?: number
  readonly reverse?: boolean
}

/**
 * Ordered byte rows, one atomic durable commit at a time.
 *
 * - `commit` is all or nothing and has reached stable storage when it resolves. It compares `epoch` with the stored
 *   one inside the same transaction and fails with `StoreError` 'fenced' when another writer has claimed since.
 * - `claimEpoch` durably increments the fencing epoch and returns it; from then on only its caller can commit.
 * - Keys are ASCII, 1–512 characters.
 * - `snapshot` hands over every row as of one moment, in the order of the keys and in pieces of some hundred rows, while
 *   others may go on writing or wait. `visit` returns at once: what it starts and waits for would end the moment.
 */
export type Store = {
  get(key: string): Promise<Bytes | undefined>
  /** In the order of the keys; undefined where there is no row. */
  getMany(keys: readonly string[]): Promise<readonly (Bytes | undefined)[]>
  range(range: StoreRange): Promise<readonly StoreRow[]>
  snapshot(visit: (rows: readonly StoreRow[]) => void): Promise<void>
  claimEpoch(): Promise<number>
  commit(batch: StoreBatch): Promise<void>
  /** Bytes that still fit, as far as is known; absent where nothing is. */
  room?(): Promise<number>
  close(): Promise<void>
}

/** What travels between two runtimes; `seq` numbers the sender's outbox; `start` is its last, null when it has not said so. */
export type Parcel =
  | {
      readonly type: 'message'
      readonly from: EntityId
      readonly to: EntityId
      readonly seq: number
      readonly start: Start | null
      readonly bytes: Bytes
    }
  /**
   * The receiving runtime has committed, or for good refused, the message of this number that was said since this start.
   * Said again since a later one, it may be taken after all.
   */
  | {
      readonly type: 'receipt'
      readonly from: EntityId
      readonly to: EntityId
      readonly seq: number
      readonly start: Start | null
    }

/** Carries parcels to runtimes elsewhere; may lose, repeat and reorder them. */
export type Transport = {
  send(parcel: Parcel): void
  /** @returns the unsubscribe function. */
  onParcel(listener: (parcel: Parcel) => void): () => void
}

/** Calls back once, not before `delayMs` have passed. @returns a function that cancels. */
export type Scheduler = (delayMs: number, run: () => void) => () => void

/**
 * The high-water mark kept outside the database, so that a database which silently went back in time is noticed.
 * Written after each commit and before anything is sent. The mark of an earlier epoch never replaces a later one's.
 */
export type Canary = {
  read(): Promise<CanaryMark | null>
  write(mark: CanaryMark): Promise<void>
}
export type CanaryMark = {
  readonly epoch: number
  readonly height: number
  /** Hash of the WAL record at `height`, 0x-hex. */
  readonly recordHash: string
  /** Highest nonce signed per account, keyed "left/right". */
  readonly signedNonces: { readonly [account: string]: number }
}
