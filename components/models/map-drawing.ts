/**
 * The network map as it is drawn: what the camera sees, back to front, in pixels.
 *
 * Pure. An account is a seam between its two sides: as thick as its capacity, filled with what each side has in it,
 * LEFT's share at LEFT's end. Every doubling of the capacity is one pixel more, so that the small ones are seen too.
 */
import type { TokenPosition } from '../../runtime/radapter/types.ts'
import { type Camera, type Point, projection, type Screen, type Seen } from './map-camera.ts'
import type { NetworkMap, Scene } from './map-layout.ts'
import { type SliceKind, slicesOf } from './seam.ts'

const THICKEST = 14
const THINNEST = 5
/** Of an entity, in units of the world, and in pixels. */
const ENTITY_RADIUS = 16
const LEAST_RADIUS = 9
const MOST_RADIUS = 26
const CIRCLE_STEPS = 72
/** Between an entity and the accounts that end at it. */
const GAP = 2

export type Disc = Seen & { readonly index: number; readonly radius: number }
export type Ribbon = {
  readonly index: number
  /** From LEFT's end to RIGHT's, in pixels. */
  readonly x: number
  readonly y: number
  readonly length: number
  /** Degrees, clockwise. */
  readonly angle: number
  readonly thickness: number
  readonly slices: readonly { readonly kind: SliceKind; readonly from: number; readonly to: number }[]
  /** Where the two sides meet; null where nothing can be sent either way. */
  readonly seam: number | null
}
export type Drawing = {
  /** Nearest last. */
  readonly discs: readonly Disc[]
  readonly ribbons: readonly Ribbon[]
  /** One SVG path for each circle that somebody stands on. */
  readonly circles: readonly string[]
  readonly jurisdictions: readonly { readonly name: string; readonly at: Seen; readonly ground: Seen }[]
}

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high)
/** A tenth of a pixel is enough, and keeps the document small. */
const fine = (value: number): number => Math.round(value * 10) / 10

const fineSeen = ({ x, y, scale }: Seen): Seen => ({ x: fine(x), y: fine(y), scale })
const largest = (a: bigint, b: bigint): bigint => (a < b ? b : a)
const capacityOf = ({ outbound, inbound, held, heldInbound }: TokenPosition): bigint =>
  outbound + inbound + held + heldInbound

/** @param most the largest capacity on the map */
export const thicknessOf = (capacity: bigint, most: bigint): number => {
  if (capacity <= 0n) return 1
  return clamp(THICKEST - Math.log2(Number(most) / Number(capacity)), THINNEST, THICKEST)
}

const circle = (centre: Point, radius: number, see: (point: Point) => Seen | null): string => {
  const points = Array.from({ length: CIRCLE_STEPS }, (_, step) => {
    const angle = (2 * Math.PI * step) / CIRCLE_STEPS
    return see({ x: centre.x + Math.sin(angle) * radius, y: centre.y, z: centre.z + Math.cos(angle) * radius })
  })
  const seen = points.filter((point) => point !== null)
  // What is partly behind the camera would be drawn across the screen.
  if (seen.length < points.length) return ''
  return `M${seen.map(({ x, y }) => `${fine(x)} ${fine(y)}`).join('L')}Z`
}

type Ends = { readonly index: number; readonly from: Disc; readonly to: Disc; readonly thickness: number }

const ribbon = ({ index, from, to, thickness }: Ends, position: TokenPosition): Ribbon => {
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  const whole = Math.hypot(dx, dy)
  const length = Math.max(whole - from.radius - to.radius - 2 * GAP, 0)
  const start = Math.min((from.radius + GAP) / Math.max(whole, 1), 1)
  const { slices, seam } = slicesOf(position)
  const at = (percent: number): number => fine((percent / 100) * length)
  return {
    index,
    x: fine(from.x + dx * start),
    y: fine(from.y + dy * start),
    length: fine(length),
    angle: fine((Math.atan2(dy, dx) * 180) / Math.PI),
    thickness: fine(thickness),
    slices: slices
      .map(({ kind, start: begin }, i) => ({ kind, from: at(begin), to: at(slices[i + 1]?.start ?? 100) }))
      .filter((slice) => slice.to > slice.from),
    seam: seam === null ? null : at(seam),
  }
}

