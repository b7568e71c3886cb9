/**
 * A page that hosts its runtimes itself, for development and for showing the wallet where no service worker is: a wallet
 * drawn for this page, a Simnet of its own, and the same engine, server and screens as anywhere else. Nothing of it
 * outlives the page, and nothing that this browser keeps is touched. No build that is shipped has it.
 */

import { toHex } from '../../runtime/lib/bytes.ts'
import { browserWriterPorts, type WriterPorts } from '../../runtime/manager/lock.ts'
import { createRAdapter } from '../../runtime/radapter/adapter.ts'
import type { RAdapter } from '../../runtime/radapter/types.ts'
import { createMemoryDisk, type MemoryDisk, memoryStore } from '../../runtime/storage/memory.ts'
import { StoreError } from '../../runtime/storage/store.ts'
import { browserRuntimePorts } from '../background/browser-ports.ts'
import { openRuntimes } from '../background/runtimes.ts'
import { walletHandlers } from '../background/wallet/handlers.ts'
import type { KeyValueArea, WalletPorts } from '../background/wallet/ports.ts'
import { WalletSession } from '../background/wallet/session.ts'

const memoryArea = (): KeyValueArea => {
  const rows = new Map<string, string>()
  return {
    get: async (key) => JSON.parse(rows.get(key) ?? 'null') ?? undefined,
    set: async (key, value) => void rows.set(key, JSON.stringify(value)),
    remove: async (key) => void rows.delete(key),
  }
}

/** While the page is there its own timers ring, and nothing has to be woken afterwards. */
const noAlarms: WalletPorts['alarms'] = { create: async () => undefined, clear: async () => undefined }

const entropy = { draw: () => crypto.getRandomValues(new Uint8Array(32)) }

const walletPorts = (): WalletPorts => ({
  local: memoryArea(),
  session: memoryArea(),
  alarms: noAlarms,
  clock: { now: () => Date.now() },
  entropy,
  // Nobody types its password, and nothing of it is kept.
  kdf: { memoryKiB: 19_456, passes: 2, lanes: 1 },
})

/** Under names that only this page asks for. */
const ownLocks = (page: string): WriterPorts => {
  const { locks, openChannel, wait } = browserWriterPorts()
  return {
    locks: {
      request: (name, options, held) => locks.request(`${page}/${name}`, options, held),
    },
    openChannel: (name) => openChannel(`${page}/${name}`),
    wait,
  }
}

const memoryDisks = () => {
  const disks = new Map<string, MemoryDisk>()
  return {
    openStore: async (name: string, { create }: { readonly create: boolean }) => {
      const disk = disks.get(name) ?? (create ? createMemoryDisk() : null)
      if (disk === null) throw new StoreError('missing', `there is no database ${name}`)
      disks.set(name, disk)
      return memoryStore(disk)
    },
    deleteStore: async (name: string) => void disks.delete(name),
  }
}

/** The ways to it, for this page's screens: one that loaded the page anew would find nothing. */
type Hosted = { readonly adapter: RAdapter; readonly showRuntime: (id: string) => void }

export const hostHere = async (clientId: string): Promise<Hosted> => {
  const wallet = walletPorts()
  const session = await WalletSession.open(wallet)
  await session.draftPhrase()
  await session.create(toHex(entropy.draw()))
  const runtimes = await openRuntimes(
    { ...browserRuntimePorts(wallet), ...memoryDisks(), writer: ownLocks(clientId), isPageAlive: async () => true },
    {
      keyring: () => session.keyring,
      status: () => ({ ...session.state, approvals: [], updateReady: false }),
      onChange: (listener) => session.onChange(listener),
      handlers: walletHandlers(Promise.resolve(session), {
        lock: async () => {
          await runtimes.stop()
          await session.lock()
        },
        forget: () => runtimes.forget(),
      }),
      received: () => undefined,
      due: async () => undefined,
    },
  )
  runtimes.follow(session.keyring)
  let runtimeId: string | null = null
  const adapter = createRAdapter({
    mode: 'embedded',
    server: { accept: (connection) => void runtimes.accept(connection, { runtimeId, clientId }) },
  })
  return {
    adapter,
    showRuntime: (id) => {
      runtimeId = id
      adapter.disconnect()
      adapter.connect().catch(() => undefined)
    },
  }
}
