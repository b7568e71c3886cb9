/** What happens to transactions on their way: stuck, lost, replaced, undone, and the process gone that sent them. */
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { encodeJTx } from '../../../runtime/jadapter/calls.ts'
import { type EvmTx, sealTx, txDigest } from '../../../runtime/jadapter/evm-tx.ts'
import type { JTx } from '../../../runtime/jurisdiction/types.ts'
import { type Bytes, EMPTY, toHex } from '../../../runtime/lib/bytes.ts'
import { keccak } from '../../../runtime/lib/hash.ts'
import { sign } from '../../../runtime/lib/secp.ts'
import { preimageOf } from '../../contracts/court.ts'
import { type Actor, actor, pair, TUSD } from '../../contracts/world.ts'
import { ANVIL_CHAIN_ID, type Anvil, deployedAnvils } from '../../support/anvil.ts'
import { batchFor, follow, included, payer, signerOf } from '../../support/chain-bench.ts'
import { openRpcBench, type RpcBench } from '../../support/rpc-bench.ts'
import { always, honest, openRpcProxy } from '../../support/rpc-proxy.ts'
import { failureOf } from './suite.ts'

const [left, right] = pair('alice', 'bob')
const ETHER = 10n ** 18n
const GWEI = 10n ** 9n
const CONFIRMATIONS = 3

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const nodes = deployedAnvils()
afterAll(nodes.close)

const start = async () => {
  const anvil = await nodes.take()
  closing.push(anvil.stop)
  const proxy = await openRpcProxy(anvil.url)
  closing.push(proxy.close)
  const signer = signerOf(payer)
  const bench = await openRpcBench({ anvil, urls: [proxy.url], confirmations: CONFIRMATIONS, signers: [signer] })
  closing.push(bench.close)
  await bench.faucet.fundEther({ address: payer.address, amountWei: 100n * ETHER })
  await bench.faucet.fund({ entityId: left.entityId, tokenId: TUSD, amount: 1_000n })
  const reader = follow(bench.chain)
  await reader.pull()
  return { anvil, proxy, signer, bench, chain: bench.chain, reader }
}
type Started = Awaited<ReturnType<typeof start>>

const transfer = ({ chain }: Pick<Started, 'chain'>, nonce: number, amount = 1n): JTx =>
  batchFor(chain, left, { nonce, batch: { reserveToReserve: [{ to: right.entityId, tokenId: TUSD, amount }] } })
const revealOf = ({ chain }: Started, name: string): JTx => ({
  type: 'reveal',
  jurisdiction: chain.name,
  preimage: preimageOf(name),
})

type Waiting = { readonly hash: string; readonly nonce: string; readonly input: string; readonly maxFeePerGas: string }
/** What waits in the node, by nonce. */
const pool = async (anvil: Anvil): Promise<readonly Waiting[]> => {
  type Content = {
    readonly [kind in 'pending' | 'queued']: { readonly [from: string]: { readonly [nonce: string]: Waiting } }
  }
  const { pending, queued } = await anvil.rpc<Content>('txpool_content')
  return [pending, queued]
    .flatMap((kind) => Object.values(kind).flatMap((own) => Object.values(own)))
    .sort((a, b) => Number(a.nonce) - Number(b.nonce))
}
const countOf = async (anvil: Anvil, { address }: Actor): Promise<number> =>
  Number(await anvil.rpc<string>('eth_getTransactionCount', address, 'latest'))

/** So dear that nothing that waits gets in. */
const makeDear = (anvil: Anvil, wei: bigint): Promise<unknown> =>
  anvil.rpc('anvil_setNextBlockBaseFeePerGas', `0x${wei.toString(16)}`)

/** Sent with the payer's key by some other wallet. */
const sendElsewhere = async (anvil: Anvil, tx: Partial<EvmTx>): Promise<string> => {
  const full: EvmTx = {
    chainId: ANVIL_CHAIN_ID,
    nonce: 0,
    to: actor('elsewhere').address,
    valueWei: 1n,
    data: EMPTY,
    gasLimit: 100_000n,
    maxFeeWei: 100n * GWEI,
    tipWei: 50n * GWEI,
    ...tx,
  }
  const sealed = sealTx(full, sign(payer.secretKey, txDigest(full)))
  return anvil.rpc<string>('eth_sendRawTransaction', toHex(sealed?.raw ?? EMPTY))
}
const processed = (bytes: Bytes, nonce: number) => ({
  type: 'batch_processed',
  entityId: left.entityId,
  nonce,
  batchHash: keccak(bytes),
})
const rows = ({ disk }: RpcBench): readonly string[] => [...disk.rows.keys()].filter((key) => key.includes('/sent/'))

