/**
 * The accounts of an entity as a table in memory: of each only what sorting and summing need, in columns of numbers, so
 * that a million take some tens of bytes each and not the accounts themselves.
 *
 * A table is filled once, in the order of the ids, from the rows of a full checkpoint; the state at a later height is the
 * same table under what has changed since. Amounts of any size stay exact.
 */
import type { AccountFigures } from '../account/figures.ts'
import { byCodePoint, type EntityId } from '../lib/units.ts'
import { type BigColumn, type Column, createBigColumn, createColumn, createIdColumn } from './columns.ts'
import { createLru } from './lru.ts'
import { positionsOf } from './positions.ts'
import { orderOf } from './radix.ts'
import { firstWhere, type Ordered, type Ranked, rankedOver, rankOf, type SortValue } from './ranked.ts'
import type { SortSpec } from './sort-index.ts'
import { count, growingSums, type Totals } from './totals.ts'
import type { AccountSortKey, TokenPosition } from './types.ts'

export type TableSpec = Omit<SortSpec, 'entityId'>
/** What became of an account; null: it was not there, it is no more. */
export type TableChange = {
  readonly id: EntityId
  readonly before: AccountFigures | null
  readonly after: AccountFigures | null
}

export type AccountsAt = {
  readonly size: number
  readonly totals: Totals
  readonly ranked: (spec: TableSpec) => Ranked
}

export type AccountTable = {
  /** In ascending order of the ids. */
  readonly add: (id: EntityId, account: AccountFigures) => void
  /** @param changes in ascending order of the ids, each once. */
  readonly under: (changes: readonly TableChange[]) => AccountsAt
}

type AmountKey = Exclude<AccountSortKey, 'created' | 'updated' | 'counterparty'>
const AMOUNTS: readonly AmountKey[] = ['inbound', 'outbound', 'collateral', 'balance']

/** Of one token, only the accounts that hold it. */
type TokenColumns = { readonly rows: Column } & { readonly [K in AmountKey]: BigColumn }
const createTokenColumns = (): TokenColumns => ({
  rows: createColumn(),
  inbound: createBigColumn(),
  outbound: createBigColumn(),
  collateral: createBigColumn(),
  balance: createBigColumn(),
})

/** Orders kept of one table; each is four bytes an account. */
const ORDERS = 8

/** Rows by their number. */
type Rows = {
  readonly size: number
  readonly idAt: (row: number) => EntityId
  readonly valueAt: (spec: TableSpec) => (row: number) => SortValue
}

const amountIn =
  (columns: TokenColumns | undefined, key: AmountKey) =>
  (row: number): bigint => {
    if (columns === undefined) return 0n
    const { rows } = columns
    // Where everybody holds the token, a row's number is its place.
    const at = rows.at(row) === row ? row : firstWhere(rows.size(), (i) => rows.at(i) >= row)
    return rows.at(at) === row ? columns[key].at(at) : 0n
  }

const amountOf = (position: TokenPosition | undefined, key: AmountKey): bigint => position?.[key] ?? 0n

/** Those that are new or have changed. */
const changedRows = (changes: readonly TableChange[]): Rows => {
  const accounts = changes.flatMap(({ id, after }) =>
    after === null ? [] : [{ id, ...after, tokens: positionsOf(after) }],
  )
  type Changed = (typeof accounts)[number]
  const by =
    (read: (account: Changed) => SortValue) =>
    (row: number): SortValue =>
      read(accounts[row] as Changed)
  const idAt = (row: number): EntityId => (accounts[row] as Changed).id
  return {
    size: accounts.length,
    idAt,
    valueAt: ({ key, tokenId }) => {
      switch (key) {
        case 'created':
          return by(({ createdAtHeight }) => createdAtHeight)
        case 'updated':
          return by(({ updatedAtHeight }) => updatedAtHeight)
        case 'counterparty':
          return idAt
        default:
          return by(({ tokens }) =>
            amountOf(
              tokens.find((token) => token.tokenId === tokenId),
              key,
            ),
          )
      }
    },
  }
}

const orderedBy = (rows: Rows, spec: TableSpec, order: Uint32Array): Ordered => {
  const valueAt = rows.valueAt(spec)
  return {
    size: order.length,
    valueAt: (rank) => valueAt(order[rank] as number),
    idAt: (rank) => rows.idAt(order[rank] as number),
  }
}

