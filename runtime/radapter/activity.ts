/**
 * Activity: the history of each entity, folded from the events of committed ticks. A projection only: no transition
 * reads it. One entry per payment, replaced in place as its status changes; a command that was refused has no events
 * and so makes no entry. Everything here is immutable.
 */
import type { EntityEvent } from '../entity/events.ts'
import type { EntityId } from '../lib/units.ts'
import type { StoreRow } from '../ports.ts'
import type { Env, RuntimeEvent } from '../types.ts'
import { type EntityBook, NO_HISTORY, putAll, restoreBook } from './activity-book.ts'
import { followChain } from './activity-chain.ts'
import { type ActivityDraft, draftOf, type Tick } from './activity-draft.ts'
import { note } from './activity-events.ts'
import { type ActivityRecord, readRecord, writeRecord } from './activity-record.ts'

export type ActivityBook = { readonly byEntity: ReadonlyMap<EntityId, EntityBook> }

export const emptyBook = (): ActivityBook => ({ byEntity: new Map() })

export type ProjectedActivity = { readonly book: ActivityBook; readonly rows: readonly StoreRow[] }

/** The book after one committed tick, and the rows to commit with it. `env` is the state after the tick. */
export const projectActivity = (
  book: ActivityBook,
  env: Env,
  tick: Tick,
  events: readonly RuntimeEvent[],
): ProjectedActivity => {
  const byOwner = new Map<EntityId, EntityEvent[]>()
  for (const { entityId, event } of events) byOwner.set(entityId, [...(byOwner.get(entityId) ?? []), event])
  const drafts = new Map<EntityId, ActivityDraft>()
  const draftFor = (entityId: EntityId): ActivityDraft => {
    const own = byOwner.get(entityId) ?? []
    const draft =
      drafts.get(entityId) ?? draftOf(book.byEntity.get(entityId) ?? NO_HISTORY, { env, tick, entityId, events: own })
    drafts.set(entityId, draft)
    return draft
  }
  for (const { entityId, event } of events) note(draftFor(entityId), event)
  // An operation may have been taken up or answered by the chain without an event of its own.
  for (const [entityId, { open }] of book.byEntity) if (open.length > 0) draftFor(entityId)
  const rows: StoreRow[] = []
  const byEntity = new Map(book.byEntity)
  for (const [entityId, draft] of drafts) {
    followChain(draft)
    if (draft.changed.size === 0) continue
    const changed = [...draft.changed.values()]
    byEntity.set(entityId, { ...putAll(draft.before, changed), open: draft.open, collateral: draft.collateral })
    for (const record of changed) rows.push(writeRecord(entityId, record))
  }
  return rows.length === 0 ? { book, rows } : { book: { byEntity }, rows }
}

/** @throws Fault I-ACTIVITY when a row is not one that `projectActivity` returned. */
export const bookFromRows = (rows: readonly StoreRow[]): ActivityBook => {
  const found = new Map<EntityId, ActivityRecord[]>()
  for (const row of rows) {
    const { entityId, record } = readRecord(row)
    const records = found.get(entityId)
    if (records === undefined) found.set(entityId, [record])
    else records.push(record)
  }
  return { byEntity: new Map([...found].map(([entityId, records]) => [entityId, restoreBook(records)])) }
}
