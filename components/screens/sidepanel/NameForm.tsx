/** One name to type, and a button that does something with it; a refusal stands under its field. */
import { useId, useState } from 'preact/hooks'
import type { Action } from '../../models/action.ts'
import { useEscape } from '../../models/hooks.ts'
import { useUi } from '../../models/ui.ts'
import { inOneLine } from '../../models/words.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button } from '../../primitives/Button.tsx'
import { TextField } from '../../primitives/TextField.tsx'
import styles from './Forms.module.css'

type Props = {
  readonly action: Action
  readonly label: string
  readonly hint?: string
  readonly submit: string
  readonly initial?: string
  readonly onSubmit: (name: string) => void
  readonly onCancel: () => void
}

export const NameForm = ({ action, label, hint, submit, initial = '', onSubmit, onCancel }: Props) => {
  const { session, text } = useUi()
  const [name, setName] = useState(initial)
  const errorId = useId()
  const refusal = action.refusal.value
  useEscape(onCancel)
  const send = (event: Event): void => {
    event.preventDefault()
    onSubmit(name.trim())
  }
  return (
    <form class={styles.form} onSubmit={send}>
      <TextField
        label={label}
        hint={hint}
        value={name}
        onInput={setName}
        invalid={refusal?.field === 'name'}
        errorId={errorId}
        first
        focusOn={refusal}
      />
      {refusal !== null && <Alert id={errorId}>{inOneLine(refusal)}</Alert>}
      <div class={styles.actions}>
        <Button type="submit" disabled={action.busy.value || session.isReadOnly.value}>
          {submit}
        </Button>
        <Button look="quiet" onClick={onCancel}>
          {text('panel.cancel')}
        </Button>
      </div>
    </form>
  )
}
