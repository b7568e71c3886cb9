/**
 * What of one entity's history is in memory: the newest entries, those that wait for the chain, and the ends of its
 * running balances. Bounded, however long the history; the rows in the store are the whole of it. Immutable. Entries
 * stand in the order of the height they began at, then of their ids.
 */
import { byCodePoint } from '../lib/units.ts'
import { type BalancePoint, type Points, withPoint } from './activity-balances.ts'
import type { ActivityRecord, Placed } from './activity-record.ts'
import { append, at, emptySequence, replaceAt, type Sequence, startOf } from './sequence.ts'
import type { ActivityEntry } from './types.ts'

export type EntityBook = {
  /** Oldest first. */
  readonly records: Sequence<ActivityRecord>
  /** Those that wait for the chain or the other side, by id, oldest first. */
  readonly open: ReadonlyMap<string, Placed>
  /** By token. */
  readonly balances: ReadonlyMap<number, Points>
}

/** What the history says of ids and accounts that a tick names, as far as a book has no room for it. */
export type Known = {
  /** By id. */
  readonly records: ReadonlyMap<string, Placed>
  /** Collateral as last settled, by `collateralKey`. */
  readonly collateral: ReadonlyMap<string, bigint>
}

export const NOTHING_KNOWN: Known = { records: new Map(), collateral: new Map() }

export const NO_HISTORY: EntityBook = { records: emptySequence(), open: new Map(), balances: new Map() }

export const collateralKey = (counterpartyId: string, tokenId: number): string => `${counterpartyId}/${tokenId}`

/** Of what is in memory. */
export const placedOf = ({ records, open }: EntityBook, id: string): Placed | undefined => {
  const waiting = open.get(id)
  if (waiting !== undefined) return waiting
  for (let place = records.size - 1; place >= startOf(records); place--) {
    const record = at(records, place)
    if (record?.entry.id === id) return { place, record }
  }
  return undefined
}

/** What of an entry its end goes by. */
export type Ended = Pick<ActivityRecord, 'endedHeight' | 'total'> & {
  readonly entry: Pick<ActivityEntry, 'id' | 'kind' | 'status' | 'height' | 'tokenId' | 'amount' | 'fee'>
}

const byStart = (a: Pick<Ended, 'entry'>, b: Pick<Ended, 'entry'>): number =>
  a.entry.height - b.entry.height || byCodePoint(a.entry.id, b.entry.id)

/** A total is one after everything else of its height. */
export const byEnd = (a: Ended, b: Ended): number =>
  (a.endedHeight ?? 0) - (b.endedHeight ?? 0) || Number(a.total !== null) - Number(b.total !== null) || byStart(a, b)

const put = (book: EntityBook, { place, record }: Placed): EntityBook => {
  const isNew = place === book.records.size
  const records = isNew ? append(book.records, record) : replaceAt(book.records, place, record)
  const { id } = record.entry
  if (!isOpen(record) && !book.open.has(id)) return { ...book, records }
  const open = new Map(book.open)
  if (isOpen(record)) open.set(id, { place, record })
  else open.delete(id)
  return { ...book, records, open }
}

export type Changed = {
  readonly book: EntityBook
  /** What was written, each with its place. */
  readonly placed: readonly Placed[]
}

/**
 * Replaces what is known by its id and adds the rest, which must have begun after everything that is there.
 * @param known what was there before, by id; undefined for what is new.
 */
export const putAll = (
  book: EntityBook,
  changed: readonly ActivityRecord[],
  known: (id: string) => Placed | undefined,
): Changed => {
  const hasEndedNow = ({ entry, endedHeight }: ActivityRecord): boolean =>
    endedHeight !== null && (known(entry.id)?.record.endedHeight ?? null) === null
  const balances = new Map(book.balances)
  const final = new Map<string, ActivityRecord>()
  for (const record of [...changed].filter(hasEndedNow).sort(byEnd)) {
    const point = pointOf(balances.get(record.entry.tokenId), record)
    if (point === null) continue
    balances.set(record.entry.tokenId, withPoint(balances.get(record.entry.tokenId), point))
    final.set(record.entry.id, { ...record, balance: point.balance })
  }
  let next: EntityBook = { ...book, balances }
  const placed: Placed[] = []
  for (const record of [...changed].sort(byStart)) {
    const place = known(record.entry.id)?.place ?? next.records.size
    const one = { place, record: final.get(record.entry.id) ?? record }
    next = put(next, one)
    placed.push(one)
  }
  return { book: next, placed }
}

/** What an entry that has ended leaves its entity with; null where it changes nothing. */
export const pointOf = (points: Points | undefined, { entry, endedHeight, total }: Ended): BalancePoint | null => {
  const effect = effectOf(entry)
  if (endedHeight === null || (effect === 0n && total === null)) return null
  return { height: endedHeight, balance: total ?? (points?.last.balance ?? 0n) + effect }
}

/** What an ended entry did to what its entity has; collateral moves within. */
const effectOf = ({ kind, status, amount, fee }: Ended['entry']): bigint => {
  if (status === 'failed' || status === 'pending') return 0n
  switch (kind) {
    case 'payment_out':
      return -(amount + fee)
    case 'payment_in':
    case 'deposit':
      return amount
    case 'reserve_transfer':
    case 'withdrawal':
      return -amount
    case 'collateral':
    case 'settlement':
    // What these leave is on record as a whole.
    case 'dispute':
    case 'debt_in':
    case 'debt_out':
      return 0n
  }
}

/** True while the chain has not answered for it; of a settlement also while the two sides have not agreed on what it did. */
export const isOpen = ({ entry: { kind, status }, settled }: ActivityRecord): boolean =>
  (status === 'pending' && kind !== 'payment_out') || (kind === 'settlement' && status === 'sent' && settled === null)
