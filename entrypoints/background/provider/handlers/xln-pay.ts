/**
 * `xln_pay`: asks the owner to pay. Parameters are one object, alone or as the only item of a list:
 *
 *     { to | invoice, amount, token = 'tUSD', memo = '' }
 *
 * `to` is a known name or an entity id; `amount` is a decimal of whole tokens as text, and may be left out where the
 * invoice says it. The answer is a receipt (see `Receipt`).
 */
import * as v from 'valibot'
import { formatAmount, parseAmount } from '../../../../runtime/lib/amount.ts'
import type { ApprovedTerms } from '../../../../runtime/radapter/approvals.ts'
import { paymentIdFor } from '../../../../runtime/radapter/commands.ts'
import { RAdapterError, refusal } from '../../../../runtime/radapter/errors.ts'
import type { ActivityEntry, Quote, WireError } from '../../../../runtime/radapter/types.ts'
import { type Answer, failed } from '../errors.ts'
import type { Handler } from '../methods.ts'
import type { Own, RuntimePort } from '../ports.ts'
import type { Question } from '../queue.ts'

export type PayQuestion = Extract<Question, { readonly type: 'pay' }>

/** What a page is left with. Amounts are decimals of whole tokens; ids and hashes are 0x-hex. */
export type Receipt = {
  readonly paymentId: string
  readonly preimage: string
  /** keccak-256 of the preimage. */
  readonly hashlock: string
  /** False where the payer drew the preimage, so that it proves nothing about the recipient. */
  readonly isProof: boolean
  readonly height: number
  readonly amount: string
  readonly fee: string
  readonly token: string
  readonly to: string
}

const DEFAULT_TOKEN = 'tUSD'
const DECIMAL = /^(0|[1-9]\d{0,38})(\.\d{1,36})?$/
const MAX_TEXT = 16_384

const amount = v.pipe(
  v.string(),
  v.regex(DECIMAL),
  v.check((text) => /[1-9]/.test(text)),
)
const memo = v.optional(v.pipe(v.string(), v.maxLength(1_024)), '')
const token = v.pipe(v.string(), v.regex(/^[A-Za-z0-9]{1,16}$/))
const paramsSchema = v.union([
  v.strictObject({
    to: v.pipe(v.string(), v.minLength(1), v.maxLength(256)),
    amount,
    token: v.optional(token, DEFAULT_TOKEN),
    memo,
  }),
  v.strictObject({
    invoice: v.pipe(v.string(), v.maxLength(MAX_TEXT), v.regex(/^xln:/i)),
    amount: v.optional(amount, ''),
    token: v.optional(token, ''),
    memo,
  }),
])

/** Null when it is none. */
export const readPay = (params: unknown): PayQuestion | null => {
  const given: unknown = Array.isArray(params) && params.length === 1 ? params[0] : params
  const read = v.safeParse(paramsSchema, given)
  if (!read.success) return null
  const { amount: asked, token: symbol, memo: words } = read.output
  const [to, isInvoice] = 'invoice' in read.output ? [read.output.invoice, true] : [read.output.to, false]
  // A link under another name is still a link.
  return { type: 'pay', to, isInvoice: isInvoice || /^xln:/i.test(to), amount: asked, token: symbol, memo: words }
}

const refuse = (reason: NonNullable<WireError['reason']>): never => {
  throw new RAdapterError(refusal(reason))
}

/** What the question comes to now; every refusal is E_REJECTED with its reason. @throws RAdapterError */
export const quoteOf = async (question: PayQuestion, own: Own, runtime: RuntimePort): Promise<Quote> => {
  const { to, isInvoice, memo: words } = question
  const symbol = question.token === '' ? DEFAULT_TOKEN : question.token
  const known = own.tokens.find((candidate) => candidate.symbol === symbol) ?? refuse({ type: 'unknown_token', symbol })
  const parsed = question.amount === '' ? null : parseAmount(question.amount, known.decimals)
  if (parsed?.type === 'rejected') return refuse({ type: 'bad_amount', why: parsed.reason.type })
  const wanted = parsed?.amount ?? 0n
  const quote = await runtime['pay.quote']({
    from: own.entityId,
    to,
    amount: wanted,
    tokenId: known.tokenId,
    memo: words,
  })
  const isOther =
    (parsed !== null && quote.amount !== wanted) || (question.token !== '' && quote.tokenId !== known.tokenId)
  return isInvoice && isOther ? refuse({ type: 'invoice_mismatch' }) : quote
}

