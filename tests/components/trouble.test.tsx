/**
 * What is wrong around the wallet, on every page: in words, with the role that says it, and the one thing to do.
 *
 * @vitest-environment happy-dom
 */
import { act, fireEvent, screen, waitFor, within } from '@testing-library/preact'
import { describe, expect, onTestFinished, test } from 'vitest'
import { isStanding, type Trouble, troubleOf } from '../../components/models/trouble.ts'
import { ApprovalApp } from '../../components/screens/approval/ApprovalApp.tsx'
import { FilesApp } from '../../components/screens/files/FilesApp.tsx'
import { PopupApp } from '../../components/screens/popup/PopupApp.tsx'
import { SidePanelApp } from '../../components/screens/sidepanel/SidePanelApp.tsx'
import type { FrameView, HostStatus, RpcMethod } from '../../runtime/radapter/types.ts'
import { frame, host, IDS, NOW } from '../support/fixture-frames.ts'
import { renderPage } from '../support/page.tsx'
import { press } from '../support/popup.tsx'

const PAGES = [
  ['popup', PopupApp],
  ['side panel', SidePanelApp],
  ['approval', ApprovalApp],
] as const

const sinceMs = NOW - 60_000
const [chain] = frame().jurisdictions
const downFor = (reason: 'unreachable' | 'refused' | 'untrusted' | 'stopped' | 'storage_full'): FrameView =>
  frame({ jurisdictions: chain === undefined ? [] : [{ ...chain, status: { type: 'down', sinceMs, reason } }] })
const silent = (...names: readonly (keyof typeof IDS)[]): FrameView =>
  frame({ unreachable: names.map((name) => ({ entityId: IDS[name], label: name, sinceMs })) })

const GOES_ON =
  /Payments between people go on\. Deposits, withdrawals and collateral wait, and a payment that fails comes back later\./

