/**
 * A lane of pushes with back-pressure: at most one is in flight. Whatever happens meanwhile is pushed once, as it then
 * is, after the one in flight has been acknowledged; so nothing ever queues for a reader that is slow.
 */
type Sent = number | null

export type Lane = {
  /** There is something new. */
  readonly touch: () => void
  /** @returns false when it was not this lane's push. */
  readonly acknowledge: (seq: number) => boolean
}

/**
 * @param push makes and sends one push and returns its number; called only when one may leave. Null when there was
 *   nothing to send, or it could not be made; the next news tries again. What takes time to make gives a promise, which
 *   never rejects, of how it is sent; that counts as in flight from its beginning.
 */
export const createLane = (push: () => Sent | Promise<() => Sent>): Lane => {
  let inFlight: number | null = null
  let isMaking = false
  let isDue = false
  const sent = (seq: Sent): void => {
    inFlight = seq
    isMaking = false
    if (seq === null && isDue) send()
  }
  const send = (): void => {
    isDue = false
    isMaking = true
    const made = push()
    // Its number is known here before anybody can acknowledge it.
    if (made instanceof Promise) void made.then((leave) => sent(leave()))
    else sent(made)
  }
  return {
    touch: () => {
      if (inFlight === null && !isMaking) send()
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
