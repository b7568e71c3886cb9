/** The in-memory stores, the simulated disk included, keep the contract of every store. */
import { createMemoryDisk, memoryStore } from '../../../runtime/storage/memory.ts'
import { createSimDisk } from '../../support/sim-disk.ts'
import { describeStore } from './store-contract.ts'

describeStore('memory', () => {
  const disk = createMemoryDisk()
  return { open: async () => memoryStore(disk), destroy: async () => {} }
})

for (const mode of ['strict', 'relaxed'] as const)
  describeStore(`simulated disk, ${mode}`, () => {
    const disk = createSimDisk(mode)
    return { open: async () => disk.boot().store, destroy: async () => {} }
  })
