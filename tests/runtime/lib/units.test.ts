/** Where ids and units are minted: what is taken and what is not. */
import { describe, expect, test } from 'vitest'
import { Fault, invariant, present } from '../../../runtime/lib/assert.ts'
import { equalBytes, isHex, isWellFormed, toBigInt, toHex, word, wordOfBytes } from '../../../runtime/lib/bytes.ts'
import { hopDeltaSeconds } from '../../../runtime/lib/limits.ts'
import { isReadable } from '../../../runtime/lib/text.ts'
import {
  byCodePoint,
  clamp,
  parseCommandId,
  parseEntityId,
  parsePaymentId,
  parseTokenId,
} from '../../../runtime/lib/units.ts'

describe('ids', () => {
  const id = `0x${'aB'.repeat(32)}`
  test('are minted from exactly their own form', () => {
    expect(parseEntityId(id)).toBe(id.toLowerCase())
    expect(parsePaymentId(id.toLowerCase())).toBe(id.toLowerCase())
    expect(parsePaymentId(id)).toBeNull()
    for (const odd of ['', '0x', id.slice(2), `${id}00`, id.replace('a', 'g'), `0x${' '.repeat(64)}`])
      expect(parseEntityId(odd)).toBeNull()
    expect([0, -1, 1.5, 2 ** 32, Number.NaN].map(parseTokenId)).toEqual([null, null, null, null, null])
    expect([1, 2 ** 32 - 1].map(parseTokenId)).toEqual([1, 2 ** 32 - 1])
    expect(['', 'a.b', 'x'.repeat(65), 'é'].map(parseCommandId)).toEqual([null, null, null, null])
    expect(parseCommandId('A-z_0')).toBe('A-z_0')
  })
  test('are ordered by code point', () => {
    expect(['b', 'a', 'B', '0'].sort(byCodePoint)).toEqual(['0', 'B', 'a', 'b'])
    expect(byCodePoint('a', 'a')).toBe(0)
  })
})

describe('bytes', () => {
  test('words are 32 bytes, two’s complement', () => {
    expect(toHex(word(-1n))).toBe(`0x${'ff'.repeat(32)}`)
    expect(toHex(word(258))).toBe(`0x${'00'.repeat(30)}0102`)
    expect(toBigInt(word(2n ** 255n))).toBe(2n ** 255n)
    expect(toHex(wordOfBytes(Uint8Array.of(1, 2)))).toBe(`0x${'00'.repeat(30)}0102`)
    expect(toBigInt(new Uint8Array(0))).toBe(0n)
  })
  test('equal only in length and content', () => {
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true)
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false)
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false)
  })
  test('hex of a given length', () => {
    expect([isHex('0x00ff', 2), isHex('0x00FF', 2), isHex('00ff', 2), isHex('0x00f', 2)]).toEqual([
      true,
      false,
      false,
      false,
    ])
  })
})

describe('text', () => {
  test('half a surrogate pair is no text', () => {
    expect(['\ud800', 'a\udc00', '\udc00\ud800'].map(isWellFormed)).toEqual([false, false, false])
    expect(['', '😀', 'é'].map(isWellFormed)).toEqual([true, true, true])
  })
  test('what rearranges its surroundings is not readable; right-to-left text is', () => {
    expect(['\u202a', '\u202e', '\u2066', '\u2069', '\u0000', '\u007f', '\ud800'].map(isReadable)).toEqual(
      Array(7).fill(false),
    )
    expect(['', 'שלום', 'مرحبا', '\u200f', '👩‍👩‍👧', '__proto__'].map(isReadable)).toEqual(Array(6).fill(true))
  })
})

describe('numbers', () => {
  test('clamp keeps within its bounds', () => {
    expect([-5n, 3n, 9n].map((value) => clamp(value, 0n, 5n))).toEqual([0n, 3n, 5n])
  })
  test('hopDelta = 2·reserve + confirmations·blockTime + 2·maxSkew', () => {
    expect(hopDeltaSeconds({ confirmations: 12, blockSeconds: 12 })).toBe(2 * 600 + 144 + 60)
  })
})

describe('faults', () => {
  test('name the invariant that broke', () => {
    expect(() => invariant(false, 'I-TEST', () => 'why')).toThrow(new Fault('I-TEST', 'why'))
    expect(() => invariant(true, 'I-TEST', () => 'why')).not.toThrow()
    expect(() => present(undefined, 'it')).toThrow('I-PRESENT: it')
    expect(present(0, 'it')).toBe(0)
  })
})
