/**
 * What every page does to come up: preferences first, so that nothing appears in the wrong light or of another entity,
 * then the session and its first rendering. The entrypoint supplies what only it can see.
 */
import type { ComponentType } from 'preact'
import { render } from 'preact'
import { DEFAULT_VIEW, type RAdapter, type ViewState } from '../../runtime/radapter/types.ts'
import type { DraftPort } from '../models/drafts.ts'
import type { FilesPort } from '../models/files.ts'
import type { PlacePort } from '../models/place.ts'
import { createPreferences, type PreferencePort } from '../models/preferences.ts'
import { type Chosen, createSession, type Memory } from '../models/session.ts'
import { languageFor } from '../models/text.ts'
import { createUi, type Ui } from '../models/ui.ts'
import '../tokens.css'
import '../base.css'

export type PagePorts = {
  readonly adapter: RAdapter
  readonly version: string
  readonly drafts: DraftPort
  readonly preferences: PreferencePort
  readonly memory: Memory
  /** Where this tab stood, or the one before it; absent for a page that always begins at the beginning. */
  readonly place?: Promise<PlacePort>
  readonly openSidePanel: () => void
  readonly openTab: (path: string) => void
  readonly showRuntime: (id: string) => void
  readonly files: () => Promise<FilesPort>
  readonly allowNotifications: () => Promise<boolean>
  /** Where the page begins to look. */
  readonly view?: Partial<ViewState>
}

/** @returns once the page is on screen. */
export const startPage = async (App: ComponentType<{ readonly ui: Ui }>, ports: PagePorts): Promise<void> => {
  const {
    adapter,
    version,
    drafts,
    memory,
    openSidePanel,
    openTab,
    showRuntime,
    files,
    allowNotifications,
    view = {},
  } = ports
  const preferences = createPreferences(ports.preferences, document.documentElement)
  // Looks that cannot be read are the default ones, and what cannot be remembered is forgotten.
  const loaded = preferences.load().catch(() => undefined)
  const [remembered, language, place] = await Promise.all([
    memory.load().catch(() => null),
    languageFor(navigator.language),
    ports.place?.catch(() => undefined),
    loaded,
  ])
  const chosen: Chosen = {
    of: (runtimeId) => preferences.current.peek().entities[runtimeId] ?? null,
    // What cannot be kept is chosen again.
    set: (runtimeId, entityId) => void preferences.chooseEntity(runtimeId, entityId).catch(() => undefined),
  }
  const session = createSession(adapter, {
    view: { ...DEFAULT_VIEW, accountCursor: null, ...view },
    remembered,
    memory,
    chosen,
    ...(place && { place }),
  })
  const ui = createUi(
    session,
    {
      version,
      drafts,
      preferences,
      openSidePanel,
      openTab,
      showRuntime,
      files,
      allowNotifications,
      isPopup: 'popup' in document.documentElement.dataset,
    },
    navigator.language,
    language,
  )
  document.documentElement.lang = ui.text.language
  document.title = ui.text('app.name')
  // A page kept for going back loses its port without a word, so it closes it, and starts again when it is shown.
  let stop = session.start()
  addEventListener('pagehide', () => stop())
  addEventListener('pageshow', (event) => {
    if (event.persisted) stop = session.start()
  })
  const root = document.getElementById('app')
  if (root === null) return
  // What stood there until now is none of the page's own.
  root.replaceChildren()
  render(<App ui={ui} />, root)
}
