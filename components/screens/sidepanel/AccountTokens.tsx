/** An account's tokens, a row each; and what would be left of one of them if the other side were never seen again. */
import type { ComponentChildren } from 'preact'
import type { AccountDetail, TokenPosition } from '../../../runtime/radapter/types.ts'
import { chainOf, spanOf } from '../../models/court.ts'
import { useUi } from '../../models/ui.ts'
import { Amount } from '../../primitives/Amount.tsx'
import { type Fact, Facts } from '../../primitives/Facts.tsx'
import { TokenIcon } from '../../primitives/TokenIcon.tsx'
import styles from './Account.module.css'
import panel from './SidePanel.module.css'

const Row = ({ position }: { readonly position: TokenPosition }) => {
  const { session, text } = useUi()
  const token = session.tokenOf(position.tokenId)
  const isShown = session.token.value?.tokenId === position.tokenId
  return (
    <tr>
      <th scope="row">
        <button
          type="button"
          class={styles.token}
          aria-pressed={isShown}
          title={text('account.choose', { symbol: token.symbol })}
          onClick={() => session.look({ tokenId: position.tokenId })}
        >
          <TokenIcon token={token} isKnown={session.isKnown(token.tokenId)} />
          {token.symbol}
        </button>
      </th>
      <td>
        <Amount value={position.balance} token={token} precision="short" symbol={false} />
      </td>
      <td>
        <Amount value={position.outbound} token={token} precision="short" symbol={false} />
      </td>
      <td>
        <Amount value={position.inbound} token={token} precision="short" symbol={false} />
      </td>
    </tr>
  )
}

export const AccountTokens = ({ account }: { readonly account: AccountDetail }) => {
  const { text } = useUi()
  return (
    <table class={styles.tokens} aria-label={text('account.tokens')}>
      <thead>
        <tr>
          <th scope="col">{text('panel.token')}</th>
          <th scope="col">{text('account.balance')}</th>
          <th scope="col">{text('panel.sort.outbound')}</th>
          <th scope="col">{text('panel.sort.inbound')}</th>
        </tr>
      </thead>
      <tbody>
        {account.tokens.map((position) => (
          <Row key={position.tokenId} position={position} />
        ))}
      </tbody>
    </table>
  )
}

const Outcome = ({ account, position }: { readonly account: AccountDetail; readonly position: TokenPosition }) => {
  const { session, text, format } = useUi()
  const { counterpartyLabel: name } = account
  const token = session.tokenOf(position.tokenId)
  const exact = (value: bigint) => <Amount value={value} token={token} precision="exact" />
  const locks = account.locks.filter(({ tokenId }) => tokenId === position.tokenId)
  const lastSeconds = locks.reduce((latest, { expirySeconds }) => Math.max(latest, expirySeconds), 0)
  const underWay = locks.reduce((sum, { amount }) => sum + amount, 0n)
  const { outCollateral, theirDebt, ownDebt } = position
  const facts: readonly (Fact | null)[] = [
    { name: text('account.vanished.chain'), value: exact(outCollateral) },
    { name: text('account.vanished.risk'), value: exact(theirDebt) },
    ownDebt > 0n ? { name: text('account.vanished.owed'), value: exact(ownDebt) } : null,
    underWay > 0n ? { name: text('account.vanished.locks'), value: exact(underWay) } : null,
    account.lastSafe === null
      ? null
      : { name: text('safe.name'), value: format.moment(account.lastSafe * 1_000, Date.now()) },
  ]
  const says = [
    text('account.vanished.safe', { name }),
    theirDebt > 0n ? text('account.vanished.lost', { name, amount: format.money(theirDebt, token, 'exact') }) : '',
    ownDebt > 0n ? text('account.owed', { name, amount: format.money(ownDebt, token, 'exact') }) : '',
    lastSeconds > 0 ? text('account.vanished.until', { time: format.moment(lastSeconds * 1_000, Date.now()) }) : '',
    account.lastSafe === null ? '' : text('safe.text', { span: spanOf(account.ownResponseSeconds, text) }),
    account.lastSafe !== null && chainOf(session)?.isTest === true ? text('safe.test') : '',
  ]
  return (
    <>
      <Facts facts={facts.filter((fact) => fact !== null)} />
      <p class={`${panel.muted} ${panel.small}`}>{says.filter((sentence) => sentence !== '').join(' ')}</p>
    </>
  )
}

type VanishedProps = {
  readonly account: AccountDetail
  readonly position: TokenPosition | undefined
  /** What can be done about it. */
  readonly children?: ComponentChildren
}

export const Vanished = ({ account, position, children }: VanishedProps) => {
  const { text } = useUi()
  return (
    <div class={panel.section}>
      <h3>{text('account.vanished', { name: account.counterpartyLabel })}</h3>
      {position !== undefined && <Outcome account={account} position={position} />}
      {children}
    </div>
  )
}
