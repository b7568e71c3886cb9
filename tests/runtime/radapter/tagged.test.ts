/** Values as tagged text: what survives, and what is not read. */
import { stringify } from 'devalue'
import { describe, expect, test } from 'vitest'
import { isCanonical, MAX_MESSAGE_BYTES, readTagged, writeTagged } from '../../../runtime/radapter/tagged.ts'
import { fc } from '../../support/property.ts'

const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false, undefined),
    fc.integer(),
    fc.bigInt({ min: -(1n << 256n), max: 1n << 256n }),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.string().filter((name) => name !== '__proto__'),
      tie('value'),
      { maxKeys: 4, noNullPrototype: true },
    ),
    fc
      .array(fc.tuple(fc.oneof(fc.string(), fc.integer(), fc.bigInt()), tie('value')), { maxLength: 4 })
      .map((entries) => new Map(entries)),
  ),
}))
const refused = { type: 'malformed' }

describe('maps and whole numbers', () => {
  test('any value of theirs, in any other -- the same value from a text that says nothing twice', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const text = writeTagged(value) ?? ''
        const read = readTagged(text)
        expect(read).toEqual({ type: 'ok', value })
        expect(read.type === 'ok' && isCanonical(text, read.value)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('a map has its entries in their order, each name once', () => {
    const map = new Map<string | bigint, unknown>([
      ['b', 1n],
      [1n, new Map([['c', null]])],
      ['__proto__', 'a'],
    ])
    const read = readTagged(writeTagged(map) ?? '')
    expect(read.type === 'ok' && read.value instanceof Map ? [...read.value] : read).toEqual([...map])
  })

  test.each([
    ['a name twice', '[["Map",1,2,1,3],"a",1,2]'],
    ['one name in two places', '[["Map",1,2,3,2],"a",1,"a"]'],
    ['an object for a name', stringify(new Map([[{}, 1]]))],
    ['a map for a name', stringify(new Map([[new Map(), 1]]))],
    ['itself for a name', '[["Map",0,1],1]'],
    ['nothing for a name', stringify(new Map([[null, 1]]))],
    ['a name without a value', '[["Map",1],"a"]'],
    ['no place for a value', '[["Map",1,9],"a"]'],
    ['a set', stringify(new Set([1]))],
  ])('%s -- refused', (_, text) => {
    expect(readTagged(text)).toEqual(refused)
  })

  test('more than a message holds -- not written and not read', () => {
    const map = new Map([['a', 'x'.repeat(MAX_MESSAGE_BYTES)]])
    expect(writeTagged(map)).toBeNull()
    expect(readTagged(stringify(map))).toEqual({ type: 'too_large' })
  })
})
