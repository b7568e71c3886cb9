/**
 * The camera of the network map: where it stands, what it looks at, and where a point of the map is seen from there.
 *
 * Pure. The world is right-handed with y upwards; yaw 0 looks along −z, and pitch is how far it looks down. A screen has
 * its origin at the top left; the field of view is always as wide as the smaller of its sides lets it be, so that one
 * camera shows the same on every screen.
 */
export type Point = { readonly x: number; readonly y: number; readonly z: number }
export type Camera = { readonly position: Point; readonly target: Point }
export type Screen = { readonly width: number; readonly height: number }
/** Pixels from the top left, and pixels a unit of the world is long there. */
export type Seen = { readonly x: number; readonly y: number; readonly scale: number }

type View = { readonly yaw: number; readonly pitch: number; readonly distance: number; readonly target: Point }

const LEAST_PITCH = 0.15
/** Not quite from above: there yaw would mean nothing. */
const MOST_PITCH = 1.5
const NEAREST = 120
const FARTHEST = 12_000
/** What is closer to the camera is not drawn. */
const NEAR = 20
/** How far the target may be taken away from the middle. */
const REACH = 10_000
/** A view that shows the height of things and hides none behind another. */
const HOME = { yaw: -0.42, pitch: 0.72, distances: 2.25 }

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high)
const plus = (a: Point, b: Point, times = 1): Point => ({
  x: a.x + b.x * times,
  y: a.y + b.y * times,
  z: a.z + b.z * times,
})
const dot = (a: Point, b: Point): number => a.x * b.x + a.y * b.y + a.z * b.z

const viewOf = ({ position, target }: Camera): View => {
  const away = plus(position, target, -1)
  const distance = Math.hypot(away.x, away.y, away.z)
  return {
    yaw: Math.atan2(away.x, away.z),
    pitch: Math.asin(clamp(away.y / distance, -1, 1)),
    distance,
    target,
  }
}

const cameraOf = ({ yaw, pitch, distance, target }: View): Camera => {
  const flat = Math.cos(clamp(pitch, LEAST_PITCH, MOST_PITCH))
  const away = {
    x: Math.sin(yaw) * flat,
    y: Math.sin(clamp(pitch, LEAST_PITCH, MOST_PITCH)),
    z: Math.cos(yaw) * flat,
  }
  return { position: plus(target, away, clamp(distance, NEAREST, FARTHEST)), target }
}

const focalOf = ({ width, height }: Screen): number => Math.min(width, height * 1.25)

/** Where a point is seen; null for what lies behind the camera. */
export const projection = (camera: Camera, screen: Screen): ((point: Point) => Seen | null) => {
  const { yaw, pitch } = viewOf(camera)
  const focal = focalOf(screen)
  const right = { x: Math.cos(yaw), y: 0, z: -Math.sin(yaw) }
  const up = { x: -Math.sin(yaw) * Math.sin(pitch), y: Math.cos(pitch), z: -Math.cos(yaw) * Math.sin(pitch) }
  const forth = { x: -Math.sin(yaw) * Math.cos(pitch), y: -Math.sin(pitch), z: -Math.cos(yaw) * Math.cos(pitch) }
  return (point) => {
    const from = plus(point, camera.position, -1)
    const depth = dot(from, forth)
    if (depth < NEAR) return null
    const scale = focal / depth
    return { x: screen.width / 2 + dot(from, right) * scale, y: screen.height / 2 - dot(from, up) * scale, scale }
  }
}

/** The whole of what lies within `radius` of `target`. */
export const homeCamera = (target: Point, radius: number): Camera =>
  cameraOf({ yaw: HOME.yaw, pitch: HOME.pitch, distance: radius * HOME.distances, target })

/** Around what is looked at, in radians. */
export const orbit = (camera: Camera, yaw: number, pitch: number): Camera => {
  const view = viewOf(camera)
  return cameraOf({ ...view, yaw: view.yaw + yaw, pitch: view.pitch + pitch })
}

/** Over the ground, so that it follows the hand by this many pixels. */
export const pan = (camera: Camera, right: number, down: number, screen: Screen): Camera => {
  const view = viewOf(camera)
  const unit = view.distance / focalOf(screen)
  const moved = {
    x: view.target.x - (Math.cos(view.yaw) * right + Math.sin(view.yaw) * down) * unit,
    y: view.target.y,
    z: view.target.z + (Math.sin(view.yaw) * right - Math.cos(view.yaw) * down) * unit,
  }
  const target = { x: clamp(moved.x, -REACH, REACH), y: moved.y, z: clamp(moved.z, -REACH, REACH) }
  return cameraOf({ ...view, target })
}

/** @param closer 2 halves the distance */
export const zoom = (camera: Camera, closer: number): Camera => {
  const view = viewOf(camera)
  return cameraOf({ ...view, distance: view.distance / closer })
}

/** As it is kept: position and target, to a tenth. */
export const writeCamera = ({ position, target }: Camera): string =>
  [position, target]
    .flatMap(({ x, y, z }) => [x, y, z])
    .map((value) => Math.round(value * 10) / 10)
    .join(' ')

/** Null for anything but a camera that could have been written. */
export const readCamera = (text: string | undefined): Camera | null => {
  if (text === undefined || !/^-?\d{1,6}(\.\d)?( -?\d{1,6}(\.\d)?){5}$/.test(text)) return null
  const [px = 0, py = 0, pz = 0, x = 0, y = 0, z = 0] = text.split(' ').map(Number)
  const camera = { position: { x: px, y: py, z: pz }, target: { x, y, z } }
  const { distance, pitch } = viewOf(camera)
  return distance >= NEAREST / 2 && pitch > 0 ? camera : null
}
