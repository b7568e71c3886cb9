/**
 * The way to a chain: one or two nodes that have shown to be of the right chain, or the reason why there are none.
 *
 * Contract: nothing is asked of a node before the handshake, which is repeated at every connection. A failure closes the
 * connection; it is opened again by itself after 1, 2, 4 … 30 seconds, less up to a quarter by lot, so that a crowd of
 * wallets does not come back as one. It counts as up again only once the handshake has gone through.
 */
import type { Entropy, Scheduler } from '../ports.ts'
import { createNode, type OpenEndpoint, type RpcNode } from './node.ts'
import { JAdapterError, type JAdapterFailure, type LinkStatus } from './types.ts'

/** The first one is asked; the others have to agree with it. */
export type Nodes = readonly [RpcNode, ...RpcNode[]]

export type LinkOptions = {
  readonly urls: readonly [string, ...string[]]
  readonly open: OpenEndpoint
  readonly schedule: Scheduler
  readonly entropy: Entropy
  /** Looks whether these are who they should be, and can do what failed the last time. @throws JAdapterError */
  readonly handshake: (nodes: Nodes) => Promise<void>
}

export type Link = {
  readonly status: () => LinkStatus
  /** @throws JAdapterError while the link is not up and nobody is connecting; the work's own errors. */
  readonly run: <T>(work: (nodes: Nodes) => Promise<T>) => Promise<T>
  /** Called when the status has changed, and when a node has announced something. */
  readonly subscribe: (listener: () => void) => () => void
  /** Finishes connecting, or failing to. */
  readonly connect: () => Promise<void>
  readonly close: () => void
}

const FIRST_MS = 1_000
const LONGEST_MS = 30_000

const DOWN: ReadonlySet<JAdapterFailure> = new Set(['unreachable', 'rate_limited', 'node_error', 'closed'])
const REFUSED: ReadonlySet<JAdapterFailure> = new Set([
  'malformed',
  'wrong_chain',
  'wrong_genesis',
  'no_contract',
  'wrong_contract',
  'unlinked',
  'endpoints_disagree',
  'reorged_too_deep',
])

const statusOf = ({ type: failure, message }: JAdapterError): LinkStatus => ({
  type: REFUSED.has(failure) ? 'refused' : 'down',
  failure,
  message,
})

const lost = (): JAdapterError => new JAdapterError('unreachable', 'The connection was lost.')

/** The time to wait after so many failures; `lot` is 0 to 255. */
const waitMs = (failures: number, lot: number): number => {
  const longest = Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS)
  return Math.ceil(longest - (longest / 4) * (lot / 256))
}

export const createLink = (options: LinkOptions): Link => {
  const { schedule, entropy } = options
  let status: LinkStatus = { type: 'down', failure: 'unreachable', message: 'Nobody has asked yet.' }
  let nodes: Nodes | null = null
  let failures = 0
  let connecting: Promise<void> | null = null
  let isClosed = false
  let cancel = (): void => {}
  const listeners = new Set<() => void>()

  const notify = (): void => {
    for (const listener of [...listeners]) listener()
  }
  const show = (next: LinkStatus): void => {
    const isSame = JSON.stringify(next) === JSON.stringify(status)
    status = next
    if (!isSame) notify()
  }
  const drop = (which: Nodes | null): void => {
    for (const node of which ?? []) node.close()
    if (nodes === which) nodes = null
  }
  const fall = (error: JAdapterError): void => {
    failures++
    cancel()
    // What is gone does not come back by being asked for; everything else may.
    if (error.type !== 'reorged_too_deep' && !isClosed)
      cancel = schedule(waitMs(failures, entropy.draw()[0] ?? 0), () => void connect())
    show(statusOf(error))
  }
  const isOurs = (error: unknown): error is JAdapterError =>
    error instanceof JAdapterError && (DOWN.has(error.type) || REFUSED.has(error.type))

  const open = (): Nodes => {
    const opened = options.urls.map((url) => createNode(options.open(url), { schedule }))
    return opened as [RpcNode, ...RpcNode[]]
  }
  const attempt = async (): Promise<void> => {
    let opened: Nodes | null = null
    try {
      opened = open()
      await options.handshake(opened)
      if (isClosed) return drop(opened)
      nodes = opened
      failures = 0
      for (const node of opened) node.onNews(notify)
      show({ type: 'up' })
    } catch (error) {
      drop(opened)
      if (!isClosed)
        fall(isOurs(error) ? error : new JAdapterError('failed', 'no connection can be kept', { cause: error }))
    }
  }
  const connect = (): Promise<void> => {
    if (nodes !== null || isClosed) return Promise.resolve()
    cancel()
    connecting ??= attempt().finally(() => {
      connecting = null
    })
    return connecting
  }

  return {
    status: () => status,
    connect,
    run: async (work) => {
      await connecting
      const used = nodes
      if (used === null) throw status.type === 'up' ? lost() : new JAdapterError(status.failure, status.message)
      try {
        return await work(used)
      } catch (error) {
        if (isOurs(error) && nodes === used) {
          drop(used)
          fall(error)
        }
        throw error
      }
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    close: () => {
      isClosed = true
      cancel()
      drop(nodes)
      show({ type: 'down', failure: 'closed', message: 'This chain is closed.' })
      listeners.clear()
    },
  }
}
