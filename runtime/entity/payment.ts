/**
 * A payment's life at its payer: (ask for an invoice →) lock → paid or failed. The payment stays in the state while
 * it can still go either way; afterwards only its event remains, for the activity projection.
 */

import { lockKey } from '../account/keys.ts'
import { memoProblem } from '../account/payment.ts'
import { encode } from '../codec/schema.ts'
import { sealBox } from '../lib/box.ts'
import type { Bytes } from '../lib/bytes.ts'
import { keccak } from '../lib/hash.ts'
import { LIMITS, TIMING } from '../lib/limits.ts'
import { envelopePayloadCodec } from './codec.ts'
import {
  DONE,
  type EntityContext,
  type EntityDraft,
  enqueueTx,
  hashKey,
  schedule,
  send,
  type TxResult,
  unschedule,
} from './draft.ts'
import { rejectedTx } from './errors.ts'
import { invoiceProblem, isGenuine } from './invoice.ts'
import { lockWake } from './lock-wakes.ts'
import { findRoute, type Route } from './route.ts'
import type { EnvelopePayload, Invoice, Payment, PayTx, Profile, Wake, WakeKind } from './types.ts'

const AMOUNT_LIMIT = 1n << BigInt(LIMITS.amountBits)

/** Whether the recipient was asked at all, or by an offer of its own: only the former may do without its answer. */
export type RequestKind = Extract<WakeKind, 'invoice_request' | 'offer_request'>

const requestWake = (payment: Payment, deadlineMs: number, kind: RequestKind): Wake => ({
  atMs: deadlineMs,
  kind,
  id: payment.paymentId,
})

const setPayment = (draft: EntityDraft, payment: Payment): void => {
  draft.state = { ...draft.state, payments: draft.state.payments.set(payment.paymentId, payment) }
}
const dropPayment = (draft: EntityDraft, payment: Payment): void => {
  draft.state = { ...draft.state, payments: draft.state.payments.delete(payment.paymentId) }
  if (payment.phase.type !== 'requesting') return
  const { deadlineMs } = payment.phase
  for (const kind of ['invoice_request', 'offer_request'] as const)
    unschedule(draft, requestWake(payment, deadlineMs, kind))
}

export const failPayment = (draft: EntityDraft, payment: Payment, reason: string): void => {
  dropPayment(draft, payment)
  draft.events.push({ type: 'payment_failed', payment, reason })
}

export const completePayment = (draft: EntityDraft, payment: Payment, preimage: Bytes): void => {
  dropPayment(draft, payment)
  const hashlock = keccak(preimage)
  const expirySeconds = payment.phase.type === 'locked' ? payment.phase.invoiceExpirySeconds : null
  if (expirySeconds !== null) rememberPaid(draft, hashKey(hashlock), expirySeconds)
  draft.events.push({ type: 'payment_sent', payment, hashlock, preimage, isProof: expirySeconds !== null })
}

/** Many are forgotten by one wake: to remember one a little longer is less than a wake for each. */
const paidWake = (expirySeconds: number): Wake => ({
  atMs: Math.ceil(expirySeconds / TIMING.paidStepSeconds) * TIMING.paidStepSeconds * 1_000,
  kind: 'paid_expiry',
  id: '',
})

/** An invoice is paid once: until it expires by itself we know it. Of too many, those that expire first are forgotten. */
const rememberPaid = (draft: EntityDraft, key: string, expirySeconds: number): void => {
  draft.state = { ...draft.state, paid: draft.state.paid.set(key, expirySeconds) }
  schedule(draft, paidWake(expirySeconds))
  if (draft.state.paid.size <= LIMITS.paidInvoices) return
  const [first] = [...draft.state.paid.entries()].sort(([, a], [, b]) => a - b)
  if (first !== undefined) draft.state = { ...draft.state, paid: draft.state.paid.delete(first[0]) }
}

/** Those that have expired by then. */
export const forgetPaid = (draft: EntityDraft, atMs: number): void => {
  let { paid } = draft.state
  for (const [key, expirySeconds] of paid.entries()) if (expirySeconds * 1_000 <= atMs) paid = paid.delete(key)
  draft.state = { ...draft.state, paid }
}

