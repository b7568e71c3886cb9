/**
 * Connected sites as their owner sees them, and how one is sent away.
 *
 * Contract: only while the wallet is unlocked. Whoever is sent away sees nothing from the moment in which that is
 * written, and what it still asks the owner is refused.
 */
import { RAdapterError, walletLocked } from '../../../runtime/radapter/errors.ts'
import type { SiteMethods, SiteView } from '../../../runtime/radapter/site-methods.ts'
import type { Granted, Permissions } from './permissions.ts'
import type { ProviderPorts } from './ports.ts'
import type { Sight } from './sight.ts'

export type SiteHandlers = {
  readonly [M in keyof SiteMethods]: (params: SiteMethods[M]['params']) => Promise<SiteMethods[M]['result']>
}

type Doors = {
  readonly permissions: Permissions
  readonly seenBy: Sight['seenBy']
  /** Tells the pages what they may see now. */
  readonly changed: () => void
  /** Refuses what this origin has asked. */
  readonly refuse: (origin: string) => Promise<void>
}

/** A page that does not answer is one that nothing is known of. */
const ANSWER_MS = 200

export const createSites = (
  { wallet, schedule, activeOrigin }: ProviderPorts,
  { permissions, seenBy, changed, refuse }: Doors,
): SiteHandlers => {
  /** @throws RAdapterError while the wallet is locked. */
  const admit = (): void => {
    if (!wallet.isUnlocked()) throw new RAdapterError(walletLocked)
  }
  const viewOf = ({ origin, firstMs, lastMs, grant }: Granted): SiteView => ({
    origin,
    firstSeen: firstMs,
    lastUsed: lastMs,
    addresses: seenBy(origin).accounts,
    runtimeId: grant.runtimeId,
    entityId: grant.entityId,
    chainId: BigInt(grant.chainId),
  })
  const inSight = (): Promise<string | null> =>
    new Promise((resolve) => {
      const stop = schedule(ANSWER_MS, () => resolve(null))
      void activeOrigin()
        .catch(() => null)
        .then((origin) => {
          stop()
          resolve(origin)
        })
    })
  return {
    'sites.list': async () => {
      admit()
      return { sites: permissions.granted().map(viewOf) }
    },
    'sites.here': async () => {
      const origin = await inSight()
      admit()
      const isConnected = origin !== null && permissions.grantOf(origin) !== null
      return { origin: isConnected ? origin : null, connected: permissions.granted().length }
    },
    'sites.revoke': async ({ origin }) => {
      admit()
      await permissions.revoke(origin)
      changed()
      await refuse(origin)
      return {}
    },
  }
}
