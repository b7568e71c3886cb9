/**
 * The wallet's ports over the browser's own storage, alarms, clock and entropy.
 *
 * Contract: before any area is handed out, content scripts are shut out of all of them. By default they can read
 * `local` and `sync`, and a content script runs inside whatever page it was injected into.
 */
import { browser } from 'wxt/browser'
import type { KeyValueArea, WalletPorts } from './ports.ts'
import { CURRENT_KDF } from './vault.ts'

type Area = Pick<typeof browser.storage.local, 'get' | 'set' | 'remove'>

const areaOf = (area: Area): KeyValueArea => ({
  get: async (key) => (await area.get(key))[key],
  set: (key, value) => area.set({ [key]: value }),
  remove: (key) => area.remove(key),
})

export const browserWalletPorts = async (): Promise<WalletPorts> => {
  const { session, local, sync } = browser.storage
  await Promise.all([session, local, sync].map((area) => area.setAccessLevel({ accessLevel: 'TRUSTED_CONTEXTS' })))
  return {
    local: areaOf(local),
    session: areaOf(session),
    alarms: {
      create: async (name, whenMs) => {
        await browser.alarms.create(name, { when: whenMs })
      },
      clear: async (name) => {
        await browser.alarms.clear(name)
      },
    },
    clock: { now: () => Date.now() },
    entropy: { draw: () => crypto.getRandomValues(new Uint8Array(32)) },
    kdf: CURRENT_KDF,
  }
}
