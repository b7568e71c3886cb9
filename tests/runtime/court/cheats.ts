/** What somebody with a key can do behind the back of its own runtime, and what its counterparties are shown. */
import { messageCodec } from '../../../runtime/account/codec.ts'
import { frameDigest, hashFrame } from '../../../runtime/account/frame.ts'
import { frameNonce } from '../../../runtime/account/proof.ts'
import { encodeProofBody } from '../../../runtime/account/proof-body.ts'
import { bestProof, type HeldProof } from '../../../runtime/account/seal.ts'
import { decodeAccountMessage } from '../../../runtime/account/step.ts'
import type { AccountMessage, AccountTx } from '../../../runtime/account/types.ts'
import { decode, encode } from '../../../runtime/codec/schema.ts'
import { entityMessageCodec } from '../../../runtime/entity/codec.ts'
import { chainHanko } from '../../../runtime/entity/evidence.ts'
import type { JSubmission } from '../../../runtime/jadapter/types.ts'
import { batchDigest, encodeBatch, encodeHanko } from '../../../runtime/jurisdiction/batch.ts'
import { EMPTY_BATCH, type JBatch, type JBatchTx } from '../../../runtime/jurisdiction/types.ts'
import { present } from '../../../runtime/lib/assert.ts'
import { type Bytes, EMPTY } from '../../../runtime/lib/bytes.ts'
import { keccak } from '../../../runtime/lib/hash.ts'
import { sign } from '../../../runtime/lib/secp.ts'
import { identityOf, keysOf } from '../../support/signer.ts'
import type { Court } from './court-world.ts'

/** The newest proof `name` holds now; to be shown to the court when it has long been outdated. */
export const proofOf = (court: Court, name: string, counterparty: string): HeldProof =>
  present(bestProof(court.account(name, counterparty)), 'a proof')

/** The signature of `name` in the form the contracts take. */
export const hankoOf = (name: string, signature: Bytes): Bytes => chainHanko(identityOf(name).board, signature)
export const signAs = (name: string, digest: Bytes): Bytes => hankoOf(name, sign(keysOf(name).secret, digest))

/** A batch of `name` that its runtime knows nothing of; by default the next one the chain takes. */
export const batchOf = (court: Court, name: string, operations: Partial<JBatch>, at?: number): JBatchTx => {
  const { entityId, secret } = keysOf(name)
  const { board } = identityOf(name)
  const nonce = at ?? court.of(name).state(name).batch.nonce + 1
  const { chain } = court.chain
  const bytes = encodeBatch(entityId, { ...EMPTY_BATCH, ...operations })
  const digest = batchDigest({ ...chain.terms, entityId, nonce, batch: bytes })
  const address = present(board.members[0], 'a member').address
  const hanko = encodeHanko(board, [{ address, signature: sign(secret, digest) }])
  return { type: 'batch', jurisdiction: chain.name, entityId, nonce, bytes, hanko, sender: null }
}

export const startOf = (
  court: Court,
  { name, counterparty }: { readonly name: string; readonly counterparty: string },
  { nonce, frameHash, body, leftHanko, rightHanko }: HeldProof,
): JBatch['disputeStarts'][number] => {
  const theirs = court.id(name) < court.id(counterparty) ? rightHanko : leftHanko
  const counterpartyHanko = hankoOf(counterparty, theirs)
  return { counterparty: court.id(counterparty), nonce, frameHash, body, counterpartyHanko, arguments: EMPTY }
}

/** `name` calls the court with a proof of its choice. */
export const startWith = (
  court: Court,
  sides: { readonly name: string; readonly counterparty: string },
  proof: HeldProof,
): Promise<JSubmission> => court.submit(batchOf(court, sides.name, { disputeStarts: [startOf(court, sides, proof)] }))

/** The account message inside what was sent; null when it is about something else. */
export const messageIn = (bytes: Bytes): AccountMessage | null => {
  const outer = decode(entityMessageCodec, bytes)
  const inner = outer.type === 'ok' && outer.value.type === 'account' ? decodeAccountMessage(outer.value.body) : null
  return inner?.type === 'ok' ? inner.value : null
}
export const wrap = (message: AccountMessage): Bytes =>
  encode(entityMessageCodec, { type: 'account', opener: null, body: encode(messageCodec, message) })

/** The transactions somebody proposes in a message. */
export const txsIn = (bytes: Bytes): readonly AccountTx['type'][] => {
  const message = messageIn(bytes)
  if (message?.type !== 'frame' && message?.type !== 'frame_ack') return []
  return message.proposal.frame.accountTxs.map(({ type }) => type)
}

/** The proof that follows from what `name` has proposed and the other side has yet to acknowledge. */
export const proposedProof = (court: Court, name: string, counterparty: string): HeldProof => {
  const { pending } = court.account(name, counterparty)
  const { frame, hash, hanko, next } = present(pending, 'a proposal')
  // Whoever starts with it shows the proposer's signature, which is here on both sides.
  return {
    nonce: frameNonce(frame),
    frameHash: hash,
    body: encodeProofBody(next),
    leftHanko: hanko,
    rightHanko: hanko,
  }
}

/** What `name` proposes next, with another root than it leads to: no honest runtime signs that. */
export const brokenFrame = (court: Court, name: string, counterparty: string) => {
  const { pending, state } = court.account(name, counterparty)
  const frame = { ...present(pending, 'a proposal').frame, accountStateRoot: keccak(EMPTY) }
  const hanko = sign(keysOf(name).secret, frameDigest(state.terms, frame, hashFrame(frame)))
  const bytes = wrap({ type: 'frame', counter: 0, proposal: { frame, hanko, terms: null } })
  return { from: court.id(name), to: court.id(counterparty), bytes }
}

/** Everything that `from` says to `to` about what `isHeld` names waits. */
export const holdBack =
  (court: Court, from: string, to: string, isHeld: (bytes: Bytes) => boolean = () => true) =>
  (entry: { readonly from: string; readonly to: string; readonly bytes: Bytes }): 'delivered' | 'held' =>
    entry.from === court.id(from) && entry.to === court.id(to) && isHeld(entry.bytes) ? 'held' : 'delivered'
