/** Details that most people never open. */
import type { ComponentChildren } from 'preact'
import styles from './Disclosure.module.css'

export const Disclosure = ({
  summary,
  children,
  onOpen,
}: {
  readonly summary: string
  readonly children: ComponentChildren
  /** Called whenever it is opened. */
  readonly onOpen?: () => void
}) => (
  <details
    class={styles.details}
    onToggle={(event) => {
      if (event.currentTarget.open) onOpen?.()
    }}
  >
    <summary>{summary}</summary>
    {children}
  </details>
)
