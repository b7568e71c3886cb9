/**
 * A history that is written as the loop writes it, into a disk in memory, without a runtime around it: what each tick
 * reads, projects and commits is the real thing, and the disk can be opened again at any moment.
 */
import type { EntityId } from '../../runtime/lib/units.ts'
import { type ActivityWriter, createHistory } from '../../runtime/radapter/activity-history.ts'
import { readBook } from '../../runtime/radapter/activity-known.ts'
import { createMemoryDisk, type MemoryDisk, memoryStore } from '../../runtime/storage/memory.ts'
import type { Env, RuntimeEvent } from '../../runtime/types.ts'

export type WrittenHistory = {
  readonly history: () => ActivityWriter
  readonly rows: () => MemoryDisk['rows']
  /** One tick. */
  readonly tick: (
    at: { readonly env: Env; readonly entityId: EntityId; readonly height: number },
    events: readonly RuntimeEvent['event'][],
  ) => Promise<void>
  /** Forgets what is in memory. */
  readonly restart: () => Promise<void>
}

export const writtenHistory = async (disk: MemoryDisk = createMemoryDisk()): Promise<WrittenHistory> => {
  const store = memoryStore(disk)
  const epoch = await store.claimEpoch()
  let history = createHistory(store, await readBook(store))
  return {
    history: () => history,
    rows: () => disk.rows,
    tick: async ({ env, entityId, height }, events) => {
      const at = { height, timestampMs: height * 1_000 }
      const projected = await history.project(
        env,
        at,
        events.map((event) => ({ entityId, event })),
      )
      await store.commit({ epoch, puts: projected.rows, deletes: projected.gone })
      history.adopt(projected)
    },
    restart: async () => {
      history = createHistory(store, await readBook(store))
    },
  }
}
