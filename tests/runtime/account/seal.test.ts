/**
 * The seals of a settlement: first both sign the proof that will hold after it (4h + 3), and only who has the other's signs
 * the settlement (4h + 2). Every way out of that order is refused, with the replica unchanged.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { disputeDigest, frameNonce, settlementDigest } from '../../../runtime/account/proof.ts'
import { encodeProofBody } from '../../../runtime/account/proof-body.ts'
import { bestProof, sealedSettlement, signedNonce } from '../../../runtime/account/seal.ts'
import { flush } from '../../../runtime/account/step.ts'
import type { AccountMessage, AccountReplica, SealSlot } from '../../../runtime/account/types.ts'
import { present } from '../../../runtime/lib/assert.ts'
import type { Bytes } from '../../../runtime/lib/bytes.ts'
import { keccak } from '../../../runtime/lib/hash.ts'
import { addressOf, recoverAddress } from '../../../runtime/lib/secp.ts'
import { keysOf } from '../../support/signer.ts'
import {
  accept,
  agree,
  answer,
  claim,
  contextOf,
  NOW_SECONDS,
  openPair,
  type Pair,
  pay,
  propose,
  read,
  type SideName,
  seal,
  sideOf,
  type Times,
  TOKEN,
  take,
  terms,
} from './pair.ts'

const VALID = NOW_SECONDS + 3_600
type Seal = Extract<AccountMessage, { type: 'settle_seal' }>

/** Approved by both in the same frame, and nothing signed for it yet. */
let pair: Pair
let height: number
let frameHash: Bytes
beforeAll(() => {
  const funded = agree(agree(openPair(), 'left', [claim(1, 500n)]), 'right', [claim(1, 500n)])
  const diffs = [{ tokenId: TOKEN, leftDiff: 200n, rightDiff: -50n }]
  const proposed = agree(funded, 'left', [{ type: 'settle_propose', diffs, validUntil: VALID }])
  // Only the messages of frames are passed on.
  const sent = propose(proposed.right, [{ type: 'settle_approve' }])
  const received = accept(proposed.left, sent.message)
  const own = present(received.ack, 'an acknowledgement')
  const right = accept(sent.replica, { type: 'ack', counter: 1, ack: own }).replica
  pair = { left: received.replica, right }
  height = pair.left.state.height
  frameHash = pair.left.state.frameHash
})

const settlementOf = ({ state }: AccountReplica) => present(state.settlement, 'a settlement')
/** What `by` signs in a slot. */
const digest = (slot: SealSlot): Bytes =>
  slot === 'settlement'
    ? settlementDigest({ ...settlementOf(pair.left), terms, height })
    : disputeDigest({ terms, nonce: 4 * height + 3, bodyHash: keccak(encodeProofBody(pair.left.state)), frameHash })
const sealBy = (by: SideName, slot: SealSlot, change: Partial<Seal> = {}): Seal => {
  return { type: 'settle_seal', counter: 1, height, frameHash, slot, hanko: seal(by, digest(slot)), ...change }
}
/** What a side has to say. */
const speak = (replica: AccountReplica, times: Times = {}): { replica: AccountReplica; seals: readonly Seal[] } => {
  const flushed = flush(replica, null, contextOf(sideOf(replica), times))
  return { replica: flushed.replica, seals: flushed.seals.map((bytes) => read(bytes) as Seal) }
}
const hear = (replica: AccountReplica, ...seals: readonly Seal[]): AccountReplica =>
  seals.reduce((heard, one) => accept(heard, one).replica, replica)
const slots = (seals: readonly Seal[]): readonly SealSlot[] => seals.map(({ slot }) => slot)

