/** The IndexedDB store: the contract, and what IndexedDB and Dexie would do if they were left to themselves. */
import { Dexie } from 'dexie'
import { IDBDatabase, IDBFactory, IDBKeyRange, IDBObjectStore } from 'fake-indexeddb'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { utf8 } from '../../../runtime/lib/bytes.ts'
import { type DexieStoreOptions, deleteDexieStore, openDexieStore } from '../../../runtime/storage/dexie.ts'
import { StoreError } from '../../../runtime/storage/store.ts'
import { describeStore } from './store-contract.ts'

const NAME = 'xln-test'
const ROW = { key: 'k', value: utf8('v') }

const createBackend = () => ({ indexedDB: new IDBFactory(), IDBKeyRange })
const opening = (backend: Omit<DexieStoreOptions, 'create'>, create: boolean) =>
  openDexieStore(NAME, { ...backend, create })
const names = async (factory: IDBFactory) => (await factory.databases()).map(({ name }) => name)

const errorOf = async (work: Promise<unknown>): Promise<StoreError> => {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(StoreError)
  return error as StoreError
}

/** A database of the same name, made by other hands. */
const madeElsewhere = async (
  backend: ReturnType<typeof createBackend>,
  { version, tables }: { version: number; tables: { [table: string]: string } },
) => {
  const db = new Dexie(NAME, backend)
  db.version(version).stores(tables)
  await db.open()
  return db
}

describeStore('Dexie on fake-indexeddb', () => {
  const backend = createBackend()
  return { open: () => opening(backend, true), destroy: () => deleteDexieStore(NAME, backend) }
})

afterEach(() => {
  vi.restoreAllMocks()
})

describe('openDexieStore', () => {
  it('a missing database is an error, and stays missing', async () => {
    const backend = createBackend()
    const error = await errorOf(opening(backend, false))
    expect({ type: error.type, retryable: error.retryable }).toEqual({ type: 'missing', retryable: false })
    expect(await names(backend.indexedDB)).toEqual([])
  })

  it('an existing database opens either way, with what is in it', async () => {
    const backend = createBackend()
    const first = await opening(backend, true)
    await first.commit({ epoch: await first.claimEpoch(), puts: [ROW], deletes: [] })
    await first.close()
    for (const create of [false, true]) {
      const again = await opening(backend, create)
      expect(await again.get('k')).toEqual(ROW.value)
      await again.close()
    }
  })

  it('a database that vanishes while it is being opened is missing, and stays so', async () => {
    const { indexedDB } = createBackend()
    const first = await opening({ indexedDB, IDBKeyRange }, true)
    await first.close()
    const vanishing = new Proxy(indexedDB, {
      get: (target, name) => (name === 'open' ? openAfterDeletion : Reflect.get(target, name)),
    })
    const openAfterDeletion = (name: string, version?: number): IDBOpenDBRequest => {
      if (version === undefined) return indexedDB.open(name)
      indexedDB.deleteDatabase(name)
      return indexedDB.open(name, version)
    }
    expect((await errorOf(opening({ indexedDB: vanishing, IDBKeyRange }, false))).type).toBe('missing')
    expect(await names(indexedDB)).toEqual([])
  })

  it.each([2, 0.5])('a database of schema version %s is left alone', async (version) => {
    const backend = createBackend()
    const other = await madeElsewhere(backend, { version, tables: { rows: '&key', meta: '&key' } })
    other.close()
    expect((await errorOf(opening(backend, true))).type).toBe('version')
    expect(await backend.indexedDB.databases()).toEqual([{ name: NAME, version: version * 10 }])
  })

  it('a database without our tables is corrupt, and is not repaired', async () => {
    const backend = createBackend()
    const other = await madeElsewhere(backend, { version: 1, tables: { other: '&key' } })
    other.close()
    expect((await errorOf(opening(backend, true))).type).toBe('corrupt')
    expect(await backend.indexedDB.databases()).toEqual([{ name: NAME, version: 10 }])
  })

  it('an emptied database is corrupt, not a fresh one', async () => {
    const backend = createBackend()
    const other = await madeElsewhere(backend, { version: 1, tables: { rows: '&key', meta: '&key' } })
    other.close()
    expect((await errorOf(opening(backend, true))).type).toBe('corrupt')
  })

  it('a context without IndexedDB is named', async () => {
    expect((await errorOf(openDexieStore(NAME, { create: true }))).type).toBe('io')
  })
})

describe('commit', () => {
  it('is one strict transaction', async () => {
    const backend = createBackend()
    // Dexie binds the method when it opens.
    const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction')
    const store = await opening(backend, true)
    const epoch = await store.claimEpoch()
    transaction.mockClear()
    await store.commit({ epoch, puts: [ROW], deletes: ['a', 'b'] })
    expect(transaction.mock.calls).toEqual([[['rows', 'meta'], 'readwrite', { durability: 'strict' }]])
    await store.claimEpoch()
    expect(transaction.mock.lastCall?.[2]).toEqual({ durability: 'strict' })
    await store.close()
  })

  it.each(['the request fails', 'the transaction aborts'] as const)(
    'quota, %s -- named, nothing written, works later',
    async (how) => {
      const backend = createBackend()
      const store = await opening(backend, true)
      const epoch = await store.claimEpoch()
      const original = IDBObjectStore.prototype.put
      let calls = 0
      const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
        this: IDBObjectStore,
        ...args
      ) {
        // The second row no longer fits.
        if (++calls < 2) return original.apply(this, args)
        if (how === 'the transaction aborts')
          (this.transaction as unknown as { _abort(name: string): void })._abort('QuotaExceededError')
        throw new DOMException('full', 'QuotaExceededError')
      })
      const batch = { epoch, puts: [ROW, { key: 'k2', value: utf8('v2') }], deletes: [] }
      const error = await errorOf(store.commit(batch))
      expect({ type: error.type, retryable: error.retryable }).toEqual({ type: 'quota', retryable: true })
      put.mockRestore()
      expect(await store.get('k')).toBeUndefined()
      await store.commit(batch)
      expect((await store.range({ from: '', to: '~' })).length).toBe(2)
      await store.close()
    },
  )
})

