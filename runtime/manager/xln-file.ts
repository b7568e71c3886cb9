/**
 * The `.xln` file, version 1: everything one runtime has stored, as of one moment, and never a key. Integers are
 * big-endian.
 *
 *     offset  bytes  preamble
 *       0       8    89 "xln" 0D 0A 1A 0A: a file that was carried as text is known by its first bytes
 *       8       2    version
 *      10       8    length of the whole file
 *      18       1    0 plain, 1 under a password
 *      19       6    Argon2id memory in KiB (4), passes, lanes; all 0 in a plain file
 *      25      32    Argon2id salt; all 0 in a plain file
 *      57       8    SHA-256 of the 57 bytes before, its beginning
 *      65            sections to the end: one header, any number of rows, one trailer
 *
 *     section   kind (1) ‖ length of the rest (4) ‖ rest
 *     rest      plain:  body ‖ h_i = SHA-256(h_(i−1) ‖ kind ‖ length ‖ body), h_0 = SHA-256(preamble)
 *               sealed: AES-256-GCM of body; nonce i in 12 bytes, i = 0, 1 …; AAD h_0 ‖ kind ‖ length
 *     body      length of the content (4) ‖ the content as raw DEFLATE (RFC 1951)
 *     content   header: RLP of `XlnHeader` · trailer: RLP of `Totals`
 *               rows: any number of (key length (2) ‖ key ‖ value length (4) ‖ value), keys ascending through the file
 *
 * So sections cannot be left out, repeated or put in another order, what was cut off is known by the length, and
 * nothing is inflated before it is known to be whole. In a sealed file even the header cannot be read. Its key is made
 * for it alone: the salt is new each time.
 *
 * Contract: whatever the bytes, a reader answers with one of the problems below. Every size is bounded before anything
 * is kept or inflated. The fencing epoch is no row of a store, so it is in no file.
 */
import { entityId } from '../codec/common.ts'
import { bytes, type Codec, decode, encode, list, oneOf, struct, text, uint } from '../codec/schema.ts'
import { type Bytes, concat, equalBytes, utf8 } from '../lib/bytes.ts'
import { LIMITS } from '../lib/limits.ts'
import type { EntityId } from '../lib/units.ts'

/** What can be wrong with a file; it says so before anything of it is used. */
export type XlnFileProblem =
  | { readonly type: 'empty' }
  | { readonly type: 'not_xln' }
  /** The file ends at byte `at`; `of` is how long it should be, where that can still be read. */
  | { readonly type: 'truncated'; readonly at: number; readonly of: number | null }
  | { readonly type: 'trailing_bytes'; readonly at: number }
  /** Byte `at` begins a part that is not what was written. */
  | { readonly type: 'damaged'; readonly at: number }
  | { readonly type: 'password_needed' }
  /** Of a sealed file: the password is another one, or a byte is. Nobody can tell which. */
  | { readonly type: 'sealed' }
  | { readonly type: 'hostile_kdf'; readonly memoryKiB: number; readonly passes: number; readonly lanes: number }
  | { readonly type: 'foreign_version'; readonly version: number; readonly supported: number }
  | { readonly type: 'newer_schema'; readonly version: number; readonly supported: number }
  | { readonly type: 'oversized'; readonly bytes: number; readonly limit: number }
  /** It unpacks to more than it says, or than may be. */
  | { readonly type: 'bomb'; readonly limit: number }
  /** Whole, but not written by this program. */
  | { readonly type: 'malformed'; readonly at: number; readonly detail: string }
  /** Whole, but what it recorded does not lead where it says; `height` is the first that cannot be believed. */
  | { readonly type: 'replay_differs'; readonly height: number; readonly detail: string }
  | { readonly type: 'chain_damaged'; readonly detail: string }
  /** The header says something else than the content. */
  | { readonly type: 'header_differs'; readonly detail: string }

/** A problem on its way out; caught by whoever gives the outcome. */
export class XlnRefused extends Error {
  override readonly name = 'XlnRefused'
  constructor(readonly problem: XlnFileProblem) {
    super(problem.type)
  }
}

export type KdfParams = { readonly memoryKiB: number; readonly passes: number; readonly lanes: number }

