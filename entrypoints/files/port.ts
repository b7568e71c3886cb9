/**
 * Export and import for the pages: this page's own databases, locks and list of runtimes around runtime/manager/xln-*.
 * Fetched when it is first asked for; nothing of it runs in the worker.
 */
import { browser } from 'wxt/browser'
import type { FilesPort } from '../../components/models/files.ts'
import { openRegistry, type RuntimeEntry } from '../../runtime/manager/registry.ts'
import { importRuntime } from '../../runtime/manager/xln-import.ts'
import { createStagings } from '../../runtime/manager/xln-staging.ts'
import { exportRuntime } from '../../runtime/manager/xln-write.ts'
import { openDexieStore } from '../../runtime/storage/dexie.ts'
import { StoreError } from '../../runtime/storage/store.ts'

/** The list of runtimes, as the worker keeps it. */
const RUNTIMES = 'runtimes'
const databaseOf = (id: string): string => `xln-${id}`

const clock = { now: () => Date.now() }
const entropy = { draw: () => crypto.getRandomValues(new Uint8Array(32)) }
const stagings = createStagings({
  locks: navigator.locks,
  entropy,
  names: async () => (await indexedDB.databases()).flatMap(({ name }) => (name === undefined ? [] : [name])),
})

/** Reads the list; only the worker writes it. */
const entryOf = async (id: string): Promise<RuntimeEntry> => {
  const slot = {
    get: async () => (await browser.storage.local.get(RUNTIMES))[RUNTIMES],
    set: () => Promise.reject(new Error('only the worker writes the list of runtimes')),
    clear: () => Promise.reject(new Error('only the worker writes the list of runtimes')),
  }
  const entry = (await openRegistry(slot, clock)).find(id)
  if (entry === null) throw new StoreError('missing', `there is no runtime ${id}`)
  return entry
}

/** What whoever brings it back has to know beside its rows: which keys are its own. */
const configOf = ({ index, chainId }: RuntimeEntry): string => JSON.stringify({ index, chainId: `${chainId}` })

export const filesPort: FilesPort = {
  write: async ({ runtimeId, name, ...work }) => {
    const entry = await entryOf(runtimeId)
    const store = await openDexieStore(databaseOf(runtimeId), { create: false })
    const about = { runtimeId: entry.worldId, name: entry.name, label: name, config: configOf(entry) }
    return exportRuntime({ ...work, ...about, store, clock, entropy }).finally(() => store.close())
  },
  read: async (work) => {
    // What cannot be tidied now is tidied another time.
    await stagings.sweep().catch(() => undefined)
    return importRuntime({ ...work, staging: await stagings.fresh() })
  },
  keep: stagings.keep,
  discard: stagings.discard,
}