type Case = {
  readonly name: string
  readonly status: Partial<HostStatus>
  readonly view: FrameView
  readonly role: 'alert' | 'status'
  readonly words: readonly RegExp[]
  readonly next: readonly [button: string, method: RpcMethod] | null
  /** Where its other button leads. */
  readonly opens?: string
}
const IMPORT = 'Import from file…'
const OPENS = '/view.html?runtime=simnet#import'
const CASES: readonly Case[] = [
  {
    name: 'halted',
    status: { runtime: 'halted', reason: { type: 'fault', detail: 'the root at height 42 differs' } },
    view: frame(),
    role: 'alert',
    words: [/^This runtime has stopped: the root at height 42 differs\. Your money stays where it is\./],
    next: ['Start again', 'host.reopen'],
  },
  {
    name: 'read-only',
    status: { runtime: 'read-only', reason: { type: 'log_damaged', height: 42 } },
    view: frame(),
    role: 'alert',
    words: [
      /^Read-only: The history on this device is damaged at frame 42\. Everything .* Nothing can be paid from here\./,
      /from here\. Bring your wallet back from an exported file, or look at it meanwhile\.$/,
    ],
    next: ['Try again', 'host.reopen'],
    opens: OPENS,
  },
  {
    name: 'replay that differs',
    status: { runtime: 'read-only', reason: { type: 'replay_differs', height: 42 } },
    view: frame(),
    role: 'alert',
    words: [
      /^Read-only: Frame 42 does not lead to its recorded state\./,
      /from here\. Bring your wallet back from an exported file, or look at it meanwhile\.$/,
    ],
    next: ['Try again', 'host.reopen'],
    opens: OPENS,
  },
  {
    name: 'rolled back',
    status: { runtime: 'read-only', reason: { type: 'rolled_back' } },
    view: frame(),
    role: 'alert',
    words: [
      /^Read-only: The history on this device is older than what this wallet has already signed\./,
      /from here\. Bring your wallet back from an exported file, or look at it meanwhile\.$/,
    ],
    next: ['Try again', 'host.reopen'],
    opens: OPENS,
  },
  {
    name: 'without its database',
    status: { runtime: 'read-only', reason: { type: 'database_missing' } },
    view: frame(),
    role: 'alert',
    words: [
      /^Read-only: The database of this wallet is missing, although it has been used before\./,
      /from here\. Bring your wallet back from an exported file\.$/,
    ],
    next: ['Try again', 'host.reopen'],
    opens: OPENS,
  },
  {
    name: 'the history of another wallet',
    status: { runtime: 'read-only', reason: { type: 'foreign_history' } },
    view: frame(),
    role: 'alert',
    words: [
      /^Read-only: This browser holds the history of another wallet\./,
      /from here\. Bring your wallet back from an exported file\.$/,
    ],
    next: ['Try again', 'host.reopen'],
    opens: OPENS,
  },
  {
    name: 'read-only for a reason that no file helps with',
    status: { runtime: 'read-only', reason: { type: 'fault', detail: 'no answer' } },
    view: frame(),
    role: 'alert',
    words: [/^Read-only: no answer\. Nothing can be paid from here\.$/],
    next: ['Try again', 'host.reopen'],
  },
  {
    name: 'chain unreachable',
    status: {},
    view: downFor('unreachable'),
    role: 'alert',
    words: [/^The chain Simnet has not been reached since .+\./, GOES_ON],
    next: ['Try again', 'host.retry'],
  },
  {
    name: 'chain refuses',
    status: {},
    view: downFor('refused'),
    role: 'alert',
    words: [/^The node of the chain Simnet refuses to answer since /, GOES_ON],
    next: ['Try again', 'host.retry'],
  },
  {
    name: 'chain not believed',
    status: {},
    view: downFor('untrusted'),
    role: 'alert',
    words: [/^What the chain Simnet says since .+ cannot be true, so it is not believed\./, GOES_ON],
    next: ['Try again', 'host.retry'],
  },
  {
    name: 'chain stopped',
    status: {},
    view: downFor('stopped'),
    role: 'alert',
    words: [/^The chain Simnet stopped at /, GOES_ON],
    next: ['Try again', 'host.retry'],
  },
  {
    name: 'no room for the chain',
    status: {},
    view: downFor('storage_full'),
    role: 'alert',
    words: [/^Since .+ this device has no room for the next block of the chain Simnet\. Make room\./, GOES_ON],
    next: ['Try again', 'host.retry'],
  },
  {
    name: 'one peer unreachable',
    status: {},
    view: silent('hub'),
    role: 'alert',
    words: [/^hub has not answered since .+\. Nothing is lost\. What goes through there waits, and is sent again/],
    next: ['Try again', 'host.retry'],
  },
  {
    name: 'two peers unreachable',
    status: {},
    view: silent('hub', 'bob'),
    role: 'alert',
    words: [/^hub and bob have not answered since /],
    next: ['Try again', 'host.retry'],
  },
  {
    name: 'short of room',
    status: { storage: 'short' },
    view: frame(),
    role: 'alert',
    words: [/^This device is nearly full\. Payments go on, but your wallet takes longer to start\. Make room/],
    next: ['Try again', 'host.retry'],
  },
  {
    name: 'update ready',
    status: { updateReady: true },
    view: frame(),
    role: 'status',
    words: [/^An update is ready\. It installs when no payment is under way\.$/],
    next: null,
  },
]

