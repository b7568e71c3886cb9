/** What happened to an entity in a tick: for activity, logs and notices. Projections only, no transition reads them. */
import type { AccountEvent } from '../account/types.ts'
import type { Bytes } from '../lib/bytes.ts'
import type { Address, EntityId, TokenId } from '../lib/units.ts'
import type { Debt, Payment } from './types.ts'

export type EntityEvent =
  | { readonly type: 'account_opened'; readonly counterparty: EntityId }
  | { readonly type: 'account_frozen'; readonly counterparty: EntityId; readonly violation: string }
  /** What this side had forgotten it has back from the other. */
  | {
      readonly type: 'account_resynced'
      readonly counterparty: EntityId
      readonly fromHeight: number
      readonly toHeight: number
    }
  | {
      readonly type: 'account'
      readonly counterparty: EntityId
      readonly event: AccountEvent
      readonly isLeft: boolean
    }
  | { readonly type: 'payment_started'; readonly payment: Payment }
  | {
      readonly type: 'payment_sent'
      readonly payment: Payment
      readonly hashlock: Bytes
      readonly preimage: Bytes
      readonly isProof: boolean
    }
  | { readonly type: 'payment_failed'; readonly payment: Payment; readonly reason: string }
  | {
      readonly type: 'payment_received'
      readonly from: EntityId
      readonly payer: EntityId | null
      readonly hashlock: Bytes
      readonly preimage: Bytes
      readonly tokenId: TokenId
      readonly amount: bigint
      readonly memo: string
      readonly isProof: boolean
    }
  | {
      readonly type: 'payment_forwarded'
      readonly from: EntityId
      readonly to: EntityId
      readonly tokenId: TokenId
      readonly fee: bigint
    }
  | { readonly type: 'reserve_updated'; readonly tokenId: TokenId; readonly before: bigint; readonly after: bigint }
  | {
      readonly type: 'collateral_requested'
      readonly counterparty: EntityId
      readonly tokenId: TokenId
      readonly amount: bigint
    }
  | { readonly type: 'reserve_sent'; readonly to: EntityId; readonly tokenId: TokenId; readonly amount: bigint }
  | { readonly type: 'batch_failed'; readonly nonce: number; readonly reason: string }
  | { readonly type: 'call_failed'; readonly key: string; readonly reason: string }
  | { readonly type: 'deposit_sent'; readonly tokenId: TokenId; readonly amount: bigint }
  | { readonly type: 'withdrawal_sent'; readonly to: Address; readonly tokenId: TokenId; readonly amount: bigint }
  | { readonly type: 'settlement_handed_in'; readonly counterparty: EntityId; readonly validUntil: number }
  | { readonly type: 'dispute_called'; readonly counterparty: EntityId }
  | {
      readonly type: 'dispute_started'
      readonly counterparty: EntityId
      readonly isOurs: boolean
      readonly nonce: number
      readonly windowEndSeconds: number
    }
  /** A newer proof was shown; `isOurs` when it is as new as the newest this side holds. */
  | {
      readonly type: 'dispute_countered'
      readonly counterparty: EntityId
      readonly isOurs: boolean
      readonly nonce: number
    }
  | {
      readonly type: 'dispute_finalized'
      readonly counterparty: EntityId
      readonly epoch: number
      readonly nonce: number
      /** Judged by a proof older than the newest this side holds, which the court was not shown in time. */
      readonly isStale: boolean
    }
  | { readonly type: 'preimage_revealed'; readonly hashlock: Bytes }
  | { readonly type: 'debt_created'; readonly debt: Debt }
  | { readonly type: 'debt_enforced'; readonly debt: Debt; readonly paid: bigint }
