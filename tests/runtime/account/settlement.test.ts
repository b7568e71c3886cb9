/** settle_propose, settle_approve, settle_reject: what each leaves behind, and every refusal with the state unchanged. */
import { beforeAll, describe, expect, test } from 'vitest'
import { applyAccountTx } from '../../../runtime/account/apply.ts'
import { accountStateRoot } from '../../../runtime/account/frame.ts'
import { settlementNonce } from '../../../runtime/account/proof.ts'
import { isHarmless } from '../../../runtime/account/settlement.ts'
import type { AccountState, AccountTx, SettlementDiff } from '../../../runtime/account/types.ts'
import { present } from '../../../runtime/lib/assert.ts'
import { toHex } from '../../../runtime/lib/bytes.ts'
import { LIMITS } from '../../../runtime/lib/limits.ts'
import type { TokenId } from '../../../runtime/lib/units.ts'
import {
  agree,
  answer,
  claim,
  limit,
  lock,
  NOW_MS,
  NOW_SECONDS,
  openPair,
  type Pair,
  pay,
  propose,
  queue,
  reveal,
  type SideName,
  TOKEN,
  take,
} from './pair.ts'

const VALID = NOW_SECONDS + 3_600
const move = (leftDiff: bigint, rightDiff = 0n, tokenId = TOKEN): SettlementDiff => ({ tokenId, leftDiff, rightDiff })
const offer = (diffs: readonly SettlementDiff[], validUntil = VALID): AccountTx => {
  return { type: 'settle_propose', diffs, validUntil }
}
const APPROVE: AccountTx = { type: 'settle_approve' }
const REJECT: AccountTx = { type: 'settle_reject' }

/** LEFT has put in 500; both have lent 1,000. */
let pair: Pair
beforeAll(() => {
  pair = agree(agree(openPair(), 'left', [claim(1, 500n)]), 'right', [claim(1, 500n)])
})
const deltaOf = (state: AccountState) => present(state.deltas.get('00000001'), 'the delta')

const apply = (state: AccountState, by: SideName, tx: AccountTx, timestampMs = NOW_MS) => {
  const root = toHex(accountStateRoot(state))
  const applied = applyAccountTx(state, tx, { byLeft: by === 'left', timestampMs, height: state.height + 1 })
  expect(toHex(accountStateRoot(state)), 'the old state is never touched').toBe(root)
  return applied
}
const applied = (state: AccountState, by: SideName, tx: AccountTx): AccountState => {
  const result = apply(state, by, tx)
  if (result.type === 'applied') return result.state
  throw new Error(result.rejection.type)
}
const refusal = (state: AccountState, by: SideName, tx: AccountTx, timestampMs = NOW_MS) => {
  const result = apply(state, by, tx, timestampMs)
  return result.type === 'rejected' ? result.rejection : result.type
}

