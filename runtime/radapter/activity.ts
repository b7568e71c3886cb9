/**
 * Activity: the history of each entity, folded from the events of committed ticks. A projection only: no transition
 * reads it. One entry per payment, replaced in place as its status changes; a command that was refused has no events
 * and so makes no entry. Pure: what it has to know of older history is looked up first (`activity-known.ts`).
 */
import { bigUint, encode, uint } from '../codec/schema.ts'
import type { EntityEvent } from '../entity/events.ts'
import { present } from '../lib/assert.ts'
import type { EntityId } from '../lib/units.ts'
import type { StoreRow } from '../ports.ts'
import type { Env, RuntimeEvent } from '../types.ts'
import { pointCodec } from './activity-balances.ts'
import {
  type Changed,
  type EntityBook,
  isOpen,
  type Known,
  NO_HISTORY,
  NOTHING_KNOWN,
  putAll,
} from './activity-book.ts'
import { followChain } from './activity-chain.ts'
import { type ActivityDraft, draftOf, known, type Tick } from './activity-draft.ts'
import { note } from './activity-events.ts'
import { collateralRowKey, idKey, openKey, pointKey, withdrawnKey } from './activity-keys.ts'
import { type Placed, writeRecord } from './activity-record.ts'

/** What of each history is in memory. */
export type ActivityBook = { readonly byEntity: ReadonlyMap<EntityId, EntityBook> }

export const emptyBook = (): ActivityBook => ({ byEntity: new Map() })

export type KnownByEntity = ReadonlyMap<EntityId, Known>

export type ProjectedActivity = {
  readonly book: ActivityBook
  /** The rows to commit with the tick, and the keys of those that go. */
  readonly rows: readonly StoreRow[]
  readonly gone: readonly string[]
  readonly placed: ReadonlyMap<EntityId, readonly Placed[]>
}

/** The book after one committed tick, and the rows to commit with it. `env` is the state after the tick. */
export const projectActivity = (
  book: ActivityBook,
  env: Env,
  tick: Tick,
  events: readonly RuntimeEvent[],
  knownOf: KnownByEntity = new Map(),
): ProjectedActivity => {
  const byOwner = new Map<EntityId, EntityEvent[]>()
  for (const { entityId, event } of events) byOwner.set(entityId, [...(byOwner.get(entityId) ?? []), event])
  const drafts = new Map<EntityId, ActivityDraft>()
  const draftFor = (entityId: EntityId): ActivityDraft => {
    const own = { events: byOwner.get(entityId) ?? [], known: knownOf.get(entityId) ?? NOTHING_KNOWN }
    const draft =
      drafts.get(entityId) ?? draftOf(book.byEntity.get(entityId) ?? NO_HISTORY, { env, tick, entityId, ...own })
    drafts.set(entityId, draft)
    return draft
  }
  for (const { entityId, event } of events) note(draftFor(entityId), event)
  // An operation may have been taken up or answered by the chain without an event of its own.
  for (const [entityId, { open }] of book.byEntity) if (open.size > 0) draftFor(entityId)
  const rows: StoreRow[] = []
  const gone: string[] = []
  const placed = new Map<EntityId, readonly Placed[]>()
  const byEntity = new Map(book.byEntity)
  for (const [entityId, draft] of drafts) {
    followChain(draft)
    if (draft.changed.size === 0) continue
    const changed = putAll(draft.before, [...draft.changed.values()], (id) => known(draft, id))
    byEntity.set(entityId, changed.book)
    placed.set(entityId, changed.placed)
    rows.push(...rowsOf(draft, changed))
    gone.push(...goneOf(draft, changed))
  }
  return placed.size === 0 ? { book, rows, gone, placed } : { book: { byEntity }, rows, gone, placed }
}

/** All that these say is that they are there. */
const MARK = encode(uint, 1)

/** The rows that an entry is, and is found by. */
export const entryRows = (
  entityId: EntityId,
  { place, record }: Placed,
  { isNew, wasOpen }: { readonly isNew: boolean; readonly wasOpen: boolean },
): readonly StoreRow[] => {
  const { id, kind, status, counterpartyId } = record.entry
  const rows = [writeRecord(entityId, { place, record })]
  if (isNew) rows.push({ key: idKey(entityId, id), value: encode(uint, place) })
  if (isOpen(record) && !wasOpen) rows.push({ key: openKey(entityId, place), value: MARK })
  if (kind === 'withdrawal' && status === 'sent')
    rows.push({ key: withdrawnKey(entityId, counterpartyId), value: MARK })
  return rows
}

const rowsOf = ({ entityId, before, collateral }: ActivityDraft, { book, placed }: Changed): readonly StoreRow[] => {
  const entries = placed.flatMap((one) => {
    const isNew = one.place >= before.records.size
    return entryRows(entityId, one, { isNew, wasOpen: before.open.has(one.record.entry.id) })
  })
  const points = [...book.balances]
    .filter(([tokenId, points]) => points !== before.balances.get(tokenId))
    .map(([tokenId, { size, last }]) => ({ key: pointKey(entityId, tokenId, size), value: encode(pointCodec, last) }))
  const settled = [...collateral].map(([ofAccount, amount]) => ({
    key: collateralRowKey(entityId, ofAccount),
    value: encode(collateralCodec, amount),
  }))
  return [...entries, ...points, ...settled]
}

export const collateralCodec = bigUint(256)

const goneOf = ({ entityId, before }: ActivityDraft, { book }: Changed): readonly string[] =>
  [...before.open.keys()]
    .filter((id) => !book.open.has(id))
    .map((id) => openKey(entityId, present(before.open.get(id), id).place))
