/** What the owner may ask for with the password: the words again, another password, and to be forgotten. */
import { describe, expect, test } from 'vitest'
import { addressOf, createdWallet, DONE, PASSWORD, refused, WRONG } from './support.ts'

const NEXT = 'another plain password'
const wrong = (triesLeft: number) => refused({ type: 'wrong_password', notBeforeMs: 0, triesLeft })

describe('revealPhrase', () => {
  test('the words that were written down', async () => {
    const { wallet, words } = await createdWallet()
    expect(await wallet.revealPhrase(PASSWORD)).toEqual({ type: 'ok', value: { words } })
  })
  test('a wrong password counts as a wrong try, also towards unlocking', async () => {
    const { wallet } = await createdWallet()
    expect(await wallet.revealPhrase(WRONG)).toEqual(wrong(4))
    expect(await wallet.revealPhrase('short')).toEqual(wrong(3))
    await wallet.lock()
    expect(await wallet.unlock(WRONG)).toEqual(wrong(2))
  })
  test('a locked wallet tells nobody, not even with the password', async () => {
    const { wallet } = await createdWallet()
    await wallet.lock()
    expect(await wallet.revealPhrase(PASSWORD)).toEqual(refused({ type: 'wallet_locked' }))
  })
})

describe('changePassword', () => {
  test('the new one opens the same keys, the old one nothing', async () => {
    const { browser, wallet } = await createdWallet()
    const address = addressOf(wallet)
    const before = browser.local.rows.get('wallet.vault')
    expect(await wallet.changePassword(PASSWORD, NEXT)).toEqual(DONE)
    expect(wallet.state.wallet).toBe('unlocked')
    expect(browser.local.rows.get('wallet.vault')).not.toBe(before)
    await wallet.lock()
    expect(await wallet.unlock(PASSWORD)).toEqual(wrong(4))
    expect(await wallet.unlock(NEXT)).toEqual(DONE)
    expect(addressOf(wallet)).toBe(address)
  })
  test('goes on unlocked in the next worker, and the data key of before opens nothing', async () => {
    const { browser, wallet } = await createdWallet()
    const old = browser.session.rows.get('wallet.key') ?? ''
    await wallet.changePassword(PASSWORD, NEXT)
    expect((await browser.startWorker()).state.wallet).toBe('unlocked')
    browser.session.rows.set('wallet.key', old)
    expect((await browser.startWorker()).state.wallet).toBe('locked')
  })
  test.each([
    ['a wrong password', WRONG, NEXT, wrong(4)],
    [
      'a next one that is too short',
      PASSWORD,
      'eleven char',
      refused({ type: 'password_too_short', have: 11, need: 12 }),
    ],
  ])('%s changes nothing', async (_name, password, next, refusal) => {
    const { browser, wallet } = await createdWallet()
    const before = browser.local.rows.get('wallet.vault')
    expect(await wallet.changePassword(password, next)).toEqual(refusal)
    expect(browser.local.rows.get('wallet.vault')).toBe(before)
    await wallet.lock()
    expect(await wallet.unlock(PASSWORD)).toEqual(DONE)
  })
})

describe('reset', () => {
  const nothingElse = () => Promise.resolve()

  test('leaves nothing of the wallet, and a new one can be made', async () => {
    const { browser, wallet } = await createdWallet()
    const forgotten: string[] = []
    expect(
      await wallet.reset('RESET', async () => {
        forgotten.push(wallet.state.wallet, browser.local.rows.has('wallet.vault') ? 'vault here' : 'vault gone')
      }),
    ).toEqual(DONE)
    expect(forgotten).toEqual(['unlocked', 'vault here'])
    expect(wallet.state.wallet).toBe('none')
    expect(browser.local.rows.has('wallet.vault')).toBe(false)
    expect(browser.session.rows.size).toBe(0)
    await wallet.draftPhrase()
    expect(await wallet.create(NEXT)).toEqual(DONE)
  })
  test('works while locked: that is what a forgotten password needs', async () => {
    const { wallet } = await createdWallet()
    await wallet.lock()
    expect(await wallet.reset('RESET', nothingElse)).toEqual(DONE)
    expect(wallet.state.wallet).toBe('none')
  })
  test('without the word nothing is forgotten', async () => {
    const { wallet } = await createdWallet()
    const forget = () => Promise.reject(new Error('forgotten'))
    expect(await wallet.reset('reset', forget)).toEqual(refused({ type: 'reset_not_confirmed' }))
    expect(wallet.state.wallet).toBe('unlocked')
  })
  test('when the rest cannot be removed the wallet stays', async () => {
    const { browser, wallet } = await createdWallet()
    await expect(wallet.reset('RESET', () => Promise.reject(new Error('disk')))).rejects.toThrow('disk')
    expect(browser.local.rows.has('wallet.vault')).toBe(true)
    await wallet.lock()
    expect(await wallet.unlock(PASSWORD)).toEqual(DONE)
  })
})
