/**
 * Entity: a participant with a board of signers, its bilateral accounts, and everything it has promised: invoices,
 * payments on their way, and the routes of the locks it passes on. A single signer is a board of one.
 */
import type { AccountReplica, SettlementDiff } from '../account/types.ts'
import type { Board } from '../jurisdiction/board.ts'
import type { JBatch, JBatchTx, JCall, JEvent, JTx } from '../jurisdiction/types.ts'
import type { Bytes } from '../lib/bytes.ts'
import type { MerkleMap } from '../lib/merkle.ts'
import type { Address, EntityId, PaymentId, Start, TokenId } from '../lib/units.ts'

/** What a forwarding entity charges and asks for; fee = base + ppm of the forwarded amount, rounded up. */
export type HubPolicy = {
  readonly fees: readonly { readonly tokenId: TokenId; readonly base: bigint; readonly ppm: number }[]
  /** Credit granted to an entity that opens an account, per token. */
  readonly newcomerCredit: readonly { readonly tokenId: TokenId; readonly limit: bigint }[]
}

/** What others need to know of an entity; `entityId` is the hash of `board`, so the board cannot be swapped. */
export type Profile = {
  readonly entityId: EntityId
  readonly board: Board
  readonly label: string
  /** X25519 key that envelopes for this entity are sealed to. */
  readonly boxPublicKey: Bytes
  /** Entities that forward to this one. */
  readonly hubs: readonly EntityId[]
  readonly hubPolicy: HubPolicy | null
  readonly responseSeconds: number
  readonly features: number
  readonly minVersion: number
}

/** A signed promise by `payee`: whoever shows the preimage's lock for these terms is paid for. */
export type InvoiceTerms = {
  readonly payee: Profile
  readonly chainId: bigint
  readonly depository: Address
  readonly hashlock: Bytes
  /** Shown to the payee inside the envelope, so that a hop cannot claim on its own. */
  readonly paymentSecret: Bytes
  readonly tokenId: TokenId
  /** null: the payer chooses. */
  readonly amount: bigint | null
  readonly memo: string
  readonly expirySeconds: number
}
export type Invoice = { readonly terms: InvoiceTerms; readonly hanko: Bytes }

/** An invoice as its issuer keeps it. */
export type InvoiceRecord = {
  readonly invoice: Invoice
  readonly preimage: Bytes
  /** Who asked for it, when it was minted on request. */
  readonly payer: EntityId | null
  readonly status: 'open' | 'releasing' | 'paid'
}

/** A standing invitation to ask for invoices: reusable, mints a fresh invoice for each payer. */
export type Offer = {
  readonly offerId: Bytes
  readonly tokenId: TokenId
  readonly amount: bigint | null
  readonly memo: string
}

/** An offer as a link tells of it. */
export type OfferTerms = {
  readonly payee: Profile
  readonly chainId: bigint
  readonly depository: Address
  readonly offer: Offer
}

export type PaymentPhase =
  /** Waiting for the recipient's invoice until `deadlineMs`; nothing that could be paid has left. */
  | { readonly type: 'requesting'; readonly deadlineMs: number }
  | {
      readonly type: 'locked'
      readonly via: EntityId
      readonly hashlock: Bytes
      readonly part: number
      readonly expirySeconds: number
      /** Until when the invoice it pays is good; null for keysend. */
      readonly invoiceExpirySeconds: number | null
    }

export type Payment = {
  readonly paymentId: PaymentId
  readonly to: EntityId
  readonly tokenId: TokenId
  readonly amount: bigint
  readonly fee: bigint
  readonly maxFee: bigint
  readonly memo: string
  readonly startedMs: number
  readonly phase: PaymentPhase
}

/**
 * What this entity and a peer in another runtime know of each other's starts. Nothing is signed in their account unless
 * it is open.
 */
export type Session = {
  /** This side's next frame has this height at least: it may have signed anything below. */
  readonly floor: number
  /** Null before the peer's first hello. */
  readonly peer: { readonly start: Start; readonly floor: number } | null
  readonly status: /** Since this side started, the peer has not yet answered its hello. */
    | { readonly type: 'greeting' }
    | { readonly type: 'open' }
    /** The peer has shown frames that this side has forgotten, and is to give them back. */
    | { readonly type: 'behind'; readonly height: number }
    /** The peer listens to another instance of these keys, whose start has this number. */
    | { readonly type: 'superseded'; readonly number: number }
}

/** An account whose next frame must not be below a height: something outside says what was signed in it. */
export type AccountFloor = { readonly entityId: EntityId; readonly counterparty: EntityId; readonly height: number }

