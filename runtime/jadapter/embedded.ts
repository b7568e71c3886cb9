/**
 * A J-adapter whose chain runs in this process: one block per submission, mined at once, durable before anyone hears of
 * it, and continued from the store when it is opened again, without executing its history.
 *
 * Block 0 holds the contracts and has timestamp 0. Later timestamps come from the injected clock and strictly
 * increase. After a commit that failed nothing is certain any more: the chain goes on from what the store then holds,
 * read anew, or answers 'failed' where the store has said that no other try can succeed.
 */
import type { JBlock, JReplica } from '../jurisdiction/types.ts'
import { EMPTY, toBigInt } from '../lib/bytes.ts'
import { LIMITS } from '../lib/limits.ts'
import type { EntityId } from '../lib/units.ts'
import type { Clock, Store } from '../ports.ts'
import { type Called, type CallRequest, createMachine, type Machine, type Tip, type TxRequest } from './browservm.ts'
import { emptyState } from './chain-state.ts'
import { type ChainStore, createChainStore } from './chain-store.ts'
import { DEPOSITORY, encodeCall, TEST_TOKEN } from './contracts.ts'
import { DEPLOYER_ADDRESS, DEPOSITORY_ADDRESS, fromDeployer, GENESIS_TOKENS, genesisTransactions } from './genesis.ts'
import { readRevert } from './revert.ts'
import { type JAdapter, JAdapterError, type JSubmission } from './types.ts'
import { readBlock } from './watcher.ts'

export type EmbeddedOptions = {
  /** 1–32 characters of a–z, 0–9 and -; part of every key in the store. */
  readonly name: string
  /** 1 ≤ chainId < 2^53. */
  readonly chainId: bigint
  readonly store: Store
  /** What `claimEpoch` returned to this writer. */
  readonly epoch: number
  readonly clock: Clock
}

/** Beyond the J-adapter: any transaction and any call, with one's own keys. */
export type EmbeddedChain = JAdapter & {
  /** All of them in one block, or none. */
  transact(transactions: readonly TxRequest[]): Promise<JSubmission>
  call(request: CallRequest): Promise<Called>
}

const BLOCKS_PER_PAGE = 256
const AMOUNT_LIMIT = 1n << BigInt(LIMITS.amountBits)

const refuse = (what: string): never => {
  throw new JAdapterError('refused', what)
}

const checked = (amount: bigint): bigint =>
  amount >= 1n && amount < AMOUNT_LIMIT ? amount : refuse(`an amount is 1 to 2^128 − 1, not ${amount}`)

/** One after another, in order of arrival; a failure concerns its own caller only. */
const createQueue = () => {
  let last: Promise<unknown> = Promise.resolve()
  return {
    run: <T>(work: () => T | Promise<T>): Promise<T> => {
      const result = last.then(work)
      last = result.catch(() => null)
      return result
    },
  }
}

const birth = async (machine: Machine, store: ChainStore): Promise<Tip> => {
  const before = machine.before(DEPLOYER_ADDRESS)
  const born = await machine.extend(before, { timestampSeconds: 0, transactions: genesisTransactions() })
  if (born.type === 'reverted') return refuse(`genesis reverts: ${readRevert(born.revert).name}`)
  await store.save(emptyState(), born.tip, born.logs)
  return born.tip
}

/** The store says of its own errors whether another try may succeed. */
const mayPass = (cause: unknown): boolean =>
  typeof cause === 'object' && cause !== null && 'retryable' in cause && cause.retryable === true

