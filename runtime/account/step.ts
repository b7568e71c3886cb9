/**
 * The bilateral consensus of one account: propose, receive, acknowledge.
 *
 * One proposal may be outstanding per side. Both may propose the same height: LEFT then keeps its frame and sends the
 * same bytes again; RIGHT takes its own back into the mempool, accepts LEFT's and proposes above it. The hash chain
 * (height, prevFrameHash, frame hash) decides what is accepted. Nothing is executed before its signature is checked,
 * and a frame is executed once: what it was executed on is what is published.
 */
import { decode, encode } from '../codec/schema.ts'
import { invariant } from '../lib/assert.ts'
import { type Bytes, equalBytes } from '../lib/bytes.ts'
import { LIMITS } from '../lib/limits.ts'
import type { EntityId } from '../lib/units.ts'
import { messageCodec, termsCodec, txCodec } from './codec.ts'
import { deadlineViolation, mayStillBeDone } from './deadlines.ts'
import { type AccountRejection, type AccountViolation, type Refused, refused } from './errors.ts'
import { buildFrame, emptyState, execute, frameDigest, hashFrame, nextHeight } from './frame.ts'
import { checkAccountStep } from './invariants.ts'
import { lockKey } from './keys.ts'
import { receiveSeal, signSeals } from './seal.ts'
import { boundClaims } from './tx/j-event-claim.ts'
import {
  type AccountAck,
  type AccountEvent,
  type AccountFrame,
  type AccountMessage,
  type AccountProposal,
  type AccountReplica,
  type AccountState,
  type AccountTerms,
  type AccountTx,
  counterpartyOf,
  type SignedFrame,
} from './types.ts'

export type AccountContext = {
  readonly nowMs: number
  /** Confirmed height and time of the account's chain, as this side knows it. */
  readonly jHeight: number
  readonly jSeconds: number
  readonly runtimeHeight: number
  /** The next frame has this height at least; 0 where nobody has forgotten what it signed. */
  readonly floor: number
  /** When the preimage of a lock of this account was revealed on chain, in its seconds; null when it was not. */
  readonly revealedAt: (hashlock: Bytes) => number | null
  readonly seal: (digest: Bytes) => Bytes
  /** True when `hanko` is the board's signature of `digest`. */
  readonly verify: (signer: EntityId, digest: Bytes, hanko: Bytes) => boolean
}

export const openReplica = (terms: AccountTerms, owner: EntityId, runtimeHeight: number): AccountReplica => ({
  isLeft: owner === terms.left,
  state: emptyState(terms),
  mempool: [],
  pending: null,
  lastReply: null,
  frames: [],
  status: { type: 'open' },
  seals: null,
  counter: 0,
  createdAtHeight: runtimeHeight,
  updatedAtHeight: runtimeHeight,
})

/** The state as it will be if everything we proposed and queued is accepted, and the frame that comes on top of it. */
const projected = (replica: AccountReplica, timestampMs: number) => {
  const base = replica.pending?.next ?? replica.state
  const frame = { byLeft: replica.isLeft, timestampMs, height: base.height + 1 }
  return { state: execute(base, replica.mempool, frame).state, frame }
}

/**
 * What must be said sooner or later: that a lock has ended, and what the chain did. There is one resolve a lock at most,
 * and claims give way to newer ones, so these need no bound of their own; a refusal would cost money.
 */
export const isOwed = ({ type }: AccountTx): boolean => type === 'htlc_resolve' || type === 'j_event_claim'

/** The queue without the claims it has no room for. */
const withBoundClaims = (mempool: readonly AccountTx[], { deltas }: AccountState): readonly AccountTx[] => {
  const claims = mempool.filter((tx) => tx.type === 'j_event_claim')
  const kept = new Set<AccountTx>(boundClaims(claims, deltas))
  return mempool.filter((tx) => tx.type !== 'j_event_claim' || kept.has(tx))
}

