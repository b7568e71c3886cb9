/**
 * For a window that came second: another one has the pen of this runtime. It is asked once what it is to be, and not
 * again while this tab is there; who looks on can take the pen later, and is told when nobody has it any more.
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

/** What this tab is in this runtime, for as long as the tab is there. */
const readingKey = (runtimeId: string): string => `looks-on.${runtimeId}`

export const OtherWindow = () => {
  const { session, host, text } = useUi(ENGLISH_RUNTIMES)
  const action = useAction(RUNTIME_WORDS)
  const status = session.hostStatus.value
  const id = status?.runtimeId ?? ''
  const [isReading, setReading] = useState(sessionStorage.getItem(readingKey(id)) !== null)
  const isFree = status?.control === 'free'
  const read = (): void => {
    sessionStorage.setItem(readingKey(id), '')
    setReading(true)
  }
  const name = status?.runtimes.find((listing) => listing.id === id)?.name ?? ''
  // The next status says that it is ours; whoever takes it from us asks anew.
  const take = (): void =>
    void action.run(
      () => session.rpc('runtime.takeControl', {}),
      () => sessionStorage.removeItem(readingKey(id)),
    )
  const clone = (): void =>
    void action.run(
      (commandId) => session.rpc('runtime.clone', { commandId, id }),
      (made) => host.showRuntime(made.id),
    )
  const refusal = action.refusal.value !== null && <Alert>{inOneLine(action.refusal.value)}</Alert>
  const isBusy = action.busy.value
  if (isReading || isFree)
    return (
      <div class={styles.bar}>
        <p role="status">{text(isFree ? 'control.free' : 'control.reading')}</p>
        <Button look="quiet" disabled={isBusy} onClick={take}>
          {text('control.take')}
        </Button>
        {refusal}
      </div>
    )
  return (
    <Dialog title={text('control.title', { name })} onClose={read}>
      <p>{text('control.lead')}</p>
      <div class={styles.actions}>
        <Button look="filled" wide onClick={read}>
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
