/**
 * A J-adapter for a chain behind JSON-RPC nodes.
 *
 * Contract: opening never waits for a node, and a node that is away, lies or is somebody else's stops nothing but this
 * chain; `status` says which it is. Chain id and genesis are pinned in the store at the first connection and compared at
 * every later one, and so is the Depository's code. With a second URL both nodes have to tell the same story.
 *
 *   rpc/<name>/pin     chain id and genesis hash
 *   rpc/<name>/sent/…  sent-book.ts
 *
 * Everything is asked in turn; only the wait for an outcome is not, for that is the chain's.
 */
import { bigUint, bytes, type Codec, decode, encode, struct } from '../codec/schema.ts'
import type { JReplica, JTx } from '../jurisdiction/types.ts'
import { type Bytes, equalBytes, toBigInt, toHex } from '../lib/bytes.ts'
import { keccak } from '../lib/hash.ts'
import type { Address, TokenId } from '../lib/units.ts'
import type { Entropy, Scheduler, Store } from '../ports.ts'
import { approvals, depositsOf, encodeJTx, erc20, outcomeOf, questionOf } from './calls.ts'
import { checkCode } from './code.ts'
import type { ContractCode } from './contracts.ts'
import { createFollower } from './follower.ts'
import { DEFENCE_GAS } from './gas.ts'
import { createLink, type Nodes } from './link.ts'
import type { OpenEndpoint, RpcNode } from './node.ts'
import { createQueue } from './queue.ts'
import { readRevert } from './revert.ts'
import { createSender, type Sender, type SendRequest } from './sender.ts'
import { openSentBook } from './sent-book.ts'
import { type BlockRef, type GasSigner, type JAdapter, JAdapterError, type JSubmission } from './types.ts'
import { readEvents } from './watcher.ts'

export type RpcChainOptions = {
  /** What the runtime has recorded of this chain, or is about to: its terms, and from where on it is followed. */
  readonly replica: JReplica
  /** http(s) or ws(s). With a second one both have to agree. */
  readonly urls: readonly [string] | readonly [string, string]
  readonly open: OpenEndpoint
  /** Our own contracts, to compare the chain's with. */
  readonly code: () => Promise<ContractCode>
  readonly store: Store
  /** What `claimEpoch` returned to this writer. */
  readonly epoch: number
  readonly schedule: Scheduler
  readonly entropy: Entropy
  /** Who pays and sends: the first for everything that has no sender of its own. */
  readonly signers: () => readonly GasSigner[]
}

const BLOCKS_PER_PAGE = 256
const HEARTBEAT_SECONDS = 300
const FASTEST_POLL_MS = 1_000
const SLOWEST_POLL_MS = 15_000
/** How often one thing is sent when the chain keeps undoing it, or others keep taking its place. */
const TRIES = 3
/** An approval only has to be there; everything else has to stay. */
const APPROVAL_DEPTH = 1

const refuse = (what: string): never => {
  throw new JAdapterError('refused', what)
}

type Pin = { readonly chainId: bigint; readonly genesisHash: Bytes }
const pinCodec: Codec<Pin> = struct<Pin>({ chainId: bigUint(256), genesisHash: bytes(32) })

/** Compares the chain with the one it was at first, or remembers it. */
const createPin = ({ store, epoch, replica }: RpcChainOptions) => {
  const key = `rpc/${replica.name}/pin`
  return async (node: RpcNode): Promise<void> => {
    const { chainId } = replica.terms
    const actual = await node.chainId()
    if (actual !== chainId)
      throw new JAdapterError('wrong_chain', `${node.host} serves chain ${actual}, and this is chain ${chainId}.`)
    const genesis = await node.header(0)
    if (genesis === null) throw new JAdapterError('node_error', `${node.host} does not know its first block.`)
    const row = await store.get(key)
    const pinned = row === undefined ? null : decode(pinCodec, row)
    if (pinned?.type === 'ok') {
      if (pinned.value.chainId === chainId && equalBytes(pinned.value.genesisHash, genesis.hash)) return
      const words = `${node.host} serves a chain with number ${chainId} that began differently from the one known here.`
      throw new JAdapterError('wrong_genesis', words)
    }
    const pin = encode(pinCodec, { chainId, genesisHash: genesis.hash })
    await store.commit({ epoch, puts: [{ key, value: pin }], deletes: [] })
  }
}

