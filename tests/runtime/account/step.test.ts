/** The bilateral consensus of one account: proposing, acknowledging, collisions in both directions, repeats. */
import { beforeAll, describe, expect, test } from 'vitest'
import { mempoolCodec } from '../../../runtime/account/codec.ts'
import { frameDigest, hashFrame } from '../../../runtime/account/frame.ts'
import { checkAccount } from '../../../runtime/account/invariants.ts'
import { enqueue, flush } from '../../../runtime/account/step.ts'
import type { AccountReplica, AccountTx } from '../../../runtime/account/types.ts'
import { decode, encode } from '../../../runtime/codec/schema.ts'
import { toHex } from '../../../runtime/lib/bytes.ts'
import { LIMITS } from '../../../runtime/lib/limits.ts'
import { addressOf, recoverAddress } from '../../../runtime/lib/secp.ts'
import type { TokenId } from '../../../runtime/lib/units.ts'
import { keysOf } from '../../support/signer.ts'
import {
  accept,
  agree,
  answer,
  claim,
  contextOf,
  giveBack,
  hashlockOf,
  limit,
  lock,
  messageSize,
  NOW_MS,
  openPair,
  openSide,
  type Pair,
  pay,
  proposalIn,
  propose,
  queue,
  read,
  reveal,
  TOKEN,
  take,
} from './pair.ts'

let pair: Pair
beforeAll(() => {
  pair = openPair()
})

/** Both replicas agree, and both signatures of the newest frame are theirs. */
const expectAgreement = ({ left, right }: Pair): void => {
  expect(toHex(left.state.root)).toBe(toHex(right.state.root))
  expect(toHex(left.state.frameHash)).toBe(toHex(right.state.frameHash))
  expect(left.frames[0]).toEqual(right.frames[0])
  for (const replica of [left, right]) checkAccount(replica)
  const signed = left.frames[0]
  if (signed === undefined) throw new Error('no frame')
  const digest = frameDigest(left.state.terms, signed.frame, hashFrame(signed.frame))
  expect(recoverAddress(digest, signed.leftHanko)).toBe(addressOf(keysOf('left').secret))
  expect(recoverAddress(digest, signed.rightHanko)).toBe(addressOf(keysOf('right').secret))
}

const many = (count: number): readonly AccountTx[] => Array.from({ length: count }, () => pay(1n))

