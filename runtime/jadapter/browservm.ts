/**
 * The embedded EVM: executes transactions into blocks, in process, with `@ethereumjs/vm` (Cancun rules). The only file
 * that knows ethereumjs.
 *
 * Contract: a function of its arguments; all state is in the `Tip` handed in and the one handed back, so a block that
 * is not wanted (its transaction reverted, its commit failed) is simply dropped. Calls must not overlap: the machine
 * works on one state at a time, and its owner queues.
 *
 * A header's stateRoot is the root of our own rows (chain-state.ts), not of Ethereum's trie; everything else in it is as
 * EIP-1559 and EIP-4844 have it. Limits: BLOCKHASH is zero, blobs need a KZG library nobody gives it.
 */
import { type BlockHeader, createBlock, createBlockHeaderFromRLP } from '@ethereumjs/block'
import {
  type AccountFields,
  type Common,
  createCustomCommon,
  Hardfork,
  Mainnet,
  type StateManagerInterface,
} from '@ethereumjs/common'
import { createFeeMarket1559Tx } from '@ethereumjs/tx'
import { Account, createAccountFromRLP, createAddressFromString, type Address as EvmAddress } from '@ethereumjs/util'
import { buildBlock, createVM, type VM } from '@ethereumjs/vm'
import { type Bytes, EMPTY, equalBytes, toHex, ZERO_32 } from '../lib/bytes.ts'
import { keccak } from '../lib/hash.ts'
import { addressOf } from '../lib/secp.ts'
import type { Address } from '../lib/units.ts'
import {
  accountKey,
  type ChainState,
  codeKey,
  createStateStack,
  emptyState,
  type StateStack,
  slotKey,
  slotsOf,
  withoutLeadingZeros,
} from './chain-state.ts'
import type { Revert } from './revert.ts'
import type { GasSigner } from './types.ts'
import type { RawLog } from './watcher.ts'

/** A block and the state after it. Height −1 is the empty world before genesis. */
export type Tip = {
  readonly height: number
  readonly hash: Bytes
  readonly parentHash: Bytes
  readonly timestampSeconds: number
  /** RLP; `hash` is its keccak. Empty before genesis. */
  readonly header: Bytes
  readonly state: ChainState
}

export type TxRequest = {
  /** A secret key, or somebody who signs. */
  readonly from: Bytes | GasSigner
  /** null creates a contract. */
  readonly to: Address | null
  readonly data: Bytes
  readonly valueWei: bigint
}

export type Extended =
  | {
      readonly type: 'sealed'
      readonly tip: Tip
      readonly logs: readonly RawLog[]
      readonly txHashes: readonly Bytes[]
    }
  | { readonly type: 'reverted'; readonly index: number; readonly revert: Revert }
  /** Whoever was to send it does not sign now. */
  | { readonly type: 'unsigned'; readonly address: Address }

export type CallRequest = { readonly from?: Address; readonly to: Address; readonly data: Bytes }

export type Called =
  | { readonly type: 'returned'; readonly data: Bytes }
  | { readonly type: 'reverted'; readonly revert: Revert }

export type Machine = {
  /** A world in which `address` owns all ether there is and nothing else exists. */
  before(address: Address): Tip
  /** Puts the transactions, in order, into the block after `parent`. If one fails there is no block. */
  extend(
    parent: Tip,
    block: { readonly timestampSeconds: number; readonly transactions: readonly TxRequest[] },
  ): Promise<Extended>
  /** Executes a call on top of `tip` and forgets its effects. */
  call(tip: Tip, request: CallRequest): Promise<Called>
  etherOf(tip: Tip, address: Address): bigint
}

const GAS_LIMIT = 30_000_000n
/** Far above what the largest batch needs, and no more than EIP-7825 will allow. */
const TX_GAS_LIMIT = 16_000_000n
const MAX_BASE_FEE_WEI = 1_000_000_000n
const ALL_ETHER_WEI = 10n ** 30n
/** What a sender must have for its fees before a transaction is looked at. */
export const MOST_PER_TX_WEI = TX_GAS_LIMIT * MAX_BASE_FEE_WEI

const evmAddress = (address: Address): EvmAddress => createAddressFromString(address)

