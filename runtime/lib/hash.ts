/**
 * Keccak-256, the one hash of the protocol, so that every digest can be recomputed by the contracts.
 *
 * Noble is the reference, and what hashes until a process has installed a faster way of making the same bytes (see
 * `manager/hasher.ts`). Which one hashes is the one thing in this code that is set for a whole module: a hash is asked
 * for everywhere, all the way down, and says the same whoever makes it. What is installed is held against the reference
 * first, so nothing can depend on when it came.
 */
import { keccak_256 } from '@noble/hashes/sha3.js'
import { type Bytes, concat, equalBytes, utf8 } from './bytes.ts'

export type Hasher = (bytes: Bytes) => Bytes

export const referenceHasher: Hasher = (bytes) => keccak_256(bytes)

let hasher = referenceHasher

/** Around the 136 bytes that are absorbed at once, and longer than a buffer of 16 KiB; a start waits for it. */
const TRIED_LENGTHS = [0, 1, 135, 136, 137, 272, 16_385]
const patternOf = (length: number): Bytes => Uint8Array.from({ length }, (_, i) => (i * 31 + length) % 251)

/** @returns false, and all stays as it was, when `next` makes other bytes than the reference. */
export const installHasher = (next: Hasher): boolean => {
  const isSame = TRIED_LENGTHS.map(patternOf).every((bytes) => equalBytes(next(bytes), referenceHasher(bytes)))
  if (isSame) hasher = next
  return isSame
}

export const keccak = (bytes: Bytes): Bytes => hasher(bytes)

/** Domain separation: a digest of one kind can never equal a digest of another kind. */
export const taggedHash = (tag: string, ...parts: readonly Bytes[]): Bytes =>
  keccak(concat(keccak(utf8(tag)), ...parts))
