/**
 * Jurisdiction: an EVM chain with the settlement contracts, as the runtime knows it. The chain itself is an edge; what
 * a watcher saw on it enters as recorded `JInput`s and is the only way on-chain facts reach entities.
 */
import type { Bytes } from '../lib/bytes.ts'
import type { Address, EntityId, TokenId } from '../lib/units.ts'

export type Token = {
  readonly tokenId: TokenId
  readonly symbol: string
  readonly decimals: number
  readonly address: Address
}

/** What both sides of an account bind their signatures to. */
export type JurisdictionTerms = {
  readonly chainId: bigint
  readonly depository: Address
}

/** Absolute values, decoded from the logs of executed bytecode. Times are the chain's, in seconds. */
export type JEvent =
  | {
      readonly type: 'reserve_updated'
      readonly entityId: EntityId
      readonly tokenId: TokenId
      readonly amount: bigint
    }
  | {
      readonly type: 'account_settled'
      readonly left: EntityId
      readonly right: EntityId
      readonly tokenId: TokenId
      readonly collateral: bigint
      readonly ondelta: bigint
      readonly epoch: number
      /** The pair's nonce: that of the last settlement done in this epoch, 0 before the first. */
      readonly nonce: number
    }
  | { readonly type: 'batch_processed'; readonly entityId: EntityId; readonly nonce: number; readonly batchHash: Bytes }
  | {
      readonly type: 'dispute_started'
      readonly left: EntityId
      readonly right: EntityId
      readonly byLeft: boolean
      readonly epoch: number
      readonly nonce: number
      /** Until when the other side may register a newer proof. */
      readonly windowEndSeconds: number
      /** `abi.encode(ProofBody)`. */
      readonly body: Bytes
    }
  | {
      readonly type: 'counter_registered'
      readonly left: EntityId
      readonly right: EntityId
      readonly epoch: number
      readonly nonce: number
      readonly body: Bytes
    }
  | {
      readonly type: 'dispute_finalized'
      readonly left: EntityId
      readonly right: EntityId
      /** The new one. */
      readonly epoch: number
      /** Of the proof that was judged by. */
      readonly nonce: number
    }
  | {
      readonly type: 'debt_created'
      readonly debtor: EntityId
      readonly creditor: EntityId
      readonly tokenId: TokenId
      /** Counts up per debtor and token; older debts are paid first. */
      readonly debtId: number
      readonly amount: bigint
    }
  | {
      readonly type: 'debt_enforced'
      readonly debtor: EntityId
      readonly creditor: EntityId
      readonly tokenId: TokenId
      readonly debtId: number
      readonly remaining: bigint
    }
  | {
      readonly type: 'secret_revealed'
      readonly hashlock: Bytes
      readonly preimage: Bytes
      readonly revealedAtSeconds: number
    }

/**
 * A confirmed block: one that holds events, in log order, or that only tells the time. Blocks in between, in which
 * nothing happened here, are left out.
 */
export type JBlock = {
  readonly height: number
  readonly hash: Bytes
  /** Of the block told of before, an ancestor of this one. */
  readonly previousHash: Bytes
  readonly timestampSeconds: number
  readonly events: readonly JEvent[]
}

export type JSettlementDiff = {
  readonly tokenId: TokenId
  /** Into LEFT's reserve out of the account; negative the other way. */
  readonly leftDiff: bigint
  readonly rightDiff: bigint
  /** −(leftDiff + rightDiff). */
  readonly collateralDiff: bigint
}

/** Moves money between an account and the reserves of its sides; nobody's sum of the two changes. */
export type JSettlement = {
  readonly left: EntityId
  readonly right: EntityId
  /** 4·height + 2. */
  readonly nonce: number
  /** The last second in which the chain takes it. */
  readonly validUntil: number
  /** Ascending by token, at least one. */
  readonly diffs: readonly JSettlementDiff[]
  readonly leftHanko: Bytes
  readonly rightHanko: Bytes
}

export type JDisputeStart = {
  readonly counterparty: EntityId
  readonly nonce: number
  readonly frameHash: Bytes
  /** `abi.encode(ProofBody)`. */
  readonly body: Bytes
  readonly counterpartyHanko: Bytes
  /** How the starter fills swaps offered to it; empty for not at all. */
  readonly arguments: Bytes
}

/** The operations of one `processBatch` call, done in this order. Amounts ≥ 1; the entity is the batch's signer. */
export type JBatch = {
  /** Pulled from an address that approved it, which must send the batch itself. */
  readonly deposits: readonly { readonly from: Address; readonly tokenId: TokenId; readonly amount: bigint }[]
  readonly reserveToReserve: readonly { readonly to: EntityId; readonly tokenId: TokenId; readonly amount: bigint }[]
  readonly settlements: readonly JSettlement[]
  readonly disputeStarts: readonly JDisputeStart[]
  readonly reserveToCollateral: readonly {
    readonly counterparty: EntityId
    readonly tokenId: TokenId
    readonly amount: bigint
    /** The account's; money must not land behind a proof that was judged already. */
    readonly epoch: number
  }[]
  readonly withdrawals: readonly { readonly to: Address; readonly tokenId: TokenId; readonly amount: bigint }[]
}

export const EMPTY_BATCH: JBatch = {
  deposits: [],
  reserveToReserve: [],
  settlements: [],
  disputeStarts: [],
  reserveToCollateral: [],
  withdrawals: [],
}

/** A batch on its way to the chain: same bytes and nonce until it is confirmed. */
export type JBatchTx = {
  readonly type: 'batch'
  readonly jurisdiction: string
  readonly entityId: EntityId
  readonly nonce: number
  readonly bytes: Bytes
  readonly hanko: Bytes
  /** Who has to send it, because its deposits come from there; null when anyone may. */
  readonly sender: Address | null
}

type Pair = { readonly jurisdiction: string; readonly left: EntityId; readonly right: EntityId }

/** What anyone may send, any number of times: it is its content that counts. Never behind a batch. */
export type JCall =
  | { readonly type: 'reveal'; readonly jurisdiction: string; readonly preimage: Bytes }
  | (Pair & {
      readonly type: 'counter'
      readonly nonce: number
      readonly frameHash: Bytes
      readonly body: Bytes
      readonly leftHanko: Bytes
      readonly rightHanko: Bytes
    })
  | (Pair & { readonly type: 'finalize'; readonly body: Bytes })
  | (Pair & {
      readonly type: 'finalize_agreed'
      readonly body: Bytes
      readonly leftHanko: Bytes
      readonly rightHanko: Bytes
    })
  | {
      readonly type: 'enforce_debts'
      readonly jurisdiction: string
      readonly debtor: EntityId
      readonly tokenId: TokenId
      /** At most so many debts, oldest first. */
      readonly limit: number
    }

export type JTx = JBatchTx | JCall

export type JReplica = {
  readonly name: string
  readonly terms: JurisdictionTerms
  readonly tokens: readonly Token[]
  /** Last applied block. */
  readonly height: number
  readonly blockHash: Bytes
  readonly timestampSeconds: number
  readonly confirmations: number
  readonly blockSeconds: number
  /** Worthless by design: faucet-funded, labelled as test money everywhere. */
  readonly isTest: boolean
}
