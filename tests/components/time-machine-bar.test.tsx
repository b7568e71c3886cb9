/**
 * The time machine at the foot of the side panel: its names, its keys, what it says, and what is no longer offered.
 *
 * @vitest-environment happy-dom
 */
import { readdirSync } from 'node:fs'
import { act, fireEvent, screen, waitFor, within } from '@testing-library/preact'
import { describe, expect, test, vi } from 'vitest'
import { TX_WORDS } from '../../components/models/changes.ts'
import { languageFor } from '../../components/models/text.ts'
import { SidePanelApp } from '../../components/screens/sidepanel/SidePanelApp.tsx'
import { RAdapterError } from '../../runtime/radapter/errors.ts'
import type { AccountDetail, FrameView } from '../../runtime/radapter/types.ts'
import { accountDetail, balance, frame, IDS, NOW, position, usd } from '../support/fixture-frames.ts'
import { renderPage } from '../support/page.tsx'

const CHECKPOINTS = [5, 10, 15, 20, 25, 30, 35, 40].map((height) => ({ height, timestamp: NOW }))
/** Three minutes, and a while. */
const AGO_MS = 3.5 * 60_000

/** With another balance at every height. */
const pastFrame = (height: number, patch: Partial<FrameView> = {}): FrameView => ({
  ...frame({
    height,
    timestamp: Date.now() - AGO_MS,
    entity: { balances: [balance({ total: usd(height * 100) })] },
  }),
  live: false,
  ...patch,
})

const slider = (): HTMLInputElement => screen.getByRole('slider', { name: 'Time machine' })
const button = (name: string): HTMLButtonElement => screen.getByRole('button', { name })
const bar = (): HTMLElement => screen.getByRole('region', { name: 'Time machine' })
const slide = (height: number): void => {
  fireEvent.input(slider(), { target: { value: String(height) } })
}
const looksAt = (height: number): Promise<HTMLElement> =>
  screen.findByText(new RegExp(`^You are looking at height ${height},`))

const open = async (at = pastFrame) => {
  const page = renderPage(SidePanelApp, { frame: frame({ height: 30 }) })
  page.adapter.answerPast(({ height }) => at(height))
  await screen.findByRole('slider', { name: 'Time machine' })
  page.adapter.keep(CHECKPOINTS)
  await act(() => page.adapter.push(frame({ height: 42 })))
  return page
}

describe('the bar', () => {
  test('in the present -- from the first height to the newest, at its end, and nothing said', async () => {
    await open()
    expect([slider().min, slider().max, slider().step, slider().value]).toEqual(['1', '42', '1', '42'])
    expect(slider().getAttribute('aria-valuetext')).toBe('Live, height 42')
    expect(button('Live').getAttribute('aria-pressed')).toBe('true')
    expect(button('Next frame').getAttribute('aria-disabled')).toBe('true')
    expect(within(bar()).queryByRole('status')).toBe(null)
  })

  test('every checkpoint is a dot of one path', async () => {
    await open()
    const paths = bar().querySelectorAll('svg:has(+ input) path')
    expect(paths).toHaveLength(1)
    expect(paths[0]?.getAttribute('d')?.match(/M/g)).toHaveLength(CHECKPOINTS.length)
  })

  test('slid -- the same components show that moment; Live shows the present', async () => {
    await open()
    slide(12)
    await looksAt(12)
    const selected = screen.getByRole('region', { name: 'Selected entity' })
    expect(selected.textContent).toContain('12.00 tUSD')
    expect(within(bar()).getByRole('status').textContent).toMatch(
      /^You are looking at height 12, 3 min\. ago.+\. Nothing can be changed here\.$/,
    )
    expect([slider().value, slider().getAttribute('aria-valuetext')]).toEqual(['12', 'Height 12'])
    fireEvent.click(button('Live'))
    await waitFor(() => expect(within(bar()).queryByRole('status')).toBe(null))
    expect(selected.textContent).toContain('1,000.00 tUSD')
    expect(slider().value).toBe('42')
  })

  test('steps, and the keys of a checkpoint', async () => {
    await open()
    fireEvent.click(button('Previous frame'))
    await looksAt(41)
    for (const [key, height] of [
      ['PageDown', 40],
      ['PageDown', 35],
      ['PageUp', 40],
    ] as const) {
      expect(fireEvent.keyDown(slider(), { key })).toBe(false)
      await looksAt(height)
    }
    // These are the slider's own.
    for (const key of ['ArrowLeft', 'ArrowRight', 'Home', 'End'])
      expect(fireEvent.keyDown(slider(), { key })).toBe(true)
    fireEvent.click(button('Next frame'))
    await looksAt(41)
    fireEvent.click(button('Next frame'))
    await waitFor(() => expect(button('Live').getAttribute('aria-pressed')).toBe('true'))
  })

  test('a frame that comes while it is dragged -- moves nothing under the hand; the end is still the present', async () => {
    const { adapter } = await open()
    fireEvent.pointerDown(slider())
    slide(30)
    await looksAt(30)
    await act(() => adapter.push(frame({ height: 60 })))
    expect([slider().max, slider().value]).toEqual(['42', '30'])
    slide(42)
    await waitFor(() => expect(button('Live').getAttribute('aria-pressed')).toBe('true'))
    fireEvent.pointerUp(slider())
    await waitFor(() => expect(slider().max).toBe('60'))
  })

  test('a height that is no longer kept -- said, with the nearest that is', async () => {
    const { adapter } = await open()
    adapter.answerPast(() => Promise.reject(new RAdapterError({ code: 'E_NOT_FOUND', message: '', retryable: false })))
    slide(13)
    expect((await within(bar()).findByRole('alert')).textContent).toBe(
      'Height 13 is no longer kept. The nearest checkpoint is 15.',
    )
    expect(slider().value).toBe('42')
  })

  test('what was made later -- said to be not there yet', async () => {
    await open((height) => pastFrame(height, { selectedEntity: null, accounts: null, activity: null }))
    slide(2)
    await looksAt(2)
    expect(within(bar()).getByRole('status').textContent).toContain('What you look at was not there yet.')
    expect(screen.queryByRole('table', { name: 'Accounts' })).toBe(null)
    fireEvent.click(button('Live'))
    expect(await screen.findByRole('table', { name: 'Accounts' })).toBeTruthy()
  })

  test('in German', async () => {
    const language = await languageFor('de-DE')
    const { adapter } = renderPage(SidePanelApp, { locale: 'de-DE', language, frame: frame({ height: 1_042 }) })
    adapter.answerPast(({ height }) => pastFrame(height))
    fireEvent.input(await screen.findByRole('slider', { name: 'Zeitmaschine' }), { target: { value: '1012' } })
    expect(await screen.findByText('Du siehst Höhe 1.012, vor 3 Min.')).toBeTruthy()
    expect(button('Jetzt').getAttribute('aria-pressed')).toBe('false')
  })
})

