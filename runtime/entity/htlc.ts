/**
 * What an entity does with the locks of its accounts: release the preimage of its own invoices, pass locks on as a
 * hub, and carry preimages and failures back. It acts on committed frames only (I-FORWARD: an outgoing lock exists
 * only behind a committed incoming one; an incoming lock is resolved if and only if its outgoing one is; I-COLLECT: what
 * was paid on is collected).
 */
import { lockKey } from '../account/keys.ts'
import { type Dropped, withdrawLock } from '../account/step.ts'
import type { AccountEvent, AccountTx, HtlcLock, HtlcOutcome } from '../account/types.ts'
import { decode } from '../codec/schema.ts'
import { invariant } from '../lib/assert.ts'
import { type Bytes, equalBytes } from '../lib/bytes.ts'
import { keccak } from '../lib/hash.ts'
import { hopDeltaSeconds, TIMING } from '../lib/limits.ts'
import type { EntityId } from '../lib/units.ts'
import { envelopePayloadCodec } from './codec.ts'
import { type EntityContext, type EntityDraft, enqueueTx, hashKey, schedule, setAccount, unschedule } from './draft.ts'
import { lockWake, revealWake } from './lock-wakes.ts'
import { completePayment, failPayment } from './payment.ts'
import { forwardingFee } from './route.ts'
import { settleInvoice } from './tx/invoice.ts'
import type { EnvelopePayload, InvoiceRecord, LockRoute } from './types.ts'

type Forward = Extract<EnvelopePayload, { type: 'forward' }>
type Final = Extract<EnvelopePayload, { type: 'final' }>
type Incoming = { readonly from: EntityId; readonly lock: HtlcLock }

const setRoute = (draft: EntityDraft, key: string, route: LockRoute): void => {
  draft.state = { ...draft.state, lockBook: draft.state.lockBook.set(key, route) }
}
const dropRoute = (draft: EntityDraft, key: string): void => {
  draft.state = { ...draft.state, lockBook: draft.state.lockBook.delete(key) }
}

/** Ends a lock that a counterparty holds towards us. */
const resolve = (draft: EntityDraft, incoming: Incoming, outcome: HtlcOutcome, context: EntityContext): void => {
  const { hashlock, part } = incoming.lock
  const queued = enqueueTx(draft, incoming.from, { type: 'htlc_resolve', hashlock, part, outcome }, context)
  if (outcome.type === 'error') return
  const wake = revealWake(incoming.lock, incoming.from, lockKey(incoming.lock))
  if (queued.type === 'applied') return schedule(draft, wake)
  const { type } = queued.rejection
  // Where nothing more is signed only a court can collect it, which knows it from the chain.
  if (type === 'account_frozen') return schedule(draft, { ...wake, atMs: context.nowMs })
  // The lock may have been resolved already. Anything else costs us the amount.
  invariant(type === 'unknown_lock', 'I-COLLECT', () => `a preimage was refused: ${type}`)
}
const giveUp = (draft: EntityDraft, incoming: Incoming, reason: string, context: EntityContext): void =>
  resolve(draft, incoming, { type: 'error', reason }, context)

/** A counterparty's lock has been committed: open its envelope and do what it says, or give the lock back. */
export const onIncomingLock = (
  draft: EntityDraft,
  incoming: Incoming,
  envelope: Bytes,
  context: EntityContext,
): void => {
  const plain = context.open(envelope, incoming.lock.hashlock)
  const payload = plain === null ? null : decode(envelopePayloadCodec, plain)
  if (payload === null || payload.type !== 'ok') return giveUp(draft, incoming, 'bad_envelope', context)
  // A second lock on a hash we already handle would let one preimage be claimed twice; one that is known already, by
  // anybody.
  const isKnown = draft.state.secrets.has(hashKey(incoming.lock.hashlock))
  if (isKnown || draft.state.lockBook.has(lockKey(incoming.lock)))
    return giveUp(draft, incoming, 'duplicate_lock', context)
  if (payload.value.type === 'final') return receiveFinal(draft, incoming, payload.value, context)
  const problem = forward(draft, incoming, payload.value, context)
  if (problem !== null) giveUp(draft, incoming, problem, context)
}

