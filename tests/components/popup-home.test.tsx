/**
 * Home, Activity and Settings of the popup, by accessible name.
 *
 * @vitest-environment happy-dom
 */
import { fireEvent, screen, waitFor, within } from '@testing-library/preact'
import { describe, expect, test, vi } from 'vitest'
import { PopupApp } from '../../components/screens/popup/PopupApp.tsx'
import { balance, entry, frame, PAYMENT_ID, PREIMAGE, position, usd } from '../support/fixture-frames.ts'
import { renderPage } from '../support/page.tsx'
import { openPopover } from '../support/popover.ts'
import { openDetails, press } from '../support/popup.tsx'

const button = (name: string): HTMLElement => screen.getByRole('button', { name })

describe('Home', () => {
  test('opens on the balance, what can be sent, and the five ways on', async () => {
    renderPage(PopupApp)
    const region = await screen.findByRole('region', { name: 'Balance' })
    expect(region.textContent).toContain('1,000.00 tUSD')
    expect(region.textContent).toContain('You can send 600.00 tUSD')
    for (const name of ['Pay', 'Receive', 'Activity', 'Open side panel', 'Settings', 'Runtime: Simnet', 'Lock'])
      expect(button(name)).toBeTruthy()
  })

  test('the balance is never rounded up', async () => {
    const odd = balance({ total: usd(99_999) + 9_999n, position: position({ outbound: usd(10) + 9_999n }) })
    renderPage(PopupApp, { frame: frame({ entity: { balances: [odd] } }) })
    const region = await screen.findByRole('region', { name: 'Balance' })
    expect(region.textContent).toContain('999.999999 tUSD')
    expect(region.textContent).toContain('0.109999 tUSD')
  })

  test('a balance too long for its type loses decimals, rounded down, and keeps them in its title', async () => {
    const long = balance({ total: usd(1_234_567_89) + 9_999n })
    renderPage(PopupApp, { frame: frame({ entity: { balances: [long] } }) })
    const region = await screen.findByRole('region', { name: 'Balance' })
    expect(region.textContent).toContain('1,234,567.89 tUSD')
    expect(within(region).getByTitle('1,234,567.899999 tUSD')).toBeTruthy()
  })

  test('Latest lists the last three, newest first', async () => {
    renderPage(PopupApp)
    const list = await screen.findByRole('list', { name: 'Latest' })
    const names = (): readonly (string | null)[] =>
      within(list)
        .getAllByRole('listitem')
        .map((row) => within(row).getByRole('button').textContent)
    // One less beside the reminder, so that neither is out of sight.
    expect(names()).toEqual(['Bob', 'Alice'])
    press('I have them')
    await waitFor(() => expect(names()).toEqual(['Bob', 'Alice', 'Bakery']))
  })

  test('tapping the number hides every amount, tapping again shows them', async () => {
    renderPage(PopupApp)
    const region = await screen.findByRole('region', { name: 'Balance' })
    fireEvent.click(within(region).getByTitle('Hide amounts'))
    await waitFor(() => expect(region.textContent).toContain('Hidden'))
    expect(screen.getByRole('list', { name: 'Latest' }).textContent).not.toContain('3.21')
    fireEvent.click(within(region).getByTitle('Show amounts'))
    await waitFor(() => expect(region.textContent).toContain('1,000.00 tUSD'))
  })

  test('another token is looked at by its own button', async () => {
    const { adapter } = renderPage(PopupApp)
    await screen.findByRole('region', { name: 'Balance' })
    fireEvent.click(button('tETH'))
    await waitFor(() => expect(screen.getByRole('region', { name: 'Balance' }).textContent).toContain('10.00 tETH'))
    expect(adapter.views.at(-1)?.tokenId).toBe(2)
  })

  test('nothing has moved yet -- one sentence, and the list is still there', async () => {
    renderPage(PopupApp, {
      frame: frame({ activity: { entries: [], page: 1, totalPages: 0, totalEntries: 0, balances: [] } }),
    })
    expect(await screen.findByText('Nothing has moved yet. Your first payment will stand here.')).toBeTruthy()
    expect(screen.getByRole('list', { name: 'Latest' })).toBeTruthy()
  })

  test('Open side panel asks the entrypoint within the click', async () => {
    const { opened } = renderPage(PopupApp)
    await screen.findByRole('region', { name: 'Balance' })
    fireEvent.click(button('Open side panel'))
    expect(opened).toEqual(['sidepanel'])
  })

  test('Lock asks the host and shows nothing until it answers', async () => {
    const { adapter } = renderPage(PopupApp)
    await screen.findByRole('region', { name: 'Balance' })
    fireEvent.click(button('Lock'))
    expect(adapter.callsOf('wallet.lock')).toHaveLength(1)
    expect(screen.getByRole('region', { name: 'Balance' })).toBeTruthy()
  })

  test('the header says which world this is and that its money is test money', async () => {
    renderPage(PopupApp)
    const header = await screen.findByRole('banner')
    expect(header.textContent).toContain('Test money')
    openPopover(within(header).getByRole('button', { name: 'Runtime: Simnet' }))
    await within(header).findByRole('menu', { name: 'Runtimes' })
    expect(header.textContent).toContain('Simnet (31337)')
    expect(header.textContent).toContain('worth nothing outside it')
  })
})