export type XlnHeader = {
  readonly runtimeId: string
  /** As the log began. */
  readonly name: string
  /** As its owner calls it. */
  readonly label: string
  readonly kind: 'local'
  /** Entities whose keys its wallet has. */
  readonly owners: readonly EntityId[]
  readonly chainIds: readonly number[]
  readonly height: number
  /** State root at `height`, and the hash of its record. */
  readonly root: Bytes
  readonly recordHash: Bytes
  readonly timestampMs: number
  readonly writtenMs: number
  /** Of the rows' layout. */
  readonly schema: number
  /** What its manager keeps beside the database; never a key. */
  readonly config: string
  readonly totals: Totals
}
/** Of all rows: how many, and the bytes of keys and values. */
export type Totals = { readonly rows: number; readonly bytes: number }

export const FILE_VERSION = 1
export const MAGIC = Uint8Array.of(0x89, 0x78, 0x6c, 0x6e, 0x0d, 0x0a, 0x1a, 0x0a)
export const VERSION_END = 10
const CHECKED_BYTES = 57
const CHECK_BYTES = 8
export const PREAMBLE_BYTES = CHECKED_BYTES + CHECK_BYTES
export const SALT_BYTES = 32
/** Kind and length. */
export const FRAME_BYTES = 5
export const KIND = { header: 1, rows: 2, trailer: 3 } as const

const MIB = 1024 * 1024
/** A section of rows is closed at about this much. */
export const SECTION_BYTES = MIB
/** The largest row there can be (a record of the log) fits. */
export const MAX_CONTENT_BYTES = 20 * MIB
/** DEFLATE adds 5 bytes to 64 KiB it cannot make smaller. */
export const MAX_SECTION_BYTES = MAX_CONTENT_BYTES + MIB
export const MAX_FILE_BYTES = 2_048 * MIB
export const MAX_TOTAL_BYTES = 4 * MAX_FILE_BYTES
/** Rows shrink to a third or so; more than this much is no runtime. */
const MAX_RATIO = 200
export const MAX_TOTAL_ROWS = 50_000_000
export const unpackedLimit = (fileBytes: number): number => Math.min(MAX_TOTAL_BYTES, fileBytes * MAX_RATIO + MIB)
export const CONFIG_BYTES = 65_536
const MANY = 1_000

const ACCEPTED = { memoryKiB: [19_456, 262_144], passes: [2, 10], lanes: [1, 4] } as const
/** Costs that are worth having and do not stall who opens it. */
export const isAcceptedKdf = ({ memoryKiB, passes, lanes }: KdfParams): boolean => {
  const within = (value: number, [low, high]: readonly [number, number]) => value >= low && value <= high
  return within(memoryKiB, ACCEPTED.memoryKiB) && within(passes, ACCEPTED.passes) && within(lanes, ACCEPTED.lanes)
}

const totals: Codec<Totals> = struct<Totals>({ rows: uint, bytes: uint })
const header: Codec<XlnHeader> = struct<XlnHeader>({
  runtimeId: text(LIMITS.nameBytes),
  name: text(LIMITS.nameBytes),
  label: text(LIMITS.labelBytes),
  kind: oneOf(['local']),
  owners: list(entityId, MANY),
  chainIds: list(uint, MANY),
  height: uint,
  root: bytes(32),
  recordHash: bytes(32),
  timestampMs: uint,
  writtenMs: uint,
  schema: uint,
  config: text(CONFIG_BYTES),
  totals,
})
export const encodeHeader = (value: XlnHeader): Bytes => encode(header, value)
export const decodeHeader = (content: Bytes) => decode(header, content)
export const encodeTotals = (value: Totals): Bytes => encode(totals, value)
export const decodeTotals = (content: Bytes) => decode(totals, content)

/** `bytes` big-endian bytes of 0 ≤ value < 2^53. */
export const bigEndian = (value: number, bytes: number): Bytes => {
  const out = new Uint8Array(bytes)
  let rest = value
  for (let i = bytes - 1; i >= 0; i--) {
    out[i] = rest % 256
    rest = Math.floor(rest / 256)
  }
  return out
}
/** Exact below 2^53; above, some number that is also above. */
export const fromBigEndian = (raw: Bytes): number => raw.reduce((sum, byte) => sum * 256 + byte, 0)

