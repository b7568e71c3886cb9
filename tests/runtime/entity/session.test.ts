/**
 * Peers in two runtimes after starts, crashes and old restores: nothing is signed before both have said hello, what one
 * has forgotten the other gives back, and of two instances of the same keys one is listened to.
 */
import { describe, expect, test } from 'vitest'
import { messageCodec } from '../../../runtime/account/codec.ts'
import { helloDigest } from '../../../runtime/account/hello.ts'
import { decodeAccountMessage } from '../../../runtime/account/step.ts'
import type { AccountMessage, Hello } from '../../../runtime/account/types.ts'
import { decode, encode } from '../../../runtime/codec/schema.ts'
import { entityMessageCodec } from '../../../runtime/entity/codec.ts'
import { present } from '../../../runtime/lib/assert.ts'
import { toHex } from '../../../runtime/lib/bytes.ts'
import { TIMING } from '../../../runtime/lib/limits.ts'
import type { Env, OutboxEntry, RuntimeInput } from '../../../runtime/types.ts'
import { begin, copyOf, exchange, lose, newPair, newPeer, type PeerName, payDirectly } from '../../support/peers.ts'
import { testSigner } from '../../support/signer.ts'
import { deliver, TUSD, usd, type World } from '../../support/world.ts'

const messageIn = (entry: Pick<OutboxEntry, 'bytes'>): AccountMessage | null => {
  const outer = decode(entityMessageCodec, entry.bytes)
  if (outer.type !== 'ok' || outer.value.type !== 'account') return null
  const inner = decodeAccountMessage(outer.value.body)
  return inner.type === 'ok' ? inner.value : null
}
const sentTypes = (world: World): readonly (string | undefined)[] =>
  [...world.env().outbox.values()].map((entry) => messageIn(entry)?.type)

const pay = (world: World, from: PeerName, to: PeerName, dollars: number): void =>
  payDirectly(world, { from, to }, dollars)
const balances = (alice: World, bob: World) => [
  alice.position('alice', 'bob').balance,
  bob.position('bob', 'alice').balance,
]
const agree = (alice: World, bob: World): void => {
  const [a, b] = [alice.account('alice', 'bob'), bob.account('bob', 'alice')]
  expect([toHex(a.state.frameHash), toHex(a.state.root)]).toEqual([toHex(b.state.frameHash), toHex(b.state.root)])
  expect([a.pending, b.pending, a.mempool, b.mempool]).toEqual([null, null, [], []])
}
const sessionOf = (world: World, name: 'alice' | 'bob', peer: 'alice' | 'bob') =>
  present(world.state(name).sessions.get(world.id(peer)), 'a session')
const given = (from: World, entry: Pick<OutboxEntry, 'from' | 'to' | 'bytes'>): RuntimeInput => ({
  type: 'message',
  from: entry.from,
  to: entry.to,
  start: from.env().start,
  bytes: entry.bytes,
})

