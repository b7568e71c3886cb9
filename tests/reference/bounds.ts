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

/** Two bytes a swap; longer arguments count as none. */
export const ARGUMENTS_BYTES = 2n * BOUNDS.clausesPerProof
/** How many debts one incoming payment, or one shortfall, pays at most. */
export const DEBTS_PER_CREDIT = 4n

const isAscending = (ids: readonly bigint[]): boolean => ids.every((id, at) => at === 0 || (ids[at - 1] ?? id) < id)
const isWithin = (value: bigint, low: bigint, high: bigint): boolean => low <= value && value <= high
const isBit = (value: bigint): boolean => value === 0n || value === 1n
const isAmount = (value: bigint): boolean => isWithin(value, 0n, BOUNDS.amount)
const areTokenIds = (ids: readonly bigint[]): boolean =>
  isAscending(ids) && ids.every((id) => isWithin(id, 1n, BOUNDS.tokenId))

/** Allowances have no bound of their own: clauses cannot take more than they say. */
export const isBody = ({ tokens, htlcs, swaps }: ProofBody): boolean => {
  const ids = tokens.map(({ tokenId }) => tokenId)
  return (
    BigInt(tokens.length) <= BOUNDS.tokensPerProof &&
    BigInt(htlcs.length + swaps.length) <= BOUNDS.clausesPerProof &&
    areTokenIds(ids) &&
    tokens.every(({ offdelta }) => isWithin(offdelta, -BOUNDS.offdelta, BOUNDS.offdelta)) &&
    htlcs.every(({ tokenId, amount, byLeft }) => ids.includes(tokenId) && isAmount(amount) && isBit(byLeft)) &&
    swaps.every(
      ({ giveTokenId, giveAmount, wantTokenId, wantAmount, byLeft }) =>
        ids.includes(giveTokenId) &&
        ids.includes(wantTokenId) &&
        isAmount(giveAmount) &&
        isAmount(wantAmount) &&
        isBit(byLeft),
    )
  )
}

export const areDiffs = (diffs: readonly SettlementDiff[]): boolean =>
  isWithin(BigInt(diffs.length), 1n, BOUNDS.tokensPerProof) &&
  areTokenIds(diffs.map(({ tokenId }) => tokenId)) &&
  diffs.every(
    ({ leftDiff, rightDiff, collateralDiff }) =>
      leftDiff + rightDiff + collateralDiff === 0n &&
      [leftDiff, rightDiff, collateralDiff].every((diff) => isWithin(diff, -BOUNDS.amount, BOUNDS.amount)),
  )

const SLOTS_PER_HEIGHT = 4n
const SETTLEMENT_SLOT = 2n
/** Above the last one, and of a settlement exactly when it is for one. */
export const isNonce = (nonce: bigint, last: bigint, isSettlement: boolean): boolean =>
  nonce > last && nonce <= BOUNDS.nonce && (nonce % SLOTS_PER_HEIGHT === SETTLEMENT_SLOT) === isSettlement
