/**
 * What every page has around its screens: locked, without a wallet, starting, disconnected, halted.
 *
 * @vitest-environment happy-dom
 */
import { act, fireEvent, screen, waitFor } from '@testing-library/preact'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { PopupApp } from '../../components/screens/popup/PopupApp.tsx'
import { SidePanelApp } from '../../components/screens/sidepanel/SidePanelApp.tsx'
import { frame, host, NOW } from '../support/fixture-frames.ts'
import { renderPage } from '../support/page.tsx'

const controls = (): readonly (string | null)[] =>
  [...document.querySelectorAll('button, a, input, select, textarea')].map((element) => element.tagName)

const fakeTime = (): void => {
  vi.useFakeTimers({ now: NOW, toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
}

const pass = (timeMs: number): Promise<void> =>
  act(async () => {
    await vi.advanceTimersByTimeAsync(timeMs)
  })

afterEach(() => {
  vi.useRealTimers()
})

describe('a locked page', () => {
  test.each([
    ['popup', PopupApp],
    ['side panel', SidePanelApp],
  ])('%s -- a password, Unlock, and nothing else; then what was asked for', async (_, App) => {
    const { adapter } = renderPage(App, { host: { wallet: 'locked', runtime: 'stopped' } })
    adapter.answer('wallet.unlock', () => {
      adapter.pushHost(host())
      return {}
    })
    const field = await screen.findByLabelText('Password')
    expect(controls()).toEqual(['INPUT', 'BUTTON'])
    fireEvent.input(field, { target: { value: 'right' } })
    fireEvent.click(screen.getByRole('button', { name: 'Unlock' }))
    expect(await screen.findByRole('button', { name: 'Lock' })).toBeTruthy()
    expect(adapter.callsOf('wallet.unlock')).toEqual([{ password: 'right' }])
  })

  test('a wrong password -- said in an alert, the field is asked again', async () => {
    const { adapter } = renderPage(PopupApp, { host: { wallet: 'locked' } })
    adapter.refuse('wallet.unlock', { code: 'E_REJECTED', reason: { type: 'wrong_password' } })
    const field = await screen.findByLabelText('Password')
    fireEvent.input(field, { target: { value: 'wrong' } })
    fireEvent.click(screen.getByRole('button', { name: 'Unlock' }))
    expect((await screen.findByRole('alert')).textContent).toBe('Wrong password. Check for capitals and try again.')
    await waitFor(() => expect(document.activeElement).toBe(field))
  })

  test.each([
    ['vault_malformed', /damaged/],
    ['vault_kdf', /damaged/],
    ['vault_version', /newer version/],
    ['something_else', /could not be opened/],
  ])('refused for %s -- never called a wrong password', async (type, words) => {
    const { adapter } = renderPage(PopupApp, { host: { wallet: 'locked' } })
    adapter.refuse('wallet.unlock', { code: 'E_REJECTED', reason: { type } })
    fireEvent.input(await screen.findByLabelText('Password'), { target: { value: 'right' } })
    fireEvent.click(screen.getByRole('button', { name: 'Unlock' }))
    const { textContent } = await screen.findByRole('alert')
    expect(textContent).toMatch(words)
    expect(textContent).not.toContain('Wrong password')
  })

  test('backing off -- counts the seconds down and accepts nothing before', async () => {
    fakeTime()
    const { adapter } = renderPage(PopupApp, { host: { wallet: 'locked', unlockNotBefore: NOW + 2_000 } })
    const field = await screen.findByLabelText('Password')
    fireEvent.input(field, { target: { value: 'right' } })
    const button = screen.getByRole<HTMLButtonElement>('button', { name: 'Unlock' })
    expect(screen.getByRole('alert').textContent).toBe('Too many wrong passwords. Try again in 2 seconds.')
    expect(button.disabled).toBe(true)
    await pass(1_000)
    expect(screen.getByRole('alert').textContent).toBe('Too many wrong passwords. Try again in 1 second.')
    await pass(1_000)
    expect(screen.queryByRole('alert')).toBe(null)
    expect(button.disabled).toBe(false)
    expect(adapter.callsOf('wallet.unlock')).toEqual([])
  })

  test('locked while a form is open -- unlocked, the form is as it was', async () => {
    const { adapter } = renderPage(PopupApp)
    fireEvent.click(await screen.findByRole('button', { name: 'Pay' }))
    fireEvent.input(await screen.findByRole('textbox', { name: 'Recipient' }), { target: { value: 'Bob' } })
    await act(() => adapter.pushHost(host({ wallet: 'locked' })))
    expect(screen.queryByRole('textbox', { name: 'Recipient' })).toBe(null)
    await act(() => adapter.pushHost(host()))
    expect((await screen.findByRole<HTMLInputElement>('textbox', { name: 'Recipient' })).value).toBe('Bob')
  })
})

describe('the state of the host', () => {
  test('no wallet -- one sentence and one action', async () => {
    renderPage(PopupApp, { host: { wallet: 'none' }, frame: null })
    const link = await screen.findByRole('link', { name: 'Create or import a wallet' })
    expect(link.getAttribute('href')).toBe('/welcome.html')
    expect(controls()).toEqual(['A'])
  })

  test('replaying -- shows how far', async () => {
    const progress = { done: 812, total: 900 }
    renderPage(PopupApp, { host: { runtime: 'replaying', progress }, frame: null })
    expect(await screen.findByText('Frame 812 of 900')).toBeTruthy()
    expect(screen.getByRole('progressbar').getAttribute('value')).toBe('812')
  })

  test('loading -- a skeleton, and after five seconds something to press', async () => {
    fakeTime()
    const { adapter } = renderPage(PopupApp, { frame: null })
    await pass(300)
    expect(screen.getByRole('progressbar', { name: 'Loading' })).toBeTruthy()
    await pass(4_700)
    const views = adapter.views.length
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
    await act(() => adapter.push(frame()))
    expect(screen.getByRole('region', { name: 'Balance' })).toBeTruthy()
    expect(adapter.views.length).toBeGreaterThan(views)
  })

  test('the line is lost -- the last view stays, and after 300 ms its age is said', async () => {
    fakeTime()
    const { adapter } = renderPage(PopupApp)
    await pass(10)
    await act(() => adapter.setConnection('connecting'))
    expect(screen.queryByRole('status')).toBe(null)
    await pass(300)
    expect(screen.getByRole('status').textContent).toMatch(/^Reconnecting\. What you see is from /)
    expect(screen.getByRole('region', { name: 'Balance' }).textContent).toContain('1,000.00')
    await act(() => adapter.setConnection('connected'))
    expect(screen.queryByRole('status')).toBe(null)
  })

  test.each(['halted', 'read-only'] as const)('%s -- nothing can be paid', async (runtime) => {
    renderPage(PopupApp, { host: { runtime, reason: { type: 'fault', detail: 'so it is' } } })
    fireEvent.click(await screen.findByRole('button', { name: 'Pay' }))
    expect((await screen.findByRole<HTMLButtonElement>('button', { name: 'Review' })).disabled).toBe(true)
  })

  test('input keeps the wallet awake, told at most every ten seconds', async () => {
    fakeTime()
    const { adapter } = renderPage(PopupApp)
    await pass(10)
    for (const key of ['a', 'b', 'c']) fireEvent.keyDown(document, { key })
    expect(adapter.callsOf('wallet.touch')).toHaveLength(1)
    await pass(10_000)
    fireEvent.keyDown(document, { key: 'd' })
    expect(adapter.callsOf('wallet.touch')).toHaveLength(2)
  })
})

describe('an update', () => {
  test('Settings -- asks for it once; what hinders it is said, and it can be asked for again', async () => {
    const { adapter } = renderPage(PopupApp, { host: { updateReady: true } })
    adapter.refuse('host.update', { message: 'the line was cut' })
    fireEvent.click(await screen.findByRole('button', { name: 'Settings' }))
    const button = await screen.findByRole<HTMLButtonElement>('button', { name: 'Update now' })
    fireEvent.click(button)
    expect((await screen.findByRole('alert')).textContent).toBe(
      'The update did not start: the line was cut. Try again.',
    )
    adapter.answer('host.update', () => ({}))
    fireEvent.click(button)
    await screen.findByText(/^The update starts when payments under way have ended/)
    expect([button.disabled, screen.queryByRole('alert')]).toEqual([true, null])
    expect(adapter.callsOf('host.update')).toEqual([{}, {}])
  })

  test('Settings, with nothing to install -- no such button', async () => {
    renderPage(PopupApp)
    fireEvent.click(await screen.findByRole('button', { name: 'Settings' }))
    await screen.findByText('Version')
    expect(screen.queryByRole('button', { name: 'Update now' })).toBeNull()
  })
})
