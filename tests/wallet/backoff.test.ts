/** The back-off table, and clocks that go backwards. */

import { describe, expect, test } from 'vitest'
import {
  anchored,
  distrusted,
  failedOnce,
  NO_TRIES,
  type Tries,
  triesLeft,
  waitMs,
} from '../../entrypoints/background/wallet/backoff.ts'
import { fc } from '../support/property.ts'

const failTimes = (times: number, nowMs: number): Tries =>
  Array.from({ length: times }).reduce<Tries>((tries) => failedOnce(tries, nowMs), NO_TRIES)

describe('waitMs', () => {
  test('five tries are free, then 2ⁿ seconds up to five minutes', () => {
    const seconds = Array.from({ length: 15 }, (_, failures) => waitMs(failures) / 1000)
    expect(seconds).toEqual([0, 0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
    expect(waitMs(1_000_000)).toBe(300_000)
  })
})

describe('failedOnce', () => {
  test('counts, and sets the wait from the moment of the failure', () => {
    expect(failTimes(4, 1000)).toEqual({ failures: 4, notBeforeMs: 0, seenMs: 1000 })
    expect(failTimes(5, 1000)).toEqual({ failures: 5, notBeforeMs: 3000, seenMs: 1000 })
    expect(failedOnce(failTimes(5, 1000), 9000)).toEqual({ failures: 6, notBeforeMs: 13_000, seenMs: 9000 })
  })
})

describe('anchored', () => {
  const tries = failTimes(6, 100_000)
  test('the same row while the clock goes forward', () => {
    expect(anchored(tries, 100_000)).toBe(tries)
    expect(anchored(tries, 200_000)).toBe(tries)
  })
  test('the whole wait again when the clock went backwards', () => {
    expect(anchored(tries, 50_000)).toEqual({ failures: 6, notBeforeMs: 54_000, seenMs: 50_000 })
  })
  test('for any clock: a wait after any failure past the fourth, and never more than the wait of the table', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 40 }), fc.nat(10 ** 12), fc.nat(10 ** 12), (failures, failedAt, nowMs) => {
        const row = anchored(failTimes(failures, failedAt), nowMs)
        if (nowMs <= failedAt) expect(row.notBeforeMs).toBe(nowMs + waitMs(failures))
        expect(row.notBeforeMs - nowMs).toBeLessThanOrEqual(waitMs(failures))
        expect(row.failures).toBe(failures)
      }),
    )
  })
})

describe('distrusted', () => {
  test('has used up the free tries', () => {
    expect(distrusted(1000)).toEqual(failTimes(5, 1000))
  })
})

describe('triesLeft', () => {
  test('five to none', () => {
    expect([0, 1, 4, 5, 6].map((failures) => triesLeft(failTimes(failures, 0)))).toEqual([5, 4, 1, 0, 0])
  })
})
