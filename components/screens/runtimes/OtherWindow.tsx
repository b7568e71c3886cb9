/**
 * For a window that came second: another one has the pen of this runtime. It is asked once what it is to be; who looks
 * on can take the pen later.
 */
import { useState } from 'preact/hooks'
import { useAction } from '../../models/action.ts'
import { copyOf, RUNTIME_WORDS } from '../../models/runtimes.ts'
import { ENGLISH_RUNTIMES } from '../../models/text-en-runtimes.ts'
import { useUi } from '../../models/ui.ts'
import { inOneLine } from '../../models/words.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button } from '../../primitives/Button.tsx'
import { Dialog } from '../../primitives/Dialog.tsx'
import styles from './Runtimes.module.css'

const COPIES = { fork: 'control.cloneFork', snapshot: 'control.cloneSnapshot' } as const

export const OtherWindow = () => {
  const { session, host, text } = useUi(ENGLISH_RUNTIMES)
  const [isReading, setReading] = useState(false)
  const action = useAction(RUNTIME_WORDS)
  const status = session.hostStatus.value
  const id = status?.runtimeId ?? ''
  const name = status?.runtimes.find((listing) => listing.id === id)?.name ?? ''
  // The next status says that it is ours.
  const take = (): void =>
    void action.run(
      () => session.rpc('runtime.takeControl', {}),
      () => undefined,
    )
  const clone = (): void =>
    void action.run(
      (commandId) => session.rpc('runtime.clone', { commandId, id }),
      (made) => host.showRuntime(made.id),
    )
  const refusal = action.refusal.value !== null && <Alert>{inOneLine(action.refusal.value)}</Alert>
  const isBusy = action.busy.value
  if (isReading)
    return (
      <div class={styles.bar}>
        <p role="status">{text('control.reading')}</p>
        <Button look="quiet" disabled={isBusy} onClick={take}>
          {text('control.take')}
        </Button>
        {refusal}
      </div>
    )
  return (
    <Dialog title={text('control.title', { name })} onClose={() => setReading(true)}>
      <p>{text('control.lead')}</p>
      <div class={styles.actions}>
        <Button look="filled" wide onClick={() => setReading(true)}>
          {text('control.read')}
        </Button>
        <Button wide disabled={isBusy} onClick={take}>
          {text('control.take')}
        </Button>
        <Button wide disabled={isBusy} onClick={clone}>
          {text('control.clone')}
        </Button>
      </div>
      <p class={styles.muted}>{text(COPIES[status === null ? 'snapshot' : copyOf(status)])}</p>
      {refusal}
    </Dialog>
  )
}