export const drawingOf = (map: NetworkMap, scene: Scene, camera: Camera, screen: Screen): Drawing => {
  const see = projection(camera, screen)
  const discs = new Map<number, Disc>()
  for (const [index, at] of scene.entities.entries()) {
    const seen = see(at)
    if (seen === null) continue
    const radius = clamp(ENTITY_RADIUS * seen.scale, LEAST_RADIUS, MOST_RADIUS)
    discs.set(index, { index, x: fine(seen.x), y: fine(seen.y), scale: seen.scale, radius: fine(radius) })
  }
  const most = map.accounts.reduce((sum, { position }) => largest(sum, capacityOf(position)), 1n)
  const ribbons = map.accounts.flatMap(({ left, right, position }, index) => {
    const [from, to] = [discs.get(left), discs.get(right)]
    if (from === undefined || to === undefined) return []
    const thickness = thicknessOf(capacityOf(position), most)
    return [ribbon({ index, from, to, thickness }, position)]
  })
  return {
    discs: [...discs.values()].sort((a, b) => a.scale - b.scale),
    // The largest is listed first and lies lowest.
    ribbons,
    circles: scene.jurisdictions.flatMap(({ ground, radii }) => radii.map((radius) => circle(ground, radius, see))),
    jurisdictions: scene.jurisdictions.flatMap(({ name, at, ground }) => {
      const [top, bottom] = [see(at), see(ground)]
      return top === null || bottom === null ? [] : [{ name, at: fineSeen(top), ground: fineSeen(bottom) }]
    }),
  }
}

export type Label = { readonly index: number; readonly text: string; readonly x: number; readonly y: number }

/** A generous guess: nothing is measured before it is drawn. */
const LETTER = 8.5
const LINE = 18
const LONGEST = 20

/** What the name of an entity is cut to on the map; it stands in full everywhere else. */
const shortened = (label: string): string => {
  const letters = [...label]
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join('')}…` : label
}

/**
 * Names on the far side of whatever ends at their discs (above what lies behind the middle, else below), kept on the screen, and left out where they would lie over another.
 * @param first whose names matter most, by index
 */
export const labelsOf = (
  map: NetworkMap,
  { discs, jurisdictions }: Drawing,
  screen: Screen,
  first: readonly number[],
): readonly Label[] => {
  const rank = (index: number): number => (first.includes(index) ? first.indexOf(index) : first.length)
  const importance = [...discs].sort((a, b) => rank(a.index) - rank(b.index) || b.scale - a.scale)
  const labels: (Label & { readonly half: number })[] = []
  for (const { index, x, y, radius } of importance) {
    const text = shortened(map.entities[index]?.label ?? '')
    const half = ([...text].length * LETTER) / 2
    const middle = jurisdictions[map.entities[index]?.jurisdiction ?? 0]?.ground.y ?? 0
    const isBehind = y < middle - radius
    const below = y + radius + LINE - 2
    const baseline = isBehind || below > screen.height - 4 ? y - radius - 6 : below
    const label = { index, text, half, x: clamp(x, half, screen.width - half), y: baseline }
    const isOut = x < 0 || x > screen.width || label.y < LINE || label.y > screen.height - 4
    const isOver = labels.some(
      (other) => Math.abs(other.x - label.x) < other.half + half && Math.abs(other.y - label.y) < LINE,
    )
    if (!isOut && !isOver) labels.push(label)
  }
  return labels.map(({ index, text, x, y }) => ({ index, text, x: fine(x), y: fine(y) }))
}
