/**
 * Account: the bilateral ledger of two entities. LEFT is the entity with the lower id. `AccountState` is what both
 * sides agree on and sign; `AccountReplica` is one side's copy with what it has not agreed on yet.
 */
import type { Bytes } from '../lib/bytes.ts'
import type { MerkleMap } from '../lib/merkle.ts'
import type { Address, EntityId, Start, TokenId } from '../lib/units.ts'
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
  /** The pair's nonce after that block: of the last settlement the chain has done, 0 before the first. */
  readonly nonce: number
}

/** Out of the account into the reserve of a side, or, negative, the other way. Nobody's sum of the two changes. */
export type SettlementDiff = { readonly tokenId: TokenId; readonly leftDiff: bigint; readonly rightDiff: bigint }

/**
 * A move between account and reserves that both sides are agreeing on. From its approval on, what it takes out is held,
 * until the chain has done it or can do it no more.
 */
export type Settlement = {
  /** Ascending by token, at least one, none of them zero. */
  readonly diffs: readonly SettlementDiff[]
  /** The last second in which the chain takes it. */
  readonly validUntil: number
  /** Who proposed it, and hands it in. */
  readonly byLeft: boolean
  /** The frame that approved it; its seals are for that frame's height. Null while only proposed. */
  readonly approvedAtHeight: number | null
}

/** What a side wants of the other: collateral whenever its unsecured claim in a token exceeds `softLimit`. */
export type RebalancePolicy = { readonly tokenId: TokenId; readonly byLeft: boolean; readonly softLimit: bigint }

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
  | {
      readonly type: 'settle_propose'
      readonly diffs: readonly SettlementDiff[]
      readonly validUntil: number
    }
  | { readonly type: 'settle_approve' }
  /** Ends a settlement that was not approved, or that the chain takes no more. */
  | { readonly type: 'settle_reject' }
  /** The proposer asks the other side to put this much more of its own reserve into the account. */
  | { readonly type: 'request_collateral'; readonly tokenId: TokenId; readonly amount: bigint }
  /** Null: the proposer no longer asks by itself. */
  | { readonly type: 'rebalance_policy'; readonly tokenId: TokenId; readonly softLimit: bigint | null }

/** What `accountStateRoot` commits to. */
export type AccountSections = {
  readonly terms: AccountTerms
  readonly deltas: MerkleMap<Delta>
  readonly locks: MerkleMap<HtlcLock>
  readonly leftClaims: readonly JClaim[]
  readonly rightClaims: readonly JClaim[]
  readonly settlement: Settlement | null
  /** Ascending by token, LEFT's before RIGHT's. */
  readonly policies: readonly RebalancePolicy[]
}

/** The sections after a frame, and that frame's place in the chain. While a frame is executed, `root` is the old one. */
export type AccountState = AccountSections & {
  /** 0 before the first frame. */
  readonly height: number
  readonly frameHash: Bytes
  readonly timestampMs: number
  readonly root: Bytes
}

