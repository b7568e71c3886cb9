/**
 * Names: what to call an entity, and whom a typed name means. Labels are their owners' own claims; an id is never
 * inferred from a label that more than one entity claims.
 */

import { type EntityId, parseEntityId } from '../lib/units.ts'
import { profileOf } from '../step.ts'
import type { Env } from '../types.ts'

/** The id in a form people can compare: both ends. */
const shortId = (entityId: string): string => `${entityId.slice(0, 6)}…${entityId.slice(-4)}`

const statedLabel = (env: Env, entityId: EntityId): string =>
  env.eReplicas.get(entityId)?.state.label ?? env.profiles.get(entityId)?.label ?? ''

/** Never empty. */
export const labelOf = (env: Env, entityId: EntityId): string => statedLabel(env, entityId) || shortId(entityId)

/** Case, width and spacing do not tell names apart. */
export const sameName = (text: string): string => text.normalize('NFKC').trim().replace(/\s+/gu, ' ').toLowerCase()

export type Named =
  | { readonly type: 'entity'; readonly entityId: EntityId }
  | { readonly type: 'unknown' }
  | { readonly type: 'ambiguous'; readonly entityIds: readonly EntityId[] }

/** An entity id, or a known name; an entity of this runtime is meant before one that only calls itself the same. */
export const findEntity = (env: Env, text: string): Named => {
  const id = parseEntityId(text.trim())
  if (id !== null) return profileOf(env, id) === null ? { type: 'unknown' } : { type: 'entity', entityId: id }
  const wanted = sameName(text)
  if (wanted === '') return { type: 'unknown' }
  const here: EntityId[] = []
  for (const { entityId, state } of env.eReplicas.values()) if (sameName(state.label) === wanted) here.push(entityId)
  const found = here.length > 0 ? here : elsewhere(env, wanted)
  const [first] = found
  if (first === undefined) return { type: 'unknown' }
  return found.length === 1 ? { type: 'entity', entityId: first } : { type: 'ambiguous', entityIds: found }
}

const elsewhere = (env: Env, wanted: string): readonly EntityId[] => {
  const found: EntityId[] = []
  for (const { entityId, label } of env.profiles.values()) if (sameName(label) === wanted) found.push(entityId)
  return found
}
