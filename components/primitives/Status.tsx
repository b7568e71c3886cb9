/** The outcome of something that takes time; there from the start, so that its changes are read out. */
import type { ComponentChildren } from 'preact'
import styles from './Status.module.css'

type Props = {
  /** Only where the outcome is one word that is looked for by name. */
  readonly name?: string | undefined
  readonly children: ComponentChildren
}

export const Status = ({ name, children }: Props) => (
  <div role="status" aria-label={name} class={styles.status}>
    {children}
  </div>
)
