/**
 * Sealed boxes: bytes that one X25519 key alone can read, from a sender who stays unnamed. The layers of a multi-hop
 * payment are such boxes.
 *
 * Construction: X25519 (RFC 7748) → HKDF-SHA256 (RFC 5869) → XChaCha20-Poly1305 (RFC 8439,
 * draft-irtf-cfrg-xchacha). Box = ephemeral public key (32) ‖ ciphertext ‖ tag (16). HKDF's salt is ephemeral ‖
 * recipient public key, and it yields key (32) ‖ nonce (24), so no nonce travels.
 *
 * Contract: pure; the caller draws the ephemeral secret and uses each one for ONE box. A second, different plaintext
 * to the same recipient under the same ephemeral secret would repeat key and nonce, which reveals both plaintexts.
 * Sealing the same box again (a replay) gives the same bytes and reveals nothing.
 */
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { x25519 } from '@noble/curves/ed25519.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { type Bytes, concat, toHex, utf8 } from './bytes.ts'

const KEY_BYTES = 32
const NONCE_BYTES = 24
const TAG_BYTES = 16
const INFO = utf8('xln/box/v1')
/** How much longer a box is than what it holds. */
export const BOX_OVERHEAD_BYTES = KEY_BYTES + TAG_BYTES

/** Below the field's order 2^255 − 19 (little-endian): a point has one spelling, as the salt is made of it. */
const isCanonical = (publicKey: Bytes): boolean => {
  const top = publicKey[31] ?? 0xff
  if (top > 0x7f) return false
  const low = publicKey[0] ?? 0xff
  return top < 0x7f || low < 0xed || publicKey.subarray(1, 31).some((byte) => byte !== 0xff)
}

/** The u coordinates below the order, of curve and twist, that a multiple of 8 takes to zero (RFC 7748 §6.1). */
const LOW_ORDER: readonly string[] = [
  `0x00${'00'.repeat(31)}`,
  `0x01${'00'.repeat(31)}`,
  '0xe0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '0x5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  `0xec${'ff'.repeat(30)}7f`,
]

const shared = (secretKey: Bytes, publicKey: Bytes): Bytes | null => {
  if (publicKey.length !== KEY_BYTES || !isCanonical(publicKey)) return null
  try {
    return x25519.getSharedSecret(secretKey, publicKey)
  } catch {
    // A low-order point: its shared secret is the same for everybody.
    return null
  }
}

const cipherOf = (secret: Bytes, ephemeral: Bytes, recipient: Bytes, aad: Bytes) => {
  const okm = hkdf(sha256, secret, concat(ephemeral, recipient), INFO, KEY_BYTES + NONCE_BYTES)
  return xchacha20poly1305(okm.subarray(0, KEY_BYTES), okm.subarray(KEY_BYTES), aad)
}

/** 32 bytes. @param secretKey any 32 bytes; they are clamped as RFC 7748 says. */
export const boxPublicKeyOf = (secretKey: Bytes): Bytes => x25519.getPublicKey(secretKey)

/**
 * True for a public key that `sealBox` accepts. Whatever decodes a peer's key asks this first, and again whenever it is
 * executed again: the few keys that nobody can be sealed to are known, so it costs no multiplication.
 */
export const isBoxPublicKey = (publicKey: Bytes): boolean =>
  publicKey.length === KEY_BYTES && isCanonical(publicKey) && !LOW_ORDER.includes(toHex(publicKey))

/**
 * @param aad public context the opener must state again, byte for byte; may be empty.
 * @throws RangeError for a public key that `isBoxPublicKey` refuses.
 */
export const sealBox = (args: {
  readonly publicKey: Bytes
  readonly ephemeralSecret: Bytes
  readonly plaintext: Bytes
  readonly aad: Bytes
}): Bytes => {
  const ephemeral = boxPublicKeyOf(args.ephemeralSecret)
  const secret = shared(args.ephemeralSecret, args.publicKey)
  if (secret === null) throw new RangeError('not an X25519 public key')
  return concat(ephemeral, cipherOf(secret, ephemeral, args.publicKey, args.aad).encrypt(args.plaintext))
}

/**
 * @param args.publicKey of the secret key, by whoever has it at hand; to make it takes as long as the rest.
 * @returns the plaintext, or null when the box is for another key, has other `aad`, or was altered.
 */
export const openBox = (args: {
  readonly secretKey: Bytes
  readonly publicKey?: Bytes
  readonly box: Bytes
  readonly aad: Bytes
}): Bytes | null => {
  if (args.box.length < BOX_OVERHEAD_BYTES) return null
  const ephemeral = args.box.subarray(0, KEY_BYTES)
  const secret = shared(args.secretKey, ephemeral)
  if (secret === null) return null
  try {
    const cipher = cipherOf(secret, ephemeral, args.publicKey ?? boxPublicKeyOf(args.secretKey), args.aad)
    return cipher.decrypt(args.box.subarray(KEY_BYTES))
  } catch {
    // The tag does not match.
    return null
  }
}