const receiveFinal = (draft: EntityDraft, incoming: Incoming, final: Final, context: EntityContext): void => {
  const { lock, from } = incoming
  const record = draft.state.invoices.get(hashKey(lock.hashlock))
  const problem = finalProblem(incoming, final, record, context)
  if (problem !== null) return giveUp(draft, incoming, problem, context)
  const hasInvoice = final.proof.type === 'invoice'
  const preimage = final.proof.type === 'invoice' ? (record as InvoiceRecord).preimage : final.proof.preimage
  const memo = final.proof.type === 'invoice' ? (record as InvoiceRecord).invoice.terms.memo : final.proof.memo
  if (record !== undefined) setInvoice(draft, { ...record, status: 'releasing' })
  setRoute(draft, lockKey(lock), { type: 'final', from, payer: final.payer, hasInvoice, memo })
  resolve(draft, incoming, { type: 'secret', preimage }, context)
}

const setInvoice = (draft: EntityDraft, record: InvoiceRecord): void => {
  draft.state = { ...draft.state, invoices: draft.state.invoices.set(hashKey(record.invoice.terms.hashlock), record) }
}

/** The preimage is released for exactly what the invoice asks for, in time, and to whoever knows its secret. */
const finalProblem = (
  { lock }: Incoming,
  final: Final,
  record: InvoiceRecord | undefined,
  context: EntityContext,
): string | null => {
  const margin = lock.expirySeconds - context.chain.timestampSeconds
  const marginByClock = lock.expirySeconds - Math.floor(context.nowMs / 1_000)
  if (Math.min(margin, marginByClock) < TIMING.finalMarginSeconds) return 'expiry_too_soon'
  if (lock.amount < final.amount) return 'amount_too_low'
  if (final.proof.type === 'keysend') {
    if (record !== undefined) return 'unknown_invoice'
    return equalBytes(keccak(final.proof.preimage), lock.hashlock) ? null : 'wrong_secret'
  }
  // One answer for every mismatch: a prober learns nothing about which invoices exist.
  if (record === undefined || record.status !== 'open') return 'unknown_invoice'
  const { terms } = record.invoice
  const matches =
    equalBytes(final.proof.paymentSecret, terms.paymentSecret) &&
    terms.tokenId === lock.tokenId &&
    (terms.amount === null || lock.amount >= terms.amount) &&
    terms.expirySeconds * 1_000 > context.nowMs
  return matches ? null : 'unknown_invoice'
}

/** Queues the outgoing lock, or says why this hub will not. */
const forward = (draft: EntityDraft, incoming: Incoming, order: Forward, context: EntityContext): string | null => {
  const { lock, from } = incoming
  const policy = draft.state.hubPolicy
  if (policy === null) return 'not_forwarding'
  if (order.next === from || !draft.state.accounts.has(order.next)) return 'unknown_next_hop'
  const fee = forwardingFee(policy, lock.tokenId, order.amount)
  if (fee === null) return 'token_not_carried'
  if (order.amount < 1n || lock.amount - order.amount < fee) return 'fee_too_low'
  const nowSeconds = Math.max(context.chain.timestampSeconds, Math.floor(context.nowMs / 1_000))
  if (lock.expirySeconds - order.expirySeconds < hopDeltaSeconds(context.chain)) return 'expiry_too_close'
  if (order.expirySeconds <= nowSeconds) return 'expiry_too_soon'
  const { hashlock, part, tokenId } = lock
  const out = { hashlock, part, tokenId, amount: order.amount, expirySeconds: order.expirySeconds }
  const queued = enqueueTx(draft, order.next, { type: 'htlc_lock', ...out, envelope: order.envelope }, context)
  if (queued.type === 'rejected')
    return queued.rejection.type === 'over_capacity' ? 'next_hop_over_capacity' : queued.rejection.type
  setRoute(draft, lockKey(lock), {
    type: 'forward',
    from,
    to: order.next,
    tokenId,
    inAmount: lock.amount,
    outAmount: order.amount,
    preimage: null,
  })
  schedule(draft, lockWake(out, lockKey(lock)))
  return null
}