describe('a transaction that is too cheap', () => {
  it('goes again in the same place at a higher fee, the same in everything else, and is done once', async () => {
    const world = await start()
    const { anvil, bench, chain, reader } = world
    const tx = transfer(world, 1)
    const outcome = chain.submit(tx)
    await bench.waiting()
    const [first] = await pool(anvil)
    for (let i = 0; i < 3; i++) {
      await makeDear(anvil, 20n * GWEI)
      await bench.mine()
    }
    const [second] = await pool(anvil)
    expect([second?.nonce, second?.input]).toEqual([first?.nonce, toHex(encodeJTx(tx))])
    expect(second?.hash).not.toBe(first?.hash)
    expect(BigInt(second?.maxFeePerGas ?? 0)).toBeGreaterThanOrEqual(20n * GWEI)
    const done = included(await bench.finish(outcome))
    expect(done.txHashes.map(toHex)).toEqual([second?.hash])
    expect((await reader.events()).filter(({ type }) => type === 'batch_processed')).toHaveLength(1)
    expect([await countOf(anvil, payer), rows(bench)]).toEqual([1, []])
  })

  it('holds up nothing that comes after it', async () => {
    const world = await start()
    const { anvil, bench, chain, reader } = world
    const batch = chain.submit(transfer(world, 1))
    await bench.waiting()
    await makeDear(anvil, 20n * GWEI)
    await bench.mine()
    const reveal = chain.submit(revealOf(world, 'urgent'))
    await bench.waiting(2)
    const [cheap, urgent] = await pool(anvil)
    expect([cheap?.nonce, urgent?.nonce]).toEqual(['0x0', '0x1'])
    expect(BigInt(cheap?.maxFeePerGas ?? 0)).toBeGreaterThanOrEqual(BigInt(urgent?.maxFeePerGas ?? 1))
    await bench.mine(1)
    expect(await countOf(anvil, payer)).toBe(2)
    expect((await bench.finish(Promise.all([batch, reveal]))).map(({ type }) => type)).toEqual(['included', 'included'])
    expect((await reader.events()).map(({ type }) => type)).toContain('secret_revealed')
  })

  it('goes as it is while its key is locked', async () => {
    const world = await start()
    const { anvil, signer, bench, chain } = world
    const outcome = chain.submit(transfer(world, 1))
    await bench.waiting()
    const [first] = await pool(anvil)
    signer.isLocked = true
    for (let i = 0; i < 4; i++) {
      await makeDear(anvil, 20n * GWEI)
      await bench.mine()
    }
    await makeDear(anvil, 1n)
    await bench.mine()
    await makeDear(anvil, 1n)
    expect(included(await bench.finish(outcome)).txHashes.map(toHex)).toEqual([first?.hash])
  })
})

describe('a transaction that is gone', () => {
  it('from the node -- the same bytes go again', async () => {
    const world = await start()
    const { anvil, bench, chain } = world
    const outcome = chain.submit(transfer(world, 1))
    await bench.waiting()
    const [first] = await pool(anvil)
    await anvil.rpc('anvil_dropTransaction', first?.hash)
    expect(await pool(anvil)).toEqual([])
    await bench.mine()
    expect((await pool(anvil)).map(({ hash }) => hash)).toEqual([first?.hash])
    expect(included(await bench.finish(outcome)).txHashes.map(toHex)).toEqual([first?.hash])
  })

  it('because the same key was used elsewhere -- it is sent behind that, and done once', async () => {
    const world = await start()
    const { anvil, bench, chain, reader } = world
    const tx = transfer(world, 1)
    const outcome = chain.submit(tx)
    await bench.waiting()
    await sendElsewhere(anvil, { nonce: 0 })
    await bench.mine()
    expect(await countOf(anvil, payer)).toBe(1)
    expect(included(await bench.finish(outcome)).events).toContainEqual(processed((tx as { bytes: Bytes }).bytes, 1))
    expect([await countOf(anvil, payer), rows(bench)]).toEqual([2, []])
    expect((await reader.events()).filter(({ type }) => type === 'batch_processed')).toHaveLength(1)
  })

  it('from behind something that is gone itself -- it is sent in that place', async () => {
    const world = await start()
    const { anvil, bench, chain } = world
    const foreign = await sendElsewhere(anvil, { nonce: 0, maxFeeWei: 1n * GWEI, tipWei: 1n })
    const outcome = chain.submit(transfer(world, 1))
    await bench.waiting(2)
    expect((await pool(anvil)).map(({ nonce }) => nonce)).toEqual(['0x0', '0x1'])
    await anvil.rpc('anvil_dropTransaction', foreign)
    await bench.look()
    expect(included(await bench.finish(outcome)).type).toBe('included')
    expect(await countOf(anvil, payer)).toBeGreaterThanOrEqual(1)
  })
})

