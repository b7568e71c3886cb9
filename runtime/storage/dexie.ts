/**
 * The `Store` port on IndexedDB, through Dexie; the only file that imports it.
 *
 * Layout: `rows` {key, value: Uint8Array} in key order, and `meta` with the one row {key: 'epoch', value: number},
 * which exists from creation on. One commit is one transaction over both, opened with `durability: 'strict'`:
 * Chromium's default is relaxed and acknowledges what is not on disk yet.
 *
 * Contract beyond the port: a database is created only when asked for, never because one is missing; and a
 * connection, once lost, stays closed. Dexie would reopen it, and IndexedDB may then present an older or an empty
 * database as if nothing had happened; a fresh `openDexieStore` followed by recovery is the only way back.
 *
 * On a full disk Chromium calls the failure unknown and closes the connection (tried): what is left of the disk tells.
 */
import { Dexie, type EntityTable } from 'dexie'
import type { Bytes } from '../lib/bytes.ts'
import type { Store, StoreRange } from '../ports.ts'
import { checkEpoch } from './memory.ts'
import { guardStore, PIECE_ROWS, StoreError, type StoreFailure } from './store.ts'

export type DexieStoreOptions = {
  /** False: a missing database is an error ('missing') and stays missing. */
  readonly create: boolean
  /** Default: those of the browser. */
  readonly indexedDB?: IDBFactory
  readonly IDBKeyRange?: typeof IDBKeyRange
  readonly estimate?: () => Promise<StorageEstimate>
}
type Backend = Omit<DexieStoreOptions, 'create'>

const SCHEMA_VERSION = 1
/** Dexie stores its version times ten. */
const NATIVE_VERSION = SCHEMA_VERSION * 10
const TABLES = { rows: '&key', meta: '&key' }
const EPOCH = 'epoch'

type Database = Dexie & {
  readonly rows: EntityTable<{ key: string; value: Bytes }, 'key'>
  readonly meta: EntityTable<{ key: string; value: number }, 'key'>
}

const FAILURES: { readonly [name: string]: StoreFailure } = {
  QuotaExceededError: 'quota',
  VersionError: 'version',
  UpgradeError: 'version',
  SchemaError: 'version',
  DatabaseClosedError: 'closed',
  InvalidStateError: 'closed',
}

/** Dexie wraps: the telling error may be the outer one, its `inner`, or one of its `failures`. */
const causesOf = (error: unknown, depth = 0): readonly Error[] => {
  if (!(error instanceof Error) || depth > 4) return []
  const { inner, failures } = error as { inner?: unknown; failures?: unknown }
  const nested = [inner, error.cause, ...(Array.isArray(failures) ? failures : [])]
  return [error, ...nested.flatMap((cause) => causesOf(cause, depth + 1))]
}

const asStoreError = (error: unknown): StoreError => {
  const causes = causesOf(error)
  const ours = causes.find((cause) => cause instanceof StoreError)
  if (ours !== undefined) return ours
  // Ordered by the table, not by depth: a quota error inside a generic abort is a quota error.
  for (const [name, type] of Object.entries(FAILURES)) {
    const found = causes.find((cause) => cause.name === name)
    if (found !== undefined) return new StoreError(type, found.message || name, error)
  }
  return new StoreError('io', error instanceof Error ? error.message : 'the database failed', error)
}

/** With less than this left, a commit that fails has failed for lack of room. */
const NO_ROOM_BYTES = 4 * 1_024 * 1_024

const roomOf = async ({ estimate }: Backend): Promise<number> => {
  const ask = estimate ?? (async () => globalThis.navigator.storage.estimate())
  // Who cannot say has enough, as far as is known.
  const { quota, usage } = await ask().catch((): StorageEstimate => ({}))
  return quota === undefined || usage === undefined ? Number.POSITIVE_INFINITY : quota - usage
}

const attempt = async <T>(work: () => PromiseLike<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    throw asStoreError(error)
  }
}

/** What a failed write failed of: it may be a lack of room under another name. */
const causeOfWrite = async (backend: Backend, error: unknown): Promise<unknown> => {
  const isVague = error instanceof StoreError && (error.type === 'io' || error.type === 'closed')
  if (!isVague || (await roomOf(backend)) >= NO_ROOM_BYTES) return error
  return new StoreError('quota', 'this device has no room left', error)
}

const attemptWrite = <T>(backend: Backend, work: () => PromiseLike<T>): Promise<T> =>
  attempt(work).catch(async (error: unknown) => {
    throw await causeOfWrite(backend, error)
  })

const factoryOf = (backend: Backend): IDBFactory => {
  const factory = backend.indexedDB ?? globalThis.indexedDB
  if (factory === undefined) throw new StoreError('io', 'this context has no IndexedDB')
  return factory
}

type Installed = { readonly version: number; readonly tables: readonly string[] }

/**
 * What is installed under this name, or null. Asking creates nothing: the upgrade that would create the database is
 * aborted, which the standard defines as "never existed".
 */
const inspect = (name: string, backend: Backend): Promise<Installed | null> =>
  new Promise((resolve, reject) => {
    const request = factoryOf(backend).open(name)
    let absent = false
    request.onupgradeneeded = () => {
      absent = true
      request.transaction?.abort()
    }
    request.onsuccess = () => {
      const { version, objectStoreNames } = request.result
      request.result.close()
      resolve({ version, tables: [...objectStoreNames] })
    }
    request.onerror = (event) => {
      event.preventDefault()
      if (absent) resolve(null)
      else reject(request.error)
    }
  })

