/**
 * Setbacks of one side, with and without a canary: whatever was lost, and at whichever tick, the two end in one state and
 * neither is stuck; where nothing can be known of what was signed, nothing goes on.
 */
import { describe, expect, test } from 'vitest'
import { present } from '../../../runtime/lib/assert.ts'
import { toHex, word } from '../../../runtime/lib/bytes.ts'
import { recover } from '../../../runtime/recover.ts'
import { memoryCanary } from '../../../runtime/storage/canary.ts'
import { createMemoryDisk, memoryStore } from '../../../runtime/storage/memory.ts'
import {
  begin,
  copyOf,
  exchange,
  firstHello,
  lie,
  newPair,
  newPeer,
  OTHER,
  type PeerName,
  payDirectly,
  saidBy,
} from '../../support/peers.ts'
import { newTrio } from '../../support/three-peers.ts'
import type { World } from '../../support/world.ts'

const SIDES: readonly PeerName[] = ['alice', 'bob']
const CASES = SIDES.flatMap((payer) =>
  SIDES.flatMap((back) => (['a', 'no'] as const).map((canary) => [payer, back, canary] as const)),
)

const frameOf = (world: World, name: PeerName): string => toHex(world.account(name, OTHER[name]).state.frameHash)
const waitingAt = (world: World, name: PeerName) => {
  const { pending, mempool } = world.account(name, OTHER[name])
  return [pending?.frame.height ?? null, mempool]
}
/** Both hold the same frame, and neither waits for anything. */
const expectQuiet = (name: PeerName, world: World, other: World): void => {
  expect([frameOf(world, name), waitingAt(world, name), waitingAt(other, OTHER[name])]).toEqual([
    frameOf(other, OTHER[name]),
    [null, []],
    [null, []],
  ])
}

describe('one side goes back to any tick there was', () => {
  test.each(CASES)('%s pays, %s goes back, with %s canary -- both pay on', (payer, back, canary) => {
    const pair = newPair()
    const other = OTHER[back]
    const before = pair[back].env()
    const first = pair[back].history.length
    payDirectly(pair[payer], { from: payer, to: OTHER[payer] }, 3)
    exchange(pair.alice, pair.bob)
    const ticks = pair[back].history.slice(first)
    expect(ticks.length).toBeGreaterThan(0)
    for (const env of [before, ...ticks.map(({ step }) => step.env)]) {
      const again = begin(copyOf(back, pair[back], env), canary === 'a' ? { marks: pair[back].env() } : {})
      const still = copyOf(other, pair[other])
      exchange(again, still)
      payDirectly(again, { from: back, to: other }, 1)
      exchange(again, still)
      payDirectly(still, { from: other, to: back }, 1)
      exchange(again, still)
      expectQuiet(back, again, still)
    }
  })

  test.each(SIDES)(
    '%s pays, the payee goes back by one commit while its answer is on its way -- given back',
    (payer) => {
      const payee = OTHER[payer]
      const pair = newPair()
      const [paying, paid] = [pair[payer], pair[payee]]
      const old = paid.env()
      payDirectly(paying, { from: payer, to: payee }, 3)
      const [entry] = [...paying.env().outbox.values()]
      const { seq, from, to, bytes } = present(entry, 'a frame')
      paid.tick([{ type: 'message', from, to, start: paying.env().start, bytes }])
      paying.tick([{ type: 'receipt', seq }])
      const again = begin(copyOf(payee, paid, old))
      exchange(again, paying)
      expectQuiet(payee, again, paying)
    },
  )
})

describe('a start that leaves something out', () => {
  test('an account was lost whole, of which the canary knows -- opened anew, its floor is above what was signed', () => {
    const alice = newPeer('alice')
    const bob = newPeer('bob')
    alice.open('alice', 'bob', 50)
    exchange(alice, bob)
    const { height } = alice.account('alice', 'bob').state
    const again = begin(newPeer('alice', 1), { marks: alice.env() })
    again.open('alice', 'bob', 9)
    expect(again.state('alice').sessions.get(again.id('bob'))?.floor).toBe(height + 1)
  })

  test('an empty database beside a canary that knows of signatures -- not gone on from', async () => {
    const store = memoryStore(createMemoryDisk())
    const mark = { epoch: 3, height: 9, recordHash: toHex(word(1)), signedNonces: { 'left/right': 44 } }
    const { damage } = await recover({
      store,
      runtimeId: 'lost',
      name: 'lost',
      canary: memoryCanary({ mark }),
      claimedEpoch: await store.claimEpoch(),
      resyncs: true,
    })
    expect(damage).toEqual({
      type: 'rolled_back',
      verdict: { type: 'rolled_back', reason: 'empty', mark, database: null },
    })
  })

  test('a hello that comes from ourselves -- refused, and nothing changes', () => {
    const { hub } = newTrio()
    const before = hub.env()
    const violation = { type: 'bad_signature' }
    const rejection = { type: 'refused_message', violation, disposition: 'ignore' }
    const { terms } = hub.account('hub', 'alice').state
    for (const message of [
      saidBy({ from: 'hub', to: 'hub' }, { terms, hello: firstHello }),
      { ...lie(hub, { from: 'alice', to: 'hub' }, {}), from: hub.id('hub') },
    ])
      expect(hub.tick([message]).outcomes).toEqual([{ type: 'rejected', rejection }])
    expect(hub.env()).toBe(before)
  })
})
