/**
 * Amounts, dates and lists as the reader's locale writes them. All arithmetic was done by `runtime/lib/amount.ts`;
 * here text is only grouped and given the reader's decimal sign. Digits stay ASCII, because that is also what the
 * fields accept.
 */
import { type DecimalSign, formatAmount, type Rounding } from '../../runtime/lib/amount.ts'
import type { TokenView } from '../../runtime/radapter/types.ts'

/** `'exact'` shows every decimal there is: review, receipt, hover. `'short'` rounds down to two where room is scarce. */
export type Precision = Rounding | 'exact' | 'short'

/** The parts of a written amount, for decimals that are muted: prefix + whole + fraction. */
export type WrittenAmount = { readonly prefix: string; readonly whole: string; readonly fraction: string }

export type Format = {
  readonly locale: string
  readonly decimalSign: DecimalSign
  amount(amount: bigint, token: TokenView, precision: Precision): WrittenAmount
  /** One string with the token's symbol, for sentences. */
  money(amount: bigint, token: TokenView, precision: Precision): string
  /** What an amount field is filled with: exact, not grouped. */
  field(amount: bigint, token: TokenView): string
  count(value: number): string
  /** The time today, date and time otherwise. */
  moment(timestampMs: number, nowMs: number): string
  fullMoment(timestampMs: number): string
  list(names: readonly string[]): string
  /** A currency by its name. @param code ISO 4217 */
  currency(code: string): string
  readonly minus: string
}

/** Coins of few decimals are always shown whole; of the others nobody reads more than four. */
const FEW_DECIMALS = 6
const SHOWN_DECIMALS = 4
const LEAST_DECIMALS = 2

const shownDecimals = (token: TokenView, precision: Precision): number =>
  precision === 'short'
    ? LEAST_DECIMALS
    : precision === 'exact' || token.decimals <= FEW_DECIMALS
      ? token.decimals
      : SHOWN_DECIMALS

const partOf = (format: Intl.NumberFormat, value: number, type: string): string =>
  format.formatToParts(value).find((part) => part.type === type)?.value ?? ''

export const formatFor = (locale: string): Format => {
  const numbers = new Intl.NumberFormat(locale, { numberingSystem: 'latn' })
  const decimalSign: DecimalSign = partOf(numbers, 0.5, 'decimal') === ',' ? ',' : '.'
  const minus = partOf(numbers, -1, 'minusSign')
  const timeOnly = new Intl.DateTimeFormat(locale, { timeStyle: 'short' })
  const dateAndTime = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    hour: 'numeric',
    minute: '2-digit',
  })
  const full = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'medium' })
  // Narrow spaces are in no bundled face, and another's would make its line higher than the next.
  const spaced = (written: string): string => written.replace(/\u202f/g, '\u00a0')
  const names = new Intl.ListFormat(locale, { type: 'conjunction' })

  const amount = (value: bigint, token: TokenView, precision: Precision): WrittenAmount => {
    const maxDecimals = shownDecimals(token, precision)
    const plain = formatAmount(value, token.decimals, { rounding: precision === 'up' ? 'up' : 'down', maxDecimals })
    const [, prefix = '', whole = '0', fraction = ''] = /^(< |-|)(\d+)(?:\.(\d+))?$/.exec(plain) ?? []
    const padded = fraction.padEnd(Math.min(LEAST_DECIMALS, token.decimals), '0')
    return {
      prefix: prefix === '-' ? minus : prefix,
      whole: numbers.format(BigInt(whole)),
      fraction: padded === '' ? '' : `${decimalSign}${padded}`,
    }
  }
  const money = (value: bigint, token: TokenView, precision: Precision): string => {
    const { prefix, whole, fraction } = amount(value, token, precision)
    return `${prefix}${whole}${fraction} ${token.symbol}`
  }
  const field = (value: bigint, token: TokenView): string =>
    formatAmount(value, token.decimals, { rounding: 'down', maxDecimals: token.decimals }).replace('.', decimalSign)
  const moment = (timestampMs: number, nowMs: number): string => {
    const then = new Date(timestampMs)
    const isToday = then.toDateString() === new Date(nowMs).toDateString()
    return spaced((isToday ? timeOnly : dateAndTime).format(then))
  }
  return {
    locale,
    decimalSign,
    amount,
    money,
    field,
    count: (value) => numbers.format(value),
    moment,
    fullMoment: (timestampMs) => spaced(full.format(new Date(timestampMs))),
    list: (items) => names.format(items),
    currency: (code) => new Intl.DisplayNames(locale, { type: 'currency' }).of(code) ?? code,
    minus,
  }
}
