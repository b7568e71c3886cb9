/** Where jurisdictions stand: the order of cells, and snapping to them. */
import { describe, expect, test } from 'vitest'
import { jurisdictionPlace, snapToGrid } from '../../../runtime/radapter/map-grid.ts'

const first = (count: number) => Array.from({ length: count }, (_, index) => jurisdictionPlace(index))

describe('the order of cells', () => {
  test('the middle, right, left, then the rest of the first ring', () => {
    expect(first(9).map(({ x, y, z }) => [x, y, z])).toEqual([
      [0, 300, 0],
      [666, 300, 0],
      [-666, 300, 0],
      [0, 300, 666],
      [0, 300, -666],
      [666, 300, 666],
      [666, 300, -666],
      [-666, 300, 666],
      [-666, 300, -666],
    ])
  })

  test('the second ring begins two cells to the right', () => {
    expect([9, 10, 11, 24, 25].map(jurisdictionPlace).map(({ x, z }) => [x, z])).toEqual([
      [1_332, 0],
      [-1_332, 0],
      [0, 1_332],
      [-1_332, -1_332],
      [1_998, 0],
    ])
  })

  test('no two share a cell, every one lies at a centre, and none leaves a gap further in', () => {
    const places = first(441)
    expect(new Set(places.map(({ x, z }) => `${x} ${z}`)).size).toBe(441)
    expect(places.filter((place) => JSON.stringify(snapToGrid(place)) !== JSON.stringify(place))).toEqual([])
    expect(Math.max(...places.flatMap(({ x, z }) => [Math.abs(x), Math.abs(z)]))).toBe(6_660)
  })
})

describe('snapping', () => {
  test.each([
    [
      { x: 332, y: 17, z: -332 },
      { x: 0, y: 17, z: 0 },
    ],
    [
      { x: 334, y: 300, z: -334 },
      { x: 666, y: 300, z: -666 },
    ],
    [
      { x: 1_400, y: -5, z: 0.2 },
      { x: 1_332, y: -5, z: 0 },
    ],
  ])('%o lies in the cell of %o, its height kept', (place, centre) => {
    expect(snapToGrid(place)).toEqual(centre)
  })
})
