/** A chain that takes blocks back: nothing is believed too early, nothing is counted twice, nothing sent is lost. */
import { afterEach, describe, expect, it } from 'vitest'
import { encodeJTx } from '../../../runtime/jadapter/calls.ts'
import type { JTx } from '../../../runtime/jurisdiction/types.ts'
import { equalBytes } from '../../../runtime/lib/bytes.ts'
import { preimageOf } from '../../contracts/court.ts'
import { actor, pair, TUSD } from '../../contracts/world.ts'
import { type Anvil, startDeployed } from '../../support/anvil.ts'
import { batchFor, follow, included, payer, reserveIn, signerOf } from '../../support/chain-bench.ts'
import { openRpcBench, type RpcBench } from '../../support/rpc-bench.ts'
import { failureOf } from './suite.ts'

const [left, right] = pair('alice', 'bob')
const depositor = actor('depositor')
const ETHER = 10n ** 18n
const HELD = 900n
const DEPTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
/** One more than the deepest of them. */
const CONFIRMATIONS = 13

let anvil: Anvil
afterEach(() => anvil.stop())

const start = async (confirmations: number) => {
  // One of its own: a node that has taken blocks back still answers for what was in them.
  anvil = await startDeployed()
  // So that there is something below every reorganisation.
  await anvil.mine(20)
  const bench = await openRpcBench({ anvil, confirmations, signers: [signerOf(payer), signerOf(depositor)] })
  for (const { address } of [payer, depositor]) await bench.faucet.fundEther({ address, amountWei: 10n * ETHER })
  await bench.faucet.fundToken({ address: depositor.address, tokenId: TUSD, amount: HELD })
  const reader = follow(bench.chain)
  await reader.pull()
  return { bench, chain: bench.chain, reader }
}

/** The last `depth` blocks are replaced by as many empty ones. */
const reorganise = async (bench: RpcBench, depth: number): Promise<void> => {
  await anvil.rpc('anvil_reorg', depth, [])
  await bench.look()
}

const deposit = (bench: RpcBench, nonce: number, amount: bigint) =>
  batchFor(bench.chain, left, {
    nonce,
    sender: depositor,
    batch: { deposits: [{ from: depositor.address, tokenId: TUSD, amount }] },
  })
const held = (bench: RpcBench): Promise<bigint> =>
  bench.chain.tokenBalanceOf({ address: bench.chain.terms.depository, tokenId: TUSD })

describe.each(DEPTHS)('%i blocks are taken back', (depth) => {
  it('with a deposit of ours in them -- it is made all the same, once', async () => {
    const { bench, chain, reader } = await start(CONFIRMATIONS)
    const outcome = chain.submit(deposit(bench, 1, 400n))
    await bench.waiting()
    // The approval, then the batch.
    for (let left = 20; left > 0 && (await held(bench)) === 0n; left--) await bench.mine()
    await bench.mine(depth - 1)
    await reorganise(bench, depth)
    expect(await held(bench)).toBe(0n)
    expect(await reader.events()).toEqual([])
    expect(included(await bench.finish(outcome)).events).toMatchObject([
      { type: 'reserve_updated', entityId: left.entityId, amount: 400n },
      { type: 'batch_processed', entityId: left.entityId, nonce: 1 },
    ])
    await bench.mine(CONFIRMATIONS)
    const events = await reader.events()
    expect(events.map(({ type }) => type)).toEqual(['reserve_updated', 'batch_processed'])
    expect(reserveIn(events, left.entityId, TUSD)).toBe(400n)
    expect([await held(bench), await chain.tokenBalanceOf({ address: depositor.address, tokenId: TUSD })]).toEqual([
      400n,
      HELD - 400n,
    ])
    await bench.close()
  })

  it('with somebody else’s gift in them, which never comes again -- it was never told of', async () => {
    const { bench, chain, reader } = await start(CONFIRMATIONS)
    await bench.finish(chain.submit(deposit(bench, 1, 400n)))
    const told = await reader.events()
    const { last } = reader
    const before = last()
    // As deep as can be without being final.
    await bench.faucet.fundEther({ address: payer.address, amountWei: ETHER })
    const gift = batchFor(chain, left, {
      nonce: 2,
      batch: { reserveToReserve: [{ to: right.entityId, tokenId: TUSD, amount: 1n }] },
    })
    const other = await bench.reopen()
    const given = other.chain.submit(gift)
    given.catch(() => undefined)
    await bench.waiting()
    await bench.mine(depth)
    expect(await reader.events()).toEqual([])
    // The one who sent it is gone too.
    await other.close()
    await reorganise(bench, depth)
    await bench.mine(CONFIRMATIONS * 2)
    expect([told.length, await reader.events()]).toEqual([2, []])
    expect(equalBytes(last().hash, before.hash)).toBe(true)
    await bench.close()
  })

  it('though they counted as final -- the chain stops, says so, and guesses nothing', async () => {
    const { bench, chain, reader } = await start(depth)
    await bench.finish(chain.submit(deposit(bench, 1, 400n)))
    await bench.mine(depth)
    expect(reserveIn(await reader.events(), left.entityId, TUSD)).toBe(400n)
    await chain.observe(await bench.now())
    await reader.pull()
    await reorganise(bench, depth)
    await bench.mine(2)
    expect(await failureOf(reader.pull())).toBe('reorged_too_deep')
    const status = chain.status()
    expect(status).toMatchObject({ type: 'refused', failure: 'reorged_too_deep' })
    expect(await failureOf(chain.submit(deposit(bench, 2, 1n)))).toBe('reorged_too_deep')
    // However long one waits, and however right it may look.
    bench.time.advance(3_600_000)
    await bench.mine(depth + 2)
    expect(await failureOf(reader.pull())).toBe('reorged_too_deep')
    expect([
      chain.status(),
      reserveIn(
        reader.blocks().flatMap(({ events }) => events),
        left.entityId,
        TUSD,
      ),
    ]).toEqual([status, 400n])
    await bench.close()
  })
})

it('what somebody else did in blocks that are taken back is done after all', async () => {
  const { bench, chain, reader } = await start(CONFIRMATIONS)
  const tx: JTx = { type: 'reveal', jurisdiction: chain.name, preimage: preimageOf('a') }
  await anvil.fromDeployer(chain.terms.depository, encodeJTx(tx))
  await bench.mine(3)
  const outcome = chain.submit(tx)
  await bench.mine(2)
  // There is nothing to send: it is so already, only not for good.
  expect(await anvil.rpc('txpool_status')).toEqual({ pending: '0x0', queued: '0x0' })
  await reorganise(bench, 5)
  expect((await bench.finish(outcome)).type).toBe('included')
  expect((await reader.events()).map(({ type }) => type)).toEqual(['secret_revealed'])
  await bench.close()
})

it('what somebody else did is done, once it is final', async () => {
  const { bench, chain, reader } = await start(CONFIRMATIONS)
  const tx: JTx = { type: 'reveal', jurisdiction: chain.name, preimage: preimageOf('a') }
  await anvil.fromDeployer(chain.terms.depository, encodeJTx(tx))
  await bench.mine()
  expect(await bench.finish(chain.submit(tx))).toEqual({ type: 'duplicate' })
  expect((await reader.events()).map(({ type }) => type)).toEqual(['secret_revealed'])
  await bench.close()
})