describe('Activity in the popup', () => {
  test('a row of Latest leads to its receipt, with the proof', async () => {
    renderPage(PopupApp)
    const list = await screen.findByRole('list', { name: 'Latest' })
    fireEvent.click(within(list).getByRole('button', { name: 'Bob' }))
    const receipt = await screen.findByRole('region', { name: 'Receipt' })
    expect(receipt.textContent).toContain('it proves the payment')
    openDetails(receipt)
    await waitFor(() => expect(receipt.textContent).toContain(PAYMENT_ID))
    expect(receipt.textContent).toContain(PREIMAGE)
  })

  test('a payment without an invoice claims no proof', async () => {
    const proof = { paymentId: PAYMENT_ID, hashlock: '0x00', preimage: PREIMAGE, isProof: false }
    const activity = { entries: [entry({ proof })], page: 1, totalPages: 1, totalEntries: 1, balances: [] }
    renderPage(PopupApp, { frame: frame({ activity }) })
    const list = await screen.findByRole('list', { name: 'Latest' })
    fireEvent.click(within(list).getByRole('button', { name: 'Bob' }))
    const receipt = await screen.findByRole('region', { name: 'Receipt' })
    expect(receipt.textContent).toContain('proves nothing about the recipient')
  })

  test('each row says who, how much, the fee apart, how it ended and when', async () => {
    renderPage(PopupApp)
    fireEvent.click(await screen.findByRole('button', { name: 'Activity' }))
    const rows = within(await screen.findByRole('list', { name: 'Activity' })).getAllByRole('listitem')
    const texts = rows.map((row) => row.textContent)
    expect(texts[0]).toMatch(/^BobSent .*-3\.21 tUSDFee 0\.00321 tUSD$/)
    expect(texts[1]).toMatch(/^AliceReceived .*\+12\.50 tUSD$/)
    expect(texts[2]).toMatch(/^BakeryFailed .*-4\.80 tUSDFee 0\.0048 tUSD$/)
    expect(texts[3]).toMatch(/^DepositReceived .*\+1,000\.00 tUSD$/)
  })

  test('the search is the host\u2019s: the view is asked for, nothing is filtered here', async () => {
    const { adapter } = renderPage(PopupApp)
    fireEvent.click(await screen.findByRole('button', { name: 'Activity' }))
    fireEvent.input(await screen.findByRole('searchbox', { name: 'Search activity' }), { target: { value: 'bread' } })
    expect(adapter.views.at(-1)).toMatchObject({ activitySearch: 'bread', activityPage: 1 })
    expect(within(screen.getByRole('list', { name: 'Activity' })).getAllByRole('listitem')).toHaveLength(4)
  })

  test('Esc goes back to Home, where the search is over', async () => {
    const { adapter } = renderPage(PopupApp)
    fireEvent.click(await screen.findByRole('button', { name: 'Activity' }))
    fireEvent.input(await screen.findByRole('searchbox', { name: 'Search activity' }), { target: { value: 'bread' } })
    fireEvent.keyDown(document, { key: 'Escape' })
    expect(await screen.findByRole('region', { name: 'Balance' })).toBeTruthy()
    expect(adapter.views.at(-1)?.activitySearch).toBe('')
  })
})

