/** What stands in the way, said at once to everybody: what happened, whether money moved, what next. */
import type { ComponentChildren } from 'preact'
import styles from './Alert.module.css'

type Props = { readonly id?: string; readonly tone?: 'danger' | 'caution'; readonly children: ComponentChildren }

export const Alert = ({ id, tone = 'danger', children }: Props) => (
  <div id={id} role="alert" class={`${styles.alert} ${styles[tone]}`}>
    {children}
  </div>
)
