/**
 * Stand-ins for the two primitives that cost most, for the bulk of the seeds: Keccak-256 becomes Node's own SHA-256,
 * and X25519 a pair of hashes on which two sides agree and a third does not. Everything above them is the real code.
 * Whoever knew these could break a box; nobody here does. Real primitives run on a share of the seeds.
 */
import { hash } from 'node:crypto'
import { concat, utf8 } from '../../runtime/lib/bytes.ts'

const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(hash('sha256', bytes, 'buffer'))

/** Below the field's order, so that the point has one spelling. */
const asPoint = (bytes: Uint8Array): Uint8Array => {
  bytes[31] = (bytes[31] ?? 0) & 0x3f
  return bytes
}

const getPublicKey = (secret: Uint8Array): Uint8Array => asPoint(sha256(concat(utf8('public'), secret)))

export const fastX25519 = {
  getPublicKey,
  getSharedSecret: (secret: Uint8Array, other: Uint8Array): Uint8Array => {
    const own = getPublicKey(secret)
    return sha256(Buffer.compare(own, other) < 0 ? concat(own, other) : concat(other, own))
  },
}

export const fastKeccak = (bytes: Uint8Array): Uint8Array => sha256(bytes)
