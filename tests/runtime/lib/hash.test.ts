/** Keccak-256: published digests, and one way of making them held against another. */
import { describe, expect, test } from 'vitest'
import { concat, toHex, utf8 } from '../../../runtime/lib/bytes.ts'
import { installHasher, keccak, referenceHasher, taggedHash } from '../../../runtime/lib/hash.ts'
import { useFastHasher, wasmHasher } from '../../../runtime/manager/hasher.ts'
import { rebuild } from '../../../runtime/recover.ts'
import { memoryStore } from '../../../runtime/storage/memory.ts'
import { startCrowd } from '../../support/crowd.ts'
import { quiet } from '../../support/manual-time.ts'
import { fc } from '../../support/property.ts'
import { NO_CHECKPOINTS } from '../../support/tiers.ts'

const LONGEST = 1_000
/** More than the 16 KiB that are handed over at once. */
const LONG = 70_000
const anyBytes = fc.uint8Array({ maxLength: LONG, size: 'max' })

describe('keccak', () => {
  test.each([
    ['', '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'],
    ['abc', '0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45'],
  ])('%j', (text, digest) => {
    expect(toHex(keccak(utf8(text)))).toBe(digest)
  })
})

describe('taggedHash', () => {
  test('is the hash of the hash of the tag and what follows', () => {
    const [a, b] = [utf8('one'), utf8('two')]
    expect(taggedHash('tag', a, b)).toEqual(keccak(concat(keccak(utf8('tag')), a, b)))
    expect(taggedHash('tag', a)).not.toEqual(taggedHash('gat', a))
  })
})

describe('wasmHasher', () => {
  test(`every length up to ${LONGEST} gives the bytes of the reference`, async () => {
    const fast = await wasmHasher()
    for (let length = 0; length <= LONGEST; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * length) % 256)
      expect(toHex(fast(bytes)), `${length} bytes`).toBe(toHex(referenceHasher(bytes)))
    }
  })
  test('so do any bytes, and a part of a larger buffer', async () => {
    const fast = await wasmHasher()
    fc.assert(
      fc.property(anyBytes, fc.nat(), (bytes, from) => {
        const part = bytes.subarray(from % (bytes.length + 1))
        expect(toHex(fast(part))).toBe(toHex(referenceHasher(part)))
      }),
      { numRuns: 60 },
    )
  })
  test('two of them take turns; what one gave out stays as it is, and so does what it was given', async () => {
    const [one, other] = [await wasmHasher(), await wasmHasher()]
    const asked = utf8('asked')
    const given = one(asked)
    const before = toHex(given)
    other(utf8('something else'))
    one(utf8('something else'))
    expect(toHex(given)).toBe(before)
    expect(asked).toEqual(utf8('asked'))
  })
})

describe('installHasher', () => {
  test('one that makes other bytes is refused, and nothing changes', () => {
    const before = toHex(keccak(utf8('abc')))
    for (const length of [0, 1, 135, 136, 137, 272, 16_385]) {
      const wrong = (bytes: Uint8Array) => (bytes.length === length ? new Uint8Array(32) : referenceHasher(bytes))
      expect(installHasher(wrong)).toBe(false)
    }
    expect(toHex(keccak(utf8('abc')))).toBe(before)
  })
  test('the one in WebAssembly is taken', async () => {
    expect(await useFastHasher()).toBe(true)
    expect(toHex(keccak(utf8('abc')))).toBe(toHex(referenceHasher(utf8('abc'))))
  })
})

describe('a history', () => {
  test('written under one is replayed under the other: every root is the same', async () => {
    installHasher(referenceHasher)
    const store = memoryStore()
    const { host, payBack } = await startCrowd(2, NO_CHECKPOINTS, { ...store, close: async () => {} })
    await payBack(0)
    await quiet()
    const [height, root] = [host.env().height, host.root()]
    await host.stop()
    expect(await useFastHasher()).toBe(true)
    const replayed = await rebuild({ store, runtimeId: 'crowd', name: 'Crowd' })
    expect(replayed.damage).toBeNull()
    expect(replayed.replayedFrames).toBe(height)
    expect(toHex(replayed.root)).toBe(toHex(root))
  })
})
