/**
 * Settlements at the entity: proposing one, agreeing to those that cost nothing, handing in what both have sealed, and
 * giving up what the chain takes no more.
 */

import { mayStillBeDone } from '../account/deadlines.ts'
import { settlementNonce } from '../account/proof.ts'
import { sealedSettlement } from '../account/seal.ts'
import { isHarmless } from '../account/settlement.ts'
import type { AccountEvent, AccountReplica } from '../account/types.ts'
import { TIMING } from '../lib/limits.ts'
import { type EntityId, max } from '../lib/units.ts'
import type { TxHandler } from './apply.ts'
import { addToBatch, reserveProblem } from './batch.ts'
import { clearDeadlines, setDeadline } from './deadline.ts'
import { type EntityContext, type EntityDraft, enqueueTx, setAccount } from './draft.ts'
import { rejectedTx } from './errors.ts'
import { chainHankos } from './evidence.ts'

const ownSide = (replica: AccountReplica, diff: { readonly leftDiff: bigint; readonly rightDiff: bigint }): bigint =>
  replica.isLeft ? diff.leftDiff : diff.rightDiff

export const settle: TxHandler<'settle'> = (draft, { counterparty, diffs }, context) => {
  const replica = draft.state.accounts.get(counterparty)
  if (replica === undefined) return rejectedTx({ type: 'unknown_account', counterparty })
  if (replica.state.height === 0) return rejectedTx({ type: 'account_not_open', counterparty })
  for (const diff of diffs) {
    const problem = reserveProblem(draft.state, { ...diff, amount: max(-ownSide(replica, diff), 0n) })
    if (problem !== null) return problem
  }
  const nowSeconds = Math.max(context.chain.timestampSeconds, Math.floor(context.nowMs / 1_000))
  const validUntil = nowSeconds + TIMING.settlementSeconds
  return enqueueTx(draft, counterparty, { type: 'settle_propose', diffs, validUntil }, context)
}

export const settleApprove: TxHandler<'settle_approve'> = (draft, { counterparty }, context) =>
  enqueueTx(draft, counterparty, { type: 'settle_approve' }, context)

export const settleReject: TxHandler<'settle_reject'> = (draft, { counterparty }, context) => {
  const settlement = draft.state.accounts.get(counterparty)?.state.settlement
  // Signed, it may be done until its last second; then it ends by itself.
  if (settlement?.approvedAtHeight != null) return rejectedTx({ type: 'settlement_approved' })
  return enqueueTx(draft, counterparty, { type: 'settle_reject' }, context)
}

export const onSettlementEvent = (
  draft: EntityDraft,
  counterparty: EntityId,
  event: Extract<AccountEvent, { type: 'settlement_proposed' | 'settlement_approved' | 'settlement_ended' }>,
  context: EntityContext,
): void => {
  const replica = draft.state.accounts.get(counterparty)
  if (replica === undefined) return
  const { settlement } = event
  if (event.type === 'settlement_ended') return clearDeadlines(draft, counterparty, 'settlement')
  // Approved or not, it is in the way of others until it ends.
  setDeadline(draft, { atSeconds: settlement.validUntil, kind: 'settlement', counterparty })
  if (event.type === 'settlement_approved') return
  if (settlement.byLeft === replica.isLeft) return
  // What moves only the counterparty's own money is agreed to; the rest is the owner's decision.
  if (isHarmless(replica.state, settlement.diffs, replica.isLeft))
    enqueueTx(draft, counterparty, { type: 'settle_approve' }, context)
  else if (!draft.state.isOwn) enqueueTx(draft, counterparty, { type: 'settle_reject' }, context)
}

/**
 * An approval of ours that still waits was given to the account as it was. What a frame of the counterparty has made
 * harmful since is not approved by itself: its owner decides anew.
 */
export const reviewApproval = (
  draft: EntityDraft,
  counterparty: EntityId,
  before: AccountReplica,
  context: EntityContext,
): void => {
  const replica = draft.state.accounts.get(counterparty)
  const settlement = replica?.state.settlement
  if (replica === undefined || settlement == null || settlement.approvedAtHeight !== null) return
  const mempool = replica.mempool.filter(({ type }) => type !== 'settle_approve')
  if (mempool.length === replica.mempool.length) return
  const wasHarmless = isHarmless(before.state, settlement.diffs, replica.isLeft)
  if (!wasHarmless || isHarmless(replica.state, settlement.diffs, replica.isLeft)) return
  setAccount(draft, counterparty, { ...replica, mempool })
  if (!draft.state.isOwn) enqueueTx(draft, counterparty, { type: 'settle_reject' }, context)
}

/** Those that had to wait for room in a batch, or for money in the reserve, are looked at again. */
export const retryHandIns = (draft: EntityDraft): void => {
  for (const [counterparty, { seals }] of draft.state.accounts.entries())
    if (seals !== null && !seals.isHandedIn) draft.touched.add(counterparty as EntityId)
}

/** Puts the settlement both have signed into the batch, once, if it is ours to hand in. */
export const handInSettlement = (draft: EntityDraft, counterparty: EntityId, context: EntityContext): void => {
  const replica = draft.state.accounts.get(counterparty)
  const peer = context.profile(counterparty)
  const sealed = replica === undefined ? null : sealedSettlement(replica)
  if (replica === undefined || peer === null || sealed === null) return
  const { settlement, seals } = sealed
  if (settlement.byLeft !== replica.isLeft || seals.isHandedIn || replica.status.type !== 'open') return
  // Too late it would only have everything else in its batch refused.
  if (context.chain.timestampSeconds > settlement.validUntil) return
  // What it takes from our reserve may have been spent since; then it waits for more, as long as it is good.
  const own = settlement.diffs.map((diff) => ({ tokenId: diff.tokenId, amount: max(-ownSide(replica, diff), 0n) }))
  if (own.some((spending) => reserveProblem(draft.state, spending) !== null)) return
  const { left, right } = replica.state.terms
  const refused = addToBatch(draft, {
    settlements: [
      {
        left,
        right,
        nonce: settlementNonce(seals.height),
        validUntil: settlement.validUntil,
        diffs: settlement.diffs.map((diff) => ({ ...diff, collateralDiff: -diff.leftDiff - diff.rightDiff })),
        ...chainHankos(draft, replica, peer, sealed),
      },
    ],
  })
  // A full batch leaves: the settlement goes with the next one.
  if (refused !== null) return
  const handedIn: AccountReplica = { ...replica, seals: { ...seals, isHandedIn: true } }
  draft.state = { ...draft.state, accounts: draft.state.accounts.set(counterparty, handedIn) }
  draft.events.push({ type: 'settlement_handed_in', counterparty, validUntil: settlement.validUntil })
}

/** The chain takes it no more, and has not told that it was done: what it held, and its place, is free again. */
export const onSettlementDue = (draft: EntityDraft, counterparty: EntityId, context: EntityContext): void => {
  const replica = draft.state.accounts.get(counterparty)
  if (replica?.state.settlement == null || mayStillBeDone(replica, context.chain.timestampSeconds)) return
  enqueueTx(draft, counterparty, { type: 'settle_reject' }, context)
}
