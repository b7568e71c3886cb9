/** LevelDB databases in a fresh folder, for as long as something is measured in them. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { present } from '../../runtime/lib/assert.ts'
import type { Store } from '../../runtime/ports.ts'
import { createLevelHome } from '../../runtime/storage/level.ts'

export type OnDisk = {
  readonly openStore: () => Promise<Store>
  /** Closed, and opened again with nothing in memory. */
  readonly reopen: (store: Store) => Promise<Store>
  readonly remove: () => Promise<void>
}

export const onDisk = async (parent: string): Promise<OnDisk> => {
  await mkdir(parent, { recursive: true })
  const folder = await mkdtemp(join(parent, 'level-'))
  const home = createLevelHome()
  const stores = new Map<Store, string>()
  const open = async (name: string, create: boolean): Promise<Store> => {
    const store = await home.open(name, { create })
    stores.set(store, name)
    return store
  }
  return {
    openStore: () => open(join(folder, `${stores.size}`), true),
    reopen: async (store) => {
      await store.close()
      return open(present(stores.get(store), 'a database of this folder'), false)
    },
    remove: async () => {
      for (const store of stores.keys()) await store.close()
      await rm(folder, { recursive: true })
    },
  }
}
