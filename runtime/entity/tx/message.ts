/**
 * message: whatever a peer sent. Nothing in it is trusted beyond what it proves; a refusal leaves no trace, but for a
 * peer that has provably broken the protocol, whose account is frozen.
 */

import { termsCodec } from '../../account/codec.ts'
import type { AccountViolation } from '../../account/errors.ts'
import { decodeAccountMessage, frozen, type Received, receive } from '../../account/step.ts'
import type { AccountMessage, AccountReplica } from '../../account/types.ts'
import { decode, encode } from '../../codec/schema.ts'
import { equalBytes } from '../../lib/bytes.ts'
import { TIMING } from '../../lib/limits.ts'
import type { EntityId } from '../../lib/units.ts'
import { onAgreement } from '../agreement.ts'
import type { TxHandler } from '../apply.ts'
import { entityMessageCodec } from '../codec.ts'
import { onCollateralAsked } from '../collateral.ts'
import {
  accountContext,
  DONE,
  type EntityContext,
  type EntityDraft,
  hashKey,
  refuseMessage,
  send,
  setAccount,
  type TxResult,
} from '../draft.ts'
import { rejectedTx } from '../errors.ts'
import { onAccountEvent } from '../htlc.ts'
import { isGenuine } from '../invoice.ts'
import { accountTerms, createAccount } from '../opening.ts'
import { failPayment, payInvoice } from '../payment.ts'
import { onResync } from '../resync.ts'
import { hearsay, meetStranger, onHello } from '../session.ts'
import { onSettlementEvent, reviewApproval } from '../settle.ts'
import type { EntityMessage, Profile } from '../types.ts'
import { mintInvoice } from './invoice.ts'
import { grantCredit } from './open-account.ts'

export const message: TxHandler<'message'> = (draft, { from, bytes }, context) => {
  const read = decode(entityMessageCodec, bytes)
  return read.type === 'ok' ? onMessage(draft, from, read.value, context) : refuseMessage(read.reason)
}

const onMessage = (draft: EntityDraft, from: EntityId, said: EntityMessage, context: EntityContext): TxResult => {
  switch (said.type) {
    case 'account': {
      const body = decodeAccountMessage(said.body)
      if (body.type !== 'ok') return refuseMessage(body.reason)
      return onAccountMessage(draft, from, { opener: said.opener, body: body.value }, context)
    }
    case 'invoice_request':
      return onInvoiceRequest(draft, from, said, context)
    case 'invoice': {
      const payment = draft.state.payments.get(said.requestId)
      if (payment?.phase.type !== 'requesting' || payment.to !== from) return rejectedTx({ type: 'unexpected_message' })
      payInvoice(draft, payment, said.invoice, context)
      return DONE
    }
    case 'invoice_refused': {
      const payment = draft.state.payments.get(said.requestId)
      if (payment?.phase.type !== 'requesting' || payment.to !== from) return rejectedTx({ type: 'unexpected_message' })
      failPayment(draft, payment, said.reason)
      return DONE
    }
  }
}

/** Of a peer in another runtime: it counts only while both sides know which start of the other they speak to. */
export const parcel: TxHandler<'parcel'> = (draft, { from, start, bytes }, context) => {
  const read = decode(entityMessageCodec, bytes)
  if (read.type !== 'ok') return refuseMessage(read.reason)
  if (read.value.type !== 'account') return onMessage(draft, from, read.value, context)
  const { opener } = read.value
  const said = decodeAccountMessage(read.value.body)
  if (said.type !== 'ok') return refuseMessage(said.reason)
  const body = said.value
  if (body.type === 'hello') return onHello(draft, from, { opener, message: body }, context)
  if (body.type === 'resync') return onResync(draft, from, body, context)
  const unheard = hearsay(draft, from, start, context)
  if (unheard !== null) return unheard
  const wasKnown = draft.state.sessions.has(from) && draft.state.accounts.has(from)
  const taken = onAccountMessage(draft, from, { opener, body }, context)
  if (taken.type === 'applied' && start !== null && !wasKnown) meetStranger(draft, from, start)
  return taken
}

const onAccountMessage = (
  draft: EntityDraft,
  from: EntityId,
  { opener, body }: { readonly opener: Profile | null; readonly body: AccountMessage },
  context: EntityContext,
): TxResult => {
  if (!draft.state.accounts.has(from)) {
    const opened = openFor(draft, from, opener, body, context)
    if (opened.type === 'rejected') return opened
  }
  const replica = draft.state.accounts.get(from)
  if (replica === undefined) return rejectedTx({ type: 'unknown_account', counterparty: from })
  if (body.type === 'dispute') return onAgreement(draft, from, body, context)
  // After a judgement, a first frame on the next epoch's terms opens the account again. The chain may have told the
  // counterparty of it first.
  const terms = termsIn(body)
  if (replica.status.type === 'disputed' && terms !== null && terms.epoch > replica.state.terms.epoch)
    return rejectedTx({ type: 'refused_message', violation: { type: 'account_frozen' }, disposition: 'retry' })
  const isReopening = replica.status.type === 'closed' && terms !== null
  const current: AccountReplica = isReopening ? { ...replica, status: { type: 'open' } } : replica
  return take(draft, from, receive(current, body, accountContext(draft, from, context)), context)
}

