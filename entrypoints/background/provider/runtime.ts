/** The runtime as the provider sees it: only while it may be written to, and with every commit told. */
import type { RuntimeHost } from '../../../runtime/host.ts'
import type { EntityId } from '../../../runtime/lib/units.ts'
import type { RuntimeHandlers } from '../../../runtime/radapter/commands.ts'
import type { Own, RuntimePort } from './ports.ts'

export type RuntimeSource = {
  /** Null while nothing may be paid. */
  readonly host: () => RuntimeHost | null
  /** The entity sites deal with: the wallet's first. */
  readonly owner: () => EntityId | null
  readonly onChange: (listener: () => void) => void
  readonly calls: RuntimeHandlers
  readonly runtimeId: () => string
  readonly chainId: () => bigint
}

const ownOf = (host: RuntimeHost, owner: EntityId): Own | null => {
  const env = host.env()
  const state = env.eReplicas.get(owner)?.state
  return state === undefined ? null : { entityId: owner, tokens: env.jReplicas.get(state.jurisdiction)?.tokens ?? [] }
}

export const runtimePort = ({ host, owner, onChange, calls, runtimeId, chainId }: RuntimeSource): RuntimePort => ({
  ...calls,
  get runtimeId() {
    return runtimeId()
  },
  get chainId() {
    return chainId()
  },
  own: () => {
    const [running, entityId] = [host(), owner()]
    return running === null || entityId === null ? null : ownOf(running, entityId)
  },
  onChange: (listener) => {
    const followed: { host: RuntimeHost | null; stop: () => void } = { host: null, stop: () => undefined }
    const follow = (): void => {
      const next = host()
      if (next === followed.host) return
      followed.stop()
      followed.host = next
      followed.stop = next?.onChange(listener) ?? (() => undefined)
    }
    onChange(() => {
      follow()
      listener()
    })
    follow()
  },
})
