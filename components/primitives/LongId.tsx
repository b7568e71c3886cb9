/** A hash or id in full, in the one place where it is the point: a receipt, or Details. */
import { CopyButton } from './CopyButton.tsx'
import styles from './LongId.module.css'

export const LongId = ({ value, label }: { readonly value: string; readonly label: string }) => (
  <span class={styles.row}>
    <span class={styles.value}>{value}</span>
    <CopyButton value={value} label={label} iconOnly />
  </span>
)
