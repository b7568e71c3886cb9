/**
 * Single rows of a state that lies in a store as a full checkpoint with changes on top; what is asked for is all that is
 * read. Whoever reads has verified the full, and the changes.
 */
import type { Bytes } from '../lib/bytes.ts'
import { byCodePoint } from '../lib/units.ts'
import type { Store, StoreRow } from '../ports.ts'
import { rangeOfFull, rowsOfFull } from './checkpoint.ts'

type Rows = readonly (Bytes | undefined)[]
type Range = { readonly from: string; readonly to: string; readonly limit: number }

export type RowsAt = {
  readonly get: (keys: readonly string[]) => Promise<Rows>
  /** Before the changes. */
  readonly getBelow: (keys: readonly string[]) => Promise<Rows>
  /** In ascending order of the keys. */
  readonly range: (range: Range) => Promise<readonly StoreRow[]>
}

/** @param changes null for a row that is gone; each key once. */
export const rowsAt = (
  store: Store,
  fullHeight: number,
  changes: readonly { readonly key: string; readonly value: Bytes | null }[],
): RowsAt => {
  const changed = new Map(changes.map(({ key, value }) => [key, value]))
  const getBelow = (keys: readonly string[]): Promise<Rows> =>
    fullHeight === 0 ? Promise.resolve(keys.map(() => undefined)) : rowsOfFull(store, fullHeight, keys)
  return {
    getBelow,
    get: async (keys) => {
      const below = await getBelow(keys.filter((key) => !changed.has(key)))
      let next = 0
      return keys.map((key) => (changed.has(key) ? (changed.get(key) ?? undefined) : below[next++]))
    },
    range: async ({ from, to, limit }) => {
      const inRange = changes.filter(({ key }) => key >= from && key < to)
      // As many as the changes may take away are read besides.
      const wide = { from, to, limit: limit + inRange.length }
      const below = fullHeight === 0 ? [] : await rangeOfFull(store, fullHeight, wide)
      const rows = new Map<string, Bytes | null>(below.map(({ key, value }) => [key, value]))
      for (const { key, value } of inRange) rows.set(key, value)
      return [...rows]
        .flatMap(([key, value]) => (value === null ? [] : [{ key, value }]))
        .sort((a, b) => byCodePoint(a.key, b.key))
        .slice(0, limit)
    },
  }
}
