/**
 * Writes a runtime into a `.xln` file (xln-file.ts). Its rows are copied as of one moment, which is short, and packed
 * afterwards, section by section, while the runtime goes on.
 *
 * Contract: reads, never writes; what is in memory at once is a section, the rest lies in blobs, which the browser keeps
 * where it has room. A runtime whose log cannot be read to its end is not exported: nobody could import it.
 */
import type { Bytes } from '../lib/bytes.ts'
import type { EntityId } from '../lib/units.ts'
import type { Clock, Entropy, Store, StoreRow } from '../ports.ts'
import { rebuild } from '../recover.ts'
import { SCHEMA_VERSION } from '../storage/migrate.ts'
import { StoreError } from '../storage/store.ts'
import { decodeRecord, readHead, type WalRecord } from '../storage/wal.ts'
import {
  encodeHeader,
  encodeTotals,
  isRuntimeRow,
  KIND,
  PREAMBLE_BYTES,
  type Preamble,
  packRow,
  SECTION_BYTES,
  type Totals,
  writePreamble,
  type XlnHeader,
} from './xln-file.ts'
import { argonKey, besideBody, type DeriveKey, deflate, EXPORT_KDF, passwordBytes, sealOver } from './xln-seal.ts'

export type ExportProblem =
  /** There is no such database, or nothing in it. */
  | { readonly type: 'nothing_here' }
  | { readonly type: 'log_damaged'; readonly height: number }
  | { readonly type: 'password_unusable' }
  | { readonly type: 'storage'; readonly detail: string }

export type ExportOutcome =
  | { readonly type: 'written'; readonly file: Blob; readonly header: XlnHeader }
  | { readonly type: 'refused'; readonly problem: ExportProblem }
  | { readonly type: 'cancelled' }

/** `done` of `total` bytes of rows; `total` is not known while they are read. */
export type ExportProgress = {
  readonly phase: 'reading' | 'packing'
  readonly done: number
  readonly total: number | null
}

export type ExportOptions = {
  readonly store: Store
  readonly runtimeId: string
  /** As the runtime was made with. */
  readonly name: string
  /** As its owner calls it, at most 64 bytes. */
  readonly label: string
  /** At most 64 KiB of text that its manager keeps beside the database; never a key. */
  readonly config: string
  /** Null: whoever has the file can read it. */
  readonly password: string | null
  readonly clock: Clock
  readonly entropy: Entropy
  readonly deriveKey?: DeriveKey
  readonly onProgress?: (progress: ExportProgress) => void
  readonly signal?: AbortSignal
}

class Stopped extends Error {
  override readonly name = 'Stopped'
  constructor(readonly outcome: Exclude<ExportOutcome, { type: 'written' }>) {
    super(outcome.type)
  }
}
const refuse = (problem: ExportProblem): never => {
  throw new Stopped({ type: 'refused', problem })
}
const checkSignal = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted === true) throw new Stopped({ type: 'cancelled' })
}

type Copied = { readonly pieces: readonly Blob[]; readonly totals: Totals; readonly last: StoreRow | null }

/** Every row, as it will stand in the sections. */
const copyRows = async ({ store, onProgress, signal }: ExportOptions): Promise<Copied> => {
  const pieces: Blob[] = []
  let open: Bytes[] = []
  let size = 0
  let totals: Totals = { rows: 0, bytes: 0 }
  let last: StoreRow | null = null
  const close = (): void => {
    if (open.length > 0) pieces.push(new Blob(open as Uint8Array<ArrayBuffer>[]))
    open = []
    size = 0
  }
  await store.snapshot((rows) => {
    checkSignal(signal)
    for (const row of rows.filter(({ key }) => isRuntimeRow(key))) {
      const packed = packRow(row.key, row.value)
      if (size > 0 && size + packed.length > SECTION_BYTES) close()
      open.push(packed)
      size += packed.length
      totals = { rows: totals.rows + 1, bytes: totals.bytes + row.key.length + row.value.length }
      if (row.key.startsWith('wal/')) last = row
    }
    onProgress?.({ phase: 'reading', done: totals.bytes, total: null })
  })
  close()
  return { pieces, totals, last }
}

type Facts = { readonly owners: readonly EntityId[]; readonly chainIds: readonly number[] }

