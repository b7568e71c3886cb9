/**
 * Words and hashes of the reference: ABI encoding by hand, over hexadecimal text and bigint.
 *
 * Contract: nothing here comes from the runtime or the contracts. Hexadecimal text is lower case and, but for `Hex`
 * values, without its 0x. Integers are two's complement over 256 bits.
 */
import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'

export type Hex = `0x${string}`

export const WORD = 1n << 256n

/** One static word, or something of any length that is found by an offset. */
export type Part = { readonly isDynamic: boolean; readonly hex: string }

export const word = (value: bigint): Part => ({
  isDynamic: false,
  hex: (((value % WORD) + WORD) % WORD).toString(16).padStart(64, '0'),
})
/** Addresses and hashes: right-aligned in their word. */
export const fixed = (hex: Hex): Part => ({ isDynamic: false, hex: hex.slice(2).padStart(64, '0') })

const HEAD_BYTES = 32n
const bytesOf = (hex: string): bigint => BigInt(hex.length) / 2n

/** Heads in order, then the tails of what is dynamic. */
const sequence = (parts: readonly Part[]): string => {
  const headBytes = parts.reduce((sum, { isDynamic, hex }) => sum + (isDynamic ? HEAD_BYTES : bytesOf(hex)), 0n)
  let heads = ''
  let tails = ''
  for (const { isDynamic, hex } of parts) {
    heads += isDynamic ? word(headBytes + bytesOf(tails)).hex : hex
    tails += isDynamic ? hex : ''
  }
  return heads + tails
}

export const tuple = (parts: readonly Part[]): Part => ({
  isDynamic: parts.some(({ isDynamic }) => isDynamic),
  hex: sequence(parts),
})
export const list = (parts: readonly Part[]): Part => ({
  isDynamic: true,
  hex: word(BigInt(parts.length)).hex + sequence(parts),
})
export const bytes = (value: Hex): Part => {
  const hex = value.slice(2)
  return { isDynamic: true, hex: word(bytesOf(hex)).hex + hex.padEnd(Math.ceil(hex.length / 64) * 64, '0') }
}

/** `abi.encode` of the given arguments. */
export const encode = (...parts: readonly Part[]): Hex => `0x${sequence(parts)}`

export const keccak = (value: Hex): Hex => `0x${bytesToHex(keccak_256(hexToBytes(value.slice(2))))}`
export const tag = (text: string): Part => fixed(keccak(`0x${bytesToHex(utf8ToBytes(text))}`))
export const packed = (...values: readonly Hex[]): Hex => `0x${values.map((value) => value.slice(2)).join('')}`
