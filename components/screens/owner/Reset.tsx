/** Forgetting a wallet: what is lost is said first, and a word has to be typed. Also the way out of a lost password. */
import { useId, useState } from 'preact/hooks'
import { useEscape } from '../../models/hooks.ts'
import { type OwnerModel, RESET_WORD } from '../../models/owner.ts'
import { useUi } from '../../models/ui.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button } from '../../primitives/Button.tsx'
import { PageHead } from '../../primitives/PageHead.tsx'
import { TextField } from '../../primitives/TextField.tsx'
import screen from '../popup/Screen.module.css'
import styles from './Owner.module.css'

type Props = {
  readonly owner: OwnerModel
  /** The password is gone, and nothing can be looked up. */
  readonly isForgotten?: boolean
  readonly onLeave: () => void
}

const useLosses = (isForgotten: boolean): readonly string[] => {
  const { session, text, format } = useUi()
  const own = session.frameView.value?.entities.filter(({ isOwn }) => isOwn) ?? []
  const balances = (session.entity.value?.balances ?? []).map(({ tokenId, total }) =>
    format.money(total, session.tokenOf(tokenId), 'exact'),
  )
  const count = own.reduce((sum, { accountCount }) => sum + accountCount, 0)
  const accounts =
    isForgotten || balances.length === 0
      ? text('reset.accountsUnknown')
      : text('reset.accounts', { count, balances: format.list(balances) })
  return [text('reset.keys'), accounts, text('reset.history')]
}

export const Reset = ({ owner, isForgotten = false, onLeave }: Props) => {
  const { text } = useUi()
  useEscape(onLeave)
  const errorId = useId()
  const [word, setWord] = useState('')
  const losses = useLosses(isForgotten)
  const fault = owner.fault.value
  const submit = (event: Event): void => {
    event.preventDefault()
    void owner.reset(word)
  }
  return (
    <main class={screen.screen}>
      <PageHead title={text(isForgotten ? 'reset.forgotHeading' : 'reset.heading')} onBack={onLeave} />
      <form class={screen.form} onSubmit={submit}>
        {isForgotten && <p>{text('reset.forgotLead')}</p>}
        <p class={screen.muted}>{text('reset.lead')}</p>
        <ul class={styles.losses}>
          {losses.map((loss) => (
            <li key={loss}>{loss}</li>
          ))}
        </ul>
        <TextField
          label={text('reset.word', { word: RESET_WORD })}
          value={word}
          onInput={setWord}
          invalid={fault !== null}
          errorId={errorId}
          focusOn={fault}
        />
        <div class={styles.refusal}>{fault !== null && <Alert id={errorId}>{fault.message}</Alert>}</div>
        <div class={screen.actions}>
          <Button type="submit" look="danger" wide disabled={owner.busy.value || word === ''}>
            {text('reset.go')}
          </Button>
        </div>
      </form>
    </main>
  )
}
