/**
 * Disputes: calling the court, answering a stale proof with a newer one, and having it judged when the time has come.
 * What the chain says holds for this side at once, whatever the counterparty says (waiting for it would be a veto).
 * While a dispute runs nothing is signed in the account; the preimages we know go on chain at once, so that every lock
 * ends as it should. After the judgement the account is empty, of the next epoch, and can be opened again.
 */

import { lockKey } from '../account/keys.ts'
import { readBodyLocks } from '../account/proof-body.ts'
import { bestProof, type HeldProof } from '../account/seal.ts'
import { openReplica } from '../account/step.ts'
import type { AccountReplica, AccountStatus, Dispute } from '../account/types.ts'
import type { JCall, JDisputeStart, JEvent } from '../jurisdiction/types.ts'
import { present } from '../lib/assert.ts'
import { type Bytes, EMPTY, equalBytes } from '../lib/bytes.ts'
import { TIMING } from '../lib/limits.ts'
import type { EntityId } from '../lib/units.ts'
import { agree } from './agreement.ts'
import { call, settleCall } from './calls.ts'
import { clearDeadlines, setDeadline } from './deadline.ts'
import { type EntityContext, type EntityDraft, setAccount } from './draft.ts'
import { type EntityRejected, rejectedTx } from './errors.ts'
import { chainHanko, chainHankos, isEqual, isOurProposal } from './evidence.ts'
import { onAccountEvent } from './htlc.ts'
import { dropQueuedLocks, onJudgedLock, revealAll } from './secrets.ts'

type Started = Extract<JEvent, { type: 'dispute_started' }>
type Countered = Extract<JEvent, { type: 'counter_registered' }>
type Finalized = Extract<JEvent, { type: 'dispute_finalized' }>

const violationOf = (status: AccountStatus) =>
  status.type === 'open' || status.type === 'closed' ? null : status.violation

/** The operation that calls the court, or why it cannot be called. */
export const disputeStartOf = (
  draft: EntityDraft,
  counterparty: EntityId,
  context: EntityContext,
): { readonly type: 'start'; readonly start: JDisputeStart } | EntityRejected => {
  const replica = draft.state.accounts.get(counterparty)
  const peer = context.profile(counterparty)
  if (replica === undefined || peer === null) return rejectedTx({ type: 'unknown_account', counterparty })
  if (replica.status.type !== 'open' && replica.status.type !== 'frozen')
    return rejectedTx({ type: 'account_disputed' })
  const proof = bestProof(replica)
  if (proof === null) return rejectedTx({ type: 'account_not_open', counterparty })
  const { nonce, frameHash, body } = proof
  const hanko = replica.isLeft ? proof.rightHanko : proof.leftHanko
  return {
    type: 'start',
    start: { counterparty, nonce, frameHash, body, counterpartyHanko: chainHanko(peer.board, hanko), arguments: EMPTY },
  }
}

/** Nothing more is signed from here on: what is on its way to the court is the last word. */
export const markSuing = (draft: EntityDraft, counterparty: EntityId, context: EntityContext): void => {
  const replica = present(draft.state.accounts.get(counterparty), counterparty)
  setAccount(draft, counterparty, { ...replica, status: { type: 'suing', violation: violationOf(replica.status) } })
  dropQueuedLocks(draft, counterparty, context)
  draft.events.push({ type: 'dispute_called', counterparty })
}

/** The court was not reached: the account is what it was. */
export const unmarkSuing = (draft: EntityDraft, counterparty: EntityId): void => {
  const replica = draft.state.accounts.get(counterparty)
  if (replica?.status.type !== 'suing') return
  const { violation } = replica.status
  setAccount(draft, counterparty, {
    ...replica,
    status: violation === null ? { type: 'open' } : { type: 'frozen', violation },
  })
}

/** Whether the chain's event is about this account as it is, or about one of another epoch. */
const inDispute = (draft: EntityDraft, event: Started | Countered): readonly [EntityId, AccountReplica] | null => {
  const counterparty = event.left === draft.state.entityId ? event.right : event.left
  const replica = draft.state.accounts.get(counterparty)
  return replica !== undefined && replica.state.terms.epoch === event.epoch && replica.status.type !== 'closed'
    ? [counterparty, replica]
    : null
}

