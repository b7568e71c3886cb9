/**
 * The write-ahead log: one row per frame, hash-chained and checksummed, and the `head` row that names the newest one.
 * The payload is opaque here.
 *
 *   key   = `wal/` ‖ height in 12 digits
 *   bytes = RLP [ version, height, timestampMs, payload, postRoot ]
 *   hash  = keccak(prevHash ‖ bytes)
 *   value = RLP [ bytes, prevHash, hash ]
 *
 * The hash is checksum and chain in one: it is checked before anything inside `bytes` is believed, so damage is never
 * mistaken for a newer version, and a record cannot be swapped for one of another history.
 *
 * Contract: a record and the head naming it are written in one commit (`append`). Every decoder takes anything and
 * returns one of its declared results; only the store itself can throw (`StoreError`).
 */
import type { Nested } from '../codec/rlp.ts'
import { bytes, bytesUpTo, type Codec, decode, encode, struct, uint } from '../codec/schema.ts'
import { type Bytes, concat, equalBytes, ZERO_32 } from '../lib/bytes.ts'
import { keccak } from '../lib/hash.ts'
import type { Store, StoreRow } from '../ports.ts'
import { seal, unseal } from './seal.ts'
import { keysUnder, StoreError, scan } from './store.ts'

export type WalInput = {
  /** 0 ≤ height < 10^12, one more than that of the record before. */
  readonly height: number
  readonly timestampMs: number
  /** Hash of the record before; `WAL_START` for the first. */
  readonly prevHash: Bytes
  /** At most 16 MiB. */
  readonly payload: Bytes
  /** State root after the frame, 32 bytes. */
  readonly postRoot: Bytes
}
export type WalRecord = WalInput & { readonly hash: Bytes }
export type WalHead = { readonly height: number; readonly hash: Bytes }

export type WalDecoded =
  | { readonly type: 'ok'; readonly record: WalRecord }
  | { readonly type: 'corrupt'; readonly detail: string }
  | { readonly type: 'unknown_version'; readonly version: number }

/** The `prevHash` of a log's first record. */
export const WAL_START: Bytes = ZERO_32
export const HEAD_KEY = 'head'
const WAL_PREFIX = 'wal/'
const VERSION = 1
const HEAD = { tag: 'xln:wal-head', version: 1 }
const MAX_PAYLOAD_BYTES = 16 * 1024 * 1024
/** Payloads can be large: few rows at a time. */
const PAGE_ROWS = 32
const HEIGHT_DIGITS = 12
/** Heights are below this. */
export const HEIGHT_LIMIT = 10 ** HEIGHT_DIGITS

/** 12 digits, so that the order of the keys is the order of the heights. @throws StoreError 'invalid' */
export const heightKey = (height: number): string => {
  if (Number.isSafeInteger(height) && height >= 0 && height < HEIGHT_LIMIT)
    return `${height}`.padStart(HEIGHT_DIGITS, '0')
  throw new StoreError('invalid', `${height} is not a height`)
}

const WAL_KEY = /^wal\/\d{12}$/
export const walKey = (height: number): string => `${WAL_PREFIX}${heightKey(height)}`

type Body = Pick<WalInput, 'height' | 'timestampMs' | 'payload' | 'postRoot'>
const versioned: Codec<{ readonly version: number; readonly fields: readonly Nested[] }> = {
  write: ({ version, fields }) => [uint.write(version), ...fields],
  read: (nested) => {
    const [version, ...fields] = nested instanceof Uint8Array ? [] : nested
    return { version: uint.read(version ?? []), fields }
  },
}
const body = struct<Body & { readonly version: number }>({
  version: uint,
  height: uint,
  timestampMs: uint,
  payload: bytesUpTo(MAX_PAYLOAD_BYTES),
  postRoot: bytes(32),
})
const envelope = struct<{ readonly inner: Bytes; readonly prevHash: Bytes; readonly hash: Bytes }>({
  inner: bytesUpTo(MAX_PAYLOAD_BYTES + 256),
  prevHash: bytes(32),
  hash: bytes(32),
})
const head = struct<WalHead>({ height: uint, hash: bytes(32) })

