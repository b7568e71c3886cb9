/** An entity's id, short to look at, whole on hover and on copy. Names beat ids: the name stands elsewhere. */
import { useUi } from '../models/ui.ts'
import { CopyButton } from './CopyButton.tsx'
import styles from './EntityId.module.css'

const HEAD = 8
const TAIL = 6

export const EntityId = ({ id, name }: { readonly id: string; readonly name: string }) => {
  const { text } = useUi()
  const short = id.length > HEAD + TAIL ? `${id.slice(0, HEAD)}…${id.slice(-TAIL)}` : id
  return (
    <span class={styles.chip}>
      <span class={styles.id} title={id}>
        {short}
      </span>
      <CopyButton value={id} label={text('copy.id', { name })} iconOnly />
    </span>
  )
}
