/**
 * What every screen finds around it: the session, the reader's language, and the few things only an entrypoint can
 * supply. Handed down by context, so that nothing is a global and a test supplies its own.
 */
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import { present } from '../../runtime/lib/assert.ts'
import type { DraftPort } from './drafts.ts'
import type { FilesPort } from './files.ts'
import { type Format, formatFor } from './format.ts'
import type { PreferencesModel } from './preferences.ts'
import type { Session } from './session.ts'
import { type Language, type Part, type Text, textFor } from './text.ts'

/** Supplied by the entrypoint, which alone sees the browser's extension interface. */
export type Host = {
  readonly version: string
  readonly drafts: DraftPort
  readonly preferences: PreferencesModel
  /** Called straight from a click: the browser opens a side panel for a gesture only. */
  readonly openSidePanel: () => void
  /** True in the toolbar's popup, which the browser closes at the first press outside it. */
  readonly isPopup: boolean
  readonly openTab: (path: string) => void
  /** Shows this runtime on this page, in place of the one it shows. */
  readonly showRuntime: (id: string) => void
  /** Export and import; fetched when it is first asked for. */
  readonly files: () => Promise<FilesPort>
  /** Asks the browser, within the user's gesture. @returns whether notifications may be shown */
  readonly allowNotifications: () => Promise<boolean>
}

export type Ui = {
  readonly session: Session
  readonly host: Host
  readonly text: Text
  readonly format: Format
}

/** @param language English unless told otherwise; numbers follow the locale all the same */
export const createUi = (session: Session, host: Host, locale: string, language?: Language): Ui => ({
  session,
  host,
  text: textFor(locale, language),
  format: formatFor(locale),
})

export const UiContext = createContext<Ui | null>(null)

/** @param words what this screen says beyond the words every page has, for it and all below it */
export const useUi = (words?: Part): Ui => {
  const ui = present(useContext(UiContext), 'a screen outside its page')
  if (words !== undefined) ui.text.add(words)
  return ui
}