/** Why a lock exists; keyed by its lock key. */
export type LockRoute =
  | { readonly type: 'origin'; readonly paymentId: PaymentId }
  | {
      readonly type: 'forward'
      readonly from: EntityId
      readonly to: EntityId
      readonly tokenId: TokenId
      readonly inAmount: bigint
      readonly outAmount: bigint
      /** Once the way out was paid: what the way in is collected with, kept until it has ended. */
      readonly preimage: Bytes | null
    }
  | {
      readonly type: 'final'
      readonly from: EntityId
      readonly payer: EntityId | null
      readonly hasInvoice: boolean
      readonly memo: string
    }

export type WakeKind =
  | 'invoice_request'
  | 'lock_expiry'
  | 'invoice_expiry'
  | 'paid_expiry'
  | 'offer_request'
  /** A preimage of ours that its payer has not acknowledged belongs on chain now. */
  | 'lock_reveal'
  /** The chain should be looked at: a deadline of its clock is due. */
  | 'deadline'
  /** A stranger has not answered the hello of an account that is being opened. */
  | 'greeting'
export type Wake = { readonly atMs: number; readonly kind: WakeKind; readonly id: string }

/** Due once a confirmed block is past `atSeconds`. */
export type DeadlineKind =
  /** A dispute can be judged. */
  | 'judge'
  /** The chain takes a settlement no more. */
  | 'settlement'
export type Deadline = { readonly atSeconds: number; readonly kind: DeadlineKind; readonly counterparty: EntityId }

/** A preimage the chain has told of, while a lock of ours depends on it. */
export type RevealedSecret = { readonly preimage: Bytes; readonly revealedAtSeconds: number }

/** What a judgement left unpaid. Older ones, by `debtId`, are paid first. */
export type Debt = {
  readonly debtor: EntityId
  readonly creditor: EntityId
  readonly tokenId: TokenId
  readonly debtId: number
  readonly amount: bigint
}

/** Operations on their way to the chain. */
export type BatchState = {
  /** Last nonce the chain has consumed. */
  readonly nonce: number
  readonly draft: JBatch
  readonly inFlight: { readonly jTx: JBatchTx; readonly batch: JBatch } | null
}

export type EntityState = {
  readonly entityId: EntityId
  readonly board: Board
  readonly label: string
  readonly boxPublicKey: Bytes
  /** True for the wallet owner's entities, false for peers simulated beside them. */
  readonly isOwn: boolean
  readonly jurisdiction: string
  readonly responseSeconds: number
  readonly hubPolicy: HubPolicy | null
  readonly height: number
  readonly timestampMs: number
  readonly frameHash: Bytes
  /** entityStateRoot of the last frame. */
  readonly root: Bytes
  readonly accounts: MerkleMap<AccountReplica>
  readonly reserves: MerkleMap<bigint>
  readonly lockBook: MerkleMap<LockRoute>
  readonly payments: MerkleMap<Payment>
  /** Until when an invoice we have paid is good, in seconds, by its hashlock: it is not paid again. */
  readonly paid: MerkleMap<number>
  readonly invoices: MerkleMap<InvoiceRecord>
  readonly offers: MerkleMap<Offer>
  readonly wakes: MerkleMap<Wake>
  readonly deadlines: MerkleMap<Deadline>
  /** By hashlock. */
  readonly secrets: MerkleMap<RevealedSecret>
  /** With the peers in other runtimes, by their id. */
  readonly sessions: MerkleMap<Session>
  /** Owed by this entity, or to it. */
  readonly debts: MerkleMap<Debt>
  /** What the chain is to be told, until it is seen there. */
  readonly calls: MerkleMap<JCall>
  readonly batch: BatchState
}

export type EntityFrame = {
  readonly height: number
  readonly timestampMs: number
  readonly view: number
  readonly prevFrameHash: Bytes
  readonly entityTxs: readonly EntityTx[]
  readonly entityStateRoot: Bytes
}

export type PayTx = {
  readonly type: 'pay'
  readonly paymentId: PaymentId
  readonly to: EntityId
  /** Absent: the recipient is asked for one. */
  readonly invoice: Invoice | null
  /** The offer of the recipient's that it is asked by, if any. */
  readonly offerId: Bytes | null
  /** What the offer's link says of the recipient, for a payer that knows nothing better; nobody has signed it. */
  readonly payee: Profile | null
  readonly tokenId: TokenId
  readonly amount: bigint
  readonly memo: string
  readonly maxFee: bigint
}

