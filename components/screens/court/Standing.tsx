/** What an entity has to do with its chain: debts, what is on its way, and by when this browser has to run again. */
import { useState } from 'preact/hooks'
import { useAction } from '../../models/action.ts'
import { chainOf, type Debt } from '../../models/court.ts'
import { COURT_WORDS } from '../../models/court-words.ts'
import { useDelayed } from '../../models/hooks.ts'
import { ENGLISH_COURT } from '../../models/text-en-court.ts'
import { useUi } from '../../models/ui.ts'
import { inOneLine } from '../../models/words.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button } from '../../primitives/Button.tsx'
import panel from '../sidepanel/SidePanel.module.css'
import styles from './Court.module.css'

/** What the chain does sooner is not worth a word. */
const SAY_AFTER_MS = 1_000

const DebtRow = ({ debt }: { readonly debt: Debt }) => {
  const { session, text, format } = useUi()
  const action = useAction(COURT_WORDS)
  const [isAsked, setAsked] = useState(false)
  const { counterpartyId, counterpartyLabel: name, isOwedToUs, tokenId, amount } = debt
  const entity = session.entity.value
  const reserve = entity?.balances.find((balance) => balance.tokenId === tokenId)?.reserve ?? 0n
  const money = format.money(amount, session.tokenOf(tokenId), 'exact')
  const entityId = entity?.entityId ?? ''
  const enforce = (): void => {
    const debtorId = isOwedToUs ? counterpartyId : entityId
    void action.run(
      (commandId) => session.rpc('debts.enforce', { commandId, entityId, debtorId, tokenId }),
      () => setAsked(true),
      tokenId,
    )
  }
  // Our own debt can be paid only from what is there.
  const helps = isOwedToUs || reserve > 0n
  return (
    <li class={styles.debt}>
      <div>
        <p>{isOwedToUs ? text('debts.toUs', { name, amount: money }) : text('debts.byUs', { name, amount: money })}</p>
        <p class={panel.muted}>{isOwedToUs ? text('debts.toUsHint', { name }) : text('debts.byUsHint')}</p>
        <p role="status" class={styles.said}>
          {isAsked && text('debts.collecting')}
        </p>
        {action.refusal.value !== null && <Alert>{inOneLine(action.refusal.value)}</Alert>}
      </div>
      {helps && (
        <Button disabled={action.busy.value || session.isReadOnly.value} onClick={enforce}>
          {text(isOwedToUs ? 'debts.collect' : 'debts.pay')}
        </Button>
      )}
    </li>
  )
}

const Debts = ({ debts }: { readonly debts: readonly Debt[] }) => {
  const { text } = useUi()
  return (
    <section class={panel.section} aria-label={text('debts.region')}>
      <h2>{text('debts.region')}</h2>
      <ul>
        {debts.map((debt) => (
          <DebtRow key={`${debt.counterpartyId}-${debt.tokenId}-${debt.debtId}-${debt.isOwedToUs}`} debt={debt} />
        ))}
      </ul>
    </section>
  )
}

export const Standing = () => {
  const { session, text, format } = useUi(ENGLISH_COURT)
  const { debts, outstanding, lastSafe } = session.entity.value ?? { debts: [], outstanding: null, lastSafe: null }
  const count = outstanding === null ? 0 : outstanding.waiting + outstanding.inFlight + outstanding.calls
  const isSlow = useDelayed(count > 0, SAY_AFTER_MS)
  // A test chain stands still while the browser is closed.
  const time = lastSafe === null || chainOf(session)?.isTest !== false ? null : lastSafe
  return (
    <>
      {debts.length > 0 && <Debts debts={debts} />}
      {(isSlow || time !== null) && (
        <section class={panel.section} aria-label={text('standing.region')}>
          {isSlow && <p role="status">{text('standing.outstanding', { count })}</p>}
          {time !== null && <p>{text('standing.lastSafe', { time: format.moment(time * 1_000, Date.now()) })}</p>}
        </section>
      )}
    </>
  )
}