/** The parts of the adapter that ask nodes; each is to be run by itself. */
const createWork = (options: RpcChainOptions, sender: Sender) => {
  const { replica, signers } = options
  const { depository } = replica.terms

  const call = async (node: RpcNode, to: Address, data: Bytes): Promise<Bytes> => {
    const called = await node.call({ to, data })
    return called.type === 'returned'
      ? called.value
      : refuse(`${to} does not answer: ${readRevert(called.revert).name}`)
  }
  const tokenAddress = (tokenId: TokenId): Address =>
    replica.tokens.find((token) => token.tokenId === tokenId)?.address ?? refuse(`no token ${tokenId}`)
  const tokenBalance = async (node: RpcNode, { address, tokenId }: { address: Address; tokenId: TokenId }) =>
    toBigInt((await call(node, tokenAddress(tokenId), erc20.balanceOf(address))).slice(0, 32))

  const signerOf = (address: Address): GasSigner | null =>
    signers().find((signer) => signer.address === address) ?? null
  /** Who has to send this; null when nobody here can. */
  const senderOf = (tx: JTx): GasSigner => {
    const wanted = tx.type === 'batch' ? tx.sender : null
    const signer = wanted === null ? signers()[0] : signerOf(wanted)
    if (signer !== null && signer !== undefined) return signer
    throw new JAdapterError('no_signer', `No key here pays${wanted === null ? '' : ` for ${wanted}`}.`)
  }
  /** What has to be sent before, so that the Depository may take what is deposited. */
  const preparations = async (node: RpcNode, tx: JTx, from: GasSigner): Promise<readonly SendRequest[]> => {
    if (tx.type !== 'batch' || tx.sender === null) return []
    const requests: SendRequest[] = []
    for (const [tokenId, amount] of depositsOf(tx)) {
      const to = tokenAddress(tokenId)
      const allowed = toBigInt((await call(node, to, erc20.allowance(from.address, depository))).slice(0, 32))
      for (const data of approvals(depository, allowed, amount)) requests.push({ from, to, data })
    }
    return requests
  }
  const isDone = async (node: RpcNode, tx: JTx): Promise<boolean> => {
    const question = questionOf(tx)
    return question?.isDone(await call(node, depository, question.data)) === true
  }
  const costs: (node: RpcNode) => ReturnType<JAdapter['costs']> = async (node) => {
    const payer = signers()[0]?.address ?? null
    const { maxFeeWei } = await sender.presentFees(node)
    const haveWei = payer === null ? 0n : await node.balance(payer)
    return { payer, haveWei, needWei: DEFENCE_GAS * maxFeeWei }
  }
  return { tokenBalance, senderOf, preparations, isDone, costs }
}

const heartbeatOf = ({ blockSeconds }: JReplica): number => Math.max(1, Math.floor(HEARTBEAT_SECONDS / blockSeconds))
const pollMsOf = ({ blockSeconds }: JReplica): number =>
  Math.min(Math.max(blockSeconds * 1_000, FASTEST_POLL_MS), SLOWEST_POLL_MS)

/** Sends one thing after another, each until its outcome is known. */
const createDelivery = (
  run: <T>(work: (nodes: Nodes) => Promise<T>) => Promise<T>,
  parts: { readonly sender: Sender; readonly work: ReturnType<typeof createWork>; readonly replica: JReplica },
) => {
  const { sender, work, replica } = parts
  const { confirmations, terms } = replica

  const begin = (request: SendRequest, depth: number) => run(async ([node]) => sender.begin(node, request, depth))
  const deliver = async (tx: JTx, request: SendRequest): Promise<JSubmission> => {
    for (let tries = 0; tries < TRIES; tries++) {
      if (await run(([node]) => work.isDone(node, tx))) return { type: 'duplicate' }
      const begun = await begin(request, confirmations)
      if (begun.type === 'reverts') return outcomeOf(tx, readRevert(begun.revert))
      const settled = await begun.settled
      if (settled.type !== 'included') continue
      const { receipt, hash } = settled
      const events = readEvents(receipt.logs, terms.depository)
      return { type: 'included', height: receipt.height, events, txHashes: [hash] }
    }
    return refuse('The chain undoes it again and again.')
  }

  return async (tx: JTx): Promise<JSubmission> => {
    if (tx.jurisdiction !== replica.name) return refuse(`something for ${tx.jurisdiction} on ${replica.name}`)
    if (await run(([node]) => work.isDone(node, tx))) return { type: 'duplicate' }
    const from = work.senderOf(tx)
    for (const approval of await run(([node]) => work.preparations(node, tx, from))) {
      const begun = await begin(approval, APPROVAL_DEPTH)
      if (begun.type === 'reverts') return { type: 'reverted', reason: readRevert(begun.revert) }
      const settled = await begun.settled
      if (settled.type !== 'included') return refuse('A token does not let itself be approved.')
    }
    return deliver(tx, { from, to: terms.depository, data: encodeJTx(tx) })
  }
}

