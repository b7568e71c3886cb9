/**
 * What a judgement gives: the arithmetic of the contracts (libraries/Split.sol, DeltaTransformer.sol) over the body of
 * a proof, for a view. Nothing is decided by it.
 */
import { deltaKey } from '../account/keys.ts'
import type { AccountReplica } from '../account/types.ts'
import { type Bytes, toBigInt } from '../lib/bytes.ts'
import { clamp, max, min, type TokenId } from '../lib/units.ts'

type BodyToken = {
  readonly tokenId: number
  readonly offdelta: bigint
  readonly leftAllowance: bigint
  readonly rightAllowance: bigint
}
type BodyLock = {
  readonly tokenId: number
  readonly amount: bigint
  readonly byLeft: boolean
  readonly expirySeconds: number
  /** 0x-hex. */
  readonly hashlock: string
}
export type ProofBody = { readonly tokens: readonly BodyToken[]; readonly locks: readonly BodyLock[] }

const WORD = 32
const TOKEN_WORDS = 4
const LOCK_WORDS = 6

/** `abi.encode(ProofBody)`, as far as it is shown; null when the bytes are not laid out so. */
export const readProofBody = (body: Bytes): ProofBody | null => {
  const at = (byte: number): bigint | null =>
    byte >= 0 && byte + WORD <= body.length ? toBigInt(body.subarray(byte, byte + WORD)) : null
  const offset = (byte: number): number | null => {
    const value = at(byte)
    return value === null || value > BigInt(body.length) ? null : Number(value)
  }
  const start = offset(0)
  /** The words of each item of the list that the n-th field of the body points at. */
  const rows = (field: number, width: number): readonly (readonly bigint[])[] | null => {
    const list = start === null ? null : offset(start + field * WORD)
    const first = start === null || list === null ? null : start + list
    const length = first === null ? null : offset(first)
    if (first === null || length === null || first + WORD * (1 + length * width) > body.length) return null
    const wordOf = (item: number, column: number): bigint => at(first + WORD * (1 + item * width + column)) ?? 0n
    return Array.from({ length }, (_, item) => Array.from({ length: width }, (_, column) => wordOf(item, column)))
  }
  const [tokens, locks] = [rows(2, TOKEN_WORDS), rows(3, LOCK_WORDS)]
  if (tokens === null || locks === null) return null
  return {
    tokens: tokens.map(([tokenId = 0n, offdelta = 0n, leftAllowance = 0n, rightAllowance = 0n]) => ({
      tokenId: Number(tokenId),
      offdelta: BigInt.asIntN(256, offdelta),
      leftAllowance,
      rightAllowance,
    })),
    locks: locks.map(([tokenId = 0n, amount = 0n, byLeft = 0n, expirySeconds = 0n, hashlock = 0n]) => ({
      tokenId: Number(tokenId),
      amount,
      byLeft: byLeft === 1n,
      expirySeconds: Number(expirySeconds),
      hashlock: `0x${hashlock.toString(16).padStart(64, '0')}`,
    })),
  }
}

/** A token of an account on chain, as far as this side knows. */
export type OnChain = { readonly collateral: bigint; readonly ondelta: bigint }

/** What this side has seen of the chain, agreed on or not: the last of its claims goes before the agreed figures. */
export const onChainOf = ({ state, isLeft, pending, mempool }: AccountReplica, tokenId: number): OnChain => {
  const queued = [...(pending?.frame.accountTxs ?? []), ...mempool].filter((tx) => tx.type === 'j_event_claim')
  const claims = [...(isLeft ? state.leftClaims : state.rightClaims), ...queued]
  const claimed = claims.flatMap(({ events }) => events).findLast((event) => event.tokenId === tokenId)
  const { collateral, ondelta } = claimed ??
    state.deltas.get(deltaKey(tokenId as TokenId)) ?? { collateral: 0n, ondelta: 0n }
  return { collateral, ondelta }
}

/** What comes to the reserve, and what becomes a debt, seen by one side. */
export type Share = { readonly gets: bigint; readonly isOwed: bigint; readonly owes: bigint }

export const NO_SHARE: Share = { gets: 0n, isOwed: 0n, owes: 0n }

type Judged = {
  readonly body: ProofBody
  readonly isLeft: boolean
  readonly onChain: (tokenId: number) => OnChain
  /** When the preimage of a hashlock came on chain; null while it has not. */
  readonly revealedAt: (hashlock: string) => number | null
}

/** A lock counts when its preimage came in time, and takes no more than its payer's allowance has left. */
const shiftOf = ({ body, revealedAt }: Judged, token: BodyToken): bigint => {
  let [left, right] = [token.leftAllowance, token.rightAllowance]
  let shift = 0n
  for (const { tokenId, amount, byLeft, expirySeconds, hashlock } of body.locks) {
    const at = tokenId === token.tokenId ? revealedAt(hashlock) : null
    if (at === null || at > expirySeconds) continue
    const paid = min(amount, byLeft ? left : right)
    if (byLeft) left -= paid
    else right -= paid
    shift += byLeft ? -paid : paid
  }
  return shift
}

/** By token number, judged now; a token the body does not name has no share. */
export const judge = (judged: Judged): ReadonlyMap<number, Share> => {
  const shares = judged.body.tokens.map((token) => {
    const { collateral, ondelta } = judged.onChain(token.tokenId)
    const claim = ondelta + token.offdelta + shiftOf(judged, token)
    const left = clamp(claim, 0n, collateral)
    const [leftOwes, rightOwes] = [max(-claim, 0n), max(claim - collateral, 0n)]
    const share: Share = judged.isLeft
      ? { gets: left, isOwed: rightOwes, owes: leftOwes }
      : { gets: collateral - left, isOwed: leftOwes, owes: rightOwes }
    return [token.tokenId, share] as const
  })
  return new Map(shares)
}
