/**
 * Reading history: pages newest first, filters, a search, and all that matches, part by part. Nothing is copied but the
 * entries asked for; a filter or a search looks at every entry once.
 */
import type { EntityId } from '../lib/units.ts'
import type { ActivityBook } from './activity.ts'
import { type EntityBook, NO_HISTORY, recordOf } from './activity-book.ts'
import type { ActivityFilter } from './activity-methods.ts'
import type { ActivityRecord } from './activity-record.ts'
import { type AddressBook, NO_BOOK, sameName } from './address-book.ts'
import { at, type Sequence } from './sequence.ts'
import type { ActivityEntry, ActivityPage, ActivityStatus } from './types.ts'

export type ActivityQuery = {
  readonly entityId: EntityId
  /** The history as it stood at this height. */
  readonly height: number
  /** Every word must occur in the counterparty's name, the memo, the amount, the status or (six letters on) the id. */
  readonly search: string
  readonly filter?: ActivityFilter
  /** Entries of this token only; null, or absent: of all. */
  readonly tokenId?: number | null
  /** The token the running balance is in; absent: none is asked for. */
  readonly balanceOf?: number | null
  /** 1-based; brought into range. */
  readonly page: number
  readonly pageSize: number
  /** Who is now called what; history keeps the names of its day. */
  readonly book?: AddressBook
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

/** A word of a search, and the ids of those whose name in the address book has it. */
type Word = { readonly text: string; readonly ids: ReadonlySet<string> }

const wordsOf = (search: string, { byName }: AddressBook): readonly Word[] => {
  const typed = sameName(search)
  if (typed === '') return []
  return typed.split(' ').map((text) => {
    const ids = [...byName].flatMap(([name, entityId]) => (name.includes(text) ? [entityId] : []))
    return { text, ids: new Set(ids) }
  })
}

/** Shorter figures occur in most ids by chance. */
const ID_CHARACTERS = 6

const isMatch = ({ words, entry }: ActivityRecord, status: string, { text, ids }: Word): boolean =>
  words.includes(text) ||
  status.includes(text) ||
  ids.has(entry.counterpartyId) ||
  (text.length >= ID_CHARACTERS && entry.id.includes(text))

const isOfKind = (kind: ActivityEntry['kind'], status: ActivityStatus, filter: ActivityFilter): boolean => {
  switch (filter) {
    case 'all':
      return true
    case 'sent':
      return kind === 'payment_out' && status === 'sent'
    case 'received':
      return kind === 'payment_in' && status === 'received'
    case 'pending':
    case 'failed':
      return status === filter
    case 'chain':
      return kind !== 'payment_out' && kind !== 'payment_in'
  }
}

type Selection = Pick<ActivityQuery, 'search' | 'height' | 'filter' | 'tokenId' | 'book'>

/** Null: every entry. */
const chooser = (selection: Selection): ((record: ActivityRecord) => boolean) | null => {
  const { height, filter = 'all', tokenId = null, book = NO_BOOK } = selection
  const words = wordsOf(selection.search, book)
  if (words.length === 0 && filter === 'all' && tokenId === null) return null
  return (record) => {
    const { entry, endedHeight } = record
    const status = endedHeight === null || endedHeight <= height ? entry.status : 'pending'
    return (
      (tokenId === null || entry.tokenId === tokenId) &&
      isOfKind(entry.kind, status, filter) &&
      words.every((word) => isMatch(record, status, word))
    )
  }
}

/** Places below `count` of the entries that are chosen, newest first, at most `limit`. */
const matches = (
  { records }: EntityBook,
  { count, limit = Number.POSITIVE_INFINITY }: { readonly count: number; readonly limit?: number },
  isChosen: (record: ActivityRecord) => boolean,
): readonly number[] => {
  const found: number[] = []
  for (let place = count - 1; place >= 0 && found.length < limit; place--) {
    const record = at(records, place)
    if (record !== undefined && isChosen(record)) found.push(place)
  }
  return found
}

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

export const activityPage = (history: ActivityBook, query: ActivityQuery): ActivityPage => {
  const { entityId, height, pageSize, balanceOf = null, book = NO_BOOK } = query
  const own = historyOf(history, entityId)
  const count = countAt(own.records, height)
  const isChosen = chooser(query)
  const found = isChosen === null ? null : matches(own, { count }, isChosen)
  const totalEntries = found?.length ?? count
  const totalPages = Math.max(1, Math.ceil(totalEntries / pageSize))
  const page = Math.min(Math.max(1, query.page), totalPages)
  const first = (page - 1) * pageSize
  const entries: ActivityEntry[] = []
  for (let i = first; i < Math.min(first + pageSize, totalEntries); i++) {
    const record = at(own.records, found === null ? count - 1 - i : (found[i] ?? -1))
    if (record !== undefined) entries.push(named(asOf(record, height), book))
  }
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
  const isChosen = chooser({ ...query, height }) ?? (() => true)
  const found = matches(own, { count, limit: EXPORT_ENTRIES }, isChosen)
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