describe('a transaction that is undone', () => {
  it('because other bytes took the nonce of its batch -- that is told, and nothing is sent again', async () => {
    const world = await start()
    const { anvil, bench, chain, reader } = world
    const [ours, others] = [transfer(world, 1, 1n), transfer(world, 1, 2n)]
    const outcome = chain.submit(ours)
    await bench.waiting()
    const [waiting] = await pool(anvil)
    // In the same block, before ours.
    await anvil.rpc('anvil_dropTransaction', waiting?.hash)
    await anvil.fromDeployer(chain.terms.depository, encodeJTx(others))
    await bench.look()
    await bench.waiting(2)
    expect(await bench.finish(outcome)).toEqual({ type: 'duplicate' })
    expect((await reader.events()).filter(({ type }) => type === 'batch_processed')).toEqual([
      processed((others as { bytes: Bytes }).bytes, 1),
    ])
    expect([await countOf(anvil, payer), rows(bench)]).toEqual([1, []])
  })
})

describe('the process that sent it is gone', () => {
  it('before it was in a block, and so is the node’s memory -- the next one sends the same bytes', async () => {
    const world = await start()
    const { anvil, bench, chain, reader } = world
    const tx = transfer(world, 1)
    const lost = failureOf(chain.submit(tx))
    await bench.waiting()
    const [first] = await pool(anvil)
    await bench.close()
    expect(await lost).toBe('closed')
    await anvil.rpc('anvil_dropAllTransactions')
    const again = (await bench.reopen()) as RpcBench
    closing.push(again.close)
    await again.look()
    await again.waiting()
    expect((await pool(anvil)).map(({ hash }) => hash)).toEqual([first?.hash])
    // Whoever wanted it asks again, as a runtime does when it starts.
    expect(included(await again.finish(again.chain.submit(tx))).txHashes.map(toHex)).toEqual([first?.hash])
    expect([await countOf(anvil, payer), rows(again)]).toEqual([1, []])
    const events = await reader.continueOn(again.chain).events()
    expect(events.filter(({ type }) => type === 'batch_processed')).toHaveLength(1)
  })
})

describe('a transaction that the node does not take', () => {
  it('is refused, nothing is left behind, and the chain is up', async () => {
    const world = await start()
    const { anvil, proxy, bench, chain } = world
    const error = { code: -32_000, message: 'tx fee exceeds the configured cap' }
    proxy.withheld = ['eth_sendRawTransaction']
    proxy.lie = always({ type: 'answer', answer: { error } }, 'eth_sendRawTransaction')
    expect(await failureOf(chain.submit(transfer(world, 1)))).toBe('refused')
    expect([chain.status(), rows(bench), await pool(anvil)]).toEqual([{ type: 'up' }, [], []])
    proxy.withheld = []
    proxy.lie = honest
    expect((await bench.finish(chain.submit(transfer(world, 1)))).type).toBe('included')
  })

  it('for it was taken although the answer was lost -- it is found', async () => {
    const world = await start()
    const { anvil, proxy, bench, chain } = world
    proxy.lie = always({ type: 'drop' }, 'eth_sendRawTransaction')
    const tx = transfer(world, 1)
    expect(await failureOf(chain.submit(tx))).toBe('unreachable')
    proxy.lie = honest
    bench.time.advance(bench.time.nextInMs() ?? 0)
    expect((await bench.finish(chain.submit(tx))).type).toBe('included')
    expect(await countOf(anvil, payer)).toBe(1)
  })
})
