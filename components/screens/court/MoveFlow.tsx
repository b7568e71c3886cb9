/** One move of money from its form to its press: an amount, a review by the host's own figures, and the word to do it. */
import { useId, useState } from 'preact/hooks'
import type { AccountDetail, TokenView } from '../../../runtime/radapter/types.ts'
import { useAction } from '../../models/action.ts'
import { type ReadAmount, readAmount } from '../../models/amount-form.ts'
import type { MoveQuote } from '../../models/court.ts'
import { COURT_WORDS } from '../../models/court-words.ts'
import { useDelayed, useEscape } from '../../models/hooks.ts'
import { type Draft, type MoveKind, type MoveSpec, specOf } from '../../models/moves.ts'
import { type Purse, usePurse } from '../../models/purse.ts'
import { type Ui, useUi } from '../../models/ui.ts'
import { inOneLine, type Words } from '../../models/words.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button } from '../../primitives/Button.tsx'
import { Select } from '../../primitives/Select.tsx'
import { TextField } from '../../primitives/TextField.tsx'
import { Toggle } from '../../primitives/Toggle.tsx'
import forms from '../sidepanel/Forms.module.css'
import { MoveReview } from './MoveReview.tsx'

export type FlowProps = {
  readonly account: AccountDetail
  readonly token: TokenView
  readonly onDone: (words: string) => void
  readonly onCancel: () => void
}
type Props = FlowProps & { readonly kind: MoveKind }
type Typed = { readonly amount: string; readonly isEverything: boolean; readonly to: string | null }
/** Whatever is looked at meanwhile, what is done is what was reviewed. */
type Reviewed = { readonly spec: MoveSpec; readonly draft: Draft; readonly quote: MoveQuote }

/** A review that is quicker needs no word. */
const SAY_ASKING_AFTER_MS = 300

/** What there is to move, in words, and as an amount where all of it can be filled in. */
type Most = { readonly hint: string; readonly max: bigint | null }

const mostOf = ({ session, text, format }: Ui, { kind, account, token }: Props, purse: Purse): Most => {
  const { tokenId } = token
  const money = (amount: bigint): string => format.money(amount, token, 'exact')
  switch (kind) {
    case 'deposit': {
      if (purse.type === 'asking') return { hint: text('move.askingChain'), max: null }
      if (purse.type === 'unknown') return { hint: text('move.noChain'), max: null }
      const max = purse.tokens.find((held) => held.tokenId === tokenId)?.amount ?? 0n
      return { hint: text('move.atAddress', { amount: money(max) }), max }
    }
    case 'withdraw':
    case 'collateral': {
      const max = session.entity.value?.balances.find((balance) => balance.tokenId === tokenId)?.spendable ?? 0n
      return { hint: text('account.reserveNow', { amount: money(max) }), max }
    }
    case 'settle': {
      const max = account.settleable.find((move) => move.tokenId === tokenId)?.own ?? 0n
      return { hint: text('move.inAccount', { amount: money(max) }), max }
    }
    case 'limit': {
      const granted = account.creditLimits.find((limit) => limit.tokenId === tokenId)?.granted ?? 0n
      return { hint: text('account.limitNow', { amount: money(granted) }), max: null }
    }
  }
}

type FormProps = {
  readonly spec: MoveSpec
  readonly most: Most
  readonly flow: Props
  readonly typed: Typed
  /** Where a withdrawal goes, as it stands in its field; null where there is no such field. */
  readonly to: string | null
  readonly read: ReadAmount
  readonly refusal: Words | null
  readonly isAsking: boolean
  readonly onType: (patch: Partial<Typed>) => void
  readonly onSubmit: (event: Event) => void
}

const AmountAndToken = ({
  spec,
  most,
  flow,
  typed,
  read,
  refusal,
  onType,
  errorId,
}: FormProps & { errorId: string }) => {
  const { session, text, format } = useUi()
  const { token } = flow
  const { max } = most
  const fault = refusal?.field === 'amount' ? refusal : null
  return (
    <div class={forms.pair}>
      <TextField
        label={spec.label}
        hint={most.hint}
        value={typed.amount}
        inputMode="decimal"
        onInput={(amount) => onType({ amount })}
        invalid={fault !== null || read.type === 'refused'}
        errorId={errorId}
        first
        focusOn={fault}
        {...(max === null
          ? {}
          : {
              aside: (
                <Button look="quiet" onClick={() => onType({ amount: format.field(max, token) })}>
                  {text('pay.max')}
                </Button>
              ),
            })}
      />
      <Select
        label={text('account.token')}
        value={token.tokenId}
        options={session.tokens.value.map(({ tokenId, symbol }) => ({ value: tokenId, label: symbol }))}
        onChange={(tokenId) => session.look({ tokenId })}
      />
    </div>
  )
}