/** Queues a transaction of ours, or says why it could not be proposed. */
export const enqueue = (
  replica: AccountReplica,
  tx: AccountTx,
  nowMs: number,
):
  | { readonly type: 'queued'; readonly replica: AccountReplica }
  | { readonly type: 'rejected'; readonly rejection: AccountRejection } => {
  // A court that cannot be reached leaves the account as it was: then this has to be said after all.
  const canWait = replica.status.type === 'suing' && (isOwed(tx) || tx.type === 'settle_reject')
  if (replica.status.type !== 'open' && !canWait) return { type: 'rejected', rejection: { type: 'account_frozen' } }
  // What is pending comes back to the mempool when LEFT's frame wins.
  const waiting = [...(replica.pending?.frame.accountTxs ?? []), ...replica.mempool]
  if (!isOwed(tx) && waiting.filter((other) => !isOwed(other)).length >= LIMITS.mempoolTxs)
    return { type: 'rejected', rejection: { type: 'mempool_full', limit: LIMITS.mempoolTxs } }
  const { state, frame } = projected(replica, nowMs)
  const trial = execute(state, [tx], frame)
  const refusal = trial.refusals[0]
  if (refusal !== undefined) return { type: 'rejected', rejection: refusal.rejection }
  return { type: 'queued', replica: { ...replica, mempool: withBoundClaims([...replica.mempool, tx], replica.state) } }
}

/** Takes back a lock of ours that waits in the queue; null when it does not. */
export const withdrawLock = (replica: AccountReplica, key: string): AccountReplica | null => {
  const mempool = replica.mempool.filter((tx) => tx.type !== 'htlc_lock' || lockKey(tx) !== key)
  return mempool.length === replica.mempool.length ? null : { ...replica, mempool }
}

export type Dropped = { readonly tx: AccountTx; readonly rejection: AccountRejection }
export type Flushed = {
  readonly replica: AccountReplica
  readonly message: Bytes | null
  /** What is to be sent beside it, each by itself. */
  readonly seals: readonly Bytes[]
  /** Queued transactions that are no longer legal; their owners must be told. */
  readonly dropped: readonly Dropped[]
}

/** The longest prefix of the mempool that fits one frame. */
const nextBatch = (mempool: readonly AccountTx[]): readonly AccountTx[] => {
  let room = LIMITS.messageBytes / 2
  let count = 0
  while (count < Math.min(mempool.length, LIMITS.txsPerFrame)) {
    room -= encode(txCodec, mempool[count] as AccountTx).length
    if (room < 0 && count > 0) break
    count++
  }
  return mempool.slice(0, count)
}

/** Sends what is owed: the acknowledgement, a new proposal, or both in one message; and the seals of a settlement. */
export const flush = (before: AccountReplica, ack: AccountAck | null, context: AccountContext): Flushed => {
  const { replica, messages } = signSeals(before, context)
  return { ...flushFrames(replica, ack, context), seals: messages }
}

const flushFrames = (
  replica: AccountReplica,
  ack: AccountAck | null,
  context: AccountContext,
): Omit<Flushed, 'seals'> => {
  const canPropose = replica.pending === null && replica.mempool.length > 0 && replica.status.type === 'open'
  const proposal = canPropose ? propose(replica, context) : { replica, draft: null, dropped: [] }
  const { draft, dropped } = proposal
  if (ack === null && draft === null) return { replica: proposal.replica, message: null, dropped }
  const counter = proposal.replica.counter + 1
  const next: AccountReplica = { ...proposal.replica, counter }
  if (draft === null) {
    if (ack === null) return { replica: next, message: null, dropped }
    const message = encode(messageCodec, { type: 'ack', counter, ack })
    return { replica: { ...next, lastReply: { height: ack.height, message } }, message, dropped }
  }
  const message = encode(
    messageCodec,
    ack === null
      ? { type: 'frame', counter, proposal: draft.proposal }
      : { type: 'frame_ack', counter, ack, proposal: draft.proposal },
  )
  const { hash, next: state, events } = draft
  const { frame, hanko } = draft.proposal
  return {
    replica: {
      ...next,
      pending: { frame, hash, hanko, message, next: state, events },
      lastReply: ack === null ? next.lastReply : { height: ack.height, message },
    },
    message,
    dropped,
  }
}

