/**
 * Disputes: calling the court, answering a stale proof with a newer one, and having it judged when the time has come.
 * What the chain says holds for this side at once, whatever the counterparty says (waiting for it would be a veto).
 * While a dispute runs nothing is signed in the account; the preimages we know go on chain at once, so that every lock
 * ends as it should. After the judgement the account is empty, of the next epoch, and can be opened again.
 */

import { messageCodec } from '../account/codec.ts'
import { lockKey } from '../account/keys.ts'
import { agreementDigest } from '../account/proof.ts'
import { readBodyLocks } from '../account/proof-body.ts'
import { bestProof, type HeldProof } from '../account/seal.ts'
import { openReplica } from '../account/step.ts'
import type { AccountMessage, AccountReplica, AccountStatus, Dispute } from '../account/types.ts'
import { encode } from '../codec/schema.ts'
import { encodeHanko } from '../jurisdiction/batch.ts'
import type { Board } from '../jurisdiction/board.ts'
import type { JDisputeStart, JEvent } from '../jurisdiction/types.ts'
import { present } from '../lib/assert.ts'
import { type Bytes, EMPTY, equalBytes } from '../lib/bytes.ts'
import { keccak } from '../lib/hash.ts'
import type { EntityId } from '../lib/units.ts'
import { call, settleCall } from './calls.ts'
import { clearDeadlines, setDeadline } from './deadline.ts'
import { DONE, type EntityContext, type EntityDraft, send, setAccount, type TxResult } from './draft.ts'
import { type EntityRejected, rejectedTx } from './errors.ts'
import { dropQueuedLocks, onJudgedLock, revealAll } from './secrets.ts'
import type { Profile } from './types.ts'

type Started = Extract<JEvent, { type: 'dispute_started' }>
type Countered = Extract<JEvent, { type: 'counter_registered' }>
type Finalized = Extract<JEvent, { type: 'dispute_finalized' }>

/** An entity's signature as frames carry it, in the form the contracts take. */
export const chainHanko = (board: Board, signature: Bytes): Bytes => {
  const signer = present(board.members[0], 'a board has a member')
  return encodeHanko(board, [{ address: signer.address, signature }])
}

const boardsOf = (
  draft: EntityDraft,
  replica: AccountReplica,
  peer: Profile,
): { readonly left: Board; readonly right: Board } =>
  replica.isLeft ? { left: draft.state.board, right: peer.board } : { left: peer.board, right: draft.state.board }

/** Both signatures of a proof, agreement or settlement in the order and form of the contracts. */
export const chainHankos = (
  draft: EntityDraft,
  replica: AccountReplica,
  peer: Profile,
  hankos: { readonly left: Bytes; readonly right: Bytes },
): { readonly leftHanko: Bytes; readonly rightHanko: Bytes } => {
  const boards = boardsOf(draft, replica, peer)
  return { leftHanko: chainHanko(boards.left, hankos.left), rightHanko: chainHanko(boards.right, hankos.right) }
}

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
  counter(draft, counterparty, context)
}

const isOf = (
  a: { readonly left: EntityId; readonly right: EntityId },
  b: { readonly left: EntityId; readonly right: EntityId },
): boolean => a.left === b.left && a.right === b.right

