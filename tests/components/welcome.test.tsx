/**
 * The first minute: create and import, by accessible name, and the passwords they ask for.
 *
 * @vitest-environment happy-dom
 */
import { act, fireEvent, screen, waitFor, within } from '@testing-library/preact'
import { describe, expect, test } from 'vitest'
import { drawDistinct, passwordFault, suggestPassword } from '../../components/models/password.ts'
import { WelcomeApp } from '../../components/screens/welcome/WelcomeApp.tsx'
import type { FakeAdapter } from '../support/fake-radapter.ts'
import { host } from '../support/fixture-frames.ts'
import { renderPage } from '../support/page.tsx'

const WORDS = 'abandon ability able about above absent absorb abstract absurd abuse access accident'.split(' ')
const PASSWORD = 'six plain words make it'

const press = async (name: string): Promise<void> => {
  fireEvent.click(await screen.findByRole('button', { name }))
}
const type = async (label: string, value: string): Promise<void> => {
  fireEvent.input(await screen.findByLabelText(label), { target: { value } })
}
const start = (): FakeAdapter => {
  const { adapter } = renderPage(WelcomeApp, { host: { wallet: 'none', runtime: 'stopped' }, frame: null })
  adapter.answer('wallet.draftPhrase', () => ({ words: WORDS }))
  return adapter
}
const askedWords = (): readonly HTMLElement[] => screen.getAllByLabelText(/^Word \d+$/)
const positionOf = (field: HTMLElement): number =>
  Number((field as HTMLInputElement).labels?.[0]?.textContent?.replace('Word ', ''))
const answer = (wrong: readonly number[] = []): void => {
  for (const [index, field] of askedWords().entries()) {
    const value = wrong.includes(index) ? 'zoo' : WORDS[positionOf(field) - 1]
    fireEvent.input(field, { target: { value } })
  }
}
const toQuiz = async (): Promise<void> => {
  await press('Create a wallet')
  await press('Reveal recovery phrase')
  await screen.findByRole('list', { name: 'Recovery phrase' })
  await press('Continue')
  await screen.findAllByLabelText(/^Word \d+$/)
}

describe('welcome: create', () => {
  test('reveal, three words on one screen, password, ready -- and no other step', async () => {
    const adapter = start()
    adapter.answer('wallet.create', () => {
      adapter.pushHost(host())
      return {}
    })
    await press('Create a wallet')
    expect(screen.queryByRole('list', { name: 'Recovery phrase' })).toBe(null)
    await press('Reveal recovery phrase')
    const list = await screen.findByRole('list', { name: 'Recovery phrase' })
    expect(
      within(list)
        .getAllByRole('listitem')
        .map((item) => item.textContent),
    ).toEqual(WORDS)
    await press('Continue')
    await screen.findAllByLabelText(/^Word \d+$/)
    expect(askedWords()).toHaveLength(3)
    expect(new Set(askedWords().map(positionOf)).size).toBe(3)
    answer()
    await press('Continue')
    await type('Password', PASSWORD)
    await type('Confirm password', PASSWORD)
    await press('Continue')
    expect(await screen.findByRole('heading', { name: 'Your wallet is ready' })).toBeTruthy()
    expect(adapter.callsOf('wallet.create')).toEqual([{ password: PASSWORD }])
    expect(screen.getByRole('link', { name: 'Open the wallet' }).getAttribute('href')).toBe('/popup.html')
  })

  test('wrong words -- says which, and stays', async () => {
    start()
    await toQuiz()
    const wrong = [0, 2].map((index) => `Word ${positionOf(askedWords()[index] as HTMLElement)}`)
    answer([0, 2])
    await press('Continue')
    const alert = await screen.findByRole('alert')
    expect(alert.textContent).toBe(`${wrong.join(' and ')} are not what your phrase says. Look at your paper again.`)
    expect(askedWords().map((field) => field.getAttribute('aria-invalid'))).toEqual(['true', 'false', 'true'])
    answer()
    await press('Continue')
    expect(await screen.findByLabelText('Confirm password')).toBeTruthy()
  })

  test('going back asks for the phrase again', async () => {
    const adapter = start()
    await toQuiz()
    await press('Back')
    await press('Back')
    await press('Create a wallet')
    expect(screen.queryByRole('list', { name: 'Recovery phrase' })).toBe(null)
    await press('Reveal recovery phrase')
    await screen.findByRole('list', { name: 'Recovery phrase' })
    expect(adapter.callsOf('wallet.draftPhrase')).toHaveLength(2)
  })

  test.each([
    ['short', 'short', 'This password is too short. Use at least 12 characters.'],
    [PASSWORD, `${PASSWORD}!`, 'The two passwords differ. Type the same one twice.'],
  ])('password %j, confirmed %j -- refused in words, nothing asked', async (password, confirmation, words) => {
    const adapter = start()
    await toQuiz()
    answer()
    await press('Continue')
    await type('Password', password)
    await type('Confirm password', confirmation)
    await press('Continue')
    expect((await screen.findByRole('alert')).textContent).toBe(words)
    expect(adapter.callsOf('wallet.create')).toEqual([])
  })

  test('the reveal control shows both passwords and stays outside their names', async () => {
    start()
    await toQuiz()
    answer()
    await press('Continue')
    const field = await screen.findByLabelText<HTMLInputElement>('Password')
    expect(field.type).toBe('password')
    await press('Show what I type')
    await waitFor(() => expect(screen.getByRole('textbox', { name: 'Password' })).toBe(field))
    expect(screen.getByRole('textbox', { name: 'Confirm password' })).toBeTruthy()
  })

  test('another tab made the wallet meanwhile -- this one is ready too', async () => {
    const adapter = start()
    await toQuiz()
    await act(() => adapter.pushHost(host()))
    expect(await screen.findByRole('heading', { name: 'Your wallet is ready' })).toBeTruthy()
  })
})

