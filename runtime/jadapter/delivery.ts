/**
 * Gets something done on a chain behind JSON-RPC nodes: sees whether it is done already, sends what has to be sent before
 * it and then the thing itself, and waits until that is final.
 *
 * Contract: idempotent by content. Nothing counts as done by blocks that may still be taken back: then it is waited for,
 * and done after all should they go.
 */
import type { JReplica, JTx } from '../jurisdiction/types.ts'
import { type Bytes, toBigInt } from '../lib/bytes.ts'
import type { Address, TokenId } from '../lib/units.ts'
import { approvals, depositsOf, encodeJTx, erc20, isPast, outcomeOf, questionOf } from './calls.ts'
import { DEFENCE_GAS } from './gas.ts'
import type { Nodes } from './link.ts'
import type { RpcNode } from './node.ts'
import { readRevert } from './revert.ts'
import type { Sender, SendRequest, Settled } from './sender.ts'
import { type DefenceCosts, type GasSigner, JAdapterError, type JSubmission } from './types.ts'
import { readEvents } from './watcher.ts'

/** How often one thing is sent when the chain keeps undoing it, or others keep taking its place. */
const TRIES = 3
/** An approval only has to be there; everything else has to stay. */
const APPROVAL_DEPTH = 1

const refuse = (what: string): never => {
  throw new JAdapterError('refused', what)
}

/** What is asked of nodes on the way; each piece is to be run by itself. */
export const createErrands = (
  options: { readonly replica: JReplica; readonly signers: () => readonly GasSigner[] },
  sender: Sender,
) => {
  const { replica, signers } = options
  const { depository } = replica.terms

  const call = async (node: RpcNode, to: Address, data: Bytes, at?: number): Promise<Bytes> => {
    const called = await node.call({ to, data }, at)
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
  /** Whether there is nothing left to do about it on top of a block, by default the newest. */
  const isDone = async (node: RpcNode, tx: JTx, at?: number): Promise<boolean> => {
    const question = questionOf(tx)
    if (question !== null) return question.isDone(await call(node, depository, question.data, at))
    const tried = await node.call({ to: depository, data: encodeJTx(tx) }, at)
    return tried.type === 'reverted' && isPast(tx, readRevert(tried.revert))
  }
  const costs = async (node: RpcNode): Promise<DefenceCosts> => {
    const payer = signers()[0]?.address ?? null
    const { maxFeeWei } = await sender.presentFees(node)
    const haveWei = payer === null ? 0n : await node.balance(payer)
    return { payer, haveWei, needWei: DEFENCE_GAS * maxFeeWei }
  }
  return { tokenBalance, senderOf, preparations, isDone, costs }
}

type Delivery = {
  readonly sender: Sender
  readonly errands: ReturnType<typeof createErrands>
  readonly replica: JReplica
  /** The newest height that is final, null when none is known. */
  readonly final: () => number | null
  /** Resolves after the next block. */
  readonly nextBlock: () => Promise<void>
}

/** What can be done about a transaction now: nothing any more, nothing yet, or send something. */
type Step =
  | { readonly type: 'over'; readonly submission: JSubmission }
  /** The chain is as wanted, but in blocks that may still go. */
  | { readonly type: 'wait' }
  | { readonly type: 'sent'; readonly isLast: boolean; readonly settled: Promise<Settled> }

const takeStep = async (node: RpcNode, tx: JTx, { sender, errands, replica, final }: Delivery): Promise<Step> => {
  if (await errands.isDone(node, tx)) {
    const height = final()
    const isFinal = height !== null && (await errands.isDone(node, tx, height))
    return isFinal ? { type: 'over', submission: { type: 'duplicate' } } : { type: 'wait' }
  }
  const from = errands.senderOf(tx)
  const [approval] = await errands.preparations(node, tx, from)
  const request = approval ?? { from, to: replica.terms.depository, data: encodeJTx(tx) }
  const begun = await sender.begin(node, request, approval === undefined ? replica.confirmations : APPROVAL_DEPTH)
  if (begun.type === 'sent') return { ...begun, isLast: approval === undefined }
  const reason = readRevert(begun.revert)
  return { type: 'over', submission: approval === undefined ? outcomeOf(tx, reason) : { type: 'reverted', reason } }
}

/** Sends what has to be sent, one after the other, until the outcome is known. */
export const createDelivery = (run: <T>(work: (nodes: Nodes) => Promise<T>) => Promise<T>, delivery: Delivery) => {
  const { terms } = delivery.replica
  return async (tx: JTx): Promise<JSubmission> => {
    for (let tries = 0; tries < TRIES; ) {
      const step = await run(([node]) => takeStep(node, tx, delivery))
      if (step.type === 'over') return step.submission
      if (step.type === 'wait') {
        await delivery.nextBlock()
        continue
      }
      const settled = await step.settled
      if (settled.type !== 'included') tries++
      else if (step.isLast) {
        const { receipt, hash } = settled
        const events = readEvents(receipt.logs, terms.depository)
        return { type: 'included', height: receipt.height, events, txHashes: [hash] }
      }
    }
    return refuse('The chain undoes it again and again.')
  }
}
