/** Copies one text and says so in its own place, without moving anything. */
import { Check, Copy } from 'lucide'
import { useCopy } from '../models/copy.ts'
import { useUi } from '../models/ui.ts'
import styles from './CopyButton.module.css'
import { Icon } from './Icon.tsx'

type Props = {
  readonly value: string
  /** What is copied, in words; also the visible text unless `iconOnly`. */
  readonly label: string
  readonly iconOnly?: boolean
}

export const CopyButton = ({ value, label, iconOnly = false }: Props) => {
  const { text } = useUi()
  const { copied, copy } = useCopy(value)
  return (
    <span class={styles.box}>
      <button
        type="button"
        class={iconOnly ? styles.icon : styles.button}
        aria-label={iconOnly ? label : undefined}
        title={iconOnly ? label : undefined}
        onClick={copy}
      >
        <Icon of={copied ? Check : Copy} />
        {!iconOnly && <span>{label}</span>}
      </button>
      <span class="visually-hidden" aria-live="polite">
        {copied ? text('common.copied') : ''}
      </span>
    </span>
  )
}
