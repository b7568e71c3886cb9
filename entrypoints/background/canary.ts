/** The canary of one runtime in `storage.local`: outside the database, so that a database gone back in time shows. */
import { browser } from 'wxt/browser'
import type { Canary } from '../../runtime/ports.ts'
import { slotCanary } from '../../runtime/storage/canary.ts'

const keyOf = (runtimeId: string): string => `canary.${runtimeId}`

export const localCanary = (runtimeId: string): Canary => {
  const key = keyOf(runtimeId)
  const { local } = browser.storage
  return slotCanary({ get: async () => (await local.get(key))[key], set: (mark) => local.set({ [key]: mark }) })
}

export const forgetCanary = (runtimeId: string): Promise<void> => browser.storage.local.remove(keyOf(runtimeId))
