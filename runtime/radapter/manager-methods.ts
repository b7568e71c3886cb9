/**
 * Runtimes of one wallet: which there are, and what can be done with them. Each is a world of its own; a connection
 * shows one of them (`HostStatus.runtimeId`), and every connection is told of all.
 */
import type { BookEntry, BookRejection } from './address-book.ts'

/**
 * - local: keys and chain are in this wallet, and everything in it can be done; also a copy on a chain of its own.
 * - snapshot: what a runtime was when it was copied; it never signs.
 */
export const RUNTIME_KINDS = ['local', 'snapshot'] as const
export type RuntimeKind = (typeof RUNTIME_KINDS)[number]

export type RuntimeListing = {
  readonly id: string
  readonly name: string
  readonly kind: RuntimeKind
  /** Of a copy that lives on its own chain: what it was copied from, by the name that had then. */
  readonly copyOf: string | null
  /** When it was last selected, or made (ms). */
  readonly usedAt: number
}

/**
 * Who may write, where several windows could: the host gives the right to one of them. Pages that need none (popup,
 * side panel, approval) are writers always.
 */
/** free: nobody has the pen, and this window may take it. */
export type Control = 'writer' | 'reader' | 'free'

export type RuntimeRejection =
  | Extract<BookRejection, { type: 'bad_name' | 'name_too_long' }>
  | { readonly type: 'runtime_name_taken' }
  | { readonly type: 'too_many_runtimes'; readonly limit: number }
  | { readonly type: 'unknown_runtime' }
  /** What was typed is not its name. */
  | { readonly type: 'wrong_confirmation' }
  /** A wallet has one at least. */
  | { readonly type: 'last_runtime' }
  /** It cannot be copied while it is being opened, or when it cannot be read. */
  | { readonly type: 'runtime_not_open' }
  /** A copy that signs begins where nothing is on its way: no payment is being made, */
  | { readonly type: 'clone_payments' }
  /** nothing is to be done on the chain, */
  | { readonly type: 'clone_chain' }
  /** and no account is frozen or in dispute. */
  | { readonly type: 'clone_dispute' }

/** What a page has read and proven of a file; it lies in a database of its own (xln-import.ts). */
export type ImportedRuntime = {
  /** Of the database, which is named by it, and of the runtime it becomes. */
  readonly id: string
  readonly name: string
  /** In its state. */
  readonly worldId: string
  /** Of the keys that it was written with. */
  readonly index: number
  readonly chainId: bigint
  /** Of its last frame. */
  readonly height: number
  readonly ownEntityIds: readonly string[]
  /** What its owner called entities, as far as the file says so. */
  readonly names: readonly BookEntry[]
}

/** The same `commandId` makes one runtime, however often it comes. */
export type ManagerMethods = {
  /** A new world with its own keys, chain and test money. */
  'runtime.create': { params: { commandId: string; name: string }; result: { id: string } }
  /**
   * A copy of what this runtime is now, under the next free name: a world of its own on a chain of its own where all its
   * keys and its chain are here, otherwise a snapshot, which never signs.
   */
  'runtime.clone': { params: { commandId: string; id: string }; result: { id: string } }
  /**
   * A runtime out of a file becomes one of this wallet's, under the next free name. It may sign where its keys are this
   * wallet's, its chain is inside it, and no other runtime here has them; otherwise it is a snapshot. `here` names the
   * one that has them: then nothing happens without a choice. `behindBy` says how many frames earlier than that one the
   * file ends; null where it does not. Both may have gone on from a common past, so it counts frames and says no more.
   * One that lacks what a deleted runtime had signed with its keys for its chain goes on as a copy with its own chain,
   * or as a snapshot where it cannot. It has the names of the one whose place it takes, or else those in the file.
   */
  'runtime.adopt': {
    params: { commandId: string; imported: ImportedRuntime; choice: 'replace' | 'copy' | null }
    result: { id: string | null; kind: RuntimeKind | null; here: string | null; behindBy: number | null }
  }
  /** The one that pages open on which name none, and that sites deal with. */
  'runtime.select': { params: { id: string }; result: Record<string, never> }
  'runtime.rename': { params: { id: string; name: string }; result: Record<string, never> }
  /** For ever. `confirmation` is its name. */
  'runtime.delete': { params: { id: string; confirmation: string }; result: Record<string, never> }
  /** Makes the window that asks the writer; whoever was it finishes what was begun, and reads from then on. */
  'runtime.takeControl': { params: Record<string, never>; result: Record<string, never> }
}
