/**
 * The account region: its tokens, what would be left without the other side, and what can be done in it.
 *
 * @vitest-environment happy-dom
 */
import { act, fireEvent, screen, within } from '@testing-library/preact'
import { describe, expect, test } from 'vitest'
import { SidePanelApp } from '../../components/screens/sidepanel/SidePanelApp.tsx'
import type { AccountDetail, FrameView } from '../../runtime/radapter/types.ts'
import { accountDetail, frame, NOW, position, usd } from '../support/fixture-frames.ts'
import { renderPage } from '../support/page.tsx'

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
    expect(facts(region)).toEqual([
      'Yours on the chain500.00 tUSD',
      'At risk0.00 tUSD',
      expect.stringMatching(/^Open again by/),
    ])
    expect(region.textContent).toContain('The chain holds your part of the collateral for you, whatever Hub does.')
  })

  test('a promise at risk, and payments under way with the time by which they are decided', async () => {
    const lock = { hashlock: '0x01', tokenId: 1, amount: usd(321), outgoing: true, expirySeconds: NOW / 1_000 + 3_600 }
    const { region } = await open({ tokens: [position({ theirDebt: usd(500) })], locks: [lock] })
    expect(facts(region).slice(0, 3)).toEqual([
      'Yours on the chain500.00 tUSD',
      'At risk5.00 tUSD',
      'Under way3.21 tUSD',
    ])
    expect(region.textContent).toContain('Hub owes you 5.00 tUSD beyond the collateral. That part rests on a promise.')
    expect(region.textContent).toContain('Payments under way are decided by')
  })

  test('what is owed stays owed', async () => {
    const { region } = await open({ tokens: [position({ outCollateral: 0n, ownDebt: usd(700) })] })
    expect(region.textContent).toContain('You owe Hub 7.00 tUSD.')
  })

  test('by when this browser has to run again, and why a test chain does not mind', async () => {
    const { region } = await open({ ownResponseSeconds: 7 * 86_400 })
    expect(region.textContent).toContain('has to leave you 7 days to answer')
    expect(region.textContent).toContain('This test chain stands still while the browser is closed')
  })

  test('where nothing can be lost -- not a word of it', async () => {
    const { region } = await open({ lastSafe: null })
    expect(region.textContent).not.toContain('Open again by')
  })
})
