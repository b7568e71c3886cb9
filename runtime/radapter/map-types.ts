/** The network map in a view: jurisdictions on their grid, who lives there, and the largest accounts between them. */
import type { Place } from './map-grid.ts'
import type { TokenPosition } from './types.ts'

export type MapJurisdiction = Place & { readonly name: string }

export type MapEntity = {
  readonly entityId: string
  readonly label: string
  /** Its place in `MapView.jurisdictions`. */
  readonly jurisdiction: number
  readonly isOwn: boolean
  readonly isHub: boolean
  /** It lives in this runtime, so that its accounts can be looked at; of others only those with somebody here are known. */
  readonly isHere: boolean
  /** All it has, drawn or not. */
  readonly accountCount: number
}

/** A bilateral account between two of `MapView.entities`, by their places there. */
export type MapAccount = {
  readonly left: number
  readonly right: number
  /** In the view's token, seen by LEFT: what is outbound is what LEFT can send. */
  readonly position: TokenPosition
}

export type MapView = {
  readonly jurisdictions: readonly MapJurisdiction[]
  /** The owner's first one first, then in the order of their first accounts here: newcomers stand at the end. */
  readonly entities: readonly MapEntity[]
  /** By capacity, the largest first. */
  readonly accounts: readonly MapAccount[]
  /** Living here, and not among `entities` for want of room. */
  readonly moreEntities: number
}

export type MapSection = {
  /** When the view asks for it. */
  readonly map: MapView | null
}
