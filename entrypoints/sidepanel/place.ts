/**
 * Where a page stands in each runtime (components/models/place.ts): in the storage that only this tab sees; and in that
 * of the browser how it is sorted, for the next tab, also after a restart. What a runtime leaves there goes with it
 * (entrypoints/background/world.ts).
 */
import { browser } from 'wxt/browser'
import { createPlaces, type PlacePort, type Sorting } from '../../components/models/place.ts'
import { shownId } from '../popup/ports.ts'

const KEEP_AFTER_MS = 500

/** One after the last of many; at once when the page goes. */
const createSaving = (key: (runtimeId: string) => string) => {
  const waiting = new Map<string, Sorting>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = (): void => {
    clearTimeout(timer)
    // What cannot be kept is where it was at the next visit.
    for (const [runtimeId, sorting] of waiting)
      void browser.storage.local.set({ [key(runtimeId)]: sorting }).catch(() => undefined)
    waiting.clear()
  }
  addEventListener('pagehide', flush)
  return (runtimeId: string, sorting: Sorting): void => {
    waiting.set(runtimeId, sorting)
    clearTimeout(timer)
    timer = setTimeout(flush, KEEP_AFTER_MS)
  }
}

export const tabPlace = async (page: 'sidepanel' | 'view'): Promise<PlacePort> => {
  const key = (runtimeId: string): string => `place.${page}.${runtimeId}`
  const shown = await shownId()
  const kept = await browser.storage.local.get(key(shown)).catch(() => ({}))
  return createPlaces({
    shownId: shown,
    tab: {
      get: (runtimeId) => sessionStorage.getItem(key(runtimeId)),
      set: (runtimeId, place) => sessionStorage.setItem(key(runtimeId), place),
    },
    last: { kept: new Map(Object.entries(kept)).get(key(shown)), save: createSaving(key) },
  })
}
