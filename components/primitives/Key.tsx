/** The key that does the same, as a hint for the eye; a screen reader hears it from `aria-keyshortcuts`. */
import styles from './Key.module.css'

export const Key = ({ of }: { readonly of: string }) => (
  <span class={styles.key} aria-hidden="true">
    {of}
  </span>
)
