/** Everything the wallet refuses, as values. Programs look at `type`; the words are the interface's business. */

export type WalletRejection =
  /** Lengths in code points after NFKC. */
  | { readonly type: 'password_too_short'; readonly have: number; readonly need: number }
  | { readonly type: 'password_too_long'; readonly have: number; readonly limit: number }
  /** Not well-formed text: it could not be typed again. */
  | { readonly type: 'password_malformed' }
  /** Or one bit of the vault is not what it was: the two cannot be told apart, so nothing pretends to. */
  | { readonly type: 'wrong_password'; readonly notBeforeMs: number; readonly triesLeft: number }
  /** Refused without looking at the password. */
  | { readonly type: 'too_many_tries'; readonly notBeforeMs: number }
  | { readonly type: 'phrase_word_count'; readonly have: number }
  /** `position` counts from 1. */
  | { readonly type: 'phrase_unknown_word'; readonly word: string; readonly position: number }
  | { readonly type: 'phrase_checksum' }
  | { readonly type: 'wallet_exists' }
  | { readonly type: 'no_wallet' }
  | { readonly type: 'no_draft' }
  | { readonly type: 'wallet_locked' }
  | { readonly type: 'reset_not_confirmed' }
  | { readonly type: 'vault_malformed'; readonly bytes: number }
  | { readonly type: 'vault_version'; readonly version: number; readonly supported: number }
  | { readonly type: 'vault_kdf'; readonly memoryKiB: number; readonly passes: number; readonly lanes: number }
  | { readonly type: 'auto_lock_out_of_range'; readonly minutes: number; readonly min: number; readonly max: number }

export type Rejected = { readonly type: 'rejected'; readonly rejection: WalletRejection }
export type Outcome<T> = { readonly type: 'ok'; readonly value: T } | Rejected

export const ok = <T>(value: T): Outcome<T> => ({ type: 'ok', value })
export const rejected = (rejection: WalletRejection): Rejected => ({ type: 'rejected', rejection })
