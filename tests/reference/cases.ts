/** What there is to sign and to judge, drawn at random: accounts, bodies, settlements and batches. */
import type { Random } from '../simulation/random.ts'
import { BOUNDS } from './bounds.ts'
import type { HtlcClause, ProofBody, SwapClause, TokenProof } from './clauses.ts'
import type { Batch, Court, Pair } from './digests.ts'
import { amount, hex, many, near, signed, unruly, upTo } from './draw.ts'
import type { Delta, SettlementDiff } from './money.ts'
import { type Hex, keccak } from './words.ts'

/** Δ is mostly where something changes: about nothing, about the collateral, about a credit limit. */
export const drawDelta = (random: Random): Delta => {
  const [collateral, leftCreditLimit, rightCreditLimit] = [amount(random), amount(random), amount(random)]
  const ondelta = signed(random)
  const pivots = [0n, collateral, -leftCreditLimit, collateral + rightCreditLimit]
  const claim = random.chance(0.6) ? near(random, random.pick(pivots)) : signed(random)
  const some = (): bigint => (random.chance(0.4) ? 0n : amount(random))
  return {
    collateral,
    ondelta,
    offdelta: claim - ondelta,
    leftCreditLimit,
    rightCreditLimit,
    leftHold: some(),
    rightHold: some(),
    leftAllowance: some(),
    rightAllowance: some(),
  }
}

/** Ascending and few, or, when they need not be good, sometimes repeated. */
export const drawTokenIds = (random: Random, most: number): readonly bigint[] => {
  const limit = random.chance(0.7) ? 6n : BOUNDS.tokenId
  const drawn = many(random, most, () => 1n + upTo(random, limit))
  return [...new Set(drawn)].sort((a, b) => (a < b ? -1 : 1))
}
/** A little disorder. */
const shaken = <T>(random: Random, list: readonly T[]): readonly T[] =>
  random.chance(0.03) ? [...list, ...list.slice(0, 1)] : random.chance(0.02) ? [...list].reverse() : list

export const HASHLOCKS: readonly Hex[] = [1, 2, 3, 4].map((at) => keccak(`0x0${at}`))

const drawHtlc = (random: Random, ids: readonly bigint[], wild: boolean): HtlcClause => ({
  tokenId: wild && random.chance(0.02) ? amount(random, BOUNDS.tokenId) : random.pick(ids),
  amount: wild ? unruly(random, amount(random), BOUNDS.amount) : amount(random),
  byLeft: wild && random.chance(0.01) ? 2n : BigInt(random.between(0, 1)),
  expirySeconds: random.pick([0n, 1n, 50n, 51n, amount(random, 2n ** 40n)]),
  hashlock: random.pick(HASHLOCKS),
  part: BigInt(random.between(0, 3)),
})
const drawSwap = (random: Random, ids: readonly bigint[], wild: boolean): SwapClause => ({
  offerId: hex(random, 32),
  byLeft: wild && random.chance(0.01) ? 1n << 255n : BigInt(random.between(0, 1)),
  giveTokenId: random.pick(ids),
  giveAmount: wild ? unruly(random, amount(random), BOUNDS.amount) : amount(random),
  wantTokenId: wild && random.chance(0.02) ? amount(random, BOUNDS.tokenId) : random.pick(ids),
  wantAmount: wild ? unruly(random, amount(random), BOUNDS.amount) : amount(random),
})

export type BodyOptions = { readonly tokens: number; readonly clauses: number; readonly wild: boolean }
/** `wild` bodies break a rule now and then. Allowances are about as large as what clauses ask for. */
export const drawBody = (random: Random, { tokens, clauses, wild }: BodyOptions): ProofBody => {
  const ids = drawTokenIds(random, tokens)
  const list = wild ? shaken(random, ids) : ids
  const allowance = (): bigint => (random.chance(0.3) ? BigInt(random.between(0, 30)) : amount(random))
  const drawToken = (tokenId: bigint): TokenProof => ({
    tokenId: wild ? unruly(random, tokenId, BOUNDS.tokenId) : tokenId,
    offdelta: wild && random.chance(0.03) ? random.pick([BOUNDS.offdelta, BOUNDS.offdelta + 1n]) : signed(random),
    leftAllowance: allowance(),
    rightAllowance: allowance(),
  })
  const known = ids.length > 0 ? ids : [1n]
  const has = ids.length > 0 || wild
  return {
    leftResponseSeconds: amount(random, 2n ** 32n),
    rightResponseSeconds: amount(random, 2n ** 32n),
    tokens: list.map(drawToken),
    htlcs: has ? many(random, clauses, () => drawHtlc(random, known, wild)) : [],
    swaps: has ? many(random, clauses, () => drawSwap(random, known, wild)) : [],
  }
}

export const drawDiffs = (random: Random, ids: readonly bigint[], wild: boolean): readonly SettlementDiff[] =>
  (wild ? shaken(random, ids) : ids).map((tokenId) => {
    const [leftDiff, rightDiff] = [signed(random), random.chance(0.4) ? 0n : signed(random)]
    const off = wild && random.chance(0.02) ? 1n : 0n
    return { tokenId, leftDiff, rightDiff, collateralDiff: off - leftDiff - rightDiff }
  })

export const drawCourt = (random: Random): Court => ({
  chainId: 1n + amount(random, 2n ** 53n - 2n),
  contract: hex(random, 20),
})
export const drawPair = (random: Random): Pair => {
  const [left, right] = [hex(random, 32), hex(random, 32)].sort()
  return { left: left ?? '0x', right: right ?? '0x', epoch: amount(random, 2n ** 53n - 1n) }
}
const drawNonce = (random: Random): bigint => amount(random, BOUNDS.nonce)

export const drawBatch = (random: Random): Batch => {
  const moved = () => ({ tokenId: 1n + amount(random, BOUNDS.tokenId - 1n), amount: amount(random) })
  const few = <T>(draw: () => T): readonly T[] => (random.chance(0.7) ? [] : many(random, 2, draw))
  const blob = (): Hex => hex(random, random.pick([0, 1, 31, 32, 33, 65, 96]))
  return {
    entityId: hex(random, 32),
    deposits: few(() => ({ from: hex(random, 20), ...moved() })),
    reserveToReserve: few(() => ({ to: hex(random, 32), ...moved() })),
    settlements: few(() => ({
      ...drawPair(random),
      nonce: drawNonce(random),
      validUntil: drawNonce(random),
      diffs: drawDiffs(random, drawTokenIds(random, 3), false),
      leftHanko: blob(),
      rightHanko: blob(),
    })),
    disputeStarts: few(() => ({
      counterparty: hex(random, 32),
      nonce: drawNonce(random),
      frameHash: hex(random, 32),
      body: blob(),
      counterpartyHanko: blob(),
      arguments: blob(),
    })),
    reserveToCollateral: few(() => ({ counterparty: hex(random, 32), ...moved(), epoch: drawNonce(random) })),
    withdrawals: few(() => ({ to: hex(random, 20), ...moved() })),
  }
}
