/**
 * Export and import, in a worker of a page: runtime/manager/xln-* over this browser's databases and locks. A page that
 * shows how far it is stays quick, and locks and half made databases are known by when this worker ends: with its page.
 * It is the background's own script, started as a page's worker: the engine is in the extension once.
 */
import { utf8 } from '../../runtime/lib/bytes.ts'
import { useFastHasher } from '../../runtime/manager/hasher.ts'
import { openRegistry, type RuntimeEntry } from '../../runtime/manager/registry.ts'
import { CONFIG_BYTES } from '../../runtime/manager/xln-file.ts'
import { importRuntime } from '../../runtime/manager/xln-import.ts'
import { createStagings } from '../../runtime/manager/xln-staging.ts'
import { exportRuntime } from '../../runtime/manager/xln-write.ts'
import { entriesOf } from '../../runtime/radapter/address-book.ts'
import { bookFrom } from '../../runtime/radapter/book-keeper.ts'
import { openDexieStore } from '../../runtime/storage/dexie.ts'
import { StoreError } from '../../runtime/storage/store.ts'
import type { Call, FileProgress, FromWorker, ToWorker } from '../files/messages.ts'

type Stagings = ReturnType<typeof createStagings>

const databaseOf = (id: string): string => `xln-${id}`

const clock = { now: () => Date.now() }
const entropy = { draw: () => crypto.getRandomValues(new Uint8Array(32)) }
const ownStagings = (): Stagings =>
  createStagings({
    locks: navigator.locks,
    entropy,
    names: async () => (await indexedDB.databases()).flatMap(({ name }) => (name === undefined ? [] : [name])),
  })

/** Reads the list; only the background writes it. */
const entryOf = async (runtimes: unknown, id: string): Promise<RuntimeEntry> => {
  const refuse = () => Promise.reject(new Error('only the background writes the list of runtimes'))
  const entry = (await openRegistry({ get: async () => runtimes, set: refuse, clear: refuse }, clock)).find(id)
  if (entry === null) throw new StoreError('missing', `there is no runtime ${id}`)
  return entry
}

const bytesOf = (value: unknown): number => utf8(JSON.stringify(value)).length

/**
 * What whoever brings it back has to know beside its rows: which keys are its own, and what its owner calls whom. Of
 * more names than a header takes, those that come first.
 */
export const configOf = ({ index, chainId }: Pick<RuntimeEntry, 'index' | 'chainId'>, book: unknown): string => {
  const config = { index, chainId: `${chainId}`, names: [] }
  let room = CONFIG_BYTES - bytesOf(config)
  const names = entriesOf(bookFrom(book)).filter((entry) => {
    room -= bytesOf(entry) + 1
    return room >= 0
  })
  return JSON.stringify({ ...config, names })
}

type Work = { readonly onProgress: (progress: FileProgress) => void; readonly signal: AbortSignal }

const answer = async (call: Exclude<Call, { type: 'abort' }>, stagings: Stagings, work: Work): Promise<unknown> => {
  switch (call.type) {
    case 'write': {
      const { runtimes, names } = call
      const { runtimeId, name, password } = call.options
      const entry = await entryOf(runtimes, runtimeId)
      const store = await openDexieStore(databaseOf(runtimeId), { create: false })
      const about = { runtimeId: entry.worldId, name: entry.name, label: name, config: configOf(entry, names) }
      return exportRuntime({ ...work, ...about, password, store, clock, entropy }).finally(() => store.close())
    }
    case 'read':
      // What cannot be tidied now is tidied another time.
      await stagings.sweep().catch(() => undefined)
      return importRuntime({ ...work, ...call.options, staging: await stagings.fresh() })
    case 'keep':
      return stagings.keep(call.stagingName)
    case 'discard':
      return stagings.discard(call.stagingName)
  }
}

/** Of the global scope of a page's worker, what is used here. */
export type FilesScope = {
  postMessage(message: FromWorker): void
  addEventListener(type: 'message', listener: (event: MessageEvent<ToWorker>) => void): void
}

/** Answers the page that started this worker. */
export const serveFiles = (scope: FilesScope): void => {
  // A file is executed again from its beginning, and hashes most of that time.
  void useFastHasher()
  const stagings = ownStagings()
  const running = new Map<number, AbortController>()
  const say = (message: FromWorker): void => scope.postMessage(message)
  const take = async ({ id, call }: ToWorker): Promise<void> => {
    if (call.type === 'abort') return running.get(id)?.abort()
    const controller = new AbortController()
    running.set(id, controller)
    const onProgress = (progress: FileProgress): void => say({ id, type: 'progress', progress })
    try {
      say({ id, type: 'done', value: await answer(call, stagings, { onProgress, signal: controller.signal }) })
    } catch (error) {
      say({ id, type: 'failed', message: error instanceof Error ? error.message : 'it failed' })
    }
    running.delete(id)
  }
  scope.addEventListener('message', ({ data }) => void take(data))
}
