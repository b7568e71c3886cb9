/** A runtime on a chain behind a node: collateral and payments, with the node honest, lying, and away. */
import { afterEach, expect, it } from 'vitest'
import { deltaKey } from '../../../runtime/account/keys.ts'
import { tokenKey } from '../../../runtime/entity/draft.ts'
import type { EntityTx } from '../../../runtime/entity/types.ts'
import type { RuntimeHost } from '../../../runtime/host.ts'
import { word } from '../../../runtime/lib/bytes.ts'
import { taggedHash } from '../../../runtime/lib/hash.ts'
import type { CommandId } from '../../../runtime/lib/units.ts'
import { startRuntime } from '../../../runtime/loop.ts'
import { emptyBook } from '../../../runtime/radapter/activity.ts'
import { beginning } from '../../../runtime/recover.ts'
import { memoryCanary } from '../../../runtime/storage/canary.ts'
import { createMemoryDisk, memoryStore } from '../../../runtime/storage/memory.ts'
import type { Env } from '../../../runtime/types.ts'
import { startDeployed } from '../../support/anvil.ts'
import { payer, signerOf } from '../../support/chain-bench.ts'
import { manualTime } from '../../support/manual-time.ts'
import { openRpcBench } from '../../support/rpc-bench.ts'
import { always, honest, lyingAbout, openRpcProxy } from '../../support/rpc-proxy.ts'
import { identityOf, keysOf, testSigner } from '../../support/signer.ts'
import { NO_CHECKPOINTS } from '../../support/tiers.ts'
import { START_MS, TUSD, usd } from '../../support/world.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const [ALICE, HUB] = ['Alice', 'Hub'].map((name) => keysOf(name).entityId) as [never, never]

const start = async () => {
  const anvil = await startDeployed()
  closing.push(anvil.stop)
  const proxy = await openRpcProxy(anvil.url)
  closing.push(proxy.close)
  const bench = await openRpcBench({ anvil, urls: [proxy.url], confirmations: 3, signers: [signerOf(payer)] })
  closing.push(bench.close)
  await bench.faucet.fundEther({ address: payer.address, amountWei: 10n ** 20n })
  const time = manualTime(START_MS)
  const store = memoryStore(createMemoryDisk())
  let drawn = 0
  const position = { ...beginning('test', 'Anvil'), activity: emptyBook() }
  const { chain } = bench
  const host = startRuntime(position, {
    store,
    epoch: await store.claimEpoch(),
    canary: memoryCanary(),
    clock: time.clock,
    schedule: time.schedule,
    entropy: { draw: () => taggedHash('entropy', word(drawn++)) },
    signer: testSigner('Alice', 'Hub'),
    chains: new Map([[chain.name, chain]]),
    transport: null,
    tiers: NO_CHECKPOINTS,
  })
  closing.push(host.stop)
  await host.submit({ type: 'runtime', tx: { type: 'import_jurisdiction', replica: chain.genesis } })
  for (const name of ['Alice', 'Hub'])
    await host.submit({
      type: 'runtime',
      tx: { type: 'import_entity', identity: identityOf(name, { jurisdiction: chain.name }) },
    })
  let commands = 0
  const run = async (entityId: typeof ALICE, tx: EntityTx): Promise<void> => {
    const outcome = await host.submit({ type: 'command', commandId: `c-${commands++}` as CommandId, entityId, tx })
    if (outcome.type === 'rejected') throw new Error(`${tx.type}: ${outcome.rejection.type}`)
  }
  return { anvil, proxy, bench, chain, host, run, time }
}
type Started = Awaited<ReturnType<typeof start>>

const reserve = (env: Env): bigint => env.eReplicas.get(ALICE)?.state.reserves.get(tokenKey(TUSD)) ?? 0n
const delta = (env: Env, of = ALICE, to = HUB) =>
  env.eReplicas.get(of)?.state.accounts.get(to)?.state.deltas.get(deltaKey(TUSD))

