/**
 * What the runtime asks of a chain, as calls of its Depository; and what the contracts' refusals say about it.
 *
 * Contract: pure. Everything asked for is idempotent by content: when the chain is already as wanted, or past wanting,
 * that is no failure.
 */
import { AbiCoder } from 'ethers'
import { BATCH_TYPE } from '../jurisdiction/batch.ts'
import type { JBatchTx, JTx } from '../jurisdiction/types.ts'
import { type Bytes, toBigInt } from '../lib/bytes.ts'
import { keccak } from '../lib/hash.ts'
import { parseTokenId, type TokenId } from '../lib/units.ts'
import { DEPOSITORY, encodeCall, TEST_TOKEN } from './contracts.ts'
import { JAdapterError, type JSubmission, type RevertReason } from './types.ts'

export const encodeJTx = (tx: JTx): Bytes => {
  switch (tx.type) {
    case 'batch':
      return encodeCall(DEPOSITORY, 'processBatch', [tx.bytes, tx.hanko, tx.nonce])
    case 'reveal':
      return encodeCall(DEPOSITORY, 'revealSecret', [tx.preimage])
    case 'counter': {
      const { nonce, frameHash, body, leftHanko, rightHanko } = tx
      const proof = { nonce, frameHash, body, leftHanko, rightHanko }
      return encodeCall(DEPOSITORY, 'registerCounter', [tx.left, tx.right, proof])
    }
    case 'finalize':
      return encodeCall(DEPOSITORY, 'finalize', [tx.left, tx.right, tx.body])
    case 'finalize_agreed':
      return encodeCall(DEPOSITORY, 'finalizeAgreed', [tx.left, tx.right, tx.body, tx.leftHanko, tx.rightHanko])
    case 'enforce_debts':
      return encodeCall(DEPOSITORY, 'enforceDebts', [tx.debtor, tx.tokenId, tx.limit])
  }
}

/** What to ask the Depository, and which answer says that there is nothing left to do. */
export type Question = { readonly data: Bytes; readonly isDone: (answer: Bytes) => boolean }

const wordAt = (answer: Bytes, position: number): bigint => toBigInt(answer.slice(position * 32, position * 32 + 32))

/** For what the contracts would do once more without complaint; null where they refuse by themselves. */
export const questionOf = (tx: JTx): Question | null => {
  switch (tx.type) {
    case 'batch':
      return {
        data: encodeCall(DEPOSITORY, 'nonceOf', [tx.entityId]),
        isDone: (answer) => wordAt(answer, 0) >= BigInt(tx.nonce),
      }
    case 'reveal':
      return {
        data: encodeCall(DEPOSITORY, 'revealedAt', [keccak(tx.preimage)]),
        isDone: (answer) => wordAt(answer, 0) !== 0n,
      }
    case 'enforce_debts':
      return {
        data: encodeCall(DEPOSITORY, 'debtsOf', [tx.debtor, tx.tokenId]),
        // Outstanding, first open, last.
        isDone: (answer) => wordAt(answer, 1) > wordAt(answer, 2),
      }
    case 'counter':
    case 'finalize':
    case 'finalize_agreed':
      return null
  }
}

const isBelow = (one: string | bigint | undefined, other: string | bigint | undefined): boolean =>
  typeof one === 'bigint' && typeof other === 'bigint' && one < other

/** True when the refusal says that what was wanted has happened, or cannot be wanted any more. */
export const isPast = ({ type }: JTx, { name, params }: RevertReason): boolean => {
  switch (type) {
    case 'batch':
      return name === 'BatchNonceInvalid' && isBelow(params.actual, params.expected)
    case 'counter':
      return name === 'DisputeNotOpen' || (name === 'NonceOutOfRange' && isBelow(params.nonce, params.lowest))
    case 'finalize':
    case 'finalize_agreed':
      return name === 'DisputeNotOpen'
    case 'reveal':
    case 'enforce_debts':
      return false
  }
}

/** What a refusal by the contracts comes to. */
export const outcomeOf = (tx: JTx, reason: RevertReason): Exclude<JSubmission, { type: 'included' }> => {
  if (isPast(tx, reason)) return { type: 'duplicate' }
  const { deadlineSeconds } = reason.params
  if (reason.name === 'DisputeNotYetFinal' && typeof deadlineSeconds === 'bigint')
    return { type: 'early', untilSeconds: Number(deadlineSeconds) }
  return { type: 'reverted', reason }
}

/** What a batch pulls from its sender, by token; every amount but the contract's own checks stays unjudged. */
export const depositsOf = ({ bytes }: JBatchTx): ReadonlyMap<TokenId, bigint> => {
  const deposits = decodeDeposits(bytes)
  if (deposits === null) throw new JAdapterError('refused', 'a batch that is none')
  const sums = new Map<TokenId, bigint>()
  for (const { tokenId, amount } of deposits) {
    const token = parseTokenId(Number(tokenId))
    if (token === null) throw new JAdapterError('refused', 'a deposit of a token that cannot be')
    sums.set(token, (sums.get(token) ?? 0n) + amount)
  }
  return sums
}

type EncodedDeposit = { readonly tokenId: bigint; readonly amount: bigint }

/** @returns null for bytes that are no batch. */
const decodeDeposits = (bytes: Bytes): readonly EncodedDeposit[] | null => {
  try {
    const [batch] = AbiCoder.defaultAbiCoder().decode([BATCH_TYPE], bytes)
    return [...(batch as { readonly deposits: Iterable<EncodedDeposit> }).deposits]
  } catch {
    return null
  }
}

/** The part of ERC-20 (https://eips.ethereum.org/EIPS/eip-20) that deposits need. */
export const erc20 = {
  balanceOf: (holder: string): Bytes => encodeCall(TEST_TOKEN, 'balanceOf', [holder]),
  allowance: (owner: string, spender: string): Bytes => encodeCall(TEST_TOKEN, 'allowance', [owner, spender]),
  approve: (spender: string, amount: bigint): Bytes => encodeCall(TEST_TOKEN, 'approve', [spender, amount]),
} as const

/**
 * The approvals that let the Depository pull `needed`. Some tokens refuse to change one that is not zero, so that is
 * taken back first.
 */
export const approvals = (spender: string, allowed: bigint, needed: bigint): readonly Bytes[] => {
  if (allowed >= needed) return []
  const approve = erc20.approve(spender, needed)
  return allowed === 0n ? [approve] : [erc20.approve(spender, 0n), approve]
}
