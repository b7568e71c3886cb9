/**
 * What the two sides of an account sign, and the Depository verifies in court (contracts/libraries/Digests.sol is the
 * twin; vectors compare the two). All words are 32 bytes big-endian, as Solidity's `abi.encode` of static types:
 *
 *   bodyHash   = keccak(body)                                                                  (proof-body.ts)
 *   proof      = keccak(tag ‖ chainId ‖ depository ‖ left ‖ right ‖ epoch ‖ nonce ‖ bodyHash ‖ frameHash)
 *   settlement = keccak(tag ‖ chainId ‖ depository ‖ left ‖ right ‖ epoch ‖ nonce ‖ validUntil ‖ diffsHash)
 *   diffsHash  = keccak(… tokenId ‖ leftDiff ‖ rightDiff ‖ collateralDiff …)                   ascending by token
 *   agreement  = keccak(tag ‖ chainId ‖ depository ‖ left ‖ right ‖ epoch ‖ nonce ‖ bodyHash)
 *
 * nonce = 4·height + k: k = 0 for RIGHT's frame, 1 for LEFT's, so that LEFT's frame beats the one RIGHT gave up after
 * a collision; 2 for a settlement, 3 for the proof that still holds after it (I-NONCE). None of the digests is EIP-191 or
 * EIP-712 shaped: no dApp signature can be one.
 */
import { type Bytes, concat, fromHex, word, wordOfBytes } from '../lib/bytes.ts'
import { keccak, taggedHash } from '../lib/hash.ts'
import { encodeProofBody } from './proof-body.ts'
import type { AccountFrame, AccountState, AccountTerms, SettlementDiff } from './types.ts'

export const frameNonce = (frame: Pick<AccountFrame, 'height' | 'byLeft'>): number =>
  4 * frame.height + (frame.byLeft ? 1 : 0)
export const settlementNonce = (height: number): number => 4 * height + 2
export const resealedNonce = (height: number): number => 4 * height + 3

export const proofBodyHash = (state: Pick<AccountState, 'terms' | 'deltas' | 'locks'>): Bytes =>
  keccak(encodeProofBody(state))

/** What ties a signature to one chain, one contract, one pair and one epoch. */
const place = ({ chainId, depository, left, right, epoch }: AccountTerms): readonly Bytes[] => [
  word(chainId),
  wordOfBytes(fromHex(depository)),
  fromHex(left),
  fromHex(right),
  word(epoch),
]

export const disputeDigest = (proof: {
  readonly terms: AccountTerms
  readonly nonce: number
  readonly bodyHash: Bytes
  readonly frameHash: Bytes
}): Bytes =>
  taggedHash('xln:dispute-proof:v1', ...place(proof.terms), word(proof.nonce), proof.bodyHash, proof.frameHash)

/** `height` is that of the frame which approved it. */
export const settlementDigest = (settlement: {
  readonly terms: AccountTerms
  readonly height: number
  readonly validUntil: number
  readonly diffs: readonly SettlementDiff[]
}): Bytes => {
  const { terms, height, validUntil, diffs } = settlement
  const words = diffs.flatMap(({ tokenId, leftDiff, rightDiff }) => [
    word(tokenId),
    word(leftDiff),
    word(rightDiff),
    word(-leftDiff - rightDiff),
  ])
  const diffsHash = keccak(concat(...words))
  return taggedHash('xln:settlement:v1', ...place(terms), word(settlementNonce(height)), word(validUntil), diffsHash)
}

/** Consent to judge an open dispute now, by the proof of this nonce. */
export const agreementDigest = (agreement: {
  readonly terms: AccountTerms
  readonly nonce: number
  readonly bodyHash: Bytes
}): Bytes =>
  taggedHash('xln:dispute-agreement:v1', ...place(agreement.terms), word(agreement.nonce), agreement.bodyHash)
