/**
 * What the owner chose for this browser: one signal, kept by the entrypoint's port. Several pages may be open at once: a
 * change is made to what is kept, and never puts back what another page has changed meanwhile.
 */
import { type ReadonlySignal, signal } from '@preact/signals'

export type Theme = 'system' | 'light' | 'dark'
/** ISO 4217, or off: amounts are shown in their own token only. */
export type Currency = 'off' | 'USD' | 'EUR' | 'GBP' | 'CHF' | 'JPY'
type ByRuntime = { readonly [runtimeId: string]: string }
export type Preferences = {
  readonly theme: Theme
  readonly amountsHidden: boolean
  /** Tell of payments that arrive while no page is open. */
  readonly notifies: boolean
  /** The owner has said that the phrase is still there. */
  readonly hasPhrase: boolean
  /** What amounts are also shown in, where a rate is known. */
  readonly currency: Currency
  /** The owner's entity that was last looked at, by runtime. */
  readonly entities: ByRuntime
  /** Where the camera of the network map stands, as map-camera.ts writes it, by runtime. */
  readonly cameras: ByRuntime
  /** Whether the network is a map or a list, by runtime. */
  readonly networks: ByRuntime
  /** How wide the panels of the full view are, as panels.ts writes it, by runtime. */
  readonly panels: ByRuntime
}
/** What is kept of the full view. */
export type KeptOfView = 'cameras' | 'networks' | 'panels'
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

const textsIn = (kept: unknown): ByRuntime =>
  typeof kept === 'object' && kept !== null
    ? Object.fromEntries(Object.entries(kept).filter(([, value]) => typeof value === 'string'))
    : {}

export const preferencesOf = (kept: unknown): Preferences => {
  if (typeof kept !== 'object' || kept === null) return DEFAULTS
  const fields: { readonly [name: string]: unknown } = { ...kept }
  return {
    theme: oneOf(THEMES, fields.theme, DEFAULTS.theme),
    amountsHidden: fields.amountsHidden === true,
    notifies: fields.notifies === true,
    hasPhrase: fields.hasPhrase === true,
    currency: oneOf(CURRENCIES, fields.currency, DEFAULTS.currency),
    entities: textsIn(fields.entities),
    cameras: textsIn(fields.cameras),
    networks: textsIn(fields.networks),
    panels: textsIn(fields.panels),
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
  let turn: Promise<unknown> = Promise.resolve()
  /** Shown at once; kept one after another, each on top of what is kept by then. */
  const change = (patchOf: (before: Preferences) => Partial<Preferences>): Promise<void> => {
    show({ ...current.peek(), ...patchOf(current.peek()) })
    const kept = turn.then(async () => {
      const before = preferencesOf(await port.load())
      await port.save({ ...before, ...patchOf(before) })
    })
    turn = kept.catch(() => undefined)
    return kept
  }
  const keep = (what: KeptOfView | 'entities', runtimeId: string, one: string): Promise<void> =>
    change((before) => ({ [what]: { ...before[what], [runtimeId]: one } }))
  return {
    current,
    load: async () => show(preferencesOf(await port.load())),
    change: (patch) => change(() => patch),
    chooseEntity: (runtimeId, entityId) => keep('entities', runtimeId, entityId),
    keep,
  }
}
