/**
 * The account's arithmetic, written from its definition: Δ is LEFT's claim, collateral lies between the two, and what
 * goes beyond is debt.
 */
export type Delta = {
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

export const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)
export const greatest = (a: bigint, b: bigint): bigint => (a > b ? a : b)
const positive = (value: bigint): bigint => greatest(value, 0n)
const clamp = (value: bigint, low: bigint, high: bigint): bigint => greatest(low, least(value, high))

/** What one side sees of an account; `out` is what it can pay. */
export type View = {
  readonly balance: bigint
  readonly outCollateral: bigint
  readonly inCollateral: bigint
  /** What it owes beyond collateral, and what it is owed. */
  readonly outDebt: bigint
  readonly inDebt: bigint
  readonly outCapacity: bigint
  readonly inCapacity: bigint
}

/** The table of slices, LEFT's column; RIGHT's is the same with `out` and `in` exchanged. */
export const viewOf = (delta: Delta, left: boolean): View => {
  const claim = delta.ondelta + delta.offdelta
  const leftCollateral = clamp(claim, 0n, delta.collateral)
  const rightCollateral = delta.collateral - leftCollateral
  const leftDebt = positive(-claim)
  const rightDebt = positive(claim - delta.collateral)
  const leftCapacity = positive(
    rightDebt + leftCollateral + positive(delta.leftCreditLimit - leftDebt) - delta.leftHold - delta.leftAllowance,
  )
  const rightCapacity = positive(
    leftDebt + rightCollateral + positive(delta.rightCreditLimit - rightDebt) - delta.rightHold - delta.rightAllowance,
  )
  return left
    ? {
        balance: claim,
        outCollateral: leftCollateral,
        inCollateral: rightCollateral,
        outDebt: leftDebt,
        inDebt: rightDebt,
        outCapacity: leftCapacity,
        inCapacity: rightCapacity,
      }
    : {
        balance: delta.collateral - claim,
        outCollateral: rightCollateral,
        inCollateral: leftCollateral,
        outDebt: rightDebt,
        inDebt: leftDebt,
        outCapacity: rightCapacity,
        inCapacity: leftCapacity,
      }
}

/** What a finalisation pays out, and who owes what is missing. */
export type Split = {
  readonly left: bigint
  readonly right: bigint
  readonly leftOwes: bigint
  readonly rightOwes: bigint
}
export const splitOf = (collateral: bigint, claim: bigint): Split => {
  if (claim <= 0n) return { left: 0n, right: collateral, leftOwes: -claim, rightOwes: 0n }
  if (claim >= collateral) return { left: collateral, right: 0n, leftOwes: 0n, rightOwes: claim - collateral }
  return { left: claim, right: collateral - claim, leftOwes: 0n, rightOwes: 0n }
}

export type SettlementDiff = {
  readonly tokenId: bigint
  readonly leftDiff: bigint
  readonly rightDiff: bigint
  readonly collateralDiff: bigint
}

/** What a settlement makes of the account in one token; the reserves get, or give, the rest. */
export const movedBy = (
  { collateral, ondelta }: { readonly collateral: bigint; readonly ondelta: bigint },
  { leftDiff, collateralDiff }: Pick<SettlementDiff, 'leftDiff' | 'collateralDiff'>,
) => ({ collateral: collateral + collateralDiff, ondelta: ondelta - leftDiff })