/** Gives the recipient `invoiceRequestMs` from now to answer. */
export const awaitInvoice = (draft: EntityDraft, payment: Payment, kind: RequestKind, context: EntityContext): void => {
  const deadlineMs = context.nowMs + TIMING.invoiceRequestMs
  setPayment(draft, { ...payment, phase: { type: 'requesting', deadlineMs } })
  schedule(draft, requestWake(payment, deadlineMs, kind))
}

/**
 * Whom the payer means. What it knows goes before what a link says: that is signed by nobody, and leads no further than
 * to a request, which only the recipient's own signed invoice can answer.
 */
const payeeOf = ({ to, invoice, payee }: PayTx, context: EntityContext): Profile | null =>
  invoice?.terms.payee ?? context.profile(to) ?? payee

/** Whoever has signed an invoice has stated its profile: from then on it is known here, if it was not. */
const learnPayee = (draft: EntityDraft, { terms }: Invoice, context: EntityContext): void => {
  if (context.profile(terms.payee.entityId) === null) draft.profiles.push(terms.payee)
}

/** Everything a command can be refused for is found here, before anything is written. */
export const startPayment = (draft: EntityDraft, tx: PayTx, context: EntityContext): TxResult => {
  const { state } = draft
  const { paymentId, to, tokenId, amount, memo, maxFee, invoice, offerId } = tx
  if (to === state.entityId) return rejectedTx({ type: 'self_payment' })
  if (amount < 1n || amount >= AMOUNT_LIMIT) return rejectedTx({ type: 'bad_amount', amount })
  if (maxFee < 0n || maxFee >= AMOUNT_LIMIT) return rejectedTx({ type: 'bad_amount', amount: maxFee })
  const unsendable = memoProblem(memo)
  if (unsendable !== null) return unsendable
  if (!context.chain.tokens.some((token) => token.tokenId === tokenId))
    return rejectedTx({ type: 'unknown_token', tokenId })
  if (state.payments.has(paymentId)) return rejectedTx({ type: 'duplicate_payment' })
  if (state.payments.size >= LIMITS.openPayments)
    return rejectedTx({ type: 'too_many_payments', limit: LIMITS.openPayments })
  if (invoice !== null) {
    if (invoice.terms.payee.entityId !== to) return rejectedTx({ type: 'invoice_mismatch', field: 'payee' })
    const problem = invoiceProblem(
      invoice,
      { chain: context.chain.terms, nowMs: context.nowMs, tokenId, amount },
      context.verify,
    )
    if (problem !== null) return rejectedTx(problem)
  }
  if (tx.payee !== null && (tx.payee.entityId !== to || !isGenuine(tx.payee)))
    return rejectedTx({ type: 'bad_profile' })
  const payee = payeeOf(tx, context)
  if (payee === null) return rejectedTx({ type: 'unknown_recipient', entityId: to })
  const route = findRoute(state, payee, { tokenId, amount, maxFee }, context)
  if (route.type === 'rejected') return route
  const payment: Payment = {
    paymentId,
    to,
    tokenId,
    amount,
    fee: route.fee,
    maxFee,
    memo,
    startedMs: context.nowMs,
    phase: { type: 'requesting', deadlineMs: context.nowMs + TIMING.invoiceRequestMs },
  }
  draft.events.push({ type: 'payment_started', payment })
  if (invoice !== null) {
    learnPayee(draft, invoice, context)
    const locked = lockPayment(draft, payment, { route, invoice }, context)
    return locked.type === 'rejected' ? locked : { type: 'applied', answer: { type: 'payment', paymentId } }
  }
  awaitInvoice(draft, payment, offerId === null ? 'invoice_request' : 'offer_request', context)
  send(draft, to, { type: 'invoice_request', requestId: paymentId, tokenId, amount, memo, offerId })
  return { type: 'applied', answer: { type: 'payment', paymentId } }
}

/** Sends the recipient's answer on its way as a lock, or fails the payment. */
export const payInvoice = (draft: EntityDraft, payment: Payment, invoice: Invoice, context: EntityContext): void => {
  const { tokenId, amount, maxFee } = payment
  const problem =
    invoice.terms.payee.entityId !== payment.to
      ? ({ type: 'invoice_invalid' } as const)
      : invoiceProblem(invoice, { chain: context.chain.terms, nowMs: context.nowMs, tokenId, amount }, context.verify)
  if (problem !== null) return failPayment(draft, payment, problem.type)
  learnPayee(draft, invoice, context)
  const route = findRoute(draft.state, invoice.terms.payee, { tokenId, amount, maxFee }, context)
  const result = route.type === 'rejected' ? route : lockPayment(draft, payment, { route, invoice }, context)
  if (result.type === 'rejected') failPayment(draft, payment, result.rejection.type)
}

