/** What the host is told of a runtime that was read out of a file. */
import type { RpcMethods } from '../../runtime/radapter/types.ts'
import type { StagedRuntime } from './files.ts'

type Imported = RpcMethods['runtime.adopt']['params']['imported']

const PREFIX = 'xln-'

/** Which keys it was written with, as the file says; the host holds them against the wallet's own. */
const indexIn = (config: string): number | null => {
  try {
    const read: unknown = JSON.parse(config)
    const index = typeof read === 'object' && read !== null && 'index' in read ? read.index : null
    return typeof index === 'number' && Number.isSafeInteger(index) && index >= 0 && index < 2 ** 31 ? index : null
  } catch {
    return null
  }
}

/** One that does not say whose keys it needs is nobody's. */
export const importedOf = ({ stagingName, header, height, ownEntityIds, chainIds }: StagedRuntime): Imported => {
  const index = indexIn(header.config)
  return {
    id: stagingName.slice(PREFIX.length),
    name: header.label,
    worldId: header.runtimeId,
    index: index ?? 0,
    chainId: chainIds[0] ?? 0n,
    height,
    ownEntityIds: index === null ? [] : ownEntityIds,
  }
}
