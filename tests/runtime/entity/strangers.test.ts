/**
 * Paying somebody this wallet knows nothing of but a link: the link leads to a request and no further, and what is
 * learned of the stranger is what it has signed. Three runtimes: alice's, the hub's, bob's.
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { offerTerms } from '../../../runtime/entity/offer.ts'
import type { OfferTerms, Profile } from '../../../runtime/entity/types.ts'
import { present } from '../../../runtime/lib/assert.ts'
import { toHex } from '../../../runtime/lib/bytes.ts'
import { profileOf } from '../../../runtime/step.ts'
import { keysOf } from '../../support/signer.ts'
import { createWorld, deliver, paperChain, profileFor, TUSD, testPolicy, usd, type World } from '../../support/world.ts'
import { checkMostly } from '../../support/world-checks.ts'

const BOB = keysOf('bob').entityId
const hub = { hubPolicy: testPolicy }

let alice: World
let hubs: World
let bob: World

/** Carries everything until nobody has anything to say. */
const carry = (): void => {
  const worlds = [alice, hubs, bob]
  for (let left = 100; worlds.some((world) => world.env().outbox.size > 0); left--) {
    if (left === 0) throw new Error('messages without end')
    for (const from of worlds) for (const to of worlds) if (from !== to) deliver(from, to)
  }
}

beforeEach(() => {
  alice = createWorld({ entities: { alice: {} }, elsewhere: { hub }, check: checkMostly })
  hubs = createWorld({ entities: { hub }, check: checkMostly })
  bob = createWorld({ entities: { bob: {} }, elsewhere: { hub }, check: checkMostly })
  for (const [world, name] of [
    [alice, 'alice'],
    [bob, 'bob'],
  ] as const) {
    world.open(name, 'hub', 50)
    carry()
  }
})

const makeOffer = (): OfferTerms => {
  const { answer } = bob.ok('bob', { type: 'create_offer', tokenId: TUSD, amount: usd(3), memo: 'one coffee' })
  const offer = [...bob.state('bob').offers.values()][0]
  if (answer.type !== 'offer' || offer === undefined) throw new Error('no offer')
  return offerTerms(bob.state('bob'), offer, { chain: paperChain.terms, profile: (id) => profileOf(bob.env(), id) })
}

/** As a link would have it. */
const payOffer = ({ payee, offer }: OfferTerms) => ({
  ...alice.pay('alice', usd(3), { offerId: offer.offerId, payee, memo: 'mine' }),
  to: BOB,
})
const known = (): Profile | null => profileOf(alice.env(), BOB)
const endings = (): readonly string[] =>
  alice.history.flatMap(({ step }) =>
    step.events.flatMap(({ event }) => {
      if (event.type === 'payment_sent') return [`sent ${event.payment.amount}${event.isProof ? ' with proof' : ''}`]
      return event.type === 'payment_failed' ? [event.reason] : []
    }),
  )

describe('an offer of a stranger', () => {
  test('is paid by the invoice it signs, and from then on the stranger is known by its own word', () => {
    const terms = makeOffer()
    expect(known()).toBeNull()
    alice.ok('alice', payOffer(terms))
    expect(known()).toBeNull()
    carry()
    expect(endings()).toEqual([`sent ${usd(3)} with proof`])
    expect(bob.position('bob', 'hub').balance).toBe(usd(3))
    expect(known()).toEqual(terms.payee)
  })

  test('with a link that lies about it -- what it signs is what counts, and what is learned', () => {
    const terms = makeOffer()
    const lie = { ...terms.payee, label: 'Hub', boxPublicKey: profileFor('mallory').boxPublicKey }
    alice.ok('alice', payOffer({ ...terms, payee: lie }))
    carry()
    expect(endings()).toEqual([`sent ${usd(3)} with proof`])
    expect(known()).toEqual(terms.payee)
  })

  test('that does not answer -- fails without a payment, and nothing of the link is kept', () => {
    const terms = makeOffer()
    const before = alice.position('alice', 'hub')
    alice.ok('alice', payOffer(terms))
    alice.tick([], 10_000)
    expect(endings()).toEqual(['recipient_unreachable'])
    expect([known(), alice.position('alice', 'hub')]).toEqual([null, before])
  })

  test('through a hub this wallet has no account with -- no route, nothing happens', () => {
    const terms = makeOffer()
    const payee = { ...terms.payee, hubs: [keysOf('trent').entityId] }
    expect(alice.refused('alice', payOffer({ ...terms, payee }))).toEqual({ type: 'no_route', to: BOB })
    expect(alice.env().outbox.size).toBe(0)
  })

  test.each<[string, (payee: Profile) => Profile]>([
    ['of another id', (payee) => ({ ...payee, entityId: keysOf('carol').entityId })],
    ['with a board that is not its own', (payee) => ({ ...payee, board: profileFor('carol').board })],
    ['with a key nothing can be sealed to', (payee) => ({ ...payee, boxPublicKey: new Uint8Array(32) })],
  ])('%s -- refused', (_, change) => {
    const terms = makeOffer()
    expect(alice.refused('alice', payOffer({ ...terms, payee: change(terms.payee) }))).toEqual({ type: 'bad_profile' })
  })
})

test('an offer of somebody known -- what is known goes before what the link says', () => {
  const terms = makeOffer()
  alice.tick([{ type: 'runtime', tx: { type: 'import_profile', profile: terms.payee } }])
  const payee = { ...terms.payee, hubs: [] }
  alice.ok('alice', payOffer({ ...terms, payee }))
  carry()
  expect(endings()).toEqual([`sent ${usd(3)} with proof`])
  expect(known()).toEqual(terms.payee)
})

test('an invoice of a stranger -- is paid, and tells who it is; a later one does not change that', () => {
  const invoice = bob.invoice('bob', usd(2))
  alice.ok('alice', { ...alice.pay('alice', usd(2), { invoice }), to: BOB })
  expect(known()).toEqual(invoice.terms.payee)
  carry()
  expect(endings()).toEqual([`sent ${usd(2)} with proof`])
  const first = present(known(), 'bob')
  alice.ok('alice', { ...alice.pay('alice', usd(1), { invoice: bob.invoice('bob', usd(1)) }), to: BOB })
  carry()
  expect(known()).toBe(first)
})

test('an offer that was withdrawn -- nobody gets an invoice for it; withdrawn again, nothing changes', () => {
  const terms = makeOffer()
  const withdraw = { type: 'withdraw_offer', offerId: terms.offer.offerId } as const
  bob.ok('bob', withdraw)
  const root = toHex(bob.state('bob').root)
  expect(bob.state('bob').offers.size).toBe(0)
  bob.ok('bob', withdraw)
  expect(toHex(bob.state('bob').root)).toBe(root)
  alice.ok('alice', payOffer(terms))
  carry()
  // A refusal changes nothing at bob's, so it is said once and not kept.
  const said = bob.history.flatMap(({ step }) => step.outputs.resends)
  alice.tick(said.map(({ from, to, bytes }) => ({ type: 'message', from, to, start: null, bytes })))
  expect(endings()).toEqual(['unknown_offer'])
  expect(alice.state('alice').payments.size).toBe(0)
})
