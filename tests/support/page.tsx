/** A page of the wallet on a fake adapter, rendered as its entrypoint would start it. */
import { cleanup, configure, render } from '@testing-library/preact'
import type { ComponentType } from 'preact'
import { onTestFinished } from 'vitest'
import type { DraftPort } from '../../components/models/drafts.ts'
import type { FilesPort } from '../../components/models/files.ts'
import { createPreferences, type KeptPreferences, type PreferencePort } from '../../components/models/preferences.ts'
import { createSession } from '../../components/models/session.ts'
import type { Language } from '../../components/models/text.ts'
import { createUi, type Ui } from '../../components/models/ui.ts'
import type { FrameView, HostStatus } from '../../runtime/radapter/types.ts'
import { createFakeAdapter, type FakeAdapter } from './fake-radapter.ts'
import { frame, host } from './fixture-frames.ts'

/**
 * A busy machine is no failure: only the test's own time limit is. Hidden elements count, since finding out which are
 * takes most of the time here; what is hidden in a real browser is looked at in one.
 */
configure({ asyncUtilTimeout: 20_000, defaultHidden: true })

/**
 * All that a page fetches only when it is shown, fetched before any test: an import that is under way when a file ends is
 * refused by the runner, and stays refused for every later file of that process.
 */
import.meta.glob('../../components/**/*.{ts,tsx}', { eager: true })

/** One value in memory, as JSON would keep it. */
export const memoryPort = (initial: unknown = null): DraftPort & { readonly kept: () => unknown } => {
  const store = new Map<'value', string>([['value', JSON.stringify(initial)]])
  const read = (): unknown => JSON.parse(store.get('value') ?? 'null')
  return {
    kept: read,
    load: () => Promise.resolve(read()),
    save: (value: unknown) => Promise.resolve(void store.set('value', JSON.stringify(value))),
    clear: () => Promise.resolve(void store.delete('value')),
  }
}

/** Values by their keys in memory, as the browser would keep them. */
export const memoryPreferences = (): PreferencePort & { readonly kept: () => KeptPreferences } => {
  const store = new Map<string, string>()
  const read = (): KeptPreferences => Object.fromEntries([...store].map(([key, text]) => [key, JSON.parse(text)]))
  return {
    kept: read,
    load: () => Promise.resolve(read()),
    save: async (changed) => {
      for (const [key, value] of Object.entries(changed)) store.set(key, JSON.stringify(value))
    },
  }
}

type Options = {
  readonly host?: Partial<HostStatus>
  readonly frame?: FrameView | null
  readonly drafts?: DraftPort
  readonly locale?: string
  /** What `languageFor` has loaded; English when absent, whatever the locale. */
  readonly language?: Language
  readonly allowsNotifications?: boolean
  readonly files?: FilesPort
  readonly isPopup?: boolean
}

export type Page = { readonly adapter: FakeAdapter; readonly ui: Ui; readonly opened: readonly string[]; close(): void }

/** What a page stands on, without a page. */
export const createFakeUi = (options: Options = {}): Omit<Page, 'close'> & { readonly stop: () => void } => {
  const adapter = createFakeAdapter({
    host: host(options.host),
    frame: options.frame === undefined ? frame() : options.frame,
  })
  const opened: string[] = []
  const ui = createUi(
    createSession(adapter),
    {
      version: '0.1.0',
      drafts: options.drafts ?? memoryPort(),
      preferences: createPreferences(memoryPreferences(), document.documentElement),
      openSidePanel: () => void opened.push('sidepanel'),
      openTab: (path) => void opened.push(path),
      showRuntime: (id) => void opened.push(`runtime ${id}`),
      isPopup: options.isPopup ?? false,
      files: () =>
        options.files === undefined ? Promise.reject(new Error('no files')) : Promise.resolve(options.files),
      allowNotifications: () => Promise.resolve(options.allowsNotifications ?? true),
    },
    options.locale ?? 'en-US',
    options.language,
  )
  adapter.answer('wallet.touch', () => ({}))
  return { adapter, ui, opened, stop: ui.session.start() }
}

export const renderPage = (App: ComponentType<{ readonly ui: Ui }>, options: Options = {}): Page => {
  const { adapter, ui, opened, stop } = createFakeUi(options)
  const close = (): void => {
    cleanup()
    stop()
  }
  onTestFinished(close)
  render(<App ui={ui} />)
  return { adapter, ui, opened, close }
}
