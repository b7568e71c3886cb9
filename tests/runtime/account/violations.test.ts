/** Every way a message can break the protocol, with its disposition; the replica is as it was. */
import { RLP } from '@ethereumjs/rlp'
import { beforeAll, describe, expect, test } from 'vitest'
import type { AccountRejection, AccountViolation, Disposition } from '../../../runtime/account/errors.ts'
import { frameDigest, hashFrame } from '../../../runtime/account/frame.ts'
import { decodeAccountMessage, enqueue, receive } from '../../../runtime/account/step.ts'
import type {
  AccountMessage,
  AccountProposal,
  AccountReplica,
  AccountTerms,
  AccountTx,
} from '../../../runtime/account/types.ts'
import { type Bytes, concat, toBigInt, word } from '../../../runtime/lib/bytes.ts'
import { keccak } from '../../../runtime/lib/hash.ts'
import { LIMITS } from '../../../runtime/lib/limits.ts'
import type { Address, EntityId, TokenId } from '../../../runtime/lib/units.ts'
import {
  accept,
  agree,
  answer,
  claim,
  contextOf,
  doctor,
  giveBack,
  hashlockOf,
  limit,
  lock,
  NOW_MS,
  NOW_SECONDS,
  openPair,
  openSide,
  type Pair,
  pay,
  preimageOf,
  proposalIn,
  propose,
  queue,
  reveal,
  type Sent,
  seal,
  type Times,
  TOKEN,
  take,
  terms,
} from './pair.ts'

let pair: Pair
let sent: Sent
beforeAll(() => {
  pair = openPair()
  sent = propose(pair.left, [pay(10n)])
})

const refusal = (violation: AccountViolation, disposition: Disposition) => ({ type: 'refused', violation, disposition })
const expectRefused = (
  replica: AccountReplica,
  message: AccountMessage,
  expected: readonly [AccountViolation, Disposition],
  times: Times = {},
): void => {
  expect(take(replica, message, times)).toEqual(refusal(...expected))
}

const withProposal = (change: Partial<AccountProposal>): AccountMessage => {
  const proposal = { ...proposalIn(sent.message), ...change }
  return { type: 'frame', counter: 1, proposal }
}

describe('receive -- place in the chain', () => {
  test('a frame below our height is stale, replica unchanged', () => {
    const ahead = agree(agree(pair, 'left', [pay(1n)]), 'left', [pay(1n)])
    expectRefused(ahead.right, sent.message, [{ type: 'stale_frame', height: 3 }, 'ignore'])
  })
  test('height gap is retried, replica unchanged', () => {
    const ahead = agree(pair, 'left', [pay(1n)])
    const early = propose(ahead.left, [pay(2n)])
    expectRefused(pair.right, early.message, [{ type: 'height_gap', height: 4, expected: 3 }, 'retry'])
    expect(answer(ahead.right, early.message).message.type).toBe('ack')
    // Only the peer itself can make us wait for it.
    const forged = { ...proposalIn(early.message), hanko: new Uint8Array(65) }
    expectRefused(pair.right, { type: 'frame', counter: 1, proposal: forged }, [{ type: 'bad_signature' }, 'ignore'])
  })
  test('two frames by one side at one height are a fork; only the peer itself can be guilty of it', () => {
    const taken = answer(pair.right, sent.message).replica
    const fork = propose(pair.left, [pay(11n)])
    expectRefused(taken, fork.message, [{ type: 'fork', height: 3 }, 'dispute'])
    const forged = withProposal({ ...proposalIn(fork.message), hanko: seal('right', keccak(new Uint8Array(1))) })
    expectRefused(taken, forged, [{ type: 'fork', height: 3 }, 'ignore'])
  })
  test("LEFT's frame after LEFT has signed RIGHT's at the same height is a fork", () => {
    const right = propose(pair.right, [pay(1n)])
    const left = answer(pair.left, right.message)
    const agreed = accept(right.replica, left.message).replica
    expectRefused(agreed, sent.message, [{ type: 'fork', height: 3 }, 'dispute'])
  })
  test('another previous frame is a broken chain', () => {
    const message = doctor(sent, { prevFrameHash: keccak(new Uint8Array(2)) })
    expectRefused(pair.right, message, [{ type: 'wrong_prev_hash', height: 3 }, 'dispute'])
  })
  test("a frame in our own name is nobody's, whoever signed it", () => {
    expectRefused(pair.left, sent.message, [{ type: 'wrong_side' }, 'ignore'])
    const doctored = doctor(sent, { byLeft: false })
    expectRefused(pair.right, doctored, [{ type: 'wrong_side' }, 'ignore'])
  })
  test('other terms than ours are not what we sign up to', () => {
    const opening = propose(openSide('left'), [{ type: 'add_delta', tokenId: TOKEN }])
    const proposal = proposalIn(opening.message)
    const message: AccountMessage = {
      type: 'frame',
      counter: 1,
      proposal: { ...proposal, terms: { ...terms, epoch: 1 } },
    }
    expectRefused(openSide('right'), message, [{ type: 'wrong_terms' }, 'ignore'])
    expect(proposal.terms).toEqual(terms)
    expect(answer(openSide('right'), opening.message).message.type).toBe('ack')
  })
  test('a frozen account hears nothing', () => {
    const frozen: AccountReplica = { ...pair.right, status: { type: 'frozen', violation: 'fork' } }
    expectRefused(frozen, sent.message, [{ type: 'account_frozen' }, 'ignore'])
  })
})

