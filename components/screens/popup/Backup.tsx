/** After the first money has moved: are the words still there? Asked until it is answered. */
import { useUi } from '../../models/ui.ts'
import { Button } from '../../primitives/Button.tsx'
import styles from './Home.module.css'

export const Backup = ({ onShow }: { readonly onShow: () => void }) => {
  const { session, host, text } = useUi()
  const hasMoved = (session.frameView.value?.activity?.entries ?? []).some(
    ({ kind, status }) =>
      (kind === 'payment_out' && status === 'sent') || (kind === 'payment_in' && status === 'received'),
  )
  if (!hasMoved || host.preferences.current.value.hasPhrase) return null
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
