/** A wallet from its phrase; says plainly what a phrase does not bring back. */
import { useId, useState } from 'preact/hooks'
import { useUi } from '../../models/ui.ts'
import type { WelcomeModel } from '../../models/welcome.ts'
import { Button } from '../../primitives/Button.tsx'
import { PageHead } from '../../primitives/PageHead.tsx'
import { TextField } from '../../primitives/TextField.tsx'
import { PasswordFields, type Passwords } from './PasswordFields.tsx'
import { isFaulty, Refusal } from './Refusal.tsx'
import styles from './Welcome.module.css'

export const Import = ({ welcome }: { readonly welcome: WelcomeModel }) => {
  const { text } = useUi()
  const errorId = useId()
  const [phrase, setPhrase] = useState('')
  const [value, setValue] = useState<Passwords>({ password: '', confirmation: '' })
  const [missing, setMissing] = useState<object | null>(null)
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    const next = await welcome.importPhrase(phrase, value.password, value.confirmation)
    if (next === 'password') setMissing({})
  }
  return (
    <form class={styles.step} onSubmit={submit}>
      <PageHead title={text('import.heading')} onBack={welcome.back} />
      <p class={styles.lead}>{text('import.lead')}</p>
      <TextField
        label={text('import.phrase')}
        value={phrase}
        rows={3}
        hint={text('import.phraseHint')}
        onInput={setPhrase}
        invalid={isFaulty(welcome, 'phrase')}
        errorId={errorId}
      />
      <PasswordFields welcome={welcome} errorId={errorId} value={value} onChange={setValue} focusOn={missing} />
      <Refusal welcome={welcome} id={errorId} />
      <Button type="submit" look="filled" wide disabled={welcome.busy.value}>
        {text('common.continue')}
      </Button>
    </form>
  )
}
