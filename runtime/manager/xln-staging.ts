/**
 * Where imports are unpacked in a browser: each into a database of its own, named like that of a runtime (`xln-` and an
 * id), so that nothing has to be copied when it becomes one.
 *
 * Contract: a lock of the page's says that an import is at work, so that what a closed page left behind can be told from
 * what another page is making: databases that carry the mark of an import and are nobody's are removed, others never.
 */
import { type Bytes, toHex } from '../lib/bytes.ts'
import type { Entropy } from '../ports.ts'
import { type DexieStoreOptions, deleteDexieStore, openDexieStore } from '../storage/dexie.ts'
import { isAbandoned, type Staging, takeOver } from './xln-import.ts'

/** The part of `navigator.locks` used here. */
type StagingLocks = {
  request(
    name: string,
    options: { readonly ifAvailable: true },
    held: (lock: unknown) => Promise<void>,
  ): Promise<unknown>
}

export type StagingPorts = {
  readonly locks: StagingLocks
  readonly entropy: Entropy
  readonly backend?: Omit<DexieStoreOptions, 'create'>
  /** Names of every database there is. */
  readonly names: () => Promise<readonly string[]>
}

const PREFIX = 'xln-import-'
const ID_BYTES = 8
const lockName = (database: string): string => `xln-staging:${database}`
const idOf = (drawn: Bytes): string => toHex(drawn.subarray(0, ID_BYTES)).slice(2)

/** Holds the lock until the returned function is called, or the page is gone. */
const hold = async (locks: StagingLocks, name: string): Promise<() => void> => {
  let release = (): void => undefined
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  await new Promise<void>((resolve, reject) => {
    locks
      .request(lockName(name), { ifAvailable: true }, (lock) => {
        resolve()
        return lock === null ? Promise.resolve() : released
      })
      .catch(reject)
  })
  return release
}

export const createStagings = ({ locks, entropy, backend = {}, names }: StagingPorts) => {
  const held = new Map<string, () => void>()
  const letGo = (name: string): void => {
    held.get(name)?.()
    held.delete(name)
  }
  const removeIfAbandoned = async (name: string): Promise<void> => {
    const store = await openDexieStore(name, { ...backend, create: false })
    const abandoned = await isAbandoned(store).finally(() => store.close())
    if (abandoned) await deleteDexieStore(name, backend)
  }
  return {
    /** A place for one import. */
    fresh: async (): Promise<Staging> => {
      const name = `${PREFIX}${idOf(entropy.draw())}`
      held.set(name, await hold(locks, name))
      return {
        name,
        open: () => openDexieStore(name, { ...backend, create: true }),
        discard: async () => {
          await deleteDexieStore(name, backend)
          letGo(name)
        },
      }
    },
    /** It becomes a runtime: from here on nobody takes it for a leftover. */
    keep: async (name: string): Promise<void> => {
      const store = await openDexieStore(name, { ...backend, create: false })
      await takeOver(store).finally(() => store.close())
      letGo(name)
    },
    discard: async (name: string): Promise<void> => {
      await deleteDexieStore(name, backend)
      letGo(name)
    },
    /** Removes what closed pages have left behind. */
    sweep: async (): Promise<void> => {
      for (const name of (await names()).filter((known) => known.startsWith(PREFIX)))
        await locks.request(lockName(name), { ifAvailable: true }, async (lock) => {
          // One that cannot be opened is left alone: it may be anything.
          if (lock !== null) await removeIfAbandoned(name).catch(() => undefined)
        })
    },
  }
}
