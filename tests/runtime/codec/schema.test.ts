/** The canonical encoding: round trips, the one encoding of each value, and what bytes from anywhere are answered. */
import { describe, expect, test } from 'vitest'
import { commandId, memo, tokenId } from '../../../runtime/codec/common.ts'
import {
  bigInt,
  bigUint,
  bool,
  bytes,
  bytesUpTo,
  type Codec,
  decode,
  encode,
  hex,
  list,
  nullable,
  oneOf,
  struct,
  text,
  uint,
  union,
} from '../../../runtime/codec/schema.ts'
import { concat, fromHex, toHex } from '../../../runtime/lib/bytes.ts'
import type { CommandId, TokenId } from '../../../runtime/lib/units.ts'

const coded = <T>(codec: Codec<T>, value: T): string => toHex(encode(codec, value))
const read = <T>(codec: Codec<T>, hexBytes: string) => decode(codec, fromHex(hexBytes))
const refused = (reason: string) => ({ type: 'malformed', reason })

describe('integers', () => {
  test('have the bytes RLP gives them', () => {
    expect([0, 1, 127, 128, 256].map((value) => coded(uint, value))).toEqual([
      '0x80',
      '0x01',
      '0x7f',
      '0x8180',
      '0x820100',
    ])
    expect(coded(bigUint(256), 2n ** 256n - 1n)).toBe(`0xa0${'ff'.repeat(32)}`)
  })
  test('are zig-zag coded when signed', () => {
    expect([0n, -1n, 1n, -2n, 2n, -64n, 64n].map((value) => coded(bigInt(64), value))).toEqual([
      '0x80',
      '0x01',
      '0x02',
      '0x03',
      '0x04',
      '0x7f',
      '0x8180',
    ])
  })
  test('out of range are refused', () => {
    expect(read(bigUint(128), toHex(encode(bigUint(129), 2n ** 128n)))).toEqual(refused('integer out of range'))
    expect(read(bigUint(128), toHex(encode(bigUint(128), 2n ** 128n - 1n)))).toMatchObject({ type: 'ok' })
    expect(read(uint, toHex(encode(bigUint(64), 2n ** 53n)))).toEqual(refused('integer out of range'))
    expect(read(bigInt(8), toHex(encode(bigInt(16), 128n)))).toEqual(refused('integer out of range'))
    expect(read(bigInt(8), toHex(encode(bigInt(16), -128n)))).toEqual({ type: 'ok', value: -128n })
    expect(read(uint, `0xa9${'01'.repeat(41)}`)).toEqual(refused('integer too long'))
  })
  test('in a longer spelling than needed are refused', () => {
    for (const spelling of ['0x8101', '0x820001', '0x00', '0xb80101', '0x8100'])
      expect(read(uint, spelling).type).toBe('malformed')
  })
})

describe('bytes and text', () => {
  test('of a wrong length are refused', () => {
    expect(read(bytes(2), '0x83010203')).toEqual(refused('expected 2 bytes'))
    expect(read(bytesUpTo(2), '0x83010203')).toEqual(refused('more than 2 bytes'))
    expect(read(hex(2), '0x05')).toEqual(refused('expected 2 bytes'))
    expect(read(text(2), '0x83616263')).toEqual(refused('text longer than 2 bytes'))
  })
  test('text that is not UTF-8 is refused: broken, overlong, or half a surrogate pair', () => {
    for (const broken of ['0x81ff', '0x82c0af', '0x83eda080', '0x82c328'])
      expect(read(text(10), broken).type).toBe('malformed')
    expect(read(text(10), coded(text(10), '😀é'))).toEqual({ type: 'ok', value: '😀é' })
    expect(read(text(10), coded(text(10), '\ufeffa'))).toEqual({ type: 'ok', value: '\ufeffa' })
  })
  test('a memo that rearranges what surrounds it is refused', () => {
    for (const odd of ['\u202e', '\u2066', '\u0000', '\n', '\u0085'])
      expect(read(memo, coded(text(10), odd))).toEqual(refused('not readable text'))
  })
  test('booleans are nothing or one', () => {
    expect([coded(bool, true), coded(bool, false)]).toEqual(['0x01', '0x80'])
    for (const odd of ['0x02', '0x8101', '0x820101', '0xc0']) expect(read(bool, odd).type).toBe('malformed')
  })
})

