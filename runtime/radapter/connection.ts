/**
 * Connection: one line between a client and a server, over whatever carries text. Carriers move messages and nothing
 * else; order is kept, and what was sent before the line was lost may not have arrived.
 */
export type Connection = {
  /** Never throws, and never delivers before it returns; after the end it does nothing. */
  send(text: string): void
  /** One listener; it also gets what came before it was there. Anything can arrive: it is for the listener to judge. */
  onMessage(listener: (message: unknown) => void): void
  /** One listener; called once, whoever ended it, also when that was before it was there. */
  onClose(listener: () => void): void
  /** Idempotent. */
  close(): void
}

/** The receiving half of a connection: keeps what arrives until somebody listens. For carriers. */
export type Inbox = Pick<Connection, 'onMessage' | 'onClose'> & {
  readonly isClosed: () => boolean
  readonly receive: (message: unknown) => void
  /** Idempotent; nothing is received afterwards. */
  readonly end: () => void
}

export const createInbox = (): Inbox => {
  let waiting: unknown[] = []
  let listener: ((message: unknown) => void) | null = null
  let closeListener: (() => void) | null = null
  let closed = false
  return {
    isClosed: () => closed,
    receive: (message) => {
      if (closed) return
      if (listener === null) waiting.push(message)
      else listener(message)
    },
    end: () => {
      if (closed) return
      closed = true
      closeListener?.()
    },
    onMessage: (added) => {
      listener = added
      const before = waiting
      waiting = []
      for (const message of before) added(message)
    },
    onClose: (added) => {
      closeListener = added
      if (closed) added()
    },
  }
}
