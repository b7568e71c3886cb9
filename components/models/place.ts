/**
 * Where a tab stands in a runtime: what is looked at, and when. Kept with the tab, so that a reload and a visit to
 * another runtime come back to it; a new tab begins at the beginning.
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

export const placeOf = (runtimeId: string, view: ViewState, height: number | null): Place => ({
  runtimeId,
  view: Object.fromEntries(KEPT.map((name) => [name, view[name] ?? null])),
  height,
})

type Fields = { readonly [field: string]: unknown }
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null

/** Null for anything but a whole place. @param initial says what kind each field is of */
export const readPlace = (kept: unknown, initial: ViewState): Place | null => {
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