/** A `StateStack` as ethereumjs wants it. */
const asStateManager = (stack: StateStack): StateManagerInterface => {
  const accountOf = (address: EvmAddress): Account | undefined => {
    const row = stack.get(accountKey(address.toString()))
    return row === undefined ? undefined : createAccountFromRLP(row)
  }
  const put = (key: string, value: Bytes): Promise<void> => Promise.resolve(stack.put(key, value))
  const change = (address: EvmAddress, fields: AccountFields): Promise<void> => {
    const account = accountOf(address) ?? new Account()
    const { nonce = account.nonce, balance = account.balance, codeHash = account.codeHash } = fields
    return put(accountKey(address.toString()), new Account(nonce, balance, account.storageRoot, codeHash).serialize())
  }
  const codeOf = (address: EvmAddress): Bytes => stack.get(codeKey(address.toString())) ?? EMPTY
  const clearStorage = (address: EvmAddress): Promise<void> =>
    Promise.resolve(stack.deleteUnder(slotsOf(address.toString())))

  return {
    getAccount: (address) => Promise.resolve(accountOf(address)),
    putAccount: (address, account) => put(accountKey(address.toString()), account?.serialize() ?? EMPTY),
    deleteAccount: async (address) => {
      const key = accountKey(address.toString())
      // Every transaction ends by deleting the accounts it left empty; one without a row has no code or storage.
      if (stack.get(key) === undefined) return
      await clearStorage(address)
      await put(codeKey(address.toString()), EMPTY)
      await put(key, EMPTY)
    },
    modifyAccountFields: change,
    putCode: async (address, code) => {
      await put(codeKey(address.toString()), code)
      await change(address, { codeHash: keccak(code) })
    },
    getCode: (address) => Promise.resolve(codeOf(address)),
    getCodeSize: (address) => Promise.resolve(codeOf(address).length),
    getStorage: (address, slot) => Promise.resolve(stack.get(slotKey(address.toString(), slot)) ?? EMPTY),
    putStorage: (address, slot, value) => put(slotKey(address.toString(), slot), withoutLeadingZeros(value)),
    clearStorage,
    checkpoint: () => Promise.resolve(stack.checkpoint()),
    commit: () => Promise.resolve(stack.commit()),
    revert: () => Promise.resolve(stack.revert()),
    getStateRoot: () => Promise.resolve(stack.current().root()),
    hasStateRoot: (root) => Promise.resolve(equalBytes(root, stack.current().root())),
    setStateRoot: () => Promise.reject(new Error('a state is chosen by its rows, not by its root')),
    originalStorageCache: {
      get: (address, slot) => Promise.resolve(stack.original(slotKey(address.toString(), slot)) ?? EMPTY),
      clear: stack.startTransaction,
    },
    clearCaches: () => undefined,
    shallowCopy: () => {
      const copy = createStateStack()
      copy.reset(stack.current())
      return asStateManager(copy)
    },
  }
}

/** The header fields that follow from the parent. */
const nextHeader = (parent: BlockHeader | null, common: Common) => {
  const baseFee = parent?.calcNextBaseFee() ?? MAX_BASE_FEE_WEI
  return {
    gasLimit: GAS_LIMIT,
    // Capped, so that money for fees set aside once is enough for ever.
    baseFeePerGas: baseFee < MAX_BASE_FEE_WEI ? baseFee : MAX_BASE_FEE_WEI,
    excessBlobGas: parent?.calcNextExcessBlobGas(common) ?? 0n,
    parentBeaconBlockRoot: ZERO_32,
  }
}

const addressOfSender = ({ from }: TxRequest): Address => ('address' in from ? from.address : addressOf(from))

const unsigned = (request: TxRequest, nonce: bigint, common: Common) =>
  createFeeMarket1559Tx(
    {
      chainId: common.chainId(),
      nonce,
      gasLimit: TX_GAS_LIMIT,
      maxFeePerGas: MAX_BASE_FEE_WEI,
      maxPriorityFeePerGas: 0n,
      value: request.valueWei,
      data: request.data,
      ...(request.to === null ? {} : { to: evmAddress(request.to) }),
    },
    { common },
  )