describe('settle_propose', () => {
  test('is kept, and moves and holds nothing yet', () => {
    const { state } = pair.left
    const settlement = { diffs: [move(200n, -30n)], validUntil: VALID, byLeft: true, approvedAtHeight: null }
    expect(apply(state, 'left', offer(settlement.diffs))).toEqual({
      type: 'applied',
      state: { ...state, settlement },
      events: [{ type: 'settlement_proposed', settlement }],
    })
  })
  test('one at a time', () => {
    const open = applied(pair.left.state, 'left', offer([move(1n)]))
    for (const side of ['left', 'right'] as const)
      expect(refusal(open, side, offer([move(2n)]))).toEqual({ type: 'settlement_open' })
  })
  test.each([0, NOW_SECONDS, NOW_SECONDS + LIMITS.maxSettlementSeconds + 1])('good until %i: out of range', (until) => {
    const range = { min: NOW_SECONDS + 1, max: NOW_SECONDS + LIMITS.maxSettlementSeconds }
    expect(refusal(pair.left.state, 'left', offer([move(1n)], until))).toEqual({
      type: 'expiry_out_of_range',
      expirySeconds: until,
      ...range,
    })
  })
  const many = Array.from({ length: LIMITS.tokensPerAccount + 1 }, (_, i) => move(1n, 0n, (i + 1) as TokenId))
  test.each([
    ['nothing', []],
    ['too many tokens', many],
    ['a token twice', [move(1n), move(1n)]],
    ['tokens out of order', [move(1n, 0n, 2 as TokenId), move(1n)]],
    ['a token that does not move', [move(0n, 0n)]],
    ['2^128 to the left', [move(1n << 128n)]],
    ['2^128 from the right', [move(0n, -(1n << 128n))]],
    ['2^128 in all', [move(1n << 127n, 1n << 127n)]],
  ])('%s is no settlement', (_, diffs) => {
    expect(refusal(pair.left.state, 'left', offer(diffs))).toEqual({ type: 'bad_settlement' })
  })
  test('a token the account does not have', () => {
    expect(refusal(pair.left.state, 'left', offer([move(1n), move(1n, 0n, 2 as TokenId)]))).toEqual({
      type: 'unknown_token',
      tokenId: 2,
    })
  })
  test('more than a side can send, or than there is collateral', () => {
    const { state } = pair.left
    const over = { type: 'over_capacity', tokenId: TOKEN }
    expect(refusal(state, 'left', offer([move(1_501n)]))).toEqual({ ...over, have: 1_500n, need: 1_501n })
    expect(refusal(state, 'left', offer([move(-2_000n, 1_001n)]))).toEqual({ ...over, have: 1_000n, need: 1_001n })
    const short = { type: 'over_collateral', tokenId: TOKEN, have: 500n }
    expect(refusal(state, 'left', offer([move(501n)]))).toEqual({ ...short, need: 501n })
    expect(refusal(state, 'left', offer([move(400n, 101n)]))).toEqual({ ...short, need: 501n })
    expect(applied(state, 'left', offer([move(600n, -100n)])).settlement).not.toBeNull()
    const locked = applied(state, 'left', lock('a', 1_200n))
    expect(refusal(locked, 'left', offer([move(301n)]))).toEqual({ ...over, have: 300n, need: 301n })
  })
})

describe('settle_approve', () => {
  const open = () => applied(pair.left.state, 'left', offer([move(200n, 100n)]))
  test('what it takes out is held on both sides, and its frame is remembered', () => {
    const state = open()
    const settlement = { ...present(state.settlement, 'proposed'), approvedAtHeight: state.height + 1 }
    const delta = { ...deltaOf(state), leftHold: 200n, rightHold: 100n }
    expect(apply(state, 'right', APPROVE)).toEqual({
      type: 'applied',
      state: { ...state, settlement, deltas: state.deltas.set('00000001', delta) },
      events: [{ type: 'settlement_approved', settlement }],
    })
  })
  test('what it brings in is not there yet', () => {
    const state = applied(applied(pair.left.state, 'left', offer([move(-300n)])), 'right', APPROVE)
    expect(deltaOf(state)).toEqual(deltaOf(pair.left.state))
  })
  test.each([
    ['nothing is proposed', () => pair.left.state, 'right', { type: 'no_settlement' }],
    ['by its proposer', open, 'left', { type: 'own_settlement' }],
    ['twice', () => applied(open(), 'right', APPROVE), 'right', { type: 'settlement_approved' }],
    [
      'LEFT has spent since',
      () => applied(open(), 'left', pay(1_301n)),
      'right',
      { type: 'over_capacity', have: 199n },
    ],
    ['RIGHT has spent since', () => applied(open(), 'right', pay(901n)), 'right', { type: 'over_capacity', have: 99n }],
  ] as const)('%s -- refused', (_, state, by, rejection) => {
    expect(refusal(state(), by, APPROVE)).toMatchObject(rejection)
  })
  test('in its last second it is too late', () => {
    const state = open()
    expect(refusal(state, 'right', APPROVE, VALID * 1_000)).toMatchObject({ type: 'expiry_out_of_range' })
    expect(apply(state, 'right', APPROVE, VALID * 1_000 - 1).type).toBe('applied')
  })
})

