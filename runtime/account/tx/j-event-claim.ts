/**
 * j_event_claim: the proposer states what it saw the chain do to this account in one block. When both sides have
 * claimed the same block with the same events, the absolute values are applied exactly once, and every claim up to
 * that block is dropped: absolute values make the older ones worthless. For the same reason an older claim gives way
 * when a side has as many as it may have: what a sleeping peer has yet to claim is never refused. A settlement that the
 * claimed block shows to be done ends with it, in the same frame that takes its money out.
 */
import { encode } from '../../codec/schema.ts'
import { equalBytes } from '../../lib/bytes.ts'
import { LIMITS } from '../../lib/limits.ts'
import type { ApplyTx } from '../apply.ts'
import { claimCodec } from '../codec.ts'
import { emptyDelta } from '../delta.ts'
import { rejected } from '../errors.ts'
import { deltaKey } from '../keys.ts'
import { settlementNonce } from '../proof.ts'
import { end } from '../settlement.ts'
import type { AccountEvent, AccountState, JClaim } from '../types.ts'

const sameClaim = (a: JClaim, b: JClaim): boolean => equalBytes(encode(claimCodec, a), encode(claimCodec, b))

/**
 * At most `claimsPerSide` of them. What newer claims tell of the same tokens goes first, and only then the oldest:
 * both sides keep the last word on a token, and find it in common.
 */
export const boundClaims = <T extends JClaim>(claims: readonly T[]): readonly T[] => {
  if (claims.length <= LIMITS.claimsPerSide) return claims
  const outdated = claims.findIndex(({ events }, i) => {
    const newer = new Set(claims.slice(i + 1).flatMap((claim) => claim.events.map(({ tokenId }) => tokenId)))
    return events.every(({ tokenId }) => newer.has(tokenId))
  })
  return boundClaims(claims.toSpliced(Math.max(outdated, 0), 1))
}

const isOrdered = (claim: JClaim): boolean =>
  claim.events.length > 0 &&
  claim.events.every(
    (event, i) => event.collateral >= 0n && (i === 0 || event.tokenId > (claim.events[i - 1]?.tokenId ?? 0)),
  )

const settle = (state: AccountState, claim: JClaim): { state: AccountState; events: AccountEvent[] } => {
  let deltas = state.deltas
  const events: AccountEvent[] = []
  for (const { tokenId, collateral, ondelta } of claim.events) {
    const known = deltas.get(deltaKey(tokenId))
    // Anyone may fund any token for any pair; only so many fit into an account.
    if (known === undefined && deltas.size >= LIMITS.tokensPerAccount) continue
    const delta = known ?? emptyDelta(tokenId)
    deltas = deltas.set(deltaKey(tokenId), { ...delta, collateral, ondelta })
    events.push({ type: 'settled', tokenId, collateral, ondelta, jHeight: claim.jHeight })
  }
  const newer = (claims: readonly JClaim[]) => claims.filter((other) => other.jHeight > claim.jHeight)
  const next = { ...state, deltas, leftClaims: newer(state.leftClaims), rightClaims: newer(state.rightClaims) }
  const { settlement } = state
  const isDone = settlement?.approvedAtHeight != null && claim.nonce >= settlementNonce(settlement.approvedAtHeight)
  if (settlement === null || !isDone) return { state: next, events }
  return { state: end(next, settlement), events: [...events, { type: 'settlement_ended', settlement, isDone }] }
}

export const jEventClaim: ApplyTx<'j_event_claim'> = (state, tx, { byLeft }) => {
  const { jHeight, blockHash, nonce } = tx
  const claim: JClaim = { jHeight, blockHash, events: tx.events, nonce }
  if (!isOrdered(claim) || claim.events.length > LIMITS.tokensPerAccount) return rejected({ type: 'bad_claim' })
  const own = byLeft ? state.leftClaims : state.rightClaims
  const others = byLeft ? state.rightClaims : state.leftClaims
  const last = own.at(-1)
  if (last !== undefined && last.jHeight >= claim.jHeight)
    return rejected({ type: 'stale_claim', jHeight: claim.jHeight })
  if (others.some((other) => sameClaim(other, claim))) return { type: 'applied', ...settle(state, claim) }
  const claims = boundClaims([...own, claim])
  return {
    type: 'applied',
    state: byLeft ? { ...state, leftClaims: claims } : { ...state, rightClaims: claims },
    events: [],
  }
}
