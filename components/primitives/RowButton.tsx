/** One of several ways on, a row each: its words, and the sign that it leads somewhere. */
import { ChevronRight } from 'lucide'
import type { ComponentChildren } from 'preact'
import { Icon } from './Icon.tsx'
import styles from './RowButton.module.css'

export const RowButton = ({
  children,
  onClick,
}: {
  readonly children: ComponentChildren
  readonly onClick: () => void
}) => (
  <button type="button" class={styles.row} onClick={onClick}>
    <span>{children}</span>
    <Icon of={ChevronRight} />
  </button>
)
