/**
 * What sites may see: one function of the wallet, its permissions, and what is running.
 *
 * Contract: a page whose line stands is told by the router. All others are called when something has changed, also by
 * a worker that finds, when it starts, that an earlier one had not come to it; and a page that looks without need
 * learns nothing new.
 *
 *     session   provider.told
 */
import { toHex, utf8 } from '../../../runtime/lib/bytes.ts'
import { taggedHash } from '../../../runtime/lib/hash.ts'
import type { Grant, Permissions } from './permissions.ts'
import type { ProviderPorts, RuntimePort } from './ports.ts'

const TOLD = 'provider.told'

export type Seen = { readonly accounts: readonly string[]; readonly chainId: string }

export type Sight = {
  seenBy(origin: string): Seen
  /** Calls the pages, if they could see something else than when they were last called. */
  callPages(): void
  /** Hears of another runtime, chain or entity; of commits it does not. */
  onMove(listener: () => void): void
}

/** What sites deal with now; the entity is null while nothing runs. */
type Place = { readonly runtimeId: string; readonly chainId: string; readonly entityId: string | null }

const placeOf = ({ runtimeId, chainId, own }: RuntimePort): Place => ({
  runtimeId,
  chainId: String(chainId),
  entityId: own()?.entityId ?? null,
})
/** In another runtime, on another chain, to another entity nobody was let in. While none runs, none contradicts it. */
const isHere = (grant: Grant, { runtimeId, chainId, entityId }: Place): boolean =>
  grant.runtimeId === runtimeId && grant.chainId === chainId && (entityId === null || grant.entityId === entityId)

export const openSight = async (
  { session, wallet, runtime, broadcast }: ProviderPorts,
  permissions: Permissions,
): Promise<Sight> => {
  /** One text for all that all sites may see. */
  const digest = (): string => {
    const address = wallet.address() ?? ''
    const place = placeOf(runtime)
    const sites = address === '' ? [] : permissions.granted().filter(({ grant }) => isHere(grant, place))
    const text = JSON.stringify([address, place.chainId, sites.map(({ origin }) => origin).sort()])
    return toHex(taggedHash('xln:sites', utf8(text)))
  }
  let told = await session.get(TOLD)
  return {
    seenBy: (origin) => {
      const grant = permissions.grantOf(origin)
      const address = wallet.address()
      const isLetIn = grant !== null && isHere(grant, placeOf(runtime))
      return {
        accounts: address !== null && isLetIn ? [address] : [],
        chainId: `0x${runtime.chainId.toString(16)}`,
      }
    },
    callPages: () => {
      const now = digest()
      if (now === told) return
      told = now
      // Called before it is noted: a worker that dies in between calls them twice.
      broadcast()
      session.set(TOLD, now).catch(() => undefined)
    },
    onMove: (listener) => {
      const key = (): string => JSON.stringify(placeOf(runtime))
      let last = key()
      runtime.onChange(() => {
        const next = key()
        if (next === last) return
        last = next
        listener()
      })
    },
  }
}