/** The recipient cannot be reached for an invoice: the payer draws the preimage itself, and gets no proof for it. */
export const payKeysend = (draft: EntityDraft, payment: Payment, context: EntityContext): void => {
  const payee = context.profile(payment.to)
  if (payee === null) return failPayment(draft, payment, 'unknown_recipient')
  const route = findRoute(draft.state, payee, payment, context)
  const result = route.type === 'rejected' ? route : lockPayment(draft, payment, { route, invoice: null }, context)
  if (result.type === 'rejected') failPayment(draft, payment, result.rejection.type)
}

const seal = (to: Profile, payload: EnvelopePayload, hashlock: Bytes, context: EntityContext): Bytes =>
  sealBox({
    publicKey: to.boxPublicKey,
    ephemeralSecret: context.draw(),
    plaintext: encode(envelopePayloadCodec, payload),
    aad: hashlock,
  })

/** Innermost first: each hop's envelope holds the next one's. */
const wrap = (route: Route, last: EnvelopePayload, hashlock: Bytes, context: EntityContext): Bytes => {
  let next = route.hops[route.hops.length - 1] as Route['hops'][number]
  let envelope = seal(next.to, last, hashlock, context)
  for (const hop of route.hops.slice(0, -1).reverse()) {
    const { amount, expirySeconds } = next
    envelope = seal(
      hop.to,
      { type: 'forward', next: next.to.entityId, amount, expirySeconds, envelope },
      hashlock,
      context,
    )
    next = hop
  }
  return envelope
}

const lockPayment = (
  draft: EntityDraft,
  payment: Payment,
  { route, invoice }: { readonly route: Route; readonly invoice: Invoice | null },
  context: EntityContext,
): TxResult => {
  const preimage = invoice === null ? context.draw() : null
  const hashlock = preimage === null ? (invoice as Invoice).terms.hashlock : keccak(preimage)
  const key = lockKey({ hashlock, part: 0 })
  if (draft.state.lockBook.has(key)) return rejectedTx({ type: 'duplicate_payment' })
  // Whose preimage everybody knows proves nothing, and would be taken by whoever carries it.
  const isKnown = draft.state.paid.has(hashKey(hashlock)) || draft.state.secrets.has(hashKey(hashlock))
  if (isKnown) return rejectedTx({ type: 'invoice_paid' })
  const proof =
    preimage === null
      ? { type: 'invoice' as const, paymentSecret: (invoice as Invoice).terms.paymentSecret }
      : { type: 'keysend' as const, preimage, memo: payment.memo }
  const last: EnvelopePayload = { type: 'final', amount: payment.amount, payer: draft.state.entityId, proof }
  const first = route.hops[0] as Route['hops'][number]
  const lock = { hashlock, part: 0, tokenId: payment.tokenId, amount: first.amount, expirySeconds: first.expirySeconds }
  const via = first.to.entityId
  const queued = enqueueTx(
    draft,
    via,
    { type: 'htlc_lock', ...lock, envelope: wrap(route, last, hashlock, context) },
    context,
  )
  if (queued.type === 'rejected') return queued
  dropPayment(draft, payment)
  const phase = {
    type: 'locked' as const,
    via,
    hashlock,
    part: 0,
    expirySeconds: first.expirySeconds,
    invoiceExpirySeconds: invoice?.terms.expirySeconds ?? null,
  }
  setPayment(draft, { ...payment, fee: route.fee, phase })
  draft.state = {
    ...draft.state,
    lockBook: draft.state.lockBook.set(key, { type: 'origin', paymentId: payment.paymentId }),
  }
  schedule(draft, lockWake(first, key))
  return DONE
}

export const cancelPayment = (draft: EntityDraft, paymentId: Payment['paymentId']): TxResult => {
  const payment = draft.state.payments.get(paymentId)
  if (payment === undefined) return rejectedTx({ type: 'unknown_payment' })
  if (payment.phase.type !== 'requesting') return rejectedTx({ type: 'too_late_to_cancel' })
  failPayment(draft, payment, 'cancelled')
  return DONE
}
