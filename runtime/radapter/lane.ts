/**
 * A lane of pushes with back-pressure: at most one is in flight. Whatever happens meanwhile is pushed once, as it then
 * is, after the one in flight has been acknowledged; so nothing ever queues for a reader that is slow.
 */
export type Lane = {
  /** There is something new. */
  readonly touch: () => void
  /** @returns false when it was not this lane's push. */
  readonly acknowledge: (seq: number) => boolean
}

/**
 * @param push makes and sends one push and returns its number; called only when one may leave. Null when there was
 *   nothing to send, or it could not be made; the next news tries again.
 */
export const createLane = (push: () => number | null): Lane => {
  let inFlight: number | null = null
  let isDue = false
  const send = (): void => {
    isDue = false
    inFlight = push()
  }
  return {
    touch: () => {
      if (inFlight === null) send()
      else isDue = true
    },
    acknowledge: (seq) => {
      if (seq !== inFlight) return false
      inFlight = null
      if (isDue) send()
      return true
    },
  }
}