describe('a start', () => {
  test('an account is opened -- hello first, and no frame before it was answered', () => {
    const alice = newPeer('alice')
    const bob = newPeer('bob')
    alice.open('alice', 'bob', 50)
    expect([sentTypes(alice), alice.account('alice', 'bob').pending]).toEqual([['hello'], null])
    exchange(alice, bob)
    agree(alice, bob)
    expect(alice.position('alice', 'bob').inCapacity).toBe(usd(50))
    expect(sessionOf(alice, 'alice', 'bob').status).toEqual({ type: 'open' })
    expect(sessionOf(bob, 'bob', 'alice').status).toEqual({ type: 'open' })
  })

  test('of one side while a payment was on its way -- it arrives once', () => {
    const { alice, bob } = newPair()
    pay(alice, 'alice', 'bob', 7)
    const again = begin(copyOf('alice', alice))
    expect(sessionOf(again, 'alice', 'bob').status).toEqual({ type: 'greeting' })
    pay(again, 'alice', 'bob', 2)
    exchange(again, bob)
    agree(again, bob)
    expect(balances(again, bob)).toEqual([-usd(9), usd(9)])
  })

  test('of both at once, with payments both ways on their way -- both arrive once', () => {
    const { alice, bob } = newPair()
    pay(alice, 'alice', 'bob', 7)
    exchange(alice, bob)
    pay(alice, 'alice', 'bob', 5)
    pay(bob, 'bob', 'alice', 1)
    const [a, b] = [begin(copyOf('alice', alice)), begin(copyOf('bob', bob))]
    exchange(a, b)
    agree(a, b)
    expect(balances(a, b)).toEqual([-usd(11), usd(11)])
  })

  test('nothing but hello is taken, or answered, before the greeting', () => {
    const { alice, bob } = newPair()
    pay(bob, 'bob', 'alice', 0.01)
    const [frame] = [...bob.env().outbox.values()]
    const again = begin(copyOf('alice', alice))
    const before = again.env()
    const { outcomes, frame: committed } = again.tick([given(bob, present(frame, 'a frame'))])
    expect([outcomes[0]?.type, committed, again.env() === before]).toEqual(['rejected', null, true])
    expect(outcomes[0]).toMatchObject({
      rejection: { type: 'refused_message', violation: { type: 'not_greeted' }, disposition: 'retry' },
    })
  })

  test('the answer to a stranger’s first hello is lost -- it asks again', () => {
    const alice = newPeer('alice')
    const bob = newPeer('bob')
    alice.open('alice', 'bob', 50)
    deliver(alice, bob)
    lose(bob)
    exchange(alice, bob)
    expect(sessionOf(alice, 'alice', 'bob').status).toEqual({ type: 'greeting' })
    alice.tick([], TIMING.resendFirstMs)
    exchange(alice, bob)
    agree(alice, bob)
    expect(alice.position('alice', 'bob').inCapacity).toBe(usd(50))
  })

  test('a hello that does not know of ours -- answered, and not taken for an answer', () => {
    const { alice, bob } = newPair()
    const [a, b] = [begin(copyOf('alice', alice)), begin(copyOf('bob', bob))]
    const [hello] = [...b.env().outbox.values()]
    a.tick([given(b, present(hello, 'a hello'))])
    expect(sessionOf(a, 'alice', 'bob')).toMatchObject({ status: { type: 'greeting' }, peer: { start: b.env().start } })
    exchange(a, b)
    expect(sessionOf(a, 'alice', 'bob').status).toEqual({ type: 'open' })
  })

  test('a number that is not above the last -- refused', () => {
    const alice = newPeer('alice')
    const { outcomes, frame } = alice.tick([{ type: 'start', number: 1, floors: [], takesOver: false }])
    expect([outcomes, frame]).toEqual([[{ type: 'rejected', rejection: { type: 'stale_start', number: 1 } }], null])
  })
})

