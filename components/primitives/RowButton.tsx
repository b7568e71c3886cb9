/** One of several ways on, a row each: its words, and the sign that it leads somewhere. */
import { ChevronRight } from 'lucide'
import type { ComponentChildren } from 'preact'
import { Icon } from './Icon.tsx'
import { Key } from './Key.tsx'
import styles from './RowButton.module.css'

type Props = {
  readonly children: ComponentChildren
  readonly onClick: () => void
  /** The keys that do the same: as they are shown, and as a screen reader is told of them. */
  readonly keys?: { readonly shown: string; readonly name: string }
}

export const RowButton = ({ children, onClick, keys }: Props) => (
  <button type="button" class={styles.row} onClick={onClick} aria-keyshortcuts={keys?.name}>
    <span class={styles.words}>{children}</span>
    {keys !== undefined && <Key of={keys.shown} />}
    <Icon of={ChevronRight} />
  </button>
)