/** @returns null when its signer does not sign. */
const signed = (request: TxRequest, nonce: bigint, common: Common) => {
  const transaction = unsigned(request, nonce, common)
  const { from } = request
  if (!('address' in from)) return transaction.sign(from)
  const signature = from.sign(transaction.getHashedMessageToSign())
  if (signature === null) return null
  const yParity = BigInt((signature[64] ?? 0) - 27)
  return transaction.addSignature(yParity, signature.subarray(0, 32), signature.subarray(32, 64))
}

const toRawLog = ([address, topics, data]: readonly [Bytes, readonly Bytes[], Bytes]): RawLog => ({
  address: toHex(address) as string as Address,
  topics: topics.map(toHex),
  data: toHex(data),
})

const revertOf = (execution: {
  readonly returnValue: Bytes
  readonly exceptionError?: { readonly error: string }
}): Revert => ({
  data: execution.returnValue,
  error: execution.exceptionError?.error ?? 'unknown',
})

/** Runs the transactions on the machine's current state, which stays dirty when one of them fails. */
const seal = async (
  machine: { readonly vm: VM; readonly stack: StateStack },
  parent: Tip,
  block: { readonly timestampSeconds: number; readonly transactions: readonly TxRequest[] },
): Promise<Extended> => {
  const { vm, stack } = machine
  const options = { common: vm.common, putBlockIntoBlockchain: false }
  const parentHeader = parent.header.length === 0 ? null : createBlockHeaderFromRLP(parent.header, options)
  const builder = await buildBlock(vm, {
    parentBlock: createBlock({ header: parentHeader ?? {} }, options),
    headerData: {
      ...nextHeader(parentHeader, vm.common),
      number: parent.height + 1,
      parentHash: parent.hash,
      timestamp: block.timestampSeconds,
    },
    withdrawals: [],
    blockOpts: options,
  })
  const logs: RawLog[] = []
  const txHashes: Bytes[] = []
  for (const [index, request] of block.transactions.entries()) {
    const address = addressOfSender(request)
    const sender = await vm.stateManager.getAccount(evmAddress(address))
    const transaction = signed(request, sender?.nonce ?? 0n, vm.common)
    if (transaction === null) return { type: 'unsigned', address }
    const result = await builder.addTransaction(transaction)
    if (result.execResult.exceptionError !== undefined)
      return { type: 'reverted', index, revert: revertOf(result.execResult) }
    for (const log of result.receipt.logs) logs.push(toRawLog(log))
    txHashes.push(transaction.hash())
  }
  const { block: built } = await builder.build()
  const header = built.header.serialize()
  return {
    type: 'sealed',
    tip: {
      height: parent.height + 1,
      hash: keccak(header),
      parentHash: parent.hash,
      timestampSeconds: block.timestampSeconds,
      header,
      state: stack.current(),
    },
    logs,
    txHashes,
  }
}

export const createMachine = async (chainId: bigint): Promise<Machine> => {
  const common = createCustomCommon({ name: 'embedded', chainId: Number(chainId) }, Mainnet, {
    hardfork: Hardfork.Cancun,
  })
  const stack = createStateStack()
  const vm = await createVM({ common, stateManager: asStateManager(stack) })
  const enter = (tip: Tip): void => {
    stack.reset(tip.state)
    // Calls never clear it themselves, and it would grow with every one of them.
    vm.evm.journal.cleanJournal()
  }
  return {
    before: (address) => ({
      height: -1,
      hash: ZERO_32,
      parentHash: ZERO_32,
      timestampSeconds: -1,
      header: EMPTY,
      state: emptyState().set(accountKey(address), new Account(0n, ALL_ETHER_WEI).serialize()),
    }),
    extend: (parent, block) => {
      enter(parent)
      return seal({ vm, stack }, parent, block)
    },
    call: async (tip, request) => {
      enter(tip)
      const header = createBlockHeaderFromRLP(tip.header, { common })
      const { execResult } = await vm.evm.runCall({
        to: evmAddress(request.to),
        data: request.data,
        block: createBlock({ header }, { common }),
        ...(request.from === undefined ? {} : { caller: evmAddress(request.from) }),
      })
      return execResult.exceptionError === undefined
        ? { type: 'returned', data: execResult.returnValue }
        : { type: 'reverted', revert: revertOf(execResult) }
    },
    etherOf: (tip, address) => {
      const row = tip.state.get(accountKey(address))
      return row === undefined ? 0n : createAccountFromRLP(row).balance
    },
  }
}
