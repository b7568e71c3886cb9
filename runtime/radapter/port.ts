/**
 * The carrier between a page of the extension and its worker: a Port of the browser's runtime messaging. A port is
 * lost whenever the worker is stopped, which is normal life; the client opens the next one.
 */
import { createClient } from './client.ts'
import { type Connection, createInbox } from './connection.ts'
import { type ClientPorts, systemPorts } from './line.ts'
import type { RAdapter } from './types.ts'

/** The part of `runtime.Port` used here. */
export type PortLike = {
  readonly name: string
  postMessage(message: unknown): void
  disconnect(): void
  readonly onMessage: { addListener(listener: (message: unknown) => void): void }
  readonly onDisconnect: { addListener(listener: () => void): void }
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

/** @param openPort may throw: the worker's extension may have been replaced under an open page. */
export const portAdapter = (openPort: () => PortLike, ports: ClientPorts = systemPorts): RAdapter =>
  createClient({ mode: 'rpc', open: () => portConnection(openPort()), ports })
