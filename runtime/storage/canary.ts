/**
 * The canary: a small high-water mark kept outside the database (`storage.local`; in the daemon an fsynced file).
 * With its log damaged, Chromium opens an older valid or an empty database without an error; only something outside
 * the database can notice. Written after each commit and before anything is sent, it lags by one commit at most, so a
 * database ahead of it is a normal crash, and a database behind it must not sign: it may have signed already.
 */
import * as v from 'valibot'
import type { Canary, CanaryMark } from '../ports.ts'

/** What recovery found in the database. */
export type DatabaseMark = {
  /** The epoch before this writer's own claim: `claimEpoch()` − 1. */
  readonly epoch: number
  readonly height: number
  /** Hash of the WAL record at `height`, 0x-hex. */
  readonly recordHash: string
  /** Hash of the record the database holds at the canary's height, when it is ahead and that record was read. */
  readonly hashAtMark?: string
  /** The highest dispute nonce signed in each account. */
  readonly signedNonces: CanaryMark['signedNonces']
}

export type CanaryVerdict =
  | { readonly type: 'ok' }
  /** A commit landed and its canary did not; also a database whose canary is lost (`mark` is null). */
  | { readonly type: 'database_ahead'; readonly mark: CanaryMark | null; readonly database: DatabaseMark }
  | {
      readonly type: 'rolled_back'
      /**
       * 'history': the database has another record where the canary saw one; 'nonce': it knows of fewer signatures in
       * some account.
       */
      readonly reason: 'empty' | 'epoch' | 'height' | 'history' | 'nonce'
      readonly mark: CanaryMark
      readonly database: DatabaseMark | null
    }

/** `database` is null when it is missing or holds no record. Of several reasons the weightiest is named. */
export const compareCanary = (mark: CanaryMark | null, database: DatabaseMark | null): CanaryVerdict => {
  if (mark === null) return database === null ? { type: 'ok' } : { type: 'database_ahead', mark, database }
  if (database === null) return { type: 'rolled_back', reason: 'empty', mark, database }
  if (database.height < mark.height) return { type: 'rolled_back', reason: 'height', mark, database }
  const hashAtMark = database.height === mark.height ? database.recordHash : database.hashAtMark
  if (hashAtMark !== undefined && hashAtMark !== mark.recordHash)
    return { type: 'rolled_back', reason: 'history', mark, database }
  const isBehind = Object.entries(mark.signedNonces).some(([key, nonce]) => (database.signedNonces[key] ?? 0) < nonce)
  if (isBehind) return { type: 'rolled_back', reason: 'nonce', mark, database }
  if (database.epoch < mark.epoch) return { type: 'rolled_back', reason: 'epoch', mark, database }
  return database.height === mark.height ? { type: 'ok' } : { type: 'database_ahead', mark, database }
}

const natural = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const markSchema = v.strictObject({
  epoch: natural,
  height: natural,
  recordHash: v.pipe(v.string(), v.regex(/^0x[0-9a-f]{64}$/)),
  signedNonces: v.record(v.string(), natural),
})

export type CanaryRead =
  | { readonly type: 'ok'; readonly mark: CanaryMark }
  | { readonly type: 'absent' }
  /** Something is there and it is not a mark: to be treated as an alarm, never as a missing one. */
  | { readonly type: 'malformed' }

/** Reads what `storage.local` returned. */
export const parseCanaryMark = (stored: unknown): CanaryRead => {
  if (stored === undefined || stored === null) return { type: 'absent' }
  const parsed = v.safeParse(markSchema, stored)
  return parsed.success ? { type: 'ok', mark: parsed.output } : { type: 'malformed' }
}

/** What is to be stored: a writer that was suspended after its commit must not cover a later writer's mark. */
export const laterMark = (stored: CanaryMark | null, mark: CanaryMark): CanaryMark =>
  stored !== null && stored.epoch > mark.epoch ? stored : mark

/** Something is stored and it is not a mark: as alarming as a mark that disagrees. */
export class CanaryUnreadable extends Error {
  override readonly name = 'CanaryUnreadable'
  readonly retryable = false
}

/** One value that outlives the process, outside the database. */
export type CanarySlot = {
  /** undefined when nothing was ever written. */
  readonly get: () => Promise<unknown>
  readonly set: (mark: CanaryMark) => Promise<void>
}

/** @throws CanaryUnreadable by both calls. */
export const slotCanary = ({ get, set }: CanarySlot): Canary => {
  const read = async (): Promise<CanaryMark | null> => {
    const found = parseCanaryMark(await get())
    if (found.type === 'malformed') throw new CanaryUnreadable('the high-water mark is unreadable')
    return found.type === 'ok' ? found.mark : null
  }
  return { read, write: async (mark) => set(laterMark(await read(), mark)) }
}

/** A canary in memory; `slot` outlives a restart as `storage.local` does. */
export const memoryCanary = (slot: { mark: CanaryMark | null } = { mark: null }): Canary =>
  slotCanary({
    get: async () => slot.mark,
    set: async (mark) => {
      slot.mark = mark
    },
  })
