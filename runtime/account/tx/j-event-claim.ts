/**
 * j_event_claim: the proposer states what it saw the chain do to this account in one block. What both sides have
 * claimed of one block is applied exactly once. The values are absolute, so whatever older claims tell of the same tokens
 * is worthless then, and dropped; what they tell of others stays, or a side could have the other's word forgotten by
 * leaving a block out. For the same reason an older claim gives way when a side has as many as it may have: what a
 * sleeping peer has yet to claim is never refused. The last word on a token of the account never gives way, however many
 * others anyone funds. A settlement that a claim shows to be done ends with it, in the same frame that takes its money out.
 */
import { encode } from '../../codec/schema.ts'
import { equalBytes } from '../../lib/bytes.ts'
import { LIMITS } from '../../lib/limits.ts'
import type { TokenId } from '../../lib/units.ts'
import type { ApplyTx } from '../apply.ts'
import { claimCodec } from '../codec.ts'
import { emptyDelta } from '../delta.ts'
import { rejected } from '../errors.ts'
import { deltaKey } from '../keys.ts'
import { settlementNonce } from '../proof.ts'
import { end } from '../settlement.ts'
import type { AccountEvent, AccountState, JClaim, Settlement } from '../types.ts'

type Told = JClaim['events'][number]

/** What both tell of the same block; null when they are of two, or contradict each other. */
const inCommon = (a: JClaim, b: JClaim): readonly Told[] | null => {
  if (!equalBytes(encode(claimCodec, { ...a, events: [] }), encode(claimCodec, { ...b, events: [] }))) return null
  const events: Told[] = []
  for (const event of a.events) {
    const other = b.events.find(({ tokenId }) => tokenId === event.tokenId)
    if (other === undefined) continue
    if (other.collateral !== event.collateral || other.ondelta !== event.ondelta) return null
    events.push(event)
  }
  return events.length > 0 ? events : null
}

/**
 * At most `claimsPerSide` of them. What newer claims tell of the same tokens goes first, then the oldest that tells nothing
 * of the account's own tokens which newer ones do not. There is always one of the two, since an account has no more tokens
 * than a side may have claims: so both sides keep the last word on each of them, and find it in common.
 */
export const boundClaims = <T extends JClaim>(claims: readonly T[], deltas: AccountState['deltas']): readonly T[] => {
  if (claims.length <= LIMITS.claimsPerSide) return claims
  /** The first claim of which nothing counts but what newer ones say too. */
  const outdated = (counts: (tokenId: TokenId) => boolean): number =>
    claims.findIndex(({ events }, i) => {
      const newer = new Set(claims.slice(i + 1).flatMap((claim) => claim.events.map(({ tokenId }) => tokenId)))
      return events.every(({ tokenId }) => newer.has(tokenId) || !counts(tokenId))
    })
  const first = outdated(() => true)
  const given = first >= 0 ? first : outdated((tokenId) => deltas.has(deltaKey(tokenId)))
  return boundClaims(claims.toSpliced(given, 1), deltas)
}

const isOrdered = (claim: JClaim): boolean =>
  claim.events.length > 0 &&
  claim.events.every(
    (event, i) => event.collateral >= 0n && (i === 0 || event.tokenId > (claim.events[i - 1]?.tokenId ?? 0)),
  )

/** The claims without what `told` says more recently. */
const without = (claims: readonly JClaim[], { jHeight, events: told }: JClaim): readonly JClaim[] =>
  claims.flatMap((claim) => {
    if (claim.jHeight > jHeight) return [claim]
    const events = claim.events.filter(({ tokenId }) => !told.some((newer) => newer.tokenId === tokenId))
    return events.length > 0 ? [{ ...claim, events }] : []
  })

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
  const { leftClaims, rightClaims, settlement } = state
  const next = { ...state, deltas, leftClaims: without(leftClaims, claim), rightClaims: without(rightClaims, claim) }
  if (settlement === null || !isDoneBy(settlement, claim)) return { state: next, events }
  return { state: end(next, settlement), events: [...events, { type: 'settlement_ended', settlement, isDone: true }] }
}

/** Done at that block or before, and nothing it moved is still told of as it was. */
const isDoneBy = ({ approvedAtHeight, diffs }: Settlement, { nonce, events }: JClaim): boolean =>
  approvedAtHeight !== null &&
  nonce >= settlementNonce(approvedAtHeight) &&
  diffs.every((diff) => events.some(({ tokenId }) => tokenId === diff.tokenId))

export const jEventClaim: ApplyTx<'j_event_claim'> = (state, tx, { byLeft }) => {
  const { jHeight, blockHash, nonce } = tx
  const claim: JClaim = { jHeight, blockHash, events: tx.events, nonce }
  if (!isOrdered(claim) || claim.events.length > LIMITS.tokensPerAccount) return rejected({ type: 'bad_claim' })
  const own = byLeft ? state.leftClaims : state.rightClaims
  const others = byLeft ? state.rightClaims : state.leftClaims
  const last = own.at(-1)
  if (last !== undefined && last.jHeight >= claim.jHeight)
    return rejected({ type: 'stale_claim', jHeight: claim.jHeight })
  for (const other of others) {
    const events = inCommon(claim, other)
    if (events !== null) return { type: 'applied', ...settle(state, { ...claim, events }) }
  }
  const claims = boundClaims([...own, claim], state.deltas)
  return {
    type: 'applied',
    state: byLeft ? { ...state, leftClaims: claims } : { ...state, rightClaims: claims },
    events: [],
  }
}
