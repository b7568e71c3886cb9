/**
 * Skimming: single items out of an encoding (RLP, Yellow Paper appendix B) without decoding the rest, for reading a
 * figure or two out of each of a million rows.
 *
 * Contract: `at` is where an item begins. Over bytes that `encode` wrote these say what `decode` would; over any others
 * they may say anything, but they neither throw nor fail to end. Nothing is allocated but big integers.
 */
import type { Bytes } from '../lib/bytes.ts'

/** Bytes that a number holds exactly. */
const NUMBER_BYTES = 6
const NUMBER_BITS = 48n

/** Of what there is: a damaged length may name an end that counting would never reach. */
const unsigned = (bytes: Bytes, from: number, end: number): number => {
  const last = Math.min(end, bytes.length)
  let value = 0
  for (let i = from; i < last; i++) value = value * 256 + (bytes[i] ?? 0)
  return value
}

/** Where the content of an item begins. */
export const contentAt = (bytes: Bytes, at: number): number => {
  const head = bytes[at] ?? 0
  if (head < 0x80) return at
  if (head <= 0xb7) return at + 1
  if (head <= 0xbf) return at + 1 + head - 0xb7
  return head <= 0xf7 ? at + 1 : at + 1 + head - 0xf7
}

/** Where the next item begins; always behind `at`. */
export const endOf = (bytes: Bytes, at: number): number => {
  const head = bytes[at] ?? 0
  if (head < 0x80) return at + 1
  if (head <= 0xb7) return at + 1 + head - 0x80
  const content = contentAt(bytes, at)
  if (head <= 0xbf) return content + unsigned(bytes, at + 1, content)
  return head <= 0xf7 ? content + head - 0xc0 : content + unsigned(bytes, at + 1, content)
}

/** Where the `n`-th (0-based) item of the list at `at` begins. */
export const itemAt = (bytes: Bytes, at: number, n: number): number => {
  let item = contentAt(bytes, at)
  for (let i = 0; i < n; i++) item = endOf(bytes, item)
  return item
}

/** Of the list at `at`. */
export const countAt = (bytes: Bytes, at: number): number => {
  const end = Math.min(endOf(bytes, at), bytes.length)
  let count = 0
  for (let item = contentAt(bytes, at); item < end; item = endOf(bytes, item)) count++
  return count
}

/** What `uint` wrote. */
export const uintAt = (bytes: Bytes, at: number): number => unsigned(bytes, contentAt(bytes, at), endOf(bytes, at))

/** What `bigUint` wrote. */
export const bigUintAt = (bytes: Bytes, at: number): bigint => {
  const end = Math.min(endOf(bytes, at), bytes.length)
  let from = contentAt(bytes, at)
  if (from >= end) return 0n
  const first = from + ((end - from) % NUMBER_BYTES || NUMBER_BYTES)
  let value = BigInt(unsigned(bytes, from, first))
  for (from = first; from < end; from += NUMBER_BYTES)
    value = (value << NUMBER_BITS) | BigInt(unsigned(bytes, from, from + NUMBER_BYTES))
  return value
}

/** What `bigInt` wrote. */
export const bigIntAt = (bytes: Bytes, at: number): bigint => {
  const coded = bigUintAt(bytes, at)
  return (coded & 1n) === 0n ? coded >> 1n : -((coded + 1n) >> 1n)
}
