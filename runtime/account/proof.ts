/**
 * The dispute proof: what each side signs with every frame, and what the Depository verifies in court.
 *
 * All words are 32 bytes big-endian, so that Solidity's `abi.encode` of static types gives the same bytes
 * (contracts/libraries/Proofs.sol is the twin; vectors compare the two):
 *   tokensHash  = keccak(… tokenId ‖ offdelta ‖ leftAllowance ‖ rightAllowance …)              ascending by token
 *   clausesHash = keccak(… 1 ‖ tokenId ‖ amount ‖ byLeft ‖ expirySeconds ‖ hashlock ‖ part …)  in lock-key order
 *   bodyHash    = keccak(tag ‖ leftResponseSeconds ‖ rightResponseSeconds ‖ tokensHash ‖ clausesHash)
 *   digest      = keccak(tag ‖ chainId ‖ depository ‖ left ‖ right ‖ epoch ‖ nonce ‖ bodyHash ‖ frameHash)
 *
 * nonce = 4·height + k: k = 0 for RIGHT's frame, 1 for LEFT's, so that LEFT's frame beats the one RIGHT gave up after
 * a collision (I-NONCE). The digest is neither EIP-191 nor EIP-712 shaped: no dApp signature can be one.
 */
import { type Bytes, concat, fromHex, word, wordOfBytes } from '../lib/bytes.ts'
import { keccak, taggedHash } from '../lib/hash.ts'
import type { AccountFrame, AccountState, AccountTerms } from './types.ts'

const HTLC_CLAUSE = 1

export const frameNonce = (frame: Pick<AccountFrame, 'height' | 'byLeft'>): number =>
  4 * frame.height + (frame.byLeft ? 1 : 0)

export const proofBodyHash = (state: Pick<AccountState, 'terms' | 'deltas' | 'locks'>): Bytes => {
  const tokens: Bytes[] = []
  for (const delta of state.deltas.values())
    tokens.push(word(delta.tokenId), word(delta.offdelta), word(delta.leftAllowance), word(delta.rightAllowance))
  const clauses: Bytes[] = []
  for (const lock of state.locks.values())
    clauses.push(
      word(HTLC_CLAUSE),
      word(lock.tokenId),
      word(lock.amount),
      word(lock.byLeft ? 1 : 0),
      word(lock.expirySeconds),
      lock.hashlock,
      word(lock.part),
    )
  return taggedHash(
    'xln:proof-body:v1',
    word(state.terms.leftResponseSeconds),
    word(state.terms.rightResponseSeconds),
    keccak(concat(...tokens)),
    keccak(concat(...clauses)),
  )
}

export const disputeDigest = (proof: {
  readonly terms: AccountTerms
  readonly nonce: number
  readonly bodyHash: Bytes
  readonly frameHash: Bytes
}): Bytes =>
  taggedHash(
    'xln:dispute-proof:v1',
    word(proof.terms.chainId),
    wordOfBytes(fromHex(proof.terms.depository)),
    fromHex(proof.terms.left),
    fromHex(proof.terms.right),
    word(proof.terms.epoch),
    word(proof.nonce),
    proof.bodyHash,
    proof.frameHash,
  )
