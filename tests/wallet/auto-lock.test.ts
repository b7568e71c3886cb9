/** When an unlocked wallet locks by itself, and what the death of a worker or a browser leaves of it. */
import { describe, expect, test } from 'vitest'
import { addressOf, createdWallet, DONE, MINUTE_MS, PASSWORD, refused, START_MS } from './support.ts'

describe('auto-lock', () => {
  const alarm = 'wallet.autoLock'

  test('is armed for 15 minutes by unlocking, and locks when it rings', async () => {
    const { browser, wallet } = await createdWallet()
    expect([...browser.ringing]).toEqual([[alarm, START_MS + 15 * MINUTE_MS]])
    browser.advance(15 * MINUTE_MS)
    await wallet.onAlarm(alarm)
    expect(wallet.state.wallet).toBe('locked')
    expect(browser.session.rows.size).toBe(0)
  })
  test('touch restarts the countdown', async () => {
    const { browser, wallet } = await createdWallet()
    browser.advance(10 * MINUTE_MS)
    expect(await wallet.touch()).toEqual(DONE)
    browser.advance(10 * MINUTE_MS)
    expect(wallet.state.wallet).toBe('unlocked')
    await wallet.onAlarm(alarm)
    expect(wallet.state.wallet).toBe('unlocked')
    expect(browser.ringing.get(alarm)).toBe(START_MS + 25 * MINUTE_MS)
  })
  test('past the deadline the keys are out of reach even if the alarm is late, and touch comes too late', async () => {
    const { browser, wallet } = await createdWallet()
    browser.advance(15 * MINUTE_MS)
    expect(wallet.state.wallet).toBe('locked')
    expect(wallet.keyring).toBeNull()
    expect(await wallet.touch()).toEqual(refused({ type: 'wallet_locked' }))
    expect(browser.session.rows.size).toBe(0)
  })
  test('a worker that starts after the deadline finds a locked wallet, alarm or not', async () => {
    const { browser } = await createdWallet()
    browser.ringing.clear()
    browser.advance(15 * MINUTE_MS)
    const later = await browser.startWorker()
    expect(later.state.wallet).toBe('locked')
    expect(browser.session.rows.size).toBe(0)
  })
  test('a clock set back does not put the deadline further away than the minutes chosen', async () => {
    const { browser } = await createdWallet()
    browser.advance(-24 * 60 * MINUTE_MS)
    const later = await browser.startWorker()
    expect(browser.ringing.get(alarm)).toBe(browser.clock.now() + 15 * MINUTE_MS)
    browser.advance(15 * MINUTE_MS)
    expect(later.state.wallet).toBe('locked')
  })
  test('other alarms lock nothing', async () => {
    const { browser, wallet } = await createdWallet()
    await wallet.onAlarm('something else')
    expect(wallet.state.wallet).toBe('unlocked')
    expect(browser.ringing.size).toBe(1)
  })
})

describe('setAutoLock', () => {
  test('applies at once and is remembered', async () => {
    const { browser, wallet } = await createdWallet()
    expect(await wallet.setAutoLock(1)).toEqual(DONE)
    expect([...browser.ringing.values()]).toEqual([START_MS + MINUTE_MS])
    browser.restart()
    expect((await browser.startWorker()).state.autoLockMinutes).toBe(1)
  })
  test.each([0, -1, 1.5, 1441, Number.NaN, Number.POSITIVE_INFINITY])('%d minutes are refused', async (minutes) => {
    const { wallet } = await createdWallet()
    const rejection = { type: 'auto_lock_out_of_range', minutes, min: 1, max: 1440 } as const
    expect(await wallet.setAutoLock(minutes)).toEqual(refused(rejection))
    expect(wallet.state.autoLockMinutes).toBe(15)
  })
  test('refused while locked', async () => {
    const { wallet } = await createdWallet()
    await wallet.lock()
    expect(await wallet.setAutoLock(60)).toEqual(refused({ type: 'wallet_locked' }))
    expect(wallet.state.autoLockMinutes).toBe(15)
  })
})

describe('worker death and browser restart', () => {
  test('a new worker over the same browser is unlocked, with the same keys and deadline', async () => {
    const { browser, wallet } = await createdWallet()
    browser.advance(MINUTE_MS)
    const later = await browser.startWorker()
    expect(later.state).toEqual(wallet.state)
    expect(addressOf(later)).toBe(addressOf(wallet))
    expect([...browser.ringing.values()]).toEqual([START_MS + 15 * MINUTE_MS])
  })
  test('a restarted browser is locked', async () => {
    const { browser } = await createdWallet()
    browser.restart()
    const later = await browser.startWorker()
    expect(later.state.wallet).toBe('locked')
    expect(await later.unlock(PASSWORD)).toEqual(DONE)
  })
  test('a lock holds for the next worker', async () => {
    const { browser, wallet } = await createdWallet()
    await wallet.lock()
    expect((await browser.startWorker()).state.wallet).toBe('locked')
  })
  test.each([
    ['of another vault', { dek: `0x${'00'.repeat(32)}`, deadlineMs: START_MS + MINUTE_MS }],
    ['of a wrong length', { dek: '0x00', deadlineMs: START_MS + MINUTE_MS }],
    ['without a deadline', { dek: `0x${'00'.repeat(32)}` }],
  ])('a session key %s unlocks nothing and is removed', async (_name, row) => {
    const { browser } = await createdWallet()
    await browser.session.set('wallet.key', row)
    expect((await browser.startWorker()).state.wallet).toBe('locked')
    expect(browser.session.rows.size).toBe(0)
  })
  test('a session key without a vault is removed', async () => {
    const { browser } = await createdWallet()
    browser.local.rows.clear()
    expect((await browser.startWorker()).state.wallet).toBe('none')
    expect(browser.session.rows.size).toBe(0)
  })
})