/** Dexie itself opens a newer database without a word, and adds the tables a damaged one lacks. */
const checkInstalled = (name: string, { version, tables }: Installed): void => {
  if (version !== NATIVE_VERSION)
    throw new StoreError('version', `the database ${name} has version ${version}, this code reads ${NATIVE_VERSION}`)
  if (!Object.keys(TABLES).every((table) => tables.includes(table)))
    throw new StoreError('corrupt', `the database ${name} has lost a table`)
}

const connect = (name: string, { create, estimate: _, ...backend }: DexieStoreOptions): Database => {
  const db = new Dexie(name, {
    ...backend,
    // Also what keeps a connection closed that another context's deletion or upgrade has closed.
    autoOpen: false,
    cache: 'disabled',
    chromeTransactionDurability: 'strict',
  }) as Database
  db.version(SCHEMA_VERSION).stores(TABLES)
  let opened = false
  db.on('populate', () => {
    if (!create || opened) throw new StoreError('missing', `there is no database ${name}`)
    return db.meta.add({ key: EPOCH, value: 0 })
  })
  // Sticky: also asked when Dexie wants to reopen a connection by itself.
  db.on(
    'ready',
    () => {
      if (opened) throw new StoreError('closed', `the connection to ${name} was lost`)
      opened = true
    },
    true,
  )
  return db
}

const storedEpoch = async (db: Database): Promise<number> => {
  const row = await db.meta.get(EPOCH)
  if (row !== undefined && Number.isSafeInteger(row.value) && row.value >= 0) return row.value
  throw new StoreError('corrupt', `the database ${db.name} has lost its epoch`)
}

const bytesOf = (value: unknown, key: string): Bytes => {
  if (value instanceof Uint8Array) return value
  throw new StoreError('corrupt', `the row ${key} is not bytes`)
}

const readRange = async (db: Database, { from, to, limit, reverse }: StoreRange) => {
  const query = db.rows.where('key').between(from, to, true, false)
  const isLimited = limit !== undefined
  // Backwards a browser gives one row at a time, so all of them are taken forwards.
  const ordered = reverse === true && isLimited ? query.reverse() : query
  const found = await (isLimited ? ordered.limit(limit) : ordered).toArray()
  if (reverse === true && !isLimited) found.reverse()
  return found.map(({ key, value }) => ({ key, value: bytesOf(value, key) }))
}

const storeOf = (db: Database, backend: Backend): Store =>
  guardStore({
    get: (key) =>
      attempt(async () => {
        const row = await db.rows.get(key)
        return row === undefined ? undefined : bytesOf(row.value, key)
      }),
    getMany: (keys) =>
      attempt(async () => {
        const rows = await db.rows.bulkGet([...keys])
        return rows.map((row, i) => (row === undefined ? undefined : bytesOf(row.value, keys[i] ?? '')))
      }),
    range: (range) => attempt(() => readRange(db, range)),
    // One transaction, which lives as long as it is asked something; writers wait for its end.
    snapshot: (visit) =>
      attempt(() =>
        db.transaction('r', db.rows, async () => {
          let last = ''
          for (;;) {
            const found = await db.rows.where('key').above(last).limit(PIECE_ROWS).toArray()
            const rows = found.map(({ key, value }) => ({ key, value: bytesOf(value, key) }))
            // What the visitor begins is no part of this transaction.
            Dexie.ignoreTransaction(() => visit(rows))
            if (found.length < PIECE_ROWS) return
            last = found.at(-1)?.key ?? last
          }
        }),
      ),
    claimEpoch: () =>
      attemptWrite(backend, () =>
        db.transaction('rw', db.meta, async () => {
          const epoch = (await storedEpoch(db)) + 1
          await db.meta.put({ key: EPOCH, value: epoch })
          return epoch
        }),
      ),
    commit: ({ epoch, puts, deletes }) =>
      attemptWrite(backend, () =>
        db.transaction('rw', db.rows, db.meta, async () => {
          checkEpoch(await storedEpoch(db), epoch)
          if (deletes.length > 0) await db.rows.bulkDelete([...deletes])
          if (puts.length > 0) await db.rows.bulkPut([...puts])
        }),
      ),
    room: () => roomOf(backend),
    close: async () => db.close(),
  })

/**
 * @throws StoreError 'missing' when `create` is false and there is no such database; 'version' when another version
 * of this code wrote it; 'corrupt' when it lost a table or its epoch row; 'quota', 'io'.
 */
export const openDexieStore = (name: string, options: DexieStoreOptions): Promise<Store> =>
  attempt(async () => {
    const installed = await inspect(name, options)
    if (installed === null && !options.create) throw new StoreError('missing', `there is no database ${name}`)
    if (installed !== null) checkInstalled(name, installed)
    const db = connect(name, options)
    await db.open()
    try {
      await storedEpoch(db)
    } catch (error) {
      db.close()
      throw error
    }
    return storeOf(db, options)
  })

/** Closes every connection to the database and removes it; one that is not there counts as removed. */
export const deleteDexieStore = (name: string, backend: Backend = {}): Promise<void> =>
  attempt(() => new Dexie(name, { ...backend, autoOpen: false }).delete())
