/**
 * Choosing among entries of a history: by kind, by token, by words. What was found is kept for each chunk of a history;
 * chunks never change and are shared by succeeding histories, so that a choice that stays looks only at what is new,
 * and turning its pages looks at nothing again.
 */
import type { ActivityFilter } from './activity-methods.ts'
import type { ActivityRecord } from './activity-record.ts'
import { type AddressBook, NO_BOOK, sameName } from './address-book.ts'
import { createLru, type Lru } from './lru.ts'
import { CHUNK, type Sequence } from './sequence.ts'
import type { ActivityEntry, ActivityStatus } from './types.ts'

export type Selection = {
  /** The history as it stood at this height. */
  readonly height: number
  /** Every word must occur in the counterparty's name, the memo, the amount, the status or (six letters on) the id. */
  readonly search: string
  readonly filter?: ActivityFilter
  /** Entries of this token only; null, or absent: of all. */
  readonly tokenId?: number | null
  /** Who is now called what; history keeps the names of its day. */
  readonly book?: AddressBook
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

const isMatch = ({ words, entry }: ActivityRecord, status: ActivityStatus, { text, ids }: Word): boolean =>
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

export type Choice = {
  readonly isChosen: (record: ActivityRecord) => boolean
  /** Equal choices have equal names. */
  readonly name: string
}

/** Null: every entry. */
export const choiceOf = (selection: Selection): Choice | null => {
  const { height, search, filter = 'all', tokenId = null, book = NO_BOOK } = selection
  const words = wordsOf(search, book)
  if (words.length === 0 && filter === 'all' && tokenId === null) return null
  const isChosen = (record: ActivityRecord): boolean => {
    const { entry, endedHeight } = record
    const status = endedHeight === null || endedHeight <= height ? entry.status : 'pending'
    return (
      (tokenId === null || entry.tokenId === tokenId) &&
      isOfKind(entry.kind, status, filter) &&
      words.every((word) => isMatch(record, status, word))
    )
  }
  const name = JSON.stringify([filter, tokenId, words.map(({ text, ids }) => [text, ...ids])])
  return { isChosen, name }
}

type Chunk = readonly ActivityRecord[]
/** Offsets in a chunk of what was chosen, ascending. */
type Found = readonly number[]

/** What choices found, chunk by chunk. For the newest state of one runtime: the past needs one of its own. */
export type ActivityIndex = Lru<string, WeakMap<Chunk, Found>>

/** As many as there are people typing at once, and some. */
const CHOICES = 8
export const createActivityIndex = (): ActivityIndex => createLru(CHOICES)

const offsetsIn = (chunk: Chunk, isChosen: Choice['isChosen']): Found => {
  const offsets: number[] = []
  for (let offset = 0; offset < chunk.length; offset++) {
    const record = chunk[offset]
    if (record !== undefined && isChosen(record)) offsets.push(offset)
  }
  return offsets
}

export type Chosen = {
  readonly count: number
  /** Newest first, from the `first`-th on. */
  readonly places: (first: number, length: number) => readonly number[]
}

/** Of the first `count` records. */
export const choose = (
  { chunks }: Sequence<ActivityRecord>,
  { count, choice, index }: { readonly count: number; readonly choice: Choice; readonly index?: ActivityIndex },
): Chosen => {
  const known = index?.get(choice.name) ?? new WeakMap<Chunk, Found>()
  index?.set(choice.name, known)
  const found = chunks.slice(0, Math.ceil(count / CHUNK)).map((chunk, i): Found => {
    const before = known.get(chunk)
    const all = before ?? offsetsIn(chunk, choice.isChosen)
    if (before === undefined) known.set(chunk, all)
    return (i + 1) * CHUNK <= count ? all : all.filter((offset) => i * CHUNK + offset < count)
  })
  return {
    count: found.reduce((sum, offsets) => sum + offsets.length, 0),
    places: (first, length) => {
      const places: number[] = []
      let skip = first
      for (let i = found.length - 1; i >= 0 && places.length < length; i--) {
        const offsets = found[i] ?? []
        if (skip >= offsets.length) {
          skip -= offsets.length
          continue
        }
        for (let o = offsets.length - 1 - skip; o >= 0 && places.length < length; o--)
          places.push(i * CHUNK + (offsets[o] ?? 0))
        skip = 0
      }
      return places
    },
  }
}