describe('ids', () => {
  test('token ids are 1 to 2^32 − 1', () => {
    for (const odd of [0, 2 ** 32, 2 ** 40]) expect(read(tokenId, coded(uint, odd))).toEqual(refused('not a token id'))
    expect(read(tokenId, coded(tokenId, (2 ** 32 - 1) as TokenId))).toEqual({ type: 'ok', value: 2 ** 32 - 1 })
  })
  test('command ids are of few characters', () => {
    for (const odd of ['', 'a/b', 'é', 'a b'])
      expect(read(commandId, coded(text(64), odd))).toEqual(refused('not a command id'))
    expect(read(commandId, coded(commandId, 'aZ09_-' as CommandId)).type).toBe('ok')
  })
})

describe('composites', () => {
  type Point = { readonly x: number; readonly y: number | null }
  const point = struct<Point>({ x: uint, y: nullable(uint) })
  type Shape = { readonly type: 'dot'; readonly at: Point } | { readonly type: 'none' }
  const shape = union<Shape>({ dot: [1, struct({ at: point })], none: [2, struct({})] })

  test('missing, added and misplaced fields are refused', () => {
    expect(coded(point, { x: 1, y: 2 })).toBe('0xc301c102')
    expect(coded(point, { x: 1, y: null })).toBe('0xc201c0')
    expect(read(point, '0xc101')).toEqual(refused('expected 2 fields, found 1'))
    expect(read(point, '0xc401c10203')).toEqual(refused('expected 2 fields, found 3'))
    expect(read(point, '0xc3c10102')).toMatchObject({ type: 'malformed' })
    expect(read(point, '0xc401c20203')).toEqual(refused('more than one optional value'))
    expect(read(point, '0x01')).toEqual(refused('expected a list, found bytes'))
    expect(read(uint, '0xc0')).toEqual(refused('expected bytes, found a list'))
  })
  test('unions have one tag and one value', () => {
    expect(coded(shape, { type: 'none' })).toBe('0xc202c0')
    expect(read(shape, '0xc203c0')).toEqual(refused('unknown tag'))
    expect(read(shape, '0xc102')).toEqual(refused('a union has a tag and a value'))
    expect(read(shape, coded(shape, { type: 'dot', at: { x: 0, y: null } }))).toEqual({
      type: 'ok',
      value: { type: 'dot', at: { x: 0, y: null } },
    })
  })
  test('words are in the list', () => {
    const word = oneOf(['yes', 'no'] as const)
    expect([coded(word, 'yes'), coded(word, 'no')]).toEqual(['0x80', '0x01'])
    expect(read(word, '0x02')).toEqual(refused('unknown word'))
  })
  test('lists have a bound', () => {
    expect(read(list(uint, 2), '0xc3010203')).toEqual(refused('more than 2 items'))
    expect(read(list(uint, 3), '0xc3010203')).toEqual({ type: 'ok', value: [1, 2, 3] })
  })
  test.each<readonly [what: string, write: () => unknown]>([
    ['a list of one item more', () => encode(list(uint, 2), [1, 2, 3])],
    ['text of one byte more', () => encode(text(2), 'é!')],
    ['one byte more', () => encode(bytesUpTo(2), new Uint8Array(3))],
    ['one byte less', () => encode(bytes(2), new Uint8Array(1))],
  ])('%s than could be read back is not written', (_what, write) => {
    expect(write).toThrow(/^I-BOUND/)
  })
})

describe('structure', () => {
  test('empty, truncated and trailing bytes are refused', () => {
    expect(decode(uint, new Uint8Array(0))).toEqual(refused('no bytes'))
    for (const broken of ['0x83010', '0x8301', '0xc3', '0xf8', '0xbfffffffffffffffff', '0x0101', '0xf83801'])
      expect(read(uint, broken.length % 2 === 0 ? broken : `${broken}2`).type).toBe('malformed')
  })
  test('ten thousand lists in each other are refused, not followed', () => {
    let nested = fromHex('0xc0')
    for (let depth = 0; depth < 10_000; depth++) {
      const { length } = nested
      const head = length < 56 ? [0xc0 + length] : length < 256 ? [0xf8, length] : [0xf9, length >> 8, length & 255]
      nested = concat(Uint8Array.from(head), nested)
    }
    for (const codec of [uint, list(uint, 10), text(10)] as readonly Codec<unknown>[])
      expect(decode(codec, nested).type).toBe('malformed')
  })
})
