/** Keccak-256, the one hash of the protocol, so that every digest can be recomputed by the contracts. */
import { keccak_256 } from '@noble/hashes/sha3.js'
import { type Bytes, concat, utf8 } from './bytes.ts'

export const keccak = (bytes: Bytes): Bytes => keccak_256(bytes)

/** Domain separation: a digest of one kind can never equal a digest of another kind. */
export const taggedHash = (tag: string, ...parts: readonly Bytes[]): Bytes =>
  keccak(concat(keccak(utf8(tag)), ...parts))
