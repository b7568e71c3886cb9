/**
 * The `Store` port in memory: for tests, and for worlds that may vanish. A `MemoryDisk` plays the part of the disk,
 * so that a second writer, or the same one after a restart, opens what the first one left.
 */
import type { Bytes } from '../lib/bytes.ts'
import { byCodePoint } from '../lib/units.ts'
import type { Store, StoreBatch, StoreRange, StoreRow } from '../ports.ts'
import { copyOf, guardStore, PIECE_ROWS, StoreError } from './store.ts'

export type MemoryDisk = { readonly rows: Map<string, Bytes>; epoch: number }

export const createMemoryDisk = (): MemoryDisk => ({ rows: new Map(), epoch: 0 })

/** Deletes, then puts. The rows become the disk's own: the guard has copied them. */
export const writeRows = (disk: MemoryDisk, { puts, deletes }: Pick<StoreBatch, 'puts' | 'deletes'>): void => {
  for (const key of deletes) disk.rows.delete(key)
  for (const { key, value } of puts) disk.rows.set(key, value)
}

const readRow = ({ rows }: MemoryDisk, key: string): Bytes | undefined => {
  const value = rows.get(key)
  return value === undefined ? undefined : copyOf(value)
}

/** The reading half of the port. */
export const readsOf = (disk: MemoryDisk): Pick<Store, 'get' | 'getMany' | 'range' | 'snapshot'> => ({
  get: async (key) => readRow(disk, key),
  getMany: async (keys) => keys.map((key) => readRow(disk, key)),
  range: async (range) => readRange(disk, range),
  snapshot: async (visit) => {
    const rows = readRange(disk, EVERY_KEY)
    for (let at = 0; at < rows.length; at += PIECE_ROWS) visit(rows.slice(at, at + PIECE_ROWS))
  },
})

const EVERY_KEY = { from: '', to: '\x7f' }

const readRange = (disk: MemoryDisk, { from, to, limit, reverse }: StoreRange): readonly StoreRow[] => {
  const found = [...disk.rows].filter(([key]) => key >= from && key < to).sort(([a], [b]) => byCodePoint(a, b))
  if (reverse === true) found.reverse()
  return found.slice(0, limit).map(([key, value]) => ({ key, value: copyOf(value) }))
}

/** @throws StoreError 'fenced' */
export const checkEpoch = (stored: number, epoch: number): void => {
  if (stored !== epoch)
    throw new StoreError('fenced', `the database belongs to writer ${stored}, not to writer ${epoch}`)
}

export const memoryStore = (disk: MemoryDisk = createMemoryDisk()): Store =>
  guardStore({
    ...readsOf(disk),
    claimEpoch: async () => ++disk.epoch,
    commit: async (batch) => {
      checkEpoch(disk.epoch, batch.epoch)
      writeRows(disk, batch)
    },
    close: async () => {},
  })
