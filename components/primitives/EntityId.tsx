/** An entity's id, short to look at, whole on hover and on copy. Names beat ids: the name stands elsewhere. */
import { shortId } from '../models/copy.ts'
import { useUi } from '../models/ui.ts'
import { CopyButton } from './CopyButton.tsx'
import styles from './EntityId.module.css'

export const EntityId = ({ id, name }: { readonly id: string; readonly name: string }) => {
  const { text } = useUi()
  return (
    <span class={styles.chip}>
      <span class={styles.id} title={id}>
        {shortId(id)}
      </span>
      <CopyButton value={id} label={text('copy.id', { name })} iconOnly />
    </span>
  )
}
