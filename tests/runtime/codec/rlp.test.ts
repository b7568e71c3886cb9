/** RLP beside another implementation of it: the same bytes of every value, and nothing read that is not written. */
import { RLP } from '@ethereumjs/rlp'
import { describe, expect, test } from 'vitest'
import { type Nested, readRlp, sameNested, writePair, writeRlp } from '../../../runtime/codec/rlp.ts'
import { equalBytes, fromHex, toHex } from '../../../runtime/lib/bytes.ts'
import { fc } from '../../support/property.ts'

const leaf = fc.oneof(
  fc.uint8Array({ maxLength: 3 }),
  fc.uint8Array({ minLength: 50, maxLength: 60 }),
  fc.uint8Array({ maxLength: 700, size: 'max' }),
)
const { nested } = fc.letrec<{ nested: Nested; list: Nested[] }>((tie) => ({
  nested: fc.oneof({ depthSize: 'small' }, leaf, tie('list')),
  list: fc.array(tie('nested'), { maxLength: 12 }),
}))

const theirs = (value: Nested): Uint8Array => RLP.encode(value as never)
/** What the other one reads, if it writes the same again: it takes some forms that nobody writes. */
const readByThem = (bytes: Uint8Array): Nested | null => {
  if (bytes.length === 0) return null
  try {
    const read = RLP.decode(bytes) as Nested
    return equalBytes(theirs(read), bytes) ? read : null
  } catch {
    return null
  }
}
const readByUs = (bytes: Uint8Array): Nested | null => {
  try {
    return readRlp(bytes)
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError)
    return null
  }
}

describe('writeRlp, readRlp', () => {
  test('the examples of the Yellow Paper', () => {
    const text = (value: string): Uint8Array => new TextEncoder().encode(value)
    const cases: readonly (readonly [Nested, string])[] = [
      [text('dog'), '0x83646f67'],
      [[text('cat'), text('dog')], '0xc88363617483646f67'],
      [text(''), '0x80'],
      [[], '0xc0'],
      [Uint8Array.of(0), '0x00'],
      [Uint8Array.of(0x0f), '0x0f'],
      [Uint8Array.of(4, 0), '0x820400'],
      [[[], [[]], [[], [[]]]], '0xc7c0c1c0c3c0c1c0'],
      [
        text('Lorem ipsum dolor sit amet, consectetur adipisicing elit'),
        '0xb8384c6f72656d20697073756d20646f6c6f722073697420616d65742c20636f6e7365637465747572206164697069736963696e6720656c6974',
      ],
    ]
    for (const [value, hex] of cases) {
      expect(toHex(writeRlp(value))).toBe(hex)
      expect(readRlp(fromHex(hex))).toEqual(value)
    }
  })
  test('any value -- the bytes of the other one, and back', () => {
    fc.assert(
      fc.property(nested, (value) => {
        const bytes = writeRlp(value)
        expect(toHex(bytes)).toBe(toHex(theirs(value)))
        expect(readRlp(bytes)).toEqual(value)
      }),
    )
  })
  test.each([55, 56, 255, 256, 65_535, 65_536])('a string and a list of %i bytes', (length) => {
    const string = new Uint8Array(length).fill(7)
    for (const value of [string, [string], Array.from({ length }, () => Uint8Array.of(7))]) {
      expect(equalBytes(writeRlp(value), theirs(value))).toBe(true)
      expect(readRlp(writeRlp(value))).toEqual(value)
    }
  })
  test('a text and bytes -- the bytes of the pair, where there is room for them, and where they end', () => {
    const size = fc.oneof(
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 50, max: 60 }),
      fc.integer({ min: 0, max: 70_000 }),
    )
    const unit = fc.integer({ min: 0, max: 0x7f }).map((code) => String.fromCharCode(code))
    const text = fc.oneof(fc.string({ unit, maxLength: 2 }), fc.string({ unit, minLength: 50, maxLength: 300 }))
    fc.assert(
      fc.property(text, size, fc.nat(0xff), fc.nat(40), (name, length, byte, at) => {
        const value = new Uint8Array(length).fill(byte)
        const expected = writeRlp([new TextEncoder().encode(name), value])
        const into = new Uint8Array(at + expected.length + 1)
        expect(writePair(name, value, into, at)).toBe(at + expected.length)
        expect(equalBytes(into.subarray(at, -1), expected)).toBe(true)
        const tooSmall = new Uint8Array(at + expected.length - 1)
        expect(writePair(name, value, tooSmall, at)).toBe(at + expected.length)
        expect(tooSmall.every((one) => one === 0)).toBe(true)
      }),
    )
  })
  test('any bytes -- read exactly when they are the one encoding of a value', () => {
    const head = fc.constantFrom(
      0x7f,
      0x80,
      0x81,
      0x82,
      0xb7,
      0xb8,
      0xb9,
      0xbf,
      0xc0,
      0xc1,
      0xc2,
      0xf7,
      0xf8,
      0xf9,
      0xff,
    )
    const tail = fc.array(fc.oneof(head, fc.integer({ min: 0, max: 60 })), { maxLength: 70, size: 'max' })
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 80 }),
          tail.map((bytes) => Uint8Array.from(bytes)),
        ),
        (bytes) => {
          expect(readByUs(bytes)).toEqual(readByThem(bytes))
        },
      ),
      { numRuns: 2_000 },
    )
  })
  test('one byte of an encoding changed, taken or added -- as the other one has it', () => {
    fc.assert(
      fc.property(nested, fc.nat(), fc.nat(255), (value, place, byte) => {
        const bytes = [...writeRlp(value)]
        const at = place % bytes.length
        for (const changed of [bytes.with(at, byte), bytes.toSpliced(at, 1), bytes.toSpliced(at, 0, byte)]) {
          const other = Uint8Array.from(changed)
          expect(readByUs(other)).toEqual(readByThem(other))
        }
      }),
    )
  })
  test('lists in lists are followed as far as anything is written, and no further', () => {
    const nestedIn = (depth: number): Nested => (depth === 0 ? [] : [nestedIn(depth - 1)])
    expect(readRlp(writeRlp(nestedIn(63)))).toEqual(nestedIn(63))
    expect(readByUs(writeRlp(nestedIn(65)))).toBeNull()
  })
  test('what is read is a copy', () => {
    const bytes = writeRlp([Uint8Array.of(1, 2, 3), Uint8Array.of(4)])
    const value = readRlp(bytes)
    bytes.fill(9)
    expect(value).toEqual([Uint8Array.of(1, 2, 3), Uint8Array.of(4)])
  })
})

describe('sameNested', () => {
  test('holds exactly when both are written the same', () => {
    fc.assert(
      fc.property(nested, nested, (a, b) => {
        expect(sameNested(a, b)).toBe(equalBytes(writeRlp(a), writeRlp(b)))
        expect(sameNested(a, readRlp(writeRlp(a)))).toBe(true)
      }),
    )
  })
  test('no bytes and no items are two things', () => {
    expect(sameNested(new Uint8Array(0), [])).toBe(false)
    expect(sameNested([], new Uint8Array(0))).toBe(false)
  })
})
