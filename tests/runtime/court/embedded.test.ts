/** The court suite on the embedded chain. */

import { openEmbeddedChain } from '../../../runtime/jadapter/embedded.ts'
import { createMemoryDisk, type MemoryDisk, memoryStore } from '../../../runtime/storage/memory.ts'
import { manualClock } from '../../contracts/world.ts'
import { contractCode } from '../../support/contract-code.ts'
import type { CourtChain } from './court-world.ts'
import { courtSuite } from './suite.ts'

/** Born once; copies of it save every test a deployment. */
const bornDisk: Promise<MemoryDisk> = (async () => {
  const disk = createMemoryDisk()
  const store = memoryStore(disk)
  const epoch = await store.claimEpoch()
  await openEmbeddedChain({
    code: contractCode,
    name: 'simnet',
    chainId: 31_337n,
    store,
    epoch,
    clock: manualClock(1_000),
  })
  return disk
})()

courtSuite('embedded', async (): Promise<CourtChain> => {
  const { rows, epoch: born } = await bornDisk
  const store = memoryStore({ rows: new Map(rows), epoch: born })
  const epoch = await store.claimEpoch()
  const clock = manualClock(1_000)
  const chain = await openEmbeddedChain({ code: contractCode, name: 'simnet', chainId: 31_337n, store, epoch, clock })
  const now = async (): Promise<number> => (await chain.blocksAfter(null, 10_000)).at(-1)?.timestampSeconds ?? 0
  return {
    chain,
    faucet: chain,
    finish: (work) => work,
    now,
    pass: async (seconds) => {
      await chain.mine((await now()) + seconds)
    },
    close: chain.close,
  }
})
