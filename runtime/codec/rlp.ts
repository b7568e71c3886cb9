/**
 * RLP, Ethereum's recursive length prefix (Yellow Paper appendix B): byte strings and lists of such, in one encoding each.
 *
 * Contract: `readRlp(writeRlp(nested))` is `nested`, and whatever else there is to read is refused, so that two different
 * byte strings are never the same value. Both take time in proportion to the bytes, of which each is copied once.
 */
import { type Bytes, EMPTY } from '../lib/bytes.ts'

export type Nested = Bytes | readonly Nested[]

/** Content up to here has its length in the first byte. */
const SHORT = 55
const STRING = 0x80
const LIST = 0xc0
/** More than anything that is written here has; deeper ones are not followed. */
const MAX_DEPTH = 64

/** Bytes that say a length above `SHORT`. */
const lengthBytes = (length: number): number => {
  let count = 1
  for (let rest = length; rest > 0xff; rest = Math.floor(rest / 256)) count++
  return count
}
const headBytes = (length: number): number => (length <= SHORT ? 1 : 1 + lengthBytes(length))
const isOwnHead = (bytes: Bytes): boolean => bytes.length === 1 && (bytes[0] as number) < STRING

/** Of the whole item; the lengths of what its lists hold go into `contents` in the order the lists begin. */
const measure = (nested: Nested, contents: number[]): number => {
  if (nested instanceof Uint8Array) return isOwnHead(nested) ? 1 : headBytes(nested.length) + nested.length
  const place = contents.push(0) - 1
  let length = 0
  for (const item of nested) length += measure(item, contents)
  contents[place] = length
  return headBytes(length) + length
}

/** Where the content begins. */
const writeHead = (into: Bytes, at: number, length: number, kind: number): number => {
  if (length <= SHORT) {
    into[at] = kind + length
    return at + 1
  }
  const count = lengthBytes(length)
  into[at] = kind + SHORT + count
  let rest = length
  for (let i = at + count; i > at; i--) {
    into[i] = rest % 256
    rest = Math.floor(rest / 256)
  }
  return at + 1 + count
}

type Writing = { readonly into: Bytes; readonly contents: readonly number[]; at: number; list: number }

const write = (nested: Nested, writing: Writing): void => {
  const { into } = writing
  if (!(nested instanceof Uint8Array)) {
    writing.at = writeHead(into, writing.at, writing.contents[writing.list++] as number, LIST)
    for (const item of nested) write(item, writing)
    return
  }
  const { length } = nested
  if (!isOwnHead(nested)) writing.at = writeHead(into, writing.at, length, STRING)
  // A call costs more than a few bytes do.
  if (length <= 8) for (let i = 0; i < length; i++) into[writing.at + i] = nested[i] as number
  else into.set(nested, writing.at)
  writing.at += length
}

/** Bytes of an item that is this string. */
const stringBytes = (length: number, first: number): number =>
  length === 1 && first < STRING ? 1 : headBytes(length) + length

/**
 * `[text, bytes]` from `at` on, as `writeRlp` writes it, and nothing made on the way: of many rows, each would cost more
 * than its hash. @param text ASCII @returns where it ends; beyond the end of `into` nothing is written
 */
export const writePair = (text: string, bytes: Bytes, into: Bytes, at: number): number => {
  const [first, lead] = [text.charCodeAt(0), bytes[0] ?? STRING]
  const length = stringBytes(text.length, first) + stringBytes(bytes.length, lead)
  const end = at + headBytes(length) + length
  if (end > into.length) return end
  let next = writeHead(into, at, length, LIST)
  if (text.length !== 1 || first >= STRING) next = writeHead(into, next, text.length, STRING)
  for (let i = 0; i < text.length; i++) into[next + i] = text.charCodeAt(i)
  next += text.length
  if (bytes.length !== 1 || lead >= STRING) next = writeHead(into, next, bytes.length, STRING)
  into.set(bytes, next)
  return end
}

export const writeRlp = (nested: Nested): Bytes => {
  const contents: number[] = []
  const into = new Uint8Array(measure(nested, contents))
  write(nested, { into, contents, at: 0, list: 0 })
  return into
}

type Reading = { readonly from: Bytes; at: number }

/** @throws RangeError */
const refuse = (reason: string): never => {
  throw new RangeError(reason)
}

/** The length behind a first byte that says how many bytes it has, and is read already. */
const readLength = (reading: Reading, count: number, end: number): number => {
  const { from, at } = reading
  if (at + count > end) return refuse('the length is cut off')
  if (from[at] === 0) return refuse('a length with a leading zero')
  let length = 0
  for (let i = 0; i < count; i++) length = length * 256 + (from[at + i] as number)
  reading.at = at + count
  return length > SHORT ? length : refuse('a short length in its long form')
}

const read = (reading: Reading, end: number, depth: number): Nested => {
  const { from } = reading
  const head = from[reading.at++] as number
  if (head < STRING) return from.slice(reading.at - 1, reading.at)
  const isList = head >= LIST
  const size = head - (isList ? LIST : STRING)
  const length = size <= SHORT ? size : readLength(reading, size - SHORT, end)
  const start = reading.at
  const behind = start + length
  if (behind > end) return refuse('the content is cut off')
  if (!isList) {
    reading.at = behind
    if (length === 1 && (from[start] as number) < STRING) return refuse('a byte that is its own head has another')
    return length === 0 ? EMPTY : from.slice(start, behind)
  }
  if (depth === MAX_DEPTH) return refuse('nested too deeply')
  const items: Nested[] = []
  while (reading.at < behind) items.push(read(reading, behind, depth + 1))
  return items
}

/** @throws RangeError for anything that `writeRlp` does not write. */
export const readRlp = (bytes: Bytes): Nested => {
  if (bytes.length === 0) return refuse('no bytes')
  const reading = { from: bytes, at: 0 }
  const nested = read(reading, bytes.length, 0)
  return reading.at === bytes.length ? nested : refuse('bytes behind the end')
}

/** Whether both are written the same. */
export const sameNested = (a: Nested, b: Nested): boolean => {
  // What was read as bytes is mostly written as the very same.
  if (a === b) return true
  const isBytes = a instanceof Uint8Array
  if (isBytes !== b instanceof Uint8Array || a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) {
    const isSame = isBytes ? a[i] === b[i] : sameNested(a[i] as Nested, b[i] as Nested)
    if (!isSame) return false
  }
  return true
}
