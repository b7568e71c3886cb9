/** How the world around a runtime is doing: its chains, its disk, and whom it cannot reach. None of it is state. */

/**
 * - unreachable: no answer comes, from the network or from the node.
 * - refused: the node answers, and does not do what it is asked.
 * - untrusted: what it says cannot be true; nothing of it is believed.
 * - stopped: the chain on this device has failed, and is opened anew.
 * - storage_full: this device has no room for its next block.
 */
export const CHAIN_TROUBLES = ['unreachable', 'refused', 'untrusted', 'stopped', 'storage_full'] as const
export type ChainTrouble = (typeof CHAIN_TROUBLES)[number]

export type ChainStatus =
  | { readonly type: 'up' }
  /** Payments between accounts go on; what has to go to the chain waits. */
  | { readonly type: 'down'; readonly sinceMs: number; readonly reason: ChainTrouble }

export const CHAIN_UP: ChainStatus = { type: 'up' }

/**
 * - short: no room for a checkpoint. Everything is in the log all the same; only the next start takes longer.
 * - full: no room for the log itself, so the runtime has stopped. What was agreed before is stored.
 */
export const STORAGE_STATUSES = ['ok', 'short', 'full'] as const
export type StorageStatus = (typeof STORAGE_STATUSES)[number]

/**
 * Why a runtime stands still, or can only be read. The heights are the first that could not be restored.
 * - log_damaged, replay_differs: the history on this device is not what was written, or leads elsewhere than it did.
 * - rolled_back: it is older than what has been signed. - database_missing: it is gone, and has been there.
 * - foreign_history: it is another wallet's. - newer_version: newer code wrote it. - held_elsewhere: by another context;
 *   held_silent: by one that does not answer.
 * - snapshot: a copy, which never signs. - unknown_runtime: this wallet has none of this id.
 * - fault: anything else, as the program says it.
 */
export type StopReason =
  | { readonly type: 'log_damaged' | 'replay_differs'; readonly height: number }
  | { readonly type: 'rolled_back' | 'database_missing' | 'foreign_history' | 'newer_version' | 'snapshot' }
  | { readonly type: 'unknown_runtime' }
  | { readonly type: 'held_elsewhere' | 'held_silent'; readonly name: string }
  | { readonly type: 'fault'; readonly detail: string }
