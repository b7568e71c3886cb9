/** create_invoice, create_offer, withdraw_offer: the receiver draws the preimage and signs what it will be released for. */

import { memoProblem } from '../../account/payment.ts'
import { encode } from '../../codec/schema.ts'
import type { Bytes } from '../../lib/bytes.ts'
import { keccak } from '../../lib/hash.ts'
import { LIMITS, TIMING } from '../../lib/limits.ts'
import type { EntityId, TokenId } from '../../lib/units.ts'
import type { TxHandler } from '../apply.ts'
import { invoiceCodec } from '../codec.ts'
import { DONE, type EntityContext, type EntityDraft, hashKey, schedule, unschedule } from '../draft.ts'
import { type EntityRejected, rejectedTx } from '../errors.ts'
import { invoiceDigest } from '../invoice.ts'
import { hubsOf } from '../route.ts'
import type { EntityState, Invoice, InvoiceRecord, InvoiceTerms, Profile, Wake } from '../types.ts'

/**
 * The hubs are looked for when they are asked for: whose signature it is, most askers want to know, and a hub has more
 * accounts than can be gone through for that.
 */
export const ownProfile = (state: EntityState, profile: (id: EntityId) => Profile | null): Profile => ({
  entityId: state.entityId,
  board: state.board,
  label: state.label,
  boxPublicKey: state.boxPublicKey,
  get hubs() {
    return hubsOf(state, profile, LIMITS.hubsPerInvoice)
  },
  hubPolicy: state.hubPolicy,
  responseSeconds: state.responseSeconds,
  features: 0,
  minVersion: 1,
})

type Wanted = {
  readonly tokenId: TokenId
  readonly amount: bigint | null
  readonly memo: string
  readonly expirySeconds: number
}

const problemOf = (wanted: Wanted, context: EntityContext): EntityRejected | null => {
  const { tokenId, amount, memo, expirySeconds } = wanted
  const now = Math.floor(context.nowMs / 1_000)
  const latest = now + LIMITS.invoiceMaxSeconds
  if (!context.chain.tokens.some((token) => token.tokenId === tokenId))
    return rejectedTx({ type: 'unknown_token', tokenId })
  if (amount !== null && (amount < 1n || amount >= 1n << BigInt(LIMITS.amountBits)))
    return rejectedTx({ type: 'bad_amount', amount })
  const unsendable = memoProblem(memo)
  if (unsendable !== null) return unsendable
  if (!Number.isInteger(expirySeconds) || expirySeconds <= now || expirySeconds > latest)
    return rejectedTx({ type: 'expiry_out_of_range', expirySeconds, min: now + 1, max: latest })
  return null
}

/** Those that are paid are kept until they expire, and take nobody's place. */
const openInvoices = ({ invoices }: EntityState): number => {
  if (invoices.size < LIMITS.openInvoices) return invoices.size
  let count = 0
  for (const { status } of invoices.values()) if (status !== 'paid') count++
  return count
}

/** Our clock may be ahead of the payer's. */
const forgottenAtMs = (expirySeconds: number): number => expirySeconds * 1_000 + LIMITS.maxSkewMs

/** Draws, signs and keeps an invoice; it is forgotten when it has expired. */
export const mintInvoice = (
  draft: EntityDraft,
  wanted: Wanted & { readonly payer: EntityId | null },
  context: EntityContext,
): { readonly type: 'minted'; readonly invoice: Invoice } | EntityRejected => {
  const problem = problemOf(wanted, context)
  if (problem !== null) return problem
  if (openInvoices(draft.state) >= LIMITS.openInvoices)
    return rejectedTx({ type: 'too_many_invoices', limit: LIMITS.openInvoices })
  const { payer, tokenId, amount, memo, expirySeconds } = wanted
  const preimage = context.draw()
  const { chainId, depository } = context.chain.terms
  const terms: InvoiceTerms = {
    payee: ownProfile(draft.state, context.profile),
    chainId,
    depository,
    hashlock: keccak(preimage),
    paymentSecret: context.draw(),
    tokenId,
    amount,
    memo,
    expirySeconds,
  }
  const invoice: Invoice = { terms, hanko: context.seal(invoiceDigest(terms)) }
  const key = hashKey(terms.hashlock)
  const invoices = draft.state.invoices.set(key, { invoice, preimage, payer, status: 'open' })
  draft.state = { ...draft.state, invoices }
  schedule(draft, { atMs: forgottenAtMs(expirySeconds), kind: 'invoice_expiry', id: key })
  return { type: 'minted', invoice }
}

export const createInvoice: TxHandler<'create_invoice'> = (draft, tx, context) => {
  const minted = mintInvoice(draft, { ...tx, payer: null }, context)
  if (minted.type === 'rejected') return minted
  const { invoice } = minted
  return {
    type: 'applied',
    answer: { type: 'invoice', hashlock: invoice.terms.hashlock, invoice: encode(invoiceCodec, invoice) },
  }
}

export const createOffer: TxHandler<'create_offer'> = (draft, tx, context) => {
  const { tokenId, amount, memo } = tx
  const problem = problemOf({ tokenId, amount, memo, expirySeconds: Math.floor(context.nowMs / 1_000) + 1 }, context)
  if (problem !== null) return problem
  if (draft.state.offers.size >= LIMITS.openOffers)
    return rejectedTx({ type: 'too_many_offers', limit: LIMITS.openOffers })
  const offerId: Bytes = context.draw()
  draft.state = { ...draft.state, offers: draft.state.offers.set(hashKey(offerId), { offerId, tokenId, amount, memo }) }
  return { type: 'applied', answer: { type: 'offer', offerId } }
}

export const withdrawOffer: TxHandler<'withdraw_offer'> = (draft, { offerId }) => {
  draft.state = { ...draft.state, offers: draft.state.offers.delete(hashKey(offerId)) }
  return DONE
}

/** An expired invoice is forgotten; while a payment of it is being taken, only after that has ended. */
export const forgetInvoice = (draft: EntityDraft, key: string): void => {
  if (draft.state.invoices.get(key)?.status === 'releasing') return
  draft.state = { ...draft.state, invoices: draft.state.invoices.delete(key) }
}

/**
 * Paid at last. One that its payer asked for was between the two wallets, and is forgotten; the owner's own is shown as
 * paid until it expires, or for a while when it has expired meanwhile.
 */
export const settleInvoice = (draft: EntityDraft, record: InvoiceRecord, context: EntityContext): void => {
  const { hashlock, expirySeconds } = record.invoice.terms
  const key = hashKey(hashlock)
  const expiry = (atMs: number): Wake => ({ atMs, kind: 'invoice_expiry', id: key })
  if (record.payer !== null) {
    draft.state = { ...draft.state, invoices: draft.state.invoices.delete(key) }
    return unschedule(draft, expiry(forgottenAtMs(expirySeconds)))
  }
  draft.state = { ...draft.state, invoices: draft.state.invoices.set(key, { ...record, status: 'paid' }) }
  if (forgottenAtMs(expirySeconds) > context.nowMs) return
  schedule(draft, expiry(context.nowMs + TIMING.finalExpirySeconds * 1_000))
}
