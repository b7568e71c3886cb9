/** What a defence costs, measured on a real node. */
import { expect, it } from 'vitest'
import { DEFENCE_GAS, GAS } from '../../../runtime/jadapter/gas.ts'
import type { JSubmission } from '../../../runtime/jadapter/types.ts'
import type { JTx } from '../../../runtime/jurisdiction/types.ts'
import { toHex } from '../../../runtime/lib/bytes.ts'
import { LIMITS } from '../../../runtime/lib/limits.ts'
import { bodyOf, htlc, pairOf, preimageOf, tokenProof } from '../../contracts/court.ts'
import { pair, TETH, TUSD } from '../../contracts/world.ts'
import { deployContracts, startAnvil } from '../../support/anvil.ts'
import { batchFor, included, payer, signerOf } from '../../support/chain-bench.ts'
import { openRpcBench } from '../../support/rpc-bench.ts'

const [left, right] = pair('alice', 'bob')

/** The gas of every step of a dispute over a proof of this size. */
const measure = async (size: { readonly tokens: number; readonly locks: number }) => {
  const anvil = await startAnvil()
  await deployContracts(anvil)
  const bench = await openRpcBench({ anvil, confirmations: 1, signers: [signerOf(payer)] })
  const { chain, faucet, finish } = bench
  await faucet.fundEther({ address: payer.address, amountWei: 10n ** 20n })
  for (const tokenId of [TUSD, TETH]) await faucet.fund({ entityId: left.entityId, tokenId, amount: 1_000n })
  const toCollateral = [TUSD, TETH].map((tokenId) => ({
    counterparty: right.entityId,
    tokenId,
    amount: 500n,
    epoch: 0,
  }))
  await finish(chain.submit(batchFor(chain, left, { nonce: 1, batch: { reserveToCollateral: toCollateral } })))
  const expirySeconds = (await bench.now()) + 50
  const bodyWith = (claim: bigint) =>
    bodyOf({
      tokens: Array.from({ length: size.tokens }, (_, i) =>
        tokenProof(i + 1, -claim, { leftAllowance: 1_000n, rightAllowance: 1_000n }),
      ),
      htlcs: Array.from({ length: size.locks }, (_, i) => htlc(`${i}`, { expirySeconds, amount: 1n })),
    })
  const gasOf = async (submission: JSubmission): Promise<bigint> => {
    const [hash] = included(submission).txHashes
    const receipt = await anvil.rpc<{ gasUsed: string }>('eth_getTransactionReceipt', toHex(hash ?? new Uint8Array()))
    return BigInt(receipt.gasUsed)
  }
  const signed = pairOf(chain.terms, left, right)
  const of = { jurisdiction: chain.name, left: left.entityId, right: right.entityId }
  const [old, newest] = [bodyWith(100n), bodyWith(200n)]
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

it('each step over a usual proof costs less than its figure, and more than half of it', async () => {
  const measured = await measure({ tokens: 2, locks: 10 })
  for (const step of ['reveal', 'start', 'counter', 'finalize'] as const)
    expect([step, measured[step] < GAS[step], measured[step] * 2n > GAS[step]]).toEqual([step, true, true])
})

it('the reserve is enough for a dispute over the largest proof', async () => {
  const { reveal, start, counter, finalize } = await measure({
    tokens: LIMITS.tokensPerAccount,
    locks: LIMITS.locksPerAccount,
  })
  expect(reveal + start + counter + finalize).toBeLessThan(DEFENCE_GAS)
})
