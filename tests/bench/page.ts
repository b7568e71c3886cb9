/**
 * The page that measures payments in a browser: the same runtime over IndexedDB, strictly durable, beside a skeleton
 * that writes the same rows to IndexedDB itself. Offers `measure()` to whoever drives the page.
 */
import type { Store, StoreRow } from '../../runtime/ports.ts'
import { openDexieStore } from '../../runtime/storage/dexie.ts'
import { type CryptoTimes, cryptoTimes } from './crypto-times.ts'
import type { Result } from './measure.ts'
import { type Ground, measurePayments } from './payments.ts'

export type PageMeasured = { readonly results: readonly Result[]; readonly times: CryptoTimes }
/** What the page puts on `globalThis`. */
export type BenchPage = { readonly measure: () => Promise<PageMeasured> }

const TABLE = 'rows'

const openDatabase = (name: string): Promise<IDBDatabase> =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: 'key' })
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('the database does not open'))
  })

const writeStrictly = (database: IDBDatabase, rows: readonly StoreRow[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const transaction = database.transaction(TABLE, 'readwrite', { durability: 'strict' })
    for (const row of rows) transaction.objectStore(TABLE).put(row)
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error ?? new Error('the transaction was aborted'))
  })

const createPageGround = (): Ground => {
  let opened = 0
  return {
    name: 'Chromium, IndexedDB strict',
    openStore: (): Promise<Store> => openDexieStore(`ours-${opened++}`, { create: true }),
    openWrites: async () => {
      const database = await openDatabase(`skeleton-${opened++}`)
      return { write: (rows) => writeStrictly(database, rows), close: async () => database.close() }
    },
  }
}

const measure = async (): Promise<PageMeasured> => {
  const times = cryptoTimes()
  const results: Result[] = []
  await measurePayments(createPageGround(), (result) => results.push(result))
  return { results, times }
}

const page: BenchPage = { measure }
Object.assign(globalThis, { bench: page })