/** Blocks are made, and looked at, until it is so. */
const mineUntil = async ({ bench }: Started, holds: () => boolean): Promise<void> => {
  for (let left = 300; !holds(); left--) {
    if (left === 0) throw new Error('it does not come about')
    await bench.mine()
  }
}
/** Until whatever the runtime does by itself has come so far. */
const until = (host: RuntimeHost, holds: (env: Env) => boolean): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (!holds(host.env())) return
      unsubscribe()
      resolve()
    }
    const unsubscribe = host.onChange(look)
    look()
  })

it('collateral by the chain, payments without it; refused or away, the chain stops nothing but itself', async () => {
  const world = await start()
  const { proxy, bench, chain, host, run, time } = world
  await bench.faucet.fund({ entityId: ALICE, tokenId: TUSD, amount: usd(100) })
  await mineUntil(world, () => reserve(host.env()) === usd(100))
  await run(ALICE, { type: 'open_account', counterparty: HUB, tokenId: TUSD, creditLimit: usd(50) })
  await until(host, (env) => delta(env) !== undefined && env.queue.length === 0)
  await run(ALICE, { type: 'reserve_to_collateral', counterparty: HUB, tokenId: TUSD, amount: usd(60) })
  await mineUntil(world, () => delta(host.env())?.collateral === usd(60))
  expect([reserve(host.env()), host.chainStatus(chain.name)]).toEqual([usd(40), { type: 'up' }])

  for (const [lie, reason] of [
    [lyingAbout('eth_getBlockByNumber', () => ({ number: 'none' })), 'untrusted'],
    [always({ type: 'drop' }), 'unreachable'],
  ] as const) {
    proxy.lie = lie
    await bench.look()
    await until(host, () => host.chainStatus(chain.name).type === 'down')
    expect(host.chainStatus(chain.name)).toMatchObject({ type: 'down', reason })
    const before = delta(host.env())
    await run(ALICE, { type: 'direct_payment', counterparty: HUB, tokenId: TUSD, amount: usd(1), memo: '' })
    await run(ALICE, { type: 'reserve_to_reserve', to: HUB, tokenId: TUSD, amount: usd(5) })
    await until(host, (env) => delta(env)?.offdelta !== before?.offdelta && env.queue.length === 0)
    expect(host.halted()).toBeNull()
    proxy.lie = honest
    const had = reserve(host.env())
    bench.time.advance(bench.time.nextInMs() ?? 0)
    await until(host, () => host.chainStatus(chain.name).type === 'up')
    await mineUntil(world, () => reserve(host.env()) === had - usd(5))
    expect(host.env().eReplicas.get(ALICE)?.state.batch.inFlight).toBeNull()
    time.advance(0)
  }
  expect(delta(host.env())).toEqual(delta(host.env(), HUB, ALICE))
})

it('taken back although it was final -- the chain is not believed any more, and payments go on', async () => {
  const world = await start()
  const { anvil, bench, chain, host, run } = world
  await bench.faucet.fund({ entityId: ALICE, tokenId: TUSD, amount: usd(100) })
  await mineUntil(world, () => reserve(host.env()) === usd(100))
  await run(ALICE, { type: 'open_account', counterparty: HUB, tokenId: TUSD, creditLimit: usd(50) })
  await run(HUB, { type: 'set_credit_limit', counterparty: ALICE, tokenId: TUSD, limit: usd(50) })
  await until(host, (env) => delta(env) !== undefined && env.queue.length === 0)
  const { height } = host.env().jReplicas.get(chain.name) ?? { height: 0 }
  await anvil.rpc('anvil_reorg', (await anvil.height()) - height + 1, [])
  await bench.mine(2)
  await until(host, () => host.chainStatus(chain.name).type === 'down')
  expect([host.chainStatus(chain.name), host.halted()]).toMatchObject([{ type: 'down', reason: 'untrusted' }, null])
  const before = delta(host.env())
  await run(ALICE, { type: 'direct_payment', counterparty: HUB, tokenId: TUSD, amount: usd(1), memo: '' })
  await until(host, (env) => delta(env)?.offdelta !== before?.offdelta && env.queue.length === 0)
  expect(reserve(host.env())).toBe(usd(100))
})
