/**
 * The network as a map: jurisdictions, entities around them, accounts between them. For eyes and hands; whoever reads
 * with neither has the list, which says the same (NetworkList.tsx), so what is drawn is hidden from screen readers.
 */
import { Maximize, Minus, Plus } from 'lucide'
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { type Screen, zoom } from '../../models/map-camera.ts'
import { type Drawing, drawingOf, labelsOf } from '../../models/map-drawing.ts'
import { type MapAccount, sceneOf, type NetworkMap as Whole } from '../../models/map-layout.ts'
import { useUi } from '../../models/ui.ts'
import { Icon } from '../../primitives/Icon.tsx'
import { Entities } from './MapEntities.tsx'
import { Ribbons } from './MapRibbons.tsx'
import styles from './NetworkMap.module.css'
import { accountWords, entityWords } from './network-words.ts'
import { useCamera } from './use-camera.ts'

const BUTTON_ZOOM = 1.4
/** Before it is measured. */
const FIRST: Screen = { width: 640, height: 420 }

/** What the pointer is on. */
export type Pointed = { readonly type: 'entity' | 'account'; readonly index: number } | null

/** Every shape of an entity or an account says whose it is. */
const pointedAt = (target: EventTarget | null): Pointed => {
  const shape = target instanceof Element ? target.closest<SVGElement>('[data-entity], [data-account]') : null
  if (shape === null) return null
  const { entity, account } = shape.dataset
  return entity === undefined ? { type: 'account', index: Number(account) } : { type: 'entity', index: Number(entity) }
}

/** The size of the element, as it changes. */
const useSize = (): readonly [{ readonly current: HTMLButtonElement | null }, Screen] => {
  const box = useRef<HTMLButtonElement>(null)
  const [size, setSize] = useState(FIRST)
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = element
      if (width > 0 && height > 0) setSize({ width, height })
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [box, size]
}

const Jurisdictions = ({ drawing }: { readonly drawing: Drawing }) => (
  <>
    {drawing.circles.map((path) => (
      <path key={path} class={styles.circle} d={path} />
    ))}
    {drawing.jurisdictions.map(({ name, at, ground }) => (
      <g key={name}>
        <path class={styles.mast} d={`M${at.x} ${at.y}L${ground.x} ${ground.y}`} />
        <path class={styles.machine} d={`M${at.x} ${at.y - 6}l6 6l-6 6l-6 -6Z`} />
        <text class={styles.jurisdiction} x={at.x} y={at.y - 14}>
          {name}
        </text>
      </g>
    ))}
  </>
)

type Props = {
  readonly map: Whole
  readonly onEntity: (index: number) => void
  readonly onAccount: (account: MapAccount) => void
}

const Buttons = ({ onCloser, onHome }: { readonly onCloser: (by: number) => void; readonly onHome: () => void }) => {
  const { text } = useUi()
  const buttons = [
    { icon: Plus, name: text('map.closer'), run: () => onCloser(BUTTON_ZOOM) },
    { icon: Minus, name: text('map.farther'), run: () => onCloser(1 / BUTTON_ZOOM) },
    { icon: Maximize, name: text('map.whole'), run: onHome },
  ]
  return (
    <div class={styles.buttons}>
      {buttons.map(({ icon, name, run }) => (
        <button key={name} type="button" class={styles.button} aria-label={name} title={name} onClick={run}>
          <Icon of={icon} />
        </button>
      ))}
    </div>
  )
}

export const NetworkMap = ({ map, onEntity, onAccount }: Props) => {
  const ui = useUi()
  const { session, host, text } = ui
  const hint = useId()
  const [box, screen] = useSize()
  const [pointed, setPointed] = useState<Pointed>(null)
  const scene = useMemo(() => sceneOf(map), [map])
  const control = useCamera({
    scene,
    screen,
    runtimeId: session.frameView.value?.runtimeId ?? '',
    preferences: host.preferences,
  })
  const { camera, handlers } = control
  const drawing = useMemo(() => drawingOf(map, scene, camera, screen), [map, scene, camera, screen])
  const selectedId = session.entity.value?.entityId
  const openId = session.viewState.value.selectedAccountId
  const selected = map.entities.findIndex(({ entityId }) => entityId === selectedId)
  const first = [pointed?.type === 'entity' ? pointed.index : -1, selected, ...map.entities.keys()]
  const labels = labelsOf(map, drawing, screen, first)
  // Passive listeners could not keep the page from scrolling.
  useEffect(() => {
    const element = box.current
    const { onWheel } = handlers
    element?.addEventListener('wheel', onWheel, { passive: false })
    return () => element?.removeEventListener('wheel', onWheel)
  })
  const click = (event: MouseEvent): void => {
    const found = control.wasDragged() ? null : pointedAt(event.target)
    if (found?.type === 'entity') onEntity(found.index)
    const account = found?.type === 'account' ? map.accounts[found.index] : undefined
    if (account !== undefined) onAccount(account)
  }
  const said = (): string => {
    const account = pointed?.type === 'account' ? map.accounts[pointed.index] : undefined
    if (account !== undefined) return accountWords(ui, map, account)
    const entity = pointed?.type === 'entity' ? map.entities[pointed.index] : undefined
    if (pointed === null || entity === undefined) return text('map.hint')
    return text('map.named', { name: entity.label, what: entityWords(ui, map, pointed.index) })
  }
  return (
    <div class={styles.frame} data-map>
      {/* It has keys of its own, and what it shows is in the list beside it. */}
      <button
        type="button"
        ref={box}
        class={styles.map}
        aria-label={text('map.name')}
        aria-describedby={hint}
        onClick={click}
        onPointerOver={(event) => setPointed(pointedAt(event.target))}
        onPointerLeave={() => setPointed(null)}
        onPointerDown={handlers.onPointerDown}
        onPointerMove={handlers.onPointerMove}
        onPointerUp={handlers.onPointerUp}
        onPointerCancel={handlers.onPointerCancel}
        onKeyDown={handlers.onKeyDown}
        onContextMenu={handlers.onContextMenu}
      >
        <svg class={styles.picture} aria-hidden="true" viewBox={`0 0 ${screen.width} ${screen.height}`}>
          <Jurisdictions drawing={drawing} />
          <Ribbons drawing={drawing} map={map} selectedId={selectedId} openId={openId} pointed={pointed} />
          <Entities drawing={drawing} labels={labels} map={map} selected={selected} pointed={pointed} />
        </svg>
      </button>
      <Buttons onCloser={(by) => control.turn((from) => zoom(from, by))} onHome={control.home} />
      <p class={styles.said}>{said()}</p>
      <p id={hint} class="visually-hidden">
        {text('map.keys')}
      </p>
    </div>
  )
}
