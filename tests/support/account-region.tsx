/** The side panel with an account opened, as a host shows it; and the quotes such a host gives. */
import { act, fireEvent, screen, within } from '@testing-library/preact'
import { SidePanelApp } from '../../components/screens/sidepanel/SidePanelApp.tsx'
import type { AccountDetail, FrameView, RpcMethods } from '../../runtime/radapter/types.ts'
import type { FakeAdapter } from './fake-radapter.ts'
import { accountDetail, type FramePatch, frame, position, usd } from './fixture-frames.ts'
import { renderPage } from './page.tsx'

type Quote = RpcMethods['move.quote']['result']
type Change = Quote['changes'][number]

export const OWN_ADDRESS = '0x023E00DF7b55DE949E4AA7312d843D505e607751'
export const OTHER_ADDRESS = '0x52908400098527886E0F7030069857D2E4169EE7'

export type Opened = { readonly adapter: FakeAdapter; readonly region: HTMLElement }

/** A view with this account in it. */
export const withAccount = (patch: Partial<AccountDetail> = {}, view: FramePatch = {}): FrameView =>
  frame({ height: 43, ...view, account: accountDetail(patch) })

export const openAccount = async (patch: Partial<AccountDetail> = {}, view: FramePatch = {}): Promise<Opened> => {
  const { adapter } = renderPage(SidePanelApp)
  adapter.answer('purse.get', () => ({
    address: OWN_ADDRESS,
    tokens: [
      { tokenId: 1, amount: usd(25_000) },
      { tokenId: 2, amount: 10n ** 18n },
    ],
  }))
  const accounts = await screen.findByRole('table', { name: 'Accounts' })
  fireEvent.click(within(accounts).getByRole('button', { name: 'Hub' }))
  await act(() => adapter.push(withAccount(patch, view)))
  const region = await screen.findByRole('region', { name: 'Account with Hub' })
  return { adapter, region }
}

export const change = (patch: Partial<Change> = {}): Change => ({
  tokenId: 1,
  address: null,
  reserve: { before: usd(50_000), after: usd(40_000) },
  account: null,
  ...patch,
})

export const moveQuote = (patch: Partial<Quote> = {}): Quote => ({
  changes: [change()],
  moves: [],
  address: null,
  gas: null,
  ...patch,
})

/** 100 tUSD leave the account for the reserve. */
export const settled: Change = change({
  reserve: { before: usd(50_000), after: usd(60_000) },
  account: { before: position(), after: position({ outCollateral: usd(40_000) }) },
})
