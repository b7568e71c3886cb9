/** A hub between a payer who makes his own envelopes and an honest recipient. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { AccountTx } from '../../../runtime/account/types.ts'
import type { EnvelopePayload, Invoice } from '../../../runtime/entity/types.ts'
import { EMPTY, toHex, utf8 } from '../../../runtime/lib/bytes.ts'
import { keccak } from '../../../runtime/lib/hash.ts'
import { hopDeltaSeconds } from '../../../runtime/lib/limits.ts'
import type { TokenId } from '../../../runtime/lib/units.ts'
import { createPuppet, envelopeFor, type Puppet } from '../../support/puppet.ts'
import { createWorld, paperChain, TETH, TUSD, testPolicy, usd, type World } from '../../support/world.ts'
import { checkMostly } from '../../support/world-checks.ts'

const HOP = hopDeltaSeconds(paperChain)
/** What the hub asks for passing on 5 tUSD: 0.0001 + 0.1 %. */
const FEE = 100n + 5_000n

let world: World
let payer: Puppet
let invoice: Invoice
let mark = 0
beforeAll(() => {
  const hubPolicy = { ...testPolicy, newcomerCredit: [{ tokenId: TUSD, limit: usd(10_000) }] }
  const entities = { hub: { hubPolicy }, bob: {}, alice: {} }
  world = createWorld({ entities, elsewhere: { mallory: {}, trent: {} }, check: checkMostly })
  world.open('bob', 'hub', 1_000)
  world.open('alice', 'hub', 50)
  payer = createPuppet(world, 'mallory', 'hub')
  payer.say([{ type: 'add_delta', tokenId: TUSD }])
})
beforeEach(() => {
  invoice = world.invoice('bob', usd(5))
  mark = world.history.length
})

type Order = {
  readonly out?: Partial<Extract<EnvelopePayload, { type: 'forward' }>>
  readonly final?: Partial<Extract<EnvelopePayload, { type: 'final' }>>
  readonly amount?: bigint
  readonly expirySeconds?: number
  readonly tokenId?: TokenId
  readonly part?: number
}

const lockOf = (order: Order = {}): AccountTx => {
  const { hashlock, paymentSecret } = invoice.terms
  const now = Math.floor(world.nowMs() / 1_000)
  const out = { next: world.id('bob'), amount: usd(5), expirySeconds: now + 3_600, envelope: EMPTY, ...order.out }
  const final = { amount: usd(5), payer: null, proof: { type: 'invoice' as const, paymentSecret }, ...order.final }
  const hops = [
    ['hub', { type: 'forward', ...out }],
    ['bob', { type: 'final', ...final }],
  ] as const
  return {
    type: 'htlc_lock',
    hashlock,
    part: order.part ?? 0,
    tokenId: order.tokenId ?? TUSD,
    amount: order.amount ?? out.amount + FEE,
    expirySeconds: order.expirySeconds ?? now + 3_600 + HOP,
    envelope: envelopeFor(hops, hashlock),
  }
}

/** How the payer's locks have ended, oldest first. */
const endings = (): readonly string[] =>
  world.history.slice(mark).flatMap(({ step }) =>
    step.events.flatMap(({ entityId, event }) => {
      if (entityId !== world.id('hub') || event.type !== 'account' || event.event.type !== 'resolved') return []
      if (event.counterparty !== payer.entityId) return []
      const { outcome } = event.event
      return [outcome.type === 'secret' ? 'paid' : outcome.reason]
    }),
  )

const expectNothingHeld = (): void => {
  for (const name of ['alice', 'hub', 'bob']) {
    const state = world.state(name)
    expect(state.lockBook.size).toBe(0)
    for (const { state: agreed, pending } of state.accounts.values()) {
      expect([agreed.locks.size, pending]).toEqual([0, null])
      for (const delta of agreed.deltas.values()) expect([delta.leftHold, delta.rightHold]).toEqual([0n, 0n])
    }
  }
}

const eventsOf = (type: string): number =>
  world.history
    .slice(mark)
    .reduce((sum, { step }) => sum + step.events.filter(({ event }) => event.type === type).length, 0)

