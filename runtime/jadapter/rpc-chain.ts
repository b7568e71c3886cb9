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
import type { JReplica } from '../jurisdiction/types.ts'
import { type Bytes, equalBytes, toHex } from '../lib/bytes.ts'
import { keccak } from '../lib/hash.ts'
import type { Address } from '../lib/units.ts'
import type { Entropy, Scheduler, Store } from '../ports.ts'
import { encodeJTx } from './calls.ts'
import { checkCode } from './code.ts'
import type { ContractCode } from './contracts.ts'
import { createDelivery, createErrands } from './delivery.ts'
import { createFollower } from './follower.ts'
import { createLink, type Nodes } from './link.ts'
import type { OpenEndpoint, RpcNode } from './node.ts'
import { createQueue } from './queue.ts'
import { createSender } from './sender.ts'
import { openSentBook } from './sent-book.ts'
import { type BlockRef, type GasSigner, type JAdapter, JAdapterError, type JSubmission } from './types.ts'

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

/** Whoever waits for something that happens again and again. */
const createBell = () => {
  const waiting: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = []
  return {
    wait: (): Promise<void> =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject })
      }),
    ring: (): void => {
      for (const { resolve } of waiting.splice(0)) resolve()
    },
    close: (): void => {
      for (const { reject } of waiting.splice(0)) reject(new JAdapterError('closed', 'This chain is closed.'))
    },
  }
}

const heartbeatOf = ({ blockSeconds }: JReplica): number => Math.max(1, Math.floor(HEARTBEAT_SECONDS / blockSeconds))
const pollMsOf = ({ blockSeconds }: JReplica): number =>
  Math.min(Math.max(blockSeconds * 1_000, FASTEST_POLL_MS), SLOWEST_POLL_MS)

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
  const errands = createErrands(options, sender)
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
  const blocks = createBell()
  const final = (): number | null => follower.final()?.height ?? null
  const submit = createDelivery(run, { sender, errands, replica, final, nextBlock: blocks.wait })
  /** By content, while their outcome is open. */
  const submitting = new Map<string, Promise<JSubmission>>()

  let seen: Bytes | null = null
  let newest: Bytes | null = null
  const look = (): Promise<void> =>
    run(async (nodes) => {
      const chain = await follower.look(nodes)
      await sender.review(nodes[0], chain)
      if (newest === null || !equalBytes(newest, chain.newest.hash)) blocks.ring()
      newest = chain.newest.hash
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
      if (tx.jurisdiction !== name) throw new JAdapterError('refused', `This is ${name}, and not ${tx.jurisdiction}.`)
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
    observe: (nowSeconds) => {
      follower.observe(nowSeconds)
      notify()
      return Promise.resolve()
    },
    balanceOf: (address) => run(([node]) => node.balance(address)),
    tokenBalanceOf: (holding) => run(([node]) => errands.tokenBalance(node, holding)),
    costs: () => run(([node]) => errands.costs(node)),
    testChain: null,
    close: async () => {
      cancel()
      link.close()
      await queue.run(() => undefined)
      sender.close()
      blocks.close()
      listeners.clear()
    },
  }
}
