/** The court suite on the embedded chain. */
import { openEmbeddedChain } from '../../../runtime/jadapter/embedded.ts'
import { createMemoryDisk, memoryStore } from '../../../runtime/storage/memory.ts'
import { courtSuite } from './suite.ts'

courtSuite('embedded', async (startSeconds) => {
  const store = memoryStore(createMemoryDisk())
  const epoch = await store.claimEpoch()
  const clock = { now: () => startSeconds * 1_000 }
  const chain = await openEmbeddedChain({ name: 'simnet', chainId: 31_337n, store, epoch, clock })
  return { chain, close: chain.close }
})
