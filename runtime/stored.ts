/**
 * States as they lie in the store, at checkpoints: read row by row for looking at (`radapter/kv-reader.ts`), never made
 * whole. A full is gone through once, its checksum compared, and its figures kept; each state on top of it then costs its
 * own changes.
 */
import { type AccountFigures, figuresAt } from './account/figures.ts'
import { Fault } from './lib/assert.ts'
import type { Bytes } from './lib/bytes.ts'
import { byCodePoint, type EntityId } from './lib/units.ts'
import type { Store, StoreRow } from './ports.ts'
import { type AccountsAt, type AccountTable, createAccountTable, type TableChange } from './radapter/account-table.ts'
import { createStoredState, type StoredRows, type StoredState } from './radapter/kv-reader.ts'
import { createLru } from './radapter/lru.ts'
import { kindOf } from './row-keys.ts'
import { partOfEnv, type RowChange } from './snapshot.ts'
import { contradiction, indexOf, loadDiff, storedRows, tally } from './storage/checkpoint.ts'
import { type RowsAt, rowsAt } from './storage/rows-at.ts'

export type Stored = {
  /** The state at a checkpoint; null when there is none, or it is not sound. */
  readonly at: (height: number) => Promise<StoredState | null>
  /** Whether the figures of this full are kept. */
  readonly hasRead: (height: number) => boolean
}

/** Fulls whose figures are kept: one, and the one on the other side of it. */
const FULLS = 2
const STATES = 5

type Full = {
  readonly facts: ReadonlyMap<string, Bytes>
  readonly tables: ReadonlyMap<string, AccountTable>
}
const EMPTY: Full = { facts: new Map(), tables: new Map() }

/** Null when it is not there, or not what was written. */
const readFull = async (store: Store, height: number): Promise<Full | null> => {
  if (height === 0) return EMPTY
  const ref = { kind: 'full', height } as const
  const read = await indexOf(store, ref)
  if (read.type !== 'ok') return null
  const facts = new Map<string, Bytes>()
  const tables = new Map<string, AccountTable>()
  const sum = tally()
  for await (const { key, value } of storedRows(store, ref, sum)) {
    const kind = kindOf(key)
    if (kind.type === 'facts') facts.set(key, value)
    if (kind.type !== 'account') continue
    const table = tables.get(kind.entityId) ?? createAccountTable()
    tables.set(kind.entityId, table)
    table.add(kind.counterpartyId, figuresAt(value))
  }
  return contradiction(sum, read.index) === null ? { facts, tables } : null
}

type Change = { readonly entityId: EntityId; readonly id: EntityId; readonly key: string; readonly value: Bytes | null }

/** What the changes did to the accounts of each entity. */
const accountChanges = async (rows: RowsAt, changes: readonly RowChange[]): Promise<Map<string, TableChange[]>> => {
  const accounts = changes.flatMap(({ key, value }): Change[] => {
    const kind = kindOf(key)
    return kind.type === 'account' ? [{ entityId: kind.entityId, id: kind.counterpartyId, key, value }] : []
  })
  const before = await rows.getBelow(accounts.map(({ key }) => key))
  const byEntity = new Map<string, TableChange[]>()
  const figures = (row: Bytes | null | undefined): AccountFigures | null =>
    row === undefined || row === null ? null : figuresAt(row)
  accounts.forEach(({ entityId, id, value }, i) => {
    const own = byEntity.get(entityId) ?? []
    byEntity.set(entityId, own)
    own.push({ id, before: figures(before[i]), after: figures(value) })
  })
  return byEntity
}

const factsOf = (full: Full, changes: readonly RowChange[]): readonly StoreRow[] => {
  const facts = new Map(full.facts)
  for (const { key, value } of changes) {
    if (kindOf(key).type !== 'facts') continue
    if (value === null) facts.delete(key)
    else facts.set(key, value)
  }
  return [...facts].map(([key, value]) => ({ key, value })).sort((a, b) => byCodePoint(a.key, b.key))
}

const orNull = <T>(make: () => T): T | null => {
  try {
    return make()
  } catch (error) {
    if (error instanceof Fault) return null
    throw error
  }
}

type Layer = { readonly baseHeight: number; readonly root: Bytes; readonly changes: readonly RowChange[] }

/** A full, or a diff on one. */
const layerAt = async (store: Store, height: number): Promise<Layer | null> => {
  const full = await indexOf(store, { kind: 'full', height })
  if (full.type === 'ok') return { baseHeight: height, root: full.index.root, changes: [] }
  const diff = await loadDiff(store, height)
  if (diff.type !== 'ok') return null
  return { baseHeight: diff.index.baseHeight, root: diff.index.root, changes: diff.rows }
}

export const createStored = (store: Store): Stored => {
  const fulls = createLru<number, Promise<Full | null>>(FULLS)
  const states = createLru<number, Promise<StoredState | null>>(STATES)
  const fullAt = async (height: number): Promise<Full | null> => {
    const reading = fulls.get(height) ?? readFull(store, height)
    fulls.set(height, reading)
    const full = await reading.catch((error: unknown) => {
      fulls.delete(height)
      throw error
    })
    if (full === null) fulls.delete(height)
    return full
  }
  const stateAt = async (height: number): Promise<StoredState | null> => {
    const layer = await layerAt(store, height)
    const full = layer === null ? null : await fullAt(layer.baseHeight)
    if (layer === null || full === null) return null
    const { baseHeight, root, changes } = layer
    const facts = orNull(() => partOfEnv(factsOf(full, changes)))
    if (facts === null) return null
    const rows = rowsAt(store, baseHeight, changes)
    const changed = await accountChanges(rows, changes)
    const nobody = createAccountTable()
    const under = new Map<string, AccountsAt>()
    const accountsOf: StoredRows['accountsOf'] = (entityId) => {
      const accounts = under.get(entityId) ?? (full.tables.get(entityId) ?? nobody).under(changed.get(entityId) ?? [])
      under.set(entityId, accounts)
      return accounts
    }
    return createStoredState({ facts, root, accountsOf, get: rows.get, range: rows.range })
  }
  return {
    hasRead: (height) => fulls.get(height) !== undefined,
    at: async (height) => {
      const state = states.get(height) ?? stateAt(height)
      states.set(height, state)
      // What failed once may lie there whole the next time.
      const found = await state.catch((error: unknown) => {
        states.delete(height)
        throw error
      })
      if (found === null) states.delete(height)
      return found
    },
  }
}
