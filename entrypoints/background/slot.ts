/** One value of `storage.local`. */
import { browser } from 'wxt/browser'
import type { Slot } from '../../runtime/ports.ts'

export const localSlot = (key: string): Slot => {
  const { local } = browser.storage
  return {
    get: async () => (await local.get(key))[key],
    set: (value) => local.set({ [key]: value }),
    clear: () => local.remove(key),
  }
}
