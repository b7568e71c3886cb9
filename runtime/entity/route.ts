/**
 * Routes: from one of our accounts to the recipient, directly or through a hub the recipient names. Amounts and
 * expiries are computed from the recipient backwards, so every hop gets its fee and its time to react.
 */

import { positionOf } from '../account/delta.ts'
import { deltaKey } from '../account/keys.ts'
import type { AccountReplica } from '../account/types.ts'
import { hopDeltaSeconds, TIMING } from '../lib/limits.ts'
import type { EntityId, TokenId } from '../lib/units.ts'
import type { EntityContext } from './draft.ts'
import { type EntityRejected, rejectedTx } from './errors.ts'
import type { EntityState, HubPolicy, Profile } from './types.ts'

export type Hop = {
  readonly to: Profile
  /** What the lock towards `to` holds. */
  readonly amount: bigint
  readonly expirySeconds: number
}
/** First hop first; the last hop is the recipient. */
export type Route = { readonly type: 'route'; readonly hops: readonly Hop[]; readonly fee: bigint }

/** The fee for passing on `amount`, rounded up; null when the hub does not carry the token. */
export const forwardingFee = (policy: HubPolicy, tokenId: TokenId, amount: bigint): bigint | null => {
  const rule = policy.fees.find((fee) => fee.tokenId === tokenId)
  return rule === undefined ? null : rule.base + (amount * BigInt(rule.ppm) + 999_999n) / 1_000_000n
}

/** What we can still send in this account, queue and pending proposal counted. */
export const available = (account: AccountReplica, tokenId: TokenId): bigint => {
  const state = account.pending?.next ?? account.state
  const delta = state.deltas.get(deltaKey(tokenId))
  return delta === undefined ? 0n : positionOf(delta, account.isLeft).outCapacity
}

const candidates = (
  state: EntityState,
  payee: Profile,
  payment: { tokenId: TokenId; amount: bigint },
  context: EntityContext,
): readonly Route[] => {
  const { tokenId, amount } = payment
  // Chain time may lag the clock or run ahead of it; a lock must outlive both.
  const nowSeconds = Math.max(context.chain.timestampSeconds, Math.floor(context.nowMs / 1_000))
  const expirySeconds = nowSeconds + TIMING.finalExpirySeconds
  const final: Hop = { to: payee, amount, expirySeconds }
  const routes: Route[] = []
  if (state.accounts.has(payee.entityId)) routes.push({ type: 'route', hops: [final], fee: 0n })
  for (const hubId of payee.hubs) {
    const hub = context.profile(hubId)
    if (hub === null || hub.hubPolicy === null || hubId === state.entityId || !state.accounts.has(hubId)) continue
    const fee = forwardingFee(hub.hubPolicy, tokenId, amount)
    if (fee === null) continue
    const first: Hop = { to: hub, amount: amount + fee, expirySeconds: expirySeconds + hopDeltaSeconds(context.chain) }
    routes.push({ type: 'route', hops: [first, final], fee })
  }
  return routes
}

/** The cheapest route with room for the payment; a refusal names what the roomiest one has. */
export const findRoute = (
  state: EntityState,
  payee: Profile,
  payment: { readonly tokenId: TokenId; readonly amount: bigint; readonly maxFee: bigint },
  context: EntityContext,
): Route | EntityRejected => {
  const { tokenId, maxFee } = payment
  let best: Route | null = null
  let roomiest: { have: bigint; need: bigint } | null = null
  for (const route of candidates(state, payee, payment, context)) {
    const first = route.hops[0] as Hop
    const account = state.accounts.get(first.to.entityId)
    if (account === undefined || account.status.type !== 'open') continue
    const have = available(account, tokenId)
    if (roomiest === null || have > roomiest.have) roomiest = { have, need: first.amount }
    if (first.amount <= have && (best === null || route.fee < best.fee)) best = route
  }
  if (best !== null) return best.fee <= maxFee ? best : rejectedTx({ type: 'fee_too_high', fee: best.fee, maxFee })
  if (roomiest !== null) return rejectedTx({ type: 'over_capacity', tokenId, ...roomiest })
  return rejectedTx({ type: 'no_route', to: payee.entityId })
}

/** The hubs that would forward to this entity, for its profile and invoices. */
export const hubsOf = (
  state: EntityState,
  profile: (id: EntityId) => Profile | null,
  limit: number,
): readonly EntityId[] => {
  const hubs: EntityId[] = []
  for (const [counterparty, { status }] of state.accounts.entries()) {
    if (hubs.length >= limit) break
    const id = counterparty as EntityId
    if (status.type === 'open' && profile(id)?.hubPolicy) hubs.push(id)
  }
  return hubs
}