type Draft = {
  readonly proposal: AccountProposal
  readonly hash: Bytes
  readonly next: AccountState
  readonly events: readonly AccountEvent[]
}

type Proposed = { readonly replica: AccountReplica; readonly draft: Draft | null; readonly dropped: readonly Dropped[] }

const propose = (replica: AccountReplica, context: AccountContext): Proposed => {
  const taken = nextBatch(replica.mempool)
  // The approval came first: the settlement ends when it is done, or when it can be done no more.
  const isStanding = mayStillBeDone(replica, context.jSeconds)
  const batch = isStanding ? taken.filter(({ type }) => type !== 'settle_reject') : taken
  const timestampMs = Math.max(context.nowMs, replica.state.timestampMs)
  const height = nextHeight(replica.state, context.floor)
  const frameContext = { byLeft: replica.isLeft, timestampMs, jHeight: context.jHeight, height }
  const executed = execute(replica.state, batch, frameContext)
  const rest: AccountReplica = { ...replica, mempool: replica.mempool.slice(taken.length) }
  const dropped = executed.refusals
  if (executed.accepted.length === 0) {
    if (rest.mempool.length === 0) return { replica: rest, draft: null, dropped }
    const next = propose(rest, context)
    return { ...next, dropped: [...dropped, ...next.dropped] }
  }
  checkAccountStep(replica.state, executed.state)
  const { frame, hash, next } = buildFrame(replica.state, executed, frameContext)
  const hanko = context.seal(frameDigest(replica.state.terms, frame, hash))
  const terms = replica.state.height === 0 ? replica.state.terms : null
  return { replica: rest, draft: { proposal: { frame, hanko, terms }, hash, next, events: executed.events }, dropped }
}

export type Received =
  | {
      readonly type: 'received'
      readonly replica: AccountReplica
      /** What committed, oldest first. */
      readonly events: readonly AccountEvent[]
      /** Owed to the peer with the next flush. */
      readonly ack: AccountAck | null
      /** Bytes sent before, to be sent again; nothing was changed for them. */
      readonly resend: Bytes | null
    }
  | Refused

export const decodeAccountMessage = (bytes: Bytes) => decode(messageCodec, bytes)

/** Takes in one message of the counterparty. A refusal leaves the replica as it was. */
export const receive = (replica: AccountReplica, message: AccountMessage, context: AccountContext): Received => {
  // Until the chain has taken our call to court it may still refuse it, and the account go on.
  if (replica.status.type === 'suing') return refused({ type: 'account_frozen' }, 'retry')
  if (replica.status.type !== 'open') return refused({ type: 'account_frozen' }, 'ignore')
  if (message.type === 'settle_seal') return receiveSeal(replica, message, context)
  if (message.type === 'dispute') return refused({ type: 'unknown_dispute' }, 'ignore')
  // Of who speaks, and what was forgotten, the entity takes care.
  if (message.type === 'hello' || message.type === 'resync') return refused({ type: 'not_greeted' }, 'ignore')
  if (message.type === 'ack') return receiveAck(replica, message.ack, context)
  if (message.type === 'frame') return receiveProposal(replica, message.proposal, context)
  const acked = receiveAck(replica, message.ack, context)
  // A stale acknowledgement in a repeated message must not hide the proposal that travels with it.
  if (acked.type === 'refused' && acked.violation.type !== 'stale_ack') return acked
  const base = acked.type === 'refused' ? replica : acked.replica
  const proposed = receiveProposal(base, message.proposal, context)
  if (acked.type === 'refused') return proposed
  if (proposed.type === 'received') return { ...proposed, events: [...acked.events, ...proposed.events] }
  if (proposed.disposition === 'retry') return proposed
  if (proposed.disposition === 'ignore') return acked
  // The peer has signed our proposal before it broke the protocol: that signature is the best proof there is.
  return { ...acked, replica: frozen(acked.replica, proposed.violation) }
}

