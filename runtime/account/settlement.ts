/**
 * Settlements: moving money between an account and the reserves of its two sides, by one chain operation both have
 * signed. Pure arithmetic; the order of signatures is in seal.ts.
 *
 * Done, a settlement turns (C, Δ) into (C − leftDiff − rightDiff, Δ − leftDiff): LEFT can send leftDiff less, RIGHT
 * rightDiff less, and what they have together is the same. What it takes out of the account is therefore held from its
 * approval on; what it brings in counts only once it is there.
 */
import { LIMITS } from '../lib/limits.ts'
import { max } from '../lib/units.ts'
import { type Delta, hold, move, positionOf } from './delta.ts'
import { type Rejected, rejected } from './errors.ts'
import { deltaKey } from './keys.ts'
import type { AccountState, Settlement, SettlementDiff } from './types.ts'

const AMOUNT_LIMIT = 1n << BigInt(LIMITS.amountBits)
const isInRange = (diff: bigint): boolean => diff > -AMOUNT_LIMIT && diff < AMOUNT_LIMIT

const isWellFormed = (diffs: readonly SettlementDiff[]): boolean =>
  diffs.length > 0 &&
  diffs.length <= LIMITS.tokensPerAccount &&
  diffs.every(({ tokenId, leftDiff, rightDiff }, i) => {
    const isAscending = i === 0 || tokenId > (diffs[i - 1]?.tokenId ?? 0)
    const inRange = [leftDiff, rightDiff, leftDiff + rightDiff].every(isInRange)
    return isAscending && inRange && (leftDiff !== 0n || rightDiff !== 0n)
  })

/** The account after the settlement was done on chain. */
export const afterDiff = (delta: Delta, { leftDiff, rightDiff }: SettlementDiff): Delta => ({
  ...delta,
  collateral: delta.collateral - leftDiff - rightDiff,
  ondelta: delta.ondelta - leftDiff,
})

/** Why the account, as it is, cannot give what the settlement takes out; null when it can. */
export const diffsProblem = (state: AccountState, diffs: readonly SettlementDiff[]): Rejected | null => {
  if (!isWellFormed(diffs)) return rejected({ type: 'bad_settlement' })
  for (const diff of diffs) {
    const { tokenId, leftDiff, rightDiff } = diff
    const delta = state.deltas.get(deltaKey(tokenId))
    if (delta === undefined) return rejected({ type: 'unknown_token', tokenId })
    for (const [isLeft, need] of [
      [true, leftDiff],
      [false, rightDiff],
    ] as const) {
      const have = positionOf(delta, isLeft).outCapacity
      if (need > have) return rejected({ type: 'over_capacity', tokenId, have, need })
    }
    const taken = leftDiff + rightDiff
    if (taken > delta.collateral)
      return rejected({ type: 'over_collateral', tokenId, have: delta.collateral, need: taken })
  }
  return null
}

/** What each side must not spend while the chain may do the settlement. */
export const heldBy = (settlement: Settlement | null, tokenId: number, byLeft: boolean): bigint => {
  if (settlement === null || settlement.approvedAtHeight === null) return 0n
  const diff = settlement.diffs.find((other) => other.tokenId === tokenId)
  return max((byLeft ? diff?.leftDiff : diff?.rightDiff) ?? 0n, 0n)
}

const withHolds = (state: AccountState, { diffs }: Settlement, sign: 1n | -1n): AccountState => {
  let { deltas } = state
  for (const { tokenId, leftDiff, rightDiff } of diffs) {
    const delta = deltas.get(deltaKey(tokenId))
    if (delta === undefined) continue
    const left = hold(delta, { byLeft: true, amount: sign * max(leftDiff, 0n) })
    deltas = deltas.set(deltaKey(tokenId), hold(left, { byLeft: false, amount: sign * max(rightDiff, 0n) }))
  }
  return { ...state, deltas }
}

/** The settlement approved by the frame of `height`: what it takes out is held. */
export const approve = (state: AccountState, settlement: Settlement, height: number): AccountState => ({
  ...withHolds(state, settlement, 1n),
  settlement: { ...settlement, approvedAtHeight: height },
})

/** The settlement is over, done or not: its holds are released. */
export const end = (state: AccountState, settlement: Settlement): AccountState => ({
  ...(settlement.approvedAtHeight === null ? state : withHolds(state, settlement, -1n)),
  settlement: null,
})

/**
 * True when the side loses nothing it could enforce: no reserve of its own is asked for, and what collateral was its own
 * is still, in the account or in its reserve, whether or not the other side's locks are paid.
 */
export const isHarmless = (state: AccountState, diffs: readonly SettlementDiff[], isLeft: boolean): boolean =>
  diffs.every((diff) => {
    const own = isLeft ? diff.leftDiff : diff.rightDiff
    const delta = state.deltas.get(deltaKey(diff.tokenId))
    if (own < 0n || delta === undefined) return false
    const secured = (at: Delta): bigint => positionOf(at, isLeft).outCollateral
    const paid = move(delta, { byLeft: !isLeft, amount: isLeft ? delta.rightHold : delta.leftHold })
    return [delta, paid].every((before) => secured(afterDiff(before, diff)) + own >= secured(before))
  })
