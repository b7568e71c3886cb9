/** The wallet from nothing to made, locked and unlocked, with everything that is refused on the way. */
import { describe, expect, test } from 'vitest'
import { WalletSession, type WalletState } from '../../entrypoints/background/wallet/session.ts'
import {
  addressOf,
  createBrowser,
  createdWallet,
  DONE,
  MINUTE_MS,
  PASSWORD,
  refused,
  START_MS,
  useUpTries,
  WRONG,
} from './support.ts'

const PHRASE = 'ozone drill grab fiber curtain grace pudding thank cruise elder eight picnic'
const ADDRESS_0 = { type: 'address', index: 0 } as const

describe('draftPhrase', () => {
  test('a fresh browser has no wallet, and none is made by looking', async () => {
    const browser = createBrowser()
    const wallet = await browser.startWorker()
    expect(wallet.state).toEqual({ wallet: 'none', unlockNotBefore: 0, autoLockMinutes: 15 })
    expect(wallet.keyring).toBeNull()
    expect([...browser.local.rows, ...browser.session.rows]).toEqual([])
  })
  test('every tab and every worker gets the same words', async () => {
    const browser = createBrowser()
    const wallet = await browser.startWorker()
    const [first, second] = await Promise.all([wallet.draftPhrase(), wallet.draftPhrase()])
    expect(first).toEqual(second)
    expect(await (await browser.startWorker()).draftPhrase()).toEqual(first)
  })
  test('a browser restart forgets the words, and create says so', async () => {
    const browser = createBrowser()
    const before = await (await browser.startWorker()).draftPhrase()
    browser.restart()
    const wallet = await browser.startWorker()
    expect(await wallet.create(PASSWORD)).toEqual(refused({ type: 'no_draft' }))
    expect(await wallet.draftPhrase()).not.toEqual(before)
  })
  test('refused once there is a wallet', async () => {
    const { wallet } = await createdWallet()
    expect(await wallet.draftPhrase()).toEqual(refused({ type: 'wallet_exists' }))
  })
})

describe('create', () => {
  test('unlocks the drafted phrase and uses the draft up', async () => {
    const browser = createBrowser()
    const wallet = await browser.startWorker()
    const draft = await wallet.draftPhrase()
    expect(await wallet.create(PASSWORD)).toEqual(DONE)
    expect(wallet.state.wallet).toBe('unlocked')
    expect([...browser.session.rows.keys()]).toEqual(['wallet.key'])
    const other = await createBrowser(9).startWorker()
    const words = draft.type === 'ok' ? draft.value.words : []
    expect(await other.import(words.join(' '), PASSWORD)).toEqual(DONE)
    expect(addressOf(other)).toBe(addressOf(wallet))
  })
  test('a short password is refused, and the draft stays', async () => {
    const browser = createBrowser()
    const wallet = await browser.startWorker()
    const draft = await wallet.draftPhrase()
    expect(await wallet.create('eleven char')).toEqual(refused({ type: 'password_too_short', have: 11, need: 12 }))
    expect(wallet.state.wallet).toBe('none')
    expect(browser.local.rows.size).toBe(0)
    expect(await wallet.draftPhrase()).toEqual(draft)
  })
  test('over an existing wallet is refused, and nothing is written', async () => {
    const { browser, wallet } = await createdWallet()
    const before = [...browser.local.rows]
    expect(await wallet.create('another password')).toEqual(refused({ type: 'wallet_exists' }))
    expect(await wallet.import(PHRASE, 'another password')).toEqual(refused({ type: 'wallet_exists' }))
    expect([...browser.local.rows]).toEqual(before)
  })
  test('two at once make one wallet, that of the first', async () => {
    const wallet = await createBrowser().startWorker()
    await wallet.draftPhrase()
    const both = await Promise.all([wallet.create(PASSWORD), wallet.create('another password')])
    expect(both).toEqual([DONE, refused({ type: 'wallet_exists' })])
    await wallet.lock()
    expect(await wallet.unlock(PASSWORD)).toEqual(DONE)
  })
  test('when the vault cannot be written there is no wallet, and the next call works', async () => {
    const browser = createBrowser()
    const wallet = await browser.startWorker()
    await wallet.draftPhrase()
    browser.local.failNextSet = true
    await expect(wallet.create(PASSWORD)).rejects.toThrow('quota exceeded')
    expect(wallet.state.wallet).toBe('none')
    expect(await wallet.create(PASSWORD)).toEqual(DONE)
  })
})

