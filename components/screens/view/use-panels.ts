/** The panels of the full view and the splitters between them: how wide each is, now and at the next visit. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import {
  FIRST_PANELS,
  partOf,
  type Room,
  readPanels,
  type Split,
  type Stand,
  standsIn,
  tracksOf,
  writePanels,
} from '../../models/panels.ts'
import type { PreferencesModel } from '../../models/preferences.ts'
import { useKept } from './use-kept.ts'

/** As the style sheet has it (View.module.css). */
const WIDE = '(width >= 1120px)'
const GAP_PX = 32
/** Before it is measured. */
const FIRST: Room = { width: 1200, isWide: true }

const useRoom = (): readonly [{ readonly current: HTMLElement | null }, Room] => {
  const desk = useRef<HTMLElement>(null)
  const [room, setRoom] = useState(FIRST)
  useLayoutEffect(() => {
    const element = desk.current
    if (element === null) return
    const measure = (): void => {
      const { paddingInlineStart, paddingInlineEnd } = getComputedStyle(element)
      const inside = element.clientWidth - Number.parseFloat(paddingInlineStart) - Number.parseFloat(paddingInlineEnd)
      const isWide = matchMedia(WIDE).matches
      const width = inside - (isWide ? 2 : 1) * GAP_PX
      // What is not drawn has none.
      if (width > 0) setRoom({ width, isWide })
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [desk, room]
}

export type Splitting = {
  readonly stand: Stand
  /** @param px to the right of where it stood at `from` */
  readonly drag: (px: number, from: Stand) => void
  readonly moveTo: (part: number) => void
  readonly reset: () => void
}

type Props = { readonly runtimeId: string; readonly preferences: PreferencesModel }

export const usePanels = (props: Props) => {
  const [desk, room] = useRoom()
  const [placed, put] = useKept({ ...props, what: 'panels', read: readPanels, write: writePanels })
  const panels = placed ?? FIRST_PANELS
  const stands = standsIn(panels, room)
  const splitting = (split: Split): Splitting => {
    const { least, most } = stands[split]
    const moveTo = (part: number): void => put({ ...panels, [split]: Math.min(most, Math.max(least, part)) })
    return {
      stand: stands[split],
      drag: (px, from) => moveTo(from.now + partOf(split, px, stands, room)),
      moveTo,
      reset: () => put({ ...panels, [split]: FIRST_PANELS[split] }),
    }
  }
  const [network = '', accounts = '', activity = ''] = tracksOf(stands)
  return {
    desk,
    style: { '--network': network, '--accounts': accounts, '--activity': activity },
    network: splitting('network'),
    accounts: splitting('accounts'),
  }
}
