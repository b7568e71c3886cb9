/**
 * A newer version of this extension: installed as soon as no payment is under way, however long that takes, or a
 * minute after the owner asks for it, in this order: what is on its way arrives, the runtimes stop, the program starts
 * anew. A payment that is still open then is taken up by the next version, like after any other stop.
 */
import type { RuntimeHost } from '../../runtime/host.ts'
import type { RpcMethods } from '../../runtime/radapter/types.ts'
import { drained, isQuiet } from './drain.ts'

/** What the browser has to do with it. */
export type UpdatePort = {
  /** The browser holds a newer version back because this one is running. */
  onAvailable(listener: () => void): void
  /** Ends this program, and starts the newest version there is. */
  reload(): void
}

export type Updatable = {
  hosts(): readonly RuntimeHost[]
  onChange(listener: () => void): () => void
  stop(): Promise<void>
}

export type Updates = {
  readonly isReady: () => boolean
  readonly onChange: (listener: () => void) => () => void
  /** Nothing happens while no update waits. */
  readonly install: () => void
}

/** Calls `look` at every change of every runtime, of whichever there are. */
const follow = (runtimes: Updatable, look: () => void): void => {
  const followed = new Map<RuntimeHost, () => void>()
  const changed = (): void => {
    const hosts = runtimes.hosts()
    for (const [host, stop] of followed) {
      if (hosts.includes(host)) continue
      stop()
      followed.delete(host)
    }
    for (const host of hosts) if (!followed.has(host)) followed.set(host, host.onChange(look))
    look()
  }
  runtimes.onChange(changed)
  changed()
}

export const createUpdates = (port: UpdatePort, runtimes: Promise<Updatable>): Updates => {
  const listeners = new Set<() => void>()
  let isReady = false
  let isInstalling = false

  const carryOut = async (): Promise<void> => {
    const running = await runtimes
    await drained(running.hosts())
    // However they stop: what they have committed is stored.
    await running.stop().catch(() => undefined)
    port.reload()
  }
  const install = (): void => {
    if (!isReady || isInstalling) return
    isInstalling = true
    void carryOut()
  }
  port.onAvailable(() => {
    if (isReady) return
    isReady = true
    for (const listener of listeners) listener()
    void runtimes.then((running) =>
      follow(running, () => {
        if (running.hosts().every(isQuiet)) install()
      }),
    )
  })
  return {
    isReady: () => isReady,
    install,
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

export const updateHandlers = (
  updates: Updates,
): { readonly 'host.update': () => Promise<RpcMethods['host.update']['result']> } => ({
  'host.update': () => {
    updates.install()
    return Promise.resolve({})
  },
})
