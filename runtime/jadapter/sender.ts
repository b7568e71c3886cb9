/**
 * Sends transactions to a chain and stays with them until they are final: the same bytes again when a node has lost
 * them, at a higher fee in the same place when they wait for too long, in another place when theirs was taken.
 *
 * Contract: durable before it leaves. One transaction a place (sender and nonce). Nothing here decides what a
 * transaction means: the same one may run twice, and what the contracts make of that is their caller's to know.
 */
import { type Bytes, equalBytes } from '../lib/bytes.ts'
import type { Address } from '../lib/units.ts'
import type { Receipt } from './answers.ts'
import { atLeast, type EvmTx, type Fees, raised, txDigest } from './evm-tx.ts'
import { depthOf, type Head } from './heads.ts'
import type { RpcNode } from './node.ts'
import type { Revert } from './revert.ts'
import { isWornOut, type Sent, type SentBook, sealSent } from './sent-book.ts'
import { type GasSigner, JAdapterError } from './types.ts'

export type SendRequest = { readonly from: GasSigner; readonly to: Address; readonly data: Bytes }

/** What became of a transaction. */
export type Settled =
  | { readonly type: 'included'; readonly receipt: Receipt; readonly hash: Bytes }
  /** It ran and was undone: its fee is spent, and nothing else has changed. */
  | { readonly type: 'undone' }
  /** Another transaction of the same sender is in its place for good, or it has none any more. */
  | { readonly type: 'lost' }

export type Begun =
  | { readonly type: 'reverts'; readonly revert: Revert }
  | { readonly type: 'sent'; readonly settled: Promise<Settled> }

export type Sender = {
  /**
   * Sends, or finds that this was sent already. @param depth How deep it must lie for its caller, 1 for any block.
   * @throws JAdapterError 'locked', 'unfunded', 'refused', or what is wrong with the node.
   */
  readonly begin: (node: RpcNode, request: SendRequest, depth: number) => Promise<Begun>
  /** Looks after everything that is under way. To be called after each new block. */
  readonly review: (node: RpcNode, chain: { readonly newest: Head; readonly final: Head | null }) => Promise<void>
  /** Wei per unit of gas that a transaction should offer now. */
  readonly presentFees: (node: RpcNode) => Promise<Fees>
  readonly close: () => void
}

/** Blocks in which a transaction is left alone before its fee is raised. */
const PATIENCE_BLOCKS = 3
/** A fee is not raised above so many times what is asked for at present. */
const MOST_TIMES = 4n
const USUAL_TIP_WEI = 1_000_000_000n

type Waiter = {
  readonly depth: number
  readonly resolve: (settled: Settled) => void
  readonly reject: (error: JAdapterError) => void
}

const placeOf = ({ from, tx }: Pick<Sent, 'from' | 'tx'>): string => `${from}/${tx.nonce}`
const isSame = ({ from, tx }: Sent, request: SendRequest): boolean =>
  from === request.from.address && tx.to === request.to && equalBytes(tx.data, request.data)

const signTx = (signer: GasSigner, tx: EvmTx): Bytes => {
  const signature = signer.sign(txDigest(tx))
  if (signature === null) throw new JAdapterError('locked', `The key of ${signer.address} is locked.`)
  return signature
}

const presentFees = async (node: RpcNode): Promise<Fees> => {
  const base = (await node.header('latest'))?.baseFeeWei ?? null
  if (base === null) throw new JAdapterError('refused', `The chain behind ${node.host} has no base fee (EIP-1559).`)
  const tipWei = (await node.tip()) ?? USUAL_TIP_WEI
  // Good for six blocks that are all full.
  return { tipWei, maxFeeWei: 2n * base + tipWei }
}

type Taken = 'taken' | 'passed' | { readonly problem: string }

/** Hands it to the node. What it says to a refusal is looked up, not read. */
const broadcast = async (node: RpcNode, sent: Sent): Promise<Taken> => {
  const { raw, hash } = sealSent(sent)
  const problem = await node.sendRaw(raw)
  if (problem === null || (await node.knows(hash))) return 'taken'
  const isPast = (await node.transactionCount(sent.from, 'latest')) > sent.tx.nonce
  return isPast ? 'passed' : { problem }
}

const receiptOf = async (node: RpcNode, { hashes }: Sent) => {
  for (const hash of [...hashes].reverse()) {
    const receipt = await node.receipt(hash)
    if (receipt !== null) return { receipt, hash }
  }
  return null
}