/** Nothing more is signed in this account; what was signed stays enforceable. */
export const frozen = (replica: AccountReplica, violation: AccountViolation): AccountReplica => ({
  ...replica,
  status: { type: 'frozen', violation: violation.type },
})

const receiveAck = (replica: AccountReplica, ack: AccountAck, context: AccountContext): Received => {
  const { pending, state } = replica
  if (pending === null || ack.height !== pending.frame.height || !equalBytes(ack.frameHash, pending.hash))
    return ack.height <= state.height
      ? refused({ type: 'stale_ack', height: ack.height }, 'ignore')
      : refused({ type: 'unknown_ack', height: ack.height }, 'ignore')
  if (!context.verify(counterpartyOf(replica), frameDigest(state.terms, pending.frame, pending.hash), ack.hanko))
    return refused({ type: 'bad_signature' }, 'ignore')
  const signed = sign(pending.frame, { own: pending.hanko, peer: ack.hanko, isLeft: replica.isLeft })
  const committed = commit({ ...replica, pending: null }, pending.next, signed, context)
  return { type: 'received', replica: committed, events: pending.events, ack: null, resend: null }
}

const sign = (frame: AccountFrame, hankos: { own: Bytes; peer: Bytes; isLeft: boolean }): SignedFrame => ({
  frame,
  leftHanko: hankos.isLeft ? hankos.own : hankos.peer,
  rightHanko: hankos.isLeft ? hankos.peer : hankos.own,
})

const commit = (
  replica: AccountReplica,
  state: AccountState,
  signed: SignedFrame,
  context: AccountContext,
): AccountReplica => {
  invariant(
    equalBytes(signed.frame.accountStateRoot, state.root),
    'I-ROOT',
    () => 'published root is not the signed one',
  )
  return {
    ...replica,
    state,
    // A settlement that is over needs no more signatures, and a later frame's proof is better than its.
    seals: state.settlement === null ? null : replica.seals,
    frames: [signed, ...replica.frames].slice(0, LIMITS.framesInMemory),
    updatedAtHeight: context.runtimeHeight,
  }
}

const unchanged = (replica: AccountReplica, resend: Bytes): Received => ({
  type: 'received',
  replica,
  events: [],
  ack: null,
  resend,
})

/** What to do with a frame at or below the height we have: repeat our answer, ignore it, or name the fork. */
const receiveOld = (
  replica: AccountReplica,
  frame: AccountFrame,
  hash: Bytes,
  isAuthentic: () => boolean,
): Received => {
  const { state, lastReply, frames } = replica
  if (frame.height < state.height) return refused({ type: 'stale_frame', height: frame.height }, 'ignore')
  if (equalBytes(hash, state.frameHash))
    return lastReply?.height === frame.height
      ? unchanged(replica, lastReply.message)
      : refused({ type: 'stale_frame', height: frame.height }, 'ignore')
  // After a collision RIGHT's abandoned frame may arrive late. Two frames by one side at one height are a fork.
  const sameProposer = frames[0]?.frame.byLeft === frame.byLeft
  if (!sameProposer && !frame.byLeft) return refused({ type: 'stale_frame', height: frame.height }, 'ignore')
  return refused({ type: 'fork', height: frame.height }, isAuthentic() ? 'dispute' : 'ignore')
}

