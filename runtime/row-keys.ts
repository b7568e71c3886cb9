/** The keys of rows (`snapshot.ts`), for whoever reads some of them and not all. */
import { type EntityId, parseEntityId } from './lib/units.ts'

export const accountKey = (entityId: EntityId, counterpartyId: EntityId): string => `e/${entityId}/a/${counterpartyId}`
const PROFILES = 'p/'
export const profileKey = (entityId: EntityId): string => `${PROFILES}${entityId}`
/** Of the profiles from one id on. */
export const profilesFrom = (entityId: EntityId | null): { readonly from: string; readonly to: string } => ({
  from: entityId === null ? PROFILES : profileKey(entityId),
  to: 'p0',
})

export type RowKind =
  | { readonly type: 'account'; readonly entityId: EntityId; readonly counterpartyId: EntityId }
  /** One of the few that say how things stand: scalars, chains, entities, and what is on its way in them. */
  | { readonly type: 'facts' }
  /** One of the many that are looked up, or that nobody looks at: profiles, answers, letters, what was paid, offers. */
  | { readonly type: 'other' }

const FACTS: RowKind = { type: 'facts' }
const OTHER: RowKind = { type: 'other' }
/** `e/`, an id of 66 characters, and a slash. */
const LETTER_AT = 69
const REST_AT = LETTER_AT + 2

export const kindOf = (key: string): RowKind => {
  if (!key.startsWith('e/')) return key === 'env' || key.startsWith('j/') || key.startsWith('u/') ? FACTS : OTHER
  const letter = key.charAt(LETTER_AT)
  if (letter !== 'a') return letter === 'h' || letter === 'f' ? OTHER : FACTS
  const entityId = parseEntityId(key.slice(2, LETTER_AT - 1))
  const counterpartyId = parseEntityId(key.slice(REST_AT))
  return entityId === null || counterpartyId === null ? OTHER : { type: 'account', entityId, counterpartyId }
}
