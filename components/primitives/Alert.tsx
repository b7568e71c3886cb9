/** What stands in the way, said at once to everybody: what happened, whether money moved, what next. */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import styles from './Alert.module.css'

type Props = {
  /** Of a refusal of something typed: it comes into sight, wherever it stands. */
  readonly id?: string
  readonly tone?: 'danger' | 'caution'
  readonly children: ComponentChildren
}

export const Alert = ({ id, tone = 'danger', children }: Props) => {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (id !== undefined) box.current?.scrollIntoView({ block: 'nearest' })
  }, [id])
  return (
    <div ref={box} id={id} role="alert" class={`${styles.alert} ${styles[tone]}`}>
      {children}
    </div>
  )
}
