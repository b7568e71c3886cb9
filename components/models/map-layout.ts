/**
 * Where everybody stands on the network map: the hub in the middle below its jurisdiction, the others around it.
 *
 * Pure. Places on a circle are taken in an order that halves the gaps again and again, so that any number of entities
 * is spread out, and whoever comes later (the view lists them so) moves nobody.
 */
import type { FrameView, TokenPosition } from '../../runtime/radapter/types.ts'
import type { Point } from './map-camera.ts'

export type NetworkMap = NonNullable<FrameView['map']>
export type MapEntity = NetworkMap['entities'][number]
export type MapAccount = NetworkMap['accounts'][number]

/** How far below their jurisdiction entities stand. */
const DROP = 150
/** Of each circle, from the inside out: its radius and how many stand on it. */
const CIRCLES = [
  { radius: 200, places: 8 },
  { radius: 270, places: 16 },
  { radius: 330, places: 32 },
  { radius: 390, places: 64 },
] as const
/** Around what stands outermost. */
const MARGIN = 40

/** 0, ½, ¼, ¾, ⅛ … (https://en.wikipedia.org/wiki/Van_der_Corput_sequence, base 2). */
const part = (index: number): number => {
  let [rest, share, sum] = [index, 0.5, 0]
  while (rest > 0) {
    if (rest % 2 === 1) sum += share
    rest = Math.floor(rest / 2)
    share /= 2
  }
  return sum
}

/** @param index 0-based; the first stands in front. @returns relative to the middle of the circles */
export const orbitPlace = (index: number): { readonly x: number; readonly z: number; readonly radius: number } => {
  let before = 0
  for (const { radius, places } of CIRCLES) {
    if (index - before < places) {
      const angle = 2 * Math.PI * part(index - before)
      return { x: Math.sin(angle) * radius, z: Math.cos(angle) * radius, radius }
    }
    before += places
  }
  // More than a view ever tells of.
  return orbitPlace(index - before)
}

export type Scene = {
  /** In the order of the map's entities. */
  readonly entities: readonly Point[]
  readonly jurisdictions: readonly {
    readonly name: string
    readonly at: Point
    /** Below it, where its hub stands. */
    readonly ground: Point
    /** Of the circles somebody stands on. */
    readonly radii: readonly number[]
  }[]
  /** A sphere with everything in it. */
  readonly centre: Point
  readonly radius: number
}

type Standing = { readonly at: Point; readonly radius: number }

const standingIn = (map: NetworkMap, jurisdiction: number): ReadonlyMap<MapEntity, Standing> => {
  const { x, y, z } = map.jurisdictions[jurisdiction] ?? { x: 0, y: 0, z: 0 }
  const members = map.entities.filter((entity) => entity.jurisdiction === jurisdiction)
  const hub = members.find(({ isHub }) => isHub)
  const others = members.filter((entity) => entity !== hub)
  const placed = others.map((entity, index): readonly [MapEntity, Standing] => {
    const place = orbitPlace(index)
    return [entity, { at: { x: x + place.x, y: y - DROP, z: z + place.z }, radius: place.radius }]
  })
  return new Map(hub === undefined ? placed : [[hub, { at: { x, y: y - DROP, z }, radius: 0 }], ...placed])
}

export const sceneOf = (map: NetworkMap): Scene => {
  const standing = map.jurisdictions.map((_, index) => standingIn(map, index))
  const jurisdictions = map.jurisdictions.map(({ name, x, y, z }, index) => {
    const radii = [...new Set([...(standing[index]?.values() ?? [])].map(({ radius }) => radius))].filter((r) => r > 0)
    return { name, at: { x, y, z }, ground: { x, y: y - DROP, z }, radii }
  })
  const [xs, zs] = [map.jurisdictions.map(({ x }) => x), map.jurisdictions.map(({ z }) => z)]
  const middle = (values: readonly number[]): number => (Math.min(...values, 0) + Math.max(...values, 0)) / 2
  const centre = { x: middle(xs), y: (jurisdictions[0]?.ground.y ?? 0) + DROP / 4, z: middle(zs) }
  const reach = jurisdictions.map(
    ({ at, radii }) => Math.hypot(at.x - centre.x, at.z - centre.z) + Math.max(CIRCLES[0].radius, ...radii),
  )
  return {
    entities: map.entities.map((entity) => standing[entity.jurisdiction]?.get(entity)?.at ?? centre),
    jurisdictions,
    centre,
    radius: Math.max(CIRCLES[0].radius, ...reach) + MARGIN,
  }
}

/** A position as its other side sees it. */
export const mirrored = (position: TokenPosition): TokenPosition => ({
  ...position,
  outbound: position.inbound,
  inbound: position.outbound,
  balance: position.collateral - position.balance,
  outCollateral: position.inCollateral,
  inCollateral: position.outCollateral,
  theirDebt: position.ownDebt,
  ownDebt: position.theirDebt,
  outCredit: position.inCredit,
  inCredit: position.outCredit,
  held: position.heldInbound,
  heldInbound: position.held,
})

/** The accounts of one entity, each with who is on the other side and as it sees them. */
export const accountsOf = (
  { entities, accounts }: NetworkMap,
  index: number,
): readonly { readonly account: MapAccount; readonly other: MapEntity; readonly position: TokenPosition }[] =>
  accounts.flatMap((account) => {
    const { left, right, position } = account
    const other = entities[left === index ? right : left]
    if ((left !== index && right !== index) || other === undefined) return []
    return [{ account, other, position: left === index ? position : mirrored(position) }]
  })

export type Choice = { readonly selectedEntityId: string; readonly selectedAccountId: string }

/**
 * From whose side an account is looked at: of the entity that is selected, else of the owner's, else of one that lives
 * here. Null where neither side can be looked at.
 */
export const choiceOf = (
  { entities }: NetworkMap,
  { left, right }: MapAccount,
  selectedId: string | undefined,
): Choice | null => {
  const sides = [entities[left], entities[right]].filter((side) => side !== undefined)
  const from =
    sides.find(({ entityId }) => entityId === selectedId) ??
    sides.find(({ isOwn }) => isOwn) ??
    sides.find(({ isHere }) => isHere)
  const to = sides.find((side) => side !== from)
  return from?.isHere && to !== undefined ? { selectedEntityId: from.entityId, selectedAccountId: to.entityId } : null
}
