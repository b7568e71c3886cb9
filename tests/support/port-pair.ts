/** An extension port by hand. */
import type { PortLike } from '../../runtime/radapter/port.ts'

export type PortEnd = PortLike & { readonly isOpen: () => boolean }

/** Two ends of a port as the browser has them: only the other side hears of a disconnection; a dead end throws. */
export const portPair = (): readonly [PortEnd, PortEnd] => {
  let open = true
  const make = () => ({ messages: [] as ((message: unknown) => void)[], ends: [] as (() => void)[] })
  const [a, b] = [make(), make()]
  const end = (own: typeof a, other: typeof a): PortEnd => ({
    name: 'radapter',
    isOpen: () => open,
    postMessage: (message) => {
      if (!open) throw new Error('Attempting to use a disconnected port object')
      queueMicrotask(() => {
        for (const listener of other.messages) listener(message)
      })
    },
    disconnect: () => {
      if (!open) return
      open = false
      for (const listener of other.ends) listener()
    },
    onMessage: { addListener: (listener) => own.messages.push(listener) },
    onDisconnect: { addListener: (listener) => own.ends.push(listener) },
  })
  return [end(a, b), end(b, a)]
}
