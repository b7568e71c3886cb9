/**
 * What a payment would cost and change, worked out by the same functions that will carry it out, over the committed
 * state; nothing is written, signed or drawn.
 */
import { move } from '../account/delta.ts'
import { deltaKey } from '../account/keys.ts'
import type { AccountReplica } from '../account/types.ts'
import { draftOf, type EntityContext } from '../entity/draft.ts'
import { invoiceProblem } from '../entity/invoice.ts'
import { startPayment } from '../entity/payment.ts'
import { findRoute, type Hop, type Route } from '../entity/route.ts'
import type { EntityState, Invoice, OfferTerms, PayTx, Profile } from '../entity/types.ts'
import { Fault, present } from '../lib/assert.ts'
import { LIMITS } from '../lib/limits.ts'
import { type EntityId, parsePaymentId, type TokenId } from '../lib/units.ts'
import { isSignedByBoard } from '../oracle.ts'
import { profileOf } from '../step.ts'
import type { Env, RuntimeRejection } from '../types.ts'
import { type AddressBook, NO_BOOK } from './address-book.ts'
import { creditedLabel, labelOf } from './names.ts'
import { positionIn, positionView } from './positions.ts'
import type { Quote } from './types.ts'

export type Wanted = {
  readonly to: EntityId
  readonly invoice: Invoice | null
  readonly offer: OfferTerms | null
  readonly tokenId: TokenId
  readonly amount: bigint
  readonly memo: string
}

export type Quoted =
  | { readonly type: 'quote'; readonly quote: Omit<Quote, 'invoice'> }
  | { readonly type: 'rejected'; readonly rejection: RuntimeRejection }

const noKeys = (): never => {
  throw new Fault('I-QUOTE', 'a quote needs no keys')
}

/** For a trial: everything a transition may know, and no keys or entropy. A link says who its payee is. */
export const contextOf = (
  env: Env,
  state: EntityState,
  { payee, nowMs }: { readonly payee: Profile | null; readonly nowMs: number },
): EntityContext => ({
  nowMs: Math.max(env.timestampMs, nowMs),
  runtimeHeight: env.height,
  chain: present(env.jReplicas.get(state.jurisdiction), state.jurisdiction),
  draw: noKeys,
  seal: noKeys,
  open: noKeys,
  verify: (signer, digest, hanko) => isSignedByBoard(signer.board, digest, hanko),
  profile: (id) => (id === payee?.entityId ? payee : profileOf(env, id)),
  start: env.start,
  isElsewhere: (id) => env.start !== null && !env.eReplicas.has(id),
})

/** No payment has it. */
const NO_PAYMENT = present(parsePaymentId(`0x${'00'.repeat(32)}`), 'a payment id')
const ANY_FEE = (1n << BigInt(LIMITS.amountBits)) - 1n

export const quotePayment = (
  env: Env,
  state: EntityState,
  wanted: Wanted,
  nowMs: number,
  book: AddressBook = NO_BOOK,
): Quoted => {
  const { to, invoice, offer, tokenId, amount, memo } = wanted
  // What is known goes before what an offer's link says of its payee; an invoice is signed by it.
  const payee = invoice?.terms.payee ?? (profileOf(env, to) === null ? (offer?.payee ?? null) : null)
  const context = contextOf(env, state, { payee, nowMs })
  if (invoice !== null) {
    const problem = invoiceProblem(
      invoice,
      { chain: context.chain.terms, nowMs: context.nowMs, tokenId, amount },
      context.verify,
    )
    if (problem !== null) return { type: 'rejected', rejection: problem }
  }
  // Asking for an invoice is how every payment without one starts: it makes all the checks and needs no key.
  const tx: PayTx = {
    type: 'pay',
    paymentId: NO_PAYMENT,
    to,
    invoice: null,
    offerId: null,
    payee: null,
    tokenId,
    amount,
    memo,
    maxFee: ANY_FEE,
  }
  const trial = startPayment(draftOf(state), tx, context)
  if (trial.type === 'rejected') return trial
  const route = findRoute(state, present(context.profile(to), to), { tokenId, amount, maxFee: ANY_FEE }, context)
  return route.type === 'rejected' ? route : { type: 'quote', quote: quoteOf({ env, book }, state, wanted, route) }
}

type Known = { readonly env: Env; readonly book: AddressBook }

/** A stranger is called what it calls itself. */
const nameOf = ({ env, book }: Known, { entityId, label }: Profile): string => {
  const claim = profileOf(env, entityId) === null ? creditedLabel(entityId, label, book) : ''
  return book.byId.get(entityId)?.name || claim || labelOf(env, entityId, book)
}

const quoteOf = (
  known: Known,
  state: EntityState,
  { to, tokenId, amount, memo }: Wanted,
  route: Route,
): Omit<Quote, 'invoice'> => {
  const stops = route.hops.map((hop) => ({ entityId: hop.to.entityId, label: nameOf(known, hop.to) }))
  const first = present(route.hops[0], 'a route has a hop')
  const account = present(state.accounts.get(first.to.entityId), 'a route starts in an account')
  const { before, after } = seamOf(account, first, tokenId)
  return {
    to,
    toLabel: present(stops.at(-1), 'the last stop is the recipient').label,
    tokenId,
    amount,
    fee: route.fee,
    route: stops,
    remaining: sendable(state, tokenId) - before.outbound + after.outbound,
    before,
    after,
    memo,
  }
}

/** The first account as it is, and as it will be once the payment has gone through. */
const seamOf = (
  { state, isLeft }: AccountReplica,
  { amount }: Hop,
  tokenId: TokenId,
): Pick<Quote, 'before' | 'after'> => {
  const delta = present(state.deltas.get(deltaKey(tokenId)), 'a route has room in its token')
  const paid = move(delta, { byLeft: isLeft, amount })
  return { before: positionView(delta, isLeft), after: positionView(paid, isLeft) }
}

const sendable = (state: EntityState, tokenId: TokenId): bigint => {
  let sum = 0n
  for (const account of state.accounts.values()) sum += positionIn(account, tokenId)?.outbound ?? 0n
  return sum
}
