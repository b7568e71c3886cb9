/** The embedded chain as court worlds drive it: everything is done at once. */
import { openEmbeddedChain } from '../../../runtime/jadapter/embedded.ts'
import type { JBlock } from '../../../runtime/jurisdiction/types.ts'
import { createMemoryDisk, type MemoryDisk, memoryStore } from '../../../runtime/storage/memory.ts'
import { manualClock } from '../../contracts/world.ts'
import { contractCode } from '../../support/contract-code.ts'
import type { CourtChain } from './court-world.ts'

const openOn = async (disk: MemoryDisk) => {
  const store = memoryStore(disk)
  const epoch = await store.claimEpoch()
  const clock = manualClock(1_000)
  return openEmbeddedChain({ code: contractCode, name: 'simnet', chainId: 31_337n, store, epoch, clock })
}
const copyOf = ({ rows, epoch }: MemoryDisk): MemoryDisk => ({ rows: new Map(rows), epoch })

/** Born once; copies of it save every world a deployment. */
const bornDisk: Promise<MemoryDisk> = (async () => {
  const disk = createMemoryDisk()
  await openOn(disk)
  return disk
})()

const courtOn = async (disk: MemoryDisk): Promise<CourtChain> => {
  const chain = await openOn(disk)
  // Nobody else makes blocks here: those before the last that was seen need not be read again.
  let last: JBlock | undefined
  const now = async (): Promise<number> => {
    last = (await chain.blocksAfter(last ?? null, 10_000)).at(-1) ?? last
    return last?.timestampSeconds ?? 0
  }
  return {
    chain,
    faucet: chain,
    finish: (work) => work,
    now,
    pass: async (seconds) => {
      await chain.mine((await now()) + seconds)
    },
    close: chain.close,
    fork: () => courtOn(copyOf(disk)),
  }
}

export const openEmbedded = async (): Promise<CourtChain> => courtOn(copyOf(await bornDisk))