export const createSender = (options: {
  readonly chainId: bigint
  readonly confirmations: number
  readonly book: SentBook
  readonly signerOf: (address: Address) => GasSigner | null
}): Sender => {
  const { chainId, confirmations, book, signerOf } = options
  const waiters = new Map<string, readonly Waiter[]>()

  const wait = (sent: Sent, depth: number): Promise<Settled> =>
    new Promise((resolve, reject) => {
      const place = placeOf(sent)
      waiters.set(place, [...(waiters.get(place) ?? []), { depth, resolve, reject }])
    })
  /** Tells whoever is content with this depth. */
  const tell = (sent: Sent, settled: Settled, depth: number): void => {
    const place = placeOf(sent)
    const all = waiters.get(place) ?? []
    waiters.set(
      place,
      all.filter((waiter) => waiter.depth > depth),
    )
    for (const waiter of all) if (waiter.depth <= depth) waiter.resolve(settled)
  }
  const end = async (sent: Sent, settled: Settled): Promise<void> => {
    await book.remove(sent)
    tell(sent, settled, Number.POSITIVE_INFINITY)
    waiters.delete(placeOf(sent))
  }

  /** Sends the same in the same place for more, or just again when it costs too much or nobody can sign. */
  const resend = async (node: RpcNode, sent: Sent, floor: Fees, newest: number): Promise<void> => {
    const fees = atLeast(raised(sent.tx), floor)
    const signer = signerOf(sent.from)
    const isDear = fees.maxFeeWei > MOST_TIMES * (await presentFees(node)).maxFeeWei
    const tx = { ...sent.tx, ...fees }
    const signature = isDear || isWornOut(sent) ? null : (signer?.sign(txDigest(tx)) ?? null)
    const next = signature === null ? sent : { ...sent, tx, signature }
    const { hash } = sealSent(next)
    const hashes = sent.hashes.some((known) => equalBytes(known, hash)) ? sent.hashes : [...sent.hashes, hash]
    const again = { ...next, hashes, sentAtHeight: newest }
    await book.put(again)
    await broadcast(node, again)
  }

  /** A place for something new: behind everything of this sender that waits. */
  const nextNonce = async (node: RpcNode, from: Address): Promise<number> => {
    const own = book.all().filter((sent) => sent.from === from)
    return Math.max(await node.transactionCount(from, 'pending'), ...own.map(({ tx }) => tx.nonce + 1))
  }

  const begin: Sender['begin'] = async (node, request, depth) => {
    const known = book.all().find((sent) => isSame(sent, request))
    if (known !== undefined) return { type: 'sent', settled: wait(known, depth) }
    const { from, to, data } = request
    const estimated = await node.estimateGas({ from: from.address, to, data })
    if (estimated.type === 'reverted') return { type: 'reverts', revert: estimated.revert }
    const fees = await presentFees(node)
    // The state may change before it runs.
    const gasLimit = (estimated.value * 5n) / 4n
    const needWei = gasLimit * fees.maxFeeWei
    const haveWei = await node.balance(from.address)
    if (haveWei < needWei)
      throw new JAdapterError('unfunded', `${from.address} has ${haveWei} wei for fees and needs ${needWei}.`)
    const tx: EvmTx = {
      chainId,
      nonce: await nextNonce(node, from.address),
      to,
      valueWei: 0n,
      data,
      gasLimit,
      ...fees,
    }
    const newest = (await node.header('latest'))?.height ?? 0
    const unsent = { from: from.address, tx, signature: signTx(from, tx), hashes: [], sentAtHeight: newest }
    const sent: Sent = { ...unsent, hashes: [sealSent(unsent).hash] }
    await book.put(sent)
    const taken = await broadcast(node, sent)
    if (typeof taken === 'object') {
      await book.remove(sent)
      throw new JAdapterError('refused', `${node.host} does not take a transaction: ${taken.problem}`)
    }
    if (taken === 'passed') {
      await book.remove(sent)
      return { type: 'sent', settled: Promise.resolve({ type: 'lost' }) }
    }
    // What waits in front of it must not hold it up.
    for (const other of book.all())
      if (other.from === sent.from && other.tx.nonce < tx.nonce && other.tx.maxFeeWei < tx.maxFeeWei)
        await resend(node, other, fees, newest)
    return { type: 'sent', settled: wait(sent, depth) }
  }

  /** True when it lies in a block, however deep. */
  const settle = async (node: RpcNode, sent: Sent, newest: Head): Promise<boolean> => {
    const found = await receiptOf(node, sent)
    if (found === null) return false
    const { receipt } = found
    const depth = depthOf(newest, receipt.height)
    const settled: Settled = receipt.isDone ? { type: 'included', ...found } : { type: 'undone' }
    if (depth >= confirmations) await end(sent, settled)
    else tell(sent, settled, depth)
    return true
  }

  /** Nothing of ours, nor of anybody else, waits in front of its place: it would wait for ever. */
  const isStranded = async (node: RpcNode, sent: Sent): Promise<boolean> => {
    const { from, tx } = sent
    const before = book.all().some((other) => other.from === from && other.tx.nonce === tx.nonce - 1)
    return !before && (await node.transactionCount(from, 'pending')) < tx.nonce
  }

  const review: Sender['review'] = async (node, { newest, final }) => {
    for (const sent of book.all()) {
      if (await settle(node, sent, newest)) continue
      const { from, tx, sentAtHeight } = sent
      const isPassed = final !== null && (await node.transactionCount(from, final.height)) > tx.nonce
      if (isPassed || (await isStranded(node, sent))) {
        await end(sent, { type: 'lost' })
        continue
      }
      const isLate = newest.height - sentAtHeight >= PATIENCE_BLOCKS
      if (isLate) await resend(node, sent, await presentFees(node), newest.height)
      else if (!(await node.knows(sealSent(sent).hash))) await broadcast(node, sent)
    }
  }

  return {
    begin,
    review,
    presentFees,
    close: () => {
      const closed = new JAdapterError('closed', 'This chain is closed.')
      for (const all of waiters.values()) for (const { reject } of all) reject(closed)
      waiters.clear()
    },
  }
}
