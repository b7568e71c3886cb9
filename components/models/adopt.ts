/** What the host is told of a runtime that was read out of a file. */
import type { RpcMethods } from '../../runtime/radapter/types.ts'
import type { StagedRuntime } from './files.ts'

type Imported = RpcMethods['runtime.adopt']['params']['imported']
type Name = Imported['names'][number]
type Fields = { readonly [name: string]: unknown }

const PREFIX = 'xln-'
/** As many, and as long, as the host takes at once; which of them can be names, it says itself. */
const MOST = { names: 1_000, id: 256, name: 1_024 } as const

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? { ...value } : {})

const configIn = (text: string): Fields => {
  try {
    return fieldsOf(JSON.parse(text))
  } catch {
    return {}
  }
}

/** Which keys it was written with, as the file says; the host holds them against the wallet's own. */
const indexIn = ({ index }: Fields): number | null =>
  typeof index === 'number' && Number.isSafeInteger(index) && index >= 0 && index < 2 ** 31 ? index : null

const nameIn = (value: unknown): readonly Name[] => {
  const { entityId, name, isHidden } = fieldsOf(value)
  if (typeof entityId !== 'string' || typeof name !== 'string' || typeof isHidden !== 'boolean') return []
  return entityId.length > MOST.id || name.length > MOST.name ? [] : [{ entityId, name, isHidden }]
}

/** What its owner called entities; what is no name is left out. */
const namesIn = ({ names }: Fields): readonly Name[] =>
  Array.isArray(names) ? names.slice(0, MOST.names).flatMap(nameIn) : []

/** One that does not say whose keys it needs is nobody's. */
export const importedOf = ({ stagingName, header, height, ownEntityIds, chainIds }: StagedRuntime): Imported => {
  const config = configIn(header.config)
  const index = indexIn(config)
  return {
    id: stagingName.slice(PREFIX.length),
    name: header.label,
    worldId: header.runtimeId,
    index: index ?? 0,
    chainId: chainIds[0] ?? 0n,
    height,
    ownEntityIds: index === null ? [] : ownEntityIds,
    names: namesIn(config),
  }
}