describe('an old restore', () => {
  /** Everything Alice was, from when she first knew Bob, and what the two had come to. */
  const lived = () => {
    const { alice, bob } = newPair()
    const states: Env[] = []
    for (const dollars of [3, 4, 5]) {
      states.push(alice.env())
      pay(alice, 'alice', 'bob', dollars)
      states.push(alice.env())
      exchange(alice, bob)
      states.push(alice.env())
    }
    return { alice, bob, states }
  }

  test('of every state there was -- what was signed comes back, and payments go on', () => {
    const { alice, bob: one, states } = lived()
    for (const env of states) {
      const bob = copyOf('bob', one)
      const again = begin(copyOf('alice', alice, env), { marks: alice.env() })
      exchange(again, bob)
      agree(again, bob)
      expect(balances(again, bob)).toEqual([-usd(12), usd(12)])
      pay(again, 'alice', 'bob', 1)
      pay(bob, 'bob', 'alice', 2)
      exchange(again, bob)
      agree(again, bob)
      expect(balances(again, bob)).toEqual([-usd(11), usd(11)])
    }
  })

  test('without a canary -- the peer’s hello alone says what was forgotten, and nothing is signed meanwhile', () => {
    const { alice, bob, states } = lived()
    const again = begin(copyOf('alice', alice, present(states[0], 'the first')))
    // The hello goes, and its answer comes; what gives the frames back is kept waiting.
    const [hello] = [...again.env().outbox.values()]
    bob.tick([given(again, present(hello, 'a hello'))])
    const said = [...bob.env().outbox.values()]
    expect(said.map((entry) => messageIn(entry)?.type)).toEqual(['hello', 'resync'])
    again.tick([given(bob, present(said[0], 'a hello'))])
    const { height } = one(bob).state
    expect(sessionOf(again, 'alice', 'bob').status).toEqual({ type: 'behind', height })
    const payment = {
      type: 'direct_payment',
      counterparty: again.id('bob'),
      tokenId: TUSD,
      amount: 1n,
      memo: '',
    } as const
    expect(again.refused('alice', payment)).toEqual({ type: 'account_behind' })
    exchange(again, bob)
    agree(again, bob)
    const events = again.history.flatMap(({ step }) => step.events.map(({ event }) => event))
    expect(events.filter(({ type }) => type === 'account_resynced')).toEqual([
      { type: 'account_resynced', counterparty: again.id('bob'), fromHeight: height - 3, toHeight: height },
    ])
  })
  const one = (bob: World) => bob.account('bob', 'alice')

  test('of a proposal that was signed and never left -- the next frame is above it', () => {
    const { alice, bob } = newPair()
    const old = alice.env()
    pay(alice, 'alice', 'bob', 7)
    const lost = present(alice.account('alice', 'bob').pending, 'a proposal').frame.height
    const again = begin(copyOf('alice', alice, old), { marks: alice.env() })
    pay(again, 'alice', 'bob', 2)
    exchange(again, bob)
    agree(again, bob)
    expect([again.account('alice', 'bob').state.height, balances(again, bob)]).toEqual([lost + 1, [-usd(2), usd(2)]])
    pay(bob, 'bob', 'alice', 1)
    exchange(again, bob)
    agree(again, bob)
    expect(again.account('alice', 'bob').state.height).toBe(lost + 2)
  })

  test('the same while the peer had proposed at that height -- it proposes anew above it, once', () => {
    const { alice, bob } = newPair()
    pay(alice, 'alice', 'bob', 20)
    exchange(alice, bob)
    const old = alice.env()
    pay(alice, 'alice', 'bob', 7)
    pay(bob, 'bob', 'alice', 3)
    const again = begin(copyOf('alice', alice, old), { marks: alice.env() })
    exchange(again, bob)
    agree(again, bob)
    expect(balances(again, bob)).toEqual([-usd(17), usd(17)])
  })

  test('with all accounts lost -- opening one that exists gives it back', () => {
    const { alice, bob } = lived()
    const again = newPeer('alice', 1)
    again.open('alice', 'bob', 9)
    exchange(again, bob)
    // Bob has heard of a start of these keys that is as new: nobody speaks for them before somebody says so.
    expect(sessionOf(again, 'alice', 'bob').status).toMatchObject({ type: 'superseded' })
    exchange(begin(again, { takesOver: true }), bob)
    agree(again, bob)
    expect(balances(again, bob)).toEqual(balances(alice, bob))
    pay(again, 'alice', 'bob', 1)
    exchange(again, bob)
    expect(balances(again, bob)).toEqual([-usd(13), usd(13)])
  })

  test('with the account lost at the peer that says nothing first -- our hello tells it what it has signed', () => {
    const { alice, bob } = lived()
    const lost = begin(newPeer('bob'))
    for (let n = bob.env().start?.number ?? 0; n > 0; n--) begin(lost)
    exchange(begin(alice), lost)
    agree(alice, lost)
    expect(balances(alice, lost)).toEqual([-usd(12), usd(12)])
  })

  test('a lock is open that is not known here -- it is looked at when it expires', () => {
    const { alice, bob } = newPair()
    const old = alice.env()
    alice.tick([alice.command('alice', alice.pay('bob', usd(6)))])
    bob.tick([...alice.env().outbox.values()].map((entry) => given(alice, entry)))
    alice.tick([...bob.env().outbox.values()].map((entry) => given(bob, entry)))
    bob.tick([...alice.env().outbox.values()].map((entry) => given(alice, entry)))
    const [lock] = [...bob.account('bob', 'alice').state.locks.entries()]
    const [key, { expirySeconds }] = present(lock, 'a lock')
    const again = begin(copyOf('alice', alice, old), { marks: alice.env() })
    const [hello] = [...again.env().outbox.values()]
    bob.tick([given(again, present(hello, 'a hello'))])
    again.tick([...bob.env().outbox.values()].slice(-2).map((entry) => given(bob, entry)))
    expect(again.account('alice', 'bob').state.locks.has(key)).toBe(true)
    const wakes = [...again.state('alice').wakes.values()]
    expect(wakes).toContainEqual({ atMs: (expirySeconds + 1) * 1_000, kind: 'lock_expiry', id: key })
    exchange(again, bob)
    agree(again, bob)
    expect(balances(again, bob)).toEqual([-usd(6), usd(6)])
  })

  test('a payment was under way in what is left -- its end is said to be unknown, and nobody pays twice', () => {
    const { alice, bob } = newPair()
    alice.tick([alice.command('alice', alice.pay('bob', usd(6)))])
    const requested = [...alice.env().outbox.values()]
    bob.tick(requested.map((entry) => given(alice, entry)))
    alice.tick([...bob.env().outbox.values()].map((entry) => given(bob, entry)))
    const old = alice.env()
    expect(alice.account('alice', 'bob').pending?.next.locks.size).toBe(1)
    exchange(alice, bob)
    expect(balances(alice, bob)).toEqual([-usd(6), usd(6)])
    const again = begin(copyOf('alice', alice, old), { marks: alice.env() })
    exchange(again, bob)
    agree(again, bob)
    expect(balances(again, bob)).toEqual([-usd(6), usd(6)])
    expect([again.state('alice').payments.size, again.state('alice').lockBook.size]).toEqual([0, 0])
    const ends = again.history.slice(-30).flatMap(({ step }) => step.events.map(({ event }) => event))
    expect(ends.filter(({ type }) => type === 'payment_failed')).toMatchObject([{ reason: 'outcome_unknown' }])
  })
})

