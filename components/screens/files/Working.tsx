/** How far an export or an import is, and the way to give it up. Read out when the kind of work changes, not at every frame. */
import { wordsOfProgress } from '../../models/file-words.ts'
import type { FileProgress } from '../../models/files.ts'
import { useUi } from '../../models/ui.ts'
import { Button } from '../../primitives/Button.tsx'
import styles from './Files.module.css'

export const Working = ({ progress, onCancel }: { readonly progress: FileProgress; readonly onCancel: () => void }) => {
  const ui = useUi()
  const { done, total } = progress
  return (
    <div class={styles.work}>
      <progress
        class={styles.progress}
        aria-label={ui.text('files.progress')}
        {...(total === null ? {} : { value: done, max: Math.max(1, total) })}
      />
      <p class={styles.muted}>{wordsOfProgress(ui, progress)}</p>
      <Button onClick={onCancel}>{ui.text('files.cancel')}</Button>
    </div>
  )
}
