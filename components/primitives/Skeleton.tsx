/** The room something will take, before it is there. It does not move: nothing loops. */
import { useUi } from '../models/ui.ts'
import styles from './Skeleton.module.css'

/** @param heights of the blocks to come, px. */
export const Skeleton = ({ heights }: { readonly heights: readonly number[] }) => {
  const { text } = useUi()
  return (
    <div class={styles.stack} role="progressbar" aria-label={text('common.loading')}>
      {heights.map((blockSize, index) => (
        <span key={`${index}-${blockSize}`} class={styles.block} style={{ blockSize: `${blockSize}px` }} />
      ))}
    </div>
  )
}
