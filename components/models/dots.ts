/** Where dots stand along a line: so few that they can be told apart, however many there are to show. */

/** Nearer than this part of the line, two dots would be one. */
const LEAST_GAP = 1 / 80

/** @returns places from 0 to 1, ascending. @param heights ascending */
export const dotsOf = (heights: readonly number[], oldest: number, newest: number): readonly number[] => {
  const span = newest - oldest
  const places: number[] = []
  if (span <= 0) return places
  for (const height of heights) {
    const place = (height - oldest) / span
    const last = places.at(-1)
    if (place >= 0 && place <= 1 && (last === undefined || place - last >= LEAST_GAP)) places.push(place)
  }
  return places
}
