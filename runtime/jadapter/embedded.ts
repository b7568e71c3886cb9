/**
 * A J-adapter whose chain runs in this process: one block per submission, mined at once, durable before anyone hears of
 * it, and continued from the store when it is opened again, without executing its history.
 *
 * Block 0 holds the contracts and has timestamp 0. Later timestamps come from the injected clock and strictly
 * increase. After a commit that failed nothing is certain any more: the chain goes on from what the store then holds,
 * read anew, or answers 'failed' where the store has said that no other try can succeed.
 */
import type { JBlock, JReplica, JTx } from '../jurisdiction/types.ts'
import { type Bytes, EMPTY, equalBytes, toBigInt } from '../lib/bytes.ts'
import { LIMITS } from '../lib/limits.ts'
import type { Address, TokenId } from '../lib/units.ts'
import type { Clock, Store } from '../ports.ts'
import {
  type Called,
  type CallRequest,
  createMachine,
  type Machine,
  MOST_PER_TX_WEI,
  type Tip,
  type TxRequest,
} from './browservm.ts'
import { approvals, depositsOf, encodeJTx, erc20, outcomeOf, questionOf } from './calls.ts'
import { emptyState } from './chain-state.ts'
import { type ChainStore, createChainStore } from './chain-store.ts'
import { type ContractCode, DEPOSITORY, encodeCall, TEST_TOKEN } from './contracts.ts'
import { DEPLOYER_ADDRESS, DEPOSITORY_ADDRESS, fromDeployer, GENESIS_TOKENS, genesisTransactions } from './genesis.ts'
import { createQueue } from './queue.ts'
import { readRevert } from './revert.ts'
import {
  type BlockRef,
  type GasSigner,
  type JAdapter,
  JAdapterError,
  type JSubmission,
  type LinkStatus,
  type TestChain,
} from './types.ts'
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
  /** Asked for once, when the chain is born. */
  readonly code: () => Promise<ContractCode>
  /** Who deposits; everything else the deployer pays for. By default nobody does. */
  readonly signers?: () => readonly GasSigner[]
}

type Included = Extract<JSubmission, { type: 'included' }> & { readonly block: JBlock }
type Appended = Included | Extract<JSubmission, { type: 'reverted' }>

/** Beyond the J-adapter: what a test chain does, and any transaction and any call, with one's own keys. */
export type EmbeddedChain = Omit<JAdapter, 'testChain'> &
  TestChain & {
    readonly testChain: TestChain
    /** All of them in one block, or none. */
    readonly transact: (transactions: readonly TxRequest[]) => Promise<Appended>
    readonly call: (request: CallRequest) => Promise<Called>
  }

const BLOCKS_PER_PAGE = 256
const AMOUNT_LIMIT = 1n << BigInt(LIMITS.amountBits)

const refuse = (what: string): never => {
  throw new JAdapterError('refused', what)
}

const checked = (amount: bigint): bigint =>
  amount >= 1n && amount < AMOUNT_LIMIT ? amount : refuse(`an amount is 1 to 2^128 − 1, not ${amount}`)