const MoveForm = (props: FormProps) => {
  const { session, text } = useUi()
  const { spec, flow, typed, to, read, refusal, isAsking, onType, onSubmit } = props
  const errorId = useId()
  useEscape(flow.onCancel)
  const isSlow = useDelayed(isAsking, SAY_ASKING_AFTER_MS)
  const fault = refusal ?? (!typed.isEverything && read.type === 'refused' ? read.words : null)
  return (
    <form class={forms.form} onSubmit={onSubmit}>
      <h3>{spec.title}</h3>
      {flow.kind === 'settle' && (
        <Toggle
          label={text('move.everything')}
          checked={typed.isEverything}
          onChange={(isEverything) => onType({ isEverything })}
        />
      )}
      {!typed.isEverything && <AmountAndToken {...props} errorId={errorId} />}
      {to !== null && (
        <TextField
          label={text('move.to')}
          hint={text('move.toHint')}
          value={to}
          mono
          rows={2}
          onInput={(value) => onType({ to: value })}
          invalid={refusal?.field === 'id'}
          errorId={errorId}
          focusOn={refusal?.field === 'id' ? refusal : null}
        />
      )}
      <div class={forms.actions}>
        <Button type="submit" look="filled" disabled={isAsking || session.isReadOnly.value}>
          {text('pay.review')}
        </Button>
        <Button look="quiet" onClick={flow.onCancel}>
          {text('panel.cancel')}
        </Button>
      </div>
      <div class={forms.room}>
        {fault !== null && <Alert id={errorId}>{inOneLine(fault)}</Alert>}
        {fault === null && isSlow && <p class={forms.review}>{text('move.reviewing')}</p>}
      </div>
    </form>
  )
}

export const MoveFlow = (props: Props) => {
  const ui = useUi()
  const { session } = ui
  const { kind, account, token, onDone } = props
  const asking = useAction(COURT_WORDS)
  const acting = useAction(COURT_WORDS)
  const purse = usePurse(kind === 'deposit' || kind === 'withdraw')
  const [typed, setTyped] = useState<Typed>({ amount: '', isEverything: false, to: null })
  const [reviewed, setReviewed] = useState<Reviewed | null>(null)
  const spec = specOf(ui, kind, { account, token })
  const read = readAmount(ui, typed.amount, { token, mayBeZero: spec.mayBeZero })
  const own = purse.type === 'known' ? purse.address : ''
  const to = kind === 'withdraw' ? (typed.to ?? own) : null
  const change = (patch: Partial<Typed>): void => {
    asking.reset()
    setTyped({ ...typed, ...patch })
  }
  const review = (event: Event): void => {
    event.preventDefault()
    if (!typed.isEverything && read.type !== 'ok') return asking.refuse(read.words)
    const amount = read.type === 'ok' ? read.amount : 0n
    const draft: Draft = { amount, isEverything: typed.isEverything, to: to ?? '' }
    const params = { entityId: session.entity.peek()?.entityId ?? '', move: spec.move(draft) }
    void asking.run(
      () => session.rpc('move.quote', params),
      (quote) => {
        acting.reset()
        setReviewed({ spec, draft, quote })
      },
      token.tokenId,
    )
  }
  if (reviewed === null)
    return (
      <MoveForm
        spec={spec}
        most={mostOf(ui, props, purse)}
        flow={props}
        typed={typed}
        to={to}
        read={read}
        refusal={asking.refusal.value}
        isAsking={asking.busy.value}
        onType={change}
        onSubmit={review}
      />
    )
  const confirm = (): void =>
    void acting.run(
      (commandId) => reviewed.spec.commit(reviewed.draft, reviewed.quote, commandId),
      () => onDone(reviewed.spec.done),
      reviewed.quote.changes[0]?.tokenId,
    )
  return <MoveReview {...reviewed} action={acting} onConfirm={confirm} onBack={() => setReviewed(null)} />
}