describe('welcome: import', () => {
  test('phrase and password on one screen; says what a phrase does not bring back', async () => {
    const adapter = start()
    adapter.answer('wallet.checkPhrase', () => ({ words: 12 }))
    adapter.answer('wallet.import', () => {
      adapter.pushHost(host())
      return {}
    })
    await press('Import a wallet')
    expect(screen.getByText(/not the state of your accounts/)).toBeTruthy()
    fireEvent.input(screen.getByRole('textbox', { name: 'Recovery phrase' }), { target: { value: WORDS.join(' ') } })
    await type('Password', PASSWORD)
    await type('Confirm password', PASSWORD)
    await press('Continue')
    expect(await screen.findByRole('heading', { name: 'Your wallet is ready' })).toBeTruthy()
    expect(adapter.callsOf('wallet.import')).toEqual([{ phrase: WORDS.join(' '), password: PASSWORD }])
  })

  test('Continue with a good phrase and no password yet leads to the password', async () => {
    const adapter = start()
    adapter.answer('wallet.checkPhrase', () => ({ words: 12 }))
    await press('Import a wallet')
    fireEvent.input(screen.getByRole('textbox', { name: 'Recovery phrase' }), { target: { value: WORDS.join(' ') } })
    await press('Continue')
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Password')))
    expect(screen.queryByRole('alert')).toBe(null)
  })

  test.each([
    [{ type: 'phrase_word_count', have: 11 }, 'A phrase has 12 or 24 words; these are 11.'],
    [
      { type: 'phrase_unknown_word', word: 'abandn', position: 3 },
      'Word 3, “abandn”, is in no recovery phrase. Check its spelling.',
    ],
    [
      { type: 'phrase_checksum' },
      'This is not a valid recovery phrase. Check the spelling and the order of the words.',
    ],
  ])('a bad phrase, %j -- says what is wrong with it', async (reason, words) => {
    const adapter = start()
    adapter.refuse('wallet.checkPhrase', { code: 'E_REJECTED', reason })
    await press('Import a wallet')
    fireEvent.input(screen.getByRole('textbox', { name: 'Recovery phrase' }), { target: { value: 'abandn' } })
    await press('Continue')
    expect((await screen.findByRole('alert')).textContent).toBe(words)
    expect(adapter.callsOf('wallet.import')).toEqual([])
  })
})

describe('passwords', () => {
  test('twelve characters are counted after normalisation', () => {
    expect(passwordFault('é'.normalize('NFD').repeat(6), '')).toBe('short')
    expect(passwordFault('é'.repeat(12), 'é'.repeat(12))).toBe(null)
    expect(passwordFault('𝟙'.repeat(11), '')).toBe('short')
  })

  test('six words of the list are suggested', async () => {
    const words = (await suggestPassword()).split(' ')
    expect(words).toHaveLength(6)
    expect(passwordFault(words.join(' '), words.join(' '))).toBe(null)
  })

  test('numbers are drawn below the bound, each once, and all of them come up', () => {
    const seen = new Set(Array.from({ length: 200 }, () => drawDistinct(3, 12)).flat())
    expect([...seen].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    expect(new Set(drawDistinct(12, 12)).size).toBe(12)
  })
})
