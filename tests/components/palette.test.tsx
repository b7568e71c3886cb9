/**
 * The keyboard: one key for each thing on Home, and the palette for everything.
 *
 * @vitest-environment happy-dom
 */
import { fireEvent, screen, waitFor } from '@testing-library/preact'
import { describe, expect, test } from 'vitest'
import { PopupApp } from '../../components/screens/popup/PopupApp.tsx'
import { renderPage } from '../support/page.tsx'

const press = (key: string, modifiers: KeyboardEventInit = {}, target: Element = document.body): void => {
  fireEvent.keyDown(target, { key, bubbles: true, ...modifiers })
}
const home = (): Promise<HTMLElement> => screen.findByRole('button', { name: 'Pay' })
const openPalette = async (): Promise<HTMLElement> => {
  await home()
  press('k', { ctrlKey: true })
  return screen.findByRole('searchbox', { name: 'What do you want to do?' })
}

describe('keys on Home', () => {
  test.each([
    ['s', 'Pay'],
    ['Q', 'Receive'],
    [',', 'Settings'],
  ])('%s -- %s', async (key, heading) => {
    renderPage(PopupApp)
    await home()
    press(key)
    expect(await screen.findByRole('heading', { name: heading })).toBeTruthy()
  })

  test('L locks', async () => {
    const { adapter } = renderPage(PopupApp)
    adapter.answer('wallet.lock', () => ({}))
    await home()
    press('l')
    await waitFor(() => expect(adapter.callsOf('wallet.lock')).toHaveLength(1))
  })

  test('a key that is typed into a field, or held with Ctrl or Alt, does nothing', async () => {
    renderPage(PopupApp)
    await home()
    press('s', { ctrlKey: true })
    press('s', { altKey: true })
    const field = document.body.appendChild(document.createElement('input'))
    press('s', {}, field)
    field.remove()
    expect(screen.queryByRole('heading', { name: 'Pay' })).toBeNull()
  })

  test('the buttons say their keys to a screen reader, and their names are their words alone', async () => {
    renderPage(PopupApp)
    const pay = await home()
    expect(pay.getAttribute('aria-keyshortcuts')).toBe('S')
    expect(pay.querySelector('span')?.getAttribute('aria-hidden')).toBe('true')
  })
})

describe('the palette', () => {
  test('a few letters and Enter', async () => {
    renderPage(PopupApp)
    const field = await openPalette()
    fireEvent.input(field, { target: { value: 'pass' } })
    press('Enter', {}, field)
    expect(await screen.findByRole('heading', { name: 'Change password' })).toBeTruthy()
    expect(screen.queryByRole('searchbox')).toBeNull()
  })

  test('arrows choose, around the ends', async () => {
    renderPage(PopupApp)
    const field = await openPalette()
    fireEvent.input(field, { target: { value: 're' } })
    expect((await screen.findByRole('list', { name: 'Found' })).textContent).toContain('Receive')
    press('ArrowUp', {}, field)
    press('ArrowDown', {}, field)
    press('Enter', {}, field)
    expect(await screen.findByRole('heading', { name: 'Receive' })).toBeTruthy()
  })

  test('nothing found -- said, and Enter does nothing', async () => {
    renderPage(PopupApp)
    const field = await openPalette()
    fireEvent.input(field, { target: { value: 'zzz' } })
    expect(await screen.findByText('Nothing by this name.')).toBeTruthy()
    press('Enter', {}, field)
    expect(screen.getByRole('searchbox')).toBeTruthy()
  })
})
