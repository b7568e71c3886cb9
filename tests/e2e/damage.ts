/**
 * What can befall the folder of a browser's profile in which the wallet's database lies, brought about on disk while no
 * browser runs, and row by row while one does.
 *
 * Contract: Chromium keeps the databases of one origin in one LevelDB (log, tables, MANIFEST, CURRENT), the wallet's
 * among them; its mark outside the database lies in another folder (`Local Extension Settings`). Each function changes
 * something or throws.
 */
import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'

export type Profile = { readonly dir: string; readonly extensionId: string }
/** LevelDB's own names. */
type Part = 'log' | 'table' | 'manifest'

const NAMES: { readonly [P in Part]: RegExp } = { log: /^\d+\.log$/, table: /^\d+\.ldb$/, manifest: /^MANIFEST-\d+$/ }
const DATABASE = 'xln-simnet'
const FILLER = { database: 'filler', rows: 100, rowBytes: 60_000 }

/** Without what says that a browser runs on it. */
export const copyProfile = (from: string, to: string): Promise<void> =>
  cp(from, to, { recursive: true, filter: (path) => !/Singleton\w+$/.test(path) })

export const databaseFolder = ({ dir, extensionId }: Profile): string =>
  join(dir, 'Default', 'IndexedDB', `chrome-extension_${extensionId}_0.indexeddb.leveldb`)

/** Of several the newest log, and the oldest table, which holds the wallet's first rows. */
const fileOf = async (profile: Profile, part: Part): Promise<string> => {
  const folder = databaseFolder(profile)
  const found = (await readdir(folder)).filter((name) => NAMES[part].test(name)).sort()
  const name = part === 'table' ? found[0] : found.at(-1)
  if (name === undefined) throw new Error(`${folder} holds no ${part}`)
  return join(folder, name)
}

/** @param keep of how many bytes, how many stay */
export const cut = async (profile: Profile, part: Part, keep: (bytes: number) => number): Promise<void> => {
  const path = await fileOf(profile, part)
  const { length } = await readFile(path)
  await truncate(path, Math.floor(keep(length)))
}

export const flipByte = async (profile: Profile, part: Part, at: (bytes: number) => number): Promise<void> => {
  const path = await fileOf(profile, part)
  const bytes = await readFile(path)
  const index = Math.floor(at(bytes.length))
  const byte = bytes[index]
  if (byte === undefined) throw new Error(`${path} has no byte ${index}`)
  bytes[index] = byte ^ 0x10
  await writeFile(path, bytes)
}

export const removeFile = async (profile: Profile, part: Part): Promise<void> => rm(await fileOf(profile, part))

export const removeDatabase = (profile: Profile): Promise<void> => rm(databaseFolder(profile), { recursive: true })

/** The folder of the database alone, as it was in another copy of the profile. */
export const restoreDatabase = async (profile: Profile, from: Profile): Promise<void> => {
  await removeDatabase(profile)
  await cp(databaseFolder(from), databaseFolder(profile), { recursive: true })
}

/**
 * Writes so much into another database of the extension that LevelDB moves what came before into a table, which a
 * wallet would do after many payments. At any page of the extension.
 */
export const fillTable = (page: Page): Promise<void> =>
  page.evaluate(async ({ database, rows, rowBytes }) => {
    const opened = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(database, 1)
      request.onupgradeneeded = () => request.result.createObjectStore('rows')
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
    for (let row = 0; row < rows; row += 1)
      await new Promise<void>((resolve, reject) => {
        const transaction = opened.transaction('rows', 'readwrite')
        // Random, since what repeats is stored small.
        transaction.objectStore('rows').put(crypto.getRandomValues(new Uint8Array(rowBytes)), row)
        transaction.oncomplete = () => resolve()
        transaction.onabort = () => reject(transaction.error)
      })
    opened.close()
  }, FILLER)

/** Flips a byte of the last row under a prefix, as the browser would store it. At a page beside a locked wallet. */
export const spoilLastRow = (page: Page, prefix: string): Promise<void> =>
  page.evaluate(
    ([database, from]) =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.open(String(database))
        request.onerror = () => reject(request.error)
        request.onsuccess = () => {
          const opened = request.result
          const transaction = opened.transaction('rows', 'readwrite')
          const range = IDBKeyRange.bound(from, `${from}\x7f`)
          transaction.objectStore('rows').openCursor(range, 'prev').onsuccess = ({ target }) => {
            const cursor = (target as IDBRequest<IDBCursorWithValue | null>).result
            if (cursor === null) return reject(new Error(`no row under ${from}`))
            const { value, ...row } = cursor.value as { readonly key: string; readonly value: Uint8Array }
            const spoilt = Uint8Array.from(value, (byte, index) => (index === value.length >> 1 ? byte ^ 1 : byte))
            cursor.update({ ...row, value: spoilt })
          }
          transaction.oncomplete = () => {
            opened.close()
            resolve()
          }
        }
      }),
    [DATABASE, prefix],
  )
