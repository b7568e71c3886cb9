/**
 * One account: its seam, a dispute or settlement under way, its tokens, what can be done in it, what would be left
 * without the other side, what is held, and under Details the frames both sides signed.
 */
import { useEffect, useRef } from 'preact/hooks'
import type { AccountDetail, AccountFrameView } from '../../../runtime/radapter/types.ts'
import { ENGLISH_ACCOUNT } from '../../models/text-en-account.ts'
import { ENGLISH_COURT } from '../../models/text-en-court.ts'
import type { TimeMachine } from '../../models/time-machine.ts'
import { useUi } from '../../models/ui.ts'
import { Button } from '../../primitives/Button.tsx'
import { Disclosure } from '../../primitives/Disclosure.tsx'
import { EntityId } from '../../primitives/EntityId.tsx'
import { Facts } from '../../primitives/Facts.tsx'
import { LongId } from '../../primitives/LongId.tsx'
import { Seam } from '../../primitives/Seam.tsx'
import { DisputePanel, Judged } from '../court/DisputePanel.tsx'
import { SettlementPanel } from '../court/SettlementPanel.tsx'
import { TestWorld } from '../court/TestWorld.tsx'
import { Changes } from '../time/Changes.tsx'
import own from './Account.module.css'
import { AccountActions } from './AccountActions.tsx'
import { AccountTokens, Vanished } from './AccountTokens.tsx'
import styles from './SidePanel.module.css'

const Holds = ({ account }: { readonly account: AccountDetail }) => {
  const { session, text, format } = useUi()
  return (
    <div class={styles.section}>
      <h3>{text('account.holds')}</h3>
      {account.locks.length === 0 && <p class={styles.muted}>{text('account.noHolds')}</p>}
      <ul class={own.holds}>
        {account.locks.map(({ hashlock, tokenId, amount, outgoing, expirySeconds }) => (
          <li key={`${hashlock}-${outgoing}`}>
            {text(outgoing ? 'account.holdOut' : 'account.holdIn', {
              amount: format.money(amount, session.tokenOf(tokenId), 'exact'),
              time: format.moment(expirySeconds * 1_000, Date.now()),
            })}
          </li>
        ))}
      </ul>
    </div>
  )
}

const Frame = ({ frame, account }: { readonly frame: AccountFrameView; readonly account: AccountDetail }) => {
  const { text, format } = useUi()
  const byUs = frame.byLeft === account.isLeft
  const who = byUs ? text('account.byUs') : text('account.byThem', { name: account.counterpartyLabel })
  const when = format.moment(frame.timestamp, Date.now())
  return (
    <li>
      <p>{[text('account.frame', { height: format.count(frame.height) }), who, when].join(', ')}</p>
      <p class={styles.muted}>{frame.txs.join(', ')}</p>
      <LongId value={frame.frameHash} label={text('account.copyFrameHash')} />
    </li>
  )
}

const Details = ({ account }: { readonly account: AccountDetail }) => {
  const { text, format } = useUi()
  return (
    <Disclosure summary={text('common.details')}>
      <div class={styles.section}>
        <Facts
          facts={[
            { name: text('account.height'), value: format.count(account.height) },
            {
              name: text('account.stateRoot'),
              value: <LongId value={account.accountStateRoot} label={text('account.copyStateRoot')} />,
              long: true,
            },
          ]}
        />
        {account.hasPendingFrame && <p>{text('account.pendingFrame', { name: account.counterpartyLabel })}</p>}
        {account.mempoolSize > 0 && <p>{text('account.mempool', { count: account.mempoolSize })}</p>}
        <h3>{text('account.frames')}</h3>
        <ol class={own.frames}>
          {account.frames.map((frame) => (
            <Frame key={frame.height} frame={frame} account={account} />
          ))}
        </ol>
      </div>
    </Disclosure>
  )
}

type Props = {
  /** Null before it is there. */
  readonly time: TimeMachine | null
}

export const Account = ({ time }: Props) => {
  useUi(ENGLISH_COURT)
  const { session, text } = useUi(ENGLISH_ACCOUNT)
  const heading = useRef<HTMLHeadingElement>(null)
  const account = session.frameView.value?.account ?? null
  const isAsked = session.viewState.value.selectedAccountId === account?.counterpartyId
  const shownId = isAsked ? account?.counterpartyId : undefined
  const begun = useRef<string>(undefined)
  useEffect(() => {
    // Once for each that is opened: one that was not there at another height takes no focus by being there again.
    if (shownId === undefined || shownId === begun.current) return
    begun.current = shownId
    heading.current?.focus({ preventScroll: true })
    heading.current?.scrollIntoView({ block: 'nearest' })
  }, [shownId])
  if (account === null || !isAsked) return null
  const name = account.counterpartyLabel
  const summary = session.frameView.value?.entities.find(({ entityId }) => entityId === session.entity.value?.entityId)
  const isOwn = summary?.isOwn === true
  const token = session.token.value
  const position = account.tokens.find(({ tokenId }) => tokenId === token?.tokenId)
  return (
    <section class={styles.section} aria-label={text('account.region', { name })}>
      <div class={styles.head}>
        <h2 ref={heading} tabIndex={-1}>
          {text('account.region', { name })}
        </h2>
        <Button look="quiet" onClick={() => session.look({ selectedAccountId: null })}>
          {text('common.close')}
        </Button>
      </div>
      <EntityId id={account.counterpartyId} name={name} />
      {position !== undefined && token !== null && <Seam position={position} token={token} />}
      {time !== null && <Changes time={time} />}
      {account.dispute !== null && <DisputePanel account={account} dispute={account.dispute} />}
      {account.settlement !== null && (
        <SettlementPanel account={account} settlement={account.settlement} canAnswer={isOwn} />
      )}
      {isOwn && account.status === 'closed' && <Judged account={account} />}
      {account.tokens.length > 0 && <AccountTokens account={account} />}
      {isOwn && <AccountActions key={account.counterpartyId} account={account} position={position} />}
      {!isOwn && position !== undefined && <Vanished account={account} position={position} />}
      <Holds account={account} />
      {isOwn && session.frameView.value?.live && <TestWorld key={account.counterpartyId} account={account} />}
      <Details account={account} />
    </section>
  )
}
