/**
 * The history on a page: filters, a search, pages, one entry in full, the balance as a line, and a file of all of it.
 *
 * @vitest-environment happy-dom
 */
import { act, fireEvent, screen, waitFor, within } from '@testing-library/preact'
import { describe, expect, test, vi } from 'vitest'
import { exportFile } from '../../components/models/activity-export.ts'
import { SidePanelApp } from '../../components/screens/sidepanel/SidePanelApp.tsx'
import type { ActivityEntry, FrameView } from '../../runtime/radapter/types.ts'
import { entry, frame, IDS, PAYMENT_ID, PREIMAGE, TETH, TUSD, usd } from '../support/fixture-frames.ts'
import { renderPage } from '../support/page.tsx'
import { openDetails, press } from '../support/popup.tsx'

const activity = (patch: Partial<NonNullable<FrameView['activity']>> = {}): FrameView => {
  const shown = frame().activity
  if (shown === null) throw new Error('the fixture has a history')
  return frame({ activity: { ...shown, ...patch } })
}
const choose = (name: string, value: string): void => {
  fireEvent.change(screen.getByRole('combobox', { name }), { target: { value } })
}
const list = () => screen.findByRole('list', { name: 'Activity' })

describe('what is shown', () => {
  test('six filters and every token, asked of the host, each from the first page', async () => {
    const { adapter } = renderPage(SidePanelApp)
    await list()
    const names = [...screen.getByRole<HTMLSelectElement>('combobox', { name: 'Show' }).options].map(({ text }) => text)
    expect(names).toEqual(['All', 'Sent', 'Received', 'Pending', 'Failed', 'On chain'])
    choose('Show', 'chain')
    expect(adapter.views.at(-1)).toMatchObject({ activityFilter: 'chain', activityPage: 1 })
    choose('In', '2')
    expect(adapter.views.at(-1)).toMatchObject({ activityFilter: 'chain', activityTokenId: 2 })
    choose('In', '0')
    expect(adapter.views.at(-1)?.activityTokenId).toBe(null)
    fireEvent.input(screen.getByRole('searchbox', { name: 'Search activity' }), { target: { value: 'cake' } })
    expect(adapter.views.at(-1)).toMatchObject({ activitySearch: 'cake', activityFilter: 'chain' })
  })

  test('nothing matches -- said, with the way back to everything', async () => {
    const { adapter } = renderPage(SidePanelApp, { frame: activity({ entries: [], totalEntries: 0 }) })
    await list()
    expect(screen.getByText('Nothing has moved yet. Every payment will stand here.')).toBeTruthy()
    choose('Show', 'failed')
    expect(await screen.findByText('Nothing like this has happened.')).toBeTruthy()
    press('Show everything')
    expect(adapter.views.at(-1)).toMatchObject({ activityFilter: 'all', activitySearch: '', activityTokenId: null })
  })

  test('numbered pages', async () => {
    const { adapter } = renderPage(SidePanelApp, {
      frame: activity({ page: 2, totalPages: 1_234, totalEntries: 24_680 }),
    })
    const pages = await screen.findByRole('navigation', { name: 'Pages of activity' })
    expect(pages.textContent).toContain('Page 2 of 1,234 (24,680)')
    fireEvent.click(within(pages).getByRole('button', { name: 'Next' }))
    expect(adapter.views.at(-1)?.activityPage).toBe(3)
    fireEvent.click(within(pages).getByRole('button', { name: 'Previous' }))
    expect(adapter.views.at(-1)?.activityPage).toBe(1)
  })

  test('another entity -- looked at without the filters of the one before', async () => {
    const { adapter } = renderPage(SidePanelApp)
    await list()
    choose('Show', 'failed')
    fireEvent.click(within(screen.getByRole('list', { name: 'Entities' })).getByRole('button', { name: 'Hub' }))
    expect(adapter.views.at(-1)).toMatchObject({ activityFilter: 'all', activityTokenId: null, activitySearch: '' })
  })
})

describe('one entry', () => {
  const open = async (shown: ActivityEntry, seen: Partial<FrameView> = {}) => {
    const opened = renderPage(SidePanelApp, { frame: { ...activity({ entries: [shown] }), ...seen } })
    fireEvent.click(within(await list()).getByRole('button'))
    return { ...opened, region: await screen.findByRole('region', { name: 'Receipt' }) }
  }

  test('who, how much, when; what proves it lies under Details, with the frames that carried it', async () => {
    const { adapter, region } = await open(entry({ memo: 'Coffee' }))
    const hash = `0x${'77'.repeat(32)}`
    adapter.answer('activity.detail', () => ({ entry: { ...entry(), balance: usd(750) }, frameHashes: [hash] }))
    expect(region.textContent).toContain('Coffee')
    const details = region.querySelector('details')
    openDetails(region)
    await waitFor(() => expect(details?.textContent).toContain(hash))
    expect([details?.textContent?.includes(PAYMENT_ID), details?.textContent?.includes(PREIMAGE)]).toEqual([true, true])
    expect(details?.textContent).toContain('Balance after7.50 tUSD')
    expect(adapter.callsOf('activity.detail')).toEqual([{ entityId: IDS.you, id: 'payment-1', height: null }])
  })

  test('in the past -- as it stood then; a balance that did not move is not spoken of', async () => {
    const { adapter, region } = await open(entry(), { live: false, height: 7 })
    adapter.answer('activity.detail', () => ({ entry: { ...entry(), balance: null }, frameHashes: [] }))
    openDetails(region)
    await waitFor(() => expect(region.textContent).toContain('No frame is kept for this.'))
    expect(region.textContent).not.toContain('Balance after')
    expect(adapter.callsOf('activity.detail')).toEqual([{ entityId: IDS.you, id: 'payment-1', height: 7 }])
  })

  test('a failure says why, and that the money is back', async () => {
    const { adapter, region } = await open(entry({ status: 'failed', failure: 'expired', proof: null }))
    adapter.answer('activity.detail', () => ({ entry: { ...entry(), balance: null }, frameHashes: [] }))
    expect(region.textContent).toContain('It took too long and was given up.')
    openDetails(region)
    await waitFor(() => expect(region.textContent).toContain('No frame is kept for this.'))
  })
})

