/** The methods that read history beyond the page in a view, and what can be asked for of it. */
import type { ActivityEntry } from './types.ts'

/** A debt is `in` when the entity is the creditor; so is what is paid of it. */
export const ACTIVITY_KINDS = [
  'payment_out',
  'payment_in',
  'deposit',
  'reserve_transfer',
  'collateral',
  'withdrawal',
  'settlement',
  'dispute',
  'debt_in',
  'debt_out',
] as const
export type ActivityKind = (typeof ACTIVITY_KINDS)[number]

/** `chain`: what moved to, from or on the chain. The others are as the status says. */
export type ActivityFilter = 'all' | 'sent' | 'received' | 'pending' | 'failed' | 'chain'

/** Which entries of one entity. */
export type ActivitySelection = {
  readonly activitySearch: string
  readonly activityFilter: ActivityFilter
  /** null: of every token. */
  readonly activityTokenId: number | null
}

/** With what its entity then had of the token; null where it changed nothing, or had not ended, or nobody is shown it. */
export type EntryWithBalance = ActivityEntry & { readonly balance: bigint | null }

export type ActivityMethods = {
  /**
   * As it stood at a height; null: now.
   * `frameHashes`: of the account frames that carried it, oldest first; what was still known when it ended.
   */
  'activity.detail': {
    params: { entityId: string; id: string; height: number | null }
    result: { entry: EntryWithBalance; frameHashes: readonly string[] }
  }
  /**
   * The next entries that match, newest first, as they stood at a height (null: now). `before` of the answer goes on
   * from there, null at the end; an answer before the end may hold few entries, or none.
   */
  'activity.export': {
    params: { entityId: string; before: number | null; height: number | null } & ActivitySelection
    result: { entries: readonly EntryWithBalance[]; before: number | null }
  }
}
