/** The runtimes' ports over the browser's own storage, locks, clock and package. */
import { browser } from 'wxt/browser'
import { type ContractCode, readContractCode } from '../../runtime/jadapter/contracts.ts'
import { browserWriterPorts } from '../../runtime/manager/lock.ts'
import { systemPorts } from '../../runtime/radapter/line.ts'
import { deleteDexieStore, openDexieStore } from '../../runtime/storage/dexie.ts'
import { type RuntimePorts, slotOf } from './ports.ts'
import type { WalletPorts } from './wallet/ports.ts'

/** Packaged beside the worker: it is half of what a worker would read at every start, and needed once. */
const packagedCode = async (): Promise<ContractCode> => {
  const response = await fetch(browser.runtime.getURL('/contracts.json'))
  return readContractCode(await response.json())
}

/** A page holds a lock of this name for as long as it is there (entrypoints/view/main.tsx). */
const isHeld = async (name: string): Promise<boolean> => {
  const { held = [] } = await navigator.locks.query()
  return held.some((lock) => lock.name === name)
}

export const browserRuntimePorts = ({ local, session, alarms, clock, entropy }: WalletPorts): RuntimePorts => ({
  slot: slotOf(local),
  sessionSlot: slotOf(session),
  openStore: openDexieStore,
  deleteStore: deleteDexieStore,
  code: packagedCode,
  alarms,
  clock,
  entropy,
  schedule: systemPorts.schedule,
  writer: browserWriterPorts(),
  isPageAlive: (clientId) => isHeld(`xln-page:${clientId}`),
})
