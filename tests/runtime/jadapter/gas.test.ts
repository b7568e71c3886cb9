/** What a defence costs on a real node: what it is written down to cost. */
import { expect, it } from 'vitest'
import gas from '../../../contracts/gas.json' with { type: 'json' }
import { DEFENCE_GAS } from '../../../runtime/jadapter/gas.ts'
import type { JSubmission } from '../../../runtime/jadapter/types.ts'
import type { JTx } from '../../../runtime/jurisdiction/types.ts'
import { toHex } from '../../../runtime/lib/bytes.ts'
import { pairOf, preimageOf } from '../../contracts/court.ts'
import { defenceBody, LARGEST, type Size, USUAL } from '../../contracts/defence.ts'
import { pair, TETH, TUSD } from '../../contracts/world.ts'
import { startDeployed } from '../../support/anvil.ts'
import { batchFor, included, payer, signerOf } from '../../support/chain-bench.ts'
import { openRpcBench } from '../../support/rpc-bench.ts'

const [left, right] = pair('alice', 'bob')

/** The gas of every step of a dispute over a proof of this size. */
const measure = async (size: Size) => {
  const anvil = await startDeployed()
  const bench = await openRpcBench({ anvil, confirmations: 1, signers: [signerOf(payer)] })
  const { chain, faucet, finish } = bench
  await faucet.fundEther({ address: payer.address, amountWei: 10n ** 20n })
  for (const tokenId of [TUSD, TETH]) await faucet.fund({ entityId: left.entityId, tokenId, amount: 500n })
  const toCollateral = [TUSD, TETH].map((tokenId) => ({
    counterparty: right.entityId,
    tokenId,
    amount: 500n,
    epoch: 0,
  }))
  await finish(chain.submit(batchFor(chain, left, { nonce: 1, batch: { reserveToCollateral: toCollateral } })))
  const expirySeconds = (await bench.now()) + 50
  const gasOf = async (submission: JSubmission): Promise<bigint> => {
    const [hash] = included(submission).txHashes
    const receipt = await anvil.rpc<{ gasUsed: string }>('eth_getTransactionReceipt', toHex(hash ?? new Uint8Array()))
    return BigInt(receipt.gasUsed)
  }
  const signed = pairOf(chain.terms, left, right)
  const of = { jurisdiction: chain.name, left: left.entityId, right: right.entityId }
  const bodyOver = (claim: bigint) => defenceBody(size, { claim, expirySeconds })
  const [old, newest] = [bodyOver(100n), bodyOver(200n)]
  const disputeStarts = [signed.start(right, { nonce: 4, body: old })]
  const send = async (tx: JTx): Promise<bigint> => gasOf(await finish(chain.submit(tx)))
  const reveal = await send({ type: 'reveal', jurisdiction: chain.name, preimage: preimageOf('0') })
  const start = await send(batchFor(chain, right, { nonce: 1, batch: { disputeStarts } }))
  const counter = await send({ type: 'counter', ...of, ...signed.counter({ nonce: 8, body: newest }) })
  await bench.pass(10_000)
  const finalize = await send({ type: 'finalize', ...of, body: newest })
  await bench.close()
  await anvil.stop()
  return { reveal, start, counter, finalize }
}

/** Bytes of a signature or a time that happen to be zero are cheaper. */
const TOLERANCE = 0.005

it.each([
  ['usual', USUAL],
  ['largest', LARGEST],
] as const)('each step over the %s proof costs what it is written down to cost', async (name, size) => {
  const measured = await measure(size)
  for (const step of ['reveal', 'start', 'counter', 'finalize'] as const) {
    const written = gas.defence[name][step]
    const deviation = Math.abs(Number(measured[step]) - written)
    expect([step, deviation <= TOLERANCE * written]).toEqual([step, true])
  }
})

it('the reserve is enough for five usual disputes, or for one over the largest proof', () => {
  const sumOf = (name: 'usual' | 'largest'): number =>
    Object.values(gas.defence[name]).reduce((sum, units) => sum + units)
  expect(DEFENCE_GAS).toBe(BigInt(Math.max(5 * sumOf('usual'), sumOf('largest'))))
})
