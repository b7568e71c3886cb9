/** Details that most people never open. */
import type { ComponentChildren } from 'preact'
import styles from './Disclosure.module.css'

export const Disclosure = ({
  summary,
  children,
}: {
  readonly summary: string
  readonly children: ComponentChildren
}) => (
  <details class={styles.details}>
    <summary>{summary}</summary>
    {children}
  </details>
)
