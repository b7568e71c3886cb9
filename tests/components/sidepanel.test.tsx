/**
 * The side panel: entities, accounts, the account region and activity, by accessible name.
 *
 * @vitest-environment happy-dom
 */
import { act, fireEvent, screen, waitFor, within } from '@testing-library/preact'
import { describe, expect, test } from 'vitest'
import { SidePanelApp } from '../../components/screens/sidepanel/SidePanelApp.tsx'
import { account, accountDetail, frame, IDS, NOW, usd } from '../support/fixture-frames.ts'
import { renderPage } from '../support/page.tsx'

const accounts = () => screen.findByRole('table', { name: 'Accounts' })
const choose = (name: string, value: string): void => {
  fireEvent.change(screen.getByRole('combobox', { name }), { target: { value } })
}

describe('the side panel', () => {
  test('opens on the owner\u2019s own entity, with Accounts and Activity there unclicked', async () => {
    const { adapter } = renderPage(SidePanelApp)
    expect(await screen.findByRole('heading', { name: 'You' })).toBeTruthy()
    expect(within(await accounts()).getByRole('button', { name: 'Hub' })).toBeTruthy()
    expect(within(screen.getByRole('list', { name: 'Activity' })).getAllByRole('listitem')).toHaveLength(4)
    expect(adapter.views.at(-1)?.selectedEntityId).toBe(IDS.you)
  })

  test('Entities lists one\u2019s own and the simulated ones; choosing one looks at it from its first page', async () => {
    const { adapter } = renderPage(SidePanelApp)
    const list = await screen.findByRole('list', { name: 'Entities' })
    expect(
      within(list)
        .getAllByRole('button')
        .map((button) => button.textContent),
    ).toEqual(['You', 'Hub', 'Bob', 'Alice', 'Bakery'])
    expect(within(list).getByRole('button', { name: 'You' }).getAttribute('aria-current')).toBe('true')
    fireEvent.click(within(list).getByRole('button', { name: 'Hub' }))
    expect(adapter.views.at(-1)).toMatchObject({
      selectedEntityId: IDS.hub,
      accountPage: 1,
      activityPage: 1,
      selectedAccountId: null,
    })
  })

  test('sorting and paging are asked of the host: seven keys, two directions, four sizes', async () => {
    const { adapter } = renderPage(SidePanelApp)
    await accounts()
    const options = (name: string): number => screen.getByRole<HTMLSelectElement>('combobox', { name }).options.length
    expect([options('Sort by'), options('Page size')]).toEqual([7, 4])
    choose('Sort by', 'counterparty')
    expect(adapter.views.at(-1)).toMatchObject({ accountSortBy: 'counterparty', accountPage: 1 })
    choose('Page size', '50')
    expect(adapter.views.at(-1)).toMatchObject({ accountPageSize: 50, accountPage: 1 })
    fireEvent.click(screen.getByRole('button', { name: 'Descending' }))
    expect(adapter.views.at(-1)).toMatchObject({ accountSortDir: 'asc' })
    expect(await screen.findByRole('button', { name: 'Ascending' })).toBeTruthy()
  })

  test('Pages says where one is and turns the page', async () => {
    const page = {
      accounts: [account(IDS.hub, 'Hub')],
      page: 2,
      pageSize: 10,
      totalAccounts: 1_234,
      totalPages: 124,
      sortBy: 'balance',
      sortDir: 'desc',
    } as const
    const { adapter } = renderPage(SidePanelApp, { frame: frame({ accounts: page }) })
    const pages = await screen.findByRole('navigation', { name: 'Pages' })
    expect(pages.textContent).toContain('Page 2 of 124 (1,234 accounts)')
    fireEvent.click(within(pages).getByRole('button', { name: 'Next' }))
    expect(adapter.views.at(-1)?.accountPage).toBe(3)
    fireEvent.click(within(pages).getByRole('button', { name: 'Previous' }))
    expect(adapter.views.at(-1)?.accountPage).toBe(1)
  })

  test('the second column shows what the accounts are sorted by', async () => {
    const page = {
      accounts: [account(IDS.hub, 'Hub', { updatedAtHeight: 1_042 })],
      page: 1,
      pageSize: 20,
      totalAccounts: 1,
      totalPages: 1,
      sortBy: 'updated',
      sortDir: 'desc',
    } as const
    renderPage(SidePanelApp, { frame: frame({ accounts: page }) })
    const table = await accounts()
    expect(
      within(table)
        .getAllByRole('columnheader')
        .map((header) => header.textContent),
    ).toEqual(['Account', 'Last change'])
    expect(within(table).getAllByRole('cell')[1]?.textContent).toBe('Height 1,042')
  })

  test('a row opens the account\u2019s region: figures per token, holds, and the frames under Details', async () => {
    const { adapter } = renderPage(SidePanelApp)
    fireEvent.click(within(await accounts()).getByRole('button', { name: 'Hub' }))
    expect(adapter.views.at(-1)?.selectedAccountId).toBe(IDS.hub)
    const lock = { hashlock: '0x01', tokenId: 1, amount: usd(321), outgoing: true, expirySeconds: NOW / 1_000 + 3_600 }
    await act(() => adapter.push(frame({ height: 43, account: accountDetail({ locks: [lock] }) })))
    const region = await screen.findByRole('region', { name: 'Account with Hub' })
    expect(
      within(region)
        .getAllByRole('heading', { level: 3 })
        .map((heading) => heading.textContent),
    ).toEqual(['What if Hub vanished', 'Held by payments under way', 'Test world', 'Last frames'])
    expect(region.textContent).toContain('3.21 tUSD on its way out, until')
    expect(region.querySelector('details')?.textContent).toContain('Frame 7, proposed here')
    expect(region.querySelector('details')?.textContent).toContain('Frame 6, proposed by Hub')
    fireEvent.click(within(region).getByRole('button', { name: 'Close' }))
    await waitFor(() => expect(screen.queryByRole('region', { name: 'Account with Hub' })).toBe(null))
  })

  test('no accounts -- one sentence', async () => {
    const page = {
      accounts: [],
      page: 1,
      pageSize: 20,
      totalAccounts: 0,
      totalPages: 0,
      sortBy: 'balance',
      sortDir: 'desc',
    } as const
    renderPage(SidePanelApp, { frame: frame({ accounts: page }) })
    expect(await screen.findByText('No accounts yet.')).toBeTruthy()
  })
})
