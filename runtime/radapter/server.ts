/**
 * The RAdapter server: shows a runtime to any number of clients and takes their commands, over any carrier.
 *
 * Contract: every client is told the host's status, always; views go out only while the wallet is unlocked and a
 * runtime runs, and stop with the status that says so. A client gets whole views, latest wins, one in flight. What a
 * client asks of a runtime that is still starting waits for it. Nothing of an internal error leaves but its code.
 */
import type { RuntimeHost } from '../host.ts'
import type { Connection } from './connection.ts'
import type { ErrorCode } from './error-code.ts'
import { heldByOther, RAdapterError, walletLocked } from './errors.ts'
import type { Naming } from './names.ts'
import { type RpcHandlers, type Seat, type Served, seatOf, serve } from './served.ts'
import type { HostStatus } from './types.ts'
import { createViews, type Views } from './views.ts'

export type ServerOptions = {
  /** The runtime to show, or null while there is none. */
  readonly host: () => RuntimeHost | null
  readonly status: () => Omit<HostStatus, 'control'>
  /** Tells of every change of the two above. @returns unsubscribe */
  readonly onChange: (listener: () => void) => () => void
  readonly handlers: RpcHandlers
  /** What the host adds to the names in the state; told of through `onChange`. */
  readonly naming?: () => Naming
  /** Told what went wrong inside; for a log. */
  readonly onError?: (error: unknown) => void
}

export type RAdapterServer = {
  /** @param seat by default that of a page which may do everything. */
  accept(connection: Connection, seat?: Seat): void
  /** Ends every connection and listens no more. Idempotent. */
  close(): void
}

type Shown = { readonly host: RuntimeHost; readonly views: Views; readonly unsubscribe: () => void }

const refuse = (code: ErrorCode, message: string): RAdapterError =>
  new RAdapterError({ code, message, retryable: false })

/** Null: it is still starting, so wait. */
const hostFor = (
  use: 'read' | 'write',
  status: Omit<HostStatus, 'control'>,
  host: RuntimeHost | null,
): RuntimeHost | RAdapterError | null => {
  const { wallet, runtime, reason } = status
  if (wallet !== 'unlocked') return new RAdapterError(walletLocked)
  const isOpen = host !== null && use === 'read'
  if (runtime === 'halted' && !isOpen) return refuse('E_HALTED', `this runtime has stopped: ${reason?.type}`)
  const isHeld = reason?.type === 'held_elsewhere' || reason?.type === 'held_silent'
  if (runtime === 'read-only' && !isOpen && isHeld)
    return new RAdapterError(heldByOther(reason.type, 'this runtime is open in another place'))
  if (runtime === 'read-only' && !isOpen) return refuse('E_LOCKED', `this runtime can only be read: ${reason?.type}`)
  return host
}

export const createServer = (options: ServerOptions): RAdapterServer => {
  const { host, status, handlers, onError = () => undefined } = options
  const clients = new Map<Connection, Served>()
  let shown: Shown | null = null
  let waiting: (() => void)[] = []

  const frameChanged = (): void => {
    for (const client of clients.values()) client.frameChanged()
  }
  const follow = (): void => {
    const next = host()
    if (shown?.host === next) return
    shown?.unsubscribe()
    shown =
      next === null
        ? null
        : { host: next, views: createViews(next, status, options.naming), unsubscribe: next.onChange(frameChanged) }
  }
  const changed = (): void => {
    follow()
    if (status().wallet !== 'unlocked') shown?.views.forget()
    for (const client of clients.values()) client.statusChanged()
    frameChanged()
    const woken = waiting
    waiting = []
    for (const wake of woken) wake()
  }
  const ready = async (use: 'read' | 'write'): Promise<RuntimeHost> => {
    for (;;) {
      const found = hostFor(use, status(), host())
      if (found instanceof RAdapterError) throw found
      if (found !== null) return found
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
  }
  const views = (): Views | null => {
    follow()
    return status().wallet === 'unlocked' ? (shown?.views ?? null) : null
  }

  const unsubscribe = options.onChange(changed)
  follow()
  return {
    accept: (connection, seat = seatOf('admin')) => {
      clients.set(connection, serve(connection, seat, { status, views, ready, handlers, onError }))
      connection.onClose(() => {
        clients.delete(connection)
        seat.leave()
      })
    },
    close: () => {
      unsubscribe()
      shown?.unsubscribe()
      for (const connection of [...clients.keys()]) connection.close()
    },
  }
}
