/**
 * Reading history: pages newest first, filters, a search, and all that matches, part by part. Nothing is copied but the
 * entries asked for.
 */
import type { EntityId } from '../lib/units.ts'
import type { ActivityBook } from './activity.ts'
import { type EntityBook, NO_HISTORY, recordOf } from './activity-book.ts'
import { type ActivityIndex, choiceOf, choose, type Selection } from './activity-choice.ts'
import type { ActivityRecord } from './activity-record.ts'
import { type AddressBook, NO_BOOK } from './address-book.ts'
import { at, type Sequence } from './sequence.ts'
import type { ActivityEntry, ActivityPage } from './types.ts'

export type ActivityQuery = Selection & {
  readonly entityId: EntityId
  /** The token the running balance is in; absent: none is asked for. */
  readonly balanceOf?: number | null
  /** 1-based; brought into range. */
  readonly page: number
  readonly pageSize: number
}

const historyOf = (history: ActivityBook, entityId: EntityId): EntityBook =>
  history.byEntity.get(entityId) ?? NO_HISTORY

/** An entry whose end came later was still pending. */
const asOf = ({ entry, endedHeight }: ActivityRecord, height: number): ActivityEntry =>
  endedHeight === null || endedHeight <= height ? entry : { ...entry, status: 'pending', failure: '', proof: null }

const named = (entry: ActivityEntry, { byId }: AddressBook): ActivityEntry => {
  const known = byId.get(entry.counterpartyId as EntityId)
  return known === undefined ? entry : { ...entry, counterpartyLabel: known.name }
}

/** The first place at which `isPast` holds; it must hold for everything after. */
const firstWhere = <T>(items: Sequence<T>, isPast: (item: T) => boolean): number => {
  let [low, high] = [0, items.size]
  while (low < high) {
    const middle = (low + high) >> 1
    const item = at(items, middle)
    if (item === undefined || isPast(item)) high = middle
    else low = middle + 1
  }
  return low
}

/** How many entries had begun. */
const countAt = (records: Sequence<ActivityRecord>, height: number): number =>
  firstWhere(records, ({ entry }) => entry.height > height)

/** Points of a running balance in a view. */
const MAX_POINTS = 60

/** What the entity had, up to a height: evenly picked points, the last one always among them. */
const balancesAt = ({ balances }: EntityBook, tokenId: number, height: number): readonly bigint[] => {
  const points = balances.get(tokenId)
  if (points === undefined) return []
  const size = firstWhere(points, (point) => point.height > height)
  if (size === 0) return []
  const balanceAt = (place: number): bigint => (place < 0 ? 0n : (at(points, place)?.balance ?? 0n))
  // One more than there are: before the first there was nothing.
  const count = Math.min(size + 1, MAX_POINTS)
  return Array.from({ length: count }, (_, i) => balanceAt(Math.round((i * size) / (count - 1)) - 1))
}

/** @param index keeps what a filter or a search found; for the state that is shown live. */
export const activityPage = (history: ActivityBook, query: ActivityQuery, index?: ActivityIndex): ActivityPage => {
  const { entityId, height, pageSize, balanceOf = null, book = NO_BOOK } = query
  const own = historyOf(history, entityId)
  const count = countAt(own.records, height)
  const choice = choiceOf(query)
  const found =
    choice === null ? null : choose(own.records, { count, choice, ...(index === undefined ? {} : { index }) })
  const totalEntries = found?.count ?? count
  const totalPages = Math.max(1, Math.ceil(totalEntries / pageSize))
  const page = Math.min(Math.max(1, query.page), totalPages)
  const first = (page - 1) * pageSize
  const length = Math.min(pageSize, totalEntries - first)
  const places = found?.places(first, length) ?? Array.from({ length }, (_, i) => count - 1 - first - i)
  const entries = places.flatMap((place) => {
    const record = at(own.records, place)
    return record === undefined ? [] : [named(asOf(record, height), book)]
  })
  const balances = balanceOf === null ? [] : balancesAt(own, balanceOf, height)
  return { entries, page, totalPages, totalEntries, balances }
}

/** Entries of one answer; a page of them stays well below what a message may hold. */
const EXPORT_ENTRIES = 200

/**
 * The next entries that match, from behind the place `before` on; places never change, so that nothing is left out or
 * repeated while history grows.
 */
export const exportActivity = (
  history: ActivityBook,
  query: Omit<ActivityQuery, 'page' | 'pageSize' | 'height'> & { readonly before: number | null },
): { readonly entries: readonly ActivityEntry[]; readonly before: number | null } => {
  const { entityId, before, book = NO_BOOK } = query
  const own = historyOf(history, entityId)
  const height = Number.POSITIVE_INFINITY
  const count = Math.max(0, Math.min(before ?? own.records.size, own.records.size))
  const isChosen = choiceOf({ ...query, height })?.isChosen ?? (() => true)
  const found: number[] = []
  for (let place = count - 1; place >= 0 && found.length < EXPORT_ENTRIES; place--) {
    const record = at(own.records, place)
    if (record !== undefined && isChosen(record)) found.push(place)
  }
  const entries = found.flatMap((place) => {
    const record = at(own.records, place)
    return record === undefined ? [] : [named(record.entry, book)]
  })
  return { entries, before: found.length === EXPORT_ENTRIES ? (found.at(-1) ?? null) : null }
}

const recordIn = (history: ActivityBook, entityId: EntityId, id: string): ActivityRecord | undefined =>
  recordOf(historyOf(history, entityId), id)

export const findActivity = (
  history: ActivityBook,
  entityId: EntityId,
  id: string,
  book: AddressBook = NO_BOOK,
): ActivityEntry | null => {
  const record = recordIn(history, entityId, id)
  return record === undefined ? null : named(record.entry, book)
}

/** Of the account frames that carried an entry, oldest first. */
export const frameHashesOf = (history: ActivityBook, entityId: EntityId, id: string): readonly string[] =>
  recordIn(history, entityId, id)?.frameHashes ?? []
