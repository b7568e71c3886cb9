/** What all pages get from the browser: the port to the worker, its storage, and the program's version. */
import { browser } from 'wxt/browser'
import type { KeptPreferences } from '../../components/models/preferences.ts'
import type { PagePorts } from '../../components/screens/start.tsx'
import { createPin } from '../../runtime/radapter/pin.ts'
import { portAdapter, portName } from '../../runtime/radapter/port.ts'
import { readRemembered, writeRemembered } from '../../runtime/radapter/remembered.ts'
import type { FrameView } from '../../runtime/radapter/types.ts'

/** What pages keep (components/models/preferences.ts), each under a key of its own behind this. */
const PREFERENCES = 'preferences.'

const readPreferences = async (): Promise<KeptPreferences> => {
  const kept = Object.entries(await browser.storage.local.get(null))
  return Object.fromEntries(
    kept.flatMap(([key, value]) => (key.startsWith(PREFERENCES) ? [[key.slice(PREFERENCES.length), value]] : [])),
  )
}

/** The list of runtimes (runtime/manager/registry.ts), as far as it matters here. */
const RUNTIMES = 'runtimes'
const FIRST = 'simnet'

/** What this page's address names. */
const named = new URLSearchParams(location.search).get('runtime')
const pin = createPin(named)

/** The runtime this page is on, or would be on now. */
export const shownId = async (): Promise<string> =>
  pin.id() ?? currentIn((await browser.storage.local.get(RUNTIMES))[RUNTIMES])

const currentIn = (stored: unknown): string =>
  typeof stored === 'object' && stored !== null && 'current' in stored && typeof stored.current === 'string'
    ? stored.current
    : FIRST

/**
 * What the page last showed of this runtime, if nothing has been committed since: the high-water mark outside the
 * database (entrypoints/background/ports.ts) is of the same height. What is older would be wrong, not just old.
 */
const rememberedBy = async (page: string): Promise<FrameView | null> => {
  const key = `view.${page}`
  const [kept, shown] = await Promise.all([browser.storage.session.get(key), shownId()])
  const view = readRemembered(kept[key])
  if (view === null || view.runtimeId !== shown) return null
  const canary = `canary.${view.runtimeId}`
  const mark: unknown = (await browser.storage.local.get(canary))[canary]
  const isFresh = typeof mark === 'object' && mark !== null && 'height' in mark && mark.height === view.height
  // What is done on what is shown is done there.
  if (isFresh) pin.to(view.runtimeId)
  return isFresh ? view : null
}

/** An unfinished payment belongs to its runtime. */
const draftKey = async (): Promise<string> => `pay-draft.${await shownId()}`

type Named = {
  /** A name for what this page remembers. */
  readonly page: 'popup' | 'sidepanel' | 'welcome' | 'view'
  /** Of a window that asks for the pen. */
  readonly clientId?: string
}

export const sharedPorts = ({ page, clientId }: Named): Omit<PagePorts, 'openSidePanel'> => ({
  adapter: portAdapter(
    (runtimeId) => browser.runtime.connect({ name: portName({ runtimeId, clientId: clientId ?? null }) }),
    pin,
  ),
  version: browser.runtime.getManifest().version,
  openTab: (path) => void browser.tabs.create({ url: path }),
  // Another world: nothing of this one stays.
  showRuntime: (id) => location.replace(`?runtime=${encodeURIComponent(id)}`),
  files: async () => (await import('../files/port.ts')).filesPort,
  allowNotifications: () => browser.permissions.request({ permissions: ['notifications'] }).catch(() => false),
  /** Ends with the browser session, and content scripts cannot read it. */
  drafts: {
    load: async () => {
      const key = await draftKey()
      return (await browser.storage.session.get(key))[key]
    },
    save: async (draft) => browser.storage.session.set({ [await draftKey()]: draft }),
    clear: async () => browser.storage.session.remove(await draftKey()),
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
    load: readPreferences,
    save: (changed) =>
      browser.storage.local.set(
        Object.fromEntries(Object.entries(changed).map(([key, value]) => [PREFERENCES + key, value])),
      ),
  },
})
