/**
 * A machine in memory on which a wallet's runtimes run: disks by their names, slots, alarms, contexts, and a clock that
 * moves when told. Workers come and go; what they stored stays.
 */
import { type RuntimePorts, slotOf } from '../../entrypoints/background/ports.ts'
import { openRuntimes, type Runtimes } from '../../entrypoints/background/runtimes.ts'
import { createKeyring, type Keyring } from '../../entrypoints/background/wallet/keyring.ts'
import type { WorldHooks } from '../../entrypoints/background/world.ts'
import type { Slot, Store } from '../../runtime/ports.ts'
import { createClient } from '../../runtime/radapter/client.ts'
import { connectionPair } from '../../runtime/radapter/embedded.ts'
import { systemPorts } from '../../runtime/radapter/line.ts'
import { DEFAULT_VIEW, type FrameView, type HostStatus, type RAdapter } from '../../runtime/radapter/types.ts'
import { createMemoryDisk, type MemoryDisk, memoryStore } from '../../runtime/storage/memory.ts'
import { StoreError } from '../../runtime/storage/store.ts'
import { type Browser, createBrowser, seededEntropy } from '../wallet/support.ts'
import { createFakeBrowser, type FakeContext } from './browser-contexts.ts'
import { contractCode } from './contract-code.ts'

export type Page = {
  readonly adapter: RAdapter
  /** The newest; waits for the first. */
  readonly status: () => Promise<HostStatus>
  /** Resolves with the first status of which this is true. */
  readonly until: (holds: (status: HostStatus) => boolean) => Promise<HostStatus>
  /** What it is shown now. */
  readonly frame: () => Promise<FrameView>
  readonly close: () => void
}

export type Worker = {
  readonly runtimes: Runtimes
  /** A page's line to this runtime (null: the current one), with a pen of its own where it names itself. */
  readonly page: (runtimeId?: string | null, clientId?: string | null) => Page
  /** Ends without a word. */
  readonly die: () => void
}

export type WalletMachine = {
  readonly browser: Browser
  readonly disks: Map<string, MemoryDisk>
  readonly keyring: Keyring
  /** Windows that are there. */
  readonly windows: Set<string>
  /**
   * `deletes`: deletions of databases fail, as a dying worker's do. `writesLeft`: so many writes, to whatever outlives
   * the worker, still happen; the next one never ends, and no other one of that worker does.
   */
  readonly faults: { deletes: boolean; writesLeft: number; onDeath: () => void }
  readonly ports: (context: FakeContext) => RuntimePorts
  /** A worker of an unlocked wallet, over what is stored. */
  readonly startWorker: (options?: { readonly isLocked?: boolean }) => Promise<Worker>
}

const pageOver = (runtimes: Runtimes, runtimeId: string | null, clientId: string | null): Page => {
  const adapter = createClient({
    mode: 'embedded',
    open: () => {
      const [near, far] = connectionPair()
      void runtimes.accept(far, { runtimeId, clientId })
      return near
    },
    ports: systemPorts,
  })
  const heard: HostStatus[] = []
  const listeners = new Set<() => void>()
  adapter.onHostStatus((status) => {
    heard.push(status)
    for (const listener of listeners) listener()
  })
  adapter.connect().catch(() => undefined)
  const until: Page['until'] = (holds) =>
    new Promise((resolve) => {
      const look = (): void => {
        const last = heard.at(-1)
        if (last === undefined || !holds(last)) return
        listeners.delete(look)
        resolve(last)
      }
      listeners.add(look)
      look()
    })
  const frame: Page['frame'] = () =>
    new Promise((resolve) => {
      const stop = adapter.onFrame((view) => {
        stop()
        resolve(view)
      })
      adapter.setView(DEFAULT_VIEW)
    })
  return { adapter, until, frame, status: () => until(() => true), close: () => adapter.disconnect() }
}

const hooksFor = (keyring: () => Keyring | null): WorldHooks => ({
  keyring,
  status: () => ({
    wallet: keyring() === null ? 'locked' : 'unlocked',
    unlockNotBefore: 0,
    autoLockMinutes: 15,
    approvals: [],
    updateReady: false,
  }),
  onChange: () => () => undefined,
  handlers: {},
  received: () => undefined,
  due: async () => undefined,
})

export const createWalletMachine = (seed = 1): WalletMachine => {
  const browser = createBrowser(seed)
  const contexts = createFakeBrowser()
  const disks = new Map<string, MemoryDisk>()
  const windows = new Set<string>()
  const faults = { deletes: false, writesLeft: Number.POSITIVE_INFINITY, onDeath: () => {} }
  const keyring = createKeyring(new Uint8Array(64).fill(seed))
  const entropy = seededEntropy(seed)
  const plain = (context: FakeContext) => ({
    sessionSlot: slotOf(browser.session),
    code: contractCode,
    alarms: browser.alarms,
    clock: browser.clock,
    entropy,
    schedule: systemPorts.schedule,
    writer: { locks: context.locks, openChannel: context.openChannel, wait: async () => {} },
    isPageAlive: async (clientId: string) => windows.has(clientId),
  })
  const ports = (context: FakeContext): RuntimePorts => {
    let isDead = false
    /** Does it, unless the worker is dead, or dies of it. */
    const write = <T>(act: () => Promise<T>): Promise<T> => {
      if (!isDead && faults.writesLeft > 0) {
        faults.writesLeft--
        return act()
      }
      if (!isDead) faults.onDeath()
      isDead = true
      return new Promise(() => undefined)
    }
    const mortalSlot = (slot: Slot): Slot => ({
      get: slot.get,
      set: (value) => write(() => slot.set(value)),
      clear: () => write(slot.clear),
    })
    const mortalStore = (store: Store): Store => ({
      ...store,
      claimEpoch: () => write(store.claimEpoch),
      commit: (batch) => write(() => store.commit(batch)),
    })
    return {
      ...plain(context),
      slot: (key) => mortalSlot(slotOf(browser.local)(key)),
      openStore: async (name, { create }) => {
        const disk = disks.get(name) ?? (create ? await write(async () => createMemoryDisk()) : null)
        if (disk === null) throw new StoreError('missing', `there is no database ${name}`)
        disks.set(name, disk)
        return mortalStore(memoryStore(disk))
      },
      deleteStore: (name) =>
        write(async () => {
          if (faults.deletes) throw new Error('the worker has died')
          disks.delete(name)
        }),
    }
  }
  return {
    browser,
    disks,
    keyring,
    windows,
    faults,
    ports,
    startWorker: async ({ isLocked = false } = {}) => {
      const context = contexts.context()
      const keys = isLocked ? null : keyring
      const runtimes = await openRuntimes(
        ports(context),
        hooksFor(() => keys),
      )
      runtimes.follow(keys)
      return {
        runtimes,
        page: (runtimeId = null, clientId = null) => pageOver(runtimes, runtimeId, clientId),
        die: context.die,
      }
    },
  }
}
