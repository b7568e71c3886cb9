/** Updates, with a runtime running: none while a payment is under way, and never before the runtime has stopped. */
import { describe, expect, test } from 'vitest'
import { createUpdates, type Updates, updateHandlers } from '../../entrypoints/background/update.ts'
import type { RuntimeHost } from '../../runtime/host.ts'
import type { CommandId, PaymentId } from '../../runtime/lib/units.ts'
import { quiet } from '../support/manual-time.ts'
import { type Running, startTown } from '../support/running.ts'
import { TUSD } from '../support/world.ts'

/** The browser and the runtime's holder, which write down what they are told, in order. */
const setUp = async () => {
  const town = await startTown()
  const told: string[] = []
  const available = new Set<() => void>()
  const changes = new Set<() => void>()
  const holder = {
    host: town.host as RuntimeHost | null,
    hosts: () => (holder.host === null ? [] : [holder.host]),
    onChange: (listener: () => void) => {
      changes.add(listener)
      return () => changes.delete(listener)
    },
    stop: async () => {
      told.push(`stop with ${paymentsOf(town)} under way`)
      holder.put(null)
      await town.host.stop()
      told.push('stopped')
    },
    put: (host: RuntimeHost | null) => {
      holder.host = host
      for (const listener of changes) listener()
    },
  }
  const port = {
    onAvailable: (listener: () => void) => void available.add(listener),
    reload: () => void told.push('reload'),
  }
  const updates = createUpdates(port, Promise.resolve(holder))
  const announce = (): void => {
    for (const listener of available) listener()
  }
  return { town, told, holder, updates, announce }
}

const paymentsOf = (town: Running): number => town.host.env().eReplicas.get(town.id('You'))?.state.payments.size ?? 0

/** Committed, and on its way. */
const startPayment = async (town: Running): Promise<void> => {
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
  expect([outcome.type, paymentsOf(town)]).toEqual(['applied', 1])
}

const INSTALLED = ['stop with 0 under way', 'stopped', 'reload']

describe('an update', () => {
  test('nothing under way -- told of, then the runtime stops, then the browser reloads, once', async () => {
    const { told, updates, announce } = await setUp()
    updates.onChange(() => told.push(`ready: ${updates.isReady()}`))
    announce()
    announce()
    await quiet()
    expect(told).toEqual(['ready: true', ...INSTALLED])
  })

  test('a payment under way -- it waits for its end, by itself or asked to', async () => {
    for (const ask of [() => undefined, (updates: Updates) => updates.install()]) {
      const { told, town, updates, announce } = await setUp()
      await startPayment(town)
      announce()
      ask(updates)
      expect([told, updates.isReady()]).toEqual([[], true])
      await quiet()
      expect(told).toEqual(INSTALLED)
    }
  })

  test('a payment under way, and the wallet locks meanwhile -- installed then', async () => {
    const { told, town, holder, announce } = await setUp()
    await startPayment(town)
    announce()
    await Promise.resolve()
    await holder.stop()
    await quiet()
    expect(told.at(-1)).toBe('reload')
    expect(told.filter((what) => what === 'reload')).toHaveLength(1)
  })

  test('none there -- asking for it does nothing', async () => {
    const { told, updates } = await setUp()
    expect(await updateHandlers(updates)['host.update']()).toEqual({})
    await quiet()
    expect([told, updates.isReady()]).toEqual([[], false])
  })
})
