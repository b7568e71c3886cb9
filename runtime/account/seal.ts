/**
 * The seals of a settlement: two signatures a side, in messages of their own, never inside a proposal and only over a
 * frame the signer has committed. First both sign the proof that will still hold after the settlement (nonce 4h + 3, over
 * the unchanged body of the approving frame's height h); whoever holds the other's signs the settlement itself (4h + 2).
 * So a side can never be left, after the settlement, without a proof the court takes. Frames may go on meanwhile: theirs
 * are nonces above all of these.
 */
import { encode } from '../codec/schema.ts'
import { type Bytes, equalBytes } from '../lib/bytes.ts'
import { messageCodec } from './codec.ts'
import { refused } from './errors.ts'
import { nextHeight } from './frame.ts'
import { disputeDigest, frameNonce, resealedNonce, settlementDigest } from './proof.ts'
import { encodeProofBody } from './proof-body.ts'
import type { AccountContext, Received } from './step.ts'
import {
  type AccountMessage,
  type AccountReplica,
  counterpartyOf,
  type SealSlot,
  type Seals,
  type Settlement,
} from './types.ts'

type Approved = Settlement & { readonly approvedAtHeight: number }

const approvedOf = ({ state: { settlement } }: AccountReplica): Approved | null =>
  settlement?.approvedAtHeight == null ? null : { ...settlement, approvedAtHeight: settlement.approvedAtHeight }

const NONE = { proof: null, settlement: null }

/** The seals of the approved settlement, none signed yet when it was approved just now. */
const sealsOf = (replica: AccountReplica, { approvedAtHeight: height }: Approved): Seals | null => {
  if (replica.seals?.height === height) return replica.seals
  const at = replica.frames.findIndex(({ frame }) => frame.height === height)
  const signed = replica.frames[at]
  if (signed === undefined) return null
  const { proofBodyHash: bodyHash } = signed.frame
  // Only the last frame's hash is in the state; an older one is named by the frame that follows it.
  const next = replica.frames[at - 1]
  const frameHash = next === undefined ? replica.state.frameHash : next.frame.prevFrameHash
  return { height, frameHash, bodyHash, own: NONE, peer: NONE, isHandedIn: false }
}

const digestOf = ({ state: { terms } }: AccountReplica, settlement: Approved, seals: Seals, slot: SealSlot): Bytes => {
  const { bodyHash, frameHash, height } = seals
  return slot === 'proof'
    ? disputeDigest({ terms, nonce: resealedNonce(height), bodyHash, frameHash })
    : settlementDigest({ ...settlement, terms, height })
}

/** Signs what is this side's turn to sign. */
export const signSeals = (
  before: AccountReplica,
  context: AccountContext,
): { readonly replica: AccountReplica; readonly messages: readonly Bytes[] } => {
  const settlement = approvedOf(before)
  const seals = settlement === null ? null : sealsOf(before, settlement)
  if (settlement === null || seals === null || before.status.type !== 'open') return { replica: before, messages: [] }
  let replica: AccountReplica = before
  const messages: Bytes[] = []
  const sign = (slot: SealSlot, current: Seals): Seals => {
    const hanko = context.seal(digestOf(replica, settlement, current, slot))
    const { height, frameHash } = current
    const next = { ...current, own: { ...current.own, [slot]: hanko } }
    const counter = replica.counter + 1
    messages.push(encode(messageCodec, { type: 'settle_seal', counter, height, frameHash, slot, hanko }))
    replica = { ...replica, counter, seals: next }
    return next
  }
  const proven = seals.own.proof === null ? sign('proof', seals) : seals
  const isTurn = proven.peer.proof !== null && proven.own.settlement === null
  if (isTurn && context.jSeconds <= settlement.validUntil) sign('settlement', proven)
  return { replica, messages }
}

export const receiveSeal = (
  replica: AccountReplica,
  message: Extract<AccountMessage, { type: 'settle_seal' }>,
  context: AccountContext,
): Received => {
  const { height, frameHash, slot, hanko } = message
  // The approving frame may still be on its way to us; the peer is one ahead at most.
  if (height === nextHeight(replica.state, context.floor)) return refused({ type: 'unknown_seal', height }, 'retry')
  const settlement = approvedOf(replica)
  const seals = settlement === null ? null : sealsOf(replica, settlement)
  if (settlement === null || seals === null || seals.height !== height || !equalBytes(seals.frameHash, frameHash))
    return refused({ type: 'unknown_seal', height }, 'ignore')
  const received = (next: AccountReplica): Received => ({
    type: 'received',
    replica: next,
    events: [],
    ack: null,
    resend: null,
  })
  if (seals.peer[slot] !== null) return received(replica)
  if (!context.verify(counterpartyOf(replica), digestOf(replica, settlement, seals, slot), hanko))
    return refused({ type: 'bad_signature' }, 'ignore')
  return received({ ...replica, seals: { ...seals, peer: { ...seals.peer, [slot]: hanko } } })
}

/** Both signatures of a settlement, once both sides have given theirs. */
export const sealedSettlement = (
  replica: AccountReplica,
): { readonly settlement: Approved; readonly seals: Seals; readonly left: Bytes; readonly right: Bytes } | null => {
  const settlement = approvedOf(replica)
  const seals = settlement === null ? null : sealsOf(replica, settlement)
  if (settlement === null || seals?.own.settlement == null || seals.peer.settlement === null) return null
  const { own, peer } = { own: seals.own.settlement, peer: seals.peer.settlement }
  return { settlement, seals, left: replica.isLeft ? own : peer, right: replica.isLeft ? peer : own }
}

/** A proof both sides have signed: what a court takes. */
export type HeldProof = {
  readonly nonce: number
  readonly frameHash: Bytes
  readonly body: Bytes
  readonly leftHanko: Bytes
  readonly rightHanko: Bytes
}

/** The newest proof this side holds; null before the first frame. */
export const bestProof = (replica: AccountReplica): HeldProof | null => {
  const { state, frames, seals, isLeft } = replica
  const latest = frames[0]
  if (latest === undefined) return null
  const body = encodeProofBody(state)
  const { frameHash } = state
  const { own, peer } = { own: seals?.own.proof ?? null, peer: seals?.peer.proof ?? null }
  if (seals?.height === state.height && own !== null && peer !== null)
    return {
      nonce: resealedNonce(state.height),
      frameHash,
      body,
      leftHanko: isLeft ? own : peer,
      rightHanko: isLeft ? peer : own,
    }
  const { leftHanko, rightHanko } = latest
  return { nonce: frameNonce(latest.frame), frameHash, body, leftHanko, rightHanko }
}

/** The highest nonce this side has signed in the account's epoch (I-NONCE); 0 before the first signature. */
export const signedNonce = ({ pending, frames, seals }: AccountReplica): number => {
  const frame = pending?.frame ?? frames[0]?.frame
  const framed = frame === undefined ? 0 : frameNonce(frame)
  return seals?.own.proof == null ? framed : Math.max(framed, resealedNonce(seals.height))
}
