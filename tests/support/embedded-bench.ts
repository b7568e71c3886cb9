/** The embedded chain as a `Bench`: everything is done at once. */

import { type EmbeddedChain, openEmbeddedChain } from '../../runtime/jadapter/embedded.ts'
import type { GasSigner } from '../../runtime/jadapter/types.ts'
import { createMemoryDisk, memoryStore } from '../../runtime/storage/memory.ts'
import { CHAIN_ID, manualClock } from '../contracts/world.ts'
import type { Bench } from './chain-bench.ts'
import { contractCode } from './contract-code.ts'

type Disk = ReturnType<typeof createMemoryDisk>

/** Born once; copies of it save every test a deployment. */
const bornDisk: Promise<Disk> = (async () => {
  const disk = createMemoryDisk()
  const store = memoryStore(disk)
  const epoch = await store.claimEpoch()
  await openEmbeddedChain({
    code: contractCode,
    name: 'embedded',
    chainId: CHAIN_ID,
    store,
    epoch,
    clock: manualClock(1_000),
  })
  return disk
})()

const benchOf = (chain: EmbeddedChain, reopen: Bench['reopen']): Bench => ({
  chain,
  faucet: chain,
  finish: (work) => work,
  now: async () => (await chain.blocksAfter(null, 10_000)).at(-1)?.timestampSeconds ?? 0,
  pass: async (seconds) => {
    const newest = (await chain.blocksAfter(null, 10_000)).at(-1)?.timestampSeconds ?? 0
    await chain.mine(newest + seconds)
  },
  reopen,
  close: chain.close,
})

export const openEmbeddedBench = async (signers: readonly GasSigner[]): Promise<Bench> => {
  const { rows, epoch: born } = await bornDisk
  const disk: Disk = { rows: new Map(rows), epoch: born }
  const open = async (): Promise<Bench> => {
    const store = memoryStore(disk)
    const epoch = await store.claimEpoch()
    const clock = manualClock(1_000)
    const options = {
      code: contractCode,
      name: 'embedded',
      chainId: CHAIN_ID,
      store,
      epoch,
      clock,
      signers: () => signers,
    }
    return benchOf(await openEmbeddedChain(options), open)
  }
  return open()
}
