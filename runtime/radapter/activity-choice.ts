/** Choosing among entries of a history: by kind, by token, by words. */
import type { ActivityFilter } from './activity-methods.ts'
import type { Traits } from './activity-record.ts'
import { type AddressBook, NO_BOOK, sameName } from './address-book.ts'
import type { ActivityEntry, ActivityStatus } from './types.ts'

export type Selection = {
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

const isMatch = (traits: Traits, status: ActivityStatus, { text, ids }: Word): boolean =>
  traits.words().includes(text) ||
  status.includes(text) ||
  ids.has(traits.counterpartyId) ||
  (text.length >= ID_CHARACTERS && traits.id.includes(text))

/** Whatever matches `narrow` matches `wide`. */
const isWithin = (narrow: Word, wide: Word): boolean =>
  narrow.text.includes(wide.text) &&
  (narrow.text.length < ID_CHARACTERS || wide.text.length >= ID_CHARACTERS) &&
  [...narrow.ids].every((id) => wide.ids.has(id))

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

/** As it stood at a height: an end that came later had not come. */
export const statusAt = (
  { status, endedHeight }: Pick<Traits, 'status' | 'endedHeight'>,
  height: number,
): ActivityStatus => (endedHeight === null || endedHeight <= height ? status : 'pending')

export type Choice = {
  readonly filter: ActivityFilter
  readonly tokenId: number | null
  readonly words: readonly Word[]
  /** Equal choices have equal names. */
  readonly name: string
}

/** Null: every entry. */
export const choiceOf = ({ search, filter = 'all', tokenId = null, book = NO_BOOK }: Selection): Choice | null => {
  const words = wordsOf(search, book)
  if (words.length === 0 && filter === 'all' && tokenId === null) return null
  return {
    filter,
    tokenId,
    words,
    name: JSON.stringify([filter, tokenId, words.map(({ text, ids }) => [text, ...ids])]),
  }
}

/** The history as it stood at this height. */
export const isChosen = ({ filter, tokenId, words }: Choice, traits: Traits, height: number): boolean => {
  const status = statusAt(traits, height)
  return (
    (tokenId === null || traits.tokenId === tokenId) &&
    isOfKind(traits.kind, status, filter) &&
    words.every((word) => isMatch(traits, status, word))
  )
}

/** Whatever `narrow` chooses, `wide` chooses too: so it goes while a search is being typed. */
export const narrows = (narrow: Choice, wide: Choice): boolean =>
  (wide.filter === 'all' || wide.filter === narrow.filter) &&
  (wide.tokenId === null || wide.tokenId === narrow.tokenId) &&
  wide.words.every((word) => narrow.words.some((own) => isWithin(own, word)))