export type EntityTx =
  | {
      readonly type: 'open_account'
      readonly counterparty: EntityId
      readonly tokenId: TokenId
      readonly creditLimit: bigint
    }
  | {
      readonly type: 'set_credit_limit'
      readonly counterparty: EntityId
      readonly tokenId: TokenId
      readonly limit: bigint
    }
  | {
      readonly type: 'direct_payment'
      readonly counterparty: EntityId
      readonly tokenId: TokenId
      readonly amount: bigint
      readonly memo: string
    }
  | PayTx
  | { readonly type: 'cancel_payment'; readonly paymentId: PaymentId }
  | {
      readonly type: 'create_invoice'
      readonly tokenId: TokenId
      readonly amount: bigint | null
      readonly memo: string
      readonly expirySeconds: number
    }
  | { readonly type: 'create_offer'; readonly tokenId: TokenId; readonly amount: bigint | null; readonly memo: string }
  /** From then on nobody gets an invoice for it; one that is not there is withdrawn already. */
  | { readonly type: 'withdraw_offer'; readonly offerId: Bytes }
  | { readonly type: 'reserve_to_reserve'; readonly to: EntityId; readonly tokenId: TokenId; readonly amount: bigint }
  | {
      readonly type: 'reserve_to_collateral'
      readonly counterparty: EntityId
      readonly tokenId: TokenId
      readonly amount: bigint
    }
  /** From an address of the owner's, which has to send the batch, into the reserve. */
  | { readonly type: 'deposit'; readonly from: Address; readonly tokenId: TokenId; readonly amount: bigint }
  | { readonly type: 'withdraw'; readonly to: Address; readonly tokenId: TokenId; readonly amount: bigint }
  /** Moves money between the account and the reserves of both, if the counterparty agrees. */
  | { readonly type: 'settle'; readonly counterparty: EntityId; readonly diffs: readonly SettlementDiff[] }
  | { readonly type: 'settle_approve'; readonly counterparty: EntityId }
  | { readonly type: 'settle_reject'; readonly counterparty: EntityId }
  | {
      readonly type: 'request_collateral'
      readonly counterparty: EntityId
      readonly tokenId: TokenId
      readonly amount: bigint
    }
  | {
      readonly type: 'rebalance_policy'
      readonly counterparty: EntityId
      readonly tokenId: TokenId
      readonly softLimit: bigint | null
    }
  /** Calls the court: nothing more is signed in the account. */
  | { readonly type: 'dispute_start'; readonly counterparty: EntityId }
  | { readonly type: 'enforce_debts'; readonly debtor: EntityId; readonly tokenId: TokenId }
  /** A message of a peer, as it came over the wire. */
  | { readonly type: 'message'; readonly from: EntityId; readonly bytes: Bytes }
  /** The same of a peer in another runtime, since this start of it. */
  | { readonly type: 'parcel'; readonly from: EntityId; readonly start: Start | null; readonly bytes: Bytes }
  /** The runtime has started: every peer elsewhere is told where this side stands. */
  | { readonly type: 'greet'; readonly floors: readonly AccountFloor[]; readonly takesOver: boolean }
  /** What the chain did to this entity in one confirmed block. */
  | {
      readonly type: 'j_event'
      readonly jHeight: number
      readonly blockHash: Bytes
      readonly events: readonly JEvent[]
    }
  /** The chain refused the batch for good. */
  | { readonly type: 'batch_failed'; readonly nonce: number; readonly reason: string }
  /** The chain refused the call for good. */
  | { readonly type: 'call_failed'; readonly key: string; readonly reason: string }
  | { readonly type: 'wake'; readonly wake: Wake }

/** What entities say to each other. */
export type EntityMessage =
  | { readonly type: 'account'; readonly opener: Profile | null; readonly body: Bytes }
  | {
      readonly type: 'invoice_request'
      readonly requestId: PaymentId
      readonly tokenId: TokenId
      readonly amount: bigint
      readonly memo: string
      readonly offerId: Bytes | null
    }
  | { readonly type: 'invoice'; readonly requestId: PaymentId; readonly invoice: Invoice }
  | { readonly type: 'invoice_refused'; readonly requestId: PaymentId; readonly reason: string }

/** Sealed to one hop: what it is to do with the lock it came with. */
export type EnvelopePayload =
  | {
      readonly type: 'forward'
      readonly next: EntityId
      readonly amount: bigint
      readonly expirySeconds: number
      readonly envelope: Bytes
    }
  | {
      readonly type: 'final'
      readonly amount: bigint
      readonly payer: EntityId | null
      readonly proof:
        | { readonly type: 'invoice'; readonly paymentSecret: Bytes }
        | { readonly type: 'keysend'; readonly preimage: Bytes; readonly memo: string }
    }

export type EntityOutput =
  /** `isOnce`: not while the same is on its way already; not `isKept`: said, and never again of itself. */
  | {
      readonly type: 'message'
      readonly from: EntityId
      readonly to: EntityId
      readonly bytes: Bytes
      readonly isOnce: boolean
      readonly isKept: boolean
    }
  | { readonly type: 'j_tx'; readonly jTx: JTx }
  /** Asks the chain edge for a block at the present time: an expiry may have passed. */
  | { readonly type: 'observe'; readonly jurisdiction: string }

/** What a command answers with, beside the height it was committed at. */
export type EntityAnswer =
  | { readonly type: 'done' }
  | { readonly type: 'payment'; readonly paymentId: PaymentId }
  | { readonly type: 'invoice'; readonly hashlock: Bytes; readonly invoice: Bytes }
  | { readonly type: 'offer'; readonly offerId: Bytes }
