/**
 * Reading the rows of history outside of views: what is to be in memory when a runtime starts, and what a tick has to
 * know of entries and accounts that memory has no room for. Neither takes longer with a longer history.
 */
import { type Codec, decode, uint } from '../codec/schema.ts'
import { Fault, present } from '../lib/assert.ts'
import { type Bytes, toHex } from '../lib/bytes.ts'
import { type EntityId, parseEntityId } from '../lib/units.ts'
import type { RuntimeEvent } from '../types.ts'
import { type ActivityBook, collateralCodec, type KnownByEntity } from './activity.ts'
import { keptOf, type Points, pointCodec } from './activity-balances.ts'
import { type EntityBook, type Known, NO_HISTORY, placedOf } from './activity-book.ts'
import { debtEntryId } from './activity-chain.ts'
import {
  collateralUnder,
  entityKeys,
  entriesUnder,
  entryKey,
  HISTORY,
  idKey,
  numberOf,
  openUnder,
  partAfter,
  past,
  pointKey,
  pointsUnder,
  type Reads,
  under,
} from './activity-keys.ts'
import { type ActivityRecord, type Placed, readRecord } from './activity-record.ts'
import { emptySequence, firstKept, type Sequence, sequenceOf } from './sequence.ts'

const read = <T>(codec: Codec<T>, key: string, value: Bytes | undefined): T => {
  const decoded = value === undefined ? null : decode(codec, value)
  if (decoded?.type === 'ok') return decoded.value
  throw new Fault('I-ACTIVITY', `${key}: ${decoded?.reason ?? 'is not there'}`)
}

/** The parts that follow `prefix` in any key, each found by one look. */
export const partsUnder = async (reads: Reads, prefix: string): Promise<readonly string[]> => {
  const parts: string[] = []
  for (let { from, to } = under(prefix); ; ) {
    const [row] = await reads.range({ from, to, limit: 1 })
    if (row === undefined) return parts
    const part = partAfter(prefix, row.key)
    parts.push(part)
    from = past(`${prefix}${part}/`)
  }
}

/** Entries at these places, in their order. @throws Fault I-ACTIVITY where there is none. */
export const readPlaces = async (
  reads: Reads,
  entityId: EntityId,
  places: readonly number[],
): Promise<readonly Placed[]> => {
  const keys = places.map((place) => entryKey(entityId, place))
  const values = await reads.getMany(keys)
  return keys.map((key, i) => {
    const value = values[i]
    if (value === undefined) throw new Fault('I-ACTIVITY', `${key} is not there`)
    return readRecord({ key, value })
  })
}

/** The points of these numbers. */
export const readPoints = async (
  reads: Reads,
  { entityId, tokenId }: { readonly entityId: EntityId; readonly tokenId: number },
  numbers: readonly number[],
) => {
  const keys = numbers.map((number) => pointKey(entityId, tokenId, number))
  const values = await reads.getMany(keys)
  return keys.map((key, i) => read(pointCodec, key, values[i]))
}

const pointsOf = async (reads: Reads, entityId: EntityId, tokenId: number): Promise<readonly [number, Points]> => {
  const [row] = await reads.range({ ...under(pointsUnder(entityId, tokenId)), limit: 1, reverse: true })
  const { key, value } = present(row, 'a token has a point')
  const size = numberOf(key)
  const kept = await readPoints(reads, { entityId, tokenId }, keptOf(size))
  return [tokenId, { size, last: read(pointCodec, key, value), kept: kept.map(({ balance }) => balance) }]
}

/** The newest entries, as far as they are kept. Forwards from the first of them: backwards a browser reads one by one. */
const readNewest = async (reads: Reads, entityId: EntityId): Promise<Sequence<ActivityRecord>> => {
  const { from, to } = under(entriesUnder(entityId))
  const [last] = await reads.range({ from, to, limit: 1, reverse: true })
  if (last === undefined) return emptySequence()
  const size = numberOf(last.key) + 1
  const first = firstKept(size)
  const rows = await reads.range({ from: entryKey(entityId, first), to })
  if (rows.length !== size - first) throw new Fault('I-ACTIVITY', `of ${from} an entry is missing`)
  return sequenceOf(
    rows.map((row) => readRecord(row).record),
    size,
  )
}