/** Both in order; those of `later` come behind the numbers of `base`. */
const merged = (
  base: Ordered,
  order: Uint32Array,
  later: Ordered,
  laterOrder: Uint32Array,
  from: number,
): Uint32Array => {
  const all = new Uint32Array(order.length + laterOrder.length)
  let taken = 0
  laterOrder.forEach((row, i) => {
    const rank = rankOf(base, { value: later.valueAt(i), id: later.idAt(i) })
    all.set(order.subarray(taken, rank), taken + i)
    all[rank + i] = from + row
    taken = rank
  })
  all.set(order.subarray(taken), taken + laterOrder.length)
  return all
}

const both = (base: Rows, later: Rows): Rows => ({
  size: base.size + later.size,
  idAt: (row) => (row < base.size ? base.idAt(row) : later.idAt(row - base.size)),
  valueAt: (spec) => {
    const [below, above] = [base.valueAt(spec), later.valueAt(spec)]
    return (row) => (row < base.size ? below(row) : above(row - base.size))
  },
})

export const createAccountTable = (): AccountTable => {
  const ids = createIdColumn()
  const created = createColumn()
  const updated = createColumn()
  const tokens = new Map<number, TokenColumns>()
  const growing = growingSums()
  const orders = createLru<string, Uint32Array>(ORDERS)

  const rows: Rows = {
    get size() {
      return ids.size()
    },
    idAt: ids.at,
    valueAt: ({ key, tokenId }) => {
      switch (key) {
        case 'created':
          return created.at
        case 'updated':
          return updated.at
        case 'counterparty':
          return ids.at
        default:
          return amountIn(tokens.get(tokenId), key)
      }
    },
  }
  const orderBy = (spec: TableSpec): Uint32Array => {
    const name = AMOUNTS.some((key) => key === spec.key) ? `${spec.key}/${spec.tokenId}` : spec.key
    const order = orders.get(name) ?? orderOf(rows.size, rows.valueAt(spec))
    orders.set(name, order)
    return order
  }
  /** The numbers of the rows that are not what they were. */
  const goneIn = (changes: readonly TableChange[]): Set<number> => {
    const gone = new Set<number>()
    for (const { id, before } of changes)
      if (before !== null) gone.add(firstWhere(rows.size, (row) => byCodePoint(rows.idAt(row), id) >= 0))
    return gone
  }
  return {
    add: (id, account) => {
      const row = ids.size()
      ids.push(id)
      created.push(account.createdAtHeight)
      updated.push(account.updatedAtHeight)
      const positions = positionsOf(account)
      growing.add(account, positions)
      for (const position of positions) {
        const columns = tokens.get(position.tokenId) ?? createTokenColumns()
        tokens.set(position.tokenId, columns)
        columns.rows.push(row)
        for (const key of AMOUNTS) columns[key].push(position[key])
      }
    },
    under: (changes) => {
      const totals = growing.sums()
      for (const { before, after } of changes) {
        if (before !== null) count(totals, before, -1)
        if (after !== null) count(totals, after, 1)
      }
      const gone = goneIn(changes)
      const later = changedRows(changes)
      const all = both(rows, later)
      const kept = createLru<string, Ranked>(ORDERS)
      const rankedBy = (spec: TableSpec): Ranked => {
        const base = orderBy(spec)
        if (changes.length === 0) return rankedOver(orderedBy(rows, spec, base))
        const left = gone.size === 0 ? base : base.filter((row) => !gone.has(row))
        const laterOrder = orderOf(later.size, later.valueAt(spec))
        const order = merged(
          orderedBy(rows, spec, left),
          left,
          orderedBy(later, spec, laterOrder),
          laterOrder,
          rows.size,
        )
        return rankedOver(orderedBy(all, spec, order))
      }
      return {
        size: rows.size - gone.size + later.size,
        totals,
        ranked: (spec) => {
          const name = `${spec.key}/${spec.tokenId}`
          const ranked = kept.get(name) ?? rankedBy(spec)
          kept.set(name, ranked)
          return ranked
        },
      }
    },
  }
}