describe('in order', () => {
  test('each signs the proof at once, and the settlement when it has the other’s proof; then both hold all', () => {
    const [left, right] = [speak(pair.left), speak(pair.right)]
    expect([slots(left.seals), slots(right.seals)]).toEqual([['proof'], ['proof']])
    expect(sealedSettlement(left.replica)).toBeNull()
    const leftNext = speak(hear(left.replica, ...right.seals))
    expect([slots(leftNext.seals), sealedSettlement(leftNext.replica)]).toEqual([['settlement'], null])
    const rightNext = speak(hear(right.replica, ...left.seals, ...leftNext.seals))
    expect(slots(rightNext.seals)).toEqual(['settlement'])
    const done = { left: hear(leftNext.replica, ...rightNext.seals), right: rightNext.replica }
    for (const replica of [done.left, done.right]) {
      const sealed = present(sealedSettlement(replica), 'sealed')
      for (const side of ['left', 'right'] as const)
        expect(recoverAddress(digest('settlement'), sealed[side])).toBe(addressOf(keysOf(side).secret))
      expect(speak(replica).seals, 'nothing is signed twice').toEqual([])
    }
  })
  test('the frame that approved it is the last one, or an older one: the same signatures', () => {
    const later = agree(agree(pair, 'left', [pay(5n)]), 'right', [pay(7n)])
    const { replica, seals } = speak({ ...later.left, seals: null })
    expect(seals).toMatchObject([{ height, frameHash, slot: 'proof' }])
    expect(recoverAddress(digest('proof'), seals[0]?.hanko ?? new Uint8Array(65))).toBe(
      addressOf(keysOf('left').secret),
    )
    expect(slots(speak(hear(replica, sealBy('right', 'proof'))).seals)).toEqual(['settlement'])
  })
  test('past its last second, by the confirmed chain, the settlement is not signed any more', () => {
    const heard = hear(speak(pair.left).replica, sealBy('right', 'proof'))
    expect(slots(speak(heard, { jSeconds: VALID + 1 }).seals)).toEqual([])
    expect(slots(speak(heard, { jSeconds: VALID }).seals)).toEqual(['settlement'])
  })
  test('in an account that is not open nothing is signed', () => {
    const status = { type: 'frozen', violation: 'fork' } as const
    expect(speak({ ...pair.left, status }).seals).toEqual([])
  })
})