describe('receive -- acknowledgements', () => {
  test('of a frame long agreed: stale; of one never proposed: unknown; replica unchanged', () => {
    const acked = answer(pair.right, sent.message)
    const done = accept(sent.replica, acked.message).replica
    expectRefused(done, acked.message, [{ type: 'stale_ack', height: 3 }, 'ignore'])
    expectRefused(pair.left, acked.message, [{ type: 'unknown_ack', height: 3 }, 'ignore'])
  })
  test('of another frame at the height of ours: unknown', () => {
    const acked = answer(pair.right, propose(pair.left, [pay(11n)]).message)
    expectRefused(sent.replica, acked.message, [{ type: 'unknown_ack', height: 3 }, 'ignore'])
  })
  test('not signed by the peer: bad signature, the proposal stays out', () => {
    const { message } = answer(pair.right, sent.message)
    if (message.type !== 'ack') throw new Error('not an ack')
    const forged = { ...message, ack: { ...message.ack, hanko: seal('left', message.ack.frameHash) } }
    expectRefused(sent.replica, forged, [{ type: 'bad_signature' }, 'ignore'])
    expect(accept(sent.replica, message).replica.pending).toBeNull()
  })
  test('a forged ack takes the proposal that came with it down too', () => {
    const both = answer(queue(pair.right, [pay(2n)]), sent.message).message
    if (both.type !== 'frame_ack') throw new Error('not a frame_ack')
    const forged = { ...both, ack: { ...both.ack, hanko: new Uint8Array(65) } }
    expectRefused(sent.replica, forged, [{ type: 'bad_signature' }, 'ignore'])
  })
})

describe('receive -- frame_ack whose proposal is refused', () => {
  const bothOf = (change: (both: Sent) => AccountMessage): AccountMessage => {
    const both = answer(queue(pair.right, [pay(2n)]), sent.message)
    const doctored = change(both)
    if (both.message.type !== 'frame_ack' || doctored.type !== 'frame') throw new Error('not a frame_ack')
    return { ...both.message, proposal: doctored.proposal }
  }
  test('retried as a whole, replica unchanged', () => {
    const early = bothOf((both) => doctor(both, { timestampMs: NOW_MS + 60_000 }))
    expectRefused(sent.replica, early, [{ type: 'from_the_future', aheadMs: 60_000 }, 'retry'])
  })
  test('ignored: the ack counts all the same', () => {
    const forged = bothOf((both) => {
      return { type: 'frame', counter: 1, proposal: { ...proposalIn(both.message), hanko: new Uint8Array(65) } }
    })
    const taken = accept(sent.replica, forged)
    expect([taken.replica.state.height, taken.replica.pending, taken.ack]).toEqual([3, null, null])
  })
  test('disputed: the account is frozen on the state the ack proves', () => {
    const broken = bothOf((both) => doctor(both, { accountStateRoot: new Uint8Array(32) }))
    const taken = accept(sent.replica, broken)
    expect(taken.replica.status).toEqual({ type: 'frozen', violation: 'wrong_root' })
    expect([taken.replica.state.height, taken.replica.frames[0]?.frame.height]).toEqual([3, 3])
    expect(taken.events.map(({ type }) => type)).toEqual(['paid'])
    expect(taken.ack).toBeNull()
  })
})