/** A court waits for the locks it is to judge. Bytes that are no body were never signed by us; the contract refuses them. */
const judgedAfter = (body: Bytes, windowEndSeconds: number): number =>
  Math.max(windowEndSeconds, ...(readBodyLocks(body) ?? []).map(({ expirySeconds }) => expirySeconds))

const setDispute = (draft: EntityDraft, counterparty: EntityId, replica: AccountReplica, dispute: Dispute): void => {
  setAccount(draft, counterparty, {
    ...replica,
    status: { type: 'disputed', dispute, violation: violationOf(replica.status) },
  })
  clearDeadlines(draft, counterparty, null)
  setDeadline(draft, { atSeconds: dispute.judgedAfterSeconds, kind: 'judge', counterparty })
}

export const onDisputeStarted = (draft: EntityDraft, event: Started, context: EntityContext): void => {
  const found = inDispute(draft, event)
  if (found === null) return
  const [counterparty, replica] = found
  const { byLeft, nonce, body, windowEndSeconds } = event
  const isOurs = byLeft === replica.isLeft
  const judgedAfterSeconds = judgedAfter(body, windowEndSeconds)
  setDispute(draft, counterparty, replica, { byLeft, nonce, body, windowEndSeconds, judgedAfterSeconds })
  draft.events.push({ type: 'dispute_started', counterparty, isOurs, nonce, windowEndSeconds })
  dropQueuedLocks(draft, counterparty, context)
  revealAll(draft, counterparty, context)
  dropCourtBusiness(draft, counterparty)
  const answered = counter(draft, counterparty, context)
  if (!answered && !isOurs) agree(draft, counterparty, context)
}

export const onCounterRegistered = (draft: EntityDraft, event: Countered, context: EntityContext): void => {
  const found = inDispute(draft, event)
  if (found === null || found[1].status.type !== 'disputed') return
  const [counterparty, replica] = found
  const { nonce, body } = event
  const { dispute } = found[1].status
  const judgedAfterSeconds = judgedAfter(body, dispute.windowEndSeconds)
  setDispute(draft, counterparty, replica, { ...dispute, nonce, body, judgedAfterSeconds })
  const isOurs = nonce <= (bestProof(replica)?.nonce ?? 0)
  draft.events.push({ type: 'dispute_countered', counterparty, isOurs, nonce })
  settleCall(draft, (jCall) => jCall.type === 'counter' && isOf(jCall, event) && jCall.nonce <= nonce)
  const answered = counter(draft, counterparty, context)
  // Whoever was called to court has nothing to add any more: where the caller did not know better, it need not wait.
  if (!answered && dispute.byLeft !== replica.isLeft) agree(draft, counterparty, context)
}

const isOf = (
  a: { readonly left: EntityId; readonly right: EntityId },
  b: { readonly left: EntityId; readonly right: EntityId },
): boolean => a.left === b.left && a.right === b.right

/** Shows the court the newest proof we hold, if that is better than the one it has. @returns whether it is. */
const counter = (draft: EntityDraft, counterparty: EntityId, context: EntityContext): boolean => {
  const replica = present(draft.state.accounts.get(counterparty), counterparty)
  const peer = context.profile(counterparty)
  const proof: HeldProof | null = bestProof(replica)
  if (replica.status.type !== 'disputed' || peer === null || proof === null) return false
  const { dispute } = replica.status
  if (proof.nonce <= dispute.nonce || isEqual(proof, dispute)) return false
  if (context.chain.timestampSeconds > dispute.windowEndSeconds) return false
  const { left, right } = replica.state.terms
  const { nonce, frameHash, body } = proof
  const hankos = chainHankos(draft, replica, peer, { left: proof.leftHanko, right: proof.rightHanko })
  call(draft, {
    type: 'counter',
    jurisdiction: draft.state.jurisdiction,
    left,
    right,
    nonce,
    frameHash,
    body,
    ...hankos,
  })
  return true
}