describe('the balance as a line', () => {
  test('for the eye a picture, for everybody else a sentence', async () => {
    renderPage(SidePanelApp)
    const sentence = 'Balance after each change, the last 1,000.00 tUSD. Lowest 0.00 tUSD, highest 1,000.00 tUSD.'
    const line = (await screen.findByText(sentence)).previousElementSibling
    expect(line?.getAttribute('aria-hidden')).toBe('true')
    expect(line?.querySelector('path')?.getAttribute('d')).toBe('M0.00 38.00L50.00 20.00L100.00 2.00')
  })

  test('one point or none -- no line', async () => {
    renderPage(SidePanelApp, { frame: activity({ balances: [] }) })
    await list()
    expect(screen.queryByText(/Balance after each change/)).toBe(null)
  })
})

describe('a file', () => {
  const tokenOf = (tokenId: number) => (tokenId === 2 ? TETH : TUSD)
  const exported = (patch: Partial<ActivityEntry> = {}, balance: bigint | null = null) => ({ ...entry(patch), balance })
  const rowsOf = (entries: readonly ReturnType<typeof exported>[]): readonly string[] =>
    exportFile(entries, { format: 'csv', tokenOf, name: 'You' }).text.split('\r\n')

  test('CSV -- exact amounts, the direction apart, one line each', () => {
    const [head, first, second, end] = rowsOf([
      exported({ amount: 123_456_789_012_345_678n, fee: 1n, tokenId: 2, memo: 'a, "b"\nc' }),
      exported({ kind: 'payment_in', status: 'received', amount: usd(5), proof: null, fee: 0n }, -5_000n),
    ])
    expect(head).toBe(
      'time,status,kind,direction,counterparty,counterpartyId,amount,fee,token,memo,failure,paymentId,hashlock,preimage,height,balance',
    )
    expect(first).toContain(',sent,payment_out,out,Bob,')
    expect(first).toContain(',0.123456789012345678,0.000000000000000001,tETH,"a, ""b""\nc",')
    expect(second).toContain(',received,payment_in,in,Bob,')
    expect(second).toContain(',0.05,0,tUSD,,,,,,42,-0.005')
    expect(end).toBe('')
  })

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])('%j -- is no formula in a spreadsheet', (memo) => {
    const [, row] = rowsOf([exported({ memo })])
    expect(row?.includes(`,${memo}`)).toBe(false)
    expect(exportFile([exported({ memo })], { format: 'csv', tokenOf, name: '' }).text).toContain(`'${memo}`)
  })

  test('no cell of a whole history could be taken for a formula', () => {
    const text = exportFile(
      (frame().activity?.entries ?? []).map((one) => ({ ...one, balance: null })),
      { format: 'csv', tokenOf, name: '' },
    ).text
    expect(text.split(/[,\r\n]+/).filter((cell) => /^[=+\-@]/.test(cell))).toEqual([])
  })

  test('JSON -- the same, untouched', () => {
    const { text, name } = exportFile([exported({ memo: '=1+1', amount: usd(-0) })], {
      format: 'json',
      tokenOf,
      name: 'Household & Co. ../x',
    })
    expect(JSON.parse(text)).toMatchObject([{ memo: '=1+1', amount: '0', token: 'tUSD', preimage: PREIMAGE }])
    expect(name).toBe('activity-household-co-x.json')
  })

  test('a press reads all that matches, part by part, and saves one file', async () => {
    const made: Blob[] = []
    vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
      made.push(blob as Blob)
      return 'blob:x'
    })
    const { adapter } = renderPage(SidePanelApp)
    await list()
    choose('Show', 'sent')
    await act(() => adapter.push(activity()))
    adapter.answer('activity.export', ({ before }) =>
      before === null ? { entries: [exported()], before: 7 } : { entries: [exported({ memo: 'older' })], before: null },
    )
    press('Export CSV')
    expect(await screen.findByText('2 entries were saved.')).toBeTruthy()
    expect(adapter.callsOf('activity.export').map(({ before, activityFilter }) => [before, activityFilter])).toEqual([
      [null, 'sent'],
      [7, 'sent'],
    ])
    expect((await made[0]?.text())?.trim().split('\r\n')).toHaveLength(3)
    vi.restoreAllMocks()
  })

  test('refused on the way -- nothing is saved, and it says so', async () => {
    const made = vi.spyOn(URL, 'createObjectURL')
    const { adapter } = renderPage(SidePanelApp)
    await list()
    adapter.refuse('activity.export', { code: 'E_NOT_FOUND' })
    press('Export JSON')
    expect(await screen.findByText(/Nothing was saved/)).toBeTruthy()
    expect(made).not.toHaveBeenCalled()
    vi.restoreAllMocks()
  })
})
