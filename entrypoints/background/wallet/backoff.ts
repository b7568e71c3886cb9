/**
 * Wrong passwords slow down and never destroy: five tries are free; after the fifth failure and each later one the
 * next try has to wait 2, 4, 8 … seconds, at most five minutes.
 *
 * Contract: pure. The row is kept in durable storage, so a restart changes nothing. A wait is measured on a wall
 * clock that people can set: when it stands before the last failure, the whole wait starts again from there, so
 * turning it back never opens the wallet earlier and never locks it for longer than the wait itself.
 */

export const FREE_TRIES = 5
const MAX_WAIT_MS = 300_000

export type Tries = {
  /** Since the last right password. */
  readonly failures: number
  /** No try before this time; 0 when none has to wait. */
  readonly notBeforeMs: number
  /** What the clock said when `notBeforeMs` was set. */
  readonly seenMs: number
}

export const NO_TRIES: Tries = { failures: 0, notBeforeMs: 0, seenMs: 0 }

/** How long the next try has to wait after so many failures. */
export const waitMs = (failures: number): number =>
  failures < FREE_TRIES ? 0 : Math.min(MAX_WAIT_MS, 1000 * 2 ** (failures - FREE_TRIES + 1))

const after = (failures: number, nowMs: number): Tries => {
  const wait = waitMs(failures)
  return { failures, notBeforeMs: wait === 0 ? 0 : nowMs + wait, seenMs: nowMs }
}

export const failedOnce = (tries: Tries, nowMs: number): Tries => after(tries.failures + 1, nowMs)

/** The same failures seen from now: another row only when the clock went backwards. */
export const anchored = (tries: Tries, nowMs: number): Tries =>
  nowMs < tries.seenMs ? after(tries.failures, nowMs) : tries

/** For a row that cannot be read: as if the free tries were used up just now. */
export const distrusted = (nowMs: number): Tries => after(FREE_TRIES, nowMs)

export const triesLeft = (tries: Tries): number => Math.max(0, FREE_TRIES - tries.failures)