const termsIn = (body: AccountMessage) =>
  body.type === 'frame' || body.type === 'frame_ack' ? body.proposal.terms : null

/** A stranger's first frame opens the account on our side too, on terms we derive ourselves. */
const openFor = (
  draft: EntityDraft,
  from: EntityId,
  opener: Profile | null,
  body: AccountMessage,
  context: EntityContext,
): TxResult => {
  const terms = termsIn(body)
  if (terms === null) return rejectedTx({ type: 'unknown_account', counterparty: from })
  const peer = opener ?? context.profile(from)
  if (peer === null || peer.entityId !== from || !isGenuine(peer)) return rejectedTx({ type: 'bad_profile' })
  const own = accountTerms(draft.state, peer, context)
  if (!equalBytes(encode(termsCodec, own), encode(termsCodec, terms)))
    return rejectedTx({ type: 'refused_message', violation: { type: 'wrong_terms' }, disposition: 'ignore' })
  draft.profiles.push(peer)
  createAccount(draft, peer, context)
  return DONE
}

const take = (draft: EntityDraft, from: EntityId, received: Received, context: EntityContext): TxResult => {
  if (received.type === 'refused') {
    const { violation, disposition } = received
    if (disposition !== 'dispute') return rejectedTx({ type: 'refused_message', violation, disposition })
    freeze(draft, from, violation)
    return DONE
  }
  const { replica, events, ack, resend } = received
  const before = draft.state.accounts.get(from)
  if (resend !== null) send(draft, from, { type: 'account', opener: null, body: resend })
  if (replica === before) return DONE
  setAccount(draft, from, replica)
  if (replica.status.type === 'frozen') noteFrozen(draft, from, replica.status.violation)
  if (ack !== null) draft.acks.set(from, ack)
  if (before?.state.height === 0 && replica.state.height > 0) welcome(draft, from, context)
  for (const event of events) {
    draft.events.push({ type: 'account', counterparty: from, event, isLeft: replica.isLeft })
    onAccountEvent(draft, from, event, replica.isLeft, context)
    if (event.type === 'collateral_asked' && event.byLeft !== replica.isLeft) onCollateralAsked(draft, from, event)
    if (
      event.type === 'settlement_proposed' ||
      event.type === 'settlement_approved' ||
      event.type === 'settlement_ended'
    )
      onSettlementEvent(draft, from, event, context)
  }
  if (before !== undefined) reviewApproval(draft, from, before, context)
  return DONE
}

/** A hub grants newcomers the credit its policy names. */
const welcome = (draft: EntityDraft, from: EntityId, context: EntityContext): void => {
  for (const { tokenId, limit } of draft.state.hubPolicy?.newcomerCredit ?? [])
    grantCredit(draft, from, { tokenId, limit }, context)
}

const freeze = (draft: EntityDraft, from: EntityId, violation: AccountViolation): void => {
  const replica = draft.state.accounts.get(from)
  if (replica === undefined) return
  setAccount(draft, from, frozen(replica, violation))
  noteFrozen(draft, from, violation.type)
}
const noteFrozen = (draft: EntityDraft, counterparty: EntityId, violation: AccountViolation['type']): void => {
  draft.events.push({ type: 'account_frozen', counterparty, violation })
}

const onInvoiceRequest = (
  draft: EntityDraft,
  from: EntityId,
  request: Extract<EntityMessage, { type: 'invoice_request' }>,
  context: EntityContext,
): TxResult => {
  const { requestId, tokenId, amount, memo, offerId } = request
  const offer = offerId === null ? null : draft.state.offers.get(hashKey(offerId))
  if (offer === undefined || (offer !== null && (offer.tokenId !== tokenId || (offer.amount ?? amount) !== amount))) {
    send(draft, from, { type: 'invoice_refused', requestId, reason: 'unknown_offer' })
    return DONE
  }
  const expirySeconds = Math.floor(context.nowMs / 1_000) + TIMING.requestedInvoiceSeconds
  const minted = mintInvoice(draft, { tokenId, amount, memo: offer?.memo || memo, expirySeconds, payer: from }, context)
  if (minted.type === 'rejected')
    send(draft, from, { type: 'invoice_refused', requestId, reason: minted.rejection.type })
  else send(draft, from, { type: 'invoice', requestId, invoice: minted.invoice })
  return DONE
}
