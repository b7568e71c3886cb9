/**
 * Places in an order: pages of it in both directions, and where a place stands. Ties are broken by counterparty id,
 * ascending in both directions. A page costs its own length and a few binary searches, wherever it lies.
 */
import type { EntityId } from '../lib/units.ts'
import type { SortDirection } from './types.ts'

export type SortValue = bigint | number | string
/** Where an account stands; also the way to name a place that stays the same while accounts come and go. */
export type Place = { readonly value: SortValue; readonly id: EntityId }

export type Ranked = {
  readonly size: number
  /** At most `count` places from the `from`-th (0-based) on. */
  readonly page: (from: number, count: number, direction: SortDirection) => readonly Place[]
  /** How many stand before the place; it need not be taken. */
  readonly before: (place: Place, direction: SortDirection) => number
  readonly has: (place: Place) => boolean
}

/** Places in ascending order, however they are kept. */
export type Ordered = {
  readonly size: number
  readonly valueAt: (rank: number) => SortValue
  readonly idAt: (rank: number) => EntityId
}

/** The first of `size` ranks at which `isPast` holds; it must hold for everything after. */
export const firstWhere = (size: number, isPast: (rank: number) => boolean): number => {
  let [low, high] = [0, size]
  while (low < high) {
    const middle = (low + high) >> 1
    if (isPast(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/** The rank of a place, or the one it would be put at. */
export const rankOf = ({ size, valueAt, idAt }: Ordered, { value, id }: Place): number =>
  firstWhere(size, (rank) => {
    const other = valueAt(rank)
    return other === value ? idAt(rank) >= id : other > value
  })

/** The run of equal values around a rank, as [first, behind the last]. */
const runAround = ({ size, valueAt }: Ordered, at: number): readonly [number, number] => {
  const value = valueAt(at)
  const isEqual = (rank: number): boolean => rank >= 0 && rank < size && valueAt(rank) === value
  if (!isEqual(at - 1) && !isEqual(at + 1)) return [at, at + 1]
  return [firstWhere(size, (rank) => valueAt(rank) >= value), firstWhere(size, (rank) => valueAt(rank) > value)]
}

const slice = ({ size, valueAt, idAt }: Ordered, from: number, to: number): Place[] => {
  const places: Place[] = []
  for (let rank = from; rank < Math.min(to, size); rank++) places.push({ value: valueAt(rank), id: idAt(rank) })
  return places
}

/** Runs of equal values from the highest down, each in ascending order of its ids. */
const descending = (ordered: Ordered, from: number, count: number): readonly Place[] => {
  const page: Place[] = []
  const { size } = ordered
  let rank = from
  while (rank < size && page.length < count) {
    const [first, behind] = runAround(ordered, size - 1 - rank)
    const offset = rank - (size - behind)
    const part = slice(ordered, first + offset, Math.min(behind, first + offset + count - page.length))
    // Only where the order is none; nobody may wait for ever over that.
    if (part.length === 0) break
    page.push(...part)
    rank += part.length
  }
  return page
}

export const rankedOver = (ordered: Ordered): Ranked => ({
  size: ordered.size,
  page: (from, count, direction) =>
    direction === 'asc' ? slice(ordered, from, from + count) : descending(ordered, from, count),
  before: (place, direction) => {
    const { size, valueAt } = ordered
    const at = rankOf(ordered, place)
    if (direction === 'asc') return at
    // What is greater comes first, then those of the same value with a lower id.
    const first = firstWhere(size, (rank) => valueAt(rank) >= place.value)
    const behind = firstWhere(size, (rank) => valueAt(rank) > place.value)
    return size - behind + at - first
  },
  has: (place) => {
    const at = rankOf(ordered, place)
    return at < ordered.size && ordered.valueAt(at) === place.value && ordered.idAt(at) === place.id
  },
})
