/**
 * The line between the two worlds of one page: events on its window, named by a secret that only the two scripts know.
 *
 * Both scripts run before any of the page's own, in no promised order, and events are delivered at once: whoever comes
 * second completes the handshake, and the secret has been handed over before a page script could listen. Another
 * window or a frame of another origin cannot raise an event here at all, so there is no sender to check. Whoever
 * learns the secret nevertheless is the page itself, and gains nothing: the worker believes the browser alone.
 */
const WANTED = 'xln-wallet:wanted'
const OFFERED = 'xln-wallet:offered'

export type Send = (text: string) => void

type Line = {
  /** @returns false when it was heard and cancelled. */
  readonly tell: (name: string, text: string, cancelable?: boolean) => boolean
  readonly on: (name: string, hear: (text: string, event: Event) => void, once?: boolean) => void
}

/** Everything is taken hold of at once, before the page can put something else in its place. */
const lineOn = (target: EventTarget): Line => {
  const dispatch = target.dispatchEvent.bind(target)
  const listen = target.addEventListener.bind(target)
  const Message = CustomEvent
  return {
    tell: (name, text, cancelable = false) => dispatch(new Message(name, { detail: text, cancelable })),
    on: (name, hear, once = false) => {
      const heard = (event: Event): void => {
        const text: unknown = event instanceof Message ? event.detail : ''
        if (typeof text === 'string') hear(text, event)
      }
      listen(name, heard, { once })
    },
  }
}

/** The relay's end. */
export const offerChannel = (target: EventTarget, secret: string, receive: Send): Send => {
  const line = lineOn(target)
  // Cancelled means heard.
  const offer = (): boolean => !line.tell(OFFERED, secret, true)
  line.on(`${secret}:up`, receive)
  if (!offer()) line.on(WANTED, () => offer(), true)
  return (text) => void line.tell(`${secret}:down`, text)
}

/** The page's end; what is sent before the other end is there is lost, which cannot happen to a page script. */
export const joinChannel = (target: EventTarget, receive: Send): Send => {
  const line = lineOn(target)
  const joined = { secret: '' }
  line.on(
    OFFERED,
    (secret, event) => {
      event.preventDefault()
      joined.secret = secret
      line.on(`${secret}:down`, receive)
    },
    true,
  )
  line.tell(WANTED, '')
  return (text) => void line.tell(`${joined.secret}:up`, text)
}