/** @throws StoreError 'invalid' when the input could not be read back. */
export const encodeRecord = (input: WalInput): StoreRow & { readonly hash: Bytes } => {
  const key = walKey(input.height)
  if (input.payload.length > MAX_PAYLOAD_BYTES) throw new StoreError('invalid', 'the frame is larger than 16 MiB')
  if (input.prevHash.length !== 32 || input.postRoot.length !== 32)
    throw new StoreError('invalid', 'a hash and a root have 32 bytes')
  if (!Number.isSafeInteger(input.timestampMs) || input.timestampMs < 0)
    throw new StoreError('invalid', 'a timestamp is a whole number of milliseconds')
  const inner = encode(body, { version: VERSION, ...input })
  const hash = keccak(concat(input.prevHash, inner))
  return { key, hash, value: encode(envelope, { inner, prevHash: input.prevHash, hash }) }
}

/** The two rows of one frame, for one commit, and the hash the next record will chain to. */
export const append = (input: WalInput): { readonly rows: readonly StoreRow[]; readonly hash: Bytes } => {
  const { key, value, hash } = encodeRecord(input)
  const headValue = seal(HEAD, encode(head, { height: input.height, hash }))
  return {
    rows: [
      { key, value },
      { key: HEAD_KEY, value: headValue },
    ],
    hash,
  }
}

const corrupt = (detail: string) => ({ type: 'corrupt', detail }) as const

/** Checks everything one row can prove by itself; the chain is `readWal`'s matter. */
export const decodeRecord = (value: unknown, key: string): WalDecoded => {
  if (!(value instanceof Uint8Array)) return corrupt('not bytes')
  const outer = decode(envelope, value)
  if (outer.type !== 'ok') return corrupt(outer.reason)
  const { inner, prevHash, hash } = outer.value
  if (!equalBytes(hash, keccak(concat(prevHash, inner)))) return corrupt('the checksum differs')
  const peeked = decode(versioned, inner)
  if (peeked.type !== 'ok') return corrupt(peeked.reason)
  if (peeked.value.version !== VERSION) return { type: 'unknown_version', version: peeked.value.version }
  const decoded = decode(body, inner)
  if (decoded.type !== 'ok') return corrupt(decoded.reason)
  const { height, timestampMs, payload, postRoot } = decoded.value
  if (height >= HEIGHT_LIMIT || walKey(height) !== key)
    return corrupt(`the record of height ${height} lies under ${key}`)
  return { type: 'ok', record: { height, timestampMs, prevHash, payload, postRoot, hash } }
}

/** The record at one height, checked by itself; null when there is none. */
export const readRecord = async (store: Store, height: number): Promise<WalDecoded | null> => {
  const key = walKey(height)
  const value = await store.get(key)
  return value === undefined ? null : decodeRecord(value, key)
}

export type HeadRead =
  | { readonly type: 'ok'; readonly head: WalHead }
  | { readonly type: 'missing' }
  | { readonly type: 'corrupt'; readonly detail: string }
  | { readonly type: 'unknown_version'; readonly version: number }

export const readHead = async (store: Store): Promise<HeadRead> => {
  const value = await store.get(HEAD_KEY)
  if (value === undefined) return { type: 'missing' }
  const row = unseal(HEAD, value)
  if (row.type !== 'ok') return row
  const decoded = decode(head, row.body)
  return decoded.type === 'ok' ? { type: 'ok', head: decoded.value } : corrupt(decoded.reason)
}

export type WalStop =
  /** The row is there but is not what was written; also a row under `wal/` with a key of no height. */
  | { readonly type: 'corrupt'; readonly detail: string }
  | { readonly type: 'unknown_version'; readonly version: number }
  /** The row is missing although a later one is there. */
  | { readonly type: 'gap' }
  /** The record is sound but belongs to another history than the one before it. */
  | { readonly type: 'broken_chain' }
  /** The rows end although the head names a later height. */
  | { readonly type: 'lost_tail'; readonly headHeight: number }
  /** The head names an earlier height than the records, or the caller's starting point, reach. */
  | { readonly type: 'head_behind'; readonly headHeight: number }
  /** The head names this height with another hash. */
  | { readonly type: 'head_mismatch' }
  | { readonly type: 'head_missing' }
  | { readonly type: 'head_unreadable'; readonly detail: string }

