/** What the runtimes of a wallet need of the browser, narrow enough to be plain objects in a test. */
import type { ContractCode } from '../../runtime/jadapter/contracts.ts'
import type { WriterPorts } from '../../runtime/manager/lock.ts'
import type { Canary, Clock, Entropy, Scheduler, Slot, Store } from '../../runtime/ports.ts'
import { slotCanary } from '../../runtime/storage/canary.ts'
import type { Alarms, WalletPorts } from './wallet/ports.ts'

export type RuntimePorts = {
  /** One value that outlives the browser. */
  readonly slot: (key: string) => Slot
  /** One value that outlives the worker, and ends with the browser. */
  readonly sessionSlot: (key: string) => Slot
  /** @throws StoreError 'missing' when it does not exist and `create` is false. */
  readonly openStore: (name: string, options: { readonly create: boolean }) => Promise<Store>
  readonly deleteStore: (name: string) => Promise<void>
  /** The contracts a new chain is born with. */
  readonly code: () => Promise<ContractCode>
  readonly alarms: Alarms
  readonly clock: Clock
  readonly entropy: Entropy
  readonly schedule: Scheduler
  readonly writer: WriterPorts
  /** Whether the page that drew this id is still there. */
  readonly isPageAlive: (clientId: string) => Promise<boolean>
}

/** Of one runtime, outside its database, so that a database gone back in time shows. */
export const canarySlot = ({ slot }: Pick<RuntimePorts, 'slot'>, runtimeId: string): Slot => slot(`canary.${runtimeId}`)

/** @throws CanaryUnreadable by every call, when something is stored that is no mark. */
export const canaryOf = (ports: Pick<RuntimePorts, 'slot'>, runtimeId: string): Canary =>
  slotCanary(canarySlot(ports, runtimeId))

/** Takes along what is kept of one runtime, if anything is. */
export const copySlot = async (from: Slot, to: Slot): Promise<void> => {
  const value = await from.get()
  if (value !== undefined) await to.set(value)
}

/** One value of `storage.local`, or of `storage.session`. */
export const slotOf =
  (area: WalletPorts['local']) =>
  (key: string): Slot => ({
    get: () => area.get(key),
    set: (value) => area.set(key, value),
    clear: () => area.remove(key),
  })
