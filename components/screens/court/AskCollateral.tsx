/** Asking the other side to put collateral behind what it owes: once, or by itself above an amount. */
import { useId, useState } from 'preact/hooks'
import { type Action, useAction } from '../../models/action.ts'
import { readAmount } from '../../models/amount-form.ts'
import { COURT_WORDS } from '../../models/court-words.ts'
import { useEscape } from '../../models/hooks.ts'
import { positionIn } from '../../models/moves.ts'
import { useUi } from '../../models/ui.ts'
import { inOneLine } from '../../models/words.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button } from '../../primitives/Button.tsx'
import { Select } from '../../primitives/Select.tsx'
import { TextField } from '../../primitives/TextField.tsx'
import forms from '../sidepanel/Forms.module.css'
import styles from './Court.module.css'
import type { FlowProps } from './MoveFlow.tsx'

/** What was typed into a field, or why it is no amount. */
const useTyped = ({ token }: FlowProps, action: Action, mayBeZero: boolean) => {
  const ui = useUi()
  const [typed, setTyped] = useState('')
  const read = readAmount(ui, typed, { token, mayBeZero })
  const refusal = action.refusal.value ?? (read.type === 'refused' ? read.words : null)
  const change = (value: string): void => {
    action.reset()
    setTyped(value)
  }
  /** Goes on with an amount only. */
  const submit = (ask: (amount: bigint) => void) => (event: Event) => {
    event.preventDefault()
    if (read.type === 'ok') ask(read.amount)
    else action.refuse(read.words)
  }
  return { typed, change, refusal, submit }
}

const Once = (props: FlowProps) => {
  const { session, text, format } = useUi()
  const { account, token, onDone, onCancel } = props
  const { counterpartyId, counterpartyLabel: name } = account
  const { tokenId } = token
  const action = useAction(COURT_WORDS)
  const errorId = useId()
  const { typed, change, refusal, submit } = useTyped(props, action, false)
  const claim = positionIn(props)?.theirDebt ?? 0n
  const ask = submit((amount) => {
    const entityId = session.entity.peek()?.entityId ?? ''
    void action.run(
      (commandId) => session.rpc('collateral.request', { commandId, entityId, counterpartyId, tokenId, amount }),
      () => onDone(text('ask.done', { name })),
      tokenId,
    )
  })
  return (
    <form class={forms.form} onSubmit={ask}>
      <h3>{text('move.ask')}</h3>
      <p>{text('ask.says', { name })}</p>
      <div class={forms.pair}>
        <TextField
          label={text('account.amount')}
          hint={text('ask.amountHint', { name, amount: format.money(claim, token, 'exact') })}
          value={typed}
          inputMode="decimal"
          onInput={change}
          invalid={refusal !== null}
          errorId={errorId}
          first
          focusOn={action.refusal.value}
          aside={
            <Button look="quiet" onClick={() => change(format.field(claim, token))}>
              {text('pay.max')}
            </Button>
          }
        />
        <Select
          label={text('account.token')}
          value={tokenId}
          options={session.tokens.value.map((known) => ({ value: known.tokenId, label: known.symbol }))}
          onChange={(chosen) => session.look({ tokenId: chosen })}
        />
      </div>
      {refusal !== null && <Alert id={errorId}>{inOneLine(refusal)}</Alert>}
      <div class={forms.actions}>
        <Button type="submit" look="filled" disabled={action.busy.value || session.isReadOnly.value}>
          {text('ask.now')}
        </Button>
        <Button look="quiet" onClick={onCancel}>
          {text('panel.cancel')}
        </Button>
      </div>
    </form>
  )
}

const ByItself = (props: FlowProps) => {
  const { session, text, format } = useUi()
  const { account, token, onDone } = props
  const { counterpartyId, counterpartyLabel: name } = account
  const { tokenId } = token
  const action = useAction(COURT_WORDS)
  const errorId = useId()
  const { typed, change, refusal, submit } = useTyped(props, action, true)
  const now = account.policies.find((policy) => policy.isOurs && policy.tokenId === tokenId)
  const set = (softLimit: bigint | null): void => {
    const entityId = session.entity.peek()?.entityId ?? ''
    void action.run(
      (commandId) => session.rpc('collateral.policy', { commandId, entityId, counterpartyId, tokenId, softLimit }),
      () => onDone(text('ask.policyDone', { name })),
      tokenId,
    )
  }
  const isOff = action.busy.value || session.isReadOnly.value
  return (
    <form class={forms.form} onSubmit={submit(set)}>
      <TextField
        label={text('ask.policy')}
        hint={
          now === undefined
            ? text('ask.policyOff')
            : text('ask.policyOn', { name, amount: format.money(now.softLimit, token, 'exact') })
        }
        value={typed}
        inputMode="decimal"
        onInput={change}
        invalid={refusal !== null}
        errorId={errorId}
        focusOn={action.refusal.value}
      />
      {refusal !== null && <Alert id={errorId}>{inOneLine(refusal)}</Alert>}
      <div class={forms.actions}>
        <Button type="submit" disabled={isOff}>
          {text('ask.set')}
        </Button>
        {now !== undefined && (
          <Button look="quiet" disabled={isOff} onClick={() => set(null)}>
            {text('ask.stop')}
          </Button>
        )}
      </div>
    </form>
  )
}

export const AskCollateral = (props: FlowProps) => {
  useEscape(props.onCancel)
  return (
    <div class={styles.panel}>
      <Once {...props} />
      <ByItself {...props} />
    </div>
  )
}
