/** Signatures: RFC 6979 vectors, ethers as a second implementation, and every malformed signature refused. */
import { computeAddress, recoverAddress as ethersRecover, hexlify, SigningKey } from 'ethers'
import { describe, expect, test } from 'vitest'
import { concat, fromHex, toBigInt, toHex, utf8, word } from '../../../runtime/lib/bytes.ts'
import { keccak } from '../../../runtime/lib/hash.ts'
import { addressOf, publicKeyOf, recoverAddress, sign } from '../../../runtime/lib/secp.ts'
import { fc } from '../../support/property.ts'

const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const KEY = fromHex('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80')
const DIGEST = keccak(utf8('one frame'))
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const secretKey = fc.bigInt({ min: 1n, max: N - 1n }).map(word)
const few = { numRuns: 25 }

const withV = (signature: Uint8Array, v: number) => concat(signature.subarray(0, 64), Uint8Array.of(v))
/** The other valid ECDSA signature of the same key and digest, the one with n − s. */
const mirrored = (signature: Uint8Array) => {
  const s = word(N - toBigInt(signature.subarray(32, 64)))
  return concat(signature.subarray(0, 32), s, Uint8Array.of(signature[64] === 27 ? 28 : 27))
}

describe('addressOf', () => {
  test('is the well-known address of a well-known key', () => {
    expect(addressOf(KEY)).toBe('0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266')
  })
  test('is the same from the secret, compressed and uncompressed key', () => {
    expect(addressOf(publicKeyOf(KEY))).toBe(addressOf(KEY))
    expect(addressOf(fromHex(SigningKey.computePublicKey(KEY, false)))).toBe(addressOf(KEY))
  })
  test('agrees with ethers for any key', () => {
    fc.assert(
      fc.property(secretKey, (key) => {
        expect(addressOf(key)).toBe(computeAddress(new SigningKey(hexlify(key))).toLowerCase())
      }),
      few,
    )
  })
})

describe('sign', () => {
  test('RFC 6979 vector: key 1, sha256("Satoshi Nakamoto")', () => {
    const digest = fromHex('a0dc65ffca799873cbea0ac274015b9526505daaaed385155425f7337704883e')
    expect(toHex(sign(word(1), digest)).slice(2, 130)).toBe(
      '934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8' +
        '2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5',
    )
  })
  test('is the signature ethers makes, for any key and digest', () => {
    fc.assert(
      fc.property(secretKey, bytes32, (key, digest) => {
        const signature = sign(key, digest)
        expect(signature).toHaveLength(65)
        expect(toHex(signature)).toBe(new SigningKey(hexlify(key)).sign(digest).serialized)
        expect(ethersRecover(digest, toHex(signature)).toLowerCase()).toBe(addressOf(key))
      }),
      few,
    )
  })
  test('a digest that is not 32 bytes is a fault', () => {
    expect(() => sign(KEY, DIGEST.subarray(1))).toThrow('I-DIGEST')
  })
})

describe('recoverAddress', () => {
  const signature = sign(KEY, DIGEST)

  test('names the signer', () => {
    expect(recoverAddress(DIGEST, signature)).toBe(addressOf(KEY))
  })
  test('the mirrored high-s signature is refused, though it is valid ECDSA', () => {
    const high = mirrored(signature)
    expect(toBigInt(high.subarray(32, 64)) > N / 2n).toBe(true)
    expect(recoverAddress(DIGEST, high)).toBeNull()
    // With only v mirrored it is somebody's, but not ours.
    expect(recoverAddress(DIGEST, withV(signature, signature[64] === 27 ? 28 : 27))).not.toBe(addressOf(KEY))
  })
  test.each([0, 1, 26, 29, 30, 255])('v = %i is refused', (v) => {
    expect(recoverAddress(DIGEST, withV(signature, v))).toBeNull()
  })
  test.each([0, 1, 64, 66])('%i bytes are refused', (length) => {
    const resized = new Uint8Array(length)
    resized.set(signature.subarray(0, Math.min(length, 65)))
    expect(recoverAddress(DIGEST, resized)).toBeNull()
  })
  test.each([
    ['r = 0', word(0), signature.subarray(32, 64)],
    ['s = 0', signature.subarray(0, 32), word(0)],
    ['r = n', word(N), signature.subarray(32, 64)],
    ['r is no x coordinate', word(5), signature.subarray(32, 64)],
  ])('%s is refused', (_name, r, s) => {
    expect(recoverAddress(DIGEST, concat(r, s, Uint8Array.of(27)))).toBeNull()
  })
  test('a digest of another length is refused', () => {
    expect(recoverAddress(DIGEST.subarray(1), signature)).toBeNull()
  })
  test('any bytes in: an address or null, and never the signer after a change', () => {
    fc.assert(
      fc.property(fc.nat(64), fc.integer({ min: 1, max: 255 }), (index, flip) => {
        const altered = signature.map((byte, i) => (i === index ? byte ^ flip : byte))
        expect(recoverAddress(DIGEST, altered)).not.toBe(addressOf(KEY))
      }),
      { numRuns: 60 },
    )
  })
})
