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

/** Absolute values, decoded from the logs of executed bytecode. */
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
    }
  | { readonly type: 'batch_processed'; readonly entityId: EntityId; readonly nonce: number; readonly batchHash: Bytes }

/** One confirmed block, every one in order, events in log order. */
export type JBlock = {
  readonly height: number
  readonly hash: Bytes
  readonly parentHash: Bytes
  readonly timestampSeconds: number
  readonly events: readonly JEvent[]
}

/** The operations of one `processBatch` call. Amounts ≥ 1; the entity is the batch's signer. */
export type JBatch = {
  readonly reserveToReserve: readonly { readonly to: EntityId; readonly tokenId: TokenId; readonly amount: bigint }[]
  readonly reserveToCollateral: readonly {
    readonly counterparty: EntityId
    readonly tokenId: TokenId
    readonly amount: bigint
  }[]
}

/** A batch on its way to the chain: same bytes and nonce until it is confirmed. */
export type JTx = {
  readonly jurisdiction: string
  readonly entityId: EntityId
  readonly nonce: number
  readonly bytes: Bytes
  readonly hanko: Bytes
}

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
