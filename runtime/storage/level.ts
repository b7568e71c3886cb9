/**
 * The `Store` port on LevelDB (classic-level), for processes with a file system; the only file that imports it.
 *
 * LevelDB lets one process open a folder, once. The stores of one `LevelHome` share that one database, and with it the
 * fencing epoch, which lies under a key below every key of the port. Writes queue up behind each other, so that
 * comparing the epoch and writing are one step; each is one batch, synced before it is answered.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { decode, encode, uint } from '../codec/schema.ts'
import type { Bytes } from '../lib/bytes.ts'
import type { Store, StoreRange, StoreRow } from '../ports.ts'
import { checkEpoch } from './memory.ts'
import { copyOf, guardStore, PIECE_ROWS, StoreError } from './store.ts'

type Database = ClassicLevel<string, Uint8Array>

const EPOCH_KEY = '\0epoch'
/** Below every key of the port, above the epoch's. */
const LOWEST = ' '

/** The codes of abstract-level 3, and what LevelDB says where it has no code. */
const typeOf = (error: unknown): StoreError['type'] => {
  const { code, message, cause } = error as { code?: string; message?: string; cause?: unknown }
  if (cause !== undefined && code === 'LEVEL_DATABASE_NOT_OPEN') return typeOf(cause)
  if (code === 'LEVEL_LOCKED') return 'fenced'
  if (code === 'LEVEL_CORRUPTION' || /corruption/i.test(message ?? '')) return 'corrupt'
  if (code === 'LEVEL_DATABASE_NOT_OPEN' || code === 'LEVEL_ITERATOR_NOT_OPEN') return 'closed'
  if (/no space left/i.test(message ?? '')) return 'quota'
  return 'io'
}
const asStoreError = (error: unknown): StoreError =>
  error instanceof StoreError
    ? error
    : new StoreError(typeOf(error), error instanceof Error ? error.message : 'LevelDB failed', error)

const attempt = <T>(work: () => Promise<T>): Promise<T> =>
  work().catch((error: unknown) => {
    throw asStoreError(error)
  })

const found = (value: Uint8Array | undefined): Bytes | undefined => (value === undefined ? undefined : copyOf(value))

type Shared = {
  readonly db: Database
  epoch: number
  users: number
  /** Ends when everything before has been written. */
  queue: Promise<unknown>
}

const openShared = (folder: string, create: boolean): Promise<Shared> =>
  attempt(async () => {
    // LevelDB leaves files behind even when it refuses to create a database.
    if (!create && !existsSync(join(folder, 'CURRENT')))
      throw new StoreError('missing', `there is no database ${folder}`)
    const db: Database = new ClassicLevel(folder, {
      keyEncoding: 'utf8',
      valueEncoding: 'view',
      createIfMissing: create,
    })
    await db.open()
    const row = await db.get(EPOCH_KEY)
    const epoch = row === undefined ? { type: 'ok' as const, value: 0 } : decode(uint, copyOf(row))
    if (epoch.type === 'ok') return { db, epoch: epoch.value, users: 0, queue: Promise.resolve() }
    await db.close()
    throw new StoreError('corrupt', `the database ${folder} has lost its epoch`)
  })

const inTurn = <T>(shared: Shared, work: () => Promise<T>): Promise<T> => {
  const done = shared.queue.then(() => attempt(work))
  shared.queue = done.catch(() => undefined)
  return done
}

const readRange = async (db: Database, { from, to, limit, reverse }: StoreRange) => {
  const rows = await db
    .iterator({ gte: from < LOWEST ? LOWEST : from, lt: to, reverse: reverse === true, limit: limit ?? -1 })
    .all()
  return rows.map(([key, value]) => ({ key, value: copyOf(value) }))
}

/** An iterator sees what there was when it was made. */
const readPieces = async (db: Database, visit: (rows: readonly StoreRow[]) => void): Promise<void> => {
  const rows = db.iterator({ gte: LOWEST })
  try {
    for (;;) {
      const found = await rows.nextv(PIECE_ROWS)
      if (found.length === 0) return
      visit(found.map(([key, value]) => ({ key, value: copyOf(value) })))
    }
  } finally {
    await rows.close()
  }
}

const storeOver = (shared: Shared, leave: () => Promise<void>): Store => {
  const { db } = shared
  return guardStore({
    get: (key) => attempt(async () => found(await db.get(key))),
    getMany: (keys) => attempt(async () => (await db.getMany([...keys])).map(found)),
    range: (range) => attempt(() => readRange(db, range)),
    snapshot: (visit) => attempt(() => readPieces(db, visit)),
    claimEpoch: () =>
      inTurn(shared, async () => {
        const epoch = shared.epoch + 1
        await db.put(EPOCH_KEY, encode(uint, epoch), { sync: true })
        shared.epoch = epoch
        return epoch
      }),
    commit: ({ epoch, puts, deletes }) =>
      inTurn(shared, async () => {
        checkEpoch(shared.epoch, epoch)
        const operations = [
          ...deletes.map((key) => ({ type: 'del' as const, key })),
          ...puts.map(({ key, value }) => ({ type: 'put' as const, key, value })),
        ]
        if (operations.length > 0) await db.batch(operations, { sync: true })
      }),
    close: leave,
  })
}

export type LevelHome = {
  /** @throws StoreError 'missing' when `create` is false and there is no database; 'fenced' when another process has it. */
  readonly open: (folder: string, options: { readonly create: boolean }) => Promise<Store>
}

/** One for each process. */
export const createLevelHome = (): LevelHome => {
  const databases = new Map<string, Promise<Shared>>()
  const leave = async (folder: string, shared: Shared): Promise<void> => {
    if (--shared.users > 0) return
    databases.delete(folder)
    await shared.queue
    await attempt(() => shared.db.close())
  }
  return {
    open: async (folder, { create }) => {
      const opening = databases.get(folder) ?? openShared(folder, create)
      databases.set(folder, opening)
      try {
        const shared = await opening
        shared.users++
        return storeOver(shared, () => leave(folder, shared))
      } catch (error) {
        databases.delete(folder)
        throw error
      }
    },
  }
}