describe('two instances of the same keys', () => {
  test('the later start is listened to; the other signs nothing more, and does not come back by itself', () => {
    const { alice, bob } = newPair()
    const second = begin(copyOf('alice', alice))
    exchange(second, bob)
    pay(second, 'alice', 'bob', 4)
    exchange(second, bob)
    agree(second, bob)
    // The first goes on as if nothing had happened.
    pay(alice, 'alice', 'bob', 9)
    exchange(alice, bob)
    const { number } = present(second.env().start, 'its start')
    expect(sessionOf(alice, 'alice', 'bob').status).toEqual({ type: 'superseded', number })
    expect(bob.position('bob', 'alice').balance).toBe(usd(4))
    const payment = {
      type: 'direct_payment',
      counterparty: alice.id('bob'),
      tokenId: TUSD,
      amount: 1n,
      memo: '',
    } as const
    expect(alice.refused('alice', payment)).toEqual({ type: 'other_instance' })
    for (let n = 0; n < 3; n++) exchange(begin(alice), bob)
    expect(sessionOf(alice, 'alice', 'bob').status.type).toBe('superseded')
    agree(second, bob)
  })

  test('one takes over -- the peer hears it from then on, what it had forgotten is given back, and the other is out', () => {
    const { alice, bob } = newPair()
    const second = begin(copyOf('alice', alice))
    exchange(second, bob)
    pay(second, 'alice', 'bob', 4)
    exchange(second, bob)
    pay(alice, 'alice', 'bob', 9)
    exchange(alice, bob)
    begin(alice, { takesOver: true })
    exchange(alice, bob)
    agree(alice, bob)
    expect(balances(alice, bob)).toEqual([-usd(4), usd(4)])
    pay(alice, 'alice', 'bob', 1)
    exchange(alice, bob)
    expect(balances(alice, bob)).toEqual([-usd(5), usd(5)])
    pay(second, 'alice', 'bob', 2)
    exchange(second, bob)
    expect(sessionOf(second, 'alice', 'bob').status.type).toBe('superseded')
    expect(balances(alice, bob)).toEqual([-usd(5), usd(5)])
  })

  test('two copies start with the same number -- the second to say hello is told of the first', () => {
    const { alice, bob } = newPair()
    const [one, two] = [begin(copyOf('alice', alice)), begin(copyOf('alice', copyOf('alice', alice)))]
    expect(one.env().start?.number).toBe(two.env().start?.number)
    exchange(one, bob)
    exchange(two, bob)
    expect([sessionOf(one, 'alice', 'bob').status.type, sessionOf(two, 'alice', 'bob').status.type]).toEqual([
      'open',
      'superseded',
    ])
  })
})

