/** An invoice is paid once by its payer too, for as long as it is good. */
import { expect, test } from 'vitest'
import { draftOf } from '../../../runtime/entity/draft.ts'
import { completePayment } from '../../../runtime/entity/payment.ts'
import type { Invoice, Payment } from '../../../runtime/entity/types.ts'
import { toHex, word, ZERO_32 } from '../../../runtime/lib/bytes.ts'
import { keccak } from '../../../runtime/lib/hash.ts'
import { LIMITS, TIMING } from '../../../runtime/lib/limits.ts'
import { createPuppet } from '../../support/puppet.ts'
import { createWorld, paymentIdOf, TUSD, testPolicy, usd } from '../../support/world.ts'
import { checkMostly } from '../../support/world-checks.ts'

const startTown = () => {
  const entities = { alice: {}, hub: { hubPolicy: testPolicy }, bob: {} }
  const world = createWorld({ entities, elsewhere: { trent: {} }, check: checkMostly })
  for (const name of ['alice', 'bob']) world.open(name, 'hub', 50)
  return world
}

test('a paid invoice -- refused as paid until it expires, as expired from then on; nothing is kept', () => {
  const world = startTown()
  const invoice = world.invoice('bob', usd(5))
  world.ok('alice', world.pay('bob', usd(5), { invoice }))
  expect([...world.state('alice').paid.entries()]).toEqual([
    [toHex(invoice.terms.hashlock), invoice.terms.expirySeconds],
  ])
  const { height } = world.env()
  expect(world.refused('alice', world.pay('bob', usd(5), { invoice }))).toEqual({ type: 'invoice_paid' })
  expect(world.env().height).toBe(height)
  world.tick([], invoice.terms.expirySeconds * 1_000 - world.nowMs() - 200)
  expect(world.refused('alice', world.pay('bob', usd(5), { invoice })).type).toBe('invoice_paid')
  world.tick()
  expect(world.refused('alice', world.pay('bob', usd(5), { invoice })).type).toBe('invoice_expired')
  expect([world.state('alice').paid.size, world.state('alice').wakes.size]).toEqual([0, 0])
})

test('a payment that failed -- the invoice can be paid after all', () => {
  const world = startTown()
  const invoice = world.invoice('bob', usd(120))
  const grant = (limit: bigint) =>
    world.ok('hub', { type: 'set_credit_limit', counterparty: world.id('alice'), tokenId: TUSD, limit })
  grant(usd(500))
  world.ok('alice', world.pay('bob', usd(120), { invoice }))
  expect([world.state('alice').payments.size, world.state('alice').paid.size]).toEqual([0, 0])
  world.ok('bob', { type: 'set_credit_limit', counterparty: world.id('hub'), tokenId: TUSD, limit: usd(500) })
  world.ok('alice', world.pay('bob', usd(120), { invoice }))
  expect(world.position('bob', 'hub').balance).toBe(usd(120))
})

test('a recipient who answers with an invoice that has been paid -- the payment fails, nothing leaves', () => {
  const world = startTown()
  const trent = createPuppet(world, 'trent', 'alice')
  trent.say([
    { type: 'add_delta', tokenId: TUSD },
    { type: 'set_credit_limit', tokenId: TUSD, limit: usd(50) },
  ])
  const there = createWorld({ entities: { trent: {} } })
  there.advance(world.nowMs() - there.nowMs())
  const invoice: Invoice = there.invoice('trent', usd(5))
  world.tick([world.command('alice', world.pay('trent', usd(5), { invoice }))])
  trent.say([])
  const preimage = [...there.state('trent').invoices.values()][0]?.preimage ?? ZERO_32
  const { hashlock } = invoice.terms
  trent.say([{ type: 'htlc_resolve', hashlock, part: 0, outcome: { type: 'secret', preimage } }])
  expect(world.position('alice', 'trent').balance).toBe(-usd(5))
  const asked = world.pay('trent', usd(5))
  world.tick([world.command('alice', asked)])
  trent.send({ type: 'invoice', requestId: asked.paymentId, invoice })
  const failed = world.history.at(-1)?.step.events.map(({ event }) => event)
  expect(failed).toMatchObject([{ type: 'payment_failed', reason: 'invoice_paid' }])
  world.tick([], TIMING.invoiceRequestMs)
  expect(world.account('alice', 'trent').pending).toBeNull()
})

test('more paid invoices than are remembered -- the one that expires first is forgotten', () => {
  const world = startTown()
  const state = world.state('alice')
  let { paid } = state
  for (let i = 0; i < LIMITS.paidInvoices; i++)
    paid = paid.set(toHex(word(i)), 10_000 + ((i + 7) % LIMITS.paidInvoices))
  const payment: Payment = {
    paymentId: paymentIdOf(1),
    to: world.id('bob'),
    tokenId: TUSD,
    amount: 1n,
    fee: 0n,
    maxFee: 0n,
    memo: '',
    startedMs: 0,
    phase: {
      type: 'locked',
      via: world.id('hub'),
      hashlock: keccak(ZERO_32),
      part: 0,
      expirySeconds: 1,
      invoiceExpirySeconds: 50_000,
    },
  }
  const draft = draftOf({ ...state, paid })
  completePayment(draft, payment, ZERO_32)
  expect(draft.state.paid.size).toBe(LIMITS.paidInvoices)
  expect(draft.state.paid.has(toHex(keccak(ZERO_32)))).toBe(true)
  expect(draft.state.paid.has(toHex(word(LIMITS.paidInvoices - 7)))).toBe(false)
})
