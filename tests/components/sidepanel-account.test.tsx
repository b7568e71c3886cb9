/**
 * The account region: its tokens, what would be left without the other side, and what can be done in it.
 *
 * @vitest-environment happy-dom
 */
import { act, fireEvent, screen, waitFor, within } from '@testing-library/preact'
import { describe, expect, test } from 'vitest'
import { SidePanelApp } from '../../components/screens/sidepanel/SidePanelApp.tsx'
import type { AccountDetail, FrameView } from '../../runtime/radapter/types.ts'
import { accountDetail, frame, IDS, NOW, position, usd } from '../support/fixture-frames.ts'
import { renderPage } from '../support/page.tsx'
import { type as fill, press } from '../support/popup.tsx'

const open = async (patch: Partial<AccountDetail> = {}, view: Partial<FrameView> = {}) => {
  const { adapter } = renderPage(SidePanelApp)
  const accounts = await screen.findByRole('table', { name: 'Accounts' })
  fireEvent.click(within(accounts).getByRole('button', { name: 'Hub' }))
  await act(() => adapter.push({ ...frame({ height: 43, account: accountDetail(patch) }), ...view }))
  const region = await screen.findByRole('region', { name: 'Account with Hub' })
  return { adapter, region }
}

describe('tokens', () => {
  test('a row each: balance, what can be sent and received; a press looks at that token', async () => {
    const { adapter, region } = await open()
    const table = within(region).getByRole('table', { name: 'Tokens' })
    const rows = within(table)
      .getAllByRole('row')
      .map((row) => [...row.children].map((cell) => cell.textContent))
    expect(rows).toEqual([
      ['Token', 'Balance', 'You can send', 'You can receive'],
      ['tUSD', '500.00', '600.00', '600.00'],
      ['tETH', '2.00', '2.00', '2.00'],
    ])
    fireEvent.click(within(table).getByRole('button', { name: 'tETH' }))
    expect(adapter.views.at(-1)?.tokenId).toBe(2)
  })
})

describe('what if the other side vanished', () => {
  const facts = (region: HTMLElement): readonly string[] =>
    [...(region.querySelector('dl')?.children ?? [])].map((fact) => fact.textContent ?? '')

  test('collateral that is one\u2019s own, and nothing at risk', async () => {
    const { region } = await open()
    expect(facts(region)).toEqual(['Yours on the chain500.00 tUSD', 'At risk0.00 tUSD'])
    expect(region.textContent).toContain('The chain holds your part of the collateral for you, whatever Hub does.')
  })

  test('a promise at risk, and payments under way with the time by which they are decided', async () => {
    const lock = { hashlock: '0x01', tokenId: 1, amount: usd(321), outgoing: true, expirySeconds: NOW / 1_000 + 3_600 }
    const { region } = await open({ tokens: [position({ theirDebt: usd(500) })], locks: [lock] })
    expect(facts(region)).toEqual(['Yours on the chain500.00 tUSD', 'At risk5.00 tUSD', 'Under way3.21 tUSD'])
    expect(region.textContent).toContain('Hub owes you 5.00 tUSD beyond the collateral. That part rests on a promise.')
    expect(region.textContent).toContain('Payments under way are decided by')
  })

  test('what is owed stays owed', async () => {
    const { region } = await open({ tokens: [position({ outCollateral: 0n, ownDebt: usd(700) })] })
    expect(region.textContent).toContain('You owe Hub 7.00 tUSD.')
  })
})

