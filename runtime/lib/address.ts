/**
 * Addresses of accounts on an EVM chain as people read and type them.
 * Checksums by upper and lower case: https://eips.ethereum.org/EIPS/eip-55
 */
import { utf8 } from './bytes.ts'
import { keccak } from './hash.ts'
import type { Address } from './units.ts'

export type ReadAddress =
  | { readonly type: 'ok'; readonly address: Address }
  | { readonly type: 'malformed' }
  /** A letter or a digit was mistyped: upper and lower case do not fit the rest. */
  | { readonly type: 'wrong_checksum' }

const SHAPE = /^0x[0-9a-f]{40}$/

/** The same address with its checksum in upper and lower case. */
export const withChecksum = (address: Address): string => {
  const hash = keccak(utf8(address.slice(2)))
  const digit = (letter: string, i: number): string => {
    const nibble = ((hash[i >> 1] ?? 0) >> (i % 2 === 0 ? 4 : 0)) & 0xf
    return nibble >= 8 ? letter.toUpperCase() : letter
  }
  return `0x${[...address.slice(2)].map(digit).join('')}`
}

/** All of one case says nothing about itself and is taken; mixed case has to be right. */
export const readAddress = (text: string): ReadAddress => {
  const typed = text.trim()
  const lower = typed.toLowerCase()
  if (!SHAPE.test(lower)) return { type: 'malformed' }
  const address = lower as Address
  const letters = typed.slice(2)
  const isPlain = letters === letters.toLowerCase() || letters === letters.toUpperCase()
  return isPlain || withChecksum(address).slice(2) === letters ? { type: 'ok', address } : { type: 'wrong_checksum' }
}
