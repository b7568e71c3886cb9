/** What is asked of the Depository, and what its refusals come to. */
import { Interface } from 'ethers'
import { describe, expect, it } from 'vitest'
import depositoryArtifact from '../../../contracts/artifacts/Depository.json' with { type: 'json' }
import tokenArtifact from '../../../contracts/artifacts/TestToken.json' with { type: 'json' }
import { approvals, depositsOf, encodeJTx, outcomeOf, questionOf } from '../../../runtime/jadapter/calls.ts'
import type { RevertReason } from '../../../runtime/jadapter/types.ts'
import type { JBatchTx, JTx } from '../../../runtime/jurisdiction/types.ts'
import { type Bytes, concat, toHex, utf8, word } from '../../../runtime/lib/bytes.ts'
import { keccak } from '../../../runtime/lib/hash.ts'
import { actor, pair, signBatch, TETH, TUSD } from '../../contracts/world.ts'
import { failureOf } from './suite.ts'

const depository = new Interface(depositoryArtifact.abi)
const token = new Interface(tokenArtifact.abi)
const [left, right] = pair('alice', 'bob')
const terms = { chainId: 7n, depository: actor('depository').address }
const of = { jurisdiction: 'x', left: left.entityId, right: right.entityId }
const [body, leftHanko, rightHanko] = ['body', 'left', 'right'].map(utf8) as [Bytes, Bytes, Bytes]
const hash = keccak(body)

const batch = signBatch(terms, left, { nonce: 3 })
const reveal: JTx = { type: 'reveal', jurisdiction: 'x', preimage: hash }
const counter: JTx = { type: 'counter', ...of, nonce: 8, frameHash: hash, body, leftHanko, rightHanko }
const finalize: JTx = { type: 'finalize', ...of, body }
const agreed: JTx = { type: 'finalize_agreed', ...of, body, leftHanko, rightHanko }
const enforce: JTx = { type: 'enforce_debts', jurisdiction: 'x', debtor: left.entityId, tokenId: TUSD, limit: 9 }

describe('encodeJTx', () => {
  it.each<readonly [JTx, string, readonly unknown[]]>([
    [batch, 'processBatch', [toHex(batch.bytes), toHex(batch.hanko), 3n]],
    [reveal, 'revealSecret', [toHex(hash)]],
    [
      counter,
      'registerCounter',
      [left.entityId, right.entityId, [8n, toHex(hash), toHex(body), toHex(leftHanko), toHex(rightHanko)]],
    ],
    [finalize, 'finalize', [left.entityId, right.entityId, toHex(body)]],
    [agreed, 'finalizeAgreed', [left.entityId, right.entityId, toHex(body), toHex(leftHanko), toHex(rightHanko)]],
    [enforce, 'enforceDebts', [left.entityId, BigInt(TUSD), 9n]],
  ])('$type', (tx, name, args) => {
    const call = depository.parseTransaction({ data: toHex(encodeJTx(tx)) })
    expect([call?.name, call?.args.toArray(true)]).toEqual([name, args])
  })
})

describe('questionOf', () => {
  const isDone = (tx: JTx, ...words: readonly number[]): boolean =>
    questionOf(tx)?.isDone(concat(...words.map((value) => word(value)))) === true

  it('a batch is done when its nonce is consumed, by whatever', () => {
    expect([2, 3, 4].map((nonce) => isDone(batch, nonce))).toEqual([false, true, true])
  })
  it('a preimage once it was revealed', () => {
    expect([0, 1].map((seconds) => isDone(reveal, seconds))).toEqual([false, true])
  })
  it('debts when none is open', () => {
    expect([isDone(enforce, 5, 1, 1), isDone(enforce, 5, 2, 3), isDone(enforce, 0, 4, 3)]).toEqual([false, false, true])
  })
  it('of everything else the contracts say so by refusing it', () => {
    expect([counter, finalize, agreed].map(questionOf)).toEqual([null, null, null])
  })
})

describe('outcomeOf', () => {
  const refusal = (name: string, params: RevertReason['params'] = {}): RevertReason => ({ name, params })
  const notOpen = refusal('DisputeNotOpen', { left: left.entityId, right: right.entityId })
  const nonces = (actual: bigint, expected: bigint) =>
    refusal('BatchNonceInvalid', { entityId: left.entityId, actual, expected })
  const older = refusal('NonceOutOfRange', { nonce: 8n, lowest: 9n, highest: 99n })
  const tooHigh = refusal('NonceOutOfRange', { nonce: 8n, lowest: 1n, highest: 7n })
  const early = refusal('DisputeNotYetFinal', { deadlineSeconds: 70n, nowSeconds: 60n })

  it.each<readonly [JTx, RevertReason, string]>([
    [batch, nonces(3n, 4n), 'duplicate'],
    [batch, nonces(3n, 2n), 'reverted'],
    [counter, notOpen, 'duplicate'],
    [counter, older, 'duplicate'],
    [counter, tooHigh, 'reverted'],
    [counter, refusal('DisputeWindowOver', { windowEndSeconds: 1n, nowSeconds: 2n }), 'reverted'],
    [finalize, notOpen, 'duplicate'],
    [finalize, refusal('BodyMismatch'), 'reverted'],
    [agreed, notOpen, 'duplicate'],
    [agreed, refusal('DisputeHasClauses', { clauses: 1n }), 'reverted'],
    // A batch that starts a dispute, or settles, is not done because somebody else's dispute is.
    [batch, notOpen, 'reverted'],
    [reveal, notOpen, 'reverted'],
    [enforce, notOpen, 'reverted'],
  ])('$0.type refused with $1.name -- $2', (tx, reason, type) => {
    expect(outcomeOf(tx, reason)).toEqual(type === 'reverted' ? { type, reason } : { type })
  })

  it('what comes too early says until when', () => {
    expect(outcomeOf(finalize, early)).toEqual({ type: 'early', untilSeconds: 70 })
  })
})

describe('deposits', () => {
  const from = left.address
  const deposits = [
    { from, tokenId: TUSD, amount: 5n },
    { from, tokenId: TETH, amount: 1n },
    { from, tokenId: TUSD, amount: 7n },
  ]
  it('are summed by token', () => {
    const tx = signBatch(terms, left, { nonce: 1, batch: { deposits } })
    expect([...depositsOf(tx)]).toEqual([
      [TUSD, 12n],
      [TETH, 1n],
    ])
  })

  it('of bytes that are no batch are refused', async () => {
    const tx: JBatchTx = { ...batch, bytes: utf8('nonsense') }
    expect(await failureOf(Promise.resolve().then(() => depositsOf(tx)))).toBe('refused')
  })

  it('are approved to the unit, and what was approved otherwise is taken back first', () => {
    const approve = (amount: bigint) => token.encodeFunctionData('approve', [terms.depository, amount])
    expect(approvals(terms.depository, 0n, 5n).map(toHex)).toEqual([approve(5n)])
    expect(approvals(terms.depository, 4n, 5n).map(toHex)).toEqual([approve(0n), approve(5n)])
    expect([approvals(terms.depository, 5n, 5n), approvals(terms.depository, 9n, 5n)]).toEqual([[], []])
  })
})
