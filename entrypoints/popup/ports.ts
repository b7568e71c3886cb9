/** What all pages get from the browser: the port to the worker, its storage, and the program's version. */
import { browser } from 'wxt/browser'
import type { PagePorts } from '../../components/screens/start.tsx'
import { portAdapter } from '../../runtime/radapter/port.ts'

const DRAFT = 'pay-draft'
const PREFERENCES = 'preferences'

export const sharedPorts = (): Omit<PagePorts, 'openSidePanel'> => ({
  adapter: portAdapter(() => browser.runtime.connect({ name: 'radapter' })),
  version: browser.runtime.getManifest().version,
  /** Ends with the browser session, and content scripts cannot read it. */
  drafts: {
    load: async () => (await browser.storage.session.get(DRAFT))[DRAFT],
    save: (draft) => browser.storage.session.set({ [DRAFT]: draft }),
    clear: () => browser.storage.session.remove(DRAFT),
  },
  preferences: {
    load: async () => (await browser.storage.local.get(PREFERENCES))[PREFERENCES],
    save: (preferences) => browser.storage.local.set({ [PREFERENCES]: preferences }),
  },
})