describe('receive -- signatures', () => {
  const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
  const highS = (hanko: Bytes): Bytes => {
    const s = word(N - toBigInt(hanko.subarray(32, 64)))
    return concat(hanko.subarray(0, 32), s, Uint8Array.of(hanko[64] === 27 ? 28 : 27))
  }
  const signedAs = (other: Partial<AccountTerms>): Bytes => {
    const { frame } = proposalIn(sent.message)
    return seal('left', frameDigest({ ...terms, ...other }, frame, hashFrame(frame)))
  }
  const hankos: readonly (readonly [what: string, of: () => Bytes])[] = [
    ['high s', () => highS(proposalIn(sent.message).hanko)],
    ['no bytes', () => new Uint8Array(0)],
    ['64 bytes', () => proposalIn(sent.message).hanko.subarray(0, 64)],
    ['66 bytes', () => concat(proposalIn(sent.message).hanko, Uint8Array.of(0))],
    ['v of 0', () => concat(proposalIn(sent.message).hanko.subarray(0, 64), Uint8Array.of(0))],
    ['zeros', () => new Uint8Array(65)],
    [
      'our own key',
      () =>
        seal('right', frameDigest(terms, proposalIn(sent.message).frame, hashFrame(proposalIn(sent.message).frame))),
    ],
    ['another chain', () => signedAs({ chainId: 1n })],
    ['another contract', () => signedAs({ depository: `0x${'ef'.repeat(20)}` as Address })],
    ['another epoch', () => signedAs({ epoch: 1 })],
    ['another pair', () => signedAs({ right: `0x${'ff'.repeat(32)}` as EntityId })],
    ['another frame', () => proposalIn(propose(pair.left, [pay(11n)]).message).hanko],
  ]
  test.each(hankos)('%s is no signature of the peer, replica unchanged', (_what, of) => {
    expectRefused(pair.right, withProposal({ hanko: of() }), [{ type: 'bad_signature' }, 'ignore'])
  })
  test('a signed frame whose content was changed on the way is nobody’s', () => {
    const { frame } = proposalIn(sent.message)
    const message = withProposal({ frame: { ...frame, accountTxs: [pay(1n)] } })
    expectRefused(pair.right, message, [{ type: 'bad_signature' }, 'ignore'])
  })
})

describe('receive -- time', () => {
  test('too far in the future is retried, replica unchanged; at the bound it is taken', () => {
    const later = { nowMs: NOW_MS + LIMITS.maxSkewMs + 1 }
    const early = propose(pair.left, [pay(1n)], later)
    const violation = { type: 'from_the_future', aheadMs: LIMITS.maxSkewMs + 1 } as const
    expectRefused(pair.right, early.message, [violation, 'retry'])
    expect(answer(pair.right, early.message, { nowMs: NOW_MS + 1 }).message.type).toBe('ack')
  })
  test('time never runs backwards between frames', () => {
    expectRefused(pair.right, doctor(sent, { timestampMs: NOW_MS - 1 }), [{ type: 'time_regression' }, 'dispute'])
  })
  test('our own clock behind the last frame: we propose at its time', () => {
    const ahead = agree(pair, 'left', [pay(1n)], { nowMs: NOW_MS + 20_000 })
    const next = propose(ahead.right, [pay(1n)], { nowMs: NOW_MS })
    expect(proposalIn(next.message).frame.timestampMs).toBe(NOW_MS + 20_000)
  })
})

describe('receive -- deadlines, by the confirmed chain', () => {
  const expirySeconds = NOW_SECONDS + 60
  const after = (seconds: number): Times => ({
    nowMs: (NOW_SECONDS + seconds) * 1_000,
    jSeconds: NOW_SECONDS + seconds,
  })
  let locked: Pair
  beforeAll(() => {
    locked = agree(pair, 'left', [lock('late', 5n, expirySeconds)])
  })
  test('the payer takes back a lock before the chain has passed its expiry: too early, retried', () => {
    const back = propose(locked.left, [giveBack('late', 'expired')], after(61))
    const behind = { nowMs: (NOW_SECONDS + 61) * 1_000, jSeconds: expirySeconds }
    expectRefused(locked.right, back.message, [{ type: 'too_early', expirySeconds }, 'retry'], behind)
    expect(answer(locked.right, back.message, after(61)).message.type).toBe('ack')
  })
  test('a preimage shown after the chain has passed the expiry: too late, ignored, nothing paid', () => {
    const shown = propose(locked.right, [reveal('late')], after(61))
    expectRefused(locked.left, shown.message, [{ type: 'too_late', expirySeconds }, 'ignore'], after(61))
    const inTime = { nowMs: (NOW_SECONDS + 61) * 1_000, jSeconds: expirySeconds }
    expect(answer(locked.left, shown.message, inTime).message.type).toBe('ack')
  })
  test("the payer's frame in which a late preimage collides with its taking back: LEFT's stands", () => {
    const shown = propose(locked.right, [reveal('late')], after(61))
    const back = propose(locked.left, [giveBack('late', 'expired')], after(61))
    expect(accept(back.replica, shown.message, after(61)).resend).toEqual(back.bytes)
    const answered = answer(shown.replica, back.message, after(61))
    expect([answered.message.type, answered.replica.state.locks.size]).toEqual(['ack', 0])
  })
})

