/**
 * The methods of a test world: what its owner may do to it that no real world allows. Refused everywhere else. Pages read
 * the limit, so nothing of the engine is imported here.
 */
import type { RuntimeHost } from '../host.ts'
import { parseEntityId } from '../lib/units.ts'
import { internal, RAdapterError, refusal } from './errors.ts'

export type SimnetMethods = {
  /** Cuts a simulated entity off, or connects it again: messages from it and to it wait meanwhile. */
  'simnet.unplug': { params: { entityId: string; isUnplugged: boolean }; result: { height: number } }
  /** Makes a block that is this much later than the last; the chain's clock is then ahead. 1 ≤ seconds ≤ 30 days. */
  'simnet.skip': { params: { seconds: number }; result: { timestampSeconds: number } }
}

export const MAX_SKIP_SECONDS = 30 * 86_400

/** The chain of a test world, as far as it is needed here. */
type TestChain = { readonly mine: (nowSeconds: number) => Promise<unknown> }

type Handlers = {
  readonly [M in keyof SimnetMethods]: (params: SimnetMethods[M]['params']) => Promise<SimnetMethods[M]['result']>
}

/** `world` is what runs; without a test chain there is nothing here to do. @throws RAdapterError */
export const simnetHandlers = (
  world: () => { readonly host: RuntimeHost; readonly testChain: TestChain | null } | null,
): Handlers => {
  const running = () => {
    const current = world()
    if (current?.testChain == null) throw new RAdapterError({ ...internal(false), message: 'this is no test world' })
    return { host: current.host, testChain: current.testChain }
  }
  return {
    'simnet.unplug': async (params) => {
      const { host } = running()
      const entityId = parseEntityId(params.entityId)
      if (entityId === null) throw new RAdapterError(refusal({ type: 'unknown_entity', entityId: params.entityId }))
      const { isUnplugged } = params
      const outcome = await host.submit({ type: 'runtime', tx: { type: 'set_unplugged', entityId, isUnplugged } })
      if (outcome.type === 'rejected') throw new RAdapterError(refusal(outcome.rejection))
      return { height: outcome.height }
    },
    'simnet.skip': async ({ seconds }) => {
      const { host, testChain } = running()
      const latest = [...host.env().jReplicas.values()].find(({ isTest }) => isTest)?.timestampSeconds ?? 0
      const timestampSeconds = latest + seconds
      await testChain.mine(timestampSeconds)
      return { timestampSeconds }
    },
  }
}
