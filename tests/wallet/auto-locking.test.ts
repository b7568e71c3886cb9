/** Locking by itself, with a runtime running: what is under way ends first, and whoever unlocks meanwhile is unlocked. */
import { describe, expect, test } from 'vitest'
import { createAutoLock } from '../../entrypoints/background/auto-lock.ts'
import type { CommandId, PaymentId } from '../../runtime/lib/units.ts'
import { type Running, startTown } from '../support/running.ts'
import { TUSD } from '../support/world.ts'
import { createdWallet, DONE, MINUTE_MS, PASSWORD, refused } from './support.ts'

const ALARM = 'wallet.autoLock'

/** A town whose runtime counts how often it was stopped. */
const watched = (town: Running) => {
  const runtime = {
    stops: 0,
    hosts: () => [town.host],
    stop: async () => {
      runtime.stops++
      await town.host.stop()
    },
  }
  return runtime
}

const setUp = async () => {
  const { browser, wallet } = await createdWallet()
  const town = await startTown()
  const runtime = watched(town)
  return { browser, wallet, town, runtime, autoLock: createAutoLock(wallet, runtime) }
}

const lateBy15Minutes = async () => {
  const parts = await setUp()
  parts.browser.advance(15 * MINUTE_MS)
  return parts
}

describe('auto-lock with a runtime', () => {
  test('in time -- nothing happens', async () => {
    const { wallet, runtime, autoLock } = await setUp()
    await autoLock()
    expect([wallet.state.wallet, runtime.stops]).toEqual(['unlocked', 0])
  })

  test('the alarm rings -- everybody hears at once, then the runtime stops and the keys go', async () => {
    const { wallet, runtime, autoLock } = await lateBy15Minutes()
    const keyring = wallet.keyring
    const heard: string[] = []
    wallet.onChange(({ wallet: state }) => heard.push(state))
    await wallet.onAlarm(ALARM)
    expect([heard, keyring, runtime.stops]).toEqual([['locked'], null, 0])
    await autoLock()
    expect([wallet.state.wallet, runtime.stops]).toEqual(['locked', 1])
  })

  test('a touch that comes too late -- is refused, and takes no keys from a running runtime', async () => {
    const { wallet, town } = await lateBy15Minutes()
    expect(await wallet.touch()).toEqual(refused({ type: 'wallet_locked' }))
    await town.run('You', { type: 'create_offer', tokenId: TUSD, amount: null, memo: '' })
    expect(town.host.halted()).toBeNull()
  })

  test('a payment under way -- ends before the runtime stops', async () => {
    const { wallet, runtime, autoLock, town } = await lateBy15Minutes()
    const outcome = await town.host.submit({
      type: 'command',
      commandId: 'pay' as CommandId,
      entityId: town.id('You'),
      tx: {
        type: 'pay',
        paymentId: `0x${'11'.repeat(32)}` as PaymentId,
        to: town.id('Bob'),
        invoice: null,
        offerId: null,
        payee: null,
        tokenId: TUSD,
        amount: 1_000n,
        memo: '',
        maxFee: 1_000_000n,
      },
    })
    expect(outcome.type).toBe('applied')
    await autoLock()
    expect([wallet.state.wallet, runtime.stops]).toEqual(['locked', 1])
    expect(town.host.env().eReplicas.get(town.id('You'))?.state.payments.size).toBe(0)
  })

  test('unlocked while the runtime drains -- it goes on', async () => {
    const { wallet, runtime, autoLock, town } = await lateBy15Minutes()
    const running = town.host.submit({
      type: 'message',
      start: null,
      from: town.id('Bob'),
      to: town.id('You'),
      bytes: new Uint8Array(),
    })
    const locking = autoLock()
    expect(await wallet.unlock(PASSWORD)).toEqual(DONE)
    await Promise.all([running, locking])
    expect(wallet.state.wallet).toBe('unlocked')
    expect(wallet.keyring).not.toBeNull()
    expect(runtime.stops).toBeLessThanOrEqual(1)
  })

  test('two calls at once are one', async () => {
    const { runtime, autoLock } = await lateBy15Minutes()
    await Promise.all([autoLock(), autoLock()])
    expect(runtime.stops).toBe(1)
  })
})
