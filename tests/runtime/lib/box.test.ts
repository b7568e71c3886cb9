/** Sealed boxes: RFC 7748, OpenSSL as a second implementation, tampering, bad keys. */
import { createPrivateKey, createPublicKey, diffieHellman, hkdfSync } from 'node:crypto'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { describe, expect, test } from 'vitest'
import { BOX_OVERHEAD_BYTES, boxPublicKeyOf, isBoxPublicKey, openBox, sealBox } from '../../../runtime/lib/box.ts'
import { concat, EMPTY, fromHex, toHex, utf8 } from '../../../runtime/lib/bytes.ts'
import { fc } from '../../support/property.ts'

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const few = { numRuns: 20 }
const SECRET = fromHex('77076d0a7318a57d3c16c17251b26645eb4b5f2b1d4c2a2e8f0b4d7c1d3b7a9e')
const EPHEMERAL = fromHex('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb')
const PLAINTEXT = utf8('forward 12.50 to Bob before block 240')
const AAD = utf8('layer 1')
const seal = (over: Partial<Parameters<typeof sealBox>[0]> = {}) =>
  sealBox({ publicKey: boxPublicKeyOf(SECRET), ephemeralSecret: EPHEMERAL, plaintext: PLAINTEXT, aad: AAD, ...over })

/** u coordinates of low order, and spellings at or above the field's order (RFC 7748 §5, §6.1). */
const BAD_KEYS = [
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
  'ff'.repeat(32),
  `09${'00'.repeat(30)}80`,
  '09',
]

/** Little-endian, as u coordinates are written. */
const bytes32Of = (value: bigint): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn))

describe('boxPublicKeyOf', () => {
  test("RFC 7748 §6.1: Bob's public key", () => {
    expect(toHex(boxPublicKeyOf(EPHEMERAL))).toBe('0xde9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f')
  })
})

describe('isBoxPublicKey', () => {
  test.each(BAD_KEYS)('%s is refused, and cannot be sealed to', (hex) => {
    expect(isBoxPublicKey(fromHex(hex))).toBe(false)
    expect(() => seal({ publicKey: fromHex(hex) })).toThrow(RangeError)
  })
  test('any 32 bytes are accepted exactly when they can be sealed to', () => {
    const canSeal = (publicKey: Uint8Array): boolean => {
      try {
        return seal({ publicKey }).length > 0
      } catch {
        return false
      }
    }
    const low = fc.integer({ min: 0, max: 40 }).map((n) => bytes32Of(BigInt(n)))
    const high = fc.integer({ min: 0, max: 60 }).map((n) => bytes32Of(2n ** 255n - BigInt(n)))
    const bad = fc.constantFrom(...BAD_KEYS.map(fromHex))
    fc.assert(
      fc.property(fc.oneof(bytes32, low, high, bad), (publicKey) => {
        expect(isBoxPublicKey(publicKey)).toBe(canSeal(publicKey))
      }),
      { numRuns: 200 },
    )
  })
  test('the key of any secret is accepted', () => {
    fc.assert(
      fc.property(bytes32, (secret) => {
        expect(isBoxPublicKey(boxPublicKeyOf(secret))).toBe(true)
      }),
      few,
    )
  })
})

describe('sealBox, openBox', () => {
  test('round trip of any plaintext and aad, between any keys', () => {
    fc.assert(
      fc.property(
        bytes32,
        bytes32,
        fc.uint8Array({ maxLength: 300 }),
        fc.uint8Array({ maxLength: 40 }),
        (secretKey, ephemeralSecret, plaintext, aad) => {
          const box = sealBox({ publicKey: boxPublicKeyOf(secretKey), ephemeralSecret, plaintext, aad })
          expect(box).toHaveLength(plaintext.length + BOX_OVERHEAD_BYTES)
          expect(openBox({ secretKey, box, aad })).toEqual(plaintext)
          expect(openBox({ secretKey, publicKey: boxPublicKeyOf(secretKey), box, aad })).toEqual(plaintext)
          const another = boxPublicKeyOf(Uint8Array.from(secretKey, (byte) => byte ^ 0x55))
          expect(openBox({ secretKey, publicKey: another, box, aad })).toBeNull()
        },
      ),
      few,
    )
  })
  test('the construction, with the key agreement done by OpenSSL', () => {
    // PKCS #8 and SPKI wrappings of raw X25519 keys (RFC 8410).
    const privateKey = createPrivateKey({
      key: Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), EPHEMERAL]),
      format: 'der',
      type: 'pkcs8',
    })
    const publicKey = createPublicKey({
      key: Buffer.concat([Buffer.from('302a300506032b656e032100', 'hex'), boxPublicKeyOf(SECRET)]),
      format: 'der',
      type: 'spki',
    })
    const salt = concat(boxPublicKeyOf(EPHEMERAL), boxPublicKeyOf(SECRET))
    const okm = new Uint8Array(hkdfSync('sha256', diffieHellman({ privateKey, publicKey }), salt, 'xln/box/v1', 56))
    const expected = xchacha20poly1305(okm.subarray(0, 32), okm.subarray(32), AAD).encrypt(PLAINTEXT)
    expect(seal()).toEqual(concat(boxPublicKeyOf(EPHEMERAL), expected))
  })
  test('sealing the same again gives the same bytes, a replay', () => {
    expect(seal()).toEqual(seal())
  })
  test('the plaintext is not in the box', () => {
    expect(toHex(seal())).not.toContain(toHex(PLAINTEXT).slice(2, 18))
  })
  test('one flipped bit anywhere, and nothing opens', () => {
    const box = seal()
    fc.assert(
      fc.property(fc.nat(box.length - 1), fc.nat(7), (index, bit) => {
        const altered = box.map((byte, i) => (i === index ? byte ^ (1 << bit) : byte))
        expect(openBox({ secretKey: SECRET, box: altered, aad: AAD })).toBeNull()
      }),
      { numRuns: 60 },
    )
  })
  test('a truncated or extended box opens to nothing', () => {
    const box = seal()
    for (const length of [0, 31, 32, BOX_OVERHEAD_BYTES - 1, BOX_OVERHEAD_BYTES, box.length - 1]) {
      expect(openBox({ secretKey: SECRET, box: box.subarray(0, length), aad: AAD })).toBeNull()
    }
    expect(openBox({ secretKey: SECRET, box: Uint8Array.of(...box, 0), aad: AAD })).toBeNull()
  })
  test("another key's box, or other aad, opens to nothing", () => {
    expect(openBox({ secretKey: EPHEMERAL, box: seal(), aad: AAD })).toBeNull()
    expect(openBox({ secretKey: SECRET, box: seal(), aad: EMPTY })).toBeNull()
  })
  test('any bytes in: null, never an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (box) => {
        expect(openBox({ secretKey: SECRET, box, aad: AAD })).toBeNull()
      }),
      few,
    )
  })
})
