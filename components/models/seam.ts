/**
 * The seam as geometry: where each slice of a position starts, in percent of the bar.
 *
 * Left to right: credit granted to us, collateral, their promise ‖ our promise, collateral, credit we granted. That
 * is the order in which paying uses them up and being paid fills them, so the boundary slides over a still ground.
 */
import type { TokenPosition } from '../../runtime/radapter/types.ts'

export type SliceKind =
  | 'outCredit'
  | 'outCollateral'
  | 'theirDebt'
  | 'held'
  | 'heldInbound'
  | 'ownDebt'
  | 'inCollateral'
  | 'inCredit'
export type Slice = { readonly kind: SliceKind; readonly start: number }
export type Slices = { readonly slices: readonly Slice[]; readonly seam: number | null }

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)

/** Parts in ten thousand keep slices far apart in size visible without leaving integers. */
const percent = (part: bigint, whole: bigint): number => Number((part * 10_000n) / whole) / 100

/** Takes what is held out of the slices next to the seam: a held amount is drawn once. */
const without = (sizes: readonly bigint[], held: bigint): readonly bigint[] => {
  let rest = held
  return sizes.map((size) => {
    const taken = least(size, rest)
    rest -= taken
    return size - taken
  })
}

export const slicesOf = (position: TokenPosition): Slices => {
  const { outCredit, outCollateral, theirDebt, held, heldInbound, ownDebt, inCollateral, inCredit } = position
  const [promise = 0n, backed = 0n, credit = 0n] = without([theirDebt, outCollateral, outCredit], held)
  const [inPromise = 0n, inBacked = 0n, inGranted = 0n] = without([ownDebt, inCollateral, inCredit], heldInbound)
  const sizes: readonly (readonly [SliceKind, bigint])[] = [
    ['outCredit', credit],
    ['outCollateral', backed],
    ['theirDebt', promise],
    ['held', held],
    ['heldInbound', heldInbound],
    ['ownDebt', inPromise],
    ['inCollateral', inBacked],
    ['inCredit', inGranted],
  ]
  const whole = sizes.reduce((sum, [, size]) => sum + size, 0n)
  if (whole === 0n) return { slices: [], seam: null }
  const slices: Slice[] = []
  let start = 0n
  let seam = 0
  for (const [kind, size] of sizes) {
    if (kind === 'heldInbound') seam = percent(start, whole)
    slices.push({ kind, start: percent(start, whole) })
    start += size
  }
  return { slices, seam }
}
