/**
 * Copies of runtimes: a world of its own on a chain of its own where everything is here, a snapshot otherwise; whole or
 * not at all, whenever the worker dies; and neither it nor the original in the other's way.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { present } from '../../runtime/lib/assert.ts'
import { SIMNET_CHAIN_ID } from '../../runtime/manager/simnet.ts'
import type { FrameView, RpcMethods } from '../../runtime/radapter/types.ts'
import { quiet } from '../support/manual-time.ts'
import { createWalletMachine, type Page, type WalletMachine, type Worker } from '../support/wallet-machine.ts'
import { begin, chainOf, idOf, isRunning, namesOf, pay, reasonOf, USD } from '../support/wallet-pages.ts'

const clone = (page: Page, id = 'simnet', commandId = 'copy'): Promise<{ id: string }> =>
  page.adapter.rpc('runtime.clone', { commandId, id })
/** A page of the copy, once it runs. */
const opened = async (worker: Worker, id: string): Promise<Page> => {
  const page = worker.page(id)
  await page.until(isRunning)
  return page
}

const hostOf = (worker: Worker, chainId: bigint) =>
  present(
    worker.runtimes.hosts().find((host) => host.env().jReplicas.get('simnet')?.terms.chainId === chainId),
    `a runtime of chain ${chainId}`,
  )

/** Everybody's figures with everybody, and reserves. */
const moneyIn = (worker: Worker, chainId: bigint): readonly unknown[] => {
  const env = hostOf(worker, chainId).env()
  return [...env.eReplicas.values()].map(({ entityId, state }) => [
    entityId,
    [...state.reserves.entries()],
    [...state.accounts.entries()].map(([other, account]) => [other, [...account.state.deltas.values()]]),
  ])
}

describe('a copy of a world that is all here', () => {
  test('runs on a chain of its own, with all there was, and says what it is a copy of', async () => {
    const { worker, page } = await begin()
    const at = await page.frame()
    const { id } = await clone(page)
    const copy = await opened(worker, id)
    const { runtimes } = await copy.status()
    expect(runtimes.map(({ name, kind, copyOf }) => [name, kind, copyOf]).toSorted()).toEqual([
      ['Simnet', 'local', null],
      ['Simnet-2', 'local', 'Simnet'],
    ])
    const frame = await copy.frame()
    expect([frame.runtimeName, frame.role, frame.height]).toEqual(['Simnet-2', 'writer', at.height + 1])
    expect(frame.entities.map(({ entityId }) => entityId)).toEqual(at.entities.map(({ entityId }) => entityId))
    const chainId = await chainOf(copy)
    expect(chainId).toBeGreaterThanOrEqual(2n ** 48n)
    expect(moneyIn(worker, chainId)).toEqual(moneyIn(worker, SIMNET_CHAIN_ID))
    expect((await page.frame()).stateRoot).toBe(at.stateRoot)
  })

  test('pays, also through the hub -- nothing of it shows in the original, and the other way round', async () => {
    const { machine, worker, page } = await begin()
    const { id } = await clone(page)
    const copy = await opened(worker, id)
    const chainId = await chainOf(copy)
    const before = moneyIn(worker, SIMNET_CHAIN_ID)
    expect(await pay(copy, 'in-the-copy', 3n * USD)).toBe('sent')
    expect(moneyIn(worker, SIMNET_CHAIN_ID)).toEqual(before)
    const after = moneyIn(worker, chainId)
    expect(after).not.toEqual(before)
    expect(await pay(page, 'in-the-original', 3n * USD)).toBe('sent')
    expect(moneyIn(worker, chainId)).toEqual(after)
    // Neither has noticed anything when the worker dies, and none stands in the other's way.
    worker.die()
    const next = await machine.startWorker()
    await next.page('simnet').until(isRunning)
    expect(await pay(await opened(next, id), 'again')).toBe('sent')
  })

  test('takes the names and the further entities along; both worlds make new ones', async () => {
    const { worker, page } = await begin()
    await page.adapter.rpc('entity.create', { commandId: 'shop', label: 'Shop' })
    const bob = idOf(await page.frame(), 'Bob')
    await page.adapter.rpc('book.set', { entityId: bob, name: 'Robert', isHidden: false })
    const { id } = await clone(page)
    const copy = await opened(worker, id)
    await copy.adapter.rpc('entity.create', { commandId: 'next', label: 'Next' })
    const frame = await copy.frame()
    expect(
      frame.entities
        .filter(({ isOwn }) => isOwn)
        .map(({ label }) => label)
        .toSorted(),
    ).toEqual(['Next', 'Shop', 'You'])
    expect(frame.entities.find(({ entityId }) => entityId === bob)?.label).toBe('Robert')
    const shop = { commandId: 'offer', entityId: idOf(frame, 'Shop'), tokenId: 1, amount: null, memo: '' }
    await copy.adapter.rpc('offer.create', shop)
    const own = (await page.frame()).entities.filter(({ isOwn }) => isOwn)
    expect(own.map(({ label }) => label).toSorted()).toEqual(['Shop', 'You'])
  })

  test('the same command makes one; a copy of a copy is one more world', async () => {
    const { worker, page } = await begin()
    const { id } = await clone(page)
    expect(await clone(page)).toEqual({ id })
    const copy = await opened(worker, id)
    const second = await clone(copy, id, 'another')
    const third = await opened(worker, second.id)
    expect(namesOf(await third.status()).toSorted()).toEqual(['Simnet', 'Simnet-2', 'Simnet-2-2'])
    expect(new Set([await chainOf(page), await chainOf(copy), await chainOf(third)]).size).toBe(3)
    expect(await pay(third, 'third')).toBe('sent')
  })

  test('outlives the original, whose file can come back beside it', async () => {
    const { machine, worker, page } = await begin()
    const { id } = await clone(page)
    const copy = await opened(worker, id)
    const { rows } = present(machine.disks.get('xln-simnet'), 'a disk')
    await copy.adapter.rpc('runtime.delete', { id: 'simnet', confirmation: 'Simnet' })
    expect(await pay(copy, 'alone')).toBe('sent')
    const imported = stage(machine, rows, await copy.frame(), SIMNET_CHAIN_ID)
    const params = { commandId: 'in', imported, choice: null }
    expect(await copy.adapter.rpc('runtime.adopt', params)).toMatchObject({ kind: 'local', here: null })
    expect(await pay(await opened(worker, imported.id), 'back')).toBe('sent')
    expect(await pay(copy, 'beside')).toBe('sent')
  })

  test('its own file -- asks before it takes its place; of a world that is not here it just runs', async () => {
    const { machine, worker, page } = await begin()
    const { id } = await clone(page)
    const copy = await opened(worker, id)
    const chainId = await chainOf(copy)
    const { rows } = present(machine.disks.get(`xln-${id}`), 'a disk')
    const imported = stage(machine, rows, await copy.frame(), chainId)
    const adopt = (choice: 'replace' | null, commandId: string) =>
      page.adapter.rpc('runtime.adopt', { commandId, imported, choice })
    expect(await adopt(null, 'first')).toMatchObject({ id: null, kind: null, here: 'Simnet-2' })
    expect(await adopt('replace', 'second')).toMatchObject({ id: imported.id, kind: 'local', here: null })
    const back = await opened(worker, imported.id)
    expect([await chainOf(back), await pay(back, 'back')]).toEqual([chainId, 'sent'])
    expect(namesOf(await back.status()).toSorted()).toEqual(['Simnet', 'Simnet-2'])
  })
})

