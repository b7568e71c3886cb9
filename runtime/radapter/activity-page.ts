/**
 * Reading history: pages newest first, and a search. Nothing is copied but the entries of the page asked for; a
 * search reads the words of every entry once.
 */
import type { EntityId } from '../lib/units.ts'
import type { ActivityBook } from './activity.ts'
import { type EntityBook, NO_HISTORY, recordOf } from './activity-book.ts'
import type { ActivityRecord } from './activity-record.ts'
import { type AddressBook, NO_BOOK, sameName } from './address-book.ts'
import { at, type Sequence } from './sequence.ts'
import type { ActivityEntry, ActivityPage } from './types.ts'

export type ActivityQuery = {
  readonly entityId: EntityId
  /** The history as it stood at this height. */
  readonly height: number
  /** Every word must occur in the counterparty's name, the memo, the amount, the status or (six letters on) the id. */
  readonly search: string
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

/** How many entries had begun. */
const countAt = (records: Sequence<ActivityRecord>, height: number): number => {
  let [low, high] = [0, records.size]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((at(records, middle)?.entry.height ?? 0) <= height) low = middle + 1
    else high = middle
  }
  return low
}

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

/** Places of the entries that match, newest first. */
const matches = (
  { records }: EntityBook,
  query: { readonly count: number; readonly height: number; readonly words: readonly Word[] },
): readonly number[] => {
  const found: number[] = []
  for (let place = query.count - 1; place >= 0; place--) {
    const record = at(records, place)
    if (record === undefined) continue
    const { status } = asOf(record, query.height)
    if (query.words.every((word) => isMatch(record, status, word))) found.push(place)
  }
  return found
}

export const activityPage = (history: ActivityBook, query: ActivityQuery): ActivityPage => {
  const { entityId, height, pageSize, book = NO_BOOK } = query
  const own = historyOf(history, entityId)
  const count = countAt(own.records, height)
  const words = wordsOf(query.search, book)
  const found = words.length === 0 ? null : matches(own, { count, height, words })
  const totalEntries = found?.length ?? count
  const totalPages = Math.max(1, Math.ceil(totalEntries / pageSize))
  const page = Math.min(Math.max(1, query.page), totalPages)
  const first = (page - 1) * pageSize
  const entries: ActivityEntry[] = []
  for (let i = first; i < Math.min(first + pageSize, totalEntries); i++) {
    const record = at(own.records, found === null ? count - 1 - i : (found[i] ?? -1))
    if (record !== undefined) entries.push(named(asOf(record, height), book))
  }
  return { entries, page, totalPages, totalEntries }
}

export const findActivity = (
  history: ActivityBook,
  entityId: EntityId,
  id: string,
  book: AddressBook = NO_BOOK,
): ActivityEntry | null => {
  const record = recordOf(historyOf(history, entityId), id)
  return record === undefined ? null : named(record.entry, book)
}
