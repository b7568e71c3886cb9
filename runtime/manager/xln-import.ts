/**
 * Brings a `.xln` file into a database of its own, proves it by replay (xln-verify.ts), and only then offers it.
 *
 * An older layout of rows is kept as it is: the log is the same in all of them, and whoever opens it migrates it.
 *
 * Contract: nothing but the staging database is touched; whatever goes wrong, and when it is given up, that database is
 * gone again. Until somebody takes it over it carries a mark, so that what a closed page left behind can be told from
 * a runtime (`isAbandoned`). Whether it may sign is another question, which the frames it has decide: `hasFrames`.
 */
import { Fault } from '../lib/assert.ts'
import { toHex } from '../lib/bytes.ts'
import type { EntityId } from '../lib/units.ts'
import type { CanaryMark, Store } from '../ports.ts'
import { StoreError } from '../storage/store.ts'
import { readRecord } from '../storage/wal.ts'
import { type XlnFileProblem, type XlnHeader, XlnRefused } from './xln-file.ts'
import { openXln, type XlnReader } from './xln-read.ts'
import type { DeriveKey } from './xln-seal.ts'
import { type Verified, verifyStaged } from './xln-verify.ts'

/** What can go wrong on the way in, beside the file itself. */
export type ImportProblem =
  | XlnFileProblem
  | { readonly type: 'no_room'; readonly need: number; readonly have: number | null }
  | { readonly type: 'storage'; readonly detail: string }
  /** The browser can no longer read the file it was given. */
  | { readonly type: 'file_gone' }

/** A database made of a file, verified, and nobody's yet. */
export type Staged = {
  readonly stagingName: string
  readonly header: XlnHeader
  readonly height: number
  /** 0x-hex, as in a canary's mark. */
  readonly recordHash: string
  readonly ownEntityIds: readonly EntityId[]
  readonly chainIds: readonly bigint[]
}

export type ImportOutcome =
  | { readonly type: 'verified'; readonly staged: Staged }
  | { readonly type: 'refused'; readonly problem: ImportProblem }
  | { readonly type: 'cancelled' }

/** Bytes of the file, then frames. */
export type ImportProgress = {
  readonly phase: 'unlocking' | 'reading' | 'replaying'
  readonly done: number
  readonly total: number
}

/** A database that is not there yet, under a name nobody else uses. */
export type Staging = {
  readonly name: string
  readonly open: () => Promise<Store>
  /** Removes it with everything in it; also when it was never made. */
  readonly discard: () => Promise<void>
}

export type ImportOptions = {
  readonly file: Blob
  readonly password: string | null
  readonly staging: Staging
  readonly deriveKey?: DeriveKey
  readonly onProgress?: (progress: ImportProgress) => void
  readonly signal?: AbortSignal
}

/** In no file, and in no runtime. */
const STAGING_KEY = 'staging'
const MARK = Uint8Array.of(1)
/** What is written needs so much more than its own size. */
const ROOM_FACTOR = 2

class Cancelled extends Error {
  override readonly name = 'Cancelled'
}

/** True of a database that an import was making, or had made, and that nobody has taken over. */
export const isAbandoned = async (store: Store): Promise<boolean> => (await store.get(STAGING_KEY)) !== undefined

/** It is somebody's from here on. */
export const takeOver = async (store: Store): Promise<void> =>
  store.commit({ epoch: await store.claimEpoch(), puts: [], deletes: [STAGING_KEY] })

const checkRoom = async (store: Store, { totals }: XlnHeader): Promise<void> => {
  const need = totals.bytes * ROOM_FACTOR
  const have = await store.room?.()
  if (have !== undefined && have < need) throw new NoRoom({ type: 'no_room', need, have })
}
class NoRoom extends Error {
  override readonly name = 'NoRoom'
  constructor(readonly problem: Extract<ImportProblem, { type: 'no_room' }>) {
    super(problem.type)
  }
}

const fill = async (store: Store, epoch: number, reader: XlnReader, { file, onProgress }: Following): Promise<void> => {
  await store.commit({ epoch, puts: [{ key: STAGING_KEY, value: MARK }], deletes: [] })
  for await (const { rows, at } of reader.pieces()) {
    await store.commit({ epoch, puts: rows, deletes: [] })
    onProgress({ phase: 'reading', done: at, total: file.size })
  }
}

type Following = { readonly file: Blob; readonly onProgress: (progress: ImportProgress) => void }

const verifiedBy = async (reader: XlnReader, store: Store, following: Following): Promise<Verified> => {
  await checkRoom(store, reader.header)
  const epoch = await store.claimEpoch()
  await fill(store, epoch, reader, following)
  const { onProgress } = following
  return verifyStaged({
    store,
    epoch,
    header: reader.header,
    onFrame: (progress) => onProgress({ phase: 'replaying', ...progress }),
  })
}

const UNREADABLE = ['NotReadableError', 'NotFoundError']

const problemOf = (error: unknown): ImportProblem => {
  if (error instanceof XlnRefused || error instanceof NoRoom) return error.problem
  if (error instanceof StoreError)
    return error.type === 'quota'
      ? { type: 'no_room', need: 0, have: null }
      : { type: 'storage', detail: error.message }
  if (error instanceof Fault) return { type: 'replay_differs', height: 0, detail: error.message }
  // A `File` whose bytes have changed on the disk, or are gone, since it was chosen.
  if (error instanceof DOMException && UNREADABLE.includes(error.name)) return { type: 'file_gone' }
  throw error
}

const stage = async (
  options: ImportOptions,
  store: Store,
  reader: XlnReader,
  following: Following,
): Promise<Staged> => {
  const { env, recordHash, ownEntityIds, chainIds } = await verifiedBy(reader, store, following)
  return {
    stagingName: options.staging.name,
    header: reader.header,
    height: env.height,
    recordHash: toHex(recordHash),
    ownEntityIds,
    chainIds,
  }
}

/** Reads, replays, and keeps the database only if all of it holds. */
export const importRuntime = async (options: ImportOptions): Promise<ImportOutcome> => {
  const { file, password, staging, deriveKey, signal } = options
  const checkSignal = (): void => {
    if (signal?.aborted === true) throw new Cancelled()
  }
  const onProgress = (progress: ImportProgress): void => {
    checkSignal()
    options.onProgress?.(progress)
  }
  let store: Store | null = null
  try {
    onProgress({ phase: 'unlocking', done: 0, total: 1 })
    const reader = await openXln(file, password, deriveKey)
    onProgress({ phase: 'reading', done: 0, total: file.size })
    store = await staging.open()
    const staged = await stage(options, store, reader, { file, onProgress })
    // What was pressed after the last frame counts too.
    checkSignal()
    await store.close()
    return { type: 'verified', staged }
  } catch (error) {
    await store?.close()
    await staging.discard()
    return error instanceof Cancelled ? { type: 'cancelled' } : { type: 'refused', problem: problemOf(error) }
  }
}

/** 0x-hex; null where the log does not reach. */
const recordHashAt = async (store: Store, height: number): Promise<string | null> => {
  const read = await readRecord(store, height)
  return read?.type === 'ok' ? toHex(read.record.hash) : null
}

/**
 * Whether its log holds every one of these frames, which are the last of what was signed elsewhere. One that nobody knows
 * is not in it, nor one that is older than what the log still keeps.
 */
export const hasFrames = async (
  store: Store,
  frames: readonly (Pick<CanaryMark, 'height' | 'recordHash'> | null)[],
): Promise<boolean> => {
  for (const frame of frames)
    if (frame === null || (await recordHashAt(store, frame.height)) !== frame.recordHash) return false
  return true
}
