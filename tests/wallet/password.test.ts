/** Passwords: lengths and spellings. */
import { describe, expect, test } from 'vitest'
import { passwordBytes } from '../../entrypoints/background/wallet/password.ts'
import { utf8 } from '../../runtime/lib/bytes.ts'

const refusal = (password: string) => {
  const outcome = passwordBytes(password)
  return outcome.type === 'rejected' ? outcome.rejection : null
}

describe('passwordBytes', () => {
  test('11 characters are too short, 12 are enough', () => {
    expect(refusal('a'.repeat(11))).toEqual({ type: 'password_too_short', have: 11, need: 12 })
    expect(passwordBytes('a'.repeat(12))).toEqual({ type: 'ok', value: utf8('a'.repeat(12)) })
  })
  test('1024 characters are enough, 1025 too long', () => {
    expect(refusal('a'.repeat(1024))).toBeNull()
    expect(refusal('a'.repeat(1025))).toEqual({ type: 'password_too_long', have: 1025, limit: 1024 })
  })
  test('characters are code points, not UTF-16 units', () => {
    expect(refusal('🔑'.repeat(6))).toEqual({ type: 'password_too_short', have: 6, need: 12 })
    expect(refusal('🔑'.repeat(12))).toBeNull()
  })
  test('composed, decomposed and full-width spellings are one password', () => {
    const composed = passwordBytes('caf\u00e9 with milk')
    expect(passwordBytes('cafe\u0301 with milk')).toEqual(composed)
    expect(passwordBytes('ｃａｆ\u00e9 with milk')).toEqual(composed)
  })
  test('length is counted after normalisation', () => {
    expect(refusal('e\u0301'.repeat(11))).toEqual({ type: 'password_too_short', have: 11, need: 12 })
    // U+FB03, the ffi ligature, is three letters.
    expect(refusal('\ufb03'.repeat(4))).toBeNull()
  })
  test('a lone surrogate is refused', () => {
    expect(refusal(`${'a'.repeat(12)}\ud800`)).toEqual({ type: 'password_malformed' })
  })
})