/** Whom we pay through, for this route; null when we do not pay. */
const paysTo = (draft: EntityDraft, route: LockRoute | undefined): EntityId | null => {
  if (route?.type === 'forward') return route.to
  const payment = route?.type === 'origin' ? draft.state.payments.get(route.paymentId) : undefined
  return payment?.phase.type === 'locked' ? payment.phase.via : null
}

/** A lock of ours towards `to` has ended: tell whoever it was for. */
export const onOutgoingResolved = (
  draft: EntityDraft,
  { to, lock }: { readonly to: EntityId; readonly lock: Pick<HtlcLock, 'hashlock' | 'part' | 'expirySeconds'> },
  outcome: HtlcOutcome,
  context: EntityContext,
): void => {
  const key = lockKey(lock)
  const route = draft.state.lockBook.get(key)
  // A lock given up as dead may end long after its hash has been locked again elsewhere.
  if (route === undefined || route.type === 'final' || paysTo(draft, route) !== to) return
  unschedule(draft, lockWake(lock, key))
  if (route.type === 'origin') {
    dropRoute(draft, key)
    const payment = draft.state.payments.get(route.paymentId)
    if (payment === undefined) return
    if (outcome.type === 'secret') completePayment(draft, payment, outcome.preimage)
    else failPayment(draft, payment, outcome.reason)
    return
  }
  // It was paid when the chain told of the preimage; the counterparty only confirms it now.
  if (route.preimage !== null) return
  // The preimage stays with the route until the incoming lock has ended, however long its payer makes us wait for that.
  if (outcome.type === 'secret') setRoute(draft, key, { ...route, preimage: outcome.preimage })
  else dropRoute(draft, key)
  const incoming = draft.state.accounts.get(route.from)?.state.locks.get(key)
  if (incoming !== undefined) resolve(draft, { from: route.from, lock: incoming }, outcome, context)
  if (outcome.type === 'secret') {
    const { from, to, tokenId, inAmount, outAmount } = route
    draft.events.push({ type: 'payment_forwarded', from, to, tokenId, fee: inAmount - outAmount })
  }
}

/** A lock towards us has ended: if we showed the preimage, we have been paid. */
export const onIncomingResolved = (
  draft: EntityDraft,
  { from, lock }: Incoming,
  outcome: HtlcOutcome,
  context: EntityContext,
): void => {
  const key = lockKey(lock)
  const route = draft.state.lockBook.get(key)
  const record = draft.state.invoices.get(hashKey(lock.hashlock))
  // Another payer's lock on the same hash is no business of this route.
  if (route === undefined || route.type === 'origin' || route.from !== from) return
  unschedule(draft, revealWake(lock, from, key))
  // What was paid on is not given up: its payee has the preimage, and confirms it when it likes.
  if (route.type === 'forward')
    return route.preimage === null ? giveUpOutgoing(draft, key, context) : dropRoute(draft, key)
  dropRoute(draft, key)
  if (outcome.type !== 'secret') {
    // The payer took it back in time, yet may have seen the preimage in a proposal of ours that came too late: the
    // invoice must never be payable again.
    draft.state = { ...draft.state, invoices: draft.state.invoices.delete(hashKey(lock.hashlock)) }
    return
  }
  if (record !== undefined) settleInvoice(draft, record, context)
  draft.events.push({
    type: 'payment_received',
    from: route.from,
    payer: route.payer ?? record?.payer ?? null,
    hashlock: lock.hashlock,
    preimage: outcome.preimage,
    tokenId: lock.tokenId,
    amount: lock.amount,
    memo: route.memo,
    isProof: route.hasInvoice,
  })
}

/** A queued transaction of ours turned out illegal when it was its turn (capacity was spent meanwhile). */
export const onDropped = (draft: EntityDraft, to: EntityId, dropped: Dropped, context: EntityContext): void => {
  const { tx, rejection } = dropped
  if (tx.type === 'htlc_lock')
    onOutgoingResolved(draft, { to, lock: tx }, { type: 'error', reason: rejection.type }, context)
}

