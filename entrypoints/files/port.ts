/**
 * Export and import for the pages. The work is done in a worker of the page, which is started when it is first asked
 * something and ends with the page: it runs the background's script (background/files.ts), so no page grows by it.
 */
import { browser } from 'wxt/browser'
import type { FilesPort } from '../../components/models/files.ts'
import type { Call, FileProgress, FromWorker, ToWorker } from './messages.ts'

/** The list of runtimes (runtime/manager/registry.ts), as the background keeps it. */
const RUNTIMES = 'runtimes'
/** The names its owner gave in one (runtime/radapter/book-keeper.ts). */
const namesOf = (runtimeId: string): string => `names.${runtimeId}`

type Waiting = {
  readonly onProgress: (progress: FileProgress) => void
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

const createLine = () => {
  const worker = new Worker('/background.js')
  const waiting = new Map<number, Waiting>()
  let calls = 0
  worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
    const call = waiting.get(data.id)
    if (data.type === 'progress') return call?.onProgress(data.progress)
    waiting.delete(data.id)
    if (data.type === 'done') call?.resolve(data.value)
    else call?.reject(new Error(data.message))
  })
  worker.addEventListener('error', (event) => {
    for (const { reject } of waiting.values()) reject(new Error(event.message || 'the worker could not be started'))
    waiting.clear()
  })
  const post = (message: ToWorker): void => worker.postMessage(message)
  return (call: Call, onProgress: Waiting['onProgress'] = () => undefined, signal?: AbortSignal): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = calls++
      waiting.set(id, { onProgress, resolve, reject })
      post({ id, call })
      signal?.addEventListener('abort', () => post({ id, call: { type: 'abort' } }))
    })
}

/** The worker is of the same build: what it answers is what `FilesPort` says. */
const createFilesPort = (): FilesPort => {
  const ask = createLine()
  return {
    write: async ({ onProgress, signal, ...options }) => {
      const book = namesOf(options.runtimeId)
      const { [RUNTIMES]: runtimes, [book]: names } = await browser.storage.local.get([RUNTIMES, book])
      const outcome = await ask({ type: 'write', options, runtimes, names }, onProgress, signal)
      return outcome as Awaited<ReturnType<FilesPort['write']>>
    },
    read: async ({ onProgress, signal, ...options }) =>
      (await ask({ type: 'read', options }, onProgress, signal)) as Awaited<ReturnType<FilesPort['read']>>,
    keep: async (stagingName) => void (await ask({ type: 'keep', stagingName })),
    discard: async (stagingName) => void (await ask({ type: 'discard', stagingName })),
  }
}

export const filesPort = createFilesPort()
