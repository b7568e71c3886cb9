/**
 * Where the rows of history lie, all under `act/<entity>/`:
 *
 *   e/<place>          an entry; places count from 0 in the order entries began, ten digits
 *   i/<id>             the place of an entry, by its id
 *   o/<place>          there while the chain, or the other side, has yet to answer for that entry
 *   b/<token>/<number> what the entity had of a token; numbers count from 1, a number for each height that changed it
 *   c/<other>/<token>  collateral of an account as last settled
 *   w/<address>        there once a withdrawal to that address has gone through
 */
import type { EntityId } from '../lib/units.ts'
import type { Store } from '../ports.ts'

/** Of a store, what reading history takes. */
export type Reads = Pick<Store, 'getMany' | 'range'>

export const HISTORY = 'act/'
const DIGITS = 10
const digits = (count: number): string => count.toString().padStart(DIGITS, '0')

export const entityKeys = (entityId: EntityId): string => `${HISTORY}${entityId}/`
export const entriesUnder = (entityId: EntityId): string => `${entityKeys(entityId)}e/`
export const openUnder = (entityId: EntityId): string => `${entityKeys(entityId)}o/`
export const pointsUnder = (entityId: EntityId, tokenId?: number): string =>
  `${entityKeys(entityId)}b/${tokenId === undefined ? '' : `${tokenId}/`}`
export const collateralUnder = (entityId: EntityId, counterparty: string): string =>
  `${entityKeys(entityId)}c/${counterparty}/`

export const entryKey = (entityId: EntityId, place: number): string => `${entriesUnder(entityId)}${digits(place)}`
export const idKey = (entityId: EntityId, id: string): string => `${entityKeys(entityId)}i/${id}`
export const openKey = (entityId: EntityId, place: number): string => `${openUnder(entityId)}${digits(place)}`
export const pointKey = (entityId: EntityId, tokenId: number, number: number): string =>
  `${pointsUnder(entityId, tokenId)}${digits(number)}`
export const collateralRowKey = (entityId: EntityId, ofAccount: string): string =>
  `${entityKeys(entityId)}c/${ofAccount}`
export const withdrawnKey = (entityId: EntityId, address: string): string => `${entityKeys(entityId)}w/${address}`

/** Every key that starts with `prefix`, which ends in a slash. */
export const under = (prefix: string): { readonly from: string; readonly to: string } => ({
  from: prefix,
  to: past(prefix),
})
/** The lowest key above all of those. */
export const past = (prefix: string): string => `${prefix.slice(0, -1)}0`

/** The number at the end of a key. */
export const numberOf = (key: string): number => Number(key.slice(-DIGITS))
/** What follows `prefix` in `key`, up to the next slash. */
export const partAfter = (prefix: string, key: string): string => key.slice(prefix.length).split('/')[0] ?? ''
