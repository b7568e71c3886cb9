/**
 * What a peer that lies in its hello, or a stranger, can bring about: no slot is signed twice, no signature that is out
 * is gone below, the canary stays readable, and nobody's store is filled.
 */
import { describe, expect, test } from 'vitest'
import { messageCodec } from '../../../runtime/account/codec.ts'
import { buildFrame, execute, frameDigest } from '../../../runtime/account/frame.ts'
import { frameNonce } from '../../../runtime/account/proof.ts'
import type { AccountTx } from '../../../runtime/account/types.ts'
import { encode } from '../../../runtime/codec/schema.ts'
import { entityMessageCodec } from '../../../runtime/entity/codec.ts'
import { present } from '../../../runtime/lib/assert.ts'
import { toHex, word, ZERO_32 } from '../../../runtime/lib/bytes.ts'
import { signedNoncesOf } from '../../../runtime/signed-nonces.ts'
import { compareCanary, parseCanaryMark } from '../../../runtime/storage/canary.ts'
import type { Env, RuntimeInput } from '../../../runtime/types.ts'
import {
  begin,
  copyOf,
  exchange,
  firstHello,
  lie,
  newPair,
  OTHER,
  type PeerName,
  payDirectly,
  saidBy,
} from '../../support/peers.ts'
import { testSigner } from '../../support/signer.ts'
import { profileFor, TUSD, usd, type World } from '../../support/world.ts'

const SIDES: readonly PeerName[] = ['alice', 'bob']

/** A frame of the liar's with these transactions, at a height of its choice. */
const proposedBy = (
  world: World,
  { from, to }: { readonly from: PeerName; readonly to: PeerName },
  { txs, height }: { readonly txs: readonly AccountTx[]; readonly height: number },
): RuntimeInput => {
  const { state, isLeft } = world.account(to, from)
  const context = { byLeft: !isLeft, timestampMs: world.nowMs(), height, jHeight: 0 }
  const { frame, hash } = buildFrame(state, execute(state, txs, context), context)
  const id = world.id(from)
  const hanko = present(testSigner(from).sign(id, frameDigest(state.terms, frame, hash)), 'a signature')
  const body = encode(messageCodec, { type: 'frame', counter: 2, proposal: { frame, hanko, terms: null } })
  const { start } = present(world.state(to).sessions.get(id)?.peer, 'a peer')
  const bytes = encode(entityMessageCodec, { type: 'account', opener: null, body })
  return { type: 'message', from: id, to: world.id(to), start, bytes }
}

/** The different proposals that were signed for each nonce. */
const signedFor = (world: World, name: PeerName): ReadonlyMap<number, ReadonlySet<string>> => {
  const signed = new Map<number, Set<string>>()
  for (const { step } of world.history) {
    const { accounts } = present(step.env.eReplicas.get(world.id(name)), name).state
    const pending = accounts.get(world.id(OTHER[name]))?.pending
    if (pending === undefined || pending === null) continue
    const nonce = frameNonce(pending.frame)
    signed.set(nonce, (signed.get(nonce) ?? new Set()).add(toHex(pending.hash)))
  }
  return signed
}

const markOf = (env: Env) => ({
  epoch: 1,
  height: env.height,
  recordHash: toHex(ZERO_32),
  signedNonces: signedNoncesOf(env),
})

