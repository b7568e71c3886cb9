/** The accounts of the selected entity, sorted and paged by the host. The second column shows what they are sorted by. */
import type { ComponentChildren } from 'preact'
import type {
  AccountPage,
  AccountSortKey,
  AccountView,
  PageSize,
  TokenView,
  ViewState,
} from '../../../runtime/radapter/types.ts'
import type { PlainKey } from '../../models/text.ts'
import { type Ui, useUi } from '../../models/ui.ts'
import { Amount } from '../../primitives/Amount.tsx'
import { Button } from '../../primitives/Button.tsx'
import { Identicon } from '../../primitives/Identicon.tsx'
import { Pages } from '../../primitives/Pages.tsx'
import { Seam } from '../../primitives/Seam.tsx'
import { Select } from '../../primitives/Select.tsx'
import styles from './SidePanel.module.css'

const SORT_WORDS: { readonly [K in AccountSortKey]: PlainKey } = {
  balance: 'panel.sort.balance',
  outbound: 'panel.sort.outbound',
  inbound: 'panel.sort.inbound',
  collateral: 'panel.sort.collateral',
  counterparty: 'panel.sort.counterparty',
  created: 'panel.sort.created',
  updated: 'panel.sort.updated',
}
const SORT_KEYS: readonly AccountSortKey[] = [
  'balance',
  'outbound',
  'inbound',
  'collateral',
  'counterparty',
  'created',
  'updated',
]
const STATUS_WORDS: { readonly [S in Exclude<AccountView['status'], 'open'>]: PlainKey } = {
  opening: 'panel.opening',
  frozen: 'panel.frozen',
  suing: 'panel.disputed',
  disputed: 'panel.disputed',
  closed: 'panel.closed',
}
const PAGE_SIZES: readonly PageSize[] = [10, 20, 50, 100]

const FIRST_PAGE = { accountPage: 1, accountCursor: null }

const sortedValue = (
  account: AccountView,
  key: AccountSortKey,
  token: TokenView,
  { text, format }: Ui,
): ComponentChildren => {
  switch (key) {
    case 'inbound':
    case 'outbound':
    case 'collateral':
    case 'balance':
      return <Amount value={account[key]} token={token} />
    case 'created':
      return text('panel.atHeight', { height: format.count(account.createdAtHeight) })
    case 'updated':
      return text('panel.atHeight', { height: format.count(account.updatedAtHeight) })
    case 'counterparty':
      return <Amount value={account.balance} token={token} />
  }
}

const Controls = () => {
  const { session, text, format } = useUi()
  const view = session.viewState.value
  const isAscending = view.accountSortDir === 'asc'
  return (
    <div class={styles.controls}>
      <Select
        label={text('panel.sortBy')}
        value={view.accountSortBy}
        options={SORT_KEYS.map((value) => ({ value, label: text(SORT_WORDS[value]) }))}
        onChange={(accountSortBy) => session.look({ accountSortBy, ...FIRST_PAGE })}
      />
      <Button onClick={() => session.look({ accountSortDir: isAscending ? 'desc' : 'asc', ...FIRST_PAGE })}>
        {text(isAscending ? 'panel.ascending' : 'panel.descending')}
      </Button>
      <Select
        label={text('panel.pageSize')}
        value={view.accountPageSize}
        options={PAGE_SIZES.map((value) => ({ value, label: format.count(value) }))}
        onChange={(accountPageSize) => session.look({ accountPageSize, ...FIRST_PAGE })}
      />
      <Select
        label={text('panel.token')}
        value={session.token.value?.tokenId ?? 0}
        options={session.tokens.value.map(({ tokenId, symbol }) => ({ value: tokenId, label: symbol }))}
        onChange={(tokenId) => session.look({ tokenId, ...FIRST_PAGE })}
      />
    </div>
  )
}

const Row = ({
  account,
  sortBy,
  token,
}: {
  readonly account: AccountView
  readonly sortBy: AccountSortKey
  readonly token: TokenView
}) => {
  const ui = useUi()
  const { session, text } = ui
  const { counterpartyId, counterpartyLabel, status } = account
  const position = account.tokens.find(({ tokenId }) => tokenId === token.tokenId)
  const isOpen = session.viewState.value.selectedAccountId === counterpartyId
  const toggle = (): void => session.look({ selectedAccountId: isOpen ? null : counterpartyId })
  return (
    <tr>
      <td class={styles.account}>
        <button type="button" class={styles.name} aria-expanded={isOpen} onClick={toggle}>
          <Identicon id={counterpartyId} />
          {counterpartyLabel}
        </button>
        {status !== 'open' && <span class={styles.state}>{text(STATUS_WORDS[status])}</span>}
        {position !== undefined && <Seam position={position} token={token} figures="none" />}
      </td>
      <td>{sortedValue(account, sortBy, token, ui)}</td>
    </tr>
  )
}

/** By the accounts at the edges of what is shown: who moves meanwhile is neither skipped nor met again. */
const stepTo = (look: (patch: Partial<ViewState>) => void, page: number, cursor: string | null): (() => void) | null =>
  cursor === null ? null : () => look({ accountPage: Math.max(1, page), accountCursor: cursor })

const AccountPages = ({ page }: { readonly page: AccountPage }) => {
  const { session, text, format } = useUi()
  const pages = format.count(Math.max(1, page.totalPages))
  const { prevCursor, nextCursor } = page
  const steps =
    prevCursor === undefined || nextCursor === undefined
      ? null
      : {
          back: stepTo(session.look, page.page - 1, prevCursor),
          forth: stepTo(session.look, page.page + 1, nextCursor),
        }
  return (
    <Pages
      label={text('panel.pages')}
      where={text('panel.pageOf', { page: format.count(page.page), pages, count: page.totalAccounts })}
      page={page.page}
      totalPages={page.totalPages}
      onTurn={(accountPage) => session.look({ accountPage, accountCursor: null })}
      {...(steps !== null && { steps })}
    />
  )
}

export const Accounts = () => {
  const { session, text } = useUi()
  const page = session.frameView.value?.accounts ?? null
  const token = session.token.value
  const sortBy = page?.sortBy ?? 'balance'
  const column: AccountSortKey = sortBy === 'counterparty' ? 'balance' : sortBy
  return (
    <section class={styles.section}>
      <h2>{text('panel.accounts')}</h2>
      <Controls />
      <table aria-label={text('panel.accounts')} class={styles.table}>
        <thead>
          <tr>
            <th scope="col">{text('panel.account')}</th>
            <th scope="col">{text(SORT_WORDS[column])}</th>
          </tr>
        </thead>
        <tbody>
          {token !== null &&
            page?.accounts.map((account) => (
              <Row key={account.counterpartyId} account={account} sortBy={sortBy} token={token} />
            ))}
        </tbody>
      </table>
      {page?.totalAccounts === 0 && <p class={styles.muted}>{text('panel.noAccounts')}</p>}
      {page !== null && <AccountPages page={page} />}
    </section>
  )
}