/** Pays what was agreed to. The id makes it once, however often it is called. @returns the payment's id */
export const payAgreed = async (
  agreed: { readonly id: string; readonly quote: Quote; readonly terms: ApprovedTerms },
  own: Own,
  runtime: RuntimePort,
): Promise<string> => {
  const { id, quote, terms } = agreed
  const { paymentId } = await runtime['pay.send']({
    commandId: id,
    from: own.entityId,
    to: quote.invoice ?? quote.to,
    amount: terms.amount,
    tokenId: quote.tokenId,
    memo: quote.memo,
    maxFee: terms.fee,
  })
  return paymentId
}

/** The payment made for this question, or null when there is none. @throws RAdapterError when that cannot be told. */
export const paymentOf = async (id: string, own: Own, runtime: RuntimePort): Promise<ActivityEntry | null> => {
  try {
    return await runtime['pay.get']({ from: own.entityId, paymentId: paymentIdFor(own.entityId, id) })
  } catch (error) {
    if (error instanceof RAdapterError && error.code === 'E_NOT_FOUND') return null
    throw error
  }
}

const decimals = (own: Own, tokenId: number): number =>
  own.tokens.find((known) => known.tokenId === tokenId)?.decimals ?? 0
const whole = (units: bigint, places: number): string =>
  formatAmount(units, places, { rounding: 'down', maxDecimals: places })

/** What the page is told of a payment that has ended; null while it has not. */
export const answerOf = (entry: ActivityEntry, own: Own): Answer | null => {
  if (entry.status === 'pending') return null
  if (entry.status !== 'sent' || entry.proof === null)
    return failed('internal', 'The payment failed and the money is back.', { type: entry.failure })
  const places = decimals(own, entry.tokenId)
  const receipt: Receipt = {
    ...entry.proof,
    height: entry.height,
    amount: whole(entry.amount, places),
    fee: whole(entry.fee, places),
    token: own.tokens.find(({ tokenId }) => tokenId === entry.tokenId)?.symbol ?? '',
    to: entry.counterpartyId,
  }
  return { result: receipt }
}

/** The typed reason as a page gets it: figures as decimals of whole tokens. */
const refusedWith = (reason: NonNullable<WireError['reason']>, question: PayQuestion, own: Own): Answer => {
  const symbol = question.token === '' ? DEFAULT_TOKEN : question.token
  const tokenId = typeof reason.tokenId === 'number' ? reason.tokenId : null
  const token = own.tokens.find((known) => (tokenId === null ? known.symbol === symbol : known.tokenId === tokenId))
  const fields = Object.entries(reason).map(([name, value]): readonly [string, unknown] => [
    name,
    typeof value === 'bigint' ? whole(value, token?.decimals ?? 0) : value,
  ])
  return failed('internal', '', { ...Object.fromEntries(fields), token: token?.symbol ?? symbol })
}

const BAD_PARAMS = ['unknown_token', 'bad_amount']
/** The owner should see what was tried. */
const SHOWN = ['bad_text']

/**
 * A connected site hears at once of what cannot be paid. One that is not learns nothing of what this wallet holds: its
 * question is put to the owner as it is.
 */
const refusedAtOnce = async (question: PayQuestion, runtime: RuntimePort): Promise<Answer | null> => {
  const own = runtime.own()
  if (own === null) return null
  try {
    await quoteOf(question, own, runtime)
    return null
  } catch (error) {
    const reason = error instanceof RAdapterError ? error.error.reason : undefined
    if (reason === undefined || SHOWN.includes(reason.type)) return null
    if (BAD_PARAMS.includes(reason.type)) return failed('invalidParams', '', { type: reason.type })
    return refusedWith(reason, question, own)
  }
}

export const xlnPay: Handler = async ({ params, ask, accounts, runtime }) => {
  const question = readPay(params)
  if (question === null) return failed('invalidParams', 'See the wallet’s documentation of xln_pay.')
  const refused = accounts.length === 0 ? null : await refusedAtOnce(question, runtime)
  return refused ?? ask(question)
}