/** The chain itself: its newest tip, and the one way to a next one. */
const createChain = (parts: { readonly machine: Machine; readonly store: ChainStore; readonly tip: Tip }) => {
  const { machine, store } = parts
  let tip = parts.tip
  let failure: JAdapterError | null = null
  const listeners = new Set<(block: JBlock) => void>()

  const extend = async (timestampSeconds: number, transactions: readonly TxRequest[]) => {
    const extended = await machine.extend(tip, { timestampSeconds, transactions })
    if (extended.type === 'reverted') return extended
    await store.save(tip.state, extended.tip, extended.logs).catch((error: unknown) => {
      failure = new JAdapterError('failed', 'a commit failed', { cause: error })
      throw error
    })
    tip = extended.tip
    const block = readBlock({ ...extended.tip, logs: extended.logs }, DEPOSITORY_ADDRESS)
    // Not in this call: what a listener throws is no failure of whoever caused the block.
    for (const listener of listeners) queueMicrotask(() => listeners.has(listener) && listener(block))
    return { ...extended, block }
  }

  return {
    tip: () => tip,
    /** @throws what made the chain unusable. */
    ready: async () => {
      if (failure === null) return
      if (failure.type !== 'failed' || !mayPass(failure.cause)) throw failure
      const stored = await store.load()
      if (stored === null) throw new JAdapterError('corrupt', 'I-CHAIN-RESTORE: no block at all')
      tip = stored
      failure = null
    },
    fail: (error: JAdapterError) => {
      failure ??= error
    },
    extend,
    subscribe: (listener: (block: JBlock) => void) => {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  }
}

const genesisReplica = (options: EmbeddedOptions, genesis: JBlock): JReplica => ({
  name: options.name,
  terms: { chainId: options.chainId, depository: DEPOSITORY_ADDRESS },
  tokens: GENESIS_TOKENS,
  height: 0,
  blockHash: genesis.hash,
  timestampSeconds: genesis.timestampSeconds,
  confirmations: 1,
  blockSeconds: 1,
  isTest: true,
})

export const openEmbeddedChain = async (options: EmbeddedOptions): Promise<EmbeddedChain> => {
  const { name, chainId, clock } = options
  if (!/^[a-z0-9-]{1,32}$/.test(name)) refuse(`a chain cannot be named ${name}`)
  if (chainId < 1n || chainId > BigInt(Number.MAX_SAFE_INTEGER)) refuse(`no chain has id ${chainId}`)
  const machine = await createMachine(chainId)
  const store = createChainStore(options)
  const chain = createChain({ machine, store, tip: (await store.load()) ?? (await birth(machine, store)) })
  const queue = createQueue()
  const run = <T>(work: () => T | Promise<T>): Promise<T> =>
    queue.run(async () => {
      await chain.ready()
      return work()
    })

  const blocksAfter = async (height: number, limit = BLOCKS_PER_PAGE): Promise<readonly JBlock[]> =>
    (await store.blocks(Math.max(height + 1, 0), limit)).map((block) => readBlock(block, DEPOSITORY_ADDRESS))
  const [genesisBlock] = await blocksAfter(-1, 1)
  if (genesisBlock === undefined) throw new JAdapterError('corrupt', 'I-CHAIN-RESTORE: no block 0')
  const genesis = genesisReplica(options, genesisBlock)

  const append = async (transactions: readonly TxRequest[]): Promise<JSubmission> => {
    const timestampSeconds = Math.max(chain.tip().timestampSeconds + 1, Math.floor(clock.now() / 1_000))
    const extended = await chain.extend(timestampSeconds, transactions)
    return extended.type === 'sealed'
      ? { type: 'included', block: extended.block, txHashes: extended.txHashes }
      : { type: 'reverted', reason: readRevert(extended.revert) }
  }
  const call: EmbeddedChain['call'] = (request) => run(() => machine.call(chain.tip(), request))

  /** The nonce of the entity's last processed batch. */
  const processedNonce = async (entityId: EntityId): Promise<bigint> => {
    const data = encodeCall(DEPOSITORY, 'nonceOf', [entityId])
    const called = await machine.call(chain.tip(), { to: DEPOSITORY_ADDRESS, data })
    return called.type === 'returned' ? toBigInt(called.data) : refuse('the Depository does not answer')
  }

  return {
    name,
    chainId,
    terms: genesis.terms,
    tokens: genesis.tokens,
    genesis,
    height: () => chain.tip().height,
    submit: (tx) =>
      run(async () => {
        if (tx.jurisdiction !== name) return refuse(`a batch for ${tx.jurisdiction} on ${name}`)
        if (tx.type !== 'batch') return refuse(`no call ${tx.type} yet`)
        if (BigInt(tx.nonce) <= (await processedNonce(tx.entityId))) return { type: 'duplicate' }
        const data = encodeCall(DEPOSITORY, 'processBatch', [tx.bytes, tx.hanko, tx.nonce])
        return append([fromDeployer(DEPOSITORY_ADDRESS, data)])
      }),
    blocksAfter: (height, limit) => run(() => blocksAfter(height, limit)),
    subscribe: chain.subscribe,
    mine: (nowSeconds) =>
      run(async () => {
        if (!Number.isSafeInteger(nowSeconds)) return refuse(`no second is ${nowSeconds}`)
        if (chain.tip().timestampSeconds >= nowSeconds) return null
        const extended = await chain.extend(nowSeconds, [])
        return extended.type === 'sealed' ? extended.block : refuse('an empty block cannot revert')
      }),
    fund: ({ entityId, tokenId, amount }) =>
      run(() => {
        const token = genesis.tokens.find((known) => known.tokenId === tokenId) ?? refuse(`no token ${tokenId}`)
        const mint = encodeCall(TEST_TOKEN, 'mint', [DEPLOYER_ADDRESS, checked(amount)])
        const deposit = encodeCall(DEPOSITORY, 'deposit', [entityId, tokenId, amount])
        return append([fromDeployer(token.address, mint), fromDeployer(DEPOSITORY_ADDRESS, deposit)])
      }),
    fundEther: ({ address, amountWei }) => run(() => append([fromDeployer(address, EMPTY, checked(amountWei))])),
    balanceOf: (address) => run(() => machine.etherOf(chain.tip(), address)),
    close: () =>
      queue.run(() => {
        chain.fail(new JAdapterError('closed', `${name} is closed`))
      }),
    transact: (transactions) => run(() => append(transactions)),
    call,
  }
}
