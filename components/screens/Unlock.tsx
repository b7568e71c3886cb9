/** A locked page shows this and nothing else; once unlocked, what was asked for is there again. */
import { useEffect, useId, useMemo, useState } from 'preact/hooks'
import { useUi } from '../models/ui.ts'
import { createUnlock } from '../models/unlock.ts'
import { Alert } from '../primitives/Alert.tsx'
import { Button } from '../primitives/Button.tsx'
import { Mark } from '../primitives/Mark.tsx'
import { TextField } from '../primitives/TextField.tsx'
import styles from './Unlock.module.css'

const SECOND_MS = 1_000

export const Unlock = () => {
  const ui = useUi()
  const { text } = ui
  const model = useMemo(() => createUnlock(ui), [ui])
  const [password, setPassword] = useState('')
  const errorId = useId()
  const isWaiting = model.waitSeconds.value > 0
  const message = model.message.value

  useEffect(() => {
    if (!isWaiting) return
    // The clock may have stood still since the page opened.
    model.tick()
    const timer = setInterval(model.tick, SECOND_MS)
    return () => clearInterval(timer)
  }, [isWaiting, model])

  const submit = (event: Event): void => {
    event.preventDefault()
    void model.unlock(password)
  }
  return (
    <main class={styles.main}>
      <Mark wide />
      <h1>{text('unlock.heading')}</h1>
      <form class={styles.form} onSubmit={submit}>
        <TextField
          label={text('password.label')}
          kind="password"
          value={password}
          onInput={setPassword}
          autoComplete="current-password"
          invalid={message !== null}
          errorId={errorId}
          first
          focusOn={model.refused.value}
        />
        <Button type="submit" look="filled" wide disabled={isWaiting || model.busy.value || password === ''}>
          {text('unlock.button')}
        </Button>
        <div class={styles.message}>
          {message !== null && <Alert id={errorId}>{message}</Alert>}
          {model.refused.value !== null && (
            <a class={styles.forgot} href="/welcome.html#forgot" target="_blank" rel="noopener">
              {text('reset.forgot')}
            </a>
          )}
        </div>
      </form>
    </main>
  )
}
