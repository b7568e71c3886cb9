/**
 * Where a tab stands in a runtime: what is looked at, and when. Kept with the tab, so that a reload and a visit to
 * another runtime come back to it. A new tab begins at the beginning, in the present, and takes over how accounts were
 * sorted last.
 */
import type { ViewState } from '../../runtime/radapter/types.ts'

export type Place = {
  readonly runtimeId: string
  readonly view: Partial<ViewState>
  /** Null: the present. */
  readonly height: number | null
}

export type PlacePort = {
  /** Of the runtime this page is to show, as far as that is known yet. @param initial says what kind each field is of */
  load(initial: ViewState): Place | null
  /** @param height null for the present */
  save(runtimeId: string, view: ViewState, height: number | null): void
}

/** What belongs to a place; the rest is the page's own. */
const KEPT = [
  'selectedEntityId',
  'selectedAccountId',
  'tokenId',
  'accountPage',
  'accountCursor',
  'accountPageSize',
  'accountSortBy',
  'accountSortDir',
  'activityPage',
  'activityPageSize',
  'activitySearch',
  'activityFilter',
  'activityTokenId',
] as const satisfies readonly (keyof ViewState)[]

const placeOf = (runtimeId: string, view: ViewState, height: number | null): Place => ({
  runtimeId,
  view: Object.fromEntries(KEPT.map((name) => [name, view[name] ?? null])),
  height,
})

type Fields = { readonly [field: string]: unknown }
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null

/** Null for anything but a whole place. @param initial says what kind each field is of */
const readPlace = (kept: unknown, initial: ViewState): Place | null => {
  if (!isFields(kept) || typeof kept.runtimeId !== 'string' || !isFields(kept.view)) return null
  const { runtimeId, height } = kept
  // A page by its number has none.
  const view: Fields = { accountCursor: null, ...kept.view }
  const isSame = (name: (typeof KEPT)[number]): boolean => {
    const sample = initial[name] ?? null
    return view[name] === null
      ? sample === null
      : typeof view[name] === (sample === null ? (name === 'activityTokenId' ? 'number' : 'string') : typeof sample)
  }
  if (!KEPT.every(isSame)) return null
  return {
    runtimeId,
    view: Object.fromEntries(KEPT.map((name) => [name, view[name]])),
    height: typeof height === 'number' && Number.isSafeInteger(height) ? height : null,
  }
}

const SORTING = ['accountPageSize', 'accountSortBy', 'accountSortDir'] as const
/** What a new tab takes over: no place, and nothing that was typed. */
export type Sorting = Pick<ViewState, (typeof SORTING)[number]>

const sortingOf = ({ accountPageSize, accountSortBy, accountSortDir }: ViewState): Sorting => ({
  accountPageSize,
  accountSortBy,
  accountSortDir,
})

/** The beginning, so sorted; null for anything but a whole sorting. */
const beginningOf = (runtimeId: string, kept: unknown, initial: ViewState): Place | null => {
  if (!isFields(kept) || !SORTING.every((name) => typeof kept[name] === typeof initial[name])) return null
  return { runtimeId, view: Object.fromEntries(SORTING.map((name) => [name, kept[name]])), height: null }
}

export type PlaceStores = {
  /** The runtime this page is to show. */
  readonly shownId: string
  /** What only this tab sees. */
  readonly tab: { get(runtimeId: string): string | null; set(runtimeId: string, place: string): void }
  /** What every tab sees: what was there when this one opened, and where it goes a moment after the last move. */
  readonly last: { readonly kept: unknown; save(runtimeId: string, sorting: Sorting): void }
}

const parsed = (text: string | null): unknown => {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return null
  }
}

export const createPlaces = ({ shownId, tab, last }: PlaceStores): PlacePort => {
  /** A view comes with every frame, and most of them are of where one stood before. */
  const written = new Map<string, string>()
  return {
    load: (initial) => readPlace(parsed(tab.get(shownId)), initial) ?? beginningOf(shownId, last.kept, initial),
    save: (runtimeId, view, height) => {
      const place = placeOf(runtimeId, view, height)
      const text = JSON.stringify(place)
      if (written.get(runtimeId) === text) return
      written.set(runtimeId, text)
      tab.set(runtimeId, text)
      last.save(runtimeId, sortingOf(view))
    },
  }
}
