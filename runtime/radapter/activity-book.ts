/**
 * One entity's history as an immutable book that shares what did not change. Entries stand in the order of the height
 * they began at, then of their ids, which is also the order of their rows: a restored book equals the lost one.
 */
import { ZERO_32 } from '../lib/bytes.ts'
import { MerkleMap } from '../lib/merkle.ts'
import { byCodePoint } from '../lib/units.ts'
import type { ActivityRecord } from './activity-record.ts'
import { append, at, emptySequence, replaceAt, type Sequence, sequenceOf } from './sequence.ts'
import type { ActivityEntry } from './types.ts'

export type EntityBook = {
  /** Oldest first. */
  readonly records: Sequence<ActivityRecord>
  /** Place of each entry, by id. */
  readonly places: MerkleMap<number>
  /** Ids of those that are open, oldest first. */
  readonly open: readonly string[]
  /** Collateral as last settled, by `collateralKey`. */
  readonly collateral: MerkleMap<bigint>
  /** What the entries that have ended add up to, by token: one point for each height that changed it, oldest first. */
  readonly balances: ReadonlyMap<number, Sequence<BalancePoint>>
}

export type BalancePoint = { readonly height: number; readonly balance: bigint }

/** Only the sharing of `MerkleMap` is used here; nobody asks for the root. */
const unhashed = () => ZERO_32

export const NO_HISTORY: EntityBook = {
  records: emptySequence(),
  places: MerkleMap.empty<number>(unhashed),
  open: [],
  collateral: MerkleMap.empty<bigint>(unhashed),
  balances: new Map(),
}

export const collateralKey = (counterpartyId: string, tokenId: number): string => `${counterpartyId}/${tokenId}`

export const recordOf = ({ records, places }: EntityBook, id: string): ActivityRecord | undefined => {
  const place = places.get(id)
  return place === undefined ? undefined : at(records, place)
}

const byStart = (a: ActivityRecord, b: ActivityRecord): number =>
  a.entry.height - b.entry.height || byCodePoint(a.entry.id, b.entry.id)

const put = (book: EntityBook, record: ActivityRecord): EntityBook => {
  const { records, places } = book
  const { id } = record.entry
  const place = places.get(id)
  return place === undefined
    ? { ...book, records: append(records, record), places: places.set(id, records.size) }
    : { ...book, records: replaceAt(records, place, record) }
}

/** A total is one after everything else of its height. */
const byEnd = (a: ActivityRecord, b: ActivityRecord): number =>
  (a.endedHeight ?? 0) - (b.endedHeight ?? 0) || Number(a.total !== null) - Number(b.total !== null)

/** Replaces what is known by its id and adds the rest, which must have begun after everything that is there. */
export const putAll = (book: EntityBook, changed: readonly ActivityRecord[]): EntityBook => {
  const sorted = [...changed].sort(byStart)
  const ended = sorted.filter(({ entry }) => (recordOf(book, entry.id)?.endedHeight ?? null) === null)
  return { ...sorted.reduce(put, book), balances: withEffects(book.balances, ended.sort(byEnd)) }
}

/** What an ended entry did to what its entity has; collateral moves within. */
const effectOf = ({ kind, status, amount, fee }: ActivityEntry): bigint => {
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

/** `records` end in the order of their ends, after everything that is there. */
const withEffects = (before: EntityBook['balances'], records: readonly ActivityRecord[]): EntityBook['balances'] => {
  const balances = new Map(before)
  for (const { entry, endedHeight, total } of records) {
    const effect = effectOf(entry)
    if (endedHeight === null || (effect === 0n && total === null)) continue
    const points = balances.get(entry.tokenId) ?? emptySequence<BalancePoint>()
    const last = at(points, points.size - 1)
    const point = { height: endedHeight, balance: total ?? (last?.balance ?? 0n) + effect }
    const isSame = last?.height === endedHeight
    balances.set(entry.tokenId, isSame ? replaceAt(points, points.size - 1, point) : append(points, point))
  }
  return balances
}

export const restoreBook = (unsorted: readonly ActivityRecord[]): EntityBook => {
  const records = [...unsorted].sort(byStart)
  const settled = records
    .flatMap(({ entry, settled: after }) => (after === null ? [] : [{ entry, ...after }]))
    .sort((a, b) => a.jHeight - b.jHeight)
    .map(({ entry, collateral }) => [collateralKey(entry.counterpartyId, entry.tokenId), collateral] as const)
  return {
    records: sequenceOf(records),
    places: MerkleMap.from(
      records.map(({ entry }, i) => [entry.id, i] as const),
      unhashed,
    ),
    open: records.filter(isOpen).map(({ entry }) => entry.id),
    collateral: MerkleMap.from(settled, unhashed),
    balances: withEffects(new Map(), records.toSorted(byEnd)),
  }
}

/** True while the chain has not answered for it; of a settlement also while the two sides have not agreed on what it did. */
export const isOpen = ({ entry: { kind, status }, settled }: ActivityRecord): boolean =>
  (status === 'pending' && kind !== 'payment_out') || (kind === 'settlement' && status === 'sent' && settled === null)