describe('a floor', () => {
  test.each(SIDES)('said to be high, then low, to %s -- nothing below what was proposed far above is signed', (to) => {
    const from = OTHER[to]
    const world = newPair()[to]
    world.tick([lie(world, { from, to }, { floor: 1_000 })])
    payDirectly(world, { from: to, to: from }, 1)
    expect(world.account(to, from).pending?.frame.height).toBe(1_000)
    // It is never acknowledged; new starts take the floor back.
    world.tick([lie(world, { from, to }, { floor: 1_001, known: null })])
    world.tick([lie(world, { from, to }, { floor: 0 })])
    const { height } = world.account(to, from).state
    const payment: AccountTx = { type: 'direct_payment', tokenId: TUSD, amount: usd(30), memo: '' }
    world.tick([proposedBy(world, { from, to }, { txs: [payment], height: height + 1 })])
    const { state, pending } = world.account(to, from)
    expect([state.height, pending?.frame.height]).toEqual([height, 1_001])
  })

  test.each(SIDES)('said to be high, then low, to %s -- no slot is signed twice', (to) => {
    const from = OTHER[to]
    const world = newPair()[to]
    payDirectly(world, { from: to, to: from }, 1)
    world.tick([lie(world, { from, to }, { floor: 50, known: null })])
    world.tick([lie(world, { from, to }, { floor: 0 })])
    const signed = signedFor(world, to)
    expect(signed.size).toBeGreaterThan(1)
    expect([...signed].filter(([, hashes]) => hashes.size !== 1)).toEqual([])
  })

  test('above a proposal, which is taken back -- the database does not look rolled back', () => {
    const { alice } = newPair()
    payDirectly(alice, { from: 'alice', to: 'bob' }, 1)
    const { signedNonces } = markOf(alice.env())
    alice.tick([lie(alice, { from: 'bob', to: 'alice' }, { floor: 50, known: null })])
    const database = markOf(alice.env())
    expect(compareCanary({ ...database, signedNonces }, database)).toEqual({ type: 'ok' })
  })

  test('of 2^53 - 1 -- the canary can still be read', () => {
    const { alice } = newPair()
    alice.tick([lie(alice, { from: 'bob', to: 'alice' }, { floor: Number.MAX_SAFE_INTEGER })])
    payDirectly(alice, { from: 'alice', to: 'bob' }, 1)
    const mark = markOf(alice.env())
    expect(parseCanaryMark(mark)).toEqual({ type: 'ok', mark })
  })
})

describe('a start of ours that a peer names', () => {
  test('of 2^53 - 1 -- not believed: the session stays open, and the next start is the next number', () => {
    const { alice } = newPair()
    const { number } = present(alice.env().start, 'a start')
    const known = { number: Number.MAX_SAFE_INTEGER, instance: word(9) }
    alice.tick([lie(alice, { from: 'bob', to: 'alice' }, { known })])
    expect(alice.state('alice').sessions.get(alice.id('bob'))?.status).toEqual({ type: 'open' })
    begin(alice, { takesOver: true })
    expect(alice.env().start?.number).toBe(number + 1)
  })
})

describe('a peer that says hello again and again', () => {
  test('each time of a later start, behind where it was -- one hello and one resync wait for it', () => {
    const { alice, bob } = newPair()
    payDirectly(alice, { from: 'alice', to: 'bob' }, 1)
    exchange(alice, bob)
    const before = alice.env().outbox.size
    for (let n = 0; n < 20; n++)
      alice.tick([lie(alice, { from: 'bob', to: 'alice' }, { height: 0, frameHash: ZERO_32, proof: null })])
    expect(alice.env().outbox.size - before).toBe(2)
  })
})

describe('a claim in what was given back', () => {
  test('the chain tells it again after a rollback -- it is not claimed again', () => {
    const { alice, bob } = newPair()
    const old = alice.env()
    const { left, right, epoch } = alice.account('alice', 'bob').state.terms
    const collateral = usd(5)
    const block = alice.mine([
      { type: 'account_settled', left, right, tokenId: TUSD, collateral, ondelta: 0n, epoch, nonce: 0 },
    ])
    alice.tick([block])
    exchange(alice, bob)
    const again = begin(copyOf('alice', alice, old), { marks: alice.env() })
    exchange(again, bob)
    const { state } = again.account('alice', 'bob')
    expect(toHex(state.frameHash)).toBe(toHex(bob.account('bob', 'alice').state.frameHash))
    expect([...state.leftClaims, ...state.rightClaims]).toHaveLength(1)
    again.tick([block])
    const { state: told, pending, mempool } = again.account('alice', 'bob')
    expect([told, pending, mempool]).toEqual([state, null, []])
  })
})

describe('strangers', () => {
  test('say hello, each with a profile of its own -- each is answered, and nothing of it is kept', () => {
    const { alice } = newPair()
    const me = alice.id('alice')
    const { terms } = alice.account('alice', 'bob').state
    const before = alice.env()
    for (const from of ['one', 'two', 'three', 'four', 'five']) {
      const opener = profileFor(from)
      const [left, right] = opener.entityId < me ? [opener.entityId, me] : [me, opener.entityId]
      const offered = { ...terms, left, right, leftResponseSeconds: 3_600, rightResponseSeconds: 3_600 }
      const { outputs } = alice.tick([saidBy({ from, to: 'alice' }, { terms: offered, hello: firstHello, opener })])
      expect(outputs.resends.map(({ to }) => to)).toEqual([opener.entityId])
    }
    expect([alice.env().outbox, alice.env().profiles]).toEqual([before.outbox, before.profiles])
  })
})
