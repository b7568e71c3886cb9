/** Who one is here: name and short id in one button that copies the whole id, and a word beside it that says so. */
import { Copy } from 'lucide'
import { useId } from 'preact/hooks'
import { shortId, useCopy } from '../models/copy.ts'
import { useUi } from '../models/ui.ts'
import styles from './AccountChip.module.css'
import { Button } from './Button.tsx'
import { Icon } from './Icon.tsx'

export const AccountChip = ({ id, name }: { readonly id: string; readonly name: string }) => {
  const { text } = useUi()
  const { copied, copy } = useCopy(id)
  const nameId = useId()
  return (
    <div class={styles.row}>
      <Button look="quiet" aria-label={text('copy.ownId')} aria-describedby={nameId} title={id} onClick={copy}>
        <span id={nameId}>{name}</span>
        <code>{shortId(id)}</code>
        <Icon of={Copy} />
      </Button>
      <span aria-live="polite">{copied && text('common.copied')}</span>
    </div>
  )
}
