/** Applies one runtime-level transaction or chain block to the Env: check first, then one new Env. */
import { closeFrame, newEntity } from './entity/frame.ts'
import { isGenuine, sameProfile } from './entity/invoice.ts'
import type { Profile } from './entity/types.ts'
import { rejectInput } from './errors.ts'
import { applyBlock } from './jurisdiction/apply.ts'
import type { JBlock } from './jurisdiction/types.ts'
import { utf8 } from './lib/bytes.ts'
import { LIMITS } from './lib/limits.ts'
import { isReadable } from './lib/text.ts'
import type { Env, RuntimeRejection, RuntimeTx } from './types.ts'

export type AppliedEnv =
  | { readonly type: 'applied'; readonly env: Env }
  | { readonly type: 'rejected'; readonly rejection: RuntimeRejection }
const applied = (env: Env): AppliedEnv => ({ type: 'applied', env })

export const applyRuntimeTx = (env: Env, tx: RuntimeTx, nowMs: number): AppliedEnv => {
  switch (tx.type) {
    case 'import_jurisdiction': {
      const { name } = tx.replica
      if (env.jReplicas.has(name)) return rejectInput({ type: 'jurisdiction_exists', name })
      return applied({ ...env, jReplicas: env.jReplicas.set(name, tx.replica) })
    }
    case 'import_entity': {
      const { entityId, jurisdiction } = tx.identity
      if (env.eReplicas.has(entityId)) return rejectInput({ type: 'entity_exists', entityId })
      if (!env.jReplicas.has(jurisdiction)) return rejectInput({ type: 'unknown_jurisdiction', name: jurisdiction })
      if (!isGenuine(tx.identity)) return rejectInput({ type: 'bad_profile' })
      const problem = labelProblem(tx.identity.label)
      if (problem !== null) return problem
      const { state } = closeFrame(newEntity(tx.identity), { entityTxs: [], timestampMs: nowMs })
      return applied({ ...env, eReplicas: env.eReplicas.set(entityId, { entityId, state }) })
    }
    case 'import_profile': {
      const problem = labelProblem(tx.profile.label)
      return problem ?? learnProfile(env, tx.profile)
    }
    // Beside anything else it is refused: what else the tick did would be signed for one chain and kept on the other.
    case 'fork':
      return rejectInput({ type: 'not_quiet', hindrance: 'payments' })
    case 'set_unplugged': {
      const { entityId, isUnplugged } = tx
      const replica = env.eReplicas.get(entityId)
      if (replica === undefined) return rejectInput({ type: 'unknown_entity', entityId })
      const { isOwn, jurisdiction } = replica.state
      const isSimulated = !isOwn && env.jReplicas.get(jurisdiction)?.isTest === true
      if (!isSimulated) return rejectInput({ type: 'not_simulated', entityId })
      if (env.unplugged.has(entityId) === isUnplugged) return applied(env)
      const { unplugged } = env
      return applied({ ...env, unplugged: isUnplugged ? unplugged.set(entityId, nowMs) : unplugged.delete(entityId) })
    }
  }
}

const labelProblem = (label: string) => {
  if (!isReadable(label)) return rejectInput({ type: 'bad_text' })
  const limit = LIMITS.labelBytes
  return utf8(label).length > limit ? rejectInput({ type: 'text_too_long', limit }) : null
}

/** A profile of an entity elsewhere; our own entities' profiles are never taken from others. */
export const learnProfile = (env: Env, profile: Profile): AppliedEnv => {
  const { entityId } = profile
  if (!isGenuine(profile)) return rejectInput({ type: 'bad_profile' })
  if (env.eReplicas.has(entityId)) return applied(env)
  const known = env.profiles.get(entityId)
  if (known !== undefined && sameProfile(known, profile)) return applied(env)
  return applied({ ...env, profiles: env.profiles.set(entityId, profile) })
}

export const applyJBlock = (env: Env, jurisdiction: string, block: JBlock): AppliedEnv => {
  const replica = env.jReplicas.get(jurisdiction)
  if (replica === undefined) return rejectInput({ type: 'unknown_jurisdiction', name: jurisdiction })
  const next = applyBlock(replica, block)
  if (next.type === 'rejected') return next
  return applied({ ...env, jReplicas: env.jReplicas.set(jurisdiction, next.replica) })
}
