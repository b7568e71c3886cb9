/**
 * Account refusals. A `AccountRejection` refuses one transaction; a `AccountViolation` refuses a peer's message and
 * says what to do about the peer (see `disposition`).
 */
import type { TokenId } from '../lib/units.ts'

export type AccountRejection =
  | { readonly type: 'unknown_token'; readonly tokenId: TokenId }
  | { readonly type: 'token_exists'; readonly tokenId: TokenId }
  | { readonly type: 'too_many_tokens'; readonly limit: number }
  | { readonly type: 'bad_amount'; readonly amount: bigint }
  | { readonly type: 'over_capacity'; readonly tokenId: TokenId; readonly have: bigint; readonly need: bigint }
  | { readonly type: 'too_many_locks'; readonly limit: number }
  | { readonly type: 'lock_exists' }
  | { readonly type: 'unknown_lock' }
  | { readonly type: 'wrong_secret' }
  | { readonly type: 'not_beneficiary' }
  | { readonly type: 'not_expired'; readonly expirySeconds: number }
  | { readonly type: 'expiry_out_of_range'; readonly expirySeconds: number; readonly min: number; readonly max: number }
  | { readonly type: 'stale_claim'; readonly jHeight: number }
  | { readonly type: 'bad_claim' }
  | { readonly type: 'text_too_long'; readonly limit: number }
  /** Not well-formed, or with characters that rearrange what surrounds them (lib/text.ts). */
  | { readonly type: 'bad_text' }
  | { readonly type: 'mempool_full'; readonly limit: number }
  | { readonly type: 'account_frozen' }
  /** These keys are at work elsewhere, and the peer has heard of that later than of us. */
  | { readonly type: 'other_instance' }
  /** The peer has shown that we have forgotten what we signed; until we have it again nothing is begun. */
  | { readonly type: 'account_behind' }
  | { readonly type: 'settlement_open' }
  | { readonly type: 'no_settlement' }
  | { readonly type: 'own_settlement' }
  | { readonly type: 'settlement_approved' }
  | { readonly type: 'bad_settlement' }
  | { readonly type: 'over_collateral'; readonly tokenId: TokenId; readonly have: bigint; readonly need: bigint }

/** ignore: nothing happens; retry: keep it and try again later; dispute: freeze the account, go to court. */
export type Disposition = 'ignore' | 'retry' | 'dispute'

export type AccountViolation =
  | { readonly type: 'stale_frame'; readonly height: number }
  | { readonly type: 'stale_ack'; readonly height: number }
  | { readonly type: 'unknown_ack'; readonly height: number }
  | { readonly type: 'height_gap'; readonly height: number; readonly expected: number }
  | { readonly type: 'fork'; readonly height: number }
  | { readonly type: 'wrong_prev_hash'; readonly height: number }
  | { readonly type: 'wrong_side' }
  | { readonly type: 'wrong_terms' }
  | { readonly type: 'bad_signature' }
  | { readonly type: 'from_the_future'; readonly aheadMs: number }
  | { readonly type: 'time_regression' }
  | { readonly type: 'empty_frame' }
  | { readonly type: 'illegal_tx'; readonly index: number; readonly rejection: AccountRejection }
  | { readonly type: 'too_early'; readonly expirySeconds: number }
  | { readonly type: 'too_late'; readonly expirySeconds: number }
  | { readonly type: 'wrong_root' }
  | { readonly type: 'wrong_proof' }
  | { readonly type: 'wrong_deltas' }
  | { readonly type: 'account_frozen' }
  /** A lock is taken back although its preimage stands on chain in time. */
  | { readonly type: 'revealed'; readonly expirySeconds: number }
  /** A settlement is given up while the chain may still do it. */
  | { readonly type: 'still_valid'; readonly validUntil: number }
  /** A seal for a frame, or a settlement, that this side does not have (yet). */
  | { readonly type: 'unknown_seal'; readonly height: number }
  | { readonly type: 'unknown_dispute' }
  /** Nothing counts before both sides have said hello since either started. */
  | { readonly type: 'not_greeted' }
  /** The sender's place has been taken by a later start of the same keys. */
  | { readonly type: 'other_instance' }
  /** Of no use here: this side has not forgotten it. */
  | { readonly type: 'not_behind' }

export type Refused = {
  readonly type: 'refused'
  readonly violation: AccountViolation
  readonly disposition: Disposition
}
export const refused = (violation: AccountViolation, disposition: Disposition): Refused => ({
  type: 'refused',
  violation,
  disposition,
})

export type Rejected = { readonly type: 'rejected'; readonly rejection: AccountRejection }
export const rejected = (rejection: AccountRejection): Rejected => ({ type: 'rejected', rejection })
