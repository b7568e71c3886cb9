/** Wrong passwords through the whole session: the wait, and the ways to cheat it that must not work. */
import { describe, expect, test } from 'vitest'
import { waitMs } from '../../entrypoints/background/wallet/backoff.ts'
import { createdWallet, DONE, PASSWORD, refused, START_MS, useUpTries, WRONG } from './support.ts'

describe('wrong passwords', () => {
  test('five are free, then every one waits, and the right one clears it', async () => {
    const { browser, wallet } = await createdWallet()
    await wallet.lock()
    for (let failures = 1; failures <= 7; failures++) {
      const notBeforeMs = failures < 5 ? 0 : browser.clock.now() + waitMs(failures)
      const triesLeft = Math.max(0, 5 - failures)
      const password = failures % 3 === 0 ? WRONG : 'too short'
      expect(await wallet.unlock(password)).toEqual(refused({ type: 'wrong_password', notBeforeMs, triesLeft }))
      expect(wallet.state.unlockNotBefore).toBe(notBeforeMs)
      browser.advance(waitMs(failures))
    }
    expect(await wallet.unlock(PASSWORD)).toEqual(DONE)
    expect(wallet.state.unlockNotBefore).toBe(0)
    expect(await wallet.unlock(WRONG)).toEqual(refused({ type: 'wrong_password', notBeforeMs: 0, triesLeft: 4 }))
  })
  test('while waiting even the right password is refused, at no cost and one millisecond before the end', async () => {
    const { browser, wallet } = await createdWallet()
    await wallet.lock()
    await useUpTries(wallet)
    const wait = refused({ type: 'too_many_tries', notBeforeMs: START_MS + 2000 })
    expect(await wallet.unlock(PASSWORD)).toEqual(wait)
    browser.advance(1999)
    expect(await wallet.unlock(PASSWORD)).toEqual(wait)
    browser.advance(1)
    expect(await wallet.unlock(PASSWORD)).toEqual(DONE)
  })
  test('the wait survives worker death and browser restart', async () => {
    const { browser, wallet } = await createdWallet()
    await wallet.lock()
    await useUpTries(wallet)
    browser.restart()
    const restarted = await browser.startWorker()
    expect(restarted.state.unlockNotBefore).toBe(START_MS + 2000)
    expect(await restarted.unlock(PASSWORD)).toEqual(refused({ type: 'too_many_tries', notBeforeMs: START_MS + 2000 }))
  })
  test('turning the clock back starts the wait again instead of ending it', async () => {
    const { browser, wallet } = await createdWallet()
    await wallet.lock()
    await useUpTries(wallet)
    browser.advance(-3_600_000)
    const notBeforeMs = START_MS - 3_600_000 + 2000
    expect(await wallet.unlock(PASSWORD)).toEqual(refused({ type: 'too_many_tries', notBeforeMs }))
    expect((await browser.startWorker()).state.unlockNotBefore).toBe(notBeforeMs)
    browser.advance(2000)
    expect(await wallet.unlock(PASSWORD)).toEqual(DONE)
  })
  test('a try is counted before it is judged, so a worker killed in between has given nothing away', async () => {
    const { browser, wallet } = await createdWallet()
    await wallet.unlock(PASSWORD)
    const counts = browser.local.written.map(([key, row]) => [key, JSON.parse(row).failures])
    expect(counts).toEqual([
      ['wallet.tries', 1],
      ['wallet.tries', 0],
    ])
  })
  test('an unreadable row counts as used-up tries', async () => {
    const { browser, wallet } = await createdWallet()
    await wallet.lock()
    browser.local.rows.set('wallet.tries', '{"failures":-1}')
    const later = await browser.startWorker()
    expect(await later.unlock(PASSWORD)).toEqual(refused({ type: 'too_many_tries', notBeforeMs: START_MS + 2000 }))
  })
  test('a password that nobody could have set is wrong, and counts', async () => {
    const { wallet } = await createdWallet()
    await wallet.lock()
    expect(await wallet.unlock('')).toMatchObject({ rejection: { type: 'wrong_password', triesLeft: 4 } })
    expect(await wallet.unlock('\ud800'.repeat(12))).toMatchObject({ rejection: { triesLeft: 3 } })
  })
})