describe('enqueue', () => {
  test('a legal tx is queued, the agreed state unchanged', () => {
    const result = enqueue(pair.left, pay(5n), NOW_MS)
    expect(result).toEqual({ type: 'queued', replica: { ...pair.left, mempool: [pay(5n)] } })
  })
  test('over capacity is refused with have and need', () => {
    const rejection = { type: 'over_capacity', tokenId: TOKEN, have: 1_000n, need: 1_001n }
    expect(enqueue(pair.left, pay(1_001n), NOW_MS)).toEqual({ type: 'rejected', rejection })
  })
  test('what is queued and what is proposed count as spent', () => {
    const { replica } = propose(pair.left, [pay(400n)])
    const queued = queue(replica, [pay(500n)])
    const rejection = { type: 'over_capacity', tokenId: TOKEN, have: 100n, need: 101n }
    expect(enqueue(queued, pay(101n), NOW_MS)).toEqual({ type: 'rejected', rejection })
    expect(enqueue(queued, pay(100n), NOW_MS).type).toBe('queued')
  })
  test('the mempool is full -- what is proposed counts, because a collision brings it back', () => {
    const rejected = { type: 'rejected', rejection: { type: 'mempool_full', limit: LIMITS.mempoolTxs } }
    const full = { ...pair.left, mempool: many(LIMITS.mempoolTxs) }
    expect(enqueue(full, limit(7n), NOW_MS)).toEqual(rejected)
    const { replica } = propose(pair.left, many(10))
    expect(enqueue({ ...replica, mempool: many(LIMITS.mempoolTxs - 10) }, limit(7n), NOW_MS)).toEqual(rejected)
    expect(enqueue({ ...replica, mempool: many(LIMITS.mempoolTxs - 11) }, limit(7n), NOW_MS).type).toBe('queued')
  })
  test('a full mempool still takes the end of every lock, and what the chain did', () => {
    const names = Array.from({ length: LIMITS.locksPerAccount }, (_, i) => `${i}`)
    const locked = agree(
      pair,
      'left',
      names.map((name) => lock(name, 1n)),
    )
    const full = { ...locked.right, mempool: many(LIMITS.mempoolTxs) }
    const owed = [...names.map(reveal), ...Array.from({ length: LIMITS.claimsPerSide }, (_, i) => claim(i + 1, 5n))]
    const queued = queue(full, owed)
    expect(queued.mempool.slice(LIMITS.mempoolTxs)).toEqual(owed)
    expect(decode(mempoolCodec, encode(mempoolCodec, queued.mempool)).type).toBe('ok')
    expect(enqueue(queued, limit(7n), NOW_MS).type).toBe('rejected')
    // The seventeenth claim takes the place of the first.
    const newest = claim(LIMITS.claimsPerSide + 1, 6n)
    expect(queue(queued, [newest]).mempool.slice(LIMITS.mempoolTxs)).toEqual([
      ...names.map(reveal),
      ...owed.slice(names.length + 1),
      newest,
    ])
  })
  test('claims give way to newer ones of the same tokens first: the last word on each token is kept', () => {
    const rare: AccountTx = {
      type: 'j_event_claim',
      jHeight: 1,
      blockHash: new Uint8Array(32),
      events: [{ tokenId: 2 as TokenId, collateral: 9n, ondelta: 9n }],
      nonce: 0,
    }
    const often = Array.from({ length: LIMITS.claimsPerSide + 4 }, (_, i) => claim(i + 2, BigInt(i)))
    const { mempool } = queue(pair.left, [rare, ...often])
    expect(mempool).toEqual([rare, ...often.slice(1 - LIMITS.claimsPerSide)])
    // The sleeping peer wakes up and claims the same blocks: both tokens arrive.
    const awake = agree({ left: { ...pair.left, mempool }, right: pair.right }, 'left', [])
    const { left } = agree(awake, 'right', [rare, ...often])
    expect([...left.state.deltas.values()].map(({ collateral }) => collateral)).toEqual([19n, 9n])
  })
  test('a frozen account takes nothing', () => {
    const frozen: AccountReplica = { ...pair.left, status: { type: 'frozen', violation: 'fork' } }
    expect(enqueue(frozen, pay(1n), NOW_MS)).toEqual({ type: 'rejected', rejection: { type: 'account_frozen' } })
  })
})

describe('flush', () => {
  test('nothing owed, nothing queued -- nothing is sent and nothing changes', () => {
    expect(flush(pair.left, null, contextOf('left'))).toEqual({
      replica: pair.left,
      message: null,
      seals: [],
      dropped: [],
    })
  })
  test('one frame holds at most 100 txs, the rest ride with the acknowledgement', () => {
    const { replica, message } = propose(pair.left, many(150))
    expect(proposalIn(message).frame.accountTxs.length).toBe(LIMITS.txsPerFrame)
    expect(replica.mempool.length).toBe(50)
    const acked = accept(replica, answer(pair.right, message).message)
    const next = flush(acked.replica, null, contextOf('left'))
    expect(next.replica.pending?.frame.accountTxs.length).toBe(50)
  })
  test('one message stays below its bound, however large its txs', () => {
    const heavy = Array.from({ length: 90 }, (_, i) => ({
      ...lock(`${i}`, 1n),
      envelope: new Uint8Array(LIMITS.envelopeBytes),
    }))
    const { replica, message } = propose(pair.left, heavy)
    expect(messageSize(message)).toBeLessThan(LIMITS.messageBytes)
    const count = proposalIn(message).frame.accountTxs.length
    expect(count).toBeGreaterThan(1)
    expect(count + replica.mempool.length).toBe(90)
    expect(answer(pair.right, message).message.type).toBe('ack')
  })
  test('queued txs that are no longer legal are dropped and named, also when they fill whole frames', () => {
    const { left, right } = agree(pair, 'right', [limit(0n)])
    const stale = { ...left, mempool: [...many(250), limit(5n)] }
    const flushed = flush(stale, null, contextOf('left'))
    expect(flushed.dropped.length).toBe(250)
    expect(flushed.dropped.every(({ rejection }) => rejection.type === 'over_capacity')).toBe(true)
    expect(flushed.replica.pending?.frame.accountTxs).toEqual([limit(5n)])
    expect(flushed.replica.mempool).toEqual([])
    expect(right.state.height).toBe(3)
  })
  test('nothing new is proposed while a proposal is out, or while frozen', () => {
    const { replica } = propose(pair.left, [pay(1n)])
    expect(flush(queue(replica, [pay(2n)]), null, contextOf('left')).message).toBeNull()
    const frozen: AccountReplica = { ...queue(pair.left, [pay(2n)]), status: { type: 'frozen', violation: 'fork' } }
    expect(flush(frozen, null, contextOf('left')).message).toBeNull()
  })
})

