/** Making, naming and deleting a runtime: a dialog each, over whatever is shown. */
import { useId, useState } from 'preact/hooks'
import { type Action, useAction } from '../../models/action.ts'
import { RUNTIME_WORDS } from '../../models/runtimes.ts'
import { ENGLISH_RUNTIMES } from '../../models/text-en-runtimes.ts'
import { useUi } from '../../models/ui.ts'
import { inOneLine } from '../../models/words.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button, type Look } from '../../primitives/Button.tsx'
import { Dialog } from '../../primitives/Dialog.tsx'
import { TextField } from '../../primitives/TextField.tsx'
import type { RuntimeDialog } from './RuntimeMenu.tsx'
import styles from './Runtimes.module.css'

type FormProps = {
  readonly action: Action
  readonly label: string
  readonly hint?: string
  readonly initial?: string
  readonly submit: string
  readonly look: Look
  readonly onSubmit: (typed: string) => void
  readonly onCancel: () => void
}

const TypedForm = ({ action, label, hint, initial = '', submit, look, onSubmit, onCancel }: FormProps) => {
  const { text } = useUi()
  const [typed, setTyped] = useState(initial)
  const errorId = useId()
  const refusal = action.refusal.value
  const send = (event: Event): void => {
    event.preventDefault()
    onSubmit(typed.trim())
  }
  return (
    <form class={styles.form} onSubmit={send}>
      <TextField
        label={label}
        hint={hint}
        value={typed}
        onInput={setTyped}
        invalid={refusal !== null}
        errorId={errorId}
        first
        focusOn={refusal}
      />
      {refusal !== null && <Alert id={errorId}>{inOneLine(refusal)}</Alert>}
      <div class={styles.actions}>
        <Button type="submit" look={look} wide disabled={action.busy.value || typed.trim() === ''}>
          {submit}
        </Button>
        <Button look="quiet" wide onClick={onCancel}>
          {text('runtimes.cancel')}
        </Button>
      </div>
    </form>
  )
}

type Props = { readonly dialog: RuntimeDialog; readonly onClose: () => void }

export const RuntimeDialogs = ({ dialog, onClose }: Props) => {
  const { session, host, text } = useUi(ENGLISH_RUNTIMES)
  const action = useAction(RUNTIME_WORDS)
  const status = session.hostStatus.value
  const id = status?.runtimeId ?? ''
  const name = status?.runtimes.find((listing) => listing.id === id)?.name ?? ''
  const shared = { action, onCancel: onClose }
  switch (dialog) {
    case 'create': {
      const create = (typed: string): void =>
        void action.run(
          async (commandId) => {
            const made = await session.rpc('runtime.create', { commandId, name: typed })
            await session.rpc('runtime.select', made)
            return made
          },
          (made) => host.showRuntime(made.id),
        )
      return (
        <Dialog title={text('runtimes.new')} onClose={onClose}>
          <p>{text('runtimes.newLead')}</p>
          <TypedForm
            {...shared}
            label={text('runtimes.name')}
            hint={text('runtimes.nameHint')}
            submit={text('runtimes.create')}
            look="filled"
            onSubmit={create}
          />
        </Dialog>
      )
    }
    case 'rename': {
      const rename = (typed: string): void =>
        void action.run(() => session.rpc('runtime.rename', { id, name: typed }), onClose)
      return (
        <Dialog title={text('runtimes.renameTitle', { name })} onClose={onClose}>
          <TypedForm
            {...shared}
            label={text('runtimes.name')}
            hint={text('runtimes.nameHint')}
            initial={name}
            submit={text('runtimes.save')}
            look="filled"
            onSubmit={rename}
          />
        </Dialog>
      )
    }
    case 'delete': {
      const remove = (typed: string): void =>
        void action.run(
          () => session.rpc('runtime.delete', { id, confirmation: typed }),
          () => host.showRuntime(status?.runtimes.find((listing) => listing.id !== id)?.id ?? id),
        )
      return (
        <Dialog title={text('runtimes.deleteTitle', { name })} onClose={onClose}>
          <p>{text('runtimes.deleteLead')}</p>
          <TypedForm
            {...shared}
            label={text('runtimes.deleteWord', { name })}
            submit={text('runtimes.deleteGo')}
            look="danger"
            onSubmit={remove}
          />
        </Dialog>
      )
    }
  }
}
