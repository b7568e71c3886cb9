/** Another password for the same wallet. */
import { useId, useState } from 'preact/hooks'
import { useEscape } from '../../models/hooks.ts'
import type { OwnerField, OwnerModel } from '../../models/owner.ts'
import type { PlainKey } from '../../models/text.ts'
import { useUi } from '../../models/ui.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button } from '../../primitives/Button.tsx'
import { PageHead } from '../../primitives/PageHead.tsx'
import { Status } from '../../primitives/Status.tsx'
import { TextField } from '../../primitives/TextField.tsx'
import screen from '../popup/Screen.module.css'
import styles from './Owner.module.css'

type Field = Exclude<OwnerField, 'word'>
const FIELDS: readonly (readonly [Field, PlainKey])[] = [
  ['password', 'owner.password'],
  ['next', 'owner.next'],
  ['confirm', 'owner.confirmNext'],
]
const EMPTY: { readonly [F in Field]: string } = { password: '', next: '', confirm: '' }

export const ChangePassword = ({ owner, onLeave }: { readonly owner: OwnerModel; readonly onLeave: () => void }) => {
  const { text } = useUi()
  useEscape(onLeave)
  const errorId = useId()
  const [typed, setTyped] = useState(EMPTY)
  const fault = owner.fault.value
  const submit = (event: Event): void => {
    event.preventDefault()
    void owner.change(typed)
  }
  return (
    <main class={screen.screen}>
      <PageHead title={text('owner.change')} onBack={onLeave} takesFocus={owner.isChanged.value} />
      {owner.isChanged.value ? (
        <Status>{text('owner.changed')}</Status>
      ) : (
        <form class={screen.form} onSubmit={submit}>
          {FIELDS.map(([field, label], index) => (
            <TextField
              key={field}
              label={text(label)}
              kind="password"
              value={typed[field]}
              hint={field === 'next' ? text('password.hint') : undefined}
              autoComplete={field === 'password' ? 'current-password' : 'new-password'}
              onInput={(value) => setTyped({ ...typed, [field]: value })}
              invalid={fault?.field === field}
              errorId={errorId}
              first={index === 0}
              focusOn={fault?.field === field ? fault : null}
            />
          ))}
          <div class={styles.refusal}>{fault !== null && <Alert id={errorId}>{fault.message}</Alert>}</div>
          <div class={screen.actions}>
            <Button type="submit" look="filled" wide disabled={owner.busy.value}>
              {text('owner.change')}
            </Button>
          </div>
        </form>
      )}
    </main>
  )
}