describe('receive -- the ordinary way', () => {
  test('frame, ack -- both hold the same state and both signatures', () => {
    const agreed = agree(pair, 'left', [pay(30n), lock('a', 5n)])
    expectAgreement(agreed)
    expect(agreed.left.state.height).toBe(3)
    expect(agreed.left.pending).toBeNull()
  })
  test('frame_ack -- the ack commits our frame and the proposal on top of it is taken in one message', () => {
    const first = propose(pair.left, [pay(1n)])
    const both = answer(queue(pair.right, [pay(2n)]), first.message)
    expect(both.message.type).toBe('frame_ack')
    const taken = answer(first.replica, both.message)
    expect(taken.message.type).toBe('ack')
    expect(taken.replica.state.height).toBe(4)
    const settled = accept(both.replica, taken.message)
    expectAgreement({ left: taken.replica, right: settled.replica })
    expect(settled.events.map(({ type }) => type)).toEqual(['paid'])
  })
  test('a frame without events commits too', () => {
    const claimed = agree(pair, 'left', [claim(4, 100n)])
    expectAgreement(claimed)
    expect(claimed.left.state.leftClaims.length).toBe(1)
    const settled = agree(claimed, 'right', [claim(4, 100n)])
    expectAgreement(settled)
    expect([settled.left.state.leftClaims, settled.left.state.rightClaims]).toEqual([[], []])
  })
  test('duplicate frame -- the same reply, byte for byte, and nothing changes', () => {
    const { message } = propose(pair.left, [pay(1n)])
    for (const busy of [pair.right, queue(pair.right, [pay(9n)])]) {
      const first = answer(busy, message)
      const again = accept(first.replica, message)
      expect(again).toEqual({ type: 'received', replica: first.replica, events: [], ack: null, resend: first.bytes })
      expect(again.replica).toBe(first.replica)
    }
  })
  test('duplicate frame_ack -- the stale ack does not hide the duplicate proposal', () => {
    const first = propose(pair.left, [pay(1n)])
    const both = answer(queue(pair.right, [pay(2n)]), first.message)
    const taken = answer(first.replica, both.message)
    const again = accept(taken.replica, both.message)
    expect(again.replica).toBe(taken.replica)
    expect(again.resend).toEqual(taken.bytes)
  })
  test('both replicas keep the last ten frames', () => {
    let agreed = pair
    for (let i = 1; i <= 12; i++) agreed = agree(agreed, i % 2 === 0 ? 'left' : 'right', [pay(1n)])
    expect(agreed.left.frames.map(({ frame }) => frame.height)).toEqual([14, 13, 12, 11, 10, 9, 8, 7, 6, 5])
    expectAgreement(agreed)
  })
})

