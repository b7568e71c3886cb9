/**
 * Many rows in one value: keys that begin alike, and what two rows have in common, are written once.
 *
 *   value = seal('xln:rows', RLP [ size, DEFLATE (RFC 1951) of RLP [ [key, row], … ] ])
 *
 * `size` is that of the inflated bytes, so that a value made to burst fills no memory.
 */
import { deflateSync, inflateSync } from 'fflate'
import { writeRlp } from '../codec/rlp.ts'
import { bytesUpTo, decode, encode, list, struct, text, uint } from '../codec/schema.ts'
import { type Bytes, utf8 } from '../lib/bytes.ts'
import type { StoreRow } from '../ports.ts'
import { seal, unseal } from './seal.ts'
import { MAX_KEY_CHARACTERS } from './store.ts'

const ROWS = { tag: 'xln:rows', version: 1 }
const MAX_BYTES = 16 * 1024 * 1024

/** A row as checksums run over it. Keys are ASCII, which the store sees to. */
export const rowBytes = ({ key, value }: StoreRow): Bytes => writeRlp([utf8(key), value])

/** The same bytes. */
const rowCodec = struct<StoreRow>({ key: text(MAX_KEY_CHARACTERS), value: bytesUpTo(Number.MAX_SAFE_INTEGER) })
const rowsCodec = list(rowCodec, MAX_BYTES)
const packed = struct<{ readonly size: number; readonly deflated: Bytes }>({
  size: uint,
  deflated: bytesUpTo(MAX_BYTES),
})

/** @param rows of at most 16 MiB together */
export const packRows = (rows: readonly StoreRow[]): Bytes => {
  const bytes = encode(rowsCodec, rows)
  return seal(ROWS, encode(packed, { size: bytes.length, deflated: deflateSync(bytes) }))
}

const inflated = ({ size, deflated }: { readonly size: number; readonly deflated: Bytes }): Bytes | null => {
  if (size > MAX_BYTES) return null
  try {
    const bytes = inflateSync(deflated, { out: new Uint8Array(size) })
    return bytes.length === size ? bytes : null
  } catch {
    return null
  }
}

/** Null when this is not what `packRows` makes. */
export const unpackRows = (value: Bytes): readonly StoreRow[] | null => {
  const unsealed = unseal(ROWS, value)
  const read = unsealed.type === 'ok' ? decode(packed, unsealed.body) : null
  const bytes = read?.type === 'ok' ? inflated(read.value) : null
  const rows = bytes === null ? null : decode(rowsCodec, bytes)
  return rows?.type === 'ok' ? rows.value : null
}
