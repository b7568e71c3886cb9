/** What both sides saw on chain counts, each token once and by its newest word; neither can have the other's forgotten. */
import { describe, expect, test } from 'vitest'
import { settlementNonce } from '../../../runtime/account/proof.ts'
import type { AccountReplica, AccountTx, JClaim } from '../../../runtime/account/types.ts'
import { present } from '../../../runtime/lib/assert.ts'
import { utf8 } from '../../../runtime/lib/bytes.ts'
import { keccak } from '../../../runtime/lib/hash.ts'
import type { TokenId } from '../../../runtime/lib/units.ts'
import { accept, agree, claim, NOW_SECONDS, openPair, type Pair, propose, queue, TOKEN, take } from './pair.ts'

const OTHER = 2 as TokenId
const VALID = NOW_SECONDS + 3_600

const block = (jHeight: number, values: Readonly<Record<number, bigint>>, nonce = 0): AccountTx => ({
  type: 'j_event_claim',
  jHeight,
  blockHash: keccak(utf8(`block ${jHeight}`)),
  events: Object.entries(values).map(([tokenId, collateral]) => {
    return { tokenId: Number(tokenId) as TokenId, collateral, ondelta: collateral }
  }),
  nonce,
})
const told = (claims: readonly JClaim[]) =>
  claims.map(({ jHeight, events }) => [jHeight, events.map(({ tokenId }) => tokenId)])
const collateralOf = ({ state }: AccountReplica, tokenId = TOKEN) =>
  state.deltas.get(tokenId.toString(16).padStart(8, '0'))?.collateral
const both = (pair: Pair, txs: readonly AccountTx[]): Pair => agree(agree(pair, 'left', txs), 'right', txs)

describe('two blocks', () => {
  const [first, second] = [block(1, { [TOKEN]: 500n, [OTHER]: 70n }), block(2, { [OTHER]: 90n })]
  test('claimed in order by both: each word counts, and nothing is left', () => {
    const { left } = agree(agree(openPair(), 'left', [first, second]), 'right', [first, second])
    expect([collateralOf(left), collateralOf(left, OTHER)]).toEqual([500n, 90n])
    expect([left.state.leftClaims, left.state.rightClaims]).toEqual([[], []])
  })
  test('a side leaves one out: what the other told of other tokens stays, what is newer replaces the rest', () => {
    const { left } = agree(agree(openPair(), 'left', [first, second]), 'right', [second])
    expect([collateralOf(left), collateralOf(left, OTHER)]).toEqual([0n, 90n])
    expect(told(left.state.leftClaims)).toEqual([[1, [TOKEN]]])
  })
  test('said after all, it counts for what is not known better', () => {
    const skipped = agree(agree(openPair(), 'left', [first, second]), 'right', [second])
    const { left } = agree(skipped, 'right', [first])
    expect([collateralOf(left), collateralOf(left, OTHER)]).toEqual([500n, 90n])
    expect([left.state.leftClaims, left.state.rightClaims]).toEqual([[], []])
  })
  test('a part of a block: the part counts, the rest still waits', () => {
    const { left } = agree(agree(openPair(), 'left', [first]), 'right', [block(1, { [OTHER]: 70n })])
    expect([collateralOf(left), collateralOf(left, OTHER)]).toEqual([0n, 70n])
    expect([told(left.state.leftClaims), left.state.rightClaims]).toEqual([[[1, [TOKEN]]], []])
  })
  test('another word on the same block, another block, another nonce: nothing counts', () => {
    for (const wrong of [
      block(1, { [TOKEN]: 501n, [OTHER]: 70n }),
      { ...first, blockHash: keccak(utf8('elsewhere')) } as AccountTx,
      block(1, { [TOKEN]: 500n, [OTHER]: 70n }, 6),
    ]) {
      const { left } = agree(agree(openPair(), 'left', [first]), 'right', [wrong])
      expect([collateralOf(left), left.state.leftClaims.length, left.state.rightClaims.length]).toEqual([0n, 1, 1])
    }
  })
})

