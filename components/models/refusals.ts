/**
 * Refusals and failures in words: what happened, whether money moved, what to do next. Programs look at
 * `reason.type`; people read this. A type that is not known here falls back to the message it came with.
 *
 * Screens that are fetched when they are opened import this; what a page opens with asks `refusalOf` (`refused.ts`).
 */
import type { WireError } from '../../runtime/radapter/types.ts'
import { ENGLISH_REFUSALS } from './text-en-refusals.ts'
import { type HaveNeed, isRefused, row, sentence, type Table, type Words, type WordsContext } from './words.ts'

type Reason = { readonly type: string; readonly [field: string]: unknown }

const HAVE_NEED: HaveNeed = {
  over_capacity: 'why.over_capacity',
  insufficient_reserve: 'why.insufficient_reserve',
}

/** The key comes from elsewhere, so a table's inherited properties are no rows. */
const rowOf = <R>(table: { readonly [type: string]: R }, key: string): R | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined

const BY_TYPE: Table = {
  over_capacity: row('why.over_capacity.plain', 'next.payLess', 'amount'),
  unknown_recipient: row('why.unknown_recipient', 'next.checkRecipient', 'recipient'),
  ambiguous_recipient: row('why.ambiguous_recipient', 'next.useId', 'recipient'),
  self_payment: row('why.self_payment', 'next.somebodyElse', 'recipient'),
  bad_amount: row('why.bad_amount', 'next.aboveZero', 'amount'),
  no_route: row('why.no_route', 'next.payLessOrNearer', 'amount'),
  invoice_expired: row('why.invoice_expired', 'next.newInvoice', 'recipient'),
  invoice_foreign: row('why.invoice_foreign', 'next.localInvoice', 'recipient'),
  invoice_invalid: row('why.invoice_invalid', 'next.newInvoice', 'recipient'),
  invoice_mismatch: row('why.invoice_mismatch', 'next.newInvoice', 'amount'),
  expired: row('why.expired', 'next.retry'),
  fee_too_high: row('why.fee_too_high.plain', 'next.reviewAgain'),
  unknown_token: row('why.unknown_token', 'next.otherToken'),
  too_many_locks: row('why.too_many_locks', 'next.waitForOne'),
  too_many_payments: row('why.too_many_locks', 'next.waitForOne'),
  too_many_invoices: row('why.too_many_invoices', 'next.later'),
  account_not_open: row('why.account_not_open', 'next.later'),
  account_frozen: row('why.account_frozen', 'next.otherWay'),
  other_instance: row('why.other_instance', 'next.otherInstance'),
  account_behind: row('why.account_behind', 'next.later'),
  outcome_unknown: row('why.outcome_unknown', 'next.askRecipient'),
  malformed_text: row('why.bad_text', 'next.plainText', 'memo'),
  bad_text: row('why.bad_text', 'next.plainText', 'memo'),
  text_too_long: row('field.memo.long', 'next.plainText', 'memo'),
  bad_name: row('why.bad_name', 'next.otherName', 'name'),
  name_too_long: row('why.name_too_long', 'next.otherName', 'name'),
  name_taken: row('why.name_taken', 'next.otherName', 'name'),
  bad_id: row('why.bad_id', 'next.wholeId', 'id'),
  book_full: row('why.book_full', 'next.removeOne'),
  too_many_entities: row('why.too_many_entities', 'next.useEntity'),
  invoice_paid: row('why.invoice_paid', 'next.newInvoice', 'recipient'),
  duplicate_payment: row('why.duplicate_payment', 'next.wait', 'recipient'),
  lock_exists: row('why.duplicate_payment', 'next.wait', 'recipient'),
  mempool_full: row('why.too_busy', 'next.waitForOne'),
  expiry_out_of_range: row('why.expired', 'next.retry'),
  too_many_offers: row('why.too_many_offers', 'next.later'),
  too_many_tokens: row('why.too_many_tokens', 'next.otherToken'),
  token_exists: row('why.token_exists', 'next.nothing'),
  account_exists: row('why.account_exists', 'next.nothing'),
  unknown_account: row('why.unknown_account', 'next.openAccount'),
  unknown_entity: row('why.unknown_entity', 'next.reload'),
  unknown_payment: row('why.unknown_payment', 'next.lookInActivity'),
  insufficient_reserve: row('why.insufficient_reserve.plain', 'next.lessReserve', 'amount'),
  batch_full: row('why.batch_full', 'next.waitForOne'),
  command_id_reused: row('why.command_id_reused', 'next.reload'),
  offer_invalid: row('why.offer_invalid', 'next.newInvoice', 'recipient'),
  offer_mismatch: row('why.offer_mismatch', 'next.newInvoice', 'amount'),
  recipient_unreachable: row('why.recipient_unreachable', 'next.later'),
  unknown_offer: row('why.unknown_offer', 'next.newInvoice'),
  unknown_jurisdiction: row('why.invoice_foreign', 'next.localInvoice'),
  cancelled: row('why.cancelled', 'next.payAgain'),
  too_late_to_cancel: row('why.too_late_to_cancel', 'next.wait'),
}

