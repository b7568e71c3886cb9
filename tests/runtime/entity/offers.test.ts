/** Offers: one invitation, a fresh invoice for every payment of it, and no invoice for what it does not say. */
import { beforeEach, describe, expect, test } from 'vitest'
import type { Bytes } from '../../../runtime/lib/bytes.ts'
import { keccak } from '../../../runtime/lib/hash.ts'
import { LIMITS, TIMING } from '../../../runtime/lib/limits.ts'
import { cheapOracles } from '../../support/cheap-oracle.ts'
import { createWorld, TETH, TUSD, testPolicy, usd, type World } from '../../support/world.ts'
import { checkMostly } from '../../support/world-checks.ts'

let world: World
beforeEach(() => {
  world = createWorld({ entities: { alice: {}, hub: { hubPolicy: testPolicy }, bob: {} }, check: checkMostly })
  for (const name of ['alice', 'bob']) world.open(name, 'hub', 50)
})

const makeOffer = (amount: bigint | null, memo = 'one coffee'): Bytes => {
  const { answer } = world.ok('bob', { type: 'create_offer', tokenId: TUSD, amount, memo })
  if (answer.type !== 'offer') throw new Error('no offer')
  return answer.offerId
}

const endings = (): readonly unknown[] =>
  world.history.flatMap(({ step }) =>
    step.events.flatMap(({ event }) => {
      if (event.type === 'payment_received') return [`${event.amount} for ${event.memo}`]
      return event.type === 'payment_failed' ? [event.reason] : []
    }),
  )

describe('an offer', () => {
  test('paid twice -- two invoices, both with its memo; forgotten when they are paid, by the payer when they have expired', () => {
    const offerId = makeOffer(usd(3))
    for (let i = 0; i < 2; i++) world.ok('alice', world.pay('bob', usd(3), { offerId, memo: 'mine' }))
    expect(endings()).toEqual([`${usd(3)} for one coffee`, `${usd(3)} for one coffee`])
    const timers = (name: string) => [...world.state(name).wakes.values()].map(({ kind }) => kind)
    expect([world.state('bob').invoices.size, timers('bob')]).toEqual([0, []])
    expect([world.state('alice').paid.size, timers('alice')]).toEqual([2, ['paid_expiry']])
    world.tick([], (TIMING.requestedInvoiceSeconds + TIMING.paidStepSeconds) * 1_000)
    expect([world.state('alice').paid.size, timers('alice')]).toEqual([0, []])
    expect(world.position('bob', 'hub').balance).toBe(usd(6))
    expect(world.state('bob').offers.size).toBe(1)
  })
  test('of any amount, without a memo -- the payer says both', () => {
    const offerId = makeOffer(null, '')
    world.ok('alice', world.pay('bob', usd(7), { offerId, memo: 'tip' }))
    expect(endings()).toEqual([`${usd(7)} for tip`])
  })
  test.each([
    ['another amount', () => world.pay('bob', usd(4), { offerId: makeOffer(usd(3)) })],
    ['an offer nobody made', () => world.pay('bob', usd(3), { offerId: keccak(new Uint8Array(1)) })],
    ['an offer of somebody else', () => world.pay('hub', usd(3), { offerId: makeOffer(usd(3)) })],
  ])('%s -- refused by the recipient, nothing was locked', (_what, tx) => {
    const before = world.position('alice', 'hub')
    world.ok('alice', tx())
    expect(endings()).toEqual(['unknown_offer'])
    expect(world.position('alice', 'hub')).toEqual(before)
    for (const name of ['hub', 'bob']) expect(world.state(name).invoices.size).toBe(0)
  })
  test('another token -- refused by the recipient, nothing was locked', () => {
    const offerId = makeOffer(usd(3))
    world.open('bob', 'alice', 50)
    world.ok('bob', { type: 'set_credit_limit', counterparty: world.id('alice'), tokenId: TETH, limit: usd(9) })
    world.ok('alice', world.pay('bob', usd(3), { offerId, tokenId: TETH }))
    expect(endings()).toEqual(['unknown_offer'])
    expect([world.state('bob').invoices.size, world.position('alice', 'bob', TETH).outHold]).toEqual([0, 0n])
  })
})

test('as many offers as there may be -- one more is refused', () => {
  const bulk = createWorld({ entities: { bob: {} }, oracle: cheapOracles(['bob']), check: () => {} })
  const tx = { type: 'create_offer', tokenId: TUSD, amount: null, memo: '' } as const
  bulk.tick(Array.from({ length: LIMITS.openOffers }, (_, i) => bulk.command('bob', tx, `o${i}`)))
  expect(bulk.state('bob').offers.size).toBe(LIMITS.openOffers)
  expect(bulk.refused('bob', tx)).toEqual({ type: 'too_many_offers', limit: LIMITS.openOffers })
})
