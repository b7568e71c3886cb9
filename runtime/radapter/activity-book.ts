/**
 * One entity's history as an immutable book that shares what did not change. Entries stand in the order of the height
 * they began at, then of their ids, which is also the order of their rows: a restored book equals the lost one.
 */
import { ZERO_32 } from '../lib/bytes.ts'
import { MerkleMap } from '../lib/merkle.ts'
import { byCodePoint } from '../lib/units.ts'
import type { ActivityRecord } from './activity-record.ts'
import { append, at, emptySequence, replaceAt, type Sequence, sequenceOf } from './sequence.ts'

export type EntityBook = {
  /** Oldest first. */
  readonly records: Sequence<ActivityRecord>
  /** Place of each entry, by id. */
  readonly places: MerkleMap<number>
  /** Ids of the operations the chain has not answered for yet, oldest first. */
  readonly open: readonly string[]
  /** Collateral as last settled, by `collateralKey`. */
  readonly collateral: MerkleMap<bigint>
}

/** Only the sharing of `MerkleMap` is used here; nobody asks for the root. */
const unhashed = () => ZERO_32

export const NO_HISTORY: EntityBook = {
  records: emptySequence(),
  places: MerkleMap.empty<number>(unhashed),
  open: [],
  collateral: MerkleMap.empty<bigint>(unhashed),
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

/** Replaces what is known by its id and adds the rest, which must have begun after everything that is there. */
export const putAll = (book: EntityBook, changed: readonly ActivityRecord[]): EntityBook =>
  [...changed].sort(byStart).reduce(put, book)

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
  }
}

/** True while the chain has not answered for it. */
export const isOpen = ({ entry }: ActivityRecord): boolean => entry.status === 'pending' && entry.kind !== 'payment_out'