describe.each(PAGES)('%s', (_, App) => {
  test.each(CASES)(
    '$name -- said with its role, above what is there, with its next action and its way out',
    async (given) => {
      const { adapter, opened } = renderPage(App, { host: given.status, frame: given.view })
      await screen.findByRole('button', { name: 'Lock' })
      const said = await screen.findByText(given.words[0] ?? '')
      for (const words of given.words) expect(said.textContent).toMatch(words)
      const notice = said.closest<HTMLElement>(`[role=${given.role}]`)
      expect(notice).not.toBeNull()
      const buttons = notice === null ? [] : within(notice).queryAllByRole('button')
      const names = [given.next?.[0] ?? [], given.opens === undefined ? [] : IMPORT].flat()
      expect(buttons.map(({ textContent }) => textContent)).toEqual(names)
      if (given.opens !== undefined) {
        press(IMPORT)
        expect(opened).toEqual([given.opens])
      }
      if (given.next === null) return
      const [button, method] = given.next
      adapter.answer(method, () => ({}))
      press(button)
      await waitFor(() => expect(adapter.callsOf(method)).toEqual([{}]))
      await waitFor(() => expect(screen.getByRole<HTMLButtonElement>('button', { name: button }).disabled).toBe(false))
    },
  )

  test('all is well -- nothing is said', async () => {
    renderPage(App)
    await screen.findByRole('button', { name: 'Lock' })
    expect(screen.queryByRole('alert')).toBeNull()
  })

  test.each([
    [
      { runtime: 'halted', reason: { type: 'fault', detail: 'no database' } } as const,
      'Your wallet has stopped',
      'Start again',
    ],
    [
      { runtime: 'read-only', reason: { type: 'fault', detail: 'no database' } } as const,
      'Your wallet can only be read',
      'Try again',
    ],
  ])('%j with nothing to show -- a screen of its own, and no skeleton', async (status, title, button) => {
    const { adapter } = renderPage(App, { host: status, frame: null })
    expect(await screen.findByRole('heading', { name: title })).toBeTruthy()
    expect(screen.getByRole('alert').textContent).toContain('no database')
    expect(screen.queryByRole('progressbar')).toBeNull()
    adapter.answer('host.reopen', () => ({}))
    press(button)
    await waitFor(() => expect(adapter.callsOf('host.reopen')).toEqual([{}]))
    await act(() => adapter.pushHost(host()))
    await act(() => adapter.push(frame()))
    expect(screen.queryByRole('heading', { name: title })).toBeNull()
  })

  const GONE = { runtime: 'halted', reason: { type: 'unknown_runtime' } } as const
  const OTHERS = [
    { id: 'r1', name: 'Jamaica', kind: 'local', copyOf: null, usedAt: 2 },
    { id: 'r2', name: 'As it was', kind: 'snapshot', copyOf: null, usedAt: 1 },
  ] as const

  test('a runtime that is deleted while it is shown -- nothing of it stays, and the others are offered', async () => {
    const { adapter, opened } = renderPage(App)
    await screen.findByRole('button', { name: 'Runtime: Simnet' })
    await act(() => adapter.pushHost(host({ ...GONE, runtimes: OTHERS })))
    expect(await screen.findByRole('heading', { name: 'Simnet is not here any more' })).toBeTruthy()
    expect(screen.getByRole('alert').textContent).toMatch(/^It was deleted, or another one took its place\./)
    expect(screen.queryByRole('button', { name: /^Runtime: / })).toBeNull()
    expect(screen.getByRole('button', { name: 'Choose a runtime' })).toBeTruthy()
    expect(document.body.textContent).not.toMatch(/tUSD|Test money|stays where it is/)
    const others = within(screen.getByRole('list', { name: 'Runtimes' })).getAllByRole('button')
    expect(others.map(({ textContent }) => textContent)).toEqual(['Open Jamaica', 'Open As it was'])
    adapter.answer('runtime.select', () => ({}))
    press('Open As it was')
    await waitFor(() => expect(opened).toEqual(['runtime r2']))
    expect(adapter.callsOf('runtime.select')).toEqual([{ id: 'r2' }])
  })

  test('a runtime that never was -- said so, and the others are offered', async () => {
    const { adapter, opened } = renderPage(App, {
      host: { ...GONE, runtimeId: 'nowhere', runtimes: OTHERS },
      frame: null,
    })
    expect(await screen.findByRole('heading', { name: 'This runtime is not here' })).toBeTruthy()
    expect(screen.getByRole('alert').textContent).toBe(
      'There is no such runtime in this wallet: it was deleted, or never was here.',
    )
    adapter.refuse('runtime.select', { code: 'E_REJECTED', reason: { type: 'unknown_runtime' } })
    press('Open Jamaica')
    expect(await screen.findByText(/^This runtime is not there any more\./)).toBeTruthy()
    expect(opened).toEqual([])
  })

  test('a database that is gone, with nothing to show -- the way out is on the screen, and opens in a tab', async () => {
    const status = { runtime: 'read-only', reason: { type: 'database_missing' } } as const
    const { opened } = renderPage(App, { host: status, frame: null, isPopup: true })
    expect(await screen.findByRole('heading', { name: 'Your wallet can only be read' })).toBeTruthy()
    expect(screen.getByRole('alert').textContent).toMatch(/Bring your wallet back from an exported file\.$/)
    press(IMPORT)
    expect(opened).toEqual([OPENS])
  })

  test('a full device -- a screen of its own that says what to do; what is there can be looked at', async () => {
    const full = host({ runtime: 'halted', storage: 'full', reason: { type: 'fault', detail: 'no room' } })
    const { adapter } = renderPage(App, { host: full })
    expect(await screen.findByRole('heading', { name: 'This device is full' })).toBeTruthy()
    expect(screen.getByRole('alert').textContent).toBe(
      'There is no room to write down the next step, so your wallet has stopped.',
    )
    expect(screen.getByText(/^Nothing is lost: everything up to now is stored/)).toBeTruthy()
    expect(screen.getByText(/^Make room: delete files/)).toBeTruthy()
    press('Look at it meanwhile')
    expect(screen.queryByRole('heading', { name: 'This device is full' })).toBeNull()
    expect(screen.getByText(/^This device is full, so your wallet has stopped\./).closest('[role=alert]')).toBeTruthy()
    adapter.answer('host.reopen', () => ({}))
    press('Try again')
    await waitFor(() => expect(adapter.callsOf('host.reopen')).toEqual([{}]))
    await act(() => adapter.pushHost(host()))
    expect(screen.queryByRole('alert')).toBeNull()
    await act(() => adapter.pushHost(full))
    expect(await screen.findByRole('heading', { name: 'This device is full' })).toBeTruthy()
  })
})