const birth = async (machine: Machine, store: ChainStore, code: ContractCode): Promise<Tip> => {
  const before = machine.before(DEPLOYER_ADDRESS)
  const born = await machine.extend(before, { timestampSeconds: 0, transactions: genesisTransactions(code) })
  if (born.type !== 'sealed') return refuse(`there is no genesis: ${born.type}`)
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
  const listeners = new Set<() => void>()

  const extend = async (timestampSeconds: number, transactions: readonly TxRequest[]) => {
    const extended = await machine.extend(tip, { timestampSeconds, transactions })
    if (extended.type === 'unsigned') throw new JAdapterError('locked', `the key of ${extended.address} is locked`)
    if (extended.type === 'reverted') return extended
    await store.save(tip.state, extended.tip, extended.logs).catch((error: unknown) => {
      failure = new JAdapterError('failed', 'a commit failed', { cause: error })
      throw error
    })
    tip = extended.tip
    const block = readBlock({ ...extended.tip, logs: extended.logs }, DEPOSITORY_ADDRESS)
    // Not in this call: what a listener throws is no failure of whoever caused the block.
    for (const listener of listeners) queueMicrotask(() => listeners.has(listener) && listener())
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
    status: (): LinkStatus =>
      failure === null ? { type: 'up' } : { type: 'down', failure: failure.type, message: failure.message },
    extend,
    subscribe: (listener: () => void) => {
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

/** What the chain offers once nothing else is being done with it. */
const createWork = (
  options: EmbeddedOptions,
  parts: { readonly machine: Machine; readonly store: ChainStore; readonly chain: ReturnType<typeof createChain> },
) => {
  const { machine, store, chain } = parts

  const blocksAfter = async (last: BlockRef | null, limit = BLOCKS_PER_PAGE): Promise<readonly JBlock[]> => {
    // One more than is asked for: the block that the caller knows has to be among ours.
    const blocks = await store.blocks(last?.height ?? 0, last === null ? limit : limit + 1)
    if (last === null) return blocks.map((block) => readBlock(block, DEPOSITORY_ADDRESS))
    const [known, ...next] = blocks
    if (known === undefined || !equalBytes(known.hash, last.hash))
      throw new JAdapterError('reorged_too_deep', `block ${last.height} is not in this chain any more`)
    return next.map((block) => readBlock(block, DEPOSITORY_ADDRESS))
  }
  const ask = async (to: Address, data: Bytes): Promise<Bytes> => {
    const called = await machine.call(chain.tip(), { to, data })
    return called.type === 'returned' ? called.data : refuse(`${to} does not answer`)
  }
  const append = async (transactions: readonly TxRequest[]): Promise<Appended> => {
    const timestampSeconds = Math.max(chain.tip().timestampSeconds + 1, Math.floor(options.clock.now() / 1_000))
    const extended = await chain.extend(timestampSeconds, transactions)
    if (extended.type === 'reverted') return { type: 'reverted', reason: readRevert(extended.revert) }
    const { block, txHashes } = extended
    return { type: 'included', height: block.height, events: block.events, txHashes, block }
  }
  /** From whoever deposits, approved beforehand where that is missing. */
  const asSender = async (sender: Address, deposits: ReadonlyMap<TokenId, bigint>, data: Bytes) => {
    const from = options.signers?.().find(({ address }) => address === sender)
    if (from === undefined) throw new JAdapterError('no_signer', `no key here sends for ${sender}`)
    const transactions: TxRequest[] = []
    for (const [tokenId, amount] of deposits) {
      const token = tokenAddress(tokenId)
      const allowed = toBigInt(await ask(token, erc20.allowance(sender, DEPOSITORY_ADDRESS)))
      for (const approval of approvals(DEPOSITORY_ADDRESS, allowed, amount))
        transactions.push({ from, to: token, data: approval, valueWei: 0n })
    }
    transactions.push({ from, to: DEPOSITORY_ADDRESS, data, valueWei: 0n })
    const need = BigInt(transactions.length) * MOST_PER_TX_WEI
    if (machine.etherOf(chain.tip(), sender) < need)
      throw new JAdapterError('unfunded', `${sender} needs ${need} wei for fees`)
    return transactions
  }
  const submit = async (tx: JTx): Promise<JSubmission> => {
    if (tx.jurisdiction !== options.name) return refuse(`something for ${tx.jurisdiction} on ${options.name}`)
    const question = questionOf(tx)
    if (question?.isDone(await ask(DEPOSITORY_ADDRESS, question.data)) === true) return { type: 'duplicate' }
    const data = encodeJTx(tx)
    const isDeposit = tx.type === 'batch' && tx.sender !== null
    const sent = await append(
      isDeposit ? await asSender(tx.sender as Address, depositsOf(tx), data) : [fromDeployer(DEPOSITORY_ADDRESS, data)],
    )
    return sent.type === 'reverted' ? outcomeOf(tx, sent.reason) : sent
  }
  const mine = async (nowSeconds: number): Promise<JBlock | null> => {
    if (!Number.isSafeInteger(nowSeconds)) return refuse(`no second is ${nowSeconds}`)
    if (chain.tip().timestampSeconds >= nowSeconds) return null
    const extended = await chain.extend(nowSeconds, [])
    return extended.type === 'sealed' ? extended.block : refuse('an empty block cannot revert')
  }
  return { blocksAfter, ask, append, submit, mine }
}

const tokenAddress = (tokenId: TokenId): Address =>
  GENESIS_TOKENS.find((known) => known.tokenId === tokenId)?.address ?? refuse(`no token ${tokenId}`)

export const openEmbeddedChain = async (options: EmbeddedOptions): Promise<EmbeddedChain> => {
  const { name, chainId } = options
  if (!/^[a-z0-9-]{1,32}$/.test(name)) refuse(`a chain cannot be named ${name}`)
  if (chainId < 1n || chainId > BigInt(Number.MAX_SAFE_INTEGER)) refuse(`no chain has id ${chainId}`)
  const machine = await createMachine(chainId)
  const store = createChainStore(options)
  const chain = createChain({
    machine,
    store,
    tip: (await store.load()) ?? (await birth(machine, store, await options.code())),
  })
  const work = createWork(options, { machine, store, chain })
  const [genesisBlock] = await work.blocksAfter(null, 1)
  if (genesisBlock === undefined) throw new JAdapterError('corrupt', 'I-CHAIN-RESTORE: no block 0')
  const genesis = genesisReplica(options, genesisBlock)
  const queue = createQueue()
  const run = <T>(piece: () => T | Promise<T>): Promise<T> =>
    queue.run(async () => {
      await chain.ready()
      return piece()
    })
  const mint = (address: Address, tokenId: TokenId, amount: bigint): TxRequest =>
    fromDeployer(tokenAddress(tokenId), encodeCall(TEST_TOKEN, 'mint', [address, checked(amount)]))

  const testChain: TestChain = {
    mine: (nowSeconds) => run(() => work.mine(nowSeconds)),
    fund: ({ entityId, tokenId, amount }) =>
      run(() => {
        const minted = mint(DEPLOYER_ADDRESS, tokenId, amount)
        const deposit = encodeCall(DEPOSITORY, 'deposit', [entityId, tokenId, amount])
        return work.append([minted, fromDeployer(DEPOSITORY_ADDRESS, deposit)])
      }),
    fundEther: ({ address, amountWei }) => run(() => work.append([fromDeployer(address, EMPTY, checked(amountWei))])),
    fundToken: ({ address, tokenId, amount }) => run(() => work.append([mint(address, tokenId, amount)])),
  }
  return {
    name,
    chainId,
    terms: genesis.terms,
    tokens: genesis.tokens,
    genesis,
    height: () => chain.tip().height,
    status: chain.status,
    submit: (tx) => run(() => work.submit(tx)),
    blocksAfter: (last, limit) => run(() => work.blocksAfter(last, limit)),
    subscribe: chain.subscribe,
    observe: async (nowSeconds) => {
      await testChain.mine(nowSeconds)
    },
    balanceOf: (address) => run(() => machine.etherOf(chain.tip(), address)),
    tokenBalanceOf: ({ address, tokenId }) =>
      run(async () => toBigInt(await work.ask(tokenAddress(tokenId), erc20.balanceOf(address)))),
    // The deployer pays, and has more than there is.
    costs: () => Promise.resolve({ payer: null, haveWei: 0n, needWei: 0n }),
    close: () =>
      queue.run(() => {
        chain.fail(new JAdapterError('closed', `${name} is closed`))
      }),
    testChain,
    ...testChain,
    transact: (transactions) => run(() => work.append(transactions)),
    call: (request) => run(() => machine.call(chain.tip(), request)),
  }
}
