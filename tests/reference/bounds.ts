/** What may be signed at all: the table of bounds, and which bodies and settlements keep to it. */
import type { ProofBody } from './clauses.ts'
import type { SettlementDiff } from './money.ts'

const DAY_SECONDS = 86_400n

export const BOUNDS = {
  operationsPerBatch: 50n,
  boardMembers: 16n,
  amount: 2n ** 128n - 1n,
  tokensPerProof: 16n,
  clausesPerProof: 100n,
  lockSeconds: 14n * DAY_SECONDS,
  responseSeconds: 14n * DAY_SECONDS,
  nonce: 2n ** 53n - 1n,
  tokenId: 2n ** 32n - 1n,
  offdelta: 2n ** 192n - 1n,
} as const

const isAscending = (ids: readonly bigint[]): boolean => ids.every((id, at) => at === 0 || (ids[at - 1] ?? id) < id)
const isWithin = (value: bigint, low: bigint, high: bigint): boolean => low <= value && value <= high
const isBit = (value: bigint): boolean => value === 0n || value === 1n

export const isBody = ({ tokens, htlcs, swaps }: ProofBody): boolean => {
  const ids = tokens.map(({ tokenId }) => tokenId)
  return (
    BigInt(tokens.length) <= BOUNDS.tokensPerProof &&
    BigInt(htlcs.length + swaps.length) <= BOUNDS.clausesPerProof &&
    isAscending(ids) &&
    tokens.every(
      ({ tokenId, offdelta, leftAllowance, rightAllowance }) =>
        isWithin(tokenId, 0n, BOUNDS.tokenId) &&
        isWithin(offdelta, -BOUNDS.offdelta, BOUNDS.offdelta) &&
        isWithin(leftAllowance, 0n, BOUNDS.amount) &&
        isWithin(rightAllowance, 0n, BOUNDS.amount),
    ) &&
    htlcs.every(
      ({ tokenId, amount, byLeft }) => ids.includes(tokenId) && isWithin(amount, 1n, BOUNDS.amount) && isBit(byLeft),
    ) &&
    swaps.every(
      ({ giveTokenId, giveAmount, wantTokenId, wantAmount, byLeft }) =>
        ids.includes(giveTokenId) &&
        ids.includes(wantTokenId) &&
        isWithin(giveAmount, 1n, BOUNDS.amount) &&
        isWithin(wantAmount, 1n, BOUNDS.amount) &&
        isBit(byLeft),
    )
  )
}

export const areDiffs = (diffs: readonly SettlementDiff[]): boolean =>
  isWithin(BigInt(diffs.length), 1n, BOUNDS.tokensPerProof) &&
  isAscending(diffs.map(({ tokenId }) => tokenId)) &&
  diffs.every(
    ({ leftDiff, rightDiff, collateralDiff }) =>
      leftDiff + rightDiff + collateralDiff === 0n &&
      [leftDiff, rightDiff, collateralDiff].every((diff) => isWithin(diff, -BOUNDS.amount, BOUNDS.amount)),
  )
