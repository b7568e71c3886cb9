/** A hub between Alice and Bob, each in a runtime of its own with only a line between them (peers.ts). */
import type { Env } from '../../runtime/types.ts'
import { begin, engineAt, exchange } from './peers.ts'
import { createWorld, deliver, testPolicy, type World, type WorldOptions } from './world.ts'
import { checkEverything } from './world-checks.ts'

const NAMES = ['alice', 'bob', 'hub'] as const
type Name = (typeof NAMES)[number]

const optionsOf = (name: Name) => (name === 'hub' ? { hubPolicy: testPolicy } : {})

const peerFrom = (name: Name, from?: WorldOptions['from']): World =>
  createWorld({
    entities: { [name]: optionsOf(name) },
    elsewhere: Object.fromEntries(NAMES.filter((other) => other !== name).map((other) => [other, optionsOf(other)])),
    runtimeId: name,
    check: checkEverything(NAMES),
    ...(from === undefined ? {} : { from }),
  })

export type ThreePeers = { readonly alice: World; readonly bob: World; readonly hub: World }

/** Both have an account with the hub, trust it with 1,000, and have been lent what it lends to newcomers. */
export const newTrio = (): ThreePeers => {
  const alice = begin(peerFrom('alice'))
  const bob = begin(peerFrom('bob'))
  const hub = begin(peerFrom('hub'))
  alice.open('alice', 'hub', 1_000)
  exchange(alice, bob, hub)
  bob.open('bob', 'hub', 1_000)
  exchange(alice, bob, hub)
  // What would have reminded them of answers that did not come.
  for (const world of [alice, bob, hub]) world.tick([], 20_000)
  exchange(alice, bob, hub)
  return { alice, bob, hub }
}

/** The hub as it was at `env`, started again beside a canary that knows of all it has signed since. */
export const hubBackAt = (hub: World, env: Env): World =>
  begin(peerFrom('hub', engineAt(hub, env)), { marks: hub.env() })

/** Alice pays `amount` to Bob through the hub, which has proposed the lock to him; he has not heard of it. */
export const payThrough = ({ alice, bob, hub }: ThreePeers, amount: bigint) => {
  const invoice = bob.invoice('bob', amount)
  alice.tick([alice.command('alice', alice.pay('bob', amount, { invoice }))])
  for (let round = 0; round < 6; round++) {
    deliver(alice, hub)
    deliver(hub, alice)
  }
  return invoice
}
