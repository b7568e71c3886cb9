/** After the first money has moved: are the words still there? Asked until it is answered. */
import { type Ui, useUi } from '../../models/ui.ts'
import { Button } from '../../primitives/Button.tsx'
import styles from './Home.module.css'

export const isBackupAsked = ({ session, host }: Ui): boolean =>
  !host.preferences.current.value.hasPhrase &&
  (session.frameView.value?.activity?.entries ?? []).some(
    ({ kind, status }) =>
      (kind === 'payment_out' && status === 'sent') || (kind === 'payment_in' && status === 'received'),
  )

export const Backup = ({ onShow }: { readonly onShow: () => void }) => {
  const { host, text } = useUi()
  return (
    <section class={styles.backup}>
      <p>{text('backup.what')}</p>
      <div>
        <Button look="quiet" onClick={onShow}>
          {text('backup.show')}
        </Button>
        <Button look="quiet" onClick={() => void host.preferences.change({ hasPhrase: true })}>
          {text('backup.have')}
        </Button>
      </div>
    </section>
  )
}
