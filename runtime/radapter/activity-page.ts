/** What is asked of a history, and what of it is answered from memory alone: the newest pages. */
import type { EntityId } from '../lib/units.ts'
import type { ActivityBook } from './activity.ts'
import { lineOf } from './activity-balances.ts'
import { type EntityBook, NO_HISTORY } from './activity-book.ts'
import { choiceOf, type Selection, statusAt } from './activity-choice.ts'
import type { Chosen, Finder } from './activity-found.ts'
import type { ActivityRecord } from './activity-record.ts'
import { type AddressBook, NO_BOOK } from './address-book.ts'
import { at, startOf } from './sequence.ts'
import type { ActivityEntry, ActivityPage } from './types.ts'

export type ActivityQuery = Selection & {
  readonly entityId: EntityId
  /** The history as it stood at this height. */
  readonly height: number
  /** The token the running balance is in; absent: none is asked for. */
  readonly balanceOf?: number | null
  /** 1-based; brought into range. */
  readonly page: number
  readonly pageSize: number
}

export const historyOf = (history: ActivityBook, entityId: EntityId): EntityBook =>
  history.byEntity.get(entityId) ?? NO_HISTORY

/** An entry whose end came later was still pending. */
const asOf = ({ entry, endedHeight }: ActivityRecord, height: number): ActivityEntry => {
  const status = statusAt({ status: entry.status, endedHeight }, height)
  return status === entry.status ? entry : { ...entry, status, failure: '', proof: null }
}

const named = (entry: ActivityEntry, { byId }: AddressBook): ActivityEntry => {
  const known = byId.get(entry.counterpartyId as EntityId)
  return known === undefined ? entry : { ...entry, counterpartyLabel: known.name }
}

/** How it stood at a height, with the names of today. */
export const entryAt = (
  record: ActivityRecord,
  { height, book = NO_BOOK }: { readonly height: number; readonly book?: AddressBook },
): ActivityEntry => named(asOf(record, height), book)

/** How many entries had begun; null where memory does not go back that far. */
export const countAt = ({ records }: EntityBook, height: number): number | null => {
  for (let place = records.size - 1; place >= startOf(records); place--)
    if ((at(records, place)?.entry.height ?? 0) <= height) return place + 1
  return startOf(records) === 0 ? 0 : null
}

export type Place = Pick<ActivityPage, 'page' | 'totalPages' | 'totalEntries'> & {
  /** Of the entries of the page, newest first. */
  readonly places: readonly number[]
}

/** @param found null: every entry. */
export const placesOn = (query: ActivityQuery, count: number, found: Chosen | null): Place => {
  const { pageSize } = query
  const totalEntries = found?.count ?? count
  const totalPages = Math.max(1, Math.ceil(totalEntries / pageSize))
  const page = Math.min(Math.max(1, query.page), totalPages)
  const first = (page - 1) * pageSize
  const length = Math.min(pageSize, totalEntries - first)
  const places = found?.places(first, length) ?? Array.from({ length }, (_, i) => count - 1 - first - i)
  return { page, totalPages, totalEntries, places }
}

/** What is to be seen without the store, or null. */
export const pageInMemory = (history: ActivityBook, query: ActivityQuery, finder?: Finder): ActivityPage | null => {
  const { entityId, height, balanceOf = null } = query
  const own = historyOf(history, entityId)
  const count = countAt(own, height)
  const points = balanceOf === null ? undefined : own.balances.get(balanceOf)
  if (count === null || (points !== undefined && points.last.height > height)) return null
  const choice = choiceOf(query)
  const found = choice === null ? null : (finder?.known(entityId, choice, { count, height }) ?? null)
  if (choice !== null && found === null) return null
  const { places, ...place } = placesOn(query, count, found)
  const entries: ActivityEntry[] = []
  for (const one of places) {
    const record = at(own.records, one)
    if (record === undefined) return null
    entries.push(entryAt(record, query))
  }
  return { entries, ...place, balances: points === undefined ? [] : lineOf(points) }
}