describe('a lock to be passed on', () => {
  test('with the exact fee and time is paid, the preimage travels back, the hub keeps its fee', () => {
    const before = world.position('hub', 'mallory').balance + world.position('hub', 'bob').balance
    const bob = world.position('bob', 'hub').balance
    payer.say([lockOf()])
    expect(endings()).toEqual(['paid'])
    expectNothingHeld()
    expect(world.position('bob', 'hub').balance - bob).toBe(usd(5))
    expect(world.position('hub', 'mallory').balance + world.position('hub', 'bob').balance - before).toBe(FEE)
    expect([eventsOf('payment_forwarded'), eventsOf('payment_received')]).toEqual([1, 1])
  })

  const now = () => Math.floor(world.nowMs() / 1_000)
  const refusals: readonly (readonly [what: string, order: () => Order, reason: string])[] = [
    ['one unit of fee too little', () => ({ amount: usd(5) + FEE - 1n }), 'fee_too_low'],
    ['more out than in', () => ({ amount: usd(1) }), 'fee_too_low'],
    ['nothing out', () => ({ out: { amount: 0n } }), 'fee_too_low'],
    ['one second of time too little', () => ({ expirySeconds: now() + 3_600 + HOP - 1 }), 'expiry_too_close'],
    ['out after in', () => ({ out: { expirySeconds: now() + 9_000 } }), 'expiry_too_close'],
    ['out in the past', () => ({ out: { expirySeconds: now() - 1 } }), 'expiry_too_soon'],
    ['to nobody the hub knows', () => ({ out: { next: world.id('trent') } }), 'unknown_next_hop'],
    ['in a loop, back to the payer', () => ({ out: { next: payer.entityId } }), 'unknown_next_hop'],
    ['in a loop, to the hub itself', () => ({ out: { next: world.id('hub') } }), 'unknown_next_hop'],
    [
      'more than the hub can pass on',
      () => ({ out: { amount: usd(1_001) }, amount: usd(1_010) }),
      'next_hop_over_capacity',
    ],
    ['at the wrong amount', () => ({ out: { amount: usd(4) }, amount: usd(4) + FEE }), 'amount_too_low'],
    [
      'claiming a smaller amount than the invoice',
      () => ({ out: { amount: usd(4) }, amount: usd(4) + FEE, final: { amount: usd(4) } }),
      'unknown_invoice',
    ],
    [
      'with a wrong payment secret',
      () => ({ final: { proof: { type: 'invoice', paymentSecret: keccak(utf8('guess')) } } }),
      'unknown_invoice',
    ],
    [
      'as keysend on the hash of an invoice',
      () => ({ final: { proof: { type: 'keysend', preimage: keccak(utf8('guess')), memo: '' } } }),
      'unknown_invoice',
    ],
    [
      'with too little time left for the recipient',
      () => ({ out: { expirySeconds: now() + 1_700 } }),
      'expiry_too_soon',
    ],
  ]
  test.each(refusals)('%s: given back, every hold freed, nobody paid', (_what, order, reason) => {
    const before = [world.position('bob', 'hub'), world.position('hub', 'mallory')]
    payer.say([lockOf(order())])
    expect(endings()).toEqual([reason])
    expectNothingHeld()
    expect([world.position('bob', 'hub'), world.position('hub', 'mallory')]).toEqual(before)
    expect([eventsOf('payment_forwarded'), eventsOf('payment_received')]).toEqual([0, 0])
    // The invoice is as good as before.
    payer.say([lockOf()])
    expect(endings()).toEqual([reason, 'paid'])
  })

  test('in a token the hub does not carry: given back', () => {
    payer.say([{ type: 'add_delta', tokenId: TETH }])
    world.ok('hub', { type: 'set_credit_limit', counterparty: payer.entityId, tokenId: TETH, limit: usd(100) })
    payer.say([])
    payer.say([lockOf({ tokenId: TETH })])
    expect(endings()).toEqual(['token_not_carried'])
  })
  test.each([
    ['no envelope', () => EMPTY],
    ['noise', () => new Uint8Array(200)],
    [
      'an envelope for somebody else',
      () =>
        envelopeFor(
          [['bob', { type: 'forward', next: world.id('bob'), amount: 1n, expirySeconds: 1, envelope: EMPTY }]],
          invoice.terms.hashlock,
        ),
    ],
    [
      'an envelope of another lock',
      () =>
        envelopeFor(
          [['hub', { type: 'forward', next: world.id('bob'), amount: 1n, expirySeconds: 1, envelope: EMPTY }]],
          keccak(EMPTY),
        ),
    ],
  ] as const)('with %s: given back', (_what, envelope) => {
    payer.say([{ ...lockOf(), envelope: envelope() } as AccountTx])
    expect(endings()).toEqual(['bad_envelope'])
    expectNothingHeld()
  })
  test('to an entity that does not forward: given back', () => {
    const other = createPuppet(world, 'trent', 'alice')
    other.say([{ type: 'add_delta', tokenId: TUSD }])
    world.ok('alice', { type: 'set_credit_limit', counterparty: other.entityId, tokenId: TUSD, limit: usd(100) })
    other.say([])
    const forward = {
      type: 'forward',
      next: world.id('hub'),
      amount: usd(1),
      expirySeconds: now() + 3_600,
      envelope: EMPTY,
    } as const
    other.say([{ ...lockOf(), envelope: envelopeFor([['alice', forward]], invoice.terms.hashlock) } as AccountTx])
    expectNothingHeld()
    expect(other.replica().state.locks.size).toBe(0)
    expect(world.position('alice', 'trent').balance).toBe(0n)
  })
  test('on a hash that has been paid: given back, also as another part of it', () => {
    const bob = world.position('bob', 'hub').balance
    payer.say([lockOf()])
    payer.say([lockOf()])
    expect(endings()).toEqual(['paid', 'unknown_invoice'])
    payer.say([lockOf({ part: 1 })])
    expect(endings()).toEqual(['paid', 'unknown_invoice', 'unknown_invoice'])
    expect(world.position('bob', 'hub').balance - bob).toBe(usd(5))
    expectNothingHeld()
  })
})

