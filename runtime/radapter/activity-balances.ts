/**
 * What the entries of a history that have ended add up to in one token: one point for each height that changed it. Few
 * of them stay in memory, whatever their number: the last, and evenly spaced ones for a line.
 */
import { bigInt, type Codec, struct, uint } from '../codec/schema.ts'
import { invariant, present } from '../lib/assert.ts'

export type BalancePoint = { readonly height: number; readonly balance: bigint }

export const pointCodec: Codec<BalancePoint> = struct<BalancePoint>({ height: uint, balance: bigInt(256) })

/** Points count from 1: at 0 there was nothing. */
export type Points = {
  /** Of all points, and the number of the last. */
  readonly size: number
  readonly last: BalancePoint
  /** The balances at every `strideOf(size)`-th point. */
  readonly kept: readonly bigint[]
}

/** Points of a running balance in a view. */
const MAX_POINTS = 60
const MAX_KEPT = 2 * MAX_POINTS

const strideOf = (size: number): number => {
  let stride = 1
  while (size >= stride * MAX_KEPT) stride *= 2
  return stride
}

/** The numbers of the points that are kept of so many. */
export const keptOf = (size: number): readonly number[] => {
  const stride = strideOf(size)
  return Array.from({ length: Math.floor(size / stride) }, (_, i) => (i + 1) * stride)
}

/** The numbers of the points a line is drawn through: even picks, the beginning and the last always among them. */
export const pickedOf = (size: number): readonly number[] => {
  if (size === 0) return []
  const kept = [0, ...keptOf(size)]
  const all = kept.at(-1) === size ? kept : [...kept, size]
  const count = Math.min(all.length, MAX_POINTS)
  return Array.from({ length: count }, (_, i) =>
    present(all[Math.round((i * (all.length - 1)) / (count - 1))], 'a pick'),
  )
}

/** With a point at or after the last one's height; one at the same height takes its place. */
export const withPoint = (points: Points | undefined, point: BalancePoint): Points => {
  if (points === undefined) return { size: 1, last: point, kept: [point.balance] }
  invariant(point.height >= points.last.height, 'I-ACTIVITY', () => 'balances follow each other in height')
  const isSame = point.height === points.last.height
  const size = isSame ? points.size : points.size + 1
  const stride = strideOf(size)
  const before = isSame && points.size % stride === 0 ? points.kept.slice(0, -1) : points.kept
  const thinned = stride > strideOf(points.size) ? before.filter((_, i) => i % 2 === 1) : before
  return { size, last: point, kept: size % stride === 0 ? [...thinned, point.balance] : thinned }
}

/** What the entity had, as a line. */
export const lineOf = ({ size, last, kept }: Points): readonly bigint[] => {
  const stride = strideOf(size)
  return pickedOf(size).map((number) => {
    if (number === 0) return 0n
    return number === size ? last.balance : present(kept[number / stride - 1], 'a point that is kept')
  })
}