describe('out of order', () => {
  const expectIgnored = (replica: AccountReplica, message: Seal, violation: object, disposition = 'ignore'): void => {
    expect(take(replica, message)).toEqual({ type: 'refused', violation, disposition })
  }
  test('the settlement before the proof: kept, and nothing is signed for it', () => {
    const heard = hear(pair.left, sealBy('right', 'settlement'))
    const { replica, seals } = speak(heard)
    expect([slots(seals), sealedSettlement(replica)]).toEqual([['proof'], null])
    const next = speak(hear(replica, sealBy('right', 'proof')))
    expect([slots(next.seals), sealedSettlement(next.replica) !== null]).toEqual([['settlement'], true])
  })
  test('one for the next frame waits for it; for any later one there is nothing to wait for', () => {
    const unknown = (at: number) => ({ type: 'unknown_seal', height: at })
    expectIgnored(pair.left, sealBy('right', 'proof', { height: height + 1 }), unknown(height + 1), 'retry')
    expectIgnored(pair.left, sealBy('right', 'proof', { height: height + 2 }), unknown(height + 2))
    expectIgnored(pair.left, sealBy('right', 'proof', { height: 2 ** 40 }), unknown(2 ** 40))
    expectIgnored(pair.left, sealBy('right', 'proof', { height: height - 1 }), unknown(height - 1))
  })
  test('one for another frame of that height', () => {
    expectIgnored(pair.left, sealBy('right', 'proof', { frameHash: keccak(frameHash) }), {
      type: 'unknown_seal',
      height,
    })
  })
  test('one where no settlement is, or none that was approved', () => {
    const none = agree(openPair(), 'left', [pay(1n)])
    const at = none.left.state.height
    const message = sealBy('right', 'proof', { height: at, frameHash: none.left.state.frameHash })
    expectIgnored(none.left, message, { type: 'unknown_seal', height: at })
    const diffs = [{ tokenId: TOKEN, leftDiff: -1n, rightDiff: 0n }]
    const proposed = agree(none, 'left', [{ type: 'settle_propose', diffs, validUntil: VALID }])
    const early = { height: at + 1, frameHash: proposed.left.state.frameHash }
    expectIgnored(proposed.left, sealBy('right', 'proof', early), { type: 'unknown_seal', height: at + 1 })
  })
  test.each(['proof', 'settlement'] as const)(
    'a wrong signature of the %s is ignored, and the right one taken',
    (slot) => {
      const wrong: readonly Bytes[] = [
        seal('left', digest(slot)),
        seal('right', digest(slot === 'proof' ? 'settlement' : 'proof')),
        new Uint8Array(65),
      ]
      for (const hanko of wrong) expectIgnored(pair.left, sealBy('right', slot, { hanko }), { type: 'bad_signature' })
      expect(hear(pair.left, sealBy('right', slot)).seals?.peer[slot]).toEqual(sealBy('right', slot).hanko)
    },
  )
  test('a second one, even another, changes nothing', () => {
    const heard = hear(pair.left, sealBy('right', 'proof'))
    expect(accept(heard, sealBy('right', 'proof')).replica).toBe(heard)
    expect(accept(heard, sealBy('right', 'proof', { hanko: new Uint8Array(65) })).replica).toBe(heard)
  })
  test('while a court is being called it waits; when one was called it is too late', () => {
    const frozen = { type: 'account_frozen' }
    const suing = { ...pair.left, status: { type: 'suing', violation: null } } as const
    expectIgnored(suing, sealBy('right', 'proof'), frozen, 'retry')
    expectIgnored({ ...pair.left, status: { type: 'closed' } }, sealBy('right', 'proof'), frozen)
  })
})

describe('what they are worth', () => {
  test('with both, the proof signed again is the best there is, over the same body; one alone is worth nothing', () => {
    const before = present(bestProof(pair.left), 'a proof')
    expect(before.nonce).toBe(frameNonce(present(pair.left.frames[0], 'a frame').frame))
    const half = speak(pair.left).replica
    expect(bestProof(half)).toEqual(before)
    const whole = hear(half, sealBy('right', 'proof'))
    const best = present(bestProof(whole), 'a proof')
    expect(best).toEqual({
      ...before,
      nonce: 4 * height + 3,
      leftHanko: present(half.seals?.own.proof, 'own'),
      rightHanko: sealBy('right', 'proof').hanko,
    })
  })
  test('the next frame’s is better', () => {
    const whole = hear(speak(pair.left).replica, sealBy('right', 'proof'))
    const { left } = agree({ left: whole, right: pair.right }, 'right', [pay(1n)])
    expect(bestProof(left)?.nonce).toBe(4 * (height + 1))
    expect(left.seals, 'the settlement is still open').not.toBeNull()
  })
  test('what was signed counts, whether or not anybody has it', () => {
    expect(signedNonce(pair.left)).toBe(4 * height)
    const { replica } = speak(pair.left)
    expect(signedNonce(replica)).toBe(4 * height + 3)
    expect(signedNonce(speak(hear(replica, sealBy('right', 'proof'))).replica)).toBe(4 * height + 3)
    expect(signedNonce(propose(replica, [pay(1n)]).replica)).toBe(4 * (height + 1) + 1)
  })
  test('they go with the settlement', () => {
    const sealed = { left: speak(pair.left).replica, right: speak(pair.right).replica }
    const done = claim(2, 350n, 300n, 4 * height + 2)
    const { left, right } = agree(agree(sealed, 'left', [done]), 'right', [done])
    expect([left.seals, right.seals, left.state.settlement]).toEqual([null, null, null])
    expect(answer(right, propose(left, [pay(1n)]).message).message.type).toBe('ack')
  })
})
