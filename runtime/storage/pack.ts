/**
 * Many rows in one value: keys that begin alike, and what two rows have in common, are written once.
 *
 *   value = seal('xln:rows', RLP [ size, DEFLATE (RFC 1951) of RLP [ [key, row], … ] ])
 *
 * `size` is that of the inflated bytes, so that a value made to burst fills no memory.
 */
import { deflateSync, inflateSync } from 'fflate'
import { type Nested, readRlp, writeRlp } from '../codec/rlp.ts'
import { bytesUpTo, decode, encode, struct, uint } from '../codec/schema.ts'
import { type Bytes, utf8 } from '../lib/bytes.ts'
import type { StoreRow } from '../ports.ts'
import { seal, unseal } from './seal.ts'
import { MAX_KEY_CHARACTERS } from './store.ts'

const ROWS = { tag: 'xln:rows', version: 1 }
const MAX_BYTES = 16 * 1024 * 1024

/** Null for anything but printable ASCII. */
const keyIn = (bytes: Bytes): string | null => {
  if (bytes.length === 0 || bytes.length > MAX_KEY_CHARACTERS) return null
  for (let i = 0; i < bytes.length; i++) if ((bytes[i] as number) < 0x20 || (bytes[i] as number) > 0x7e) return null
  return String.fromCharCode.apply(null, bytes as unknown as number[])
}
/** By hand: there are many, and a worker that has just been loaded reads them. */
const rowOf = (nested: Nested): StoreRow | null => {
  const [keyBytes, value] = [nested[0], nested[1]]
  if (!(keyBytes instanceof Uint8Array && value instanceof Uint8Array) || nested.length !== 2) return null
  const key = keyIn(keyBytes)
  return key === null ? null : { key, value }
}
/** Null for what is no list of rows. */
const rowsOf = (bytes: Bytes): readonly StoreRow[] | null => {
  try {
    const nested = readRlp(bytes)
    if (nested instanceof Uint8Array) return null
    const rows = nested.flatMap((item) => rowOf(item) ?? [])
    return rows.length === nested.length ? rows : null
  } catch {
    return null
  }
}

const packed = struct<{ readonly size: number; readonly deflated: Bytes }>({
  size: uint,
  deflated: bytesUpTo(MAX_BYTES),
})

/** @param rows of at most 16 MiB together */
export const packRows = (rows: readonly StoreRow[]): Bytes => {
  const bytes = writeRlp(rows.map(({ key, value }) => [utf8(key), value]))
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
  return bytes === null ? null : rowsOf(bytes)
}