describe('settle_reject', () => {
  test('either side ends what is only proposed; nothing else has changed', () => {
    const open = applied(pair.left.state, 'left', offer([move(200n)]))
    for (const side of ['left', 'right'] as const) {
      const settlement = present(open.settlement, 'proposed')
      const events = [{ type: 'settlement_ended', settlement, isDone: false }]
      expect(apply(open, side, REJECT)).toEqual({ type: 'applied', state: pair.left.state, events })
    }
    expect(refusal(pair.left.state, 'left', REJECT)).toEqual({ type: 'no_settlement' })
  })
  const approved = (): Pair => agree(agree(pair, 'left', [offer([move(200n)])]), 'right', [APPROVE])
  const late = { jSeconds: VALID + 1 }

  test('of what was approved: while the chain may still do it, it is not proposed, and not taken', () => {
    const { left, right } = approved()
    expect(() => propose(left, [REJECT])).toThrow('a proposal')
    const ahead = propose(left, [REJECT], late)
    expect(take(right, ahead.message, { jSeconds: VALID })).toEqual({
      type: 'refused',
      violation: { type: 'still_valid', validUntil: VALID },
      disposition: 'retry',
    })
    const { state } = answer(right, ahead.message, late).replica
    expect([state.settlement, deltaOf(state)]).toEqual([null, deltaOf(pair.left.state)])
  })
  test.each(['agreed', 'queued', 'proposed'])('nor when this side knows that it was done, its claim %s', (stage) => {
    const { left, right } = approved()
    const height = present(left.state.settlement?.approvedAtHeight, 'the frame')
    const done = claim(2, 300n, 300n, settlementNonce(height))
    const refused = { violation: { type: 'still_valid' }, disposition: 'retry' }
    if (stage === 'agreed') {
      const next = agree({ left, right }, 'right', [done])
      expect(take(next.right, propose(next.left, [REJECT], late).message, late)).toMatchObject(refused)
    } else {
      const waiting = stage === 'queued' ? queue(right, [done]) : propose(right, [done], late).replica
      expect(take(waiting, propose(left, [REJECT], late).message, late)).toMatchObject(refused)
    }
  })
  test('an approval that comes first takes the rejection out of the way', () => {
    const open = agree(pair, 'right', [offer([move(0n, 100n)])])
    // LEFT approves while RIGHT takes its offer back: LEFT's frame stands.
    const [approving, rejecting] = [propose(open.left, [APPROVE]), propose(open.right, [REJECT])]
    const { replica, message } = answer(rejecting.replica, approving.message)
    expect(message.type).toBe('ack')
    expect([replica.mempool, replica.pending, replica.state.settlement?.approvedAtHeight]).toEqual([
      [],
      null,
      replica.state.height,
    ])
  })
})

describe('isHarmless', () => {
  const { state: start } = openPair().left
  const withCollateral = (collateral: bigint, ondelta: bigint, limits = true): AccountState => {
    const delta = { ...deltaOf(start), collateral, ondelta, ...(limits ? {} : { leftCreditLimit: 0n }) }
    return { ...start, deltas: start.deltas.set('00000001', delta) }
  }
  test('a side may take its own collateral out, and put its own reserve in', () => {
    const state = withCollateral(500n, 300n)
    expect([isHarmless(state, [move(300n)], false), isHarmless(state, [move(0n, 200n)], true)]).toEqual([true, true])
    expect([isHarmless(state, [move(-300n)], false), isHarmless(state, [move(-300n)], true)]).toEqual([true, false])
  })
  test('but not what is the other’s, even if its credit would cover it', () => {
    const state = withCollateral(500n, 300n)
    expect(applied(state, 'left', offer([move(301n)])).settlement).not.toBeNull()
    expect([isHarmless(state, [move(301n)], false), isHarmless(state, [move(0n, 201n)], true)]).toEqual([false, false])
    expect(isHarmless(state, [move(301n, 199n)], false), 'with a part of it only').toBe(false)
  })
  test('nor what secures a lock that the other may yet collect', () => {
    const state = applied(withCollateral(500n, 500n), 'left', lock('a', 100n))
    expect([isHarmless(state, [move(400n)], false), isHarmless(state, [move(401n)], false)]).toEqual([true, false])
    const paid = applied(state, 'right', reveal('a'))
    expect(isHarmless(paid, [move(400n)], false)).toBe(true)
  })
  test('a token nobody has', () => {
    expect(isHarmless(start, [move(1n, 0n, 9 as TokenId)], false)).toBe(false)
  })
})

