/** A hub with many accounts, made by hand. */
import { emptyDelta } from '../../runtime/account/delta.ts'
import { deltaKey } from '../../runtime/account/keys.ts'
import { openReplica } from '../../runtime/account/step.ts'
import { newEntity } from '../../runtime/entity/frame.ts'
import { emptyEnv } from '../../runtime/frame.ts'
import type { EntityId, TokenId } from '../../runtime/lib/units.ts'
import type { Env } from '../../runtime/types.ts'
import { identityOf } from './signer.ts'
import { paperChain, TETH, TUSD } from './world.ts'

/** What is tested with it is reading, not how it came about; figures are spread, with many ties among heights. */
export const hubWith = (accounts: number, entities: number): { readonly env: Env; readonly hub: EntityId } => {
  let env: Env = { ...emptyEnv('big', 'Big'), height: 5_000, timestampMs: 1_800_000_000_000 }
  env = { ...env, jReplicas: env.jReplicas.set('sim', paperChain) }
  const states = Array.from({ length: entities }, (_, i) => newEntity(identityOf(`Entity ${i}`)))
  const [hub, ...others] = states
  if (hub === undefined) throw new Error('no hub')
  let map = hub.accounts
  for (let n = 0; n < accounts; n++) {
    const other = `0x${(0x9e37_79b9 * (n + 1)).toString(16).padStart(64, '7')}` as EntityId
    const isLeft = hub.entityId < other
    const [left, right] = isLeft ? [hub.entityId, other] : [other, hub.entityId]
    const terms = {
      left,
      right,
      chainId: 1n,
      depository: paperChain.terms.depository,
      epoch: 0,
      leftResponseSeconds: 1,
      rightResponseSeconds: 1,
      features: 0,
      minVersion: 1,
    }
    const replica = openReplica(terms, hub.entityId, n)
    const figure = (seed: number) => (BigInt(n + 1) * BigInt(seed) * 7_919n) % 1_000_000_007n
    const delta = (tokenId: TokenId, unit: bigint) => ({
      ...emptyDelta(tokenId),
      collateral: figure(11) * unit,
      ondelta: (figure(13) / 3n) * unit,
      offdelta: -(figure(17) / 2n) * unit,
      leftCreditLimit: figure(19) * unit,
      rightCreditLimit: figure(23) * unit,
    })
    const deltas = replica.state.deltas.set(deltaKey(TUSD), delta(TUSD, 1n)).set(deltaKey(TETH), delta(TETH, 10n ** 9n))
    map = map.set(other, {
      ...replica,
      updatedAtHeight: (n * 7) % 1_000,
      state: { ...replica.state, height: 9, deltas },
    })
  }
  for (const state of [{ ...hub, accounts: map }, ...others])
    env = { ...env, eReplicas: env.eReplicas.set(state.entityId, { entityId: state.entityId, state }) }
  return { env, hub: hub.entityId }
}