describe('import', () => {
  test('spaces and case do not matter; a wrong phrase is named and nothing is written', async () => {
    const browser = createBrowser()
    const wallet = await browser.startWorker()
    const eleven = PHRASE.split(' ').slice(1).join(' ')
    expect(await wallet.import(eleven, PASSWORD)).toEqual(refused({ type: 'phrase_word_count', have: 11 }))
    expect(browser.local.rows.size).toBe(0)
    expect(await wallet.import(`  ${PHRASE.toUpperCase()} `, PASSWORD)).toEqual(DONE)
    expect(addressOf(wallet)).toMatch(/^0x[0-9a-f]{40}$/)
  })
})

describe('lock, unlock', () => {
  test('locking wipes the keys; unlocking brings the same ones back', async () => {
    const { browser, wallet } = await createdWallet()
    const held = wallet.keyring
    const address = addressOf(wallet)
    expect(await wallet.lock()).toEqual(DONE)
    expect(wallet.state.wallet).toBe('locked')
    expect(wallet.keyring).toBeNull()
    expect(() => held?.key(ADDRESS_0)).toThrow('I-KEYRING-WIPED')
    expect(browser.session.rows.size).toBe(0)
    expect(browser.ringing.size).toBe(0)
    expect(await wallet.unlock(PASSWORD)).toEqual(DONE)
    expect(addressOf(wallet)).toBe(address)
  })
  test('a decomposed spelling of the password opens', async () => {
    const wallet = await createBrowser().startWorker()
    await wallet.import(PHRASE, 'caf\u00e9 with milk')
    await wallet.lock()
    expect(await wallet.unlock('cafe\u0301 with milk')).toEqual(DONE)
  })
  test('without a wallet there is nothing to unlock, lock or touch', async () => {
    const wallet = await createBrowser().startWorker()
    expect(await wallet.unlock(PASSWORD)).toEqual(refused({ type: 'no_wallet' }))
    expect(await wallet.touch()).toEqual(refused({ type: 'no_wallet' }))
    expect(await wallet.lock()).toEqual(DONE)
    expect(wallet.state.wallet).toBe('none')
  })
  test('while unlocked the password is judged all the same, and the keys stay the same object', async () => {
    const { wallet } = await createdWallet()
    const held = wallet.keyring
    const [right, wrong] = await Promise.all([wallet.unlock(PASSWORD), wallet.unlock(WRONG)])
    expect(right).toEqual(DONE)
    expect(wrong).toEqual(refused({ type: 'wrong_password', notBeforeMs: 0, triesLeft: 4 }))
    expect(wallet.keyring).toBe(held)
  })
  test('two at once, wrong and right: each gets its own answer', async () => {
    const { wallet } = await createdWallet()
    await wallet.lock()
    const both = await Promise.all([wallet.unlock(WRONG), wallet.unlock(PASSWORD)])
    expect(both.map((outcome) => outcome.type)).toEqual(['rejected', 'ok'])
    expect(wallet.state).toEqual({ wallet: 'unlocked', unlockNotBefore: 0, autoLockMinutes: 15 })
  })
  test('a lock asked for during an unlock wins', async () => {
    const { wallet } = await createdWallet()
    await wallet.lock()
    await Promise.all([wallet.unlock(PASSWORD), wallet.lock()])
    expect(wallet.state.wallet).toBe('locked')
  })
  test('a cheaper vault is raised to the current cost by unlocking', async () => {
    const { browser, wallet } = await createdWallet()
    await wallet.lock()
    const before = browser.local.rows.get('wallet.vault')
    const costlier = { ...browser, kdf: { memoryKiB: 20_480, passes: 3, lanes: 1 } }
    const later = await WalletSession.open(costlier)
    expect(await later.unlock(PASSWORD)).toEqual(DONE)
    const after = browser.local.rows.get('wallet.vault')
    expect(before?.slice(0, 17)).toBe('"0x0100004c000201')
    expect(after?.slice(0, 17)).toBe('"0x01000050000301')
    const address = addressOf(later)
    await later.lock()
    expect(await later.unlock(PASSWORD)).toEqual(DONE)
    expect(browser.local.rows.get('wallet.vault')).toBe(after)
    expect(addressOf(later)).toBe(address)
  })
})

