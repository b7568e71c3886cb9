/** Two replicas of one account with real keys, and messages passed between them by hand. */

import { messageCodec } from '../../../runtime/account/codec.ts'
import { frameDigest, hashFrame } from '../../../runtime/account/frame.ts'
import {
  type AccountContext,
  decodeAccountMessage,
  enqueue,
  flush,
  openReplica,
  type Received,
  receive,
} from '../../../runtime/account/step.ts'
import type {
  AccountFrame,
  AccountMessage,
  AccountReplica,
  AccountTerms,
  AccountTx,
} from '../../../runtime/account/types.ts'
import { encode } from '../../../runtime/codec/schema.ts'
import { present } from '../../../runtime/lib/assert.ts'
import { type Bytes, toHex, utf8 } from '../../../runtime/lib/bytes.ts'
import { keccak } from '../../../runtime/lib/hash.ts'
import { addressOf, recoverAddress, sign } from '../../../runtime/lib/secp.ts'
import type { Address, TokenId } from '../../../runtime/lib/units.ts'
import { keysOf } from '../../support/signer.ts'

export const TOKEN = 1 as TokenId
export const NOW_MS = 1_800_000_000_000
export const NOW_SECONDS = NOW_MS / 1_000

export type SideName = 'left' | 'right'
export const other = (side: SideName): SideName => (side === 'left' ? 'right' : 'left')

const left = keysOf('left')
const right = keysOf('right')
const secretOf = (side: SideName): Bytes => (side === 'left' ? left : right).secret

export const terms: AccountTerms = {
  left: left.entityId,
  right: right.entityId,
  chainId: 31_337n,
  depository: `0x${'de'.repeat(20)}` as Address,
  epoch: 0,
  leftResponseSeconds: 3_600,
  rightResponseSeconds: 3_600,
  features: 0,
  minVersion: 1,
}

export const seal = (side: SideName, digest: Bytes): Bytes => sign(secretOf(side), digest)

export type Times = {
  readonly nowMs?: number
  readonly jSeconds?: number
  readonly revealed?: ReadonlyMap<string, number>
}

export const contextOf = (side: SideName, times: Times = {}): AccountContext => ({
  nowMs: times.nowMs ?? NOW_MS,
  jHeight: 7,
  jSeconds: times.jSeconds ?? NOW_SECONDS,
  floor: 0,
  runtimeHeight: 3,
  revealedAt: (hashlock) => times.revealed?.get(toHex(hashlock)) ?? null,
  seal: (digest) => seal(side, digest),
  verify: (signer, digest, hanko) =>
    recoverAddress(digest, hanko) === addressOf(secretOf(signer === left.entityId ? 'left' : 'right')),
})

export const openSide = (side: SideName): AccountReplica =>
  openReplica(terms, side === 'left' ? left.entityId : right.entityId, 1)

export const queue = (replica: AccountReplica, txs: readonly AccountTx[], nowMs = NOW_MS): AccountReplica => {
  let queued = replica
  for (const tx of txs) {
    const result = enqueue(queued, tx, nowMs)
    if (result.type === 'rejected') throw new Error(`${tx.type}: ${result.rejection.type}`)
    queued = result.replica
  }
  return queued
}

export const read = (bytes: Bytes): AccountMessage => {
  const decoded = decodeAccountMessage(bytes)
  if (decoded.type === 'ok') return decoded.value
  throw new Error(decoded.reason)
}

export type Sent = { readonly replica: AccountReplica; readonly bytes: Bytes; readonly message: AccountMessage }

/** Queues and proposes. */
export const propose = (replica: AccountReplica, txs: readonly AccountTx[], times: Times = {}): Sent => {
  const side: SideName = replica.isLeft ? 'left' : 'right'
  const flushed = flush(queue(replica, txs, times.nowMs), null, contextOf(side, times))
  const bytes = present(flushed.message, 'a proposal')
  return { replica: flushed.replica, bytes, message: read(bytes) }
}

export const sideOf = (replica: AccountReplica): SideName => (replica.isLeft ? 'left' : 'right')

