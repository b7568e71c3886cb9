/**
 * The dApp provider, put together: pages' lines on one side, the owner's word on the other.
 *
 * Contract: nothing is answered before permissions and queue have been read. What a site may see is one function of
 * wallet and permissions, and every page is told when it changes.
 */
import type { ApprovalView } from '../../../runtime/radapter/approvals.ts'
import { type ApprovalHandlers, createApprovals } from './approvals.ts'
import { createPace } from './pace.ts'
import { openPermissions } from './permissions.ts'
import type { ProviderPorts } from './ports.ts'
import { openQueue } from './queue.ts'
import { type Backstage, createRouter, type Router } from './router.ts'
import { openSight } from './sight.ts'
import { createSites, type SiteHandlers } from './sites.ts'

export type Provider = {
  /** What waits for the owner; empty until it has been read. */
  view(): readonly ApprovalView[]
  readonly handlers: ApprovalHandlers & SiteHandlers
  windowClosed(): Promise<void>
  /** With the wallet: every site is a stranger again, and what it had asked is refused. */
  forget(): Promise<void>
  onChange(listener: () => void): () => void
}

type Started = { readonly provider: Provider; readonly backstage: Backstage }

const startProvider = async (ports: ProviderPorts, router: () => Router): Promise<Started> => {
  const { session, local, clock, wallet, runtime } = ports
  const [queue, permissions] = await Promise.all([openQueue(session), openPermissions(local)])
  const sight = await openSight(ports, permissions)
  const listeners = new Set<() => void>()

  const changed = (): void => {
    router().tellAll(backstage)
    sight.callPages()
    for (const listener of listeners) listener()
  }
  const approvals = createApprovals(ports, { queue, permissions }, changed)
  const backstage: Backstage = {
    approvals,
    runtime,
    seenBy: sight.seenBy,
    pace: createPace(clock),
    // Nobody's answer waits for it.
    used: (origin) => void permissions.used(origin, clock.now()).catch(() => undefined),
  }
  wallet.onChange(() => {
    changed()
    void approvals.reconcile()
  })
  sight.onMove(() => {
    changed()
    // Unwritten, they stay questions to a runtime that is not there, and are refused at the next move.
    void approvals.moved().catch(() => undefined)
  })
  runtime.onChange(() => void approvals.reconcile())
  sight.callPages()
  await approvals.restore()
  const provider: Provider = {
    view: approvals.view,
    handlers: {
      ...approvals.handlers,
      ...createSites(ports, { permissions, seenBy: sight.seenBy, changed, refuse: approvals.refuse }),
    },
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
      'sites.list': async (params) => (await ready).handlers['sites.list'](params),
      'sites.here': async (params) => (await ready).handlers['sites.here'](params),
      'sites.revoke': async (params) => (await ready).handlers['sites.revoke'](params),
    },
  }
}