export const sha256 = async (...parts: readonly Bytes[]): Promise<Bytes> => {
  const whole = concat(...parts) as Uint8Array<ArrayBuffer>
  return new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', whole))
}

export type Preamble = {
  readonly length: number
  /** Null in a plain file. */
  readonly lock: { readonly kdf: KdfParams; readonly salt: Bytes } | null
}

export const writePreamble = async ({ length, lock }: Preamble): Promise<Bytes> => {
  const { memoryKiB, passes, lanes } = lock?.kdf ?? { memoryKiB: 0, passes: 0, lanes: 0 }
  const checked = concat(
    MAGIC,
    bigEndian(FILE_VERSION, 2),
    bigEndian(length, 8),
    Uint8Array.of(lock === null ? 0 : 1),
    bigEndian(memoryKiB, 4),
    Uint8Array.of(passes, lanes),
    lock?.salt ?? new Uint8Array(SALT_BYTES),
  )
  return concat(checked, (await sha256(checked)).subarray(0, CHECK_BYTES))
}

const refuse = (problem: XlnFileProblem): never => {
  throw new XlnRefused(problem)
}

/** What the first bytes prove by themselves. @throws XlnRefused */
const checkBeginning = (first: Bytes, size: number): void => {
  if (size === 0) refuse({ type: 'empty' })
  const magic = first.subarray(0, MAGIC.length)
  if (!equalBytes(magic, MAGIC.subarray(0, magic.length))) refuse({ type: 'not_xln' })
  if (first.length < VERSION_END) refuse({ type: 'truncated', at: size, of: null })
  const version = fromBigEndian(first.subarray(MAGIC.length, VERSION_END))
  // Before anything else: another version may look quite different from here on.
  if (version !== FILE_VERSION) refuse({ type: 'foreign_version', version, supported: FILE_VERSION })
  if (first.length < PREAMBLE_BYTES) refuse({ type: 'truncated', at: size, of: null })
}

/** @param first the file's first bytes, `PREAMBLE_BYTES` if it has as many. @throws XlnRefused */
export const readPreamble = async (first: Bytes, size: number): Promise<Preamble> => {
  checkBeginning(first, size)
  const salt = first.slice(25, CHECKED_BYTES)
  const check = (await sha256(first.subarray(0, CHECKED_BYTES))).subarray(0, CHECK_BYTES)
  // Any byte may be the one that is wrong, also the one that says whether it is sealed; many of the salt cannot.
  if (!equalBytes(check, first.subarray(CHECKED_BYTES, PREAMBLE_BYTES)))
    refuse(salt.filter((byte) => byte !== 0).length > SALT_BYTES / 2 ? { type: 'sealed' } : { type: 'damaged', at: 0 })
  const length = fromBigEndian(first.subarray(VERSION_END, 18))
  if (length > MAX_FILE_BYTES) refuse({ type: 'oversized', bytes: length, limit: MAX_FILE_BYTES })
  if (size < length) refuse({ type: 'truncated', at: size, of: length })
  if (size > length) refuse({ type: 'trailing_bytes', at: length })
  const kdf = { memoryKiB: fromBigEndian(first.subarray(19, 23)), passes: first[23] ?? 0, lanes: first[24] ?? 0 }
  const isSealed = first[18] === 1
  if (isSealed && !isAcceptedKdf(kdf)) refuse({ type: 'hostile_kdf', ...kdf })
  const preamble: Preamble = { length, lock: isSealed ? { kdf, salt } : null }
  // One way to write each: whatever else stands there is nobody's.
  if (!equalBytes(await writePreamble(preamble), first.subarray(0, PREAMBLE_BYTES)))
    refuse({ type: 'malformed', at: 18, detail: 'a preamble this program does not write' })
  return preamble
}

/** All there is in the store of a runtime: its history, chain, checkpoints, log. Nothing else enters or leaves. */
const ROW_KEY = /^(act\/|chain\/|ckpt\/|dkv\/|fkv\/|half\/|wal\/|head$|schema$)/
export const isRuntimeRow = (key: string): boolean => ROW_KEY.test(key)

/** A row as it stands in a section. */
export const packRow = (key: string, value: Bytes): Bytes =>
  concat(bigEndian(key.length, 2), utf8(key), bigEndian(value.length, 4), value)