/** What a page leaves after it has proven a file. */
const stage = (
  machine: WalletMachine,
  rows: ReadonlyMap<string, Uint8Array>,
  frame: FrameView,
  chainId: bigint,
): RpcMethods['runtime.adopt']['params']['imported'] => {
  const id = 'import-0123456789abcdef'
  machine.disks.set(`xln-${id}`, { rows: new Map(rows), epoch: 1 })
  const ownEntityIds = frame.entities.filter(({ isOwn }) => isOwn).map(({ entityId }) => entityId)
  return { id, name: 'Simnet', worldId: 'simnet', index: 0, chainId, height: frame.height, ownEntityIds, names: [] }
}

describe('a copy that is only looked at', () => {
  const isLookedAt = async (worker: Worker, id: string, why = 'snapshot'): Promise<void> => {
    const status = await worker.page(id).until(({ runtime }) => runtime === 'read-only')
    expect(status.reason?.type).toBe(why)
    expect(status.runtimes.find((listing) => listing.id === id)).toMatchObject({ kind: 'snapshot', copyOf: null })
  }

  test('of a snapshot -- never signs, and a lock or an update has to wait for none', async () => {
    const { machine, worker, page } = await begin()
    const { rows } = present(machine.disks.get('xln-simnet'), 'a disk')
    const imported = stage(machine, rows, await page.frame(), SIMNET_CHAIN_ID)
    await page.adapter.rpc('runtime.adopt', { commandId: 'in', imported, choice: 'copy' })
    await isLookedAt(worker, imported.id)
    const { id } = await clone(page, imported.id)
    await isLookedAt(worker, id)
    expect(worker.runtimes.hosts().map((host) => host.env().name)).toEqual(['Simnet'])
    const own = idOf(await worker.page(id).frame(), 'You')
    const offer = { commandId: 'x', entityId: own, tokenId: 1, amount: null, memo: '' }
    await expect(worker.page(id).adapter.rpc('offer.create', offer)).rejects.toMatchObject({ code: 'E_LOCKED' })
  })

  test('of a world whose log is damaged', async () => {
    const { machine, worker, page } = await begin()
    await worker.runtimes.stop()
    const { rows } = present(machine.disks.get('xln-simnet'), 'a disk')
    for (const key of [...rows.keys()]) if (/^(ckpt|fkv|dkv)\//.test(key)) rows.delete(key)
    rows.set('wal/000000000007', new Uint8Array(3))
    await isLookedAt(worker, (await clone(page)).id, 'log_damaged')
  })
})

describe('a copy -- refused', () => {
  const disksOf = (machine: WalletMachine): readonly string[] => [...machine.disks.keys()]
  const keptOf = (machine: WalletMachine): readonly string[] =>
    [...machine.browser.local.rows.keys()].filter((key) => key.includes('copy'))

  test('while a payment waits for somebody who is cut off, and then made', async () => {
    const { machine, worker, page } = await begin()
    const frame = await page.frame()
    const [from, to] = [idOf(frame, 'You'), idOf(frame, 'Bob')]
    await page.adapter.rpc('simnet.unplug', { entityId: to, isUnplugged: true })
    const order = { commandId: 'pay', from, to, tokenId: 1, amount: USD, memo: '', maxFee: USD }
    const { paymentId } = await page.adapter.rpc('pay.send', order)
    expect(await reasonOf(clone(page))).toEqual({ type: 'clone_payments' })
    expect([disksOf(machine), keptOf(machine)]).toEqual([['xln-simnet'], []])
    await page.adapter.rpc('simnet.unplug', { entityId: to, isUnplugged: false })
    while ((await page.adapter.rpc('pay.get', { from, paymentId })).status === 'pending') await quiet()
    await opened(worker, (await clone(page)).id)
  })

  test('in court', async () => {
    const { page } = await begin()
    const frame = await page.frame()
    const [entityId, counterpartyId] = [idOf(frame, 'You'), idOf(frame, 'Hub')]
    await page.adapter.rpc('account.dispute', { commandId: 'sue', entityId, counterpartyId })
    expect(await reasonOf(clone(page))).toEqual({ type: 'clone_dispute' })
  })

  test('what there is no more of, or no room for', async () => {
    const { machine, page } = await begin()
    expect(await reasonOf(clone(page, 'local-7'))).toEqual({ type: 'unknown_runtime' })
    machine.disks.delete('xln-simnet')
    expect(await reasonOf(clone(page))).toEqual({ type: 'runtime_not_open' })
    expect([disksOf(machine), keptOf(machine)]).toEqual([[], []])
  })

  test('locked', async () => {
    const machine = createWalletMachine()
    const page = (await machine.startWorker({ isLocked: true })).page()
    await expect(clone(page)).rejects.toMatchObject({ code: 'E_WALLET_LOCKED' })
  })
})

describe('the worker dies', () => {
  let base: WalletMachine
  beforeAll(async () => {
    const { machine, page, worker } = await begin()
    await page.adapter.rpc('entity.create', { commandId: 'shop', label: 'Shop' })
    await worker.runtimes.stop()
    base = machine
  })
  /** A machine with what the first one has stored. */
  const machineAgain = (): WalletMachine => {
    const machine = createWalletMachine()
    for (const [name, disk] of base.disks) machine.disks.set(name, { rows: new Map(disk.rows), epoch: disk.epoch })
    for (const [key, row] of base.browser.local.rows) machine.browser.local.rows.set(key, row)
    return machine
  }
  const dieAfter = async (writes: number) => {
    const machine = machineAgain()
    const worker = await machine.startWorker()
    const page = worker.page()
    await page.until(isRunning)
    const died = new Promise<'died'>((resolve) => {
      machine.faults.onDeath = () => resolve('died')
    })
    machine.faults.writesLeft = writes
    const ended = await Promise.race([clone(page).then(() => 'made' as const), died])
    machine.faults.writesLeft = Number.POSITIVE_INFINITY
    worker.die()
    return { machine, ended }
  }

  test('at every write of a copy -- the next worker has none of it or a whole one, and the same command makes one', async () => {
    const found = new Set<number>()
    let writes = 0
    for (let ended = 'died'; ended === 'died'; writes++) {
      const tried = await dieAfter(writes)
      const { machine } = tried
      ended = tried.ended
      const worker = await machine.startWorker()
      const page = worker.page('simnet')
      const { runtimes } = await page.until(isRunning)
      await quiet()
      found.add(runtimes.length)
      if (runtimes.length === 1) {
        expect([...machine.disks.keys()], `after ${writes} writes`).toEqual(['xln-simnet'])
        expect([...machine.browser.local.rows.keys()].filter((key) => key.includes('copy'))).toEqual([])
      }
      const { id } = await clone(page)
      const copy = await opened(worker, id)
      expect(namesOf(await copy.status()).toSorted()).toEqual(['Simnet', 'Simnet-2'])
      const chainId = await chainOf(copy)
      expect(chainId).not.toBe(SIMNET_CHAIN_ID)
      expect(moneyIn(worker, chainId)).toEqual(moneyIn(worker, SIMNET_CHAIN_ID))
      expect((await copy.frame()).entities.filter(({ isOwn }) => isOwn)).toHaveLength(2)
      await worker.runtimes.stop()
    }
    expect([writes > 8, [...found].toSorted()]).toEqual([true, [1, 2]])
  })
})
