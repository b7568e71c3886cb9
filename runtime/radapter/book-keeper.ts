/**
 * Keeps the address book of a host in one value outside the runtime: names are the owner's own notes, no state that
 * anybody signs. A change is shown once it has been written. What cannot be read of the stored value is left out.
 */
import * as v from 'valibot'
import { type EntityId, parseEntityId } from '../lib/units.ts'
import type { Slot } from '../ports.ts'
import type { Env } from '../types.ts'
import {
  type AddressBook,
  type BookChange,
  type BookEntry,
  type BookMethods,
  bookOfEntries,
  entriesOf,
  NO_BOOK,
  removeEntry,
  setEntry,
} from './address-book.ts'
import { RAdapterError, refusal } from './errors.ts'
import { claimantOf } from './names.ts'

export type BookHandlers = {
  readonly [M in keyof BookMethods]: (params: BookMethods[M]['params']) => Promise<BookMethods[M]['result']>
}

export type BookKeeper = {
  readonly current: () => AddressBook
  readonly onChange: (listener: () => void) => () => void
  readonly handlers: BookHandlers
}

const entrySchema = v.strictObject({ entityId: v.string(), name: v.string(), isHidden: v.boolean() })

/** Leaves out what cannot be read. */
export const bookFrom = (stored: unknown): AddressBook => {
  const list = v.safeParse(v.array(v.unknown()), stored)
  if (!list.success) return NO_BOOK
  return bookOfEntries(
    list.output.flatMap((row) => {
      const entry = v.safeParse(entrySchema, row)
      return entry.success ? [entry.output] : []
    }),
  )
}

const orThrow = (change: BookChange): AddressBook => {
  if (change.type === 'ok') return change.book
  throw new RAdapterError(refusal(change.rejection))
}

/** @param env the state whose entities' own names are taken; null while nothing runs. */
export const openBook = async (slot: Slot, env: () => Env | null): Promise<BookKeeper> => {
  const listeners = new Set<() => void>()
  let book = bookFrom(await slot.get())
  let turn: Promise<unknown> = Promise.resolve()

  const inTurn = (task: () => Promise<void>): Promise<Record<string, never>> => {
    const run = turn.then(task, task)
    turn = run
    return run.then(() => ({}))
  }
  const become = async (next: AddressBook): Promise<void> => {
    if (next === book) return
    await slot.set(entriesOf(next))
    book = next
    for (const listener of listeners) listener()
  }
  const claimed = (name: string): EntityId | null => {
    const now = env()
    return now === null ? null : claimantOf(now, name, book)
  }
  return {
    current: () => book,
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    handlers: {
      'book.set': (entry: BookEntry) => inTurn(async () => become(orThrow(setEntry(book, entry, claimed)))),
      'book.remove': ({ entityId }) => inTurn(async () => become(removeEntry(book, parseEntityId(entityId) ?? ''))),
    },
  }
}