export const onAccountEvent = (
  draft: EntityDraft,
  counterparty: EntityId,
  event: AccountEvent,
  isLeft: boolean,
  context: EntityContext,
): void => {
  if (event.type === 'locked' && event.lock.byLeft !== isLeft)
    onIncomingLock(draft, { from: counterparty, lock: event.lock }, event.envelope, context)
  if (event.type === 'resolved') {
    if (event.lock.byLeft === isLeft)
      onOutgoingResolved(draft, { to: counterparty, lock: event.lock }, event.outcome, context)
    else onIncomingResolved(draft, { from: counterparty, lock: event.lock }, event.outcome, context)
  }
}

/**
 * A lock of ours may be dead: past its expiry at a confirmed block. Dead, it counts as resolved even while the peer
 * sleeps, and is taken back in the next frame. One that was never signed is dead by our own clock alone.
 */
export const onLockExpiry = (draft: EntityDraft, key: string, context: EntityContext): void => {
  const out = outgoingLock(draft, key)
  // A younger lock on the same hash has a wake of its own.
  if (out === null || out.lock.expirySeconds * 1_000 >= context.nowMs) return
  const revealed = draft.state.secrets.get(hashKey(out.lock.hashlock))
  if (revealed !== undefined && revealed.revealedAtSeconds <= out.lock.expirySeconds) return
  if (out.stage === 'queued' || context.chain.timestampSeconds > out.lock.expirySeconds)
    return giveUpOutgoing(draft, key, context)
  draft.outputs.push({ type: 'observe', jurisdiction: context.chain.name })
  schedule(draft, { atMs: context.nowMs + TIMING.expiryRecheckMs, kind: 'lock_expiry', id: key })
}

const EXPIRED: HtlcOutcome = { type: 'error', reason: 'expired' }

/** Takes a dead lock of ours back, as far as it has come, and tells whoever it was for. */
const giveUpOutgoing = (draft: EntityDraft, key: string, context: EntityContext): void => {
  const out = outgoingLock(draft, key)
  if (out === null) return dropRoute(draft, key)
  const { to, lock, stage } = out
  const { hashlock, part } = lock
  const resolved: AccountTx = { type: 'htlc_resolve', hashlock, part, outcome: EXPIRED }
  const queued = stage === 'committed' ? enqueueTx(draft, to, resolved, context) : null
  // The peer may still commit it: look again, and take it back then.
  if (stage === 'proposed') schedule(draft, { atMs: context.nowMs + TIMING.resendMaxMs, kind: 'lock_expiry', id: key })
  const account = draft.state.accounts.get(to)
  const without = stage === 'queued' && account !== undefined ? withdrawLock(account, key) : null
  if (without !== null) setAccount(draft, to, without)
  onOutgoingResolved(draft, out, EXPIRED, context)
  // Given up before its time, because what it was for has ended: it is ours again when it has expired.
  if (queued?.type === 'rejected' && queued.rejection.type === 'not_expired') schedule(draft, lockWake(lock, key))
}

type Outgoing = {
  readonly to: EntityId
  readonly lock: Pick<HtlcLock, 'hashlock' | 'part' | 'expirySeconds'>
  readonly stage: 'committed' | 'proposed' | 'queued'
}

const outgoingLock = (draft: EntityDraft, key: string): Outgoing | null => {
  const named = paysTo(draft, draft.state.lockBook.get(key))
  // After a dead lock was given up while still unacknowledged, its route is gone: look in every account we pay from.
  const places = named === null ? [...draft.state.accounts.keys()].map((id) => id as EntityId) : [named]
  for (const to of places) {
    const account = draft.state.accounts.get(to)
    if (account === undefined) continue
    const committed = account.state.locks.get(key)
    if (committed?.byLeft === account.isLeft) return { to, lock: committed, stage: 'committed' }
    const proposed = account.pending?.next.locks.get(key)
    if (proposed?.byLeft === account.isLeft) return { to, lock: proposed, stage: 'proposed' }
    for (const tx of account.mempool)
      if (tx.type === 'htlc_lock' && lockKey(tx) === key) return { to, lock: tx, stage: 'queued' }
  }
  return null
}
