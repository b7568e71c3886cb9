/** Amounts as text: how a typed one is read, how an exact one is written, and that the two are inverse. */

import { describe, expect, test } from 'vitest'
import { formatAmount, parseAmount } from '../../../runtime/lib/amount.ts'
import { fc } from '../../support/property.ts'

const ok = (amount: bigint) => ({ type: 'ok', amount })
const no = (reason: object) => ({ type: 'rejected', reason })
const exact = { rounding: 'down', maxDecimals: 36 } as const
const amounts = fc.bigInt({ min: 1n, max: (1n << 128n) - 1n })
const decimals = fc.integer({ min: 0, max: 18 })

describe('parseAmount reads', () => {
  test.each([
    ['3.21', 3_210_000n],
    ['3,21', 3_210_000n],
    [' 3.21 ', 3_210_000n],
    ['007', 7_000_000n],
    ['.5', 500_000n],
    ['5.', 5_000_000n],
    ['0,125', 125_000n],
    ['1234,567', 1_234_567_000n],
    ['1,234.5', 1_234_500_000n],
    ['1.234,5', 1_234_500_000n],
    ['1,234,567', 1_234_567_000_000n],
    ['1.234.567', 1_234_567_000_000n],
    ['1 234 567,25', 1_234_567_250_000n],
    ['1\u202f234,5', 1_234_500_000n],
    ["1'234.5", 1_234_500_000n],
    ['12,34,567.5', 1_234_567_500_000n],
    ['0.000001', 1n],
  ])('%s is read exactly', (text, amount) => {
    expect(parseAmount(text, 6)).toEqual(ok(amount))
  })

  test('one mark that could do either -- the reader\u2019s own decimal sign is decimal, the other one groups', () => {
    expect(parseAmount('1,234', 6, '.')).toEqual(ok(1_234_000_000n))
    expect(parseAmount('1.234', 6, '.')).toEqual(ok(1_234_000n))
    expect(parseAmount('1,234', 6, ',')).toEqual(ok(1_234_000n))
    expect(parseAmount('1.234', 6, ',')).toEqual(ok(1_234_000_000n))
  })
})

describe('parseAmount refuses', () => {
  test.each([
    '1e18',
    '0x10',
    '0x',
    '-1',
    '+1',
    '٣',
    '３.２',
    '1_000',
    '1,23,4',
    '1..2',
    '1,2,3',
    '1 23',
    '1,,000',
    '1.2.3,4',
    '1,234.567.8',
    '.',
    ',',
    '1, 000',
    '3.21 tUSD',
    'Infinity',
    'NaN',
    '1/2',
    '\t1',
    '1,234 567',
    '1\u066b5',
    // A decimal point may not be followed by groups.
    '1.234 5',
  ])('%s is malformed', (text) => {
    expect(parseAmount(text, 6)).toEqual(no({ type: 'malformed' }))
  })

  test('a number, a bigint or nothing -- refused, only text is an amount', () => {
    for (const value of [3.21, 3n, null, undefined, {}]) expect(parseAmount(value, 6)).toEqual(no({ type: 'not_text' }))
  })

  test('empty, zero, too many decimals, too large -- each has its own reason', () => {
    expect(parseAmount('  ', 6)).toEqual(no({ type: 'empty' }))
    expect(parseAmount('0.00', 6)).toEqual(no({ type: 'zero' }))
    expect(parseAmount('0.0000001', 6)).toEqual(no({ type: 'too_many_decimals', decimals: 6 }))
    expect(parseAmount('1.5', 0)).toEqual(no({ type: 'too_many_decimals', decimals: 0 }))
    expect(parseAmount((1n << 128n).toString(), 0)).toEqual(no({ type: 'too_large' }))
    expect(parseAmount(((1n << 128n) - 1n).toString(), 0)).toEqual(ok((1n << 128n) - 1n))
    expect(parseAmount('9'.repeat(129), 6)).toEqual(no({ type: 'too_large' }))
  })
})

describe('parseAmount and formatAmount', () => {
  test('whatever is written is read back, in both conventions, grouped or not', () => {
    fc.assert(
      fc.property(amounts, decimals, fc.constantFrom('.', ','), fc.boolean(), (amount, places, sign, grouped) => {
        const [whole = '', fraction] = formatAmount(amount, places, exact).split('.')
        const shown = grouped ? whole.replace(/\B(?=(\d{3})+$)/g, sign === '.' ? ',' : '.') : whole
        const text = fraction === undefined ? shown : `${shown}${sign}${fraction}`
        expect(parseAmount(text, places, sign)).toEqual(ok(amount))
      }),
    )
  })

  test('any text -- an answer, never an exception, and never an amount out of range', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(..."0123456789.,\u00a0 -+exa٣'"), maxLength: 24 }),
        decimals,
        (text, places) => {
          const parsed = parseAmount(text, places)
          if (parsed.type === 'ok') expect(parsed.amount > 0n && parsed.amount < 1n << 128n).toBe(true)
        },
      ),
    )
  })
})

describe('formatAmount', () => {
  test('trailing zeros are dropped, leading zero kept', () => {
    expect(formatAmount(3_210_000n, 6, exact)).toBe('3.21')
    expect(formatAmount(1n, 6, exact)).toBe('0.000001')
    expect(formatAmount(0n, 18, exact)).toBe('0')
    expect(formatAmount(42n, 0, exact)).toBe('42')
    expect(formatAmount(-1_500_000n, 6, exact)).toBe('-1.5')
  })

  test('what one has is rounded down, what one pays is rounded up, on both sides of zero', () => {
    const four = (amount: bigint, rounding: 'down' | 'up') => formatAmount(amount, 6, { rounding, maxDecimals: 4 })
    expect(four(1_234_567n, 'down')).toBe('1.2345')
    expect(four(1_234_567n, 'up')).toBe('1.2346')
    expect(four(-1_234_567n, 'down')).toBe('-1.2346')
    expect(four(-1_234_567n, 'up')).toBe('-1.2345')
    expect(four(-1n, 'up')).toBe('0')
    expect(four(-1n, 'down')).toBe('-0.0001')
  })

  test('too small to show -- says less than the last decimal shown', () => {
    expect(formatAmount(99n, 6, { rounding: 'down', maxDecimals: 4 })).toBe('< 0.0001')
    expect(formatAmount(99n, 6, { rounding: 'up', maxDecimals: 4 })).toBe('< 0.0001')
    expect(formatAmount(100n, 6, { rounding: 'down', maxDecimals: 4 })).toBe('0.0001')
    expect(formatAmount(5n, 1, { rounding: 'down', maxDecimals: 0 })).toBe('< 1')
  })

  test('rounded figures bracket the exact one within one step', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(1n << 128n), max: 1n << 128n }),
        decimals,
        fc.integer({ min: 0, max: 18 }),
        (amount, places, shown) => {
          fc.pre(amount <= 0n || amount >= 10n ** BigInt(Math.max(0, places - shown)))
          const units = (text: string): bigint => {
            const [whole = '', fraction = ''] = text.replace('-', '').split('.')
            return BigInt(whole + fraction.padEnd(places, '0')) * (text.startsWith('-') ? -1n : 1n)
          }
          const low = units(formatAmount(amount, places, { rounding: 'down', maxDecimals: shown }))
          const high = units(formatAmount(amount, places, { rounding: 'up', maxDecimals: shown }))
          expect(low <= amount && amount <= high).toBe(true)
          expect(high - low <= 10n ** BigInt(Math.max(0, places - shown))).toBe(true)
        },
      ),
    )
  })
})
