/** The last step of a new wallet. */
import { useId, useState } from 'preact/hooks'
import { useUi } from '../../models/ui.ts'
import type { WelcomeModel } from '../../models/welcome.ts'
import { Button } from '../../primitives/Button.tsx'
import { PageHead } from '../../primitives/PageHead.tsx'
import { PasswordFields, type Passwords } from './PasswordFields.tsx'
import { Refusal } from './Refusal.tsx'
import styles from './Welcome.module.css'

export const Password = ({ welcome }: { readonly welcome: WelcomeModel }) => {
  const { text } = useUi()
  const errorId = useId()
  const [value, setValue] = useState<Passwords>({ password: '', confirmation: '' })
  const submit = (event: Event): void => {
    event.preventDefault()
    void welcome.create(value.password, value.confirmation)
  }
  return (
    <form class={styles.step} onSubmit={submit}>
      <PageHead title={text('password.heading')} onBack={welcome.back} />
      <p class={styles.lead}>{text('password.lead')}</p>
      <PasswordFields welcome={welcome} errorId={errorId} value={value} onChange={setValue} />
      <Refusal welcome={welcome} id={errorId} />
      <Button type="submit" look="filled" wide disabled={welcome.busy.value}>
        {text('common.continue')}
      </Button>
    </form>
  )
}
