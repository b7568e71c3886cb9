/**
 * Reads a `.xln` file (xln-file.ts) section by section, without believing any of it: what a piece says counts once the
 * piece is known to be whole, and sizes are bounded before they cost anything.
 *
 * Contract: whatever the bytes, the reader throws `XlnRefused` with a declared problem, or hands out every row that was
 * written, in order, and after the last the trailer has agreed.
 */
import { type Bytes, fromUtf8 } from '../lib/bytes.ts'
import type { StoreRow } from '../ports.ts'
import { SCHEMA_VERSION } from '../storage/migrate.ts'
import {
  decodeHeader,
  decodeTotals,
  FRAME_BYTES,
  fromBigEndian,
  isRuntimeRow,
  KIND,
  MAX_CONTENT_BYTES,
  MAX_SECTION_BYTES,
  MAX_TOTAL_BYTES,
  MAX_TOTAL_ROWS,
  PREAMBLE_BYTES,
  type Preamble,
  readPreamble,
  type Totals,
  unpackedLimit,
  type XlnFileProblem,
  type XlnHeader,
  XlnRefused,
} from './xln-file.ts'
import { argonKey, type DeriveKey, inflate, inflatedSize, passwordBytes, type Seal, sealOver } from './xln-seal.ts'

export type XlnReader = {
  readonly header: XlnHeader
  /** Section by section, with how far in the file it has come. To be read once. */
  readonly pieces: () => AsyncGenerator<{ readonly rows: readonly StoreRow[]; readonly at: number }, void>
}

const LONGEST_KEY = 512

const refuse = (problem: XlnFileProblem): never => {
  throw new XlnRefused(problem)
}
const malformed = (at: number, detail: string): never => refuse({ type: 'malformed', at, detail })

const bytesAt = async (file: Blob, from: number, to: number): Promise<Bytes> =>
  new Uint8Array(await file.slice(from, to).arrayBuffer())

const preambleOf = async (file: Blob): Promise<{ readonly preamble: Preamble; readonly first: Bytes }> => {
  const first = await bytesAt(file, 0, PREAMBLE_BYTES)
  return { preamble: await readPreamble(first, file.size), first }
}

/** Whether a password has to be asked for. @throws XlnRefused */
export const isSealedXln = async (file: Blob): Promise<boolean> => (await preambleOf(file)).preamble.lock !== null

type Section = { readonly kind: number; readonly content: Bytes; readonly at: number; readonly end: number }

/** The sections of a file, each known to be whole. */
const sectionsOf = (file: Blob, { length, lock }: Preamble, seal: Seal) => {
  const spoiled = (at: number): never => refuse(lock === null ? { type: 'damaged', at } : { type: 'sealed' })
  let next = PREAMBLE_BYTES
  const isOver = (): boolean => next === length
  const read = async (): Promise<Section> => {
    const at = next
    const frame = await bytesAt(file, at, Math.min(length, at + FRAME_BYTES))
    const size = frame.length < FRAME_BYTES ? Number.POSITIVE_INFINITY : fromBigEndian(frame.subarray(1))
    const end = at + FRAME_BYTES + size
    if (size > MAX_SECTION_BYTES || end > length) return spoiled(at)
    const body = (await seal.open(frame, await bytesAt(file, at + FRAME_BYTES, end))) ?? spoiled(at)
    if (inflatedSize(body) > MAX_CONTENT_BYTES) return refuse({ type: 'bomb', limit: MAX_CONTENT_BYTES })
    const inflated = await inflate(body)
    if (inflated.type === 'more') return refuse({ type: 'bomb', limit: inflatedSize(body) })
    if (inflated.type === 'malformed') return malformed(at, 'a section that does not unpack')
    next = end
    return { kind: frame[0] ?? 0, content: inflated.content, at, end }
  }
  return { read, isOver }
}

const checkHeader = ({ schema, totals }: XlnHeader, fileBytes: number): void => {
  if (schema > SCHEMA_VERSION) refuse({ type: 'newer_schema', version: schema, supported: SCHEMA_VERSION })
  if (totals.bytes > MAX_TOTAL_BYTES) refuse({ type: 'oversized', bytes: totals.bytes, limit: MAX_TOTAL_BYTES })
  if (totals.rows > MAX_TOTAL_ROWS) refuse({ type: 'oversized', bytes: totals.rows, limit: MAX_TOTAL_ROWS })
  const limit = unpackedLimit(fileBytes)
  if (totals.bytes > limit) refuse({ type: 'bomb', limit })
}