/** Said by somebody on the way or at its end: the money had left in a lock, and is back. */
const ON_THE_WAY: Table = {
  next_hop_over_capacity: row('why.full_on_the_way', 'next.payLessOrNearer'),
  expired: row('why.expired', 'next.retry'),
  bad_envelope: row('why.lost_on_the_way', 'next.retry'),
  duplicate_lock: row('why.lost_on_the_way', 'next.retry'),
  wrong_secret: row('why.unknown_invoice', 'next.newInvoice'),
  unknown_next_hop: row('why.recipient_unreachable', 'next.later'),
  not_forwarding: row('why.not_forwarding', 'next.later'),
  token_not_carried: row('why.not_forwarding', 'next.otherToken'),
  fee_too_low: row('why.fee_changed', 'next.reviewAgain'),
  unknown_invoice: row('why.unknown_invoice', 'next.newInvoice'),
  amount_too_low: row('why.unknown_invoice', 'next.newInvoice'),
  expiry_too_soon: row('why.expired', 'next.retry'),
  expiry_too_close: row('why.expired', 'next.retry'),
}

/** Amounts inside a reason travel as bigint or, where a carrier knows none, as decimal text. */
const amountIn = (value: unknown): bigint | null => {
  if (typeof value === 'bigint') return value
  return typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : null
}

/** The same sentence with its figures, where the reason carries them. */
const withFigures = (reason: Reason, { text, format, tokens, tokenId, more }: WordsContext): string | null => {
  const token = tokens.find((candidate) => candidate.tokenId === (reason.tokenId ?? tokenId))
  if (token === undefined) return null
  const [have, need, fee, maxFee] = [reason.have, reason.need, reason.fee, reason.maxFee].map(amountIn)
  const key = rowOf({ ...HAVE_NEED, ...more?.haveNeed }, reason.type)
  if (key !== undefined && have != null && need != null)
    return text(key, {
      have: format.money(have, token, 'exact'),
      need: format.money(need, token, 'exact'),
    })
  if (reason.type === 'fee_too_high' && fee != null && maxFee != null)
    return text('why.fee_too_high', {
      fee: format.money(fee, token, 'exact'),
      maxFee: format.money(maxFee, token, 'exact'),
    })
  return null
}

/** Whoever asks for a refusal in words has the words for it. */
const withWords = (context: WordsContext): WordsContext => {
  context.text.add(ENGLISH_REFUSALS)
  return context
}

const ofReason = (reason: Reason, fallback: string, moved: string, context: WordsContext): Words => {
  const { text, more } = context
  const known = rowOf({ ...BY_TYPE, ...more?.rows }, reason.type)
  if (known === undefined) {
    const what = fallback === '' ? text('why.internal') : sentence(fallback)
    return { what, moved, next: text('next.retry'), field: null }
  }
  const what = withFigures(reason, context) ?? text(known.what)
  return { what, moved, next: text(known.next), field: known.field }
}

const BY_CODE: Table = {
  E_HALTED: row('why.halted', 'next.restart'),
  E_LOCKED: row('why.locked', 'next.otherWindow'),
  E_UNAUTHORIZED: row('why.readonly', 'next.ownWallet'),
  E_RATE_LIMITED: row('why.rate_limited', 'next.retry'),
}

/** @param sent true when the command itself was under way, so that an unclear answer leaves the outcome open. */
export const wordsOfError = (error: WireError, sent: boolean, context: WordsContext): Words => {
  const { text } = withWords(context)
  if (error.code === 'E_REJECTED' && error.reason !== undefined)
    return ofReason(error.reason, error.message, text('moved.nothing'), context)
  const known = rowOf(BY_CODE, error.code)
  if (known !== undefined) {
    // A runtime may stop after the command was written down and before it was answered.
    const isOpen = sent && error.code === 'E_HALTED'
    const moved = text(isOpen ? 'moved.unknown' : 'moved.nothing')
    return { what: text(known.what), moved, next: text(known.next), field: null }
  }
  const refused = isRefused(error)
  const what = refused && error.message !== '' ? sentence(error.message) : text('why.internal')
  const moved = text(sent && !refused ? 'moved.unknown' : 'moved.nothing')
  return { what, moved, next: text('next.retry'), field: null }
}

/** Why a payment that had been sent came back. @param code `ActivityEntry.failure` */
export const wordsOfFailure = (code: string, context: WordsContext): Words => {
  const { text } = withWords(context)
  const known = rowOf(ON_THE_WAY, code)
  if (known !== undefined)
    return { what: text(known.what), moved: text('moved.returned'), next: text(known.next), field: null }
  // Whatever else ended a payment ended it before anything was locked, or nobody can say.
  const moved = code === 'outcome_unknown' ? 'moved.unknown' : 'moved.nothing'
  return ofReason({ type: code }, code.replaceAll('_', ' '), text(moved), context)
}
