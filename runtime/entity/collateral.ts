/**
 * What a forwarding entity does about collateral: a counterparty that asks for it, or whose policy asks by itself, gets
 * its unsecured claim covered out of the hub's reserve, as far as that goes.
 */
import { ownClaims } from '../account/deadlines.ts'
import { positionOf } from '../account/delta.ts'
import { deltaKey } from '../account/keys.ts'
import type { AccountReplica } from '../account/types.ts'
import { type EntityId, max, min, type TokenId } from '../lib/units.ts'
import { addToBatch, spendableReserve } from './batch.ts'
import type { EntityDraft } from './draft.ts'
import type { EntityState } from './types.ts'

/** The account's figures with what we have seen on chain and the counterparty has not confirmed yet. */
const expected = (replica: AccountReplica, tokenId: TokenId) => {
  const delta = replica.state.deltas.get(deltaKey(tokenId))
  if (delta === undefined) return null
  const last = ownClaims(replica)
    .flatMap(({ events }) => events)
    .findLast((event) => event.tokenId === tokenId)
  return last === undefined ? delta : { ...delta, collateral: last.collateral, ondelta: last.ondelta }
}

const onItsWay = ({ batch }: EntityState, counterparty: EntityId, tokenId: TokenId): bigint =>
  [...batch.draft.reserveToCollateral, ...(batch.inFlight?.batch.reserveToCollateral ?? [])]
    .filter((operation) => operation.counterparty === counterparty && operation.tokenId === tokenId)
    .reduce((sum, { amount }) => sum + amount, 0n)

/** What the counterparty could lose if we vanished. */
const unsecured = (state: EntityState, counterparty: EntityId, tokenId: TokenId): bigint => {
  const replica = state.accounts.get(counterparty)
  const delta = replica === undefined ? null : expected(replica, tokenId)
  if (replica === undefined || delta === null) return 0n
  return max(positionOf(delta, replica.isLeft).ownDebt - onItsWay(state, counterparty, tokenId), 0n)
}

const fund = (draft: EntityDraft, counterparty: EntityId, tokenId: TokenId, wanted: bigint): void => {
  const replica = draft.state.accounts.get(counterparty)
  const amount = min(wanted, max(spendableReserve(draft.state, tokenId), 0n))
  if (replica === undefined || replica.status.type !== 'open' || amount < 1n) return
  const { epoch } = replica.state.terms
  if (addToBatch(draft, { reserveToCollateral: [{ counterparty, tokenId, amount, epoch }] }) === null)
    draft.events.push({ type: 'collateral_requested', counterparty, tokenId, amount })
}

/** The counterparty has asked. */
export const onCollateralAsked = (
  draft: EntityDraft,
  counterparty: EntityId,
  asked: { readonly tokenId: TokenId; readonly amount: bigint },
): void => {
  if (draft.state.hubPolicy === null) return
  fund(draft, counterparty, asked.tokenId, min(asked.amount, unsecured(draft.state, counterparty, asked.tokenId)))
}

/** Looks after the accounts that changed: above the limit its counterparty has set, its whole claim is covered. */
export const rebalance = (draft: EntityDraft, counterparty: EntityId): void => {
  const replica = draft.state.accounts.get(counterparty)
  if (draft.state.hubPolicy === null || replica === undefined || replica.status.type !== 'open') return
  for (const { tokenId, byLeft, softLimit } of replica.state.policies) {
    if (byLeft === replica.isLeft) continue
    const claim = unsecured(draft.state, counterparty, tokenId)
    if (claim > softLimit) fund(draft, counterparty, tokenId, claim)
  }
}
