/**
 * Batches as the Depository reads them: `abi.encode` of contracts/types/Batch.sol, the digest an entity signs, and the
 * hanko (contracts/libraries/Hanko.sol) that carries the signatures. Solidity ABI specification:
 * https://docs.soliditylang.org/en/latest/abi-spec.html
 *
 * Contract: pure; the same batch gives the same bytes. What the contract would refuse for its own sake (zero amounts,
 * unknown tokens, too little reserve) is not judged here.
 */
import { AbiCoder } from 'ethers'
import { invariant } from '../lib/assert.ts'
import { type Bytes, concat, fromHex, word, wordOfBytes } from '../lib/bytes.ts'
import { keccak, taggedHash } from '../lib/hash.ts'
import { LIMITS } from '../lib/limits.ts'
import type { Address, EntityId } from '../lib/units.ts'
import type { Board } from './board.ts'
import type { JBatch, JurisdictionTerms } from './types.ts'

export type MemberSignature = {
  readonly address: Address
  /** 65 bytes r ‖ s ‖ v, low-s, v ∈ {27, 28}. */
  readonly signature: Bytes
}

const SIGNATURE_BYTES = 65

/** The struct of contracts/types/Batch.sol, as ethers writes types. */
export const BATCH_TYPE = `tuple(${[
  'bytes32 entityId',
  'tuple(address from, uint256 tokenId, uint256 amount)[] deposits',
  'tuple(bytes32 to, uint256 tokenId, uint256 amount)[] reserveToReserve',
  `tuple(${[
    'bytes32 left',
    'bytes32 right',
    'uint256 nonce',
    'uint256 validUntil',
    'tuple(uint256 tokenId, int256 leftDiff, int256 rightDiff, int256 collateralDiff)[] diffs',
    'bytes leftHanko',
    'bytes rightHanko',
  ]})[] settlements`,
  `tuple(${[
    'bytes32 counterparty',
    'uint256 nonce',
    'bytes32 frameHash',
    'bytes body',
    'bytes counterpartyHanko',
    'bytes arguments',
  ]})[] disputeStarts`,
  'tuple(bytes32 counterparty, uint256 tokenId, uint256 amount, uint256 epoch)[] reserveToCollateral',
  'tuple(address to, uint256 tokenId, uint256 amount)[] withdrawals',
]})`

/** `abi.encode(Batch)`. @throws Fault when there are more operations than the contract takes. */
export const encodeBatch = (entityId: EntityId, batch: JBatch): Bytes => {
  const operations = Object.values(batch).reduce((sum, list) => sum + list.length, 0)
  invariant(operations <= LIMITS.batchOperations, 'I-BATCH-BOUND', () => `${operations} operations in one batch`)
  return fromHex(AbiCoder.defaultAbiCoder().encode([BATCH_TYPE], [{ entityId, ...batch }]))
}

/** The `batchHash` of the event that reports the batch done. */
export const batchHash = (batch: Bytes): Bytes => keccak(batch)

/** What the members of the entity's board sign. */
export const batchDigest = (
  subject: JurisdictionTerms & { readonly entityId: EntityId; readonly nonce: number; readonly batch: Bytes },
): Bytes =>
  taggedHash(
    'xln:batch:v1',
    word(subject.chainId),
    wordOfBytes(fromHex(subject.depository)),
    fromHex(subject.entityId),
    word(subject.nonce),
    batchHash(subject.batch),
  )

/**
 * The entity's signature as the contracts take it. Signatures may come in any order and may outweigh the threshold.
 * @throws Fault when one is not of a member, is of a wrong length, or a member signed twice.
 */
export const encodeHanko = (board: Board, signatures: readonly MemberSignature[]): Bytes => {
  const byMember = new Map(signatures.map(({ address, signature }) => [address, signature]))
  invariant(byMember.size === signatures.length, 'I-HANKO', () => 'a member signed twice')
  let bitmap = 0n
  const used: Bytes[] = []
  for (const [i, { address }] of board.members.entries()) {
    const signature = byMember.get(address)
    if (signature === undefined) continue
    invariant(signature.length === SIGNATURE_BYTES, 'I-HANKO', () => `signature of ${signature.length} bytes`)
    bitmap |= 1n << BigInt(i)
    used.push(signature)
  }
  invariant(used.length === byMember.size, 'I-HANKO', () => 'a signature is not of a member')
  const values = [
    board.threshold,
    board.members.map((member) => member.address),
    board.members.map((member) => member.weight),
    bitmap,
    concat(...used),
  ]
  return fromHex(AbiCoder.defaultAbiCoder().encode(['uint16', 'address[]', 'uint16[]', 'uint256', 'bytes'], values))
}
