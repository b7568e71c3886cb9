/**
 * Account: the bilateral ledger of two entities. LEFT is the entity with the lower id. `AccountState` is what both
 * sides agree on and sign; `AccountReplica` is one side's copy with what it has not agreed on yet.
 */
import type { Bytes } from '../lib/bytes.ts'
import type { MerkleMap } from '../lib/merkle.ts'
import type { Address, EntityId, TokenId } from '../lib/units.ts'
import type { Delta } from './delta.ts'
import type { AccountViolation } from './errors.ts'

/** Fixed when the account opens; every signature binds to it. */
export type AccountTerms = {
  readonly left: EntityId
  readonly right: EntityId
  readonly chainId: bigint
  readonly depository: Address
  readonly epoch: number
  /** How long each side may take to answer a dispute. */
  readonly leftResponseSeconds: number
  readonly rightResponseSeconds: number
  readonly features: number
  readonly minVersion: number
}

export type HtlcLock = {
  readonly hashlock: Bytes
  readonly part: number
  readonly tokenId: TokenId
  readonly amount: bigint
  readonly byLeft: boolean
  readonly expirySeconds: number
}

export type LockKey = { readonly hashlock: Bytes; readonly part: number }

/** What one side saw the chain do to this account in one block; absolute values. */
export type JClaim = {
  readonly jHeight: number
  readonly blockHash: Bytes
  readonly events: readonly { readonly tokenId: TokenId; readonly collateral: bigint; readonly ondelta: bigint }[]
}

export type HtlcOutcome =
  | { readonly type: 'secret'; readonly preimage: Bytes }
  | { readonly type: 'error'; readonly reason: string }

export type AccountTx =
  | { readonly type: 'add_delta'; readonly tokenId: TokenId }
  /** The proposer grants the other side this much credit. */
  | { readonly type: 'set_credit_limit'; readonly tokenId: TokenId; readonly limit: bigint }
  | { readonly type: 'direct_payment'; readonly tokenId: TokenId; readonly amount: bigint; readonly memo: string }
  | {
      readonly type: 'htlc_lock'
      readonly hashlock: Bytes
      readonly part: number
      readonly tokenId: TokenId
      readonly amount: bigint
      readonly expirySeconds: number
      /** Sealed to the receiving entity: what to do with the lock. */
      readonly envelope: Bytes
    }
  | { readonly type: 'htlc_resolve'; readonly hashlock: Bytes; readonly part: number; readonly outcome: HtlcOutcome }
  | ({ readonly type: 'j_event_claim' } & JClaim)

/** What `accountStateRoot` commits to. */
export type AccountSections = {
  readonly terms: AccountTerms
  readonly deltas: MerkleMap<Delta>
  readonly locks: MerkleMap<HtlcLock>
  readonly leftClaims: readonly JClaim[]
  readonly rightClaims: readonly JClaim[]
}

/** The sections after a frame, and that frame's place in the chain. While a frame is executed, `root` is the old one. */
export type AccountState = AccountSections & {
  /** 0 before the first frame. */
  readonly height: number
  readonly frameHash: Bytes
  readonly timestampMs: number
  readonly root: Bytes
}

export type AccountFrame = {
  readonly height: number
  readonly timestampMs: number
  /** The proposer's confirmed chain height. */
  readonly jHeight: number
  readonly prevFrameHash: Bytes
  readonly byLeft: boolean
  readonly accountTxs: readonly AccountTx[]
  /** The deltas this frame touched, as it leaves them. */
  readonly deltas: readonly Delta[]
  readonly accountStateRoot: Bytes
  /** Body of the on-chain dispute proof of the resulting state. */
  readonly proofBodyHash: Bytes
}

/** A frame both sides have signed is enforceable by either alone. */
export type SignedFrame = { readonly frame: AccountFrame; readonly leftHanko: Bytes; readonly rightHanko: Bytes }

/** What a committed frame did, for the entity above. */
export type AccountEvent =
  | { readonly type: 'delta_added'; readonly tokenId: TokenId }
  | { readonly type: 'credit_limit_set'; readonly tokenId: TokenId; readonly limit: bigint; readonly byLeft: boolean }
  | {
      readonly type: 'paid'
      readonly tokenId: TokenId
      readonly amount: bigint
      readonly byLeft: boolean
      readonly memo: string
    }
  | { readonly type: 'locked'; readonly lock: HtlcLock; readonly envelope: Bytes }
  | { readonly type: 'resolved'; readonly lock: HtlcLock; readonly outcome: HtlcOutcome }
  | {
      readonly type: 'settled'
      readonly tokenId: TokenId
      readonly collateral: bigint
      readonly ondelta: bigint
      readonly jHeight: number
    }

export type AccountAck = { readonly height: number; readonly frameHash: Bytes; readonly hanko: Bytes }
export type AccountProposal = {
  readonly frame: AccountFrame
  readonly hanko: Bytes
  /** With the first frame only: what the other side signs up to. */
  readonly terms: AccountTerms | null
}

/** `counter` detects loss and replay on the wire; acceptance is decided by the hash chain alone. */
export type AccountMessage =
  | { readonly type: 'frame'; readonly counter: number; readonly proposal: AccountProposal }
  | { readonly type: 'ack'; readonly counter: number; readonly ack: AccountAck }
  | {
      readonly type: 'frame_ack'
      readonly counter: number
      readonly ack: AccountAck
      readonly proposal: AccountProposal
    }

export type PendingFrame = {
  readonly frame: AccountFrame
  readonly hash: Bytes
  readonly hanko: Bytes
  /** The message it left in, to be sent again byte for byte. */
  readonly message: Bytes
  /** The overlay it was executed on; published when the peer's signature arrives. */
  readonly next: AccountState
  readonly events: readonly AccountEvent[]
}

export type AccountStatus =
  | { readonly type: 'open' }
  /** The peer broke the protocol: nothing more is signed here. */
  | { readonly type: 'frozen'; readonly violation: AccountViolation['type'] }

export type AccountReplica = {
  readonly isLeft: boolean
  readonly state: AccountState
  readonly mempool: readonly AccountTx[]
  readonly pending: PendingFrame | null
  /** Our last reply, for a peer that asks again. */
  readonly lastReply: { readonly height: number; readonly message: Bytes } | null
  /** Latest first, at most LIMITS.framesInMemory; the first is the best proof held. */
  readonly frames: readonly SignedFrame[]
  readonly status: AccountStatus
  readonly counter: number
  /** Runtime heights; outside the agreed root, since the two replicas differ. */
  readonly createdAtHeight: number
  readonly updatedAtHeight: number
}

export const counterpartyOf = (replica: AccountReplica): EntityId =>
  replica.isLeft ? replica.state.terms.right : replica.state.terms.left