describe('receive -- content', () => {
  test('an empty frame is a breach', () => {
    const empty = doctor(sent, { accountTxs: [], deltas: [] })
    expectRefused(pair.right, empty, [{ type: 'empty_frame' }, 'dispute'])
  })
  test.each([
    ['wrong_root', { accountStateRoot: keccak(new Uint8Array(3)) }],
    ['wrong_proof', { proofBodyHash: keccak(new Uint8Array(4)) }],
    ['wrong_deltas', { deltas: [] }],
  ] as const)('%s, signed by the peer itself, is a breach', (type, change) => {
    expectRefused(pair.right, doctor(sent, change), [{ type }, 'dispute'])
  })
  test('deltas that say something else than the state is a breach', () => {
    const { deltas } = proposalIn(sent.message).frame
    const lying = deltas.map((delta) => ({ ...delta, offdelta: delta.offdelta + 1n }))
    expectRefused(pair.right, doctor(sent, { deltas: lying }), [{ type: 'wrong_deltas' }, 'dispute'])
    expectRefused(pair.right, doctor(sent, { deltas: [...deltas, ...deltas] }), [{ type: 'wrong_deltas' }, 'dispute'])
  })

  const tokenId = 9 as TokenId
  const envelope = new Uint8Array(0)
  const bigLock = {
    type: 'htlc_lock',
    hashlock: hashlockOf('n'),
    part: 0,
    tokenId: TOKEN,
    amount: 1n,
    envelope,
  } as const
  const earliest = { min: NOW_SECONDS + 1, max: NOW_SECONDS + LIMITS.maxLockSeconds }
  const illegal: readonly (readonly [what: string, tx: AccountTx, rejection: AccountRejection])[] = [
    ['over capacity', pay(1_001n), { type: 'over_capacity', tokenId: TOKEN, have: 1_000n, need: 1_001n }],
    ['nothing paid', pay(0n), { type: 'bad_amount', amount: 0n }],
    ['unknown token', { ...pay(1n), tokenId } as AccountTx, { type: 'unknown_token', tokenId }],
    [
      'credit in an unknown token',
      { type: 'set_credit_limit', tokenId, limit: 1n },
      { type: 'unknown_token', tokenId },
    ],
    ['token opened twice', { type: 'add_delta', tokenId: TOKEN }, { type: 'token_exists', tokenId: TOKEN }],
    [
      'a lock of nothing',
      { ...bigLock, amount: 0n, expirySeconds: NOW_SECONDS + 60 },
      { type: 'bad_amount', amount: 0n },
    ],
    [
      'a lock that has expired',
      { ...bigLock, expirySeconds: NOW_SECONDS },
      { type: 'expiry_out_of_range', expirySeconds: NOW_SECONDS, ...earliest },
    ],
    [
      'a lock that runs too long',
      { ...bigLock, expirySeconds: earliest.max + 1 },
      { type: 'expiry_out_of_range', expirySeconds: earliest.max + 1, ...earliest },
    ],
    ['resolving what is not locked', reveal('nothing'), { type: 'unknown_lock' }],
    [
      'a claim of nothing',
      { type: 'j_event_claim', jHeight: 3, blockHash: keccak(envelope), events: [], nonce: 0 },
      { type: 'bad_claim' },
    ],
  ]
  test.each(illegal)('%s is a breach, named with its place', (_what, tx, rejection) => {
    const message = doctor(sent, { accountTxs: [pay(1n), tx] })
    const expected = rejection.type === 'over_capacity' ? { ...rejection, have: 999n } : rejection
    expectRefused(pair.right, message, [{ type: 'illegal_tx', index: 1, rejection: expected }, 'dispute'])
  })

  test('a lock may be ended by the right side with the right preimage only', () => {
    const locked = agree(pair, 'left', [lock('mine', 5n)])
    const base = propose(locked.left, [pay(1n)])
    const [byPayer, early] = [reveal('mine'), giveBack('mine')].map((tx) => doctor(base, { accountTxs: [tx] }))
    if (byPayer === undefined || early === undefined) throw new Error('two messages')
    const breach = (rejection: AccountRejection) => [{ type: 'illegal_tx', index: 0, rejection }, 'dispute'] as const
    expectRefused(locked.right, byPayer, breach({ type: 'not_beneficiary' }))
    const late = { jSeconds: NOW_SECONDS + 7_200 }
    expectRefused(locked.right, early, breach({ type: 'not_expired', expirySeconds: NOW_SECONDS + 3_600 }), late)
    const other = propose(locked.right, [pay(1n)])
    const outcome = { type: 'secret', preimage: preimageOf('yours') } as const
    const wrong: AccountTx = { type: 'htlc_resolve', hashlock: hashlockOf('mine'), part: 0, outcome }
    expectRefused(locked.left, doctor(other, { accountTxs: [wrong] }), breach({ type: 'wrong_secret' }))
  })
  test('claims go upwards', () => {
    const claimed = agree(pair, 'left', [claim(5, 10n)])
    const base = propose(claimed.left, [pay(1n)])
    const message = doctor(base, { accountTxs: [claim(5, 10n)] })
    const rejection = { type: 'stale_claim', jHeight: 5 } as const
    expectRefused(claimed.right, message, [{ type: 'illegal_tx', index: 0, rejection }, 'dispute'])
  })
})

