/** A clock that stands still until it is moved, and a scheduler that runs by it. */
import type { Clock, Scheduler } from '../../runtime/ports.ts'

export type ManualTime = {
  readonly clock: Clock
  readonly schedule: Scheduler
  /** Moves the clock, running what becomes due on the way, each at its own time. */
  readonly advance: (ms: number) => void
  /** How long until the next thing is due; null when nothing is. */
  readonly nextInMs: () => number | null
}

type Timer = { readonly atMs: number; readonly run: () => void }

export const manualTime = (startMs: number): ManualTime => {
  let nowMs = startMs
  let timers: Timer[] = []
  const next = (): Timer | undefined =>
    timers.reduce<Timer | undefined>((a, b) => (a === undefined || b.atMs < a.atMs ? b : a), undefined)
  const advance = (ms: number): void => {
    const untilMs = nowMs + ms
    for (let due = next(); due !== undefined && due.atMs <= untilMs; due = next()) {
      const { atMs, run } = due
      timers = timers.filter((timer) => timer !== due)
      nowMs = Math.max(nowMs, atMs)
      run()
    }
    nowMs = untilMs
  }
  return {
    clock: { now: () => nowMs },
    schedule: (delayMs, run) => {
      const timer = { atMs: nowMs + delayMs, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
    advance,
    nextInMs: () => {
      const due = next()
      return due === undefined ? null : due.atMs - nowMs
    },
  }
}

/** Lets everything that waits for nothing outside this process come to rest. */
export const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
