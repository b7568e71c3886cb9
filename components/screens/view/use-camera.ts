/**
 * The camera under the reader's hands: a drag turns it, with Shift or another button moves it, two fingers do both and
 * come closer; the wheel comes closer once the map has the focus, so that it does not hold up whoever scrolls past; and
 * every one of these has a key. Where it stands is kept for its runtime, a moment after the last move.
 */
import { useRef } from 'preact/hooks'
import {
  type Camera,
  homeCamera,
  orbit,
  pan,
  readCamera,
  type Screen,
  writeCamera,
  zoom,
} from '../../models/map-camera.ts'
import type { Scene } from '../../models/map-layout.ts'
import type { PreferencesModel } from '../../models/preferences.ts'
import { useKept } from './use-kept.ts'

const RADIANS_A_PIXEL = 0.008
const KEY_RADIANS = 0.12
const KEY_PIXELS = 40
const KEY_ZOOM = 1.2
const WHEEL_ZOOM = 0.0015
/** A hand is never quite still. */
const DRAG_PIXELS = 4

type Hand = { readonly x: number; readonly y: number }
type Turn = (camera: Camera, screen: Screen) => Camera

const KEYS: { readonly [key: string]: Turn } = {
  ArrowLeft: (camera) => orbit(camera, KEY_RADIANS, 0),
  ArrowRight: (camera) => orbit(camera, -KEY_RADIANS, 0),
  ArrowUp: (camera) => orbit(camera, 0, KEY_RADIANS),
  ArrowDown: (camera) => orbit(camera, 0, -KEY_RADIANS),
  'Shift+ArrowLeft': (camera, screen) => pan(camera, KEY_PIXELS, 0, screen),
  'Shift+ArrowRight': (camera, screen) => pan(camera, -KEY_PIXELS, 0, screen),
  'Shift+ArrowUp': (camera, screen) => pan(camera, 0, KEY_PIXELS, screen),
  'Shift+ArrowDown': (camera, screen) => pan(camera, 0, -KEY_PIXELS, screen),
  '+': (camera) => zoom(camera, KEY_ZOOM),
  '=': (camera) => zoom(camera, KEY_ZOOM),
  '-': (camera) => zoom(camera, 1 / KEY_ZOOM),
}

type Props = {
  readonly scene: Scene
  readonly screen: Screen
  readonly runtimeId: string
  readonly preferences: PreferencesModel
}

export type CameraControl = {
  readonly camera: Camera
  /** True right after a drag: the click that ends it means nothing. */
  readonly wasDragged: () => boolean
  readonly turn: (turn: Turn) => void
  readonly home: () => void
  readonly handlers: {
    readonly onPointerDown: (event: PointerEvent) => void
    readonly onPointerMove: (event: PointerEvent) => void
    readonly onPointerUp: (event: PointerEvent) => void
    readonly onPointerCancel: (event: PointerEvent) => void
    readonly onWheel: (event: WheelEvent) => void
    readonly onKeyDown: (event: KeyboardEvent) => void
    readonly onContextMenu: (event: MouseEvent) => void
  }
}

const between = (hands: readonly Hand[]): { readonly middle: Hand; readonly apart: number } => {
  const [a = { x: 0, y: 0 }, b = a] = hands
  return { middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }, apart: Math.hypot(a.x - b.x, a.y - b.y) }
}

export const useCamera = (props: Props): CameraControl => {
  const { scene, screen } = props
  const [placed, put] = useKept({ ...props, what: 'cameras', read: readCamera, write: writeCamera })
  const camera = placed ?? homeCamera(scene.centre, scene.radius)
  const hands = useRef(new Map<number, Hand>())
  const travelled = useRef(0)
  const turn = (by: Turn): void => put(by(camera, screen))
  const home = (): void => put(null)
  const lift = ({ pointerId }: PointerEvent): void => void hands.current.delete(pointerId)
  const drag = (event: PointerEvent, before: Hand): void => {
    const [dx, dy] = [event.clientX - before.x, event.clientY - before.y]
    if (event.shiftKey || event.buttons > 1) turn((from) => pan(from, dx, dy, screen))
    else turn((from) => orbit(from, -dx * RADIANS_A_PIXEL, dy * RADIANS_A_PIXEL))
  }
  const pinch = (was: readonly Hand[]): void => {
    const [from, to] = [between(was), between([...hands.current.values()])]
    const closer = from.apart > 0 ? to.apart / from.apart : 1
    turn((at) => zoom(pan(at, to.middle.x - from.middle.x, to.middle.y - from.middle.y, screen), closer))
  }
  return {
    camera,
    wasDragged: () => travelled.current >= DRAG_PIXELS,
    turn,
    home,
    handlers: {
      onPointerDown: (event) => {
        if (hands.current.size === 0) travelled.current = 0
        hands.current.set(event.pointerId, { x: event.clientX, y: event.clientY })
      },
      onPointerMove: (event) => {
        const before = hands.current.get(event.pointerId)
        if (before === undefined) return
        const was = [...hands.current.values()]
        const now = { x: event.clientX, y: event.clientY }
        travelled.current += Math.hypot(now.x - before.x, now.y - before.y)
        hands.current.set(event.pointerId, now)
        if (travelled.current < DRAG_PIXELS) return
        // From here on it is a drag, wherever it ends.
        if (event.currentTarget instanceof Element) event.currentTarget.setPointerCapture?.(event.pointerId)
        if (was.length === 1) drag(event, before)
        else if (was.length === 2) pinch(was)
      },
      onPointerUp: lift,
      onPointerCancel: lift,
      onWheel: (event) => {
        const hasFocus = event.currentTarget === document.activeElement
        // A pinch on a touchpad comes with Ctrl.
        if (!hasFocus && !event.ctrlKey) return
        event.preventDefault()
        turn((from) => zoom(from, Math.exp(-event.deltaY * WHEEL_ZOOM * (event.ctrlKey ? 4 : 1))))
      },
      onKeyDown: (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return
        const by = KEYS[event.shiftKey && event.key.startsWith('Arrow') ? `Shift+${event.key}` : event.key]
        if (by === undefined && event.key !== 'Home') return
        event.preventDefault()
        if (by === undefined) home()
        else turn(by)
      },
      onContextMenu: (event) => {
        if (travelled.current >= DRAG_PIXELS) event.preventDefault()
      },
    },
  }
}
