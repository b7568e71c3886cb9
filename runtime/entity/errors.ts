/** Why an entity refuses a transaction. The state is as it was. */
import type { AccountRejection, AccountViolation, Disposition } from '../account/errors.ts'
import type { EntityId, TokenId } from '../lib/units.ts'

export type EntityRejection =
  | AccountRejection
  | { readonly type: 'unknown_recipient'; readonly entityId: EntityId }
  | { readonly type: 'unknown_account'; readonly counterparty: EntityId }
  | { readonly type: 'account_exists'; readonly counterparty: EntityId }
  | { readonly type: 'account_not_open'; readonly counterparty: EntityId }
  | { readonly type: 'self_payment' }
  | { readonly type: 'no_route'; readonly to: EntityId }
  | { readonly type: 'fee_too_high'; readonly fee: bigint; readonly maxFee: bigint }
  | { readonly type: 'invoice_invalid' }
  | { readonly type: 'invoice_foreign' }
  | { readonly type: 'invoice_expired'; readonly expirySeconds: number }
  | { readonly type: 'invoice_paid' }
  | { readonly type: 'invoice_mismatch'; readonly field: 'amount' | 'token' | 'payee' }
  | { readonly type: 'duplicate_payment' }
  | { readonly type: 'unknown_payment' }
  | { readonly type: 'too_late_to_cancel' }
  | { readonly type: 'too_many_payments'; readonly limit: number }
  | { readonly type: 'too_many_invoices'; readonly limit: number }
  | { readonly type: 'too_many_offers'; readonly limit: number }
  | { readonly type: 'insufficient_reserve'; readonly tokenId: TokenId; readonly have: bigint; readonly need: bigint }
  | { readonly type: 'batch_full'; readonly limit: number }
  | { readonly type: 'stale_batch'; readonly nonce: number }
  | { readonly type: 'stale_call'; readonly key: string }
  /** Deposits of one batch come from one address: the one that sends it. */
  | { readonly type: 'mixed_senders' }
  | { readonly type: 'unknown_debt' }
  /** There is a dispute in this account already, or it has been judged. */
  | { readonly type: 'account_disputed' }
  | { readonly type: 'malformed_message'; readonly reason: string }
  | { readonly type: 'unexpected_message' }
  | { readonly type: 'bad_profile' }
  | { readonly type: 'refused_message'; readonly violation: AccountViolation; readonly disposition: Disposition }

export type EntityRejected = { readonly type: 'rejected'; readonly rejection: EntityRejection }
export const rejectedTx = (rejection: EntityRejection): EntityRejected => ({ type: 'rejected', rejection })
