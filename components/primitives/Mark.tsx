/** The wallet's sign: a seam, short or as wide as its column. Decoration, so no screen reader hears of it. */
import styles from './Mark.module.css'

export const Mark = ({ wide = false }: { readonly wide?: boolean }) => (
  <span class={`${styles.mark} ${wide ? styles.wide : ''}`} aria-hidden="true">
    <span class={styles.yours} />
    <span class={styles.line} />
    <span class={styles.theirs} />
  </span>
)
