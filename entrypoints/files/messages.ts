/** What a page and its worker for files say to each other: numbered calls, each with one end. */
import type { FileProgress, FilesPort } from '../../components/models/files.ts'

export type { FileProgress }

type Options<M extends 'write' | 'read'> = Omit<Parameters<FilesPort[M]>[0], 'onProgress' | 'signal'>

export type Call =
  /** With the list of runtimes and the names in this one as they are stored; a worker cannot look. */
  | {
      readonly type: 'write'
      readonly options: Options<'write'>
      readonly runtimes: unknown
      readonly names: unknown
    }
  | { readonly type: 'read'; readonly options: Options<'read'> }
  | { readonly type: 'keep' | 'discard'; readonly stagingName: string }
  /** Of the call with this number. */
  | { readonly type: 'abort' }
export type ToWorker = { readonly id: number; readonly call: Call }

export type FromWorker = { readonly id: number } & (
  | { readonly type: 'progress'; readonly progress: FileProgress }
  | { readonly type: 'done'; readonly value: unknown }
  | { readonly type: 'failed'; readonly message: string }
)