export const openRpcChain = async (options: RpcChainOptions): Promise<JAdapter> => {
  const { replica, urls, open, code, schedule, entropy } = options
  const { name, terms, tokens, confirmations } = replica
  const book = await openSentBook({ store: options.store, epoch: options.epoch, name })
  const signerOf = (address: Address) => options.signers().find((signer) => signer.address === address) ?? null
  const sender = createSender({ chainId: terms.chainId, confirmations, book, signerOf })
  const identify = createPin(options)
  const follower = createFollower({
    depository: terms.depository,
    confirmations,
    heartbeatBlocks: heartbeatOf(replica),
    identify,
  })
  const work = createWork(options, sender)
  const beginning: BlockRef = { height: replica.height, hash: replica.blockHash }
  /** What was asked for last, which is what a new connection has to be good for. */
  let cursor: { readonly last: BlockRef; readonly limit: number } = { last: beginning, limit: 1 }
  const link = createLink({
    urls,
    open,
    schedule,
    entropy,
    handshake: async (nodes) => {
      for (const node of nodes) {
        await identify(node)
        await checkCode(node, terms.depository, await code())
      }
      follower.forget()
      await follower.blocksAfter(nodes, cursor.last, cursor.limit)
    },
  })
  const queue = createQueue()
  const listeners = new Set<() => void>()
  const notify = (): void => {
    for (const listener of [...listeners]) listener()
  }
  const run = <T>(piece: (nodes: Nodes) => Promise<T>): Promise<T> => queue.run(() => link.run(piece))
  const submit = createDelivery(run, { sender, work, replica })
  /** By content, while their outcome is open. */
  const submitting = new Map<string, Promise<JSubmission>>()

  let seen: Bytes | null = null
  const look = (): Promise<void> =>
    run(async (nodes) => {
      const chain = await follower.look(nodes)
      await sender.review(nodes[0], chain)
      const final = chain.final?.hash ?? null
      const isNew = final !== null && (seen === null || !equalBytes(final, seen))
      seen = final
      if (isNew) notify()
    })
  let cancel = (): void => {}
  let isLooking = false
  let isToLook = false
  /** Now, and again in a while for as long as the nodes can be reached; then the link says when. */
  const poll = (): void => {
    isToLook = true
    if (isLooking) return
    isLooking = true
    isToLook = false
    cancel()
    const next = (): void => {
      isLooking = false
      if (link.status().type !== 'up') return
      if (isToLook) poll()
      else cancel = schedule(pollMsOf(replica), poll)
    }
    // What fails shows in the status; there is nobody else to tell.
    look().then(next, next)
  }
  link.subscribe(() => {
    notify()
    poll()
  })
  void link.connect()

  return {
    name,
    chainId: terms.chainId,
    terms,
    tokens,
    genesis: replica,
    height: () => follower.final()?.height ?? replica.height,
    status: link.status,
    submit: async (tx) => {
      const key = toHex(keccak(encodeJTx(tx)))
      const known = submitting.get(key)
      if (known !== undefined) return known
      const outcome = submit(tx).finally(() => submitting.delete(key))
      submitting.set(key, outcome)
      return outcome
    },
    blocksAfter: (last, limit = BLOCKS_PER_PAGE) => {
      cursor = { last: last ?? beginning, limit }
      return run((nodes) => follower.blocksAfter(nodes, last ?? beginning, limit))
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    observe: () => {
      follower.observe()
      notify()
      return Promise.resolve()
    },
    balanceOf: (address) => run(([node]) => node.balance(address)),
    tokenBalanceOf: (holding) => run(([node]) => work.tokenBalance(node, holding)),
    costs: () => run(([node]) => work.costs(node)),
    testChain: null,
    close: async () => {
      cancel()
      link.close()
      await queue.run(() => undefined)
      sender.close()
      listeners.clear()
    },
  }
}
