/** Calling the court: what follows, step by step, what comes of it, and a word that it is understood. Nothing undoes it. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { AccountDetail } from '../../../runtime/radapter/types.ts'
import { useAction } from '../../models/action.ts'
import { type MoveQuote, spanOf } from '../../models/court.ts'
import { COURT_WORDS } from '../../models/court-words.ts'
import { useEscape } from '../../models/hooks.ts'
import { costsOf } from '../../models/moves.ts'
import { useUi } from '../../models/ui.ts'
import { inOneLine } from '../../models/words.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Amount } from '../../primitives/Amount.tsx'
import { Button } from '../../primitives/Button.tsx'
import { type Fact, Facts } from '../../primitives/Facts.tsx'
import { Skeleton } from '../../primitives/Skeleton.tsx'
import { Toggle } from '../../primitives/Toggle.tsx'
import forms from '../sidepanel/Forms.module.css'
import styles from './Court.module.css'

type Props = {
  readonly account: AccountDetail
  readonly onDone: (words: string) => void
  readonly onCancel: () => void
}

const SKELETON = [24, 168, 96]

const Steps = ({ account }: { readonly account: AccountDetail }) => {
  const { text, format } = useUi()
  const { counterpartyLabel: name, theirResponseSeconds, locks } = account
  const last = locks.reduce((latest, { expirySeconds }) => Math.max(latest, expirySeconds), 0)
  return (
    <ol class={styles.says}>
      <li>{text('suing.stops')}</li>
      <li>{text('suing.window', { name, span: spanOf(theirResponseSeconds, text) })}</li>
      {last > 0 && <li>{text('suing.locks', { time: format.moment(last * 1_000, Date.now()) })}</li>}
      <li>{text('suing.money')}</li>
      <li>{text('suing.again')}</li>
    </ol>
  )
}

/** Of each token with something in it. */
const useOutcome = (account: AccountDetail, { changes }: MoveQuote): readonly Fact[] => {
  const { session, text } = useUi()
  const { counterpartyLabel: name } = account
  return changes.flatMap(({ tokenId, reserve, account: positions }) => {
    const token = session.tokenOf(tokenId)
    const named = (words: string): string => (changes.length === 1 ? words : `${words}, ${token.symbol}`)
    const fact = (words: string, value: bigint): Fact => ({
      name: named(words),
      value: <Amount value={value} token={token} precision="exact" />,
    })
    const gets = reserve === null ? 0n : reserve.after - reserve.before
    const { theirDebt = 0n, ownDebt = 0n } = positions?.before ?? {}
    return [
      fact(text('suing.gets'), gets),
      ...(theirDebt > 0n ? [fact(text('suing.owed', { name }), theirDebt)] : []),
      ...(ownDebt > 0n ? [fact(text('suing.owes', { name }), ownDebt)] : []),
    ]
  })
}

const Sure = ({ account, quote, onDone, onCancel }: Props & { readonly quote: MoveQuote }) => {
  const ui = useUi()
  const { session, text } = ui
  const [isSure, setSure] = useState(false)
  const action = useAction(COURT_WORDS)
  const outcome = useOutcome(account, quote)
  const { counterpartyId } = account
  const start = (): void => {
    const entityId = session.entity.peek()?.entityId ?? ''
    void action.run(
      (commandId) => session.rpc('account.dispute', { commandId, entityId, counterpartyId }),
      // Its own place in the account says so from then on.
      () => onDone(''),
    )
  }
  return (
    <>
      <Facts facts={[...outcome, { name: text('move.cost'), value: costsOf(ui, quote).cost }]} />
      <Alert tone="caution">{text('suing.noWayBack')}</Alert>
      <Toggle label={text('suing.risk')} checked={isSure} onChange={setSure} />
      {action.refusal.value !== null && <Alert>{inOneLine(action.refusal.value)}</Alert>}
      <div class={forms.actions}>
        <Button look="danger" disabled={!isSure || action.busy.value || session.isReadOnly.value} onClick={start}>
          {text('suing.now')}
        </Button>
        <Button look="quiet" onClick={onCancel}>
          {text('panel.cancel')}
        </Button>
      </div>
    </>
  )
}

export const StartDispute = (props: Props) => {
  const { session, text } = useUi()
  const { account, onCancel } = props
  const { counterpartyId, counterpartyLabel: name } = account
  const asking = useAction(COURT_WORDS)
  const [quote, setQuote] = useState<MoveQuote | null>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  useEscape(onCancel)
  useEffect(() => {
    heading.current?.focus()
    const entityId = session.entity.peek()?.entityId ?? ''
    void asking.run(() => session.rpc('move.quote', { entityId, move: { type: 'dispute', counterpartyId } }), setQuote)
  }, [session, asking, counterpartyId])
  return (
    <div class={styles.panel}>
      <h3 ref={heading} tabIndex={-1}>
        {text('move.dispute')}
      </h3>
      <p>{text('suing.lead', { name })}</p>
      <Steps account={account} />
      {quote !== null && <Sure {...props} quote={quote} />}
      {quote === null && asking.refusal.value === null && <Skeleton heights={SKELETON} />}
      {asking.refusal.value !== null && (
        <>
          <Alert>{inOneLine(asking.refusal.value)}</Alert>
          <div class={forms.actions}>
            <Button look="quiet" onClick={onCancel}>
              {text('panel.cancel')}
            </Button>
          </div>
        </>
      )}
    </div>
  )
}
