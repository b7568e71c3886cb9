/**
 * The carrier between a page of the extension and its worker: a Port of the browser's runtime messaging. A port is
 * lost whenever the worker is stopped, which is normal life; the client opens the next one.
 */
import { type ClientOptions, createClient } from './client.ts'
import { type Connection, createInbox } from './connection.ts'
import { systemPorts } from './line.ts'
import { createPin, type Pin } from './pin.ts'
import type { RAdapter } from './types.ts'

/** The part of `runtime.Port` used here. */
export type PortLike = {
  readonly name: string
  postMessage(message: unknown): void
  disconnect(): void
  readonly onMessage: { addListener(listener: (message: unknown) => void): void }
  readonly onDisconnect: { addListener(listener: () => void): void }
}

/** What a page connects to: a runtime (null: the current one), and who it is if it asks for the pen. */
export type PortTarget = { readonly runtimeId: string | null; readonly clientId: string | null }

const PORT_NAME = /^radapter(?:\/([a-z0-9-]{0,32})(?:\/([0-9a-f]{32}))?)?$/

export const portName = ({ runtimeId, clientId }: PortTarget): string =>
  clientId === null ? `radapter/${runtimeId ?? ''}` : `radapter/${runtimeId ?? ''}/${clientId}`

/** Null for a port of something else. */
export const readPortName = (name: string): PortTarget | null => {
  const found = PORT_NAME.exec(name)
  return found === null ? null : { runtimeId: found[1] || null, clientId: found[2] ?? null }
}

/** Listens at once, so that nothing said before anybody asks is lost. */
export const portConnection = (port: PortLike): Connection => {
  const inbox = createInbox()
  port.onMessage.addListener((message) => inbox.receive(message))
  port.onDisconnect.addListener(inbox.end)
  return {
    onMessage: inbox.onMessage,
    onClose: inbox.onClose,
    send: (text) => {
      if (inbox.isClosed()) return
      try {
        port.postMessage(text)
      } catch {
        // The other side is gone and its event has not come yet.
        inbox.end()
      }
    },
    close: () => {
      if (inbox.isClosed()) return
      // The browser tells only the other side of a disconnection.
      port.disconnect()
      inbox.end()
    },
  }
}

/**
 * Always to the same runtime: the one the pin names.
 * @param openPort may throw: the worker's extension may have been replaced under an open page.
 * @param options.writeInput of a page that sends inputs
 */
export const portAdapter = (
  openPort: (runtimeId: string | null) => PortLike,
  pin: Pin = createPin(null),
  { ports = systemPorts, writeInput }: Partial<Pick<ClientOptions, 'ports' | 'writeInput'>> = {},
): RAdapter => {
  let current: Connection | null = null
  const open = (): Connection => {
    current = portConnection(openPort(pin.id()))
    return current
  }
  const adapter = createClient({ mode: 'rpc', open, ports, ...(writeInput === undefined ? {} : { writeInput }) })
  adapter.onHostStatus((status) => {
    // A lost connection comes back by itself.
    if (pin.heard(status)) current?.close()
  })
  return adapter
}
