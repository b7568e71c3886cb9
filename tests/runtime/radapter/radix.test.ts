/** The order of many values, against Array.sort: few and many, of any size, with ties and with doubles shared. */

import { describe, expect, test } from 'vitest'
import { orderOf } from '../../../runtime/radapter/radix.ts'
import type { SortValue } from '../../../runtime/radapter/ranked.ts'
import { edgedSigned } from '../../properties/values.ts'
import { fc } from '../../support/property.ts'

const bySort = (values: readonly SortValue[]): readonly number[] =>
  [...values.keys()].sort((a, b) => {
    const [x, y] = [values[a] as SortValue, values[b] as SortValue]
    return x === y ? a - b : x < y ? -1 : 1
  })
const ordered = (values: readonly SortValue[]): readonly number[] => [
  ...orderOf(values.length, (i) => values[i] as SortValue),
]

/** From here on digits are counted. */
const MANY = 4_100
/** Around the first whole numbers that share a double, and beyond what a double tells apart. */
const close = fc.constantFrom(
  2n ** 53n,
  2n ** 53n + 1n,
  2n ** 53n - 1n,
  -(2n ** 53n) - 1n,
  -(2n ** 53n),
  10n ** 30n,
  10n ** 30n + 1n,
)

describe('orderOf', () => {
  test.each([
    ['small, with ties', fc.bigInt({ min: -5n, max: 5n })],
    ['of any size', edgedSigned(256n)],
    ['that share a double', close],
    ['whole numbers', fc.integer({ min: -3, max: 2 ** 40 })],
  ])('%s -- as Array.sort has them, few and many', (_, value: fc.Arbitrary<SortValue>) => {
    for (const [size, numRuns] of [
      [50, 50],
      [MANY, 3],
    ] as const) {
      // A few drawn values over and over, in an order that is drawn too: ties, at no cost of drawing.
      const values = fc
        .tuple(fc.array(value, { minLength: 1, maxLength: 40 }), fc.nat())
        .map(([few, seed]) => Array.from({ length: size }, (__, i) => few[(i * 31 + seed) % few.length] as SortValue))
      fc.assert(
        fc.property(values, (all) => {
          expect(ordered(all)).toEqual(bySort(all))
        }),
        { numRuns, endOnFailure: true },
      )
    }
  })

  test('two alone that share a double -- told apart', () => {
    expect(ordered([2n ** 53n + 1n, 2n ** 53n, 0n])).toEqual([2, 1, 0])
    expect(ordered([-(2n ** 53n), -(2n ** 53n) - 1n, 0n])).toEqual([1, 0, 2])
  })

  test('nothing, and texts, which come in order', () => {
    expect(ordered([])).toEqual([])
    expect(ordered(['0xaa', '0xab', '0xb'])).toEqual([0, 1, 2])
  })
})
