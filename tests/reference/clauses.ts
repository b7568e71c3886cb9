/**
 * What clauses do to offdeltas when a dispute is finalised: HTLC payments whose preimage is in the registry in time, and
 * swaps that their taker filled; no side and token beyond its allowance.
 *
 * Contract: HTLCs first, then swaps, each in body order, against a running allowance. Arguments of a wrong length count
 * as none. Nothing here can fail.
 */
import { least } from './money.ts'
import type { Hex } from './words.ts'

export type TokenProof = {
  readonly tokenId: bigint
  readonly offdelta: bigint
  readonly leftAllowance: bigint
  readonly rightAllowance: bigint
}
export type HtlcClause = {
  readonly tokenId: bigint
  readonly amount: bigint
  /** 1 when LEFT pays. */
  readonly byLeft: bigint
  readonly expirySeconds: bigint
  readonly hashlock: Hex
  readonly part: bigint
}
export type SwapClause = {
  readonly offerId: Hex
  /** 1 when LEFT made the offer, and gives. */
  readonly byLeft: bigint
  readonly giveTokenId: bigint
  readonly giveAmount: bigint
  readonly wantTokenId: bigint
  readonly wantAmount: bigint
}
export type ProofBody = {
  readonly leftResponseSeconds: bigint
  readonly rightResponseSeconds: bigint
  readonly tokens: readonly TokenProof[]
  readonly htlcs: readonly HtlcClause[]
  readonly swaps: readonly SwapClause[]
}
type SideArguments = { readonly left: Hex; readonly right: Hex }

export const FULL_RATIO = 65_535n
const BYTES_PER_RATIO = 2

/** The ratios a side gives to the offers of the other, in body order. */
export const ratiosOf = (given: Hex, swaps: number): readonly bigint[] => {
  const hex = given.slice(2)
  const isWellFormed = hex.length === swaps * BYTES_PER_RATIO * 2
  return Array.from({ length: swaps }, (_, at) => (isWellFormed ? BigInt(`0x${hex.slice(at * 4, at * 4 + 4)}`) : 0n))
}

/** The resolver gets no more than its share, the maker no less. */
export const legsOf = (swap: SwapClause, ratio: bigint): { readonly give: bigint; readonly want: bigint } => ({
  give: (swap.giveAmount * ratio) / FULL_RATIO,
  want: (swap.wantAmount * ratio + FULL_RATIO - 1n) / FULL_RATIO,
})

/** Offdeltas in body order. `revealedAt` answers null for a preimage that nobody revealed. */
export const transformed = (
  body: ProofBody,
  revealedAt: (hashlock: Hex) => bigint | null,
  given: SideArguments,
): readonly bigint[] => {
  const offdeltas = new Map(body.tokens.map(({ tokenId, offdelta }) => [tokenId, offdelta]))
  const allowances = {
    left: new Map(body.tokens.map(({ tokenId, leftAllowance }) => [tokenId, leftAllowance])),
    right: new Map(body.tokens.map(({ tokenId, rightAllowance }) => [tokenId, rightAllowance])),
  }
  const allowed = (payer: 'left' | 'right', tokenId: bigint): bigint => allowances[payer].get(tokenId) ?? 0n
  const pay = (payer: 'left' | 'right', tokenId: bigint, amount: bigint): void => {
    allowances[payer].set(tokenId, allowed(payer, tokenId) - amount)
    offdeltas.set(tokenId, (offdeltas.get(tokenId) ?? 0n) + (payer === 'left' ? -amount : amount))
  }
  for (const { tokenId, amount, byLeft, expirySeconds, hashlock } of body.htlcs) {
    const at = revealedAt(hashlock)
    if (at === null || at > expirySeconds) continue
    const payer = byLeft === 1n ? 'left' : 'right'
    pay(payer, tokenId, least(amount, allowed(payer, tokenId)))
  }
  const offersOf = (byLeft: bigint): number => body.swaps.filter((swap) => swap.byLeft === byLeft).length
  const ratios = {
    left: [...ratiosOf(given.left, offersOf(0n))],
    right: [...ratiosOf(given.right, offersOf(1n))],
  }
  for (const swap of body.swaps) {
    const [maker, taker] = swap.byLeft === 1n ? (['left', 'right'] as const) : (['right', 'left'] as const)
    const { give, want } = legsOf(swap, ratios[taker].shift() ?? 0n)
    if (give > allowed(maker, swap.giveTokenId) || want > allowed(taker, swap.wantTokenId)) continue
    pay(maker, swap.giveTokenId, give)
    pay(taker, swap.wantTokenId, want)
  }
  return body.tokens.map(({ tokenId }) => offdeltas.get(tokenId) ?? 0n)
}