describe('receive -- collision', () => {
  test('LEFT keeps its frame and sends the same bytes again', () => {
    const left = propose(pair.left, [pay(10n)])
    const right = propose(pair.right, [pay(20n)])
    const taken = accept(left.replica, right.message)
    expect(taken).toEqual({ type: 'received', replica: left.replica, events: [], ack: null, resend: left.bytes })
    expect(taken.replica).toBe(left.replica)
  })
  test("RIGHT takes LEFT's frame, puts its own txs back in front in their order, and proposes above", () => {
    const left = propose(pair.left, [pay(10n)])
    const right = propose(pair.right, [pay(20n), lock('r', 7n), limit(900n)])
    const taken = accept(queue(right.replica, [pay(3n)]), left.message)
    expect(taken.replica.pending).toBeNull()
    expect(taken.replica.mempool).toEqual([pay(20n), lock('r', 7n), limit(900n), pay(3n)])
    const answered = answer(queue(right.replica, [pay(3n)]), left.message)
    expect(answered.message.type).toBe('frame_ack')
    expect(proposalIn(answered.message).frame.height).toBe(4)
    const acked = answer(left.replica, answered.message)
    const done = accept(answered.replica, acked.message)
    expectAgreement({ left: acked.replica, right: done.replica })
    expect(done.replica.state.locks.has(`${toHex(hashlockOf('r'))}:0000`)).toBe(true)
  })
  test("RIGHT's abandoned frame comes late -- LEFT ignores it, replica unchanged", () => {
    const left = propose(pair.left, [pay(10n)])
    const right = propose(pair.right, [pay(20n)])
    const answered = answer(right.replica, left.message)
    const taken = answer(left.replica, answered.message)
    const refused = { type: 'refused', violation: { type: 'stale_frame', height: 3 }, disposition: 'ignore' }
    expect(take(taken.replica, right.message)).toEqual(refused)
    // The same at the very height at which it lost.
    const lost = accept(left.replica, answer(pair.right, left.message).message)
    expect(take(lost.replica, right.message)).toEqual(refused)
  })
  test("what LEFT's frame made impossible is dropped from RIGHT's queue and named", () => {
    const left = propose(pair.left, [limit(5n)])
    const right = propose(pair.right, [pay(20n), pay(4n)])
    const taken = accept(right.replica, left.message)
    const flushed = flush(taken.replica, taken.ack, contextOf('right'))
    const rejection = { type: 'over_capacity', tokenId: TOKEN, have: 5n, need: 20n }
    expect(flushed.dropped.map((dropped) => dropped.rejection)).toEqual([rejection])
    expect(flushed.replica.pending?.frame.accountTxs).toEqual([pay(4n)])
  })
  test('both lock the same hash at once -- the second is dropped, one lock stands', () => {
    const left = propose(pair.left, [lock('same', 10n)])
    const right = propose(pair.right, [lock('same', 20n)])
    const taken = accept(right.replica, left.message)
    const flushed = flush(taken.replica, taken.ack, contextOf('right'))
    expect(flushed.dropped.map(({ rejection }) => rejection.type)).toEqual(['lock_exists'])
    expect(flushed.replica.state.locks.size).toBe(1)
    expect(read(flushed.message ?? new Uint8Array()).type).toBe('ack')
  })
  test('both give up the same lock at once -- it ends once', () => {
    const locked = agree(pair, 'left', [lock('x', 10n, NOW_MS / 1_000 + 10)])
    const late = { nowMs: NOW_MS + 20_000, jSeconds: NOW_MS / 1_000 + 20 }
    const left = propose(locked.left, [giveBack('x', 'expired')], late)
    const right = propose(locked.right, [giveBack('x', 'refused')], late)
    const taken = accept(right.replica, left.message, late)
    const flushed = flush(taken.replica, taken.ack, contextOf('right', late))
    expect([taken.replica.mempool, flushed.dropped]).toEqual([[], []])
    expect(flushed.replica.state.deltas.get('00000001')?.leftHold).toBe(0n)
  })
  test('both open the account at once with different credit -- both grants end up in it', () => {
    const open = (credit: bigint): readonly AccountTx[] => [{ type: 'add_delta', tokenId: TOKEN }, limit(credit)]
    const left = propose(openSide('left'), open(50n))
    const right = propose(openSide('right'), open(70n))
    expect(accept(left.replica, right.message).resend).toEqual(left.bytes)
    const answered = answer(right.replica, left.message)
    const acked = answer(left.replica, answered.message)
    const done = accept(answered.replica, acked.message)
    expectAgreement({ left: acked.replica, right: done.replica })
    const delta = done.replica.state.deltas.get('00000001')
    expect([delta?.leftCreditLimit, delta?.rightCreditLimit]).toEqual([70n, 50n])
  })
})
