/**
 * A newer version of this extension: installed as soon as no payment is under way, however long that takes, or a
 * minute after the owner asks for it, in this order: what is on its way arrives, the runtime stops, the program starts
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
  readonly host: RuntimeHost | null
  onChange(listener: () => void): () => void
  stop(): Promise<void>
}

export type Updates = {
  readonly isReady: () => boolean
  readonly onChange: (listener: () => void) => () => void
  /** Nothing happens while no update waits. */
  readonly install: () => void
}

/** Calls `look` at every change of the runtime, of whichever there is. */
const follow = (service: Updatable, look: () => void): void => {
  let followed: RuntimeHost | null = null
  let stop = (): unknown => undefined
  const changed = (): void => {
    if (service.host !== followed) {
      stop()
      followed = service.host
      stop = followed?.onChange(look) ?? (() => undefined)
    }
    look()
  }
  service.onChange(changed)
  changed()
}

export const createUpdates = (port: UpdatePort, runtime: Promise<Updatable>): Updates => {
  const listeners = new Set<() => void>()
  let isReady = false
  let isInstalling = false

  const carryOut = async (): Promise<void> => {
    const service = await runtime
    await drained(service.host)
    // However it stops: what it has committed is stored.
    await service.stop().catch(() => undefined)
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
    void runtime.then((service) =>
      follow(service, () => {
        if (isQuiet(service.host)) install()
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
