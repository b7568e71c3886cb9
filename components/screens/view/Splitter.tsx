/**
 * Between two panels: dragged, moved with the arrow keys, to its ends with Home and End, and back to where it began with
 * a double click or Enter (https://www.w3.org/WAI/ARIA/apg/patterns/windowsplitter/).
 */
import { useRef } from 'preact/hooks'
import styles from './Splitter.module.css'
import type { Splitting } from './use-panels.ts'

const KEY_PART = 20

type Props = {
  readonly of: Splitting
  readonly name: string
  /** The panel before it. */
  readonly controls: string
}

const inPercent = (part: number): number => Math.round(part / 10)

export const Splitter = ({ of: { stand, drag, moveTo, reset }, name, controls }: Props) => {
  const grip = useRef<{ readonly x: number; readonly from: typeof stand } | null>(null)
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const to = {
      ArrowLeft: stand.now - KEY_PART,
      ArrowRight: stand.now + KEY_PART,
      Home: stand.least,
      End: stand.most,
    }[event.key]
    if (to === undefined && event.key !== 'Enter') return
    event.preventDefault()
    if (to === undefined) reset()
    else moveTo(to)
  }
  const take = (event: PointerEvent & { readonly currentTarget: HTMLElement }): void => {
    if (event.button !== 0) return
    grip.current = { x: event.clientX, from: stand }
    // Wherever the hand goes from here, it has this; and no words are chosen on its way.
    event.currentTarget.setPointerCapture?.(event.pointerId)
    event.preventDefault()
    event.currentTarget.focus({ preventScroll: true })
  }
  const move = (event: PointerEvent): void => {
    const held = grip.current
    if (held !== null && event.clientX !== held.x) drag(event.clientX - held.x, held.from)
  }
  const letGo = (): void => {
    grip.current = null
  }
  return (
    <hr
      class={styles.splitter}
      tabIndex={0}
      aria-label={name}
      aria-orientation="vertical"
      aria-controls={controls}
      aria-valuenow={inPercent(stand.now)}
      aria-valuemin={inPercent(stand.least)}
      aria-valuemax={inPercent(stand.most)}
      onKeyDown={press}
      onPointerDown={take}
      onPointerMove={move}
      onPointerUp={letGo}
      onPointerCancel={letGo}
      onDblClick={reset}
    />
  )
}
