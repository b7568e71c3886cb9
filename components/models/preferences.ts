/** What the owner chose about the looks of this browser: one signal, kept by the entrypoint's port. */
import { type ReadonlySignal, signal } from '@preact/signals'

export type Theme = 'system' | 'light' | 'dark'
export type Preferences = {
  readonly theme: Theme
  readonly amountsHidden: boolean
  /** Tell of payments that arrive while no page is open. */
  readonly notifies: boolean
  /** The owner has said that the phrase is still there. */
  readonly hasPhrase: boolean
}
export type PreferencePort = {
  /** Whatever was kept, from any version of this program. */
  load(): Promise<unknown>
  save(preferences: Preferences): Promise<void>
}
export type PreferencesModel = {
  readonly current: ReadonlySignal<Preferences>
  /** Before the first rendering, so that nothing appears in the wrong light. */
  load(): Promise<void>
  change(patch: Partial<Preferences>): Promise<void>
}

export const THEMES: readonly Theme[] = ['system', 'light', 'dark']
const DEFAULTS: Preferences = { theme: 'system', amountsHidden: false, notifies: false, hasPhrase: false }

const isTheme = (value: unknown): value is Theme => THEMES.some((theme) => theme === value)

export const preferencesOf = (kept: unknown): Preferences => {
  if (typeof kept !== 'object' || kept === null) return DEFAULTS
  const { theme, ...rest } = { theme: null, ...kept }
  const flags: { readonly [name: string]: unknown } = rest
  return {
    theme: isTheme(theme) ? theme : DEFAULTS.theme,
    amountsHidden: flags.amountsHidden === true,
    notifies: flags.notifies === true,
    hasPhrase: flags.hasPhrase === true,
  }
}

/** `tokens.css` reads the attribute; without it the system decides. `public/theme.js` reads the copy at the next start. */
const applyTheme = (root: HTMLElement, theme: Theme): void => {
  if (theme === 'system') {
    delete root.dataset.theme
    localStorage.removeItem('theme')
    return
  }
  root.dataset.theme = theme
  localStorage.setItem('theme', theme)
}

export const createPreferences = (port: PreferencePort, root: HTMLElement): PreferencesModel => {
  const current = signal(DEFAULTS)
  const show = (preferences: Preferences): void => {
    current.value = preferences
    applyTheme(root, preferences.theme)
  }
  return {
    current,
    load: async () => show(preferencesOf(await port.load())),
    change: (patch) => {
      show({ ...current.peek(), ...patch })
      return port.save(current.peek())
    },
  }
}
