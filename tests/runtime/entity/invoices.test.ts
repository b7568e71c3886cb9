/** Invoices at their payee: how many may be open, and when they are forgotten. */
import { beforeEach, describe, expect, test } from 'vitest'
import type { AccountTx } from '../../../runtime/account/types.ts'
import type { Invoice } from '../../../runtime/entity/types.ts'
import { toHex, ZERO_32 } from '../../../runtime/lib/bytes.ts'
import { LIMITS, TIMING } from '../../../runtime/lib/limits.ts'
import { cheapOracles } from '../../support/cheap-oracle.ts'
import { createPuppet, envelopeFor, type Puppet } from '../../support/puppet.ts'
import { createWorld, TETH, TUSD, usd, type World } from '../../support/world.ts'
import { checkMostly } from '../../support/world-checks.ts'

const DAY_SECONDS = 86_400

test('as many open invoices as there may be -- one more is refused until one of them is paid', () => {
  const world = createWorld({
    entities: { alice: {}, bob: {} },
    oracle: cheapOracles(['alice', 'bob']),
    check: () => {},
  })
  world.open('bob', 'alice', 50)
  const first = world.invoice('bob', usd(1))
  const expirySeconds = Math.floor(world.nowMs() / 1_000) + DAY_SECONDS
  const ask = { type: 'create_invoice', tokenId: TUSD, amount: usd(1), memo: '', expirySeconds } as const
  world.tick(Array.from({ length: LIMITS.openInvoices - 1 }, (_, i) => world.command('bob', ask, `i${i}`)))
  expect(world.state('bob').invoices.size).toBe(LIMITS.openInvoices)
  expect(world.refused('bob', ask)).toEqual({ type: 'too_many_invoices', limit: LIMITS.openInvoices })
  world.ok('alice', world.pay('bob', usd(1), { invoice: first }))
  world.ok('bob', ask)
  expect(world.refused('bob', ask).type).toBe('too_many_invoices')
})

describe('an invoice whose payer falls silent after seeing the preimage', () => {
  let world: World
  let payer: Puppet
  let invoice: Invoice
  beforeEach(() => {
    world = createWorld({ entities: { bob: {} }, elsewhere: { trent: {} }, check: checkMostly })
    payer = createPuppet(world, 'trent', 'bob')
    payer.say([{ type: 'add_delta', tokenId: TUSD }])
    world.ok('bob', { type: 'set_credit_limit', counterparty: payer.entityId, tokenId: TUSD, limit: usd(50) })
    payer.say([])
    invoice = world.invoice('bob', usd(5))
    const { hashlock, paymentSecret } = invoice.terms
    const final = { type: 'final', amount: usd(5), payer: null, proof: { type: 'invoice', paymentSecret } } as const
    const lock: AccountTx = {
      type: 'htlc_lock',
      hashlock,
      part: 0,
      tokenId: TUSD,
      amount: usd(5),
      expirySeconds: Math.floor(world.nowMs() / 1_000) + 2 * DAY_SECONDS,
      envelope: envelopeFor([['bob', final]], hashlock),
    }
    world.tick([payer.proposal([lock])])
    expect(status()).toBe('releasing')
  })
  const status = () => world.state('bob').invoices.get(toHex(invoice.terms.hashlock))?.status
  /** An hour at a time; how many frames that made. */
  const sleep = (hours: number): number => {
    const { height } = world.env()
    for (let i = 0; i < hours; i++) world.tick([], 3_600_000)
    return world.env().height - height
  }

  test('paid after it has expired -- shown as paid for a while, then forgotten', () => {
    expect(sleep(5)).toBe(1)
    expect(status()).toBe('releasing')
    payer.listen()
    payer.say([])
    expect([status(), world.position('bob', 'trent').balance]).toEqual(['paid', usd(5)])
    world.tick([], TIMING.finalExpirySeconds * 1_000)
    expect([status(), world.state('bob').wakes.size]).toEqual([undefined, 0])
  })
  test('in a frozen account -- kept with its preimage, not a frame is written for it, and the chain is told in time', () => {
    payer.listen(false)
    const { height } = world.account('bob', 'trent').state
    payer.doctor([{ type: 'add_delta', tokenId: TETH }], { height: height + 1, prevFrameHash: ZERO_32 })
    expect(world.account('bob', 'trent').status.type).toBe('frozen')
    expect(sleep(40)).toBe(1)
    const calls = () => [...world.state('bob').calls.values()]
    expect([status(), calls()]).toEqual(['releasing', []])
    expect(sleep(7)).toBe(0)
    world.tick([], 3_600_000 - (TIMING.inclusionReserveSeconds / 2) * 1_000)
    const preimage = world.state('bob').invoices.get(toHex(invoice.terms.hashlock))?.preimage
    expect([status(), calls()]).toEqual(['releasing', [{ type: 'reveal', jurisdiction: 'sim', preimage }]])
  })
})
