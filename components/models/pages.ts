/** Which pages of many are offered by their number: the ends, where one is, and its neighbours. */

/** As many places whatever the page, so that none moves under the pointer. */
const PLACES = 7
const AROUND = 1

/** What stands in one of the places: a page, or the gap before or after where one is. */
export type Place = number | 'before' | 'after'

const run = (from: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => from + index)

/** @param page from 1 to `total` */
export const placesOf = (page: number, total: number): readonly Place[] => {
  if (total <= PLACES) return run(1, total)
  // Near an end its own pages fill the places up to the one gap that is left.
  const near = PLACES - 2
  if (page < near) return [...run(1, near), 'after', total]
  if (page > total - near + 1) return [1, 'before', ...run(total - near + 1, near)]
  return [1, 'before', ...run(page - AROUND, 2 * AROUND + 1), 'after', total]
}
