/** What is shown to a court: signatures in the form of the contracts, and what a proof on chain is worth beside ours. */
import { frameNonce } from '../account/proof.ts'
import type { HeldProof } from '../account/seal.ts'
import type { AccountReplica, Dispute } from '../account/types.ts'
import { encodeHanko } from '../jurisdiction/batch.ts'
import type { Board } from '../jurisdiction/board.ts'
import { present } from '../lib/assert.ts'
import { type Bytes, equalBytes } from '../lib/bytes.ts'
import { keccak } from '../lib/hash.ts'
import type { EntityDraft } from './draft.ts'
import type { Profile } from './types.ts'

/** An entity's signature as frames carry it, in the form the contracts take. */
export const chainHanko = (board: Board, signature: Bytes): Bytes => {
  const signer = present(board.members[0], 'a board has a member')
  return encodeHanko(board, [{ address: signer.address, signature }])
}

const boardsOf = (
  draft: EntityDraft,
  replica: AccountReplica,
  peer: Profile,
): { readonly left: Board; readonly right: Board } =>
  replica.isLeft ? { left: draft.state.board, right: peer.board } : { left: peer.board, right: draft.state.board }

/** Both signatures of a proof, agreement or settlement in the order and form of the contracts. */
export const chainHankos = (
  draft: EntityDraft,
  replica: AccountReplica,
  peer: Profile,
  hankos: { readonly left: Bytes; readonly right: Bytes },
): { readonly leftHanko: Bytes; readonly rightHanko: Bytes } => {
  const boards = boardsOf(draft, replica, peer)
  return { leftHanko: chainHanko(boards.left, hankos.left), rightHanko: chainHanko(boards.right, hankos.right) }
}

const heightOf = (nonce: number): number => Math.floor(nonce / 4)

/** A frame's proof and the one signed for it again are worth the same, and nothing lies between them. */
export const isEqual = (held: HeldProof, dispute: Dispute): boolean =>
  heightOf(held.nonce) === heightOf(dispute.nonce) && equalBytes(held.body, dispute.body)

/** The court has the proposal of ours that the counterparty has yet to acknowledge to us. */
export const isOurProposal = ({ pending }: AccountReplica, { nonce, body }: Pick<Dispute, 'nonce' | 'body'>): boolean =>
  pending !== null && frameNonce(pending.frame) === nonce && equalBytes(pending.frame.proofBodyHash, keccak(body))
