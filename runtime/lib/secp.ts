/**
 * Signatures: ECDSA over secp256k1 (SEC 1, SEC 2) with RFC 6979 nonces, in the 65 bytes r ‖ s ‖ v that Solidity's
 * `ecrecover` understands.
 *
 * Contract: pure. A signature is a function of key and digest, so a replayed transition signs the same bytes. Only
 * low-s signatures with v ∈ {27, 28} are made or accepted: each digest and key then have one acceptable spelling, by
 * the same rule the contracts apply.
 */
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import * as secp from '@noble/secp256k1'
import { invariant } from './assert.ts'
import { type Bytes, concat, toHex } from './bytes.ts'
import { keccak } from './hash.ts'
import type { Address } from './units.ts'

// The synchronous API has no hashes of its own, and the asynchronous one cannot be called inside a transition.
secp.hashes.sha256 = sha256
secp.hashes.hmacSha256 = (key, message) => hmac(sha256, key, message)

const SIGNATURE_BYTES = 65
const V_OFFSET = 27

/** 33 bytes, compressed. */
export const publicKeyOf = (secretKey: Bytes): Bytes => secp.getPublicKey(secretKey, true)

/**
 * The Ethereum address: the last 20 bytes of keccak256 of the uncompressed point.
 *
 * @param key a secret key (32 bytes), or a public key (33 bytes compressed, 65 uncompressed).
 * @throws Error when `key` is none of these; pass only keys of one's own or recovered ones.
 */
export const addressOf = (key: Bytes): Address => {
  const point = key.length === 32 ? secp.getPublicKey(key, false) : secp.Point.fromBytes(key).toBytes(false)
  return toHex(keccak(point.subarray(1)).subarray(12)) as Address
}

/** @param digest the 32 bytes to sign, already hashed. @returns 65 bytes r ‖ s ‖ v. */
export const sign = (secretKey: Bytes, digest: Bytes): Bytes => {
  invariant(digest.length === 32, 'I-DIGEST', () => `a digest of ${digest.length} bytes`)
  const recovered = secp.sign(digest, secretKey, { prehash: false, format: 'recovered' })
  const recovery = recovered[0]
  // r ≥ n in 2^-128 of cases; ecrecover has no v for it.
  invariant(recovery === 0 || recovery === 1, 'I-SIGNATURE', () => 'a signature that ecrecover cannot read')
  return concat(recovered.subarray(1), Uint8Array.of(V_OFFSET + recovery))
}

/**
 * Whose signature it is.
 *
 * @returns null for a wrong length, high s, v ∉ {27, 28}, r or s out of range, or a point that does not exist.
 */
export const recoverAddress = (digest: Bytes, signature: Bytes): Address | null => {
  if (digest.length !== 32 || signature.length !== SIGNATURE_BYTES) return null
  const v = signature[SIGNATURE_BYTES - 1]
  if (v !== V_OFFSET && v !== V_OFFSET + 1) return null
  try {
    const parsed = secp.Signature.fromBytes(signature.subarray(0, SIGNATURE_BYTES - 1)).addRecoveryBit(v - V_OFFSET)
    if (parsed.hasHighS()) return null
    return addressOf(
      secp.recoverPublicKey(parsed.toBytes('recovered'), digest, { prehash: false, isCompressed: false }),
    )
  } catch {
    // Out-of-range scalars and points off the curve, all of which mean "nobody signed this".
    return null
  }
}
