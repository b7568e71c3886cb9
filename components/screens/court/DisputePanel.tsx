/**
 * A dispute in the account's place: how much time is left by the chain's clock, what the court has, what is at stake,
 * what happens next, and that nothing has to be done. Judged, the account can be opened again.
 */
import type { AccountDetail } from '../../../runtime/radapter/types.ts'
import { useAction } from '../../models/action.ts'
import { type Dispute, type Stake, spanOf, useChainNow } from '../../models/court.ts'
import { COURT_WORDS } from '../../models/court-words.ts'
import type { PlainKey } from '../../models/text.ts'
import { type Ui, useUi } from '../../models/ui.ts'
import { inOneLine } from '../../models/words.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Amount } from '../../primitives/Amount.tsx'
import { Button } from '../../primitives/Button.tsx'
import { type Fact, Facts } from '../../primitives/Facts.tsx'
import forms from '../sidepanel/Forms.module.css'
import styles from './Court.module.css'
import { SkipAhead } from './TestWorld.tsx'

type Props = { readonly account: AccountDetail; readonly dispute: Dispute }

const PROOFS: { readonly [P in Dispute['proof']]: PlainKey } = {
  newest: 'dispute.proof.newest',
  older: 'dispute.proof.older',
  newer: 'dispute.proof.newer',
}

const stageOf = ({ text, format }: Ui, { account, dispute }: Props): string => {
  const { counterpartyLabel: name } = account
  const { stage, isOurs, judgedAfter } = dispute
  switch (stage) {
    case 'suing':
      return text('dispute.suing')
    case 'open':
      return isOurs ? text('dispute.windowTheirs', { name }) : text('dispute.windowOurs')
    case 'waiting':
      return text('dispute.waiting', { time: format.moment(judgedAfter * 1_000, Date.now()) })
    case 'due':
      return text('dispute.due')
  }
}

const Clock = ({ dispute }: { readonly dispute: Dispute }) => {
  const { text, format } = useUi()
  const now = useChainNow()
  const until = dispute.stage === 'open' ? dispute.windowEnd : dispute.judgedAfter
  // The second it ends in still belongs to it.
  const left = until + 1 - now
  const time = format.moment(until * 1_000, Date.now())
  const value = left > 0 ? text('dispute.leftValue', { span: spanOf(left, text), time }) : text('dispute.over')
  // Words of another length take another place at the margin: they are new there, and nothing has moved.
  return <Facts key={value} facts={[{ name: text('dispute.left'), value }]} />
}

const StakeFacts = ({ account, stake }: { readonly account: AccountDetail; readonly stake: Stake }) => {
  const { session, text } = useUi()
  const { counterpartyLabel: name } = account
  const token = session.tokenOf(stake.tokenId)
  const fact = (words: string, value: bigint): Fact => ({
    name: words,
    value: <Amount value={value} token={token} precision="exact" />,
  })
  const isOther = stake.gets !== stake.newestGets
  return (
    <div>
      <p class={styles.symbol}>{text('dispute.stake', { symbol: token.symbol })}</p>
      <Facts
        facts={[
          fact(text('dispute.collateral'), stake.collateral),
          fact(text('dispute.gets'), stake.gets),
          ...(isOther ? [fact(text('dispute.newestGets'), stake.newestGets)] : []),
          ...(stake.isOwed > 0n ? [fact(text('dispute.owed', { name }), stake.isOwed)] : []),
          ...(stake.owes > 0n ? [fact(text('dispute.owes'), stake.owes)] : []),
        ]}
      />
    </div>
  )
}

export const DisputePanel = (props: Props) => {
  const ui = useUi()
  const { text } = ui
  const { account, dispute } = props
  const { counterpartyLabel: name } = account
  const { stage, isOurs, proof, isAnswering, stakes } = dispute
  const heading = text('dispute.heading', { name })
  return (
    <section class={styles.panel} aria-label={heading}>
      <h3>{heading}</h3>
      {stage !== 'suing' && <p>{isOurs ? text('dispute.byUs') : text('dispute.byThem', { name })}</p>}
      <p role="status">{stageOf(ui, props)}</p>
      {stage !== 'suing' && (
        <>
          <Clock dispute={dispute} />
          <SkipAhead />
          <Facts facts={[{ name: text('dispute.proof'), value: text(PROOFS[proof]) }]} />
          {isAnswering && <Alert tone="caution">{text('dispute.answering')}</Alert>}
        </>
      )}
      {stakes
        .filter((stake) => stake.collateral > 0n || stake.isOwed > 0n || stake.owes > 0n)
        .map((stake) => (
          <StakeFacts key={stake.tokenId} account={account} stake={stake} />
        ))}
      <p class={styles.muted}>
        {text('dispute.nothing')} {text('dispute.next')}
      </p>
    </section>
  )
}

/** What the other side may owe in an account that is opened again, in whole tokens: what can then be received. */
const FIRST_CREDIT = 1_000n

/** After the judgement. */
export const Judged = ({ account }: { readonly account: AccountDetail }) => {
  const { session, text, format } = useUi()
  const action = useAction(COURT_WORDS)
  const token = session.token.value
  const { counterpartyId, counterpartyLabel: name } = account
  if (token === null) return null
  const creditLimit = FIRST_CREDIT * 10n ** BigInt(token.decimals)
  const reopen = (): void => {
    const entityId = session.entity.peek()?.entityId ?? ''
    const { tokenId } = token
    void action.run(
      (commandId) => session.rpc('account.reopen', { commandId, entityId, counterpartyId, tokenId, creditLimit }),
      () => undefined,
      tokenId,
    )
  }
  return (
    <div class={styles.panel}>
      <p>{text('dispute.closed')}</p>
      <p class={styles.muted}>{text('panel.openTerms', { name, amount: format.money(creditLimit, token, 'down') })}</p>
      {action.refusal.value !== null && <Alert>{inOneLine(action.refusal.value)}</Alert>}
      <div class={forms.actions}>
        <Button disabled={action.busy.value || session.isReadOnly.value} onClick={reopen}>
          {text('dispute.reopen')}
        </Button>
      </div>
    </div>
  )
}
