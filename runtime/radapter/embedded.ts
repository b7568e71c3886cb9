/**
 * The carrier within one process: two ends of one line. What crosses it is the same encoded text as anywhere else, so
 * that nothing works here that would not work over a wire. Delivery is never synchronous, as on every other carrier.
 */
import { createClient } from './client.ts'
import { type Connection, createInbox, type Inbox } from './connection.ts'
import { writeInput } from './input.ts'
import { type ClientPorts, systemPorts } from './line.ts'
import type { RAdapterServer } from './server.ts'
import type { RAdapter } from './types.ts'

const endOf = (own: Inbox, other: Inbox): Connection => ({
  onMessage: own.onMessage,
  onClose: own.onClose,
  send: (text) => {
    if (!own.isClosed()) queueMicrotask(() => other.receive(text))
  },
  close: () => {
    if (own.isClosed()) return
    own.end()
    queueMicrotask(other.end)
  },
})

export const connectionPair = (): readonly [Connection, Connection] => {
  const [near, far] = [createInbox(), createInbox()]
  return [endOf(near, far), endOf(far, near)]
}

export const embeddedAdapter = (server: Pick<RAdapterServer, 'accept'>, ports: ClientPorts = systemPorts): RAdapter =>
  createClient({
    mode: 'embedded',
    open: () => {
      const [near, far] = connectionPair()
      server.accept(far)
      return near
    },
    ports,
    writeInput,
  })
