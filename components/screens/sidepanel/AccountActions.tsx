/**
 * What the owner can do in an account: set how far the other side may owe, and add collateral from the reserve. Each
 * is one amount, with what it will mean said under it before the press.
 */
import { useId, useState } from 'preact/hooks'
import type { AccountDetail, TokenView } from '../../../runtime/radapter/types.ts'
import { type Action, useAction } from '../../models/action.ts'
import { readAmount } from '../../models/amount-form.ts'
import { useEscape } from '../../models/hooks.ts'
import { type Ui, useUi } from '../../models/ui.ts'
import { inOneLine } from '../../models/words.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button } from '../../primitives/Button.tsx'
import { Select } from '../../primitives/Select.tsx'
import { TextField } from '../../primitives/TextField.tsx'
import forms from './Forms.module.css'
import styles from './SidePanel.module.css'

type Doing = 'limit' | 'collateral'

type FormProps = {
  readonly account: AccountDetail
  readonly token: TokenView
  readonly action: Action
  readonly onDone: () => void
  readonly onCancel: () => void
}

/** What a form is about: its words, and what it asks of the host. */
type Subject = {
  readonly label: string
  readonly hint: string
  readonly submit: string
  readonly mayBeZero: boolean
  /** What will follow, or why it will not. */
  readonly review: (amount: bigint) => { readonly says: string; readonly isPossible: boolean }
  readonly ask: (amount: bigint, commandId: string) => Promise<unknown>
}

type Facts = Pick<FormProps, 'account' | 'token'>

const limitSubject = ({ session, text, format }: Ui, { account, token }: Facts): Subject => {
  const { tokenId } = token
  const { counterpartyId, counterpartyLabel: name } = account
  const money = (amount: bigint): string => format.money(amount, token, 'exact')
  const debt = account.tokens.find((position) => position.tokenId === tokenId)?.theirDebt ?? 0n
  const granted = account.creditLimits.find((limit) => limit.tokenId === tokenId)?.granted ?? 0n
  const says = (amount: bigint): string => {
    if (amount < debt) return text('account.limitCut', { name, debt: money(debt) })
    return amount === 0n
      ? text('account.limitNone', { name })
      : text('account.limitReview', { name, amount: money(amount) })
  }
  return {
    label: text('account.limit'),
    hint: text('account.limitNow', { amount: money(granted) }),
    submit: text('account.limitSet'),
    mayBeZero: true,
    review: (amount) => ({ says: says(amount), isPossible: true }),
    ask: (limit, commandId) => {
      const entityId = session.entity.peek()?.entityId ?? ''
      return session.rpc('account.setCreditLimit', { commandId, entityId, counterpartyId, tokenId, limit })
    },
  }
}

const collateralSubject = ({ session, text, format }: Ui, { account, token }: Facts): Subject => {
  const { tokenId } = token
  const { counterpartyId, counterpartyLabel: name } = account
  const money = (amount: bigint): string => format.money(amount, token, 'exact')
  const have = session.entity.value?.balances.find((balance) => balance.tokenId === tokenId)?.reserve ?? 0n
  return {
    label: text('account.amount'),
    hint: text('account.reserveNow', { amount: money(have) }),
    submit: text('account.add'),
    mayBeZero: false,
    review: (amount) =>
      amount > have
        ? { says: text('account.collateralShort', { have: money(have), need: money(amount) }), isPossible: false }
        : { says: text('account.collateralReview', { amount: money(amount), name }), isPossible: true },
    ask: (amount, commandId) => {
      const entityId = session.entity.peek()?.entityId ?? ''
      return session.rpc('reserve.toCollateral', { commandId, entityId, counterpartyId, tokenId, amount })
    },
  }
}

const AmountForm = ({ subject, token, action, onDone, onCancel }: FormProps & { readonly subject: Subject }) => {
  const ui = useUi()
  const { session, text } = ui
  const [typed, setTyped] = useState('')
  const errorId = useId()
  useEscape(onCancel)
  const { mayBeZero } = subject
  const read = readAmount(ui, typed, { token, mayBeZero })
  const review = read.type === 'ok' ? subject.review(read.amount) : null
  const refusal = action.refusal.value ?? (read.type === 'refused' ? read.words : null)
  const submit = (event: Event): void => {
    event.preventDefault()
    if (read.type !== 'ok') return action.refuse(read.words)
    if (review?.isPossible !== true) return
    void action.run((commandId) => subject.ask(read.amount, commandId), onDone, token.tokenId)
  }
  const change = (value: string): void => {
    action.reset()
    setTyped(value)
  }
  return (
    <form class={forms.form} onSubmit={submit}>
      <div class={forms.pair}>
        <TextField
          label={subject.label}
          hint={subject.hint}
          value={typed}
          inputMode="decimal"
          onInput={change}
          invalid={refusal?.field === 'amount' || review?.isPossible === false}
          errorId={errorId}
          first
          focusOn={action.refusal.value}
        />
        <Select
          label={text('account.token')}
          value={token.tokenId}
          options={session.tokens.value.map(({ tokenId, symbol }) => ({ value: tokenId, label: symbol }))}
          onChange={(tokenId) => session.look({ tokenId })}
        />
      </div>
      <div class={forms.room}>
        {refusal !== null || review?.isPossible === false ? (
          <Alert id={errorId}>{refusal === null ? review?.says : inOneLine(refusal)}</Alert>
        ) : (
          <p class={forms.review}>{review?.says}</p>
        )}
      </div>
      <div class={forms.actions}>
        <Button type="submit" disabled={action.busy.value || session.isReadOnly.value}>
          {subject.submit}
        </Button>
        <Button look="quiet" onClick={onCancel}>
          {text('panel.cancel')}
        </Button>
      </div>
    </form>
  )
}

export const AccountActions = ({ account }: { readonly account: AccountDetail }) => {
  const ui = useUi()
  const { session, text } = ui
  const action = useAction()
  const [doing, setDoing] = useState<Doing | null>(null)
  const [done, setDone] = useState('')
  const token = session.token.value
  const { counterpartyLabel: name } = account
  const begin = (next: Doing | null): void => {
    action.reset()
    setDone('')
    setDoing(next)
  }
  const isDisabled = session.isReadOnly.value || account.status !== 'open'
  const finish = (): void => {
    setDone(text(doing === 'limit' ? 'account.done.limit' : 'account.done.collateral', { name }))
    setDoing(null)
  }
  const subjectOf = doing === 'limit' ? limitSubject : collateralSubject
  return (
    <div class={styles.section}>
      <div class={forms.actions}>
        <Button
          aria-expanded={doing === 'collateral'}
          disabled={isDisabled}
          onClick={() => begin(doing === 'collateral' ? null : 'collateral')}
        >
          {text('account.addCollateral')}
        </Button>
        <Button
          aria-expanded={doing === 'limit'}
          disabled={isDisabled}
          onClick={() => begin(doing === 'limit' ? null : 'limit')}
        >
          {text('account.setLimit')}
        </Button>
      </div>
      {doing !== null && token !== null && (
        <AmountForm
          key={doing}
          subject={subjectOf(ui, { account, token })}
          account={account}
          token={token}
          action={action}
          onDone={finish}
          onCancel={() => begin(null)}
        />
      )}
      <p role="status">{done}</p>
    </div>
  )
}