/** Whose it is and which chains it knows; a little older than the copy at most, and both only ever grow. */
const factsOf = async ({ store, runtimeId, name }: ExportOptions): Promise<Facts> => {
  const head = await readHead(store)
  if (head.type === 'missing') return refuse({ type: 'nothing_here' })
  if (head.type !== 'ok') return refuse({ type: 'log_damaged', height: 0 })
  // Up to here only: what is committed while this is read is none of its business.
  const { env, damage } = await rebuild({ store, runtimeId, name, upTo: head.head.height })
  if (damage !== null) return refuse({ type: 'log_damaged', height: env.height + 1 })
  const owned = [...env.eReplicas.values()].filter(({ state }) => state.isOwn)
  return {
    owners: owned.map(({ entityId }) => entityId),
    chainIds: [...env.jReplicas.values()].map(({ terms }) => Number(terms.chainId)),
  }
}

const newestOf = (last: StoreRow | null): WalRecord => {
  if (last === null) return refuse({ type: 'nothing_here' })
  const decoded = decodeRecord(last.value, last.key)
  return decoded.type === 'ok' ? decoded.record : refuse({ type: 'log_damaged', height: 0 })
}

const headerOf = (options: ExportOptions, facts: Facts, { totals, last }: Copied): XlnHeader => {
  const { runtimeId, name, label, config, clock } = options
  const { height, postRoot, hash, timestampMs } = newestOf(last)
  return {
    runtimeId,
    name,
    label,
    kind: 'local',
    ...facts,
    height,
    root: postRoot,
    recordHash: hash,
    timestampMs,
    writtenMs: clock.now(),
    schema: SCHEMA_VERSION,
    config,
    totals,
  }
}

/** A section's kind and body; the bodies lie in blobs until the length of the file, which stands first, is known. */
type Body = { readonly kind: number; readonly body: Blob }

const bodyOf = async (kind: number, content: Bytes): Promise<Body> => ({
  kind,
  body: new Blob([(await deflate(content)) as Uint8Array<ArrayBuffer>]),
})
const bytesOf = async (blob: Blob): Promise<Bytes> => new Uint8Array(await blob.arrayBuffer())

/** The first half of packing is making smaller, the second is sealing. */
const packAll = async (options: ExportOptions, header: XlnHeader, { pieces, totals }: Copied): Promise<Blob> => {
  const { signal, onProgress, entropy, deriveKey = argonKey } = options
  const password = options.password === null ? null : passwordBytes(options.password)
  if (options.password !== null && password === null) return refuse({ type: 'password_unusable' })
  const total = 2 * totals.bytes
  let done = 0
  const report = (bytes: number): void => {
    checkSignal(signal)
    done = Math.min(total, done + bytes)
    onProgress?.({ phase: 'packing', done, total })
  }
  const bodies: Body[] = [await bodyOf(KIND.header, encodeHeader(header))]
  for (const piece of pieces) {
    bodies.push(await bodyOf(KIND.rows, await bytesOf(piece)))
    report(piece.size)
  }
  bodies.push(await bodyOf(KIND.trailer, encodeTotals(totals)))

  const lock = password === null ? null : { kdf: EXPORT_KDF, salt: entropy.draw() }
  const length = bodies.reduce((sum, { body }) => sum + besideBody(lock !== null) + body.size, PREAMBLE_BYTES)
  const preamble: Preamble = { length, lock }
  const first = await writePreamble(preamble)
  const seal = await sealOver(preamble, first, password === null ? null : { password, deriveKey })
  const parts: Blob[] = [new Blob([first as Uint8Array<ArrayBuffer>])]
  const share = totals.bytes / bodies.length
  for (const { kind, body } of bodies) {
    const section = await seal.close(kind, await bytesOf(body))
    parts.push(new Blob([section as Uint8Array<ArrayBuffer>]))
    report(share)
  }
  return new Blob(parts, { type: 'application/octet-stream' })
}

/** Writes the runtime as it is now. */
export const exportRuntime = async (options: ExportOptions): Promise<ExportOutcome> => {
  try {
    checkSignal(options.signal)
    const facts = await factsOf(options)
    const copied = await copyRows(options)
    const header = headerOf(options, facts, copied)
    return { type: 'written', file: await packAll(options, header, copied), header }
  } catch (error) {
    if (error instanceof Stopped) return error.outcome
    if (!(error instanceof StoreError)) throw error
    // A store tells what its visitor threw as an error of its own.
    if (options.signal?.aborted === true) return { type: 'cancelled' }
    const problem: ExportProblem =
      error.type === 'missing' ? { type: 'nothing_here' } : { type: 'storage', detail: error.message }
    return { type: 'refused', problem }
  }
}
