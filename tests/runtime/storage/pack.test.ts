/** Packed rows: they come back as they were, and whatever else lies there is nothing. */
import { deflateSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { bytesUpTo, encode, struct, uint } from '../../../runtime/codec/schema.ts'
import { type Bytes, utf8 } from '../../../runtime/lib/bytes.ts'
import { packRows, unpackRows } from '../../../runtime/storage/pack.ts'
import { seal } from '../../../runtime/storage/seal.ts'
import { fc } from '../../support/property.ts'

const rows = fc.array(
  fc.record({
    key: fc.string({ unit: fc.constantFrom('a', 'b', '/', '0'), minLength: 1, maxLength: 40 }),
    value: fc.uint8Array({ maxLength: 60 }),
  }),
  { maxLength: 20 },
)
const crafted = (size: number, deflated: Bytes): Bytes => {
  const codec = struct<{ readonly size: number; readonly deflated: Bytes }>({
    size: uint,
    deflated: bytesUpTo(2 ** 24),
  })
  return seal({ tag: 'xln:rows', version: 1 }, encode(codec, { size, deflated }))
}

describe('packRows', () => {
  it('comes back as it was, for any rows', () => {
    fc.assert(
      fc.property(rows, (given) => {
        expect(unpackRows(packRows(given))).toEqual(given)
      }),
    )
  })

  it('what rows have in common is written once', () => {
    const hash = 'c0ffee'.repeat(10)
    const alike = Array.from({ length: 200 }, (_, i) => ({ key: `e/${hash}/a/${i}`, value: utf8(`${hash}${i}`) }))
    expect(packRows(alike).length).toBeLessThan(200 * 12)
  })
})

describe('unpackRows', () => {
  it('any changed byte, and any end cut off -- null', () => {
    const whole = packRows([{ key: 'a', value: utf8('one') }])
    for (let at = 0; at < whole.length; at++) {
      expect(unpackRows(whole.map((byte, i) => (i === at ? byte ^ 1 : byte)))).toBe(null)
      expect(unpackRows(whole.subarray(0, at))).toBe(null)
    }
  })

  it('any bytes -- null', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(unpackRows(bytes)).toBe(null)
      }),
    )
  })

  it('more, or less, than it says it is -- null, and no memory for more', () => {
    const zeros = deflateSync(new Uint8Array(4_000_000))
    for (const size of [0, 100, 2 ** 24, 2 ** 40]) expect(unpackRows(crafted(size, zeros))).toBe(null)
    const fitting = deflateSync(Uint8Array.of(0xc0))
    expect(unpackRows(crafted(1, fitting))).toEqual([])
    expect(unpackRows(crafted(2, fitting))).toBe(null)
  })
})