describe('in the past', () => {
  test('sort, page, search and entity are asked of the same height', async () => {
    const { adapter } = await open((height) =>
      pastFrame(height, {
        accounts: {
          accounts: [],
          page: 1,
          pageSize: 10,
          totalAccounts: 30,
          totalPages: 3,
          sortBy: 'balance',
          sortDir: 'desc',
        },
      }),
    )
    slide(12)
    await looksAt(12)
    const asked = async (patch: object): Promise<void> => {
      // Between them checkpoints are asked for ahead.
      const here = (): object | undefined => adapter.pastCalls.findLast(({ height }) => height === 12)?.view
      await waitFor(() => expect(here()).toMatchObject(patch))
    }
    fireEvent.change(screen.getByRole('combobox', { name: 'Sort by' }), { target: { value: 'inbound' } })
    await asked({ accountSortBy: 'inbound' })
    fireEvent.click(within(screen.getByRole('navigation', { name: 'Pages' })).getByRole('button', { name: 'Next' }))
    await asked({ accountPage: 2 })
    fireEvent.input(screen.getByRole('searchbox', { name: 'Search activity' }), { target: { value: 'bob' } })
    await asked({ activitySearch: 'bob' })
    fireEvent.click(within(screen.getByRole('list', { name: 'Entities' })).getByRole('button', { name: 'Hub' }))
    await asked({ selectedEntityId: IDS.hub, activitySearch: '' })
  })

  test('nothing is offered that changes anything; a form that was open is gone, and none of it is sent', async () => {
    const { adapter } = await open((height) => pastFrame(height, { account: accountDetail() }))
    fireEvent.click(within(screen.getByRole('table', { name: 'Accounts' })).getByRole('button', { name: 'Hub' }))
    await act(() => adapter.push(frame({ height: 42, account: accountDetail() })))
    const region = await screen.findByRole('region', { name: 'Account with Hub' })
    fireEvent.click(within(region).getByRole('button', { name: 'Set credit limit' }))
    expect(within(region).getByRole('textbox', { name: 'Credit limit' })).toBeTruthy()
    slide(12)
    await looksAt(12)
    expect(within(region).queryByRole('textbox')).toBe(null)
    await within(region).findByRole('button', { name: 'Export proof' })
    const offered = within(region)
      .getAllByRole<HTMLButtonElement>('button')
      .filter(({ disabled }) => !disabled)
      .map((each) => each.getAttribute('aria-label') ?? each.textContent)
    expect(offered.filter((name) => !/^Copy /.test(name ?? ''))).toEqual([
      'Close',
      'Go to its last change, height 42',
      'Export proof',
      'tUSD',
      'tETH',
    ])
    for (const name of ['New entity', 'Rename', 'Connected sites']) expect(button(name).disabled).toBe(true)
    // What can be read can be saved.
    expect(button('Export CSV').disabled).toBe(false)
    expect(within(region).queryByRole('heading', { name: 'Test world' })).toBe(null)
  })
})

