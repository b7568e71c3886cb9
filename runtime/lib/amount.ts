/**
 * Amounts as text: what people type into a field, and plain text out of an amount.
 *
 * Contract: pure and exact, bigint all the way; no locale data. `formatAmount` writes ASCII digits with '.', never
 * grouped; grouping and the reader's own decimal sign are put on by whoever shows it.
 *
 * How a typed amount is read. Digits are ASCII 0–9. Groups may be separated by one kind of mark (comma, point,
 * space, no-break space, apostrophe); every group but the first has three digits, inner ones two or three (Indian
 * grouping). Of comma and point:
 *   - both occur: the later one is the decimal sign, the other groups           1,234.50   1.234,50
 *   - one kind, several times: it groups                                        1,234,567
 *   - once, and it could not group (not 1–3 digits and then exactly three)      3,21  0,125  1234,567
 *     : it is the decimal sign, whichever it is
 *   - once, and it could do either (1,234 or 1.234): the reader's own decimal sign is decimal, the other one groups
 * Nothing else is accepted: no sign, exponent, hex, or digit of another script, and nothing is rounded away.
 */
import { LIMITS } from './limits.ts'

export type AmountRejection =
  | { readonly type: 'not_text' }
  | { readonly type: 'empty' }
  | { readonly type: 'malformed' }
  | { readonly type: 'too_many_decimals'; readonly decimals: number }
  | { readonly type: 'zero' }
  | { readonly type: 'too_large' }

export type ParsedAmount =
  | { readonly type: 'ok'; readonly amount: bigint }
  | { readonly type: 'rejected'; readonly reason: AmountRejection }

export type DecimalSign = '.' | ','
export type Rounding = 'down' | 'up'

/** Longer text is no amount anybody means; it also bounds the work. */
const MAX_CHARACTERS = 128
const PLAIN = /^\d+$/
const GROUPED = /^\d{1,3}([,. \u00a0\u202f'\u2019])(?:\d{2,3}\1)*\d{3}$/
const COULD_GROUP = /^[1-9]\d{0,2}[.,]\d{3}$/
const MARKS = /[,. \u00a0\u202f'\u2019]/g

const rejected = (reason: AmountRejection): ParsedAmount => ({ type: 'rejected', reason })

const decimalSignOf = (text: string, readers: DecimalSign): DecimalSign | null => {
  const comma = text.lastIndexOf(',')
  const point = text.lastIndexOf('.')
  if (comma < 0 && point < 0) return null
  const last: DecimalSign = comma > point ? ',' : '.'
  if (comma >= 0 && point >= 0) return last
  if (text.indexOf(last) !== text.lastIndexOf(last)) return null
  return COULD_GROUP.test(text) && last !== readers ? null : last
}

/** The digits of the whole part, or null when they are not plain or properly grouped. */
const wholeDigits = (text: string): string | null => {
  if (text === '') return '0'
  if (PLAIN.test(text)) return text
  return GROUPED.test(text) ? text.replace(MARKS, '') : null
}

/**
 * @param text what was typed; anything but a string is refused, a JS number above all.
 * @param decimals of the token, 0 to 36.
 * @param readers the decimal sign of the reader's locale; it settles only what could be read both ways.
 * @returns 0 < amount < 2^128 in the token's smallest unit.
 */
export const parseAmount = (text: unknown, decimals: number, readers: DecimalSign = '.'): ParsedAmount => {
  if (typeof text !== 'string') return rejected({ type: 'not_text' })
  const typed = text.replace(/^[ \u00a0\u202f]+|[ \u00a0\u202f]+$/g, '')
  if (typed === '') return rejected({ type: 'empty' })
  if (typed.length > MAX_CHARACTERS) return rejected({ type: 'too_large' })
  const sign = decimalSignOf(typed, readers)
  const at = sign === null ? typed.length : typed.lastIndexOf(sign)
  const whole = wholeDigits(typed.slice(0, at))
  const fraction = typed.slice(at + 1)
  const anyDigit = at > 0 || fraction !== ''
  if (whole === null || !anyDigit || (fraction !== '' && !PLAIN.test(fraction))) return rejected({ type: 'malformed' })
  if (fraction.length > decimals) return rejected({ type: 'too_many_decimals', decimals })
  const amount = BigInt(whole + fraction.padEnd(decimals, '0'))
  if (amount === 0n) return rejected({ type: 'zero' })
  if (amount >= 1n << BigInt(LIMITS.amountBits)) return rejected({ type: 'too_large' })
  return { type: 'ok', amount }
}

const floorDivide = (value: bigint, by: bigint): bigint => (value >= 0n ? value / by : -((-value + by - 1n) / by))

/**
 * Plain decimal text, `[-]digits[.digits]`, trailing zeros dropped. 'down' is towards −∞ (what one has), 'up'
 * towards +∞ (what one pays), so a rounded figure never flatters. A positive amount too small to show reads
 * "< 0.0001" (one unit of the last decimal shown).
 * @param maxDecimals most decimals shown; more than `decimals` changes nothing.
 */
export const formatAmount = (
  amount: bigint,
  decimals: number,
  shown: { readonly rounding: Rounding; readonly maxDecimals: number },
): string => {
  const kept = Math.min(decimals, shown.maxDecimals)
  const step = 10n ** BigInt(decimals - kept)
  if (amount > 0n && amount < step) return `< ${plain(1n, kept)}`
  const rounded = shown.rounding === 'down' ? floorDivide(amount, step) : -floorDivide(-amount, step)
  return plain(rounded, kept)
}

const plain = (units: bigint, decimals: number): string => {
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '')
  return `${units < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}