describe('a settlement', () => {
  /** RIGHT takes 300 of its collateral out, in an account that knows another token too. */
  const approved = (): Pair & { readonly nonce: number } => {
    const opened = agree(openPair(), 'left', [{ type: 'add_delta', tokenId: OTHER }])
    const funded = both(opened, [{ ...claim(1, 500n, 0n) }])
    const diffs = [{ tokenId: TOKEN, leftDiff: 0n, rightDiff: 300n }]
    const proposed = agree(funded, 'right', [{ type: 'settle_propose', diffs, validUntil: VALID }])
    const pair = agree(proposed, 'left', [{ type: 'settle_approve' }])
    return { ...pair, nonce: settlementNonce(present(pair.left.state.settlement?.approvedAtHeight, 'a frame')) }
  }
  const holdOf = ({ state }: AccountReplica) => state.deltas.get('00000001')?.rightHold

  test('is not over because of a later word on another token: what it took is held until it is gone', () => {
    const { left, right, nonce } = approved()
    const done = { ...claim(2, 200n, 0n, nonce) }
    const later = block(3, { [OTHER]: 1n }, nonce)
    // LEFT claims both; RIGHT, who has taken the money, says nothing of the block in which that was.
    const { left: after } = agree(agree({ left, right }, 'left', [done, later]), 'right', [later])
    expect([holdOf(after), collateralOf(after), collateralOf(after, OTHER)]).toEqual([300n, 500n, 1n])
    expect(after.state.settlement).not.toBeNull()
    expect(told(after.state.leftClaims)).toEqual([[2, [TOKEN]]])
    // Nor can RIGHT have it ended by time.
    const late = { jSeconds: VALID + 1 }
    const pair = agree(agree({ left, right }, 'left', [done, later]), 'right', [later])
    const ending = propose(pair.right, [{ type: 'settle_reject' }], late)
    expect(take(pair.left, ending.message, late)).toMatchObject({ violation: { type: 'still_valid' } })
    expect(accept(pair.left, propose(pair.right, [done]).message).replica.state.settlement).toBeNull()
  })
  test('ends with the first word on its tokens from that block or a later one', () => {
    const { left, right, nonce } = approved()
    const earlier = { ...claim(2, 500n, 0n, nonce - 4) }
    const before = both({ left, right }, [earlier])
    expect(holdOf(before.left)).toBe(300n)
    const after = both(before, [{ ...claim(4, 210n, 0n, nonce + 4) }])
    expect([holdOf(after.left), collateralOf(after.left), after.left.state.settlement]).toEqual([0n, 210n, null])
  })
  test('is not forgotten under any number of tokens that nobody knows', () => {
    const { left, right, nonce } = approved()
    const done = { ...claim(2, 200n, 0n, nonce) }
    const worthless = Array.from({ length: 17 }, (_, i) => block(3 + i, { [100 + i]: 1n }, nonce))
    const flooded = [done, ...worthless].reduce((pair, one) => agree(pair, 'left', [one]), { left, right })
    // RIGHT is silent about the block in which it took the money, and says whatever LEFT has left of the others.
    const others = flooded.left.state.leftClaims.filter(({ jHeight }) => jHeight > 2)
    const pair = others.reduce((so, one) => agree(so, 'right', [{ type: 'j_event_claim', ...one }]), flooded)
    expect([told(pair.left.state.leftClaims), others.length]).toEqual([[[2, [TOKEN]]], 15])
    const late = { jSeconds: VALID + 1 }
    const ending = propose(pair.right, [{ type: 'settle_reject' }], late)
    expect(take(pair.left, ending.message, late)).toMatchObject({ violation: { type: 'still_valid' } })
    const { replica } = accept(pair.left, propose(pair.right, [done]).message)
    expect([holdOf(replica), collateralOf(replica), replica.state.settlement]).toEqual([0n, 200n, null])
  })
  test('is not forgotten in a queue that has to wait either', () => {
    const { left, nonce } = approved()
    const done = { ...claim(2, 200n, 0n, nonce) }
    const worthless = Array.from({ length: 40 }, (_, i) => block(3 + i, { [100 + i]: 1n }, nonce))
    const { mempool } = queue(left, [done, ...worthless])
    expect([mempool.length, mempool[0]]).toEqual([16, done])
  })
})