describe('an unreadable vault', () => {
  const withVault = async (row: string) => {
    const { browser } = await createdWallet()
    browser.local.rows.set('wallet.vault', row)
    browser.restart()
    return { browser, wallet: await browser.startWorker() }
  }
  test.each([
    ['not text', '{}', { type: 'vault_malformed', bytes: 0 }],
    ['truncated', '"0x0100004c00"', { type: 'vault_malformed', bytes: 5 }],
    ['of a later version', '"0x02"', { type: 'vault_version', version: 2, supported: 1 }],
  ] as const)('%s: still a wallet, unlock names the reason, nothing can replace it', async (_name, row, rejection) => {
    const { browser, wallet } = await withVault(row)
    expect(wallet.state.wallet).toBe('locked')
    expect(await wallet.unlock(PASSWORD)).toEqual(refused(rejection))
    expect(await wallet.draftPhrase()).toEqual(refused({ type: 'wallet_exists' }))
    expect(await wallet.import(PHRASE, PASSWORD)).toEqual(refused({ type: 'wallet_exists' }))
    expect(browser.local.rows.get('wallet.vault')).toBe(row)
  })
  test('a flipped bit answers like a wrong password', async () => {
    const { browser, wallet } = await createdWallet()
    await wallet.lock()
    const row = browser.local.rows.get('wallet.vault') ?? ''
    browser.local.rows.set('wallet.vault', `${row.slice(0, -2)}${row.at(-2) === '0' ? '1' : '0'}"`)
    expect(await wallet.unlock(PASSWORD)).toEqual(refused({ type: 'wrong_password', notBeforeMs: 0, triesLeft: 4 }))
  })
})

describe('onChange', () => {
  test('hears every change once, nothing that is no change, and nothing after unsubscribing', async () => {
    const browser = createBrowser()
    const wallet = await browser.startWorker()
    const heard: WalletState[] = []
    const stop = wallet.onChange((state) => heard.push(state))
    await wallet.draftPhrase()
    await wallet.create(PASSWORD)
    await wallet.touch()
    await wallet.lock()
    await wallet.lock()
    await useUpTries(wallet)
    browser.advance(2000)
    await wallet.unlock(PASSWORD)
    await wallet.setAutoLock(5)
    browser.advance(5 * MINUTE_MS)
    await wallet.onAlarm('wallet.autoLock')
    const base = { unlockNotBefore: 0, autoLockMinutes: 15 }
    expect(heard).toEqual([
      { ...base, wallet: 'unlocked' },
      { ...base, wallet: 'locked' },
      { ...base, wallet: 'locked', unlockNotBefore: START_MS + 2000 },
      { ...base, wallet: 'unlocked' },
      { ...base, wallet: 'unlocked', autoLockMinutes: 5 },
      { ...base, wallet: 'locked', autoLockMinutes: 5 },
    ])
    stop()
    await wallet.unlock(PASSWORD)
    expect(heard).toHaveLength(6)
  })
})