describe('Settings', () => {
  test('the auto-lock shows what the host says, and changes only once it says so', async () => {
    const { adapter } = renderPage(PopupApp)
    fireEvent.click(await screen.findByRole('button', { name: 'Settings' }))
    const select = await screen.findByRole<HTMLSelectElement>('combobox', { name: 'Lock after' })
    expect(select.value).toBe('15')
    fireEvent.change(select, { target: { value: '5' } })
    expect(adapter.callsOf('wallet.setAutoLock')).toEqual([{ minutes: 5 }])
  })

  test('the appearance is put on the page and kept', async () => {
    const { ui } = renderPage(PopupApp)
    fireEvent.click(await screen.findByRole('button', { name: 'Settings' }))
    fireEvent.change(await screen.findByRole('combobox', { name: 'Colours' }), { target: { value: 'dark' } })
    await waitFor(() => expect(document.documentElement.dataset.theme).toBe('dark'))
    expect(ui.host.preferences.current.value.theme).toBe('dark')
    fireEvent.change(screen.getByRole('combobox', { name: 'Colours' }), { target: { value: 'system' } })
    await waitFor(() => expect(document.documentElement.dataset.theme).toBe(undefined))
  })

  test('another currency -- off, and no other word of it; chosen, test money is said to be worth nothing in it', async () => {
    const { ui } = renderPage(PopupApp)
    expect((await screen.findByRole('region', { name: 'Balance' })).textContent).not.toContain('worth nothing')
    press('Settings')
    const name = 'Show amounts in another currency'
    const select = await screen.findByRole<HTMLSelectElement>('combobox', { name })
    expect([select.value, select.options[0]?.textContent]).toEqual(['off', 'Off'])
    expect(screen.getByText('Test money is worth nothing, so it has no rate.')).toBeTruthy()
    fireEvent.change(select, { target: { value: 'EUR' } })
    await waitFor(() => expect(ui.host.preferences.current.value.currency).toBe('EUR'))
    press('Back')
    const region = await screen.findByRole('region', { name: 'Balance' })
    expect(region.textContent).toContain('Test money is worth nothing in Euro.')
  })

  test('everything the wallet can do is one press away, and its keys are shown', async () => {
    renderPage(PopupApp)
    fireEvent.click(await screen.findByRole('button', { name: 'Settings' }))
    const row = await screen.findByRole('button', { name: 'Everything this wallet can do' })
    expect(row.getAttribute('aria-keyshortcuts')).toBe('Control+K')
    expect(row.textContent).toContain('Ctrl K')
    fireEvent.click(row)
    expect(await screen.findByRole('dialog', { name: 'Commands' })).toBeTruthy()
  })

  test('About -- a report for whoever helps: states and heights, and nobody\u2019s name, id or money', async () => {
    const writeText = vi.fn(() => Promise.resolve())
    vi.stubGlobal('navigator', { ...navigator, userAgent: 'A browser', language: 'en-US', clipboard: { writeText } })
    const { ui } = renderPage(PopupApp)
    fireEvent.click(await screen.findByRole('button', { name: 'Settings' }))
    fireEvent.click(await screen.findByRole('button', { name: 'Copy a report' }))
    vi.unstubAllGlobals()
    const lines = [
      'version: 0.1.0',
      'browser: A browser',
      'language: en',
      'wallet: unlocked',
      'runtime: running',
      'storage: ok',
      'connection: connected',
      'trouble: none',
      'reason: none',
    ]
    const report = writeText.mock.calls.flat().join()
    expect(report.split('\n').slice(0, lines.length)).toEqual(lines)
    for (const { entityId, label } of ui.session.frameView.value?.directory ?? [])
      expect([entityId, label].filter((told) => report.includes(told))).toEqual([])
    expect(report).not.toContain('tUSD')
    expect(screen.getByText(/^Pin the icon/)).toBeTruthy()
  })
})
