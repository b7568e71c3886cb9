/** Which pages are offered by their number: never more places than there are, the ends and the neighbours among them. */
import { describe, expect, test } from 'vitest'
import { placesOf } from '../../components/models/pages.ts'

describe('placesOf', () => {
  test.each([
    [1, 1, [1]],
    [3, 7, [1, 2, 3, 4, 5, 6, 7]],
    [1, 12, [1, 2, 3, 4, 5, 'after', 12]],
    [4, 12, [1, 2, 3, 4, 5, 'after', 12]],
    [5, 12, [1, 'before', 4, 5, 6, 'after', 12]],
    [8, 12, [1, 'before', 7, 8, 9, 'after', 12]],
    [9, 12, [1, 'before', 8, 9, 10, 11, 12]],
    [12, 12, [1, 'before', 8, 9, 10, 11, 12]],
  ] as const)('page %i of %i', (page, total, places) => {
    expect(placesOf(page, total)).toEqual(places)
  })

  test('any page of up to forty -- one page, its neighbours and both ends are there, in order, in the same places', () => {
    for (let total = 8; total <= 40; total++)
      for (let page = 1; page <= total; page++) {
        const places = placesOf(page, total)
        const pages = places.filter((place) => typeof place === 'number')
        expect(places).toHaveLength(7)
        for (const wanted of [1, page - 1, page, page + 1, total])
          if (wanted >= 1 && wanted <= total) expect(pages).toContain(wanted)
        expect([...pages].sort((a, b) => a - b)).toEqual(pages)
      }
  })
})