const headerOf = ({ kind, content, at }: Section): XlnHeader => {
  if (kind !== KIND.header) return malformed(at, 'it does not begin with a header')
  const decoded = decodeHeader(content)
  return decoded.type === 'ok' ? decoded.value : malformed(at, `the header: ${decoded.reason}`)
}

/** The rows of one section, whose keys go on ascending after `last`. */
const rowsOf = ({ content, at }: Section, last: string): readonly StoreRow[] => {
  const rows: StoreRow[] = []
  let from = 0
  let before = last
  const take = (count: number): Bytes => {
    if (from + count > content.length) malformed(at, 'a row that is cut off')
    from += count
    return content.subarray(from - count, from)
  }
  while (from < content.length) {
    const keyBytes = take(fromBigEndian(take(2)))
    if (keyBytes.length > LONGEST_KEY || keyBytes.some((byte) => byte < 0x20 || byte > 0x7e))
      malformed(at, 'a key that is none')
    const key = fromUtf8(keyBytes)
    if (!isRuntimeRow(key)) malformed(at, `a foreign row, ${key.slice(0, 40)}`)
    if (key <= before) malformed(at, `rows out of order at ${key.slice(0, 40)}`)
    before = key
    // A copy: a view would keep its whole section in memory.
    rows.push({ key, value: take(fromBigEndian(take(4))).slice() })
  }
  return rows
}

const sizeOf = (rows: readonly StoreRow[]): number =>
  rows.reduce((sum, { key, value }) => sum + key.length + value.length, 0)

const checkTrailer = ({ content, at }: Section, found: Totals, { totals }: XlnHeader): void => {
  const decoded = decodeTotals(content)
  if (decoded.type !== 'ok') return malformed(at, `the trailer: ${decoded.reason}`)
  for (const said of [decoded.value, totals])
    if (said.rows !== found.rows || said.bytes !== found.bytes)
      malformed(at, `${found.rows} rows of ${found.bytes} bytes instead of ${said.rows} of ${said.bytes}`)
}

/** Opens a file and reads its header. @throws XlnRefused */
export const openXln = async (
  file: Blob,
  password: string | null,
  deriveKey: DeriveKey = argonKey,
): Promise<XlnReader> => {
  const { preamble, first } = await preambleOf(file)
  const isSealed = preamble.lock !== null
  if (isSealed && (password === null || password === '')) refuse({ type: 'password_needed' })
  // What nobody can have chosen is just another wrong one; a plain file needs none.
  const typed = isSealed ? (passwordBytes(password ?? '') ?? refuse({ type: 'sealed' })) : null
  const seal = await sealOver(preamble, first, typed === null ? null : { password: typed, deriveKey })
  const sections = sectionsOf(file, preamble, seal)
  const header = headerOf(await sections.read())
  checkHeader(header, file.size)

  async function* pieces() {
    let found: Totals = { rows: 0, bytes: 0 }
    let last = ''
    for (;;) {
      // Written so by somebody else: the length agrees, and the trailer is not there.
      if (sections.isOver()) return refuse({ type: 'truncated', at: preamble.length, of: null })
      const section = await sections.read()
      if (section.kind === KIND.trailer) {
        checkTrailer(section, found, header)
        if (!sections.isOver()) return refuse({ type: 'trailing_bytes', at: section.end })
        return
      }
      if (section.kind !== KIND.rows) return malformed(section.at, `a section of kind ${section.kind}`)
      const rows = rowsOf(section, last)
      found = { rows: found.rows + rows.length, bytes: found.bytes + sizeOf(rows) }
      if (found.rows > header.totals.rows || found.bytes > header.totals.bytes)
        return refuse({ type: 'bomb', limit: header.totals.bytes })
      last = rows.at(-1)?.key ?? last
      yield { rows, at: section.end }
    }
  }
  return { header, pieces }
}