const receiveProposal = (replica: AccountReplica, proposal: AccountProposal, context: AccountContext): Received => {
  const { frame, hanko } = proposal
  const { state } = replica
  if (frame.byLeft === replica.isLeft) return refused({ type: 'wrong_side' }, 'ignore')
  const hash = hashFrame(frame)
  const digest = frameDigest(state.terms, frame, hash)
  const isAuthentic = () => context.verify(counterpartyOf(replica), digest, hanko)
  if (frame.height <= state.height) return receiveOld(replica, frame, hash, isAuthentic)
  if (proposal.terms !== null && !equalBytes(encode(termsCodec, proposal.terms), encode(termsCodec, state.terms)))
    return refused({ type: 'wrong_terms' }, 'ignore')
  if (!isAuthentic()) return refused({ type: 'bad_signature' }, 'ignore')
  const expected = nextHeight(state, context.floor)
  if (frame.height > expected) return refused({ type: 'height_gap', height: frame.height, expected }, 'retry')
  // Proposed before its side knew how far the other one may have signed.
  if (frame.height < expected) return refused({ type: 'stale_frame', height: frame.height }, 'ignore')
  if (!equalBytes(frame.prevFrameHash, state.frameHash))
    return refused({ type: 'wrong_prev_hash', height: frame.height }, 'dispute')
  const aheadMs = frame.timestampMs - context.nowMs
  if (aheadMs > LIMITS.maxSkewMs) return refused({ type: 'from_the_future', aheadMs }, 'retry')
  if (frame.timestampMs < state.timestampMs) return refused({ type: 'time_regression' }, 'dispute')
  // Collision: LEFT's frame stands, and is sent again in case it was lost.
  if (replica.pending !== null && replica.isLeft) return unchanged(replica, replica.pending.message)
  return accept(replica, proposal, { hash, digest }, context)
}

const accept = (
  replica: AccountReplica,
  { frame, hanko }: AccountProposal,
  { hash, digest }: { readonly hash: Bytes; readonly digest: Bytes },
  context: AccountContext,
): Received => {
  const { state, pending } = replica
  if (frame.accountTxs.length === 0) return refused({ type: 'empty_frame' }, 'dispute')
  const late = deadlineViolation(replica, frame, context)
  if (late !== null) return late
  const executed = execute(state, frame.accountTxs, frame)
  const illegal = executed.refusals[0]
  if (illegal !== undefined)
    return refused({ type: 'illegal_tx', index: illegal.index, rejection: illegal.rejection }, 'dispute')
  // The receiver builds the same frame from the same transactions; any difference is the proposer's fault.
  const rebuilt = buildFrame(state, executed, frame)
  if (!equalBytes(rebuilt.next.root, frame.accountStateRoot)) return refused({ type: 'wrong_root' }, 'dispute')
  if (!equalBytes(rebuilt.frame.proofBodyHash, frame.proofBodyHash)) return refused({ type: 'wrong_proof' }, 'dispute')
  if (!equalBytes(rebuilt.hash, hash)) return refused({ type: 'wrong_deltas' }, 'dispute')
  checkAccountStep(state, executed.state)
  const own = context.seal(digest)
  // The peer was quicker: a resolve of ours for the same lock would wait for nothing, and fill the queue.
  const hasEnded = (tx: AccountTx): boolean =>
    tx.type === 'htlc_resolve' && state.locks.has(lockKey(tx)) && !executed.state.locks.has(lockKey(tx))
  const taken: AccountReplica = {
    ...replica,
    pending: null,
    mempool: withBoundClaims([...(pending?.frame.accountTxs ?? []), ...replica.mempool], executed.state).filter(
      (tx) => !hasEnded(tx),
    ),
  }
  const signed = sign(frame, { own, peer: hanko, isLeft: replica.isLeft })
  return {
    type: 'received',
    replica: commit(taken, rebuilt.next, signed, context),
    events: executed.events,
    ack: { height: frame.height, frameHash: hash, hanko: own },
    resend: null,
  }
}
