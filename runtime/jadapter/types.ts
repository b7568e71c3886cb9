/**
 * J-adapters: how the runtime reaches a chain. One interface; an embedded chain and a JSON-RPC node look the same.
 *
 * Entities only write batches and calls, and only read what the watcher decodes from executed bytecode. Nothing
 * returned by `submit` is a fact about the chain: facts are the events of blocks.
 */
import type { JBlock, JEvent, JReplica, JTx, JurisdictionTerms, Token } from '../jurisdiction/types.ts'
import type { Bytes } from '../lib/bytes.ts'
import type { Address, EntityId, TokenId } from '../lib/units.ts'

/**
 * What is asked for:
 * - refused: the chain's own rules, or this adapter's, do not allow it.
 * - no_signer: somebody would have to pay for it, or to send it, and no key for that is at hand.
 * - locked: the key is at hand, and does not sign now.
 * - unfunded: whoever pays does not have enough of the chain's own coin.
 *
 * The way to the chain:
 * - unreachable: no answer, or none in time.
 * - rate_limited: the node wants to be asked less.
 * - node_error: the node answers that it cannot.
 * - closed: this adapter was closed.
 *
 * What the chain says, none of which is believed:
 * - malformed: something that cannot be true.
 * - wrong_chain, wrong_genesis: the node serves another chain than the one it was chosen for.
 * - no_contract, wrong_contract: at the Depository's address there is nothing, or something else.
 * - unlinked: blocks that do not hang together.
 * - endpoints_disagree: two nodes tell different stories.
 * - reorged_too_deep: a block that counted as final is gone. Nothing is guessed: somebody has to look.
 *
 * A chain kept on this device:
 * - corrupt: it contradicts itself; nothing of it is used.
 * - foreign: it is another one than the one asked for.
 * - failed: an earlier commit failed with an unknown outcome.
 */
export type JAdapterFailure =
  | 'refused'
  | 'no_signer'
  | 'locked'
  | 'unfunded'
  | 'unreachable'
  | 'rate_limited'
  | 'node_error'
  | 'closed'
  | 'malformed'
  | 'wrong_chain'
  | 'wrong_genesis'
  | 'no_contract'
  | 'wrong_contract'
  | 'unlinked'
  | 'endpoints_disagree'
  | 'reorged_too_deep'
  | 'corrupt'
  | 'foreign'
  | 'failed'

const RETRYABLE: ReadonlySet<JAdapterFailure> = new Set([
  'locked',
  'unfunded',
  'unreachable',
  'rate_limited',
  'node_error',
  'closed',
  'failed',
])

/** This edge's error. Decide on `type`; the message is for people. Errors of the store pass through as they are. */
export class JAdapterError extends Error {
  override readonly name = 'JAdapterError'
  /** Asking again, unchanged, may help; after 'failed' and 'closed' once the chain has been opened anew. */
  readonly retryable: boolean
  constructor(
    readonly type: JAdapterFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.retryable = RETRYABLE.has(type)
  }
}

/**
 * Whether the chain can be reached and is believed. Payments between accounts go on either way; what has to go to the
 * chain waits.
 */
export type LinkStatus =
  | { readonly type: 'up' }
  /** It is asked again by itself. */
  | { readonly type: 'down'; readonly failure: JAdapterFailure; readonly message: string }
  /** It answers, and what it says is not used. Asked again too, in case somebody puts it right. */
  | { readonly type: 'refused'; readonly failure: JAdapterFailure; readonly message: string }

/** A key that pays on chain. */
export type GasSigner = {
  readonly address: Address
  /** 65 bytes r ‖ s ‖ v over a digest of 32, low-s, v ∈ {27, 28}; null while the key is locked. */
  readonly sign: (digest: Bytes) => Bytes | null
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
  /** In a block that counts as final, and did this. */
  | {
      readonly type: 'included'
      readonly height: number
      readonly events: readonly JEvent[]
      readonly txHashes: readonly Bytes[]
    }
  /**
   * It has been so before, by this or by something else: nothing was sent. Of a batch whose nonce was consumed the
   * event says by what bytes; it is dead when they are others.
   */
  | { readonly type: 'duplicate' }
  /** Nothing was sent: the chain takes it after this second. */
  | { readonly type: 'early'; readonly untilSeconds: number }
  /** The contracts refuse, and nothing has changed. */
  | { readonly type: 'reverted'; readonly reason: RevertReason }

/** A block by height and hash. */
export type BlockRef = { readonly height: number; readonly hash: Bytes }

/** What it takes to defend what one has, whatever happens: five times every step of a dispute, at the present fee. */
export type DefenceCosts = {
  /** Null when nobody here pays for anything. */
  readonly payer: Address | null
  readonly haveWei: bigint
  readonly needWei: bigint
}

export type JAdapter = {
  readonly name: string
  readonly chainId: bigint
  readonly terms: JurisdictionTerms
  readonly tokens: readonly Token[]
  /** What a runtime records about this chain before it has applied any block of it. */
  readonly genesis: JReplica
  /** The newest height that is known to be final. */
  readonly height: () => number
  readonly status: () => LinkStatus
  /**
   * Idempotent by content. Resolves once the outcome is final, which on a public chain takes a while; what is asked for
   * twice at once is done once. Anyone may submit anything, the signatures in it decide; only a batch that deposits has
   * to be sent by its depositor.
   * @throws JAdapterError when the chain cannot be reached, or nobody can send this: ask again later.
   */
  readonly submit: (tx: JTx) => Promise<JSubmission>
  /**
   * The final blocks above `last` that hold events, and now and then one that only tells the time; oldest first, each
   * naming the one before it, at most `limit`. Empty when there is none. Null asks from the beginning.
   * @throws JAdapterError 'reorged_too_deep' when `last` is not in this chain.
   */
  readonly blocksAfter: (last: BlockRef | null, limit?: number) => Promise<readonly JBlock[]>
  /** Called when there may be new blocks, and when the status has changed. @returns the unsubscribe function. */
  readonly subscribe: (listener: () => void) => () => void
  /** Has the next blocks tell a time as near to `nowSeconds` as this chain has come. */
  readonly observe: (nowSeconds: number) => Promise<void>
  /** Wei. */
  readonly balanceOf: (address: Address) => Promise<bigint>
  /** What of a token of this chain is held at an address, and could be deposited from there. */
  readonly tokenBalanceOf: (holding: { readonly address: Address; readonly tokenId: TokenId }) => Promise<bigint>
  readonly costs: () => Promise<DefenceCosts>
  /** Null on a chain where money is worth something. */
  readonly testChain: TestChain | null
  /** Lets what has begun finish. The store stays open: it is its owner's. */
  readonly close: () => Promise<void>
}

/** What only a chain that is worthless by design can do. */
export type TestChain = {
  /** Makes an empty block when chain time is behind `nowSeconds`; null when it is not. */
  readonly mine: (nowSeconds: number) => Promise<JBlock | null>
  /** Test money from nowhere into a reserve. 1 ≤ amount < 2^128. */
  readonly fund: (gift: {
    readonly entityId: EntityId
    readonly tokenId: TokenId
    readonly amount: bigint
  }) => Promise<JSubmission>
  /** Test ether from nowhere, for an address to pay fees with. */
  readonly fundEther: (gift: { readonly address: Address; readonly amountWei: bigint }) => Promise<JSubmission>
  /** Test money into an address, from where it can be deposited. */
  readonly fundToken: (gift: {
    readonly address: Address
    readonly tokenId: TokenId
    readonly amount: bigint
  }) => Promise<JSubmission>
}