/** The sections as they are written down. */
export type StatedSections = Omit<AccountSections, 'deltas' | 'locks'> & {
  readonly deltas: readonly Delta[]
  readonly locks: readonly HtlcLock[]
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
  | { readonly type: 'settlement_proposed'; readonly settlement: Settlement }
  | { readonly type: 'settlement_approved'; readonly settlement: Settlement }
  /** Without `isDone` the money stays where it was. */
  | { readonly type: 'settlement_ended'; readonly settlement: Settlement; readonly isDone: boolean }
  | {
      readonly type: 'collateral_asked'
      readonly tokenId: TokenId
      readonly amount: bigint
      readonly byLeft: boolean
    }
  | {
      readonly type: 'policy_set'
      readonly tokenId: TokenId
      readonly softLimit: bigint | null
      readonly byLeft: boolean
    }

export type AccountAck = { readonly height: number; readonly frameHash: Bytes; readonly hanko: Bytes }
export type AccountProposal = {
  readonly frame: AccountFrame
  readonly hanko: Bytes
  /** With the first frame only: what the other side signs up to. */
  readonly terms: AccountTerms | null
}

/**
 * What a side says of an account before it signs anything in it after a start: where it stands, and by what signature
 * of the other side it knows so. Signed, for it says who may speak from now on.
 */
export type Hello = {
  readonly start: Start
  /** The start of the other side's that the sender knows of. */
  readonly known: Start | null
  readonly epoch: number
  readonly height: number
  readonly frameHash: Bytes
  /** Of a proposal that waits for the other side's signature; 32 zeros when there is none. */
  readonly pendingHash: Bytes
  /** The sender may have signed anything below it: its next frame has this height at least. */
  readonly floor: number
  /** The newest proof that the receiver has signed; null before the first frame. */
  readonly proof: { readonly nonce: number; readonly bodyHash: Bytes; readonly hanko: Bytes } | null
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
  /**
   * For an approved settlement, in this order: each side signs the proof that will still hold after it (nonce
   * 4·height + 3, over the unchanged body), and only then the settlement itself (4·height + 2).
   */
  | {
      readonly type: 'settle_seal'
      readonly counter: number
      readonly height: number
      readonly frameHash: Bytes
      readonly slot: SealSlot
      readonly hanko: Bytes
    }
  | { readonly type: 'hello'; readonly counter: number; readonly hello: Hello; readonly hanko: Bytes }
  /** For a side that has forgotten it: the newest frame that both have signed, and the state it leads to. */
  | {
      readonly type: 'resync'
      readonly counter: number
      readonly signed: SignedFrame
      readonly sections: StatedSections
    }
  /** The sender agrees to end the dispute now, by the proof of this nonce. */
  | {
      readonly type: 'dispute'
      readonly counter: number
      readonly epoch: number
      readonly nonce: number
      readonly bodyHash: Bytes
      readonly hanko: Bytes
    }

export type SealSlot = 'proof' | 'settlement'
export type SideSeals = { readonly proof: Bytes | null; readonly settlement: Bytes | null }
/** What has been signed for the settlement approved at `height`; outside the agreed state, since the sides differ. */
export type Seals = {
  readonly height: number
  readonly frameHash: Bytes
  readonly bodyHash: Bytes
  readonly own: SideSeals
  readonly peer: SideSeals
  /** True once this side has put the settlement into its batch. */
  readonly isHandedIn: boolean
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

/** A dispute on chain, as the last confirmed block has it. */
export type Dispute = {
  readonly byLeft: boolean
  /** Of the newest proof the court knows, and its body as the contracts take it. */
  readonly nonce: number
  readonly body: Bytes
  /** Until when a newer proof can be shown. */
  readonly windowEndSeconds: number
  /** From when on it can be judged: after the window, and after every lock in the body. */
  readonly judgedAfterSeconds: number
}

/** Nothing is signed in an account that is not open; what was signed stays enforceable. */
export type AccountStatus =
  | { readonly type: 'open' }
  /** The peer broke the protocol. */
  | { readonly type: 'frozen'; readonly violation: AccountViolation['type'] }
  /** We have called the court, and the chain has not said so yet. */
  | { readonly type: 'suing'; readonly violation: AccountViolation['type'] | null }
  | { readonly type: 'disputed'; readonly dispute: Dispute; readonly violation: AccountViolation['type'] | null }
  /** Judged. The state is that of the next epoch, empty until somebody opens it. */
  | { readonly type: 'closed' }

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
  readonly seals: Seals | null
  readonly counter: number
  /** Runtime heights; outside the agreed root, since the two replicas differ. */
  readonly createdAtHeight: number
  readonly updatedAtHeight: number
}

export const counterpartyOf = (replica: AccountReplica): EntityId =>
  replica.isLeft ? replica.state.terms.right : replica.state.terms.left
