/** Who asks: the whole origin, as the browser says it, broken over lines but never cut. */
import { useUi } from '../../models/ui.ts'
import styles from './Approval.module.css'

export const Who = ({ origin, seenBefore }: { readonly origin: string; readonly seenBefore: boolean }) => {
  const { text } = useUi()
  return (
    <div class={styles.who}>
      <p class={styles.muted}>{text('approval.asks')}</p>
      <p class={styles.origin}>{origin}</p>
      <p class={seenBefore ? styles.muted : styles.new}>{text(seenBefore ? 'approval.seen' : 'approval.new')}</p>
    </div>
  )
}
