/** A new password, typed twice. The reveal control stands beside the fields, outside their labels. */
import { useState } from 'preact/hooks'
import { useUi } from '../../models/ui.ts'
import type { WelcomeModel } from '../../models/welcome.ts'
import { Button } from '../../primitives/Button.tsx'
import { TextField } from '../../primitives/TextField.tsx'
import { isFaulty } from './Refusal.tsx'
import styles from './Welcome.module.css'

export type Passwords = { readonly password: string; readonly confirmation: string }

type Props = {
  readonly welcome: WelcomeModel
  readonly errorId: string
  readonly value: Passwords
  readonly onChange: (value: Passwords) => void
  /** Turns to an object when the password is what is missing. */
  readonly focusOn?: object | null
}

export const PasswordFields = ({ welcome, errorId, value, onChange, focusOn = null }: Props) => {
  const { text } = useUi()
  const [isShown, setIsShown] = useState(false)
  const kind = isShown ? 'text' : 'password'
  const suggestion = welcome.suggestion.value
  return (
    <>
      <TextField
        label={text('password.label')}
        kind={kind}
        value={value.password}
        hint={text('password.hint')}
        autoComplete="new-password"
        onInput={(password) => onChange({ ...value, password })}
        invalid={isFaulty(welcome, 'password')}
        errorId={errorId}
        focusOn={focusOn}
      />
      <TextField
        label={text('password.confirm')}
        kind={kind}
        value={value.confirmation}
        autoComplete="new-password"
        onInput={(confirmation) => onChange({ ...value, confirmation })}
        invalid={isFaulty(welcome, 'confirm')}
        errorId={errorId}
      />
      <div class={styles.row}>
        <Button look="quiet" aria-pressed={isShown} onClick={() => setIsShown(!isShown)}>
          {text('password.reveal')}
        </Button>
        <Button look="quiet" onClick={() => void welcome.suggest()}>
          {text('password.suggest')}
        </Button>
      </div>
      {suggestion !== null && (
        <div class={styles.suggestion}>
          <p>{text('password.suggested')}</p>
          <p>{suggestion}</p>
        </div>
      )}
    </>
  )
}
