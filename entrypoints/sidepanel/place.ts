/** Where a tab stands in each runtime (components/models/place.ts), kept in the storage that only this tab sees. */
import { type PlacePort, placeOf, readPlace } from '../../components/models/place.ts'
import { named } from '../popup/ports.ts'

/** Of a page whose address names no runtime, the one it showed last. */
export const tabPlace = (page: string): PlacePort => {
  const key = (runtimeId: string): string => `place.${page}.${runtimeId}`
  const last = `place.${page}`
  return {
    load: (initial) => {
      try {
        const kept: unknown = JSON.parse(
          sessionStorage.getItem(key(named ?? sessionStorage.getItem(last) ?? '')) ?? 'null',
        )
        return readPlace(kept, initial)
      } catch {
        return null
      }
    },
    save: (runtimeId, view, height) => {
      sessionStorage.setItem(last, runtimeId)
      sessionStorage.setItem(key(runtimeId), JSON.stringify(placeOf(runtimeId, view, height)))
    },
  }
}
