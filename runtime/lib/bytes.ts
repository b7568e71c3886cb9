/**
 * Byte strings: hex, UTF-8, comparison, and 32-byte big-endian words (the EVM's unit).
 *
 * Contract: pure; text that is not well-formed UTF-16 is refused rather than silently repaired, because a repaired
 * string would hash differently from what its author typed.
 */
import { bytesToUtf8, utf8ToBytes } from '@noble/ciphers/utils.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'

export type Bytes = Uint8Array

export const EMPTY: Bytes = new Uint8Array(0)
export const ZERO_32: Bytes = new Uint8Array(32)

export const concat = (...parts: readonly Bytes[]): Bytes => {
  let length = 0
  for (const part of parts) length += part.length
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Lower-case hex with a 0x prefix. */
export const toHex = (bytes: Bytes): `0x${string}` => `0x${bytesToHex(bytes)}`

/** @throws Error when `hex` is not an even number of hex digits, with or without 0x. */
export const fromHex = (hex: string): Bytes => hexToBytes(hex.startsWith('0x') ? hex.slice(2) : hex)

export const isHex = (text: string, byteLength: number): text is `0x${string}` =>
  text.length === 2 + byteLength * 2 && /^0x[0-9a-f]*$/.test(text)

export const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text)

/** Texts up to here, mostly keys and ids, are sooner copied than handed to the platform's encoder. */
const SHORT_TEXT = 128

export const utf8 = (text: string): Bytes => {
  const { length } = text
  if (length > SHORT_TEXT) return utf8ToBytes(text)
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 0x7f) return utf8ToBytes(text)
    bytes[i] = unit
  }
  return bytes
}
/** Exact: a leading U+FEFF, which the platform's decoder takes for a byte order mark and drops, is kept. */
export const fromUtf8 = (bytes: Bytes): string =>
  bytes.length === 0 ? '' : bytesToUtf8(concat(Uint8Array.of(0x20), bytes)).slice(1)

export const equalBytes = (a: Bytes, b: Bytes): boolean => {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Two's-complement 32-byte word of -2^255 ≤ value < 2^256, as `abi.encode` lays out a static type. */
export const word = (value: bigint | number): Bytes => {
  const out = new Uint8Array(32)
  let rest = BigInt.asUintN(256, BigInt(value))
  for (let i = 31; rest > 0n; i--) {
    out[i] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return out
}

/** Left-padded 32-byte word of at most 32 bytes (an address, for instance). */
export const wordOfBytes = (bytes: Bytes): Bytes => {
  const out = new Uint8Array(32)
  out.set(bytes, 32 - bytes.length)
  return out
}

export const toBigInt = (bytes: Bytes): bigint => (bytes.length === 0 ? 0n : BigInt(toHex(bytes)))
