/** A settlement under way: what moves, how far it has come, until when; and the owner's word where it is asked for. */
import type { AccountDetail } from '../../../runtime/radapter/types.ts'
import { useAction } from '../../models/action.ts'
import type { Settlement } from '../../models/court.ts'
import { COURT_WORDS } from '../../models/court-words.ts'
import { type Ui, useUi } from '../../models/ui.ts'
import { inOneLine } from '../../models/words.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button } from '../../primitives/Button.tsx'
import { Seam } from '../../primitives/Seam.tsx'
import forms from '../sidepanel/Forms.module.css'
import styles from './Court.module.css'

type Props = { readonly account: AccountDetail; readonly settlement: Settlement }

const stageOf = ({ text }: Ui, { account: { counterpartyLabel: name }, settlement }: Props): string => {
  const { stage, isOurs, needsDecision } = settlement
  switch (stage) {
    case 'asked':
      return text('settlement.asked', { name })
    case 'proposed':
      if (isOurs) return text('settlement.proposed', { name })
      return text(needsDecision ? 'settlement.decide' : 'settlement.answered', { name })
    case 'approved':
      return text('settlement.approved')
    case 'sealed':
      return isOurs ? text('settlement.sealed') : text('settlement.sealedTheirs', { name })
    case 'handed_in':
      return text('settlement.handedIn')
  }
}

/** What moves where, a sentence for each part of it. */
const movesOf = ({ session, text, format }: Ui, { account, settlement }: Props): readonly string[] => {
  const { counterpartyLabel: name } = account
  return settlement.moves.flatMap(({ tokenId, own, theirs }) => {
    const money = (amount: bigint): string =>
      format.money(amount < 0n ? -amount : amount, session.tokenOf(tokenId), 'exact')
    return [
      ...(own > 0n ? [text('settlement.own', { amount: money(own) })] : []),
      ...(own < 0n ? [text('settlement.ownIn', { amount: money(own) })] : []),
      ...(theirs > 0n ? [text('settlement.theirs', { name, amount: money(theirs) })] : []),
      ...(theirs < 0n ? [text('settlement.theirsIn', { name, amount: money(theirs) })] : []),
    ]
  })
}

const Answers = ({ account, settlement }: Props) => {
  const { session, text } = useUi()
  const action = useAction(COURT_WORDS)
  const { stage, isOurs, needsDecision } = settlement
  const canTakeBack = isOurs && account.status === 'open' && (stage === 'asked' || stage === 'proposed')
  if (!needsDecision && !canTakeBack) return null
  const { counterpartyId } = account
  const answer = (decision: 'approve' | 'reject') => (): void => {
    const entityId = session.entity.peek()?.entityId ?? ''
    void action.run(
      (commandId) => session.rpc('account.settlement', { commandId, entityId, counterpartyId, decision }),
      () => undefined,
    )
  }
  const isOff = action.busy.value || session.isReadOnly.value
  return (
    <>
      {action.refusal.value !== null && <Alert>{inOneLine(action.refusal.value)}</Alert>}
      <div class={forms.actions}>
        {needsDecision && (
          <Button disabled={isOff} onClick={answer('approve')}>
            {text('settlement.approve')}
          </Button>
        )}
        <Button disabled={isOff} onClick={answer('reject')}>
          {text(needsDecision ? 'settlement.reject' : 'settlement.takeBack')}
        </Button>
      </div>
    </>
  )
}

/** @param canAnswer false for an entity that is not the owner's */
export const SettlementPanel = ({ canAnswer, ...props }: Props & { readonly canAnswer: boolean }) => {
  const ui = useUi()
  const { session, text, format } = ui
  const { account, settlement } = props
  const { counterpartyLabel: name } = account
  const heading = text('settlement.heading', { name })
  const isAgreed = settlement.stage !== 'asked' && settlement.stage !== 'proposed'
  const time = format.moment(settlement.validUntil * 1_000, Date.now())
  return (
    <section class={styles.panel} aria-label={heading}>
      <h3>{heading}</h3>
      <p role="status">{stageOf(ui, props)}</p>
      <ul>
        {movesOf(ui, props).map((move) => (
          <li key={move}>{move}</li>
        ))}
      </ul>
      {settlement.after.map((after) => {
        const before = account.tokens.find(({ tokenId }) => tokenId === after.tokenId)
        return (
          before !== undefined && (
            <Seam
              key={after.tokenId}
              position={before}
              after={after}
              token={session.tokenOf(after.tokenId)}
              figures="none"
            />
          )
        )
      })}
      <p class={styles.muted}>{isAgreed ? text('settlement.until', { time }) : text('settlement.open', { time })}</p>
      {canAnswer && <Answers {...props} />}
    </section>
  )
}