/**
 * `height` of a stop is the first one that is not verified: every record below it was yielded, or lies before the
 * start. A `record` step is part of the one history that leads here from `prevHash`.
 */
export type WalStep =
  | { readonly type: 'record'; readonly record: WalRecord }
  | { readonly type: 'end'; readonly head: WalHead }
  | { readonly type: 'stopped'; readonly height: number; readonly reason: WalStop }

const stopped = (height: number, reason: WalStop): Extract<WalStep, { type: 'stopped' }> => ({
  type: 'stopped',
  height,
  reason,
})

/** What the head row says once the rows have run out after `last`. */
const judgeEnd = (headRead: HeadRead, last: WalHead): WalStep => {
  switch (headRead.type) {
    case 'missing':
      // A log nobody has written to yet has neither.
      return equalBytes(last.hash, WAL_START)
        ? { type: 'end', head: last }
        : stopped(last.height + 1, { type: 'head_missing' })
    case 'corrupt':
      return stopped(last.height + 1, { type: 'head_unreadable', detail: headRead.detail })
    case 'unknown_version':
      return stopped(last.height + 1, { type: 'head_unreadable', detail: `version ${headRead.version}` })
    case 'ok': {
      const { height, hash } = headRead.head
      if (height > last.height) return stopped(last.height + 1, { type: 'lost_tail', headHeight: height })
      if (height < last.height) return stopped(last.height + 1, { type: 'head_behind', headHeight: height })
      return equalBytes(hash, last.hash) ? { type: 'end', head: last } : stopped(height, { type: 'head_mismatch' })
    }
  }
}

/** The next record, or why the row found after `last` is not it. */
const judgeRow = (row: StoreRow, last: WalHead, headRead: HeadRead): Exclude<WalStep, { type: 'end' }> => {
  const height = last.height + 1
  if (row.key !== walKey(height))
    return stopped(height, WAL_KEY.test(row.key) ? { type: 'gap' } : corrupt(`a foreign row, ${row.key}`))
  const decoded = decodeRecord(row.value, row.key)
  if (decoded.type !== 'ok') return stopped(height, decoded)
  const { record } = decoded
  if (!equalBytes(record.prevHash, last.hash)) return stopped(height, { type: 'broken_chain' })
  if (headRead.type === 'ok' && height > headRead.head.height)
    return stopped(height, { type: 'head_behind', headHeight: headRead.head.height })
  if (headRead.type === 'ok' && height === headRead.head.height && !equalBytes(record.hash, headRead.head.hash))
    return stopped(height, { type: 'head_mismatch' })
  return { type: 'record', record }
}

/**
 * Reads the log from `fromHeight` on, whose predecessor has hash `prevHash`: verified records, then exactly one `end`
 * or `stopped`. The caller is the writer before its first commit, or reads a log nobody is writing.
 */
export async function* readWal(
  store: Store,
  start: { readonly fromHeight: number; readonly prevHash: Bytes },
): AsyncGenerator<WalStep, void> {
  const headRead = await readHead(store)
  let last: WalHead = { height: start.fromHeight - 1, hash: start.prevHash }
  for await (const row of scan(store, { from: walKey(start.fromHeight), to: keysUnder(WAL_PREFIX).to }, PAGE_ROWS)) {
    const step = judgeRow(row, last, headRead)
    yield step
    if (step.type === 'stopped') return
    last = { height: step.record.height, hash: step.record.hash }
  }
  yield judgeEnd(headRead, last)
}

/** Removes the records below a height, oldest first. One chunk a step. */
export async function* removeLog(
  { store, epoch }: { readonly store: Store; readonly epoch: number },
  below: number,
): AsyncGenerator<void, void> {
  for (;;) {
    const page = await store.range({ from: WAL_PREFIX, to: walKey(below), limit: PAGE_ROWS })
    if (page.length === 0) return
    await store.commit({ epoch, puts: [], deletes: page.map(({ key }) => key) })
    yield
  }
}
