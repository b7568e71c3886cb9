/**
 * What the owner chose for this browser: one signal, kept by the entrypoint's port. Several pages may be open at once, and
 * a popup may be closed by the very press that changes something: each choice is kept under a key of its own and written
 * at once, so that it needs nothing of what was kept before, and never puts back what another page has changed.
 */
import { type ReadonlySignal, signal } from '@preact/signals'

export type Theme = 'system' | 'light' | 'dark'
/** ISO 4217, or off: amounts are shown in their own token only. */
export type Currency = 'off' | 'USD' | 'EUR' | 'GBP' | 'CHF' | 'JPY'
type ByRuntime = { readonly [runtimeId: string]: string }
type Choices = {
  readonly theme: Theme
  readonly amountsHidden: boolean
  /** Tell of payments that arrive while no page is open. */
  readonly notifies: boolean
  /** The owner has said that the phrase is still there. */
  readonly hasPhrase: boolean
  /** What amounts are also shown in, where a rate is known. */
  readonly currency: Currency
}
type Places = {
  /** The owner's entity that was last looked at, by runtime. */
  readonly entities: ByRuntime
  /** Where the camera of the network map stands, as map-camera.ts writes it, by runtime. */
  readonly cameras: ByRuntime
  /** Whether the network is a map or a list, by runtime. */
  readonly networks: ByRuntime
  /** How wide the panels of the full view are, as panels.ts writes it, by runtime. */
  readonly panels: ByRuntime
}
export type Preferences = Choices & Places
/** What is kept of the full view. */
export type KeptOfView = 'cameras' | 'networks' | 'panels'
/** By its name; what is kept by runtime, by its name and the runtime's id. */
export type KeptPreferences = { readonly [key: string]: unknown }
export type PreferencePort = {
  /** Whatever was kept, from any version of this program. */
  load(): Promise<KeptPreferences>
  /** Puts these in the place of what is kept under the same keys. */
  save(changed: KeptPreferences): Promise<void>
}
export type PreferencesModel = {
  readonly current: ReadonlySignal<Preferences>
  /** Before the first rendering, so that nothing appears in the wrong light. */
  load(): Promise<void>
  change(patch: Partial<Choices>): Promise<void>
  /** The next page of this runtime opens on this entity. */
  chooseEntity(runtimeId: string, entityId: string): Promise<void>
  keep(what: KeptOfView, runtimeId: string, one: string): Promise<void>
}

export const THEMES: readonly Theme[] = ['system', 'light', 'dark']
export const CURRENCIES: readonly Currency[] = ['off', 'USD', 'EUR', 'GBP', 'CHF', 'JPY']
const DEFAULTS: Preferences = {
  theme: 'system',
  amountsHidden: false,
  notifies: false,
  hasPhrase: false,
  currency: 'off',
  entities: {},
  cameras: {},
  networks: {},
  panels: {},
}

/** What was kept, if it is one of these; the first of them otherwise. */
const oneOf = <T extends string>(known: readonly T[], kept: unknown, otherwise: T): T =>
  known.find((value) => value === kept) ?? otherwise

const placeKey = (what: keyof Places, runtimeId: string): string => `${what}.${runtimeId}`

const placesIn = (kept: KeptPreferences, what: keyof Places): ByRuntime => {
  const prefix = placeKey(what, '')
  const found = Object.entries(kept).filter(([key, value]) => key.startsWith(prefix) && typeof value === 'string')
  return Object.fromEntries(found.map(([key, value]) => [key.slice(prefix.length), `${value}`]))
}

export const preferencesOf = (kept: KeptPreferences): Preferences => ({
  theme: oneOf(THEMES, kept.theme, DEFAULTS.theme),
  amountsHidden: kept.amountsHidden === true,
  notifies: kept.notifies === true,
  hasPhrase: kept.hasPhrase === true,
  currency: oneOf(CURRENCIES, kept.currency, DEFAULTS.currency),
  entities: placesIn(kept, 'entities'),
  cameras: placesIn(kept, 'cameras'),
  networks: placesIn(kept, 'networks'),
  panels: placesIn(kept, 'panels'),
})

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
  const keep = (what: keyof Places, runtimeId: string, one: string): Promise<void> => {
    const { [what]: before } = current.peek()
    show({ ...current.peek(), [what]: { ...before, [runtimeId]: one } })
    return port.save({ [placeKey(what, runtimeId)]: one })
  }
  return {
    current,
    load: async () => show(preferencesOf(await port.load())),
    change: (patch) => {
      show({ ...current.peek(), ...patch })
      return port.save(patch)
    },
    chooseEntity: (runtimeId, entityId) => keep('entities', runtimeId, entityId),
    keep,
  }
}
