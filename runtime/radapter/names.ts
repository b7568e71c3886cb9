/**
 * Names: what to call an entity, and whom a typed name means. The owner's address book goes first; labels are their
 * owners' own claims, so an id is never inferred from one that more than one entity claims, and a claim to a name that
 * the book gives to somebody else is not repeated.
 */

import { type EntityId, parseEntityId } from '../lib/units.ts'
import { profileOf } from '../step.ts'
import type { Env } from '../types.ts'
import { type AddressBook, NO_BOOK, sameName } from './address-book.ts'

/** What a host adds to the names in the state. */
export type Naming = {
  readonly book: AddressBook
  /** The first of the owner's entities; null while it is not known. */
  readonly owner: EntityId | null
  /** What this host calls the runtime, where that is not what its state says: it was renamed, or is a copy. */
  readonly runtime?: { readonly id: string; readonly name: string }
}

export const NO_NAMING: Naming = { book: NO_BOOK, owner: null }

/** The id in a form people can compare: both ends. */
const shortId = (entityId: string): string => `${entityId.slice(0, 6)}…${entityId.slice(-4)}`

/** A label as its owner states it, unless the book calls somebody else so. */
export const creditedLabel = (entityId: EntityId, label: string, { byName }: AddressBook): string => {
  if (label === '' || byName.size === 0) return label
  const named = byName.get(sameName(label))
  return named === undefined || named === entityId ? label : ''
}

const statedLabel = (env: Env, entityId: EntityId): string =>
  env.eReplicas.get(entityId)?.state.label ?? env.profiles.get(entityId)?.label ?? ''

/** Never empty. */
export const labelOf = (env: Env, entityId: EntityId, book: AddressBook = NO_BOOK): string =>
  book.byId.get(entityId)?.name || creditedLabel(entityId, statedLabel(env, entityId), book) || shortId(entityId)

export type Named =
  | { readonly type: 'entity'; readonly entityId: EntityId }
  | { readonly type: 'unknown' }
  | { readonly type: 'ambiguous'; readonly entityIds: readonly EntityId[] }

/** An entity id, or a known name; an entity of this runtime is meant before one that only calls itself the same. */
export const findEntity = (env: Env, text: string, book: AddressBook = NO_BOOK): Named => {
  const id = parseEntityId(text.trim())
  if (id !== null) return known(env, id)
  const wanted = sameName(text)
  if (wanted === '') return { type: 'unknown' }
  const booked = book.byName.get(wanted)
  if (booked !== undefined) return known(env, booked)
  const found = claimants(env, wanted)
  const [first] = found
  if (first === undefined) return { type: 'unknown' }
  return found.length === 1 ? { type: 'entity', entityId: first } : { type: 'ambiguous', entityIds: found }
}

/** The entity of this runtime that goes by this name without the book, unless the book calls it something else. */
export const claimantOf = (env: Env, name: string, book: AddressBook): EntityId | null => {
  const wanted = sameName(name)
  return here(env, wanted).find((entityId) => !book.byId.has(entityId)) ?? null
}

const known = (env: Env, entityId: EntityId): Named =>
  profileOf(env, entityId) === null ? { type: 'unknown' } : { type: 'entity', entityId }

const claimants = (env: Env, wanted: string): readonly EntityId[] => {
  const found = here(env, wanted)
  return found.length > 0 ? found : elsewhere(env, wanted)
}

const here = (env: Env, wanted: string): readonly EntityId[] => {
  const found: EntityId[] = []
  for (const { entityId, state } of env.eReplicas.values()) if (sameName(state.label) === wanted) found.push(entityId)
  return found
}

const elsewhere = (env: Env, wanted: string): readonly EntityId[] => {
  const found: EntityId[] = []
  for (const { entityId, label } of env.profiles.values()) if (sameName(label) === wanted) found.push(entityId)
  return found
}
