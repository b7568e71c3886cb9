/** The wallet's sign: a short seam. Decoration, so no screen reader hears of it. */
import styles from './Mark.module.css'

export const Mark = () => (
  <span class={styles.mark} aria-hidden="true">
    <span class={styles.yours} />
    <span class={styles.line} />
    <span class={styles.theirs} />
  </span>
)