export const take = (replica: AccountReplica, message: AccountMessage, times: Times = {}): Received =>
  receive(replica, message, contextOf(sideOf(replica), times))

export type Taken = Extract<Received, { type: 'received' }>

/** Takes a message that must not be refused. */
export const accept = (replica: AccountReplica, message: AccountMessage, times: Times = {}): Taken => {
  const received = take(replica, message, times)
  if (received.type === 'received') return received
  throw new Error(`refused: ${received.violation.type}`)
}

/** Takes a message and sends what is owed for it: the acknowledgement, with a proposal if one waits. */
export const answer = (replica: AccountReplica, message: AccountMessage, times: Times = {}): Sent => {
  const received = accept(replica, message, times)
  const flushed = flush(received.replica, received.ack, contextOf(sideOf(replica), times))
  const bytes = present(flushed.message, 'an answer')
  return { replica: flushed.replica, bytes, message: read(bytes) }
}

export type Pair = { readonly left: AccountReplica; readonly right: AccountReplica }

/** One side proposes, the other agrees. */
export const agree = (pair: Pair, by: SideName, txs: readonly AccountTx[], times: Times = {}): Pair => {
  const proposed = propose(pair[by], txs, times)
  const answered = answer(pair[other(by)], proposed.message, times)
  const acked = accept(proposed.replica, answered.message, times)
  return by === 'left'
    ? { left: acked.replica, right: answered.replica }
    : { left: answered.replica, right: acked.replica }
}

export const preimageOf = (name: string): Bytes => keccak(utf8(`preimage ${name}`))
export const hashlockOf = (name: string): Bytes => keccak(preimageOf(name))

export const pay = (amount: bigint): AccountTx => ({ type: 'direct_payment', tokenId: TOKEN, amount, memo: '' })
export const limit = (amount: bigint): AccountTx => ({ type: 'set_credit_limit', tokenId: TOKEN, limit: amount })
export const lock = (name: string, amount: bigint, expirySeconds = NOW_SECONDS + 3_600): AccountTx => {
  const envelope = new Uint8Array(8)
  return { type: 'htlc_lock', hashlock: hashlockOf(name), part: 0, tokenId: TOKEN, amount, expirySeconds, envelope }
}
export const reveal = (name: string): AccountTx => {
  const outcome = { type: 'secret', preimage: preimageOf(name) } as const
  return { type: 'htlc_resolve', hashlock: hashlockOf(name), part: 0, outcome }
}
export const giveBack = (name: string, reason = 'no'): AccountTx => {
  return { type: 'htlc_resolve', hashlock: hashlockOf(name), part: 0, outcome: { type: 'error', reason } }
}
export const claim = (jHeight: number, collateral: bigint, ondelta = collateral, nonce = 0): AccountTx => {
  const events = [{ tokenId: TOKEN, collateral, ondelta }]
  return { type: 'j_event_claim', jHeight, blockHash: keccak(utf8(`block ${jHeight}`)), events, nonce }
}

/** An account in use: each side has granted the other 1,000. */
export const openPair = (): Pair => {
  const opened = agree({ left: openSide('left'), right: openSide('right') }, 'left', [
    { type: 'add_delta', tokenId: TOKEN },
    limit(1_000n),
  ])
  return agree(opened, 'right', [limit(1_000n)])
}

/** The proposal inside a message. */
export const proposalIn = (message: AccountMessage) => {
  if (message.type !== 'frame' && message.type !== 'frame_ack') throw new Error(`a ${message.type} proposes nothing`)
  return message.proposal
}

/** `sent` with its frame changed and signed again with the proposer's real key: a peer that breaks the protocol. */
export const doctor = (sent: Sent, change: Partial<AccountFrame>, signedAs: AccountTerms = terms): AccountMessage => {
  const { frame: honest } = proposalIn(sent.message)
  const frame = { ...honest, ...change }
  const hanko = seal(honest.byLeft ? 'left' : 'right', frameDigest(signedAs, frame, hashFrame(frame)))
  return { type: 'frame', counter: 1, proposal: { frame, hanko, terms: null } }
}

export const messageSize = (message: AccountMessage): number => encode(messageCodec, message).length