describe('set credit limit', () => {
  const begin = async (patch: Partial<AccountDetail> = {}) => {
    const opened = await open(patch)
    opened.adapter.answer('account.setCreditLimit', () => ({ height: 44 }))
    press('Set credit limit')
    return opened
  }

  test('says what it is now, and what the typed one will mean, before it is set', async () => {
    const { adapter, region } = await begin()
    expect(region.textContent).toContain('Now 400.00 tUSD')
    fill('Credit limit', '1500')
    expect(region.textContent).toContain('Hub may then owe you up to 1,500.00 tUSD beyond the collateral.')
    press('Set the limit')
    await waitFor(() => expect(adapter.callsOf('account.setCreditLimit')).toHaveLength(1))
    expect(adapter.callsOf('account.setCreditLimit')[0]).toMatchObject({
      entityId: IDS.you,
      counterpartyId: IDS.hub,
      tokenId: 1,
      limit: usd(150_000),
    })
    expect((await screen.findByText('The limit is on its way to Hub.')).getAttribute('role')).toBe('status')
  })

  test('nothing is a limit too; one below the debt says what stays', async () => {
    const { region } = await begin({ tokens: [position({ theirDebt: usd(500) })] })
    fill('Credit limit', '3')
    expect(region.textContent).toContain('Hub owes you 5.00 tUSD already. That stays')
    fill('Credit limit', '0')
    expect(region.textContent).toContain('Hub owes you 5.00 tUSD already.')
  })

  test.each([
    ['', 'Type an amount.'],
    ['1,2,3', 'This is not an amount.'],
    ['0.0000001', 'tUSD has at most 6 decimals.'],
  ])('%j -- refused where it was typed, nothing is asked', async (amount, words) => {
    const { adapter } = await begin()
    fill('Credit limit', amount)
    press('Set the limit')
    expect((await screen.findByRole('alert')).textContent).toContain(words)
    expect(adapter.callsOf('account.setCreditLimit')).toEqual([])
  })
})

describe('add collateral', () => {
  test('from the reserve, with what moves where', async () => {
    const { adapter, region } = await open()
    adapter.answer('reserve.toCollateral', () => ({ height: 44 }))
    press('Add collateral')
    expect(region.textContent).toContain('Your reserve holds 500.00 tUSD')
    fill('Amount', '100')
    expect(region.textContent).toContain('100.00 tUSD moves from your reserve into this account, on the chain.')
    press('Add it')
    await waitFor(() => expect(adapter.callsOf('reserve.toCollateral')).toHaveLength(1))
    expect(adapter.callsOf('reserve.toCollateral')[0]).toMatchObject({ amount: usd(10_000), counterpartyId: IDS.hub })
  })

  test('more than there is -- have and need, and nothing is asked', async () => {
    const { adapter } = await open()
    press('Add collateral')
    fill('Amount', '500.01')
    expect((await screen.findByRole('alert')).textContent).toBe(
      'Your reserve holds 500.00 tUSD, but this needs 500.01 tUSD. Choose a smaller amount.',
    )
    press('Add it')
    expect(adapter.callsOf('reserve.toCollateral')).toEqual([])
  })

  test('refused by the host -- its have and need, which know what is already on its way', async () => {
    const { adapter } = await open()
    const reason = { type: 'insufficient_reserve', tokenId: 1, have: usd(2_000), need: usd(10_000) }
    adapter.refuse('reserve.toCollateral', { code: 'E_REJECTED', reason })
    press('Add collateral')
    fill('Amount', '100')
    press('Add it')
    expect((await screen.findByRole('alert')).textContent).toBe(
      'Your reserve holds 20.00 tUSD, but this needs 100.00 tUSD. Nothing left your wallet. Choose a smaller amount.',
    )
  })
})

describe('where nothing can be done', () => {
  test.each([
    ['frozen', { status: 'frozen' as const }, {}],
    ['opening', { status: 'opening' as const }, {}],
    ['read-only', {}, { role: 'reader' as const }],
  ])('%s -- the actions are there and off', async (_, patch, view) => {
    await open(patch, view)
    for (const name of ['Add collateral', 'Set credit limit'])
      expect(screen.getByRole<HTMLButtonElement>('button', { name }).disabled).toBe(true)
  })

  test('somebody else\u2019s account -- none', async () => {
    const entities = frame().entities.map((entity) => ({ ...entity, isOwn: false }))
    await open({}, { entities })
    expect(screen.queryByRole('button', { name: 'Add collateral' })).toBe(null)
  })
})