/** The time to judge has come, or to try again what the chain did not take. */
export const onJudgeDue = (draft: EntityDraft, counterparty: EntityId, context: EntityContext): void => {
  const replica = draft.state.accounts.get(counterparty)
  if (replica?.status.type !== 'disputed') return
  const { left, right } = replica.state.terms
  const { body, judgedAfterSeconds: atSeconds } = replica.status.dispute
  if (counter(draft, counterparty, context) || context.chain.timestampSeconds <= atSeconds)
    return setDeadline(draft, { atSeconds, kind: 'judge', counterparty })
  call(draft, { type: 'finalize', jurisdiction: draft.state.jurisdiction, left, right, body })
}

/** A court that did not take what it has to is asked again, as long as the dispute runs: a node may be wrong. */
export const tryAgain = (draft: EntityDraft, jCall: JCall, context: EntityContext): void => {
  if (jCall.type !== 'counter' && jCall.type !== 'finalize') return
  const counterparty = jCall.left === draft.state.entityId ? jCall.right : jCall.left
  if (draft.state.accounts.get(counterparty)?.status.type !== 'disputed') return
  const nowSeconds = Math.max(context.chain.timestampSeconds, Math.floor(context.nowMs / 1_000))
  setDeadline(draft, { atSeconds: nowSeconds + TIMING.courtRetrySeconds, kind: 'judge', counterparty })
}

/** Takes out of the next batch what a court makes pointless, now or by its judgement: the whole batch would be refused. */
const dropCourtBusiness = (draft: EntityDraft, counterparty: EntityId): void => {
  const { batch } = draft.state
  const disputeStarts = batch.draft.disputeStarts.filter((start) => start.counterparty !== counterparty)
  const settlements = batch.draft.settlements.filter(
    ({ left, right }) => left !== counterparty && right !== counterparty,
  )
  const reserveToCollateral = batch.draft.reserveToCollateral.filter((one) => one.counterparty !== counterparty)
  const rest = { ...batch.draft, disputeStarts, settlements, reserveToCollateral }
  draft.state = { ...draft.state, batch: { ...batch, draft: rest } }
}

/** Judged: every lock has ended one way or the other, and the account is empty. */
export const onDisputeFinalized = (draft: EntityDraft, event: Finalized, context: EntityContext): void => {
  const counterparty = event.left === draft.state.entityId ? event.right : event.left
  settleCall(draft, (jCall) => 'left' in jCall && isOf(jCall, event))
  const replica = draft.state.accounts.get(counterparty)
  if (replica === undefined || replica.state.terms.epoch >= event.epoch) return
  const body = replica.status.type === 'disputed' ? replica.status.dispute.body : EMPTY
  const judged = new Set((readBodyLocks(body) ?? []).map(lockKey))
  const { state, pending, createdAtHeight } = replica
  // Judged by our proposal, what it did has happened.
  const agreed = pending !== null && isOurProposal(replica, { nonce: event.nonce, body }) ? pending : null
  const locks = agreed?.next.locks ?? new Map([...(pending?.next.locks.entries() ?? []), ...state.locks.entries()])
  const held = bestProof(replica)
  const isStale = held !== null && held.nonce > event.nonce && !equalBytes(held.body, body)
  const terms = { ...state.terms, epoch: event.epoch }
  const fresh = openReplica(terms, draft.state.entityId, context.runtimeHeight)
  clearDeadlines(draft, counterparty, null)
  dropQueuedLocks(draft, counterparty, context)
  setAccount(draft, counterparty, { ...fresh, createdAtHeight, status: { type: 'closed' } })
  const { epoch, nonce } = event
  draft.events.push({ type: 'dispute_finalized', counterparty, epoch, nonce, isStale })
  for (const one of agreed?.events ?? []) {
    draft.events.push({ type: 'account', counterparty, event: one, isLeft: replica.isLeft })
    onAccountEvent(draft, counterparty, one, replica.isLeft, context)
  }
  for (const [key, lock] of locks.entries())
    onJudgedLock(
      draft,
      { counterparty, lock, isOwn: lock.byLeft === replica.isLeft, wasJudged: judged.has(key) },
      context,
    )
}
