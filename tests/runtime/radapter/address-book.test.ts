/** The address book by itself: which names it takes, whom they mean, and the pages of it. */
import { describe, expect, test } from 'vitest'
import {
  BOOK_ENTRIES,
  bookOfEntries,
  bookPage,
  entriesOf,
  NO_BOOK,
  nameProblem,
  removeEntry,
  setEntry,
} from '../../../runtime/radapter/address-book.ts'

const idOf = (n: number): string => `0x${n.toString(16).padStart(64, '0')}`
const entry = (n: number, name: string, isHidden = false) => ({ entityId: idOf(n), name, isHidden })
const everybody = { page: 1, isShown: () => true }

describe('names', () => {
  test.each(['Bob', 'Zoë', '山田', 'שלום', 'Bob & Sons (2)', '👩‍🌾 Farm', 'x'.repeat(64)])(
    '%s -- taken as it is',
    (name) => {
      expect(nameProblem(name)).toBe(null)
    },
  )

  test.each([
    ['nothing', ''],
    ['only spaces', '   '],
    ['a space before', ' Bob'],
    ['a space behind', 'Bob '],
    ['a line break', 'Bob\nPaid 100'],
    ['a control character', 'Bob\u0007'],
    ['an override of direction', 'Bob\u202eecilA'],
    ['an isolate', '\u2066Bob\u2069'],
    ['a direction mark', 'Bob\u200f'],
    ['a space of no width', 'B\u200bob'],
    ['a byte order mark', '\ufeffBob'],
    ['half a pair', 'Bob\ud800'],
    ['an id', idOf(7)],
    ['an id in capitals', idOf(171).toUpperCase().replace('0X', '0x')],
    ['a link', 'xln:abc'],
    ['a link in capitals', 'XLN:abc'],
  ])('%s -- refused', (_, name) => {
    expect(nameProblem(name)).toEqual({ type: 'bad_name' })
  })

  test('64 bytes are the most, counted in UTF-8', () => {
    expect(nameProblem('é'.repeat(33))).toEqual({ type: 'name_too_long', have: 66, limit: 64 })
  })
})

describe('set', () => {
  test('an entry is added, renamed, and keeps its id', () => {
    const added = setEntry(NO_BOOK, entry(1, 'Bob'))
    if (added.type !== 'ok') throw new Error(added.rejection.type)
    const renamed = setEntry(added.book, entry(1, 'Robert', true))
    if (renamed.type !== 'ok') throw new Error(renamed.rejection.type)
    expect(entriesOf(renamed.book)).toEqual([entry(1, 'Robert', true)])
    expect(renamed.book.byName.get('bob')).toBe(undefined)
    expect(entriesOf(added.book)).toEqual([entry(1, 'Bob')])
  })

  test.each(['bob', 'BOB', 'Ｂｏｂ'])('%s -- a name that reads like another one is refused', (name) => {
    const book = bookOfEntries([entry(1, 'Bob')])
    expect(setEntry(book, entry(2, name))).toEqual({
      type: 'rejected',
      rejection: { type: 'name_taken', entityId: idOf(1) },
    })
  })

  test('a name somebody goes by without the book is refused, but to that one', () => {
    const [owner] = bookOfEntries([entry(9, 'Hub')]).byId.keys()
    const nameOwner = () => owner ?? null
    expect(setEntry(NO_BOOK, entry(2, 'Hub'), nameOwner)).toMatchObject({ rejection: { type: 'name_taken' } })
    expect(setEntry(NO_BOOK, entry(9, 'Hub'), nameOwner).type).toBe('ok')
  })

  test('no id -- refused', () => {
    expect(setEntry(NO_BOOK, { entityId: 'Bob', name: 'Bob', isHidden: false })).toEqual({
      type: 'rejected',
      rejection: { type: 'bad_id' },
    })
  })

  test('a thousand entries are the most; those that are there can still be renamed', () => {
    const full = bookOfEntries(Array.from({ length: BOOK_ENTRIES + 5 }, (_, n) => entry(n, `No ${n}`)))
    expect(full.byId.size).toBe(BOOK_ENTRIES)
    expect(setEntry(full, entry(5_000, 'One more'))).toEqual({
      type: 'rejected',
      rejection: { type: 'book_full', limit: BOOK_ENTRIES },
    })
    expect(setEntry(full, entry(7, 'Another')).type).toBe('ok')
  })
})

test('remove -- gone with its name; removing nobody changes nothing', () => {
  const book = bookOfEntries([entry(1, 'Bob'), entry(2, 'Alice')])
  expect(entriesOf(removeEntry(book, idOf(1)))).toEqual([entry(2, 'Alice')])
  expect(removeEntry(book, idOf(3))).toBe(book)
})

test('stored entries that could not have been set are left out', () => {
  const book = bookOfEntries([
    entry(1, 'Bob'),
    entry(2, 'bob'),
    entry(1, 'Robert'),
    entry(3, ' x'),
    { ...entry(4, 'Y'), entityId: '4' },
  ])
  expect(entriesOf(book)).toEqual([entry(1, 'Bob')])
})

describe('pages', () => {
  const book = bookOfEntries(
    Array.from({ length: 25 }, (_, n) => entry(n + 1, `No ${String(25 - n).padStart(2, '0')}`)),
  )

  test('by name, ten a page, brought into range', () => {
    expect(bookPage(book, everybody)).toMatchObject({ page: 1, totalPages: 3, totalEntries: 25 })
    expect(bookPage(book, everybody).entries[0]?.name).toBe('No 01')
    expect(bookPage(book, { ...everybody, page: 9 })).toMatchObject({ page: 3, totalPages: 3 })
    expect(bookPage(book, { ...everybody, page: 9 }).entries.map(({ name }) => name)).toEqual(
      ['21', '22', '23', '24', '25'].map((n) => `No ${n}`),
    )
  })

  test('who is listed elsewhere is left out', () => {
    const page = bookPage(book, { page: 1, isShown: (entityId) => entityId === idOf(3) })
    expect(page).toMatchObject({ totalEntries: 1, entries: [{ entityId: idOf(3) }] })
  })

  test('an empty book -- one empty page', () => {
    expect(bookPage(NO_BOOK, everybody)).toEqual({ entries: [], page: 1, totalPages: 1, totalEntries: 0 })
  })
})
