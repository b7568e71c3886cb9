/**
 * The dApp provider, put together: pages' lines on one side, the owner's word on the other.
 *
 * Contract: nothing is answered before permissions and queue have been read. What a site may see is one function of
 * wallet and permissions, and every page is told when it changes.
 */
import type { ApprovalView } from '../../../runtime/radapter/approvals.ts'
import { type ApprovalHandlers, createApprovals } from './approvals.ts'
import { openPermissions } from './permissions.ts'
import type { ProviderPorts } from './ports.ts'
import { openQueue } from './queue.ts'
import { type Backstage, createRouter, type Router, type Seen } from './router.ts'

/** Whether sites could see an address, as pages were last told; a worker that starts anew tells them if it changed. */
const TOLD = 'provider.told'

export type Provider = {
  /** What waits for the owner; empty until it has been read. */
  view(): readonly ApprovalView[]
  readonly handlers: ApprovalHandlers
  windowClosed(): Promise<void>
  /** With the wallet: every site is a stranger again, and what it had asked is refused. */
  forget(): Promise<void>
  onChange(listener: () => void): () => void
}

type Started = { readonly provider: Provider; readonly backstage: Backstage }

const startProvider = async (ports: ProviderPorts, router: () => Router): Promise<Started> => {
  const { session, local, wallet, runtime, broadcast } = ports
  const [queue, permissions] = await Promise.all([openQueue(session), openPermissions(local)])
  const listeners = new Set<() => void>()
  const chainId = `0x${runtime.chainId.toString(16)}`

  const seenBy = (origin: string): Seen => {
    const grant = permissions.grantOf(origin)
    const address = wallet.address()
    const holds = grant?.runtimeId === runtime.runtimeId && grant.chainId === String(runtime.chainId)
    return { accounts: address !== null && holds ? [address] : [], chainId }
  }
  const changed = (): void => {
    router().tellAll(backstage)
    for (const listener of listeners) listener()
  }
  const approvals = createApprovals(ports, { queue, permissions }, changed)
  const backstage: Backstage = { approvals, runtime, seenBy }

  const tellPages = async (): Promise<void> => {
    const told = wallet.address() ?? ''
    if ((await session.get(TOLD)) === told) return
    await session.set(TOLD, told)
    broadcast()
  }
  wallet.onChange(() => {
    changed()
    void tellPages()
    void approvals.reconcile()
  })
  runtime.onChange(() => void approvals.reconcile())
  await tellPages()
  await approvals.restore()
  const provider: Provider = {
    view: approvals.view,
    handlers: approvals.handlers,
    windowClosed: approvals.windowClosed,
    forget: async () => {
      await approvals.windowClosed()
      await permissions.forget()
      changed()
    },
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  return { provider, backstage }
}

/** @param ports of a wallet session that has been read. */
export const createProvider = (
  ports: Promise<ProviderPorts>,
): { readonly router: Router; readonly started: Promise<Provider> } => {
  const started = ports.then((given) => startProvider(given, () => router))
  const router = createRouter(started.then(({ backstage }) => backstage))
  return { router, started: started.then(({ provider }) => provider) }
}

/** The provider for those who cannot wait until it has started: nothing waits yet, and what is called waits. */
export const followProvider = (started: Promise<Provider>): Omit<Provider, 'windowClosed'> => {
  const known: { provider: Provider | null } = { provider: null }
  const ready = started.then((provider) => {
    known.provider = provider
    return provider
  })
  return {
    view: () => known.provider?.view() ?? [],
    onChange: (listener) => {
      let stop: (() => void) | null = null
      let isOver = false
      void ready.then((provider) => {
        if (isOver) return
        stop = provider.onChange(listener)
        listener()
      })
      return () => {
        isOver = true
        stop?.()
      }
    },
    forget: async () => (await ready).forget(),
    handlers: {
      'approvals.quote': async (params) => (await ready).handlers['approvals.quote'](params),
      'approvals.approve': async (params) => (await ready).handlers['approvals.approve'](params),
      'approvals.reject': async (params) => (await ready).handlers['approvals.reject'](params),
      'approvals.rejectAll': async (params) => (await ready).handlers['approvals.rejectAll'](params),
    },
  }
}