describe('a hub whose lock is refused before it is agreed', () => {
  /** Bob is LEFT of the hub: his frame wins. */
  test("Bob's cut of the hub's credit collides with the hub's lock: the payer's lock is given back", () => {
    const cut = { type: 'set_credit_limit', counterparty: world.id('hub'), tokenId: TUSD, limit: 0n } as const
    world.tick([payer.proposal([lockOf()]), world.command('bob', cut)])
    expect(world.account('hub', 'bob').pending?.frame.accountTxs.map(({ type }) => type)).toEqual(['htlc_lock'])
    expect(world.account('bob', 'hub').pending?.frame.height).toBe(world.account('hub', 'bob').pending?.frame.height)
    payer.say([])
    expect(endings()).toEqual(['over_capacity'])
    expectNothingHeld()
    world.ok('bob', { ...cut, limit: usd(1_000) })
  })
  test('the hub has paid somebody else with it meanwhile', () => {
    const room = world.position('hub', 'bob').outCapacity
    const pay = {
      type: 'direct_payment',
      counterparty: world.id('bob'),
      tokenId: TUSD,
      amount: room,
      memo: '',
    } as const
    world.tick([world.command('hub', pay)])
    payer.say([lockOf()])
    expect(endings()).toEqual(['next_hop_over_capacity'])
    expectNothingHeld()
    world.ok('bob', { ...pay, counterparty: world.id('hub') })
  })
})

describe('one hash, two payers', () => {
  test('the second lock is given back and the first is paid as if there had been no second', () => {
    // Alice pays her own way; Mallory locks on the same hash while Bob has not answered her yet.
    world.tick([world.command('alice', world.pay('bob', usd(5), { invoice }))])
    world.tick()
    expect(world.state('hub').lockBook.size).toBe(1)
    payer.say([lockOf()])
    expect(endings()).toEqual(['duplicate_lock'])
    expect([eventsOf('payment_received'), eventsOf('payment_sent'), eventsOf('payment_forwarded')]).toEqual([1, 1, 1])
    expectNothingHeld()
  })
  test('at the recipient: a stranger with an account of his own cannot disturb a payment', () => {
    const trent = createPuppet(world, 'trent', 'bob')
    trent.say([{ type: 'add_delta', tokenId: TUSD }])
    world.ok('bob', { type: 'set_credit_limit', counterparty: trent.entityId, tokenId: TUSD, limit: usd(100) })
    trent.say([])
    world.tick([world.command('alice', world.pay('bob', usd(5), { invoice }))])
    while (world.account('hub', 'bob').pending === null) world.tick()
    world.tick()
    // Bob has committed the hub's lock and shown the preimage, which the hub has not taken in yet.
    const { hashlock, paymentSecret } = invoice.terms
    const final = { type: 'final', amount: usd(5), payer: null, proof: { type: 'invoice', paymentSecret } } as const
    const envelope = envelopeFor([['bob', final]], hashlock)
    trent.say([{ ...lockOf(), amount: usd(5), envelope } as AccountTx])
    expect(trent.replica().state.locks.size).toBe(0)
    expect([eventsOf('payment_received'), eventsOf('payment_sent')]).toEqual([1, 1])
    expect(world.state('bob').invoices.get(toHex(hashlock))?.status).toBe('paid')
    expectNothingHeld()
  })
})