const readEntity = async (reads: Reads, entityId: EntityId): Promise<readonly [EntityId, EntityBook]> => {
  const [records, waiting, tokens] = await Promise.all([
    readNewest(reads, entityId),
    reads.range(under(openUnder(entityId))),
    partsUnder(reads, pointsUnder(entityId)),
  ])
  const [open, balances] = await Promise.all([
    readPlaces(
      reads,
      entityId,
      waiting.map(({ key }) => numberOf(key)),
    ),
    Promise.all(tokens.map((tokenId) => pointsOf(reads, entityId, Number(tokenId)))),
  ])
  const byId = new Map(open.map((placed) => [placed.record.entry.id, placed] as const))
  return [entityId, { records, open: byId, balances: new Map(balances) }]
}

/** What a runtime starts with. @throws Fault I-ACTIVITY when a row is not one that `projectActivity` returned. */
export const readBook = async (reads: Reads): Promise<ActivityBook> => {
  const entities = (await partsUnder(reads, HISTORY)).map((part) => {
    const entityId = parseEntityId(part)
    if (entityId === null) throw new Fault('I-ACTIVITY', `${HISTORY}${part} is not a history`)
    return entityId
  })
  return { byEntity: new Map(await Promise.all(entities.map((entityId) => readEntity(reads, entityId)))) }
}

/** Where an entry lies. */
export const readPlaceOf = async (reads: Reads, entityId: EntityId, id: string): Promise<number | null> => {
  const [value] = await reads.getMany([idKey(entityId, id)])
  return value === undefined ? null : read(uint, id, value)
}

/** Ids and accounts of one entity. */
export type Needs = { readonly ids: Set<string>; readonly accounts: Set<string> }

/** What events refer to that the book has no room for; empty for most ticks. */
export const needsOf = (book: ActivityBook, events: readonly RuntimeEvent[]): ReadonlyMap<EntityId, Needs> => {
  const needs = new Map<EntityId, Needs>()
  for (const { entityId, event } of events) {
    const own = needs.get(entityId) ?? { ids: new Set(), accounts: new Set() }
    const id = idIn(event)
    const account = accountIn(event)
    if (id !== null && placedOf(book.byEntity.get(entityId) ?? NO_HISTORY, id) === undefined) own.ids.add(id)
    if (account !== null) own.accounts.add(account)
    if (own.ids.size + own.accounts.size > 0) needs.set(entityId, own)
  }
  return needs
}

const idIn = (event: RuntimeEvent['event']): string | null => {
  switch (event.type) {
    case 'payment_started':
    case 'payment_sent':
    case 'payment_failed':
      return event.payment.paymentId
    case 'payment_received':
      return toHex(event.hashlock)
    case 'debt_created':
    case 'debt_enforced':
      return debtEntryId(event.debt)
    default:
      return null
  }
}

const accountIn = (event: RuntimeEvent['event']): string | null =>
  event.type === 'account' && (event.event.type === 'settled' || event.event.type === 'settlement_ended')
    ? event.counterparty
    : null

const knownOf = async (
  reads: Reads,
  { entityId, size }: { readonly entityId: EntityId; readonly size: number },
  { ids, accounts }: Needs,
): Promise<Known> => {
  const list = [...ids]
  const [values, collateral] = await Promise.all([
    list.length === 0 ? [] : reads.getMany(list.map((id) => idKey(entityId, id))),
    Promise.all([...accounts].map((account) => reads.range(under(collateralUnder(entityId, account))))),
  ])
  const places = list.flatMap((id, i) => (values[i] === undefined ? [] : [read(uint, id, values[i])]))
  // Beyond the book only a later writer has written, and what is made of it here will not be committed.
  const own = places.filter((place) => place < size)
  const records = own.length === 0 ? [] : await readPlaces(reads, entityId, own)
  const prefix = `${entityKeys(entityId)}c/`
  return {
    records: new Map(records.map((placed) => [placed.record.entry.id, placed])),
    collateral: new Map(
      collateral.flat().map(({ key, value }) => [key.slice(prefix.length), read(collateralCodec, key, value)]),
    ),
  }
}

export const readKnown = async (
  reads: Reads,
  book: ActivityBook,
  needs: ReadonlyMap<EntityId, Needs>,
): Promise<KnownByEntity> => {
  const knownTo = async ([entityId, own]: readonly [EntityId, Needs]) => {
    const { size } = (book.byEntity.get(entityId) ?? NO_HISTORY).records
    return [entityId, await knownOf(reads, { entityId, size }, own)] as const
  }
  return new Map(await Promise.all([...needs].map(knownTo)))
}
