/** The last safe day: whichever comes first of what has to be answered and what has to be shown. */
import { describe, expect, test } from 'vitest'
import { type Exposure, lastSafe, revealBy } from '../../../runtime/radapter/last-safe.ts'

const NOW = 1_800_000_000
const exposure = (patch: Partial<Exposure> = {}): Exposure => ({
  chainSeconds: NOW,
  responseSeconds: 86_400,
  deadlines: [],
  ...patch,
})

describe('lastSafe', () => {
  test.each([
    ['nothing to lose', { responseSeconds: null }, null],
    ['an account that anybody may sue in -- the time to answer from now', {}, NOW + 86_400],
    ['a deadline before that', { deadlines: [NOW + 3_600, NOW + 7_200] }, NOW + 3_600],
    ['a deadline after that', { deadlines: [NOW + 90_000] }, NOW + 86_400],
    ['only deadlines', { responseSeconds: null, deadlines: [NOW + 90_000] }, NOW + 90_000],
    ['a deadline that has passed -- the sooner the better', { deadlines: [NOW - 5] }, NOW - 5],
  ])('%s', (_, patch, expected) => {
    expect(lastSafe(exposure(patch))).toBe(expected)
  })

  test('later chain time -- later by as much', () => {
    expect(lastSafe(exposure({ chainSeconds: NOW + 60 }))).toBe(NOW + 60 + 86_400)
  })
})

test('a preimage -- on chain ten minutes before its lock expires', () => {
  expect(revealBy(NOW)).toBe(NOW - 600)
})