/** Shows the court the newest proof we hold, if it is newer than the one it has. @returns whether it is. */
const counter = (draft: EntityDraft, counterparty: EntityId, context: EntityContext): boolean => {
  const replica = present(draft.state.accounts.get(counterparty), counterparty)
  const peer = context.profile(counterparty)
  const proof: HeldProof | null = bestProof(replica)
  if (replica.status.type !== 'disputed' || peer === null || proof === null) return false
  if (proof.nonce <= replica.status.dispute.nonce) return false
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

/** By its own proof the account has nothing open: then there is nothing to wait for, and we say so. */
const agreeable = (replica: AccountReplica): (Dispute & { readonly bodyHash: Bytes }) | null => {
  if (replica.status.type !== 'disputed') return null
  const { dispute } = replica.status
  const held = bestProof(replica)
  const isNewest = held !== null && (dispute.nonce > held.nonce || equalBytes(dispute.body, held.body))
  return isNewest && readBodyLocks(dispute.body)?.length === 0 ? { ...dispute, bodyHash: keccak(dispute.body) } : null
}

const agree = (draft: EntityDraft, counterparty: EntityId, context: EntityContext): void => {
  const replica = present(draft.state.accounts.get(counterparty), counterparty)
  const agreed = agreeable(replica)
  if (agreed === null) return
  const { nonce, bodyHash } = agreed
  const { terms } = replica.state
  const counterTick = replica.counter + 1
  const hanko = context.seal(agreementDigest({ terms, nonce, bodyHash }))
  const message: AccountMessage = { type: 'dispute', counter: counterTick, epoch: terms.epoch, nonce, bodyHash, hanko }
  setAccount(draft, counterparty, { ...replica, counter: counterTick })
  send(draft, counterparty, { type: 'account', opener: null, body: encode(messageCodec, message) })
}

/** The counterparty agrees to end the dispute: with our own consent it can be judged at once. */
export const onAgreement = (
  draft: EntityDraft,
  counterparty: EntityId,
  message: Extract<AccountMessage, { type: 'dispute' }>,
  context: EntityContext,
): TxResult => {
  const replica = present(draft.state.accounts.get(counterparty), counterparty)
  const refuse = (disposition: 'ignore' | 'retry') =>
    rejectedTx({ type: 'refused_message', violation: { type: 'unknown_dispute' }, disposition })
  const { epoch, nonce, bodyHash, hanko } = message
  const { terms } = replica.state
  if (epoch !== terms.epoch || replica.status.type === 'closed') return refuse('ignore')
  // The chain has told the counterparty first.
  if (replica.status.type !== 'disputed') return refuse(replica.status.type === 'suing' ? 'retry' : 'ignore')
  const agreed = agreeable(replica)
  const peer = context.profile(counterparty)
  if (agreed === null || peer === null || agreed.nonce !== nonce || !equalBytes(agreed.bodyHash, bodyHash))
    return refuse('ignore')
  const digest = agreementDigest({ terms, nonce, bodyHash })
  if (!context.verify(peer, digest, hanko)) return refuse('ignore')
  const own = context.seal(digest)
  const hankos = chainHankos(draft, replica, peer, {
    left: replica.isLeft ? own : hanko,
    right: replica.isLeft ? hanko : own,
  })
  const { left, right } = terms
  const { jurisdiction } = draft.state
  call(draft, { type: 'finalize_agreed', jurisdiction, left, right, body: agreed.body, ...hankos })
  return DONE
}

/** The time to judge has come. */
export const onJudgeDue = (draft: EntityDraft, counterparty: EntityId): void => {
  const replica = draft.state.accounts.get(counterparty)
  if (replica?.status.type !== 'disputed') return
  const { left, right } = replica.state.terms
  const { body } = replica.status.dispute
  call(draft, { type: 'finalize', jurisdiction: draft.state.jurisdiction, left, right, body })
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
  const locks = new Map([...(pending?.next.locks.entries() ?? []), ...state.locks.entries()])
  const terms = { ...state.terms, epoch: event.epoch }
  const fresh = openReplica(terms, draft.state.entityId, context.runtimeHeight)
  clearDeadlines(draft, counterparty, null)
  dropQueuedLocks(draft, counterparty, context)
  setAccount(draft, counterparty, { ...fresh, createdAtHeight, status: { type: 'closed' } })
  draft.events.push({ type: 'dispute_finalized', counterparty, epoch: event.epoch, nonce: event.nonce })
  for (const [key, lock] of locks)
    onJudgedLock(
      draft,
      { counterparty, lock, isOwn: lock.byLeft === replica.isLeft, wasJudged: judged.has(key) },
      context,
    )
}
