/**
 * The address book: what the owner calls entities, their own ones included, and which of them they do not want to see.
 * A name given here goes before what an entity calls itself, and is nobody else's: an entity that only claims it is
 * shown by its id.
 *
 * Contract: names are unique as people read them (`sameName`), at most 64 bytes of UTF-8, without control characters,
 * characters that reorder text or take no room, and never look like an id or a link, so that a typed name means one
 * entity. At most 1,000 entries. Immutable.
 */
import { utf8 } from '../lib/bytes.ts'
import { LIMITS } from '../lib/limits.ts'
import { isReadable } from '../lib/text.ts'
import { byCodePoint, type EntityId, parseEntityId } from '../lib/units.ts'

export type BookEntry = { readonly entityId: string; readonly name: string; readonly isHidden: boolean }

/** A page of it in a view, by name. */
export type BookPage = {
  readonly entries: readonly BookEntry[]
  readonly page: number
  readonly totalPages: number
  readonly totalEntries: number
}

export type BookMethods = {
  /** Adds an entry, or replaces the one of this id. */
  'book.set': { params: { entityId: string; name: string; isHidden: boolean }; result: Record<string, never> }
  'book.remove': { params: { entityId: string }; result: Record<string, never> }
}

export type AddressBook = {
  readonly byId: ReadonlyMap<EntityId, BookEntry>
  /** By the name as it is compared. */
  readonly byName: ReadonlyMap<string, EntityId>
}

export type BookRejection =
  | { readonly type: 'bad_id' }
  | { readonly type: 'bad_name' }
  | { readonly type: 'name_too_long'; readonly have: number; readonly limit: number }
  | { readonly type: 'name_taken'; readonly entityId: string }
  | { readonly type: 'book_full'; readonly limit: number }

export const BOOK_ENTRIES = 1_000
/** Entries on one page of a view. */
const PAGE_SIZE = 10

export const NO_BOOK: AddressBook = { byId: new Map(), byName: new Map() }

/** Case, width and spacing do not tell names apart. */
export const sameName = (text: string): string => text.normalize('NFKC').trim().replace(/\s+/gu, ' ').toLowerCase()

/** Direction marks and spaces of no width: two names may differ in them and look the same. */
const INVISIBLE = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u2060-\u2064\u206a-\u206f\ufeff]/u

/** Why nobody can be called this, or null. */
export const nameProblem = (name: string): BookRejection | null => {
  const isPlain = isReadable(name) && !INVISIBLE.test(name) && name === name.trim() && sameName(name) !== ''
  const isOther = parseEntityId(name) !== null || /^xln:/i.test(name)
  if (!isPlain || isOther) return { type: 'bad_name' }
  const have = utf8(name).length
  return have > LIMITS.labelBytes ? { type: 'name_too_long', have, limit: LIMITS.labelBytes } : null
}

const bookOf = (byId: ReadonlyMap<EntityId, BookEntry>): AddressBook => ({
  byId,
  byName: new Map([...byId].map(([entityId, { name }]) => [sameName(name), entityId])),
})

/** Leaves out what could not have been set. */
export const bookOfEntries = (entries: readonly BookEntry[]): AddressBook => {
  const byId = new Map<EntityId, BookEntry>()
  const names = new Set<string>()
  for (const { entityId: id, name, isHidden } of entries.slice(0, BOOK_ENTRIES)) {
    const entityId = parseEntityId(id)
    if (entityId === null || nameProblem(name) !== null || names.has(sameName(name)) || byId.has(entityId)) continue
    names.add(sameName(name))
    byId.set(entityId, { entityId, name, isHidden })
  }
  return bookOf(byId)
}

export type BookChange =
  | { readonly type: 'ok'; readonly book: AddressBook }
  | { readonly type: 'rejected'; readonly rejection: BookRejection }

const rejected = (rejection: BookRejection): BookChange => ({ type: 'rejected', rejection })

/** @param nameOwner who goes by this name without the book. */
export const setEntry = (
  book: AddressBook,
  entry: BookEntry,
  nameOwner: (name: string) => EntityId | null = () => null,
): BookChange => {
  const { name, isHidden } = entry
  const entityId = parseEntityId(entry.entityId)
  if (entityId === null) return rejected({ type: 'bad_id' })
  const problem = nameProblem(name)
  if (problem !== null) return rejected(problem)
  const owner = book.byName.get(sameName(name)) ?? nameOwner(name)
  if (owner !== null && owner !== entityId) return rejected({ type: 'name_taken', entityId: owner })
  if (!book.byId.has(entityId) && book.byId.size >= BOOK_ENTRIES)
    return rejected({ type: 'book_full', limit: BOOK_ENTRIES })
  return { type: 'ok', book: bookOf(new Map(book.byId).set(entityId, { entityId, name, isHidden })) }
}

export const removeEntry = (book: AddressBook, entityId: string): AddressBook => {
  const byId = new Map(book.byId)
  return byId.delete(entityId as EntityId) ? bookOf(byId) : book
}

/** In the order of their names. */
export const entriesOf = ({ byName, byId }: AddressBook): readonly BookEntry[] =>
  [...byName]
    .sort(([a], [b]) => byCodePoint(a, b))
    .flatMap(([, entityId]) => {
      const entry = byId.get(entityId)
      return entry === undefined ? [] : [entry]
    })

/** 1-based; brought into range. `isShown` leaves out what is listed elsewhere. */
export const bookPage = (
  book: AddressBook,
  wanted: { readonly page: number; readonly isShown: (entityId: string) => boolean },
): BookPage => {
  const all = entriesOf(book).filter(({ entityId }) => wanted.isShown(entityId))
  const totalPages = Math.max(1, Math.ceil(all.length / PAGE_SIZE))
  const page = Math.min(Math.max(1, wanted.page), totalPages)
  const entries = all.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)
  return { entries, page, totalPages, totalEntries: all.length }
}
