/**
 * Where jurisdictions stand on the network map: at the centres of square grid cells, the first in the middle, the
 * others around it ring by ring.
 *
 * Contract: the cell of the n-th never depends on how many come after it, and no two share one.
 */
export type Place = { readonly x: number; readonly y: number; readonly z: number }

/** Side of a cell. */
const CELL = 666
/** How high above the ground jurisdictions stand. */
const JURISDICTION_Y = 300

/** Adding 0 turns −0 into 0. */
const snap = (value: number): number => Math.round(value / CELL) * CELL + 0

/** To the centre of the cell it is in; its height stays. */
export const snapToGrid = ({ x, y, z }: Place): Place => ({ x: snap(x), y, z: snap(z) })

type Cell = { readonly column: number; readonly row: number }

/** All cells at this distance from the middle: the nearest first, the x axis before the z axis, right before left. */
const ringOf = (distance: number): readonly Cell[] => {
  const steps = Array.from({ length: 2 * distance + 1 }, (_, i) => i - distance)
  const reach = ({ column, row }: Cell): number => Math.abs(column) + Math.abs(row)
  return steps
    .flatMap((column) => steps.map((row): Cell => ({ column, row })))
    .filter(({ column, row }) => Math.max(Math.abs(column), Math.abs(row)) === distance)
    .sort((a, b) => reach(a) - reach(b) || Math.abs(a.row) - Math.abs(b.row) || b.column - a.column || b.row - a.row)
}

/** @param index 0-based: (0, 300, 0), (666, 300, 0), (−666, 300, 0), (0, 300, 666), … */
export const jurisdictionPlace = (index: number): Place => {
  // Rings 0 to d hold (2d + 1)² cells.
  const distance = Math.ceil((Math.sqrt(index + 1) - 1) / 2)
  const before = distance === 0 ? 0 : (2 * distance - 1) ** 2
  const { column, row } = ringOf(distance)[index - before] ?? { column: 0, row: 0 }
  return snapToGrid({ x: column * CELL, y: JURISDICTION_Y, z: row * CELL })
}
