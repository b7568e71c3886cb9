/** Alice, a hub and Bob: the scenario every later layer repeats. Deterministic; returns the world it has played in. */
import { contractCode } from '../support/contract-code.ts'
import { openEmbeddedChain } from '../../runtime/jadapter/embedded.ts'
import { present } from '../../runtime/lib/assert.ts'
import { TIMING } from '../../runtime/lib/limits.ts'
import { createMemoryDisk, memoryStore } from '../../runtime/storage/memory.ts'
import type { CheckTick } from '../support/world-checks.ts'
import { attachChain, createWorld, START_MS, testPolicy, TUSD, usd, type World } from '../support/world.ts'

const openChain = async (world: { nowMs: () => number }) => {
  const store = memoryStore(createMemoryDisk())
  const epoch = await store.claimEpoch()
  return openEmbeddedChain({ code: contractCode, name: 'sim', chainId: 31_337n, store, epoch, clock: { now: () => world.nowMs() } })
}

type Stage = { readonly world: World; readonly pump: () => Promise<void>; readonly mine: () => Promise<void> }

const open = async (check?: CheckTick): Promise<Stage> => {
  // The chain is older than the world that uses it.
  let nowMs = () => START_MS
  const chain = await openChain({ nowMs: () => nowMs() })
  const entities = { alice: {}, hub: { hubPolicy: testPolicy }, bob: {} }
  const world = createWorld({ entities, chain: chain.genesis, ...(check && { check }) })
  nowMs = world.nowMs
  const pump = attachChain(world, chain)
  for (const [name, dollars] of [['alice', 1_000], ['hub', 5_000], ['bob', 500]] as const)
    await chain.fund({ entityId: world.id(name), tokenId: TUSD, amount: usd(dollars) })
  await pump()
  const mine = async () => {
    const block = await chain.mine(Math.floor(world.nowMs() / 1_000))
    if (block !== null) world.tick([{ type: 'j_block', jurisdiction: chain.name, block }])
  }
  return { world, pump, mine }
}

const openAccounts = async ({ world, pump }: Stage): Promise<void> => {
  world.open('alice', 'hub', 50)
  world.open('bob', 'hub', 50)
  const fund = (name: string, counterparty: string, dollars: number) =>
    world.ok(name, { type: 'reserve_to_collateral', counterparty: world.id(counterparty), tokenId: TUSD, amount: usd(dollars) })
  fund('alice', 'hub', 300)
  await pump()
  fund('hub', 'bob', 400)
  await pump()
  world.ok('alice', { type: 'reserve_to_reserve', to: world.id('bob'), tokenId: TUSD, amount: usd(25) })
  await pump()
  const grant = (name: string, counterparty: string, dollars: number) =>
    world.ok(name, { type: 'set_credit_limit', counterparty: world.id(counterparty), tokenId: TUSD, limit: usd(dollars) })
  grant('alice', 'hub', 80)
  grant('hub', 'alice', 120)
  grant('bob', 'hub', 90)
}

const direct = (world: World, from: string, to: string, dollars: number) =>
  world.command(from, { type: 'direct_payment', counterparty: world.id(to), tokenId: TUSD, amount: usd(dollars), memo: '' }, `${from}-${world.history.length}`)

const payDirectly = (world: World): void => {
  for (const [from, to] of [['alice', 'hub'], ['hub', 'alice'], ['hub', 'bob'], ['bob', 'hub']] as const)
    for (let i = 1; i <= 5; i++) {
      world.tick([direct(world, from, to, i)])
      world.settle()
    }
}

const payThroughHub = (world: World): void => {
  for (let i = 1; i <= 3; i++) {
    world.ok('alice', world.pay('bob', usd(10 + i), { invoice: world.invoice('bob', usd(10 + i), `order ${i}`) }))
    world.ok('bob', world.pay('alice', usd(4 + i), { memo: `refund ${i}` }))
  }
  // Bob says nothing for as long as Alice waits for him: she draws the preimage herself.
  world.tick([world.command('alice', world.pay('bob', usd(2), { memo: 'no invoice' }))])
  world.tick([], TIMING.invoiceRequestMs)
  world.settle()
}

const fail = async ({ world, mine }: Stage): Promise<void> => {
  const invoice = world.invoice('bob', usd(7))
  world.ok('alice', world.pay('bob', usd(7), { invoice }))
  // Paid already: Alice knows, and nothing leaves.
  world.refused('alice', world.pay('bob', usd(7), { invoice }))
  // Of a Bob who has lost his memory: this one does not know it, and every hold on the way is given back.
  const chain = present(world.env().jReplicas.get('sim'), 'the chain')
  const lost = createWorld({ entities: { hub: { hubPolicy: testPolicy }, bob: {} }, chain, check: () => {} })
  lost.open('bob', 'hub', 50)
  world.ok('alice', world.pay('bob', usd(8), { invoice: lost.invoice('bob', usd(8)) }))
  // More than the hub can pass on.
  world.ok('hub', { type: 'direct_payment', counterparty: world.id('bob'), tokenId: TUSD, amount: usd(460), memo: '' })
  world.ok('alice', world.pay('bob', usd(90), { invoice: world.invoice('bob', usd(90)) }))
  world.ok('bob', { type: 'direct_payment', counterparty: world.id('hub'), tokenId: TUSD, amount: usd(460), memo: '' })
  // More than Alice has.
  world.refused('alice', world.pay('bob', usd(100_000)))
  // The chain passes the expiry while the lock is between the hub and Bob.
  const late = world.pay('bob', usd(3), { invoice: world.invoice('bob', usd(3)) })
  world.tick([world.command('alice', late)])
  while (world.account('hub', 'bob').pending === null) world.tick()
  world.advance(3 * 3_600_000)
  await mine()
  world.settle()
}

const collide = (world: World): void => {
  for (let i = 1; i <= 10; i++) {
    world.tick([direct(world, 'alice', 'hub', i), direct(world, 'hub', 'alice', 11 - i)])
    world.settle()
    world.tick([direct(world, 'hub', 'bob', i), direct(world, 'bob', 'hub', 11 - i)])
    world.settle()
  }
}

export const playAhb = async (check?: CheckTick): Promise<World> => {
  const stage = await open(check)
  await openAccounts(stage)
  payDirectly(stage.world)
  payThroughHub(stage.world)
  await fail(stage)
  collide(stage.world)
  await stage.pump()
  return stage.world
}
