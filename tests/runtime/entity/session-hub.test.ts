/**
 * A hub among peers in other runtimes: what it has signed to one of them still binds it when that one lies, when it goes
 * back in time itself, and whatever a third peer says.
 */
import { describe, expect, test } from 'vitest'
import { present } from '../../../runtime/lib/assert.ts'
import { word } from '../../../runtime/lib/bytes.ts'
import { exchange, lie, payDirectly } from '../../support/peers.ts'
import { hubBackAt, newTrio, payThrough } from '../../support/three-peers.ts'
import { deliver, usd, type World } from '../../support/world.ts'

/** What the hub takes for passing on 5: the base fee and a thousandth. */
const FEE = 100n + 5_000n
const balancesOf = (hub: World) => [hub.position('hub', 'alice').balance, hub.position('hub', 'bob').balance]

describe('a lock that was forwarded', () => {
  test('its receiver lies about a floor and says nothing to it -- what it pulls on the chain is collected', () => {
    const trio = newTrio()
    const { bob, hub } = trio
    const invoice = payThrough(trio, usd(5))
    const [key] = [...hub.state('hub').lockBook.keys()]
    expect(hub.account('hub', 'bob').pending?.next.locks.has(present(key, 'a lock'))).toBe(true)
    // Bob holds the hub's signature under this lock.
    hub.tick([lie(hub, { from: 'bob', to: 'hub' }, { floor: 50, known: null })])
    const [own] = [...bob.state('bob').invoices.values()]
    const { preimage } = present(own, 'an invoice')
    const revealedAtSeconds = Math.floor(hub.nowMs() / 1_000)
    const { hashlock } = invoice.terms
    hub.tick([hub.mine([{ type: 'secret_revealed', hashlock, preimage, revealedAtSeconds }])])
    const { pending, mempool } = hub.account('hub', 'alice')
    expect([...(pending?.frame.accountTxs ?? []), ...mempool]).toEqual([
      { type: 'htlc_resolve', hashlock, part: 0, outcome: { type: 'secret', preimage } },
    ])
  })

  test('the hub goes back to before it forwarded -- it is given both accounts back, and collects what it pays on', () => {
    const trio = newTrio()
    const { alice, bob, hub } = trio
    const old = hub.env()
    payThrough(trio, usd(5))
    // Bob takes the lock; what he answers finds a hub that has gone back.
    deliver(hub, bob)
    expect(bob.account('bob', 'hub').state.locks.size).toBe(1)
    const again = hubBackAt(hub, old)
    exchange(alice, bob, again)
    for (let round = 0; round < 3; round++) {
      again.tick([], 2_000)
      exchange(alice, bob, again)
    }
    expect(balancesOf(again)).toEqual([usd(5) + FEE, -usd(5)])
    expect([alice.position('alice', 'hub').balance, bob.position('bob', 'hub').balance]).toEqual([
      -usd(5) - FEE,
      usd(5),
    ])
    const locks = ['alice', 'bob'].map((name) => again.account('hub', name).state.locks.size)
    expect([locks, again.state('hub').lockBook.size]).toEqual([[0, 0], 0])
  })
})

describe('a rollback', () => {
  test('one peer has lied of another instance -- the others are greeted, and nothing is signed to them before', () => {
    const { alice, bob, hub } = newTrio()
    payDirectly(bob, { from: 'bob', to: 'hub' }, 20)
    exchange(alice, bob, hub)
    hub.tick([lie(hub, { from: 'alice', to: 'hub' }, { known: { number: 5, instance: word(3) } })])
    const old = hub.env()
    payDirectly(hub, { from: 'hub', to: 'bob' }, 1)
    const signed = present(hub.account('hub', 'bob').pending, 'a proposal').frame.height
    const again = hubBackAt(hub, old)
    payDirectly(again, { from: 'hub', to: 'bob' }, 2)
    const { status, floor } = present(again.state('hub').sessions.get(again.id('bob')), 'a session')
    expect([status, floor, again.account('hub', 'bob').pending]).toEqual([{ type: 'greeting' }, signed + 1, null])
    exchange(again, bob)
    const { state, pending } = again.account('hub', 'bob')
    expect([state.height, pending, again.position('hub', 'bob').balance]).toEqual([signed + 1, null, usd(18)])
  })
})