describe('a peer that lies', () => {
  const forge = (world: World, by: 'alice' | 'bob', change: (hello: Hello) => Hello, sealer = by): RuntimeInput => {
    const other = by === 'alice' ? 'bob' : 'alice'
    const { terms } = world.account(by, other).state
    const entry = present(
      world.history
        .flatMap(({ step }) => [...step.outputs.parcels])
        .findLast((parcel) => messageIn(parcel)?.type === 'hello'),
      'a hello',
    )
    const message = messageIn(entry)
    if (message?.type !== 'hello') throw new Error('no hello')
    const hello = change(message.hello)
    const id = world.id(by)
    const hanko = present(
      testSigner('alice', 'bob').sign(world.id(sealer), helloDigest(terms, id === terms.left, hello)),
      'a signature',
    )
    const body = encode(messageCodec, { ...message, hello, hanko })
    const bytes = encode(entityMessageCodec, { type: 'account', opener: null, body })
    return { type: 'message', from: id, to: world.id(other), start: hello.start, bytes }
  }
  const refusedBy = (world: World, input: RuntimeInput) => {
    const before = world.env()
    const { outcomes } = world.tick([input])
    expect(world.env()).toBe(before)
    return outcomes[0]
  }

  test('frames we never signed -- refused, and the account goes on', () => {
    const { alice, bob } = newPair()
    const higher = (hello: Hello): Hello => ({
      ...hello,
      start: { ...hello.start, number: hello.start.number + 1 },
      height: 99,
      proof: hello.proof && { ...hello.proof, nonce: 4 * 99 },
    })
    const bobs = begin(copyOf('bob', bob))
    exchange(alice, bobs)
    expect(refusedBy(alice, forge(bobs, 'bob', higher))).toMatchObject({
      rejection: { violation: { type: 'bad_signature' }, disposition: 'ignore' },
    })
    const lifted = (hello: Hello): Hello => ({ ...higher(hello), proof: hello.proof })
    expect(refusedBy(alice, forge(bobs, 'bob', lifted))).toMatchObject({
      rejection: { violation: { type: 'bad_signature' } },
    })
    const none = (hello: Hello): Hello => ({ ...higher(hello), proof: null })
    expect(refusedBy(alice, forge(bobs, 'bob', none))).toMatchObject({
      rejection: { violation: { type: 'bad_signature' } },
    })
    pay(alice, 'alice', 'bob', 1)
    exchange(alice, bobs)
    agree(alice, bobs)
  })

  test('a hello that somebody else signed -- refused', () => {
    const { alice, bob } = newPair()
    const bobs = begin(copyOf('bob', bob))
    exchange(alice, bobs)
    const later = (hello: Hello): Hello => ({ ...hello, start: { ...hello.start, number: 1_000 } })
    expect(refusedBy(alice, forge(bobs, 'bob', later, 'alice'))).toMatchObject({
      rejection: { violation: { type: 'bad_signature' } },
    })
  })

  test('an old hello, or an old resync, said again -- nothing changes', () => {
    const { alice, bob } = newPair()
    const first = alice.env()
    pay(alice, 'alice', 'bob', 3)
    exchange(alice, bob)
    const again = begin(copyOf('alice', alice, first), { marks: alice.env() })
    exchange(again, bob)
    const heard = bob.history.flatMap(({ step: { outputs } }) => [...outputs.parcels, ...outputs.resends])
    const said = heard.filter((entry) => ['hello', 'resync'].includes(messageIn(entry)?.type ?? ''))
    expect(said.map((entry) => messageIn(entry)?.type)).toEqual(['hello', 'hello', 'hello', 'resync'])
    const before = again.env()
    for (const entry of said) again.tick([given(bob, entry)])
    expect(again.env()).toBe(before)
  })

  test('a resync with another state, other signatures, or of what is known -- refused, one by one', () => {
    const { alice, bob } = newPair()
    const old = alice.env()
    pay(alice, 'alice', 'bob', 3)
    exchange(alice, bob)
    const again = begin(copyOf('alice', alice, old))
    const [hello] = [...again.env().outbox.values()]
    bob.tick([given(again, present(hello, 'a hello'))])
    const [answer, resync] = [...bob.env().outbox.values()]
    again.tick([given(bob, present(answer, 'an answer'))])
    const message = messageIn(present(resync, 'a resync'))
    if (message?.type !== 'resync') throw new Error('no resync')
    const say = (changed: AccountMessage): RuntimeInput => {
      const bytes = encode(entityMessageCodec, { type: 'account', opener: null, body: encode(messageCodec, changed) })
      return { ...given(bob, present(resync, 'a resync')), bytes } as RuntimeInput
    }
    const { signed, sections } = message
    const violationOf = (changed: AccountMessage) => {
      const outcome = refusedBy(again, say(changed))
      if (outcome?.type !== 'rejected' || outcome.rejection.type !== 'refused_message') throw new Error('it was taken')
      return outcome.rejection.violation.type
    }
    const [delta] = sections.deltas
    const richer = { ...sections, deltas: [{ ...present(delta, 'a token'), offdelta: 0n }] }
    expect(violationOf({ ...message, sections: richer })).toBe('wrong_root')
    expect(violationOf({ ...message, sections: { ...sections, terms: { ...sections.terms, epoch: 1 } } })).toBe(
      'wrong_terms',
    )
    expect(violationOf({ ...message, signed: { ...signed, leftHanko: signed.rightHanko } })).toBe('bad_signature')
    expect(violationOf({ ...message, signed: { ...signed, rightHanko: signed.leftHanko } })).toBe('bad_signature')
    const { frames } = again.account('alice', 'bob')
    expect(violationOf({ ...message, signed: present(frames[0], 'an old frame') })).toBe('not_behind')
    again.tick([say(message)])
    expect(sessionOf(again, 'alice', 'bob').status).toEqual({ type: 'open' })
    expect(refusedBy(again, say(message))).toMatchObject({ rejection: { violation: { type: 'not_behind' } } })
  })

  test('two frames of one height, both signed by us -- the account is frozen', () => {
    const { alice, bob } = newPair()
    const [otherAlice, otherBob] = [copyOf('alice', alice), copyOf('bob', bob)]
    pay(alice, 'alice', 'bob', 1)
    exchange(alice, bob)
    pay(otherAlice, 'alice', 'bob', 2)
    exchange(otherAlice, otherBob)
    exchange(alice, begin(otherBob))
    expect(alice.account('alice', 'bob').status).toEqual({ type: 'frozen', violation: 'fork' })
  })
})
