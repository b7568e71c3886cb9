/** What all pages get from the browser: the port to the worker, its storage, and the program's version. */
import { browser } from 'wxt/browser'
import type { PagePorts } from '../../components/screens/start.tsx'
import { portAdapter } from '../../runtime/radapter/port.ts'
import { readRemembered, writeRemembered } from '../../runtime/radapter/remembered.ts'
import type { FrameView } from '../../runtime/radapter/types.ts'

const DRAFT = 'pay-draft'
const PREFERENCES = 'preferences'

/**
 * What the page last showed, if nothing has been committed since: the runtime's high-water mark outside the database
 * (entrypoints/background/canary.ts) is of the same height. What is older would be wrong, not just old.
 */
const rememberedBy = async (page: string): Promise<FrameView | null> => {
  const key = `view.${page}`
  const view = readRemembered((await browser.storage.session.get(key))[key])
  if (view === null) return null
  const canary = `canary.${view.runtimeId}`
  const mark: unknown = (await browser.storage.local.get(canary))[canary]
  return typeof mark === 'object' && mark !== null && 'height' in mark && mark.height === view.height ? view : null
}

/** @param page a name for what this page remembers. */
export const sharedPorts = (page: 'popup' | 'sidepanel' | 'welcome'): Omit<PagePorts, 'openSidePanel'> => ({
  adapter: portAdapter(() => browser.runtime.connect({ name: 'radapter' })),
  version: browser.runtime.getManifest().version,
  openTab: (path) => void browser.tabs.create({ url: path }),
  allowNotifications: () => browser.permissions.request({ permissions: ['notifications'] }).catch(() => false),
  /** Ends with the browser session, and content scripts cannot read it. */
  drafts: {
    load: async () => (await browser.storage.session.get(DRAFT))[DRAFT],
    save: (draft) => browser.storage.session.set({ [DRAFT]: draft }),
    clear: () => browser.storage.session.remove(DRAFT),
  },
  /** Gone with the browser session, and at every lock (the worker sees to that too). */
  memory: {
    load: () => rememberedBy(page),
    save: (view) => {
      const text = writeRemembered(view)
      if (text !== null) void browser.storage.session.set({ [`view.${page}`]: text }).catch(() => undefined)
    },
    clear: () => void browser.storage.session.remove(`view.${page}`).catch(() => undefined),
  },
  preferences: {
    load: async () => (await browser.storage.local.get(PREFERENCES))[PREFERENCES],
    save: (preferences) => browser.storage.local.set({ [PREFERENCES]: preferences }),
  },
})
