/** The recovery phrase once more, for whoever knows the password; out of sight again when the screen is left. */
import { useEffect, useId, useState } from 'preact/hooks'
import { useEscape } from '../../models/hooks.ts'
import type { OwnerModel } from '../../models/owner.ts'
import { useUi } from '../../models/ui.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button } from '../../primitives/Button.tsx'
import { PageHead } from '../../primitives/PageHead.tsx'
import { TextField } from '../../primitives/TextField.tsx'
import { PhraseWords } from '../../primitives/Words.tsx'
import screen from '../popup/Screen.module.css'
import styles from './Owner.module.css'

type Props = { readonly owner: OwnerModel; readonly onLeave: () => void }

const Ask = ({ owner }: Pick<Props, 'owner'>) => {
  const { text } = useUi()
  const errorId = useId()
  const [password, setPassword] = useState('')
  const fault = owner.fault.value
  const submit = (event: Event): void => {
    event.preventDefault()
    void owner.reveal(password)
  }
  return (
    <form class={screen.form} onSubmit={submit}>
      <p class={screen.muted}>{text('owner.phraseLead')}</p>
      <TextField
        label={text('owner.password')}
        kind="password"
        value={password}
        onInput={setPassword}
        autoComplete="current-password"
        invalid={fault !== null}
        errorId={errorId}
        first
        focusOn={fault}
      />
      <div class={styles.refusal}>{fault !== null && <Alert id={errorId}>{fault.message}</Alert>}</div>
      <div class={screen.actions}>
        <Button type="submit" look="filled" wide disabled={owner.busy.value || password === ''}>
          {text('owner.show')}
        </Button>
      </div>
    </form>
  )
}

export const Phrase = ({ owner, onLeave }: Props) => {
  const { text } = useUi()
  useEscape(onLeave)
  useEffect(() => owner.conceal, [owner])
  const words = owner.words.value
  return (
    <main class={screen.screen}>
      <PageHead title={text('owner.phraseHeading')} onBack={onLeave} takesFocus={words !== null} />
      {words === null ? (
        <Ask owner={owner} />
      ) : (
        <>
          <PhraseWords words={words} />
          <div class={screen.actions}>
            <Button wide onClick={onLeave}>
              {text('owner.conceal')}
            </Button>
          </div>
        </>
      )}
    </main>
  )
}
