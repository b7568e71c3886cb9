/**
 * J-adapters: how the runtime reaches a chain. One interface; an embedded chain and a JSON-RPC node look the same.
 *
 * Entities only write batches and only read what the watcher decodes from executed bytecode. Nothing returned by
 * `submit` is a fact about the chain: facts are the events of blocks.
 */
import type { JBlock, JReplica, JTx, JurisdictionTerms, Token } from '../jurisdiction/types.ts'
import type { Bytes } from '../lib/bytes.ts'
import type { Address, EntityId, TokenId } from '../lib/units.ts'

/**
 * - refused: the chain's own rules, or this adapter's, do not allow what was asked.
 * - malformed: the chain sent something that cannot be true.
 * - corrupt: the stored chain contradicts itself; nothing of it is used.
 * - foreign: the stored chain is another one than the one asked for.
 * - failed: an earlier commit failed with an unknown outcome; open the chain anew.
 * - closed: this adapter was closed.
 */
export type JAdapterFailure = 'refused' | 'malformed' | 'corrupt' | 'foreign' | 'failed' | 'closed'

/** This edge's error. Decide on `type`; the message is for people. Errors of the store pass through as they are. */
export class JAdapterError extends Error {
  override readonly name = 'JAdapterError'
  /** Asking again, unchanged, can only help once the chain has been opened anew. */
  readonly retryable: boolean
  constructor(
    readonly type: JAdapterFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.retryable = type === 'failed' || type === 'closed'
  }
}

/** Why the contracts refused: a custom error by name, with its parameters by name. */
export type RevertReason = {
  /**
   * As declared in contracts/; 'Panic' (param `code`) and 'Error' (param `message`) are Solidity's own; 'NoReason'
   * (param `error`) is a revert without data, such as bytes that are no ABI encoding, or too little gas; 'Unknown'
   * (param `data`) is an error no contract here declares.
   */
  readonly name: string
  readonly params: { readonly [name: string]: string | bigint }
}

export type JSubmission =
  /** In this block, which is durable. */
  | { readonly type: 'included'; readonly block: JBlock; readonly txHashes: readonly Bytes[] }
  /** The entity's nonce was consumed before, by these bytes or by others: nothing was sent. */
  | { readonly type: 'duplicate' }
  /** Nothing was sent and nothing has changed. */
  | { readonly type: 'reverted'; readonly reason: RevertReason }

export type JAdapter = {
  readonly name: string
  readonly chainId: bigint
  readonly terms: JurisdictionTerms
  readonly tokens: readonly Token[]
  /** What a runtime records about this chain before it has applied any block above 0. */
  readonly genesis: JReplica
  /** The newest block's height. */
  height(): number
  /** Idempotent by (entity, nonce). Anyone may submit anyone's batch; the hanko decides. */
  submit(tx: JTx): Promise<JSubmission>
  /** Blocks with a greater height, oldest first, at most `limit` (default 256); call again for more. */
  blocksAfter(height: number, limit?: number): Promise<readonly JBlock[]>
  /** Every block made from now on, once, in order, after it is durable. @returns the unsubscribe function. */
  subscribe(listener: (block: JBlock) => void): () => void
  /** Makes an empty block when chain time is behind `nowSeconds`; null when it is not. */
  mine(nowSeconds: number): Promise<JBlock | null>
  /** Test money from nowhere into a reserve. 1 ≤ amount < 2^128. */
  fund(gift: { readonly entityId: EntityId; readonly tokenId: TokenId; readonly amount: bigint }): Promise<JSubmission>
  /** Test ether from nowhere, for an address to pay fees with. */
  fundEther(gift: { readonly address: Address; readonly amountWei: bigint }): Promise<JSubmission>
  /** Wei. */
  balanceOf(address: Address): Promise<bigint>
  /** Lets what has begun finish. The store stays open: it is its owner's. */
  close(): Promise<void>
}
