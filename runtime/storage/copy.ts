/** Copies a whole database as it is at one moment into an empty one, which gets an epoch of its own. */
import type { Store, StoreRow } from '../ports.ts'

/** @throws StoreError; what was written then is no whole database. */
export const copyStore = async (from: Store, to: Store): Promise<void> => {
  const pieces: (readonly StoreRow[])[] = []
  await from.snapshot((rows) => void pieces.push(rows))
  const epoch = await to.claimEpoch()
  for (const puts of pieces) await to.commit({ epoch, puts, deletes: [] })
}
