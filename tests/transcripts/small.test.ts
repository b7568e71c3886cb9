/** Shorter scenarios to read: two sides at once, a payment's ways through a hub, and what happens when it fails. */
import { test } from 'vitest'
import { TIMING } from '../../runtime/lib/limits.ts'
import { createWorld, deliver, exchange, testPolicy, TUSD, usd, type World } from '../support/world.ts'
import { expectTranscript, transcribe } from './transcript.ts'

const direct = (world: World, from: string, to: string, dollars: number) => {
  const tx = { type: 'direct_payment', counterparty: world.id(to), tokenId: TUSD, amount: usd(dollars), memo: '' } as const
  return world.command(from, tx, `${from}-${world.history.length}`)
}

test('collision -- both open at once, both pay at once, and one limit makes the other’s payment impossible', () => {
  const world = createWorld({ entities: { left: {}, right: {} } })
  const open = (name: string, counterparty: string, dollars: number) => {
    const tx = { type: 'open_account', counterparty: world.id(counterparty), tokenId: TUSD, creditLimit: usd(dollars) } as const
    return world.command(name, tx, `open-${name}`)
  }
  world.tick([open('left', 'right', 50), open('right', 'left', 70)])
  world.settle()
  world.tick([direct(world, 'left', 'right', 30), direct(world, 'right', 'left', 12)])
  world.settle()
  world.tick([
    world.command('left', { type: 'set_credit_limit', counterparty: world.id('right'), tokenId: TUSD, limit: 0n }, 'cut'),
    direct(world, 'right', 'left', 60),
  ])
  world.settle()
  expectTranscript('collision', transcribe(world))
})

test('htlc -- by invoice, on request, and without one', () => {
  // The hub is LEFT of erin and RIGHT of alice.
  const world = createWorld({ entities: { alice: {}, hub: { hubPolicy: testPolicy }, erin: {} } })
  world.open('alice', 'hub', 50)
  world.open('erin', 'hub', 50)
  world.ok('alice', world.pay('erin', usd(5), { invoice: world.invoice('erin', usd(5), 'by invoice') }))
  world.ok('erin', world.pay('alice', usd(3), { memo: 'on request' }))
  world.tick([world.command('alice', world.pay('erin', usd(2), { memo: 'without' }))])
  world.tick([], TIMING.invoiceRequestMs)
  world.settle()
  expectTranscript('htlc', transcribe(world))
})

test('failure -- refused by the hub, unknown to the recipient, and a recipient that sleeps past the expiry', () => {
  const world = createWorld({
    entities: { alice: {}, hub: { hubPolicy: testPolicy } },
    elsewhere: { erin: {} },
    runtimeId: 'here',
  })
  const there = createWorld({ entities: { erin: {} }, elsewhere: { hub: { hubPolicy: testPolicy }, alice: {} }, runtimeId: 'there' })
  world.open('alice', 'hub', 50)
  there.open('erin', 'hub', 20)
  exchange(world, there)
  world.refused('alice', world.pay('hub', usd(1_000)))
  // More than the hub may owe erin.
  world.ok('alice', world.pay('erin', usd(21), { invoice: there.invoice('erin', usd(21)) }))
  // The second is of an erin who has lost her memory.
  const lost = createWorld({ entities: { hub: { hubPolicy: testPolicy }, erin: {} }, runtimeId: 'lost' })
  lost.open('erin', 'hub', 20)
  // Another tick draws another preimage.
  for (let i = 0; i < 9; i++) lost.tick()
  for (const one of [there, lost]) {
    world.ok('alice', world.pay('erin', usd(5), { invoice: one.invoice('erin', usd(5)) }))
    exchange(world, there)
    world.settle()
  }
  // Erin sleeps: nothing reaches her until the chain has passed the expiry.
  world.ok('alice', world.pay('erin', usd(4), { invoice: there.invoice('erin', usd(4)) }))
  world.advance(3 * 3_600_000)
  world.tick([world.mine()])
  world.settle()
  there.advance(world.nowMs() - there.nowMs())
  there.tick([there.mine()])
  deliver(world, there)
  exchange(world, there)
  world.tick([], 61_000)
  exchange(world, there)
  world.settle()
  expectTranscript('failure', transcribe(world))
})