describe('what changed in an account', () => {
  const opened = async (now: Partial<AccountDetail>, then: Partial<AccountDetail> | null) =>
    (await shown(now, then)).box
  const shown = async (now: Partial<AccountDetail>, then: Partial<AccountDetail> | null) => {
    const { adapter } = await open((height) =>
      pastFrame(height, { account: height === 12 ? accountDetail(now) : then === null ? null : accountDetail(then) }),
    )
    fireEvent.click(within(screen.getByRole('table', { name: 'Accounts' })).getByRole('button', { name: 'Hub' }))
    await act(() => adapter.push(frame({ height: 42, account: accountDetail() })))
    slide(12)
    await looksAt(12)
    const heading = await screen.findByRole('heading', { name: 'What changed here at height 12' })
    return { adapter, box: heading.parentElement as HTMLElement }
  }
  const factsIn = (box: HTMLElement): readonly (string | null)[] =>
    [...box.querySelectorAll('dl > div')].map(({ textContent }) => textContent)

  test('the frame that both signed, who proposed it, and the figures it moved', async () => {
    const then = position({ held: usd(321) })
    const now = position({ outCollateral: usd(49_679) })
    const box = await opened({ height: 7, tokens: [now] }, { height: 6, tokens: [then] })
    const [item] = within(box).getAllByRole('listitem')
    expect(item?.textContent).toMatch(/^Frame 7: a payment was put on hold\.Proposed here at .+, signed by both\./)
    expect(within(box).getAllByRole('listitem')).toHaveLength(1)
    expect(factsIn(box)).toEqual([
      'Balance500.00 → 496.79 tUSD',
      'On hold3.21 → 0.00 tUSD',
      'Collateral700.00 → 696.79 tUSD',
    ])
  })

  test('many of one kind in a frame of the other side', async () => {
    const frames = accountDetail().frames.map((signed) => ({
      ...signed,
      byLeft: false,
      txs: ['htlc_lock', 'htlc_lock', 'set_credit_limit', 'of_another_version'],
    }))
    const box = await opened({ frames }, { height: 6 })
    expect(within(box).getByRole('listitem').textContent).toMatch(
      /^Frame 7: a payment was put on hold \(×2\), a credit limit was set, and of_another_version\.Proposed by Hub at/,
    )
  })

  test('the frame that a copy with its own chain begins with, which holds nothing', async () => {
    const box = await opened(
      { frames: accountDetail().frames.map((signed) => ({ ...signed, txs: [] })) },
      { height: 6 },
    )
    expect(within(box).getByRole('listitem').textContent).toMatch(
      /^Frame 7: the account was signed again, for a chain of its own\./,
    )
  })

  test('a dispute that began -- its state before and after', async () => {
    const box = await opened({ status: 'disputed' }, { status: 'open' })
    expect(factsIn(box)).toEqual(['StateOpen → Dispute'])
  })

  test('an account that was not there before -- opened', async () => {
    expect((await opened({}, null)).textContent).toContain('The account was opened.')
  })

  test('nothing -- said, with the way to its last change', async () => {
    const box = await opened({ updatedAtHeight: 9 }, {})
    expect(box.textContent).toContain('Nothing changed in this account at this height.')
    fireEvent.click(within(box).getByRole('button', { name: 'Go to its last change, height 9' }))
    await looksAt(9)
  })

  test('the proof of it -- saved as a file, as of that height, with every frame that is told of', async () => {
    const made: Blob[] = []
    vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
      made.push(blob as Blob)
      return 'blob:x'
    })
    const { box, adapter } = await shown({ height: 7 }, { height: 6 })
    adapter.answer('account.proof', () => ({ file: 'what was signed' }))
    fireEvent.click(within(box).getByRole('button', { name: 'Export proof' }))
    await within(box).findByText('The proof was saved. Anybody can check it without this wallet.')
    expect(adapter.callsOf('account.proof')).toEqual([
      { entityId: IDS.you, counterpartyId: IDS.hub, since: 6, height: 12 },
    ])
    expect(await made[0]?.text()).toBe('what was signed')
    vi.restoreAllMocks()
  })

  test('a proof that is refused -- nothing is saved, and it says so', async () => {
    const made = vi.spyOn(URL, 'createObjectURL')
    const { box, adapter } = await shown({}, {})
    adapter.refuse('account.proof', { code: 'E_NOT_FOUND' })
    fireEvent.click(within(box).getByRole('button', { name: 'Export proof' }))
    await within(box).findByText(/Nothing was saved/)
    expect(made).not.toHaveBeenCalled()
    vi.restoreAllMocks()
  })

  test('every transaction an account knows has its words', () => {
    const known = readdirSync(`${import.meta.dirname}/../../runtime/account/tx`).map((name) =>
      name.replace(/\.ts$/, '').replaceAll('-', '_'),
    )
    expect(Object.keys(TX_WORDS).sort()).toEqual(known.sort())
  })
})
