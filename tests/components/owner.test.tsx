/**
 * What only the owner may do: see the phrase, change the password, reset; and the reminder that leads there.
 *
 * @vitest-environment happy-dom
 */
import { fireEvent, screen, waitFor } from '@testing-library/preact'
import { beforeEach, describe, expect, test } from 'vitest'
import { PopupApp } from '../../components/screens/popup/PopupApp.tsx'
import { WelcomeApp } from '../../components/screens/welcome/WelcomeApp.tsx'
import { renderPage } from '../support/page.tsx'
import { press } from '../support/popup.tsx'

const WORDS = 'legal winner thank year wave sausage worth useful legal winner thank yellow'.split(' ')
const input = (label: string, value: string): void => {
  fireEvent.input(screen.getByLabelText(label), { target: { value } })
}
const openSettings = async (name: string): Promise<void> => {
  fireEvent.click(await screen.findByRole('button', { name: 'Settings' }))
  fireEvent.click(await screen.findByRole('button', { name }))
}

describe('the phrase', () => {
  test('is shown for the password, and is gone when its screen is left', async () => {
    const { adapter } = renderPage(PopupApp)
    adapter.answer('wallet.revealPhrase', () => ({ words: WORDS }))
    await openSettings('Show recovery phrase')
    input('Password', 'right')
    press('Show it')
    const list = await screen.findByRole('list', { name: 'Recovery phrase' })
    expect([...list.children].map(({ textContent }) => textContent)).toEqual(WORDS)
    expect(adapter.callsOf('wallet.revealPhrase')).toEqual([{ password: 'right' }])
    press('Hide it')
    await openFromList('Show recovery phrase')
    expect(screen.queryByRole('list', { name: 'Recovery phrase' })).toBeNull()
  })

  test('a wrong password -- said in an alert, the field is asked again', async () => {
    const { adapter } = renderPage(PopupApp)
    adapter.refuse('wallet.revealPhrase', { code: 'E_REJECTED', reason: { type: 'wrong_password' } })
    await openSettings('Show recovery phrase')
    input('Password', 'wrong')
    press('Show it')
    expect((await screen.findByRole('alert')).textContent).toContain('Wrong password.')
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Password')))
  })
})

const openFromList = async (name: string): Promise<void> => {
  fireEvent.click(await screen.findByRole('button', { name }))
  await screen.findByLabelText('Password')
}

describe('another password', () => {
  const fill = async (next: string, confirm: string): Promise<void> => {
    await openSettings('Change password')
    input('Password', 'the one I have')
    input('New password', next)
    input('Confirm new password', confirm)
    fireEvent.submit(screen.getByLabelText('Password').closest('form') as HTMLFormElement)
  }

  test('is set, and said to be set', async () => {
    const { adapter } = renderPage(PopupApp)
    adapter.answer('wallet.changePassword', () => ({}))
    await fill('a longer password', 'a longer password')
    expect((await screen.findByRole('status')).textContent).toContain('Your password is changed.')
    expect(adapter.callsOf('wallet.changePassword')).toEqual([
      { password: 'the one I have', next: 'a longer password' },
    ])
  })

  test.each([
    ['short', 'short', 'too short'],
    ['a longer password', 'another password', 'differ'],
  ])('%s and %s -- refused before anything is asked', async (next, confirm, words) => {
    const { adapter } = renderPage(PopupApp)
    await fill(next, confirm)
    expect((await screen.findByRole('alert')).textContent).toContain(words)
    expect(adapter.callsOf('wallet.changePassword')).toEqual([])
  })
})

describe('reset', () => {
  test('says what is lost, and wants the word', async () => {
    const { adapter } = renderPage(PopupApp)
    adapter.answer('wallet.reset', () => ({}))
    await openSettings('Reset this wallet')
    expect(await screen.findByText(/The state of 1 account: .*tUSD/)).toBeTruthy()
    input('Type RESET to go on', 'reset')
    press('Forget everything')
    expect((await screen.findByRole('alert')).textContent).toContain('Nothing has been forgotten.')
    expect(adapter.callsOf('wallet.reset')).toEqual([])
    input('Type RESET to go on', 'RESET')
    press('Forget everything')
    await waitFor(() => expect(adapter.callsOf('wallet.reset')).toEqual([{ confirmation: 'RESET' }]))
  })
})

describe('a forgotten password', () => {
  beforeEach(() => {
    location.hash = ''
  })

  test('the lock says nothing of it until a password was wrong', async () => {
    const { adapter } = renderPage(PopupApp, { host: { wallet: 'locked' } })
    adapter.refuse('wallet.unlock', { code: 'E_REJECTED', reason: { type: 'wrong_password' } })
    await screen.findByRole('button', { name: 'Unlock' })
    expect(screen.queryByRole('link')).toBeNull()
    input('Password', 'wrong')
    press('Unlock')
    const link = await screen.findByRole('link', { name: 'Forgot your password?' })
    expect(link.getAttribute('href')).toBe('/welcome.html#forgot')
  })

  test('its page resets a locked wallet', async () => {
    location.hash = '#forgot'
    const { adapter } = renderPage(WelcomeApp, { host: { wallet: 'locked' }, frame: null })
    adapter.answer('wallet.reset', () => ({}))
    await screen.findByRole('heading', { name: 'Forgot your password?' })
    input('Type RESET to go on', 'RESET')
    press('Forget everything')
    await waitFor(() => expect(adapter.callsOf('wallet.reset')).toHaveLength(1))
    location.hash = ''
  })
})

describe('the reminder', () => {
  test('comes after the first money that moved, leads to the phrase, and goes when answered', async () => {
    const { ui } = renderPage(PopupApp)
    fireEvent.click(await screen.findByRole('button', { name: 'Show them' }))
    await screen.findByRole('heading', { name: 'Recovery phrase' })
    fireEvent.click(screen.getByRole('button', { name: 'Back' }))
    fireEvent.click(await screen.findByRole('button', { name: 'Back' }))
    fireEvent.click(await screen.findByRole('button', { name: 'I have them' }))
    await waitFor(() => expect(screen.queryByRole('button', { name: 'I have them' })).toBeNull())
    expect(ui.host.preferences.current.value.hasPhrase).toBe(true)
  })
})

describe('notifications', () => {
  const openToggle = async (): Promise<HTMLElement> => {
    fireEvent.click(await screen.findByRole('button', { name: 'Settings' }))
    return screen.findByRole('checkbox', { name: 'Tell me when I am paid, and before a payment runs out' })
  }

  test('are asked of the browser at the press', async () => {
    const { ui } = renderPage(PopupApp)
    fireEvent.click(await openToggle())
    await waitFor(() => expect(ui.host.preferences.current.value.notifies).toBe(true))
  })

  test('refused by the browser -- stay off, and that is said', async () => {
    const { ui } = renderPage(PopupApp, { allowsNotifications: false })
    fireEvent.click(await openToggle())
    expect((await screen.findByRole('alert')).textContent).toContain('does not allow')
    expect(ui.host.preferences.current.value.notifies).toBe(false)
  })
})
