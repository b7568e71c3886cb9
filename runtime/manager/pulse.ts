/**
 * Heartbeats: whether the context that holds a runtime still does anything. Its Web Lock is freed when it dies, and not
 * when it hangs or is frozen; only its silence gives that away.
 *
 * Contract: whoever looks on asks every five seconds, and the holder answers each time with its height. So a holder
 * beats only while somebody follows and has no timer for it; a channel message is no event of a service worker, so
 * being asked does not keep one alive either. Silence is counted in questions, not in time: who was frozen itself
 * accuses nobody. It is said and nothing else; the lock alone decides who holds the runtime.
 */
import type { Scheduler } from '../ports.ts'

const BEAT_EVERY_MS = 5_000
/** So many questions in a row without an answer are silence. */
const MISSED_BEATS = 3

type Ports = {
  readonly ask: () => void
  readonly schedule: Scheduler
  readonly onSilent: (isSilent: boolean) => void
}

export type Pulse = {
  /** The holder has said something. */
  readonly heard: () => void
  readonly stop: () => void
}

/** Asks at once and from then on; tells of silence, and of its end. */
export const followPulse = ({ ask, schedule, onSilent }: Ports): Pulse => {
  let unanswered = 0
  let cancel = (): void => undefined
  const round = (): void => {
    if (unanswered === MISSED_BEATS) onSilent(true)
    unanswered += 1
    cancel = schedule(BEAT_EVERY_MS, round)
    ask()
  }
  round()
  return {
    heard: () => {
      const wasSilent = unanswered > MISSED_BEATS
      unanswered = 0
      if (wasSilent) onSilent(false)
    },
    stop: () => cancel(),
  }
}