describe('bounds', () => {
  test('a frame of 101 txs is no message', () => {
    type Raw = [tag: Bytes, [counter: Bytes, [frame: (Bytes | Bytes[])[], hanko: Bytes, terms: Bytes]]]
    const raw = RLP.decode(sent.bytes) as unknown as Raw
    const txs = raw[1][1][0][5] as Bytes[]
    raw[1][1][0][5] = Array.from({ length: LIMITS.txsPerFrame + 1 }, () => txs[0] as Bytes)
    expect(decodeAccountMessage(RLP.encode(raw))).toEqual({ type: 'malformed', reason: 'more than 100 items' })
  })
  test('the hundred-and-first lock is refused, by either side', () => {
    const locks = Array.from({ length: LIMITS.locksPerAccount }, (_, i) => lock(`${i}`, 1n))
    const full = agree(pair, 'left', locks)
    const rejection = { type: 'too_many_locks', limit: LIMITS.locksPerAccount } as const
    for (const replica of [full.left, full.right])
      expect(enqueue(replica, lock('more', 1n), NOW_MS)).toEqual({ type: 'rejected', rejection })
    const base = propose(full.left, [pay(1n)])
    const message = doctor(base, { accountTxs: [lock('more', 1n)] })
    expectRefused(full.right, message, [{ type: 'illegal_tx', index: 0, rejection }, 'dispute'])
  })
  test('the seventeenth token is refused', () => {
    const tokens = Array.from({ length: LIMITS.tokensPerAccount - 1 }, (_, i): AccountTx => {
      return { type: 'add_delta', tokenId: (i + 2) as TokenId }
    })
    const full = agree(pair, 'left', tokens)
    const rejection = { type: 'too_many_tokens', limit: LIMITS.tokensPerAccount }
    expect(enqueue(full.left, { type: 'add_delta', tokenId: 99 as TokenId }, NOW_MS)).toEqual({
      type: 'rejected',
      rejection,
    })
  })
  test('a sleeping peer never makes us lose the newest claim: the oldest gives way', () => {
    let awake = pair
    for (let jHeight = 1; jHeight <= LIMITS.claimsPerSide + 2; jHeight++)
      awake = agree(awake, 'left', [claim(jHeight, BigInt(jHeight))])
    expect(awake.right.state.leftClaims.map(({ jHeight }) => jHeight)).toEqual(
      Array.from({ length: 16 }, (_, i) => i + 3),
    )
    for (let jHeight = 1; jHeight <= LIMITS.claimsPerSide + 2; jHeight++)
      awake = agree(awake, 'right', [claim(jHeight, BigInt(jHeight))])
    expect(awake.left.state.deltas.get('00000001')?.collateral).toBe(18n)
    expect([awake.left.state.leftClaims, awake.left.state.rightClaims.map(({ jHeight }) => jHeight)]).toEqual([[], []])
  })
  test('a credit limit of 2^128 or below zero is refused', () => {
    for (const amount of [2n ** 128n, -1n])
      expect(enqueue(pair.left, limit(amount), NOW_MS)).toEqual({
        type: 'rejected',
        rejection: { type: 'bad_amount', amount },
      })
  })
  test('nothing is signed for a refused frame', () => {
    const asked: Bytes[] = []
    const honest = contextOf('right')
    const seal = (digest: Bytes): Bytes => {
      asked.push(digest)
      return honest.seal(digest)
    }
    const broken = doctor(sent, { accountStateRoot: new Uint8Array(32) })
    expect(receive(pair.right, broken, { ...honest, seal }).type).toBe('refused')
    expect(asked).toEqual([])
    expect(receive(pair.right, sent.message, { ...honest, seal }).type).toBe('received')
    expect(asked.length).toBe(1)
  })
})
