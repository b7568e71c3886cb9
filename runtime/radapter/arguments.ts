/** What the parameters of a command mean in the runtime at hand. Each @throws RAdapterError E_REJECTED with the reason. */
import { memoProblem } from '../account/payment.ts'
import type { SettlementDiff } from '../account/types.ts'
import { parseInvoiceLink } from '../entity/invoice.ts'
import { isOfferLink, parseOfferLink } from '../entity/offer.ts'
import type { EntityState, Invoice, OfferTerms } from '../entity/types.ts'
import { readAddress } from '../lib/address.ts'
import { present } from '../lib/assert.ts'
import { type Bytes, fromHex } from '../lib/bytes.ts'
import { LIMITS } from '../lib/limits.ts'
import {
  type Address,
  type EntityId,
  type PaymentId,
  parseEntityId,
  parsePaymentId,
  type TokenId,
} from '../lib/units.ts'
import type { Env, RuntimeRejection } from '../types.ts'
import { type AddressBook, NO_BOOK } from './address-book.ts'
import type { SettlementMove } from './court-types.ts'
import { RAdapterError, refusal } from './errors.ts'
import { findEntity } from './names.ts'

/** Refusals that are found before the runtime is asked, beside those it has itself. */
export type ArgumentRejection =
  /** Nobody of this name is known. */
  | { readonly type: 'unknown_recipient'; readonly entityId: string }
  | { readonly type: 'unknown_account'; readonly counterparty: string }
  /** Several go by this name; only an id says who is meant. */
  | { readonly type: 'ambiguous_recipient'; readonly entityIds: readonly EntityId[] }
  | { readonly type: 'offer_invalid' }
  | { readonly type: 'unknown_offer' }
  | { readonly type: 'offer_mismatch'; readonly field: 'amount' | 'token' }
  /** No address on chain. */
  | { readonly type: 'bad_address' }
  /** An address in which a letter or digit was mistyped. */
  | { readonly type: 'bad_checksum' }
  /** What lies at the owner's address does not reach. */
  | { readonly type: 'insufficient_funds'; readonly tokenId: TokenId; readonly have: bigint; readonly need: bigint }
  /** No account has collateral to be settled. */
  | { readonly type: 'nothing_to_settle' }
  | { readonly type: 'chain_unreachable' }
  /** What lies ready for fees (wei) is no more than defending could cost, so nothing else is paid of it. */
  | { readonly type: 'gas_reserve'; readonly have: bigint; readonly need: bigint }
  /** The id of an earlier command of another kind. */
  | { readonly type: 'command_id_reused' }

export const refuse = (rejection: RuntimeRejection | ArgumentRejection): never => {
  throw new RAdapterError(refusal(rejection))
}

export const entityOf = (env: Env, id: string): { readonly entityId: EntityId; readonly state: EntityState } => {
  const replica = env.eReplicas.get(parseEntityId(id) ?? '')
  return replica ?? refuse({ type: 'unknown_entity', entityId: id })
}

export const paymentOf = (id: string): PaymentId => parsePaymentId(id) ?? refuse({ type: 'unknown_payment' })

const AMOUNT_LIMIT = 1n << BigInt(LIMITS.amountBits)

/** The 32 bytes an offer is known by. */
export const offerIdOf = (id: string): Bytes => {
  const parsed = parsePaymentId(id)
  return parsed === null ? refuse({ type: 'unknown_offer' }) : fromHex(parsed)
}

/** `least` ≤ amount < 2^128, in the token's smallest unit. */
export const amountOf = (amount: bigint, least = 1n): bigint =>
  amount >= least && amount < AMOUNT_LIMIT ? amount : refuse({ type: 'bad_amount', amount })

const movedOf = (amount: bigint): bigint =>
  amount > -AMOUNT_LIMIT && amount < AMOUNT_LIMIT ? amount : refuse({ type: 'bad_amount', amount })

/** Moves of a settlement as the protocol takes them: by side, ascending by token. */
export const diffsOf = (
  entityId: EntityId,
  counterparty: EntityId,
  moves: readonly SettlementMove[],
): readonly SettlementDiff[] =>
  [...moves]
    .sort((a, b) => a.tokenId - b.tokenId)
    .map(({ tokenId, own, theirs }) => {
      const [ours, other] = [movedOf(own), movedOf(theirs)]
      const isLeft = entityId < counterparty
      return { tokenId: tokenId as TokenId, leftDiff: isLeft ? ours : other, rightDiff: isLeft ? other : ours }
    })

/** An address on chain, mistyped ones refused. */
export const addressOf = (text: string): Address => {
  const read = readAddress(text)
  if (read.type === 'ok') return read.address
  return refuse({ type: read.type === 'malformed' ? 'bad_address' : 'bad_checksum' })
}

/** Kept exactly as it was typed, or refused; never repaired. */
export const memoOf = (memo: string): string => {
  const problem = memoProblem(memo)
  return problem === null ? memo : refuse(problem.rejection)
}

/** The counterparty, by id or name, of an account the entity has. */
export const accountOf = (env: Env, entityId: EntityId, text: string, book = NO_BOOK): EntityId => {
  const counterparty = parseEntityId(text.trim()) ?? named(env, text, book)
  const isKnown = counterparty !== null && env.eReplicas.get(entityId)?.state.accounts.has(counterparty) === true
  return isKnown ? counterparty : refuse({ type: 'unknown_account', counterparty: text })
}

const named = (env: Env, text: string, book: AddressBook): EntityId | null => {
  const found = findEntity(env, text, book)
  if (found.type === 'ambiguous') return refuse({ type: 'ambiguous_recipient', entityIds: found.entityIds })
  return found.type === 'entity' ? found.entityId : null
}

/** A known name, or the id of somebody known. */
export const entityNamed = (env: Env, text: string, book = NO_BOOK): EntityId =>
  named(env, text, book) ?? refuse({ type: 'unknown_recipient', entityId: text })

export type Recipient = {
  readonly to: EntityId
  readonly invoice: Invoice | null
  readonly offer: OfferTerms | null
  /** The link as it came. */
  readonly link: string | null
}

/** A known name, an entity id, or an `xln:` link. */
export const recipientOf = (env: Env, text: string, book = NO_BOOK): Recipient => {
  const typed = text.trim()
  if (isOfferLink(typed)) {
    const offer = parseOfferLink(typed) ?? refuse({ type: 'offer_invalid' })
    return { to: offer.payee.entityId, invoice: null, offer, link: typed }
  }
  if (/^xln:/i.test(typed)) {
    const invoice = parseInvoiceLink(typed) ?? refuse({ type: 'invoice_invalid' })
    return { to: invoice.terms.payee.entityId, invoice, offer: null, link: typed }
  }
  return { to: entityNamed(env, typed, book), invoice: null, offer: null, link: null }
}

/** Refuses here what the payee of the offer would refuse, before it is asked. */
export const checkOffer = (
  env: Env,
  { jurisdiction }: EntityState,
  { chainId, depository, offer }: OfferTerms,
  wanted: { readonly tokenId: TokenId; readonly amount: bigint },
): void => {
  const { terms } = present(env.jReplicas.get(jurisdiction), jurisdiction)
  if (terms.chainId !== chainId || terms.depository !== depository) return refuse({ type: 'invoice_foreign' })
  if (offer.tokenId !== wanted.tokenId) return refuse({ type: 'offer_mismatch', field: 'token' })
  if ((offer.amount ?? wanted.amount) !== wanted.amount) return refuse({ type: 'offer_mismatch', field: 'amount' })
}