test('on the page that imports -- nothing opens it once more', async () => {
  location.hash = '#import'
  onTestFinished(() => {
    location.hash = ''
  })
  renderPage(FilesApp, { host: { runtime: 'read-only', reason: { type: 'rolled_back' } } })
  const alert = await screen.findByRole('alert')
  expect(
    within(alert)
      .getAllByRole('button')
      .map(({ textContent }) => textContent),
  ).toEqual(['Try again'])
})

test('what hinders the next action is said, and it can be taken again', async () => {
  const { adapter } = renderPage(PopupApp, { frame: downFor('unreachable') })
  adapter.refuse('host.retry', { code: 'E_INTERNAL' })
  const button = await screen.findByRole<HTMLButtonElement>('button', { name: 'Try again' })
  fireEvent.click(button)
  expect(
    await screen.findByText('Something went wrong inside the wallet. Nothing left your wallet. Try again.'),
  ).toBeTruthy()
  expect(button.disabled).toBe(false)
})

describe('troubleOf', () => {
  const everything = { ...downFor('stopped'), unreachable: silent('hub').unreachable }
  const worst = (status: Partial<HostStatus>, view: FrameView | null = everything) =>
    troubleOf(host({ updateReady: true, storage: 'short', ...status }), view)?.type ?? null

  test('the one that matters most: what stops everything, then chains, peers, room, an update', () => {
    const halted = { runtime: 'halted' } as const
    expect([
      worst({ ...halted, storage: 'full' }),
      worst(halted),
      worst({ runtime: 'read-only' }),
      worst({}),
      worst({}, silent('hub')),
      worst({}, frame()),
      worst({ storage: 'ok' }, frame()),
      worst({ storage: 'ok', updateReady: false }, frame()),
    ]).toEqual(['full', 'halted', 'read_only', 'chain_down', 'unreachable', 'short', 'update', null])
  })

  test('a frame of before says nothing of a runtime that starts anew', () => {
    const halted = frame({ halted: 'gone' })
    expect(worst({}, halted)).toBe('halted')
    for (const runtime of ['stopped', 'starting', 'replaying'] as const)
      expect(worst({ runtime, storage: 'ok', updateReady: false }, halted)).toBe(null)
    expect(troubleOf(null, halted)).toEqual({ type: 'halted', reason: { type: 'fault', detail: 'gone' } })
  })

  test('a frame that could only be read -- says so of what runs, and nothing of what starts again', () => {
    const reader = frame({ role: 'reader' })
    expect(troubleOf(host({ runtime: 'running' }), reader)).toEqual({ type: 'read_only', reason: null })
    for (const runtime of ['stopped', 'starting', 'replaying'] as const)
      expect(troubleOf(host({ runtime }), reader)).toBe(null)
    expect(troubleOf(null, reader)).toBe(null)
  })

  test('nothing known -- nothing wrong', () => {
    expect(troubleOf(null, null)).toBe(null)
  })

  test('only what has stopped takes the place of a page', () => {
    const standing = (['gone', 'full', 'halted', 'read_only', 'short', 'update'] as const).filter((type) =>
      isStanding({ type, reason: null, name: null } as Trouble),
    )
    expect(standing).toEqual(['gone', 'full', 'halted', 'read_only'])
  })
})
