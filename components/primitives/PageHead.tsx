/**
 * A screen's title, with the way back. The title takes the focus when the screen opens, unless a field wants it; either
 * way the screen is seen from its top.
 */
import { ArrowLeft } from 'lucide'
import { useEffect, useRef } from 'preact/hooks'
import { useUi } from '../models/ui.ts'
import { Icon } from './Icon.tsx'
import styles from './PageHead.module.css'

type Props = {
  readonly title: string
  readonly onBack?: (() => void) | undefined
  readonly takesFocus?: boolean
  /** Of the size of text, above a figure that is larger than any title. */
  readonly isSmall?: boolean
}

export const PageHead = ({ title, onBack, takesFocus = true, isSmall = false }: Props) => {
  const { text } = useUi()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (!takesFocus) return
    scrollTo(0, 0)
    heading.current?.focus({ preventScroll: true })
  }, [takesFocus])
  return (
    <div class={styles.head}>
      {onBack !== undefined && (
        <button
          type="button"
          class={styles.back}
          aria-label={text('common.back')}
          title={text('common.back')}
          onClick={onBack}
        >
          <Icon of={ArrowLeft} />
        </button>
      )}
      <h1 ref={heading} tabIndex={-1} class={isSmall ? styles.small : undefined}>
        {title}
      </h1>
    </div>
  )
}