describe('request_collateral', () => {
  const ask = (amount: bigint, tokenId = TOKEN): AccountTx => ({ type: 'request_collateral', tokenId, amount })
  test('tells the other side, and changes nothing', () => {
    const { state } = pair.left
    const events = [{ type: 'collateral_asked', tokenId: TOKEN, amount: 7n, byLeft: false }]
    expect(apply(state, 'right', ask(7n))).toEqual({ type: 'applied', state, events })
  })
  test.each([0n, -1n, 1n << 128n])('%i is no amount', (amount) => {
    expect(refusal(pair.left.state, 'left', ask(amount))).toEqual({ type: 'bad_amount', amount })
  })
  test('of a token nobody has', () => {
    expect(refusal(pair.left.state, 'left', ask(1n, 9 as TokenId))).toEqual({ type: 'unknown_token', tokenId: 9 })
  })
})

describe('rebalance_policy', () => {
  const policy = (softLimit: bigint | null, tokenId = TOKEN): AccountTx => ({
    type: 'rebalance_policy',
    tokenId,
    softLimit,
  })
  test('one a side and token, in order; null takes it back', () => {
    const withBoth = applied(applied(pair.left.state, 'right', policy(5n)), 'left', policy(9n))
    const left = { tokenId: TOKEN, byLeft: true, softLimit: 9n }
    const right = { tokenId: TOKEN, byLeft: false, softLimit: 5n }
    expect(withBoth.policies).toEqual([left, right])
    const changed = applied(withBoth, 'right', policy(0n))
    expect(changed.policies).toEqual([left, { ...right, softLimit: 0n }])
    expect(applied(changed, 'left', policy(null)).policies).toEqual([{ ...right, softLimit: 0n }])
    expect(toHex(accountStateRoot(withBoth))).not.toBe(toHex(accountStateRoot(changed)))
  })
  test.each([-1n, 1n << 128n])('%i is no limit', (softLimit) => {
    expect(refusal(pair.left.state, 'left', policy(softLimit))).toEqual({ type: 'bad_amount', amount: softLimit })
  })
  test('for a token nobody has', () => {
    expect(refusal(pair.left.state, 'left', policy(1n, 9 as TokenId))).toEqual({ type: 'unknown_token', tokenId: 9 })
  })
})

describe('credit while a settlement is open', () => {
  test('a limit cut under what is held: nothing new is spent, and the settlement still ends', () => {
    const approved = agree(agree(pair, 'left', [offer([move(500n)])]), 'right', [APPROVE])
    const cut = agree(approved, 'right', [limit(0n)])
    expect(refusal(cut.left.state, 'left', pay(1n))).toMatchObject({ type: 'over_capacity', have: 0n })
    const height = present(cut.left.state.settlement?.approvedAtHeight, 'the frame')
    const done = claim(2, 0n, 0n, settlementNonce(height))
    const { left } = agree(agree(cut, 'right', [done]), 'left', [done])
    expect([left.state.settlement, deltaOf(left.state)]).toMatchObject([
      null,
      { collateral: 0n, ondelta: 0n, leftHold: 0n },
    ])
  })
})