describe('a full disk', () => {
  const roomy = { quota: 10 * 1_024 * 1_024, usage: 0 }
  const full = { quota: 5, usage: 5 }

  it.each([
    ['and little is left', full, 'quota'],
    ['and there is room', roomy, 'io'],
    ['and nobody knows what is left', {}, 'io'],
  ] as const)('a commit fails for no known reason, %s', async (_, left, type) => {
    const backend = { ...createBackend(), estimate: () => Promise.resolve<StorageEstimate>(left) }
    const store = await opening(backend, true)
    const epoch = await store.claimEpoch()
    const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('no idea', 'UnknownError')
    })
    expect((await errorOf(store.commit({ epoch, puts: [ROW], deletes: [] }))).type).toBe(type)
    put.mockRestore()
    await store.commit({ epoch, puts: [ROW], deletes: [] })
    expect(await store.get(ROW.key)).toEqual(ROW.value)
    await store.close()
  })

  it('another writer -- is fenced all the same', async () => {
    const backend = { ...createBackend(), estimate: () => Promise.resolve(full) }
    const store = await opening(backend, true)
    const epoch = await store.claimEpoch()
    await store.claimEpoch()
    expect((await errorOf(store.commit({ epoch, puts: [ROW], deletes: [] }))).type).toBe('fenced')
    await store.close()
  })

  it('room -- what the browser says is left; without limit where it cannot say', async () => {
    const left = [{ quota: 100, usage: 40 }, {}, new Error('not now')]
    const estimate = (): Promise<StorageEstimate> => {
      const next = left.shift()
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next ?? {})
    }
    const store = await opening({ ...createBackend(), estimate }, true)
    const room = (): Promise<number | undefined> => Promise.resolve(store.room?.())
    const [first, ...rest] = [await room(), await room(), await room()]
    expect([first, rest]).toEqual([60, [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]])
    await store.close()
  })
})

describe('a lost connection', () => {
  it('deleted by another context -- closed for good, and not created again', async () => {
    const backend = createBackend()
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const store = await opening(backend, true)
    const epoch = await store.claimEpoch()
    await deleteDexieStore(NAME, backend)
    expect((await errorOf(store.get('k'))).type).toBe('closed')
    expect((await errorOf(store.commit({ epoch, puts: [ROW], deletes: [] }))).type).toBe('closed')
    expect((await errorOf(store.claimEpoch())).type).toBe('closed')
    expect(await names(backend.indexedDB)).toEqual([])
    await store.close()
  })

  it('upgraded by a newer version -- closed, and the newer one proceeds', async () => {
    const backend = createBackend()
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const store = await opening(backend, true)
    const epoch = await store.claimEpoch()
    const newer = await madeElsewhere(backend, { version: 2, tables: { rows: '&key', meta: '&key', more: '&key' } })
    expect((await errorOf(store.commit({ epoch, puts: [ROW], deletes: [] }))).type).toBe('closed')
    newer.close()
  })

  it('dropped because the database went -- Dexie is not let create it again', async () => {
    const backend = createBackend()
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction')
    const store = await opening(backend, true)
    const epoch = await store.claimEpoch()
    transaction.mockImplementationOnce(() => {
      backend.indexedDB.deleteDatabase(NAME)
      throw new DOMException('the connection is closing', 'InvalidStateError')
    })
    const error = await errorOf(store.commit({ epoch, puts: [ROW], deletes: [] }))
    expect({ type: error.type, retryable: error.retryable }).toEqual({ type: 'missing', retryable: false })
    expect(await names(backend.indexedDB)).toEqual([])
    await store.close()
  })

  it('dropped under a transaction -- Dexie is not let reopen it', async () => {
    const backend = createBackend()
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction')
    const store = await opening(backend, true)
    const epoch = await store.claimEpoch()
    transaction.mockImplementationOnce(() => {
      throw new DOMException('the connection is closing', 'InvalidStateError')
    })
    expect((await errorOf(store.commit({ epoch, puts: [ROW], deletes: [] }))).type).toBe('closed')
    expect((await errorOf(store.get('k'))).type).toBe('closed')
    const again = await opening(backend, false)
    expect(await again.get('k')).toBeUndefined()
    await again.close()
  })
})

describe('a row of other hands', () => {
  it('that is not bytes is corrupt', async () => {
    const backend = createBackend()
    const store = await opening(backend, true)
    const db = new Dexie(NAME, backend)
    await db.open()
    await db.table('rows').put({ key: 'k', value: 'text' })
    db.close()
    expect((await errorOf(store.get('k'))).type).toBe('corrupt')
    expect((await errorOf(store.range({ from: 'a', to: 'z' }))).type).toBe('corrupt')
    await store.close()
  })
})

describe('deleteDexieStore', () => {
  it('removes the database; a missing one counts as removed', async () => {
    const backend = createBackend()
    const store = await opening(backend, true)
    await store.close()
    await deleteDexieStore(NAME, backend)
    await deleteDexieStore(NAME, backend)
    expect(await names(backend.indexedDB)).toEqual([])
  })
})
