/**
 * Delta: the bilateral position in one token, and the capacities that follow from it.
 *
 * Δ = ondelta + offdelta is LEFT's claim. RCPAN (I-RCPAN): −leftCreditLimit ≤ Δ ≤ collateral + rightCreditLimit.
 * leftCreditLimit bounds LEFT's debt and is granted by RIGHT; rightCreditLimit the other way round. ondelta and
 * collateral change only by chain events both sides claimed; offdelta, limits and holds only by frames.
 */

import { tokenId } from '../codec/common.ts'
import { bigInt, bigUint, type Codec, struct } from '../codec/schema.ts'
import { clamp, max, type TokenId } from '../lib/units.ts'

export type Delta = {
  readonly tokenId: TokenId
  readonly collateral: bigint
  readonly ondelta: bigint
  readonly offdelta: bigint
  readonly leftCreditLimit: bigint
  readonly rightCreditLimit: bigint
  readonly leftHold: bigint
  readonly rightHold: bigint
  readonly leftAllowance: bigint
  readonly rightAllowance: bigint
}

export const deltaCodec: Codec<Delta> = struct<Delta>({
  tokenId,
  collateral: bigUint(256),
  ondelta: bigInt(256),
  offdelta: bigInt(256),
  leftCreditLimit: bigUint(128),
  rightCreditLimit: bigUint(128),
  leftHold: bigUint(256),
  rightHold: bigUint(256),
  leftAllowance: bigUint(256),
  rightAllowance: bigUint(256),
})

export const emptyDelta = (id: TokenId): Delta => ({
  tokenId: id,
  collateral: 0n,
  ondelta: 0n,
  offdelta: 0n,
  leftCreditLimit: 0n,
  rightCreditLimit: 0n,
  leftHold: 0n,
  rightHold: 0n,
  leftAllowance: 0n,
  rightAllowance: 0n,
})

/** One side's view of a Delta; every figure ≥ 0 but `balance`. */
export type Position = {
  readonly outCapacity: bigint
  readonly inCapacity: bigint
  /** Collateral that is ours. */
  readonly outCollateral: bigint
  readonly inCollateral: bigint
  readonly ownDebt: bigint
  readonly theirDebt: bigint
  /** Credit granted to us and not drawn. */
  readonly outCredit: bigint
  readonly inCredit: bigint
  readonly outHold: bigint
  readonly inHold: bigint
  /** Δ for LEFT, collateral − Δ for RIGHT. */
  readonly balance: bigint
}

const leftPosition = (d: Delta): Position => {
  const claim = d.ondelta + d.offdelta
  const outCollateral = clamp(claim, 0n, d.collateral)
  const inCollateral = d.collateral - outCollateral
  const ownDebt = max(-claim, 0n)
  const theirDebt = max(claim - d.collateral, 0n)
  const outCredit = max(d.leftCreditLimit - ownDebt, 0n)
  const inCredit = max(d.rightCreditLimit - theirDebt, 0n)
  return {
    outCapacity: max(theirDebt + outCollateral + outCredit - d.leftHold - d.leftAllowance, 0n),
    inCapacity: max(ownDebt + inCollateral + inCredit - d.rightHold - d.rightAllowance, 0n),
    outCollateral,
    inCollateral,
    ownDebt,
    theirDebt,
    outCredit,
    inCredit,
    outHold: d.leftHold,
    inHold: d.rightHold,
    balance: claim,
  }
}

export const positionOf = (d: Delta, isLeft: boolean): Position => {
  const left = leftPosition(d)
  if (isLeft) return left
  return {
    outCapacity: left.inCapacity,
    inCapacity: left.outCapacity,
    outCollateral: left.inCollateral,
    inCollateral: left.outCollateral,
    ownDebt: left.theirDebt,
    theirDebt: left.ownDebt,
    outCredit: left.inCredit,
    inCredit: left.outCredit,
    outHold: left.inHold,
    inHold: left.outHold,
    balance: d.collateral - left.balance,
  }
}

/** Moves `amount` from the payer's side to the other. The caller has checked the capacity. */
export const move = (d: Delta, payment: { readonly byLeft: boolean; readonly amount: bigint }): Delta => ({
  ...d,
  offdelta: payment.byLeft ? d.offdelta - payment.amount : d.offdelta + payment.amount,
})

/** Adds to (or, negative, takes from) the payer's hold. */
export const hold = (d: Delta, held: { readonly byLeft: boolean; readonly amount: bigint }): Delta =>
  held.byLeft ? { ...d, leftHold: d.leftHold + held.amount } : { ...d, rightHold: d.rightHold + held.amount }

/** How far Δ lies outside RCPAN; 0n inside. A cut credit limit may leave a curable distance, a frame never grows it. */
export const rcpanExcess = (d: Delta): bigint => {
  const claim = d.ondelta + d.offdelta
  return max(max(-d.leftCreditLimit - claim, claim - d.collateral - d.rightCreditLimit), 0n)
}
