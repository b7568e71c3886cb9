/**
 * A runtime out of a file: in the place of the one that is here, beside it as a copy, or where one was; never so that
 * anything is signed twice.
 */
import { describe, expect, test } from 'vitest'
import { present } from '../../runtime/lib/assert.ts'
import { ownIdentity, SIMNET_CHAIN_ID } from '../../runtime/manager/simnet.ts'
import type { FrameView, RpcMethods } from '../../runtime/radapter/types.ts'
import { createWalletMachine, type Page, type WalletMachine, type Worker } from '../support/wallet-machine.ts'
import { begin, chainOf, create, idOf, isRunning, namesOf, pay, reasonOf } from '../support/wallet-pages.ts'

const ID = 'import-0123456789abcdef'
type Imported = RpcMethods['runtime.adopt']['params']['imported']

/** What a page leaves after it has proven a file: a database, and what it found in it. */
const stage = (machine: WalletMachine, frame: FrameView, id = ID): Imported => {
  const from = present(machine.disks.get('xln-simnet'), 'a disk')
  machine.disks.set(`xln-${id}`, { rows: new Map(from.rows), epoch: 1 })
  return {
    id,
    name: 'Simnet',
    worldId: 'simnet',
    index: 0,
    chainId: frame.jurisdictions[0]?.chainId ?? 0n,
    height: frame.height,
    ownEntityIds: frame.entities.filter(({ isOwn }) => isOwn).map(({ entityId }) => entityId),
    names: [],
  }
}
const withSecondEntity = async () => {
  const parts = await begin()
  await parts.page.adapter.rpc('entity.create', { commandId: 'shop', label: 'Shop' })
  return { ...parts, imported: stage(parts.machine, await parts.page.frame()) }
}
const adopt = (page: Page, imported: Imported, choice: 'copy' | 'replace' | null = null, commandId = 'in') =>
  page.adapter.rpc('runtime.adopt', { commandId, imported, choice })
const LOCAL = { id: ID, kind: 'local', here: null, behindBy: null } as const

/** A page of another world, once this one is deleted. */
const deleted = async (page: Page, worker: Worker): Promise<Page> => {
  await create(page, 'Jamaica')
  await page.adapter.rpc('runtime.delete', { id: 'simnet', confirmation: 'Simnet' })
  const other = worker.page('local-1')
  await other.until(isRunning)
  return other
}

describe('runtime.adopt', () => {
  test('of keys that are at work here -- nothing without a choice; as a copy it signs nothing', async () => {
    const { worker, page, imported } = await withSecondEntity()
    const adopt = (commandId: string, choice: 'copy' | 'replace' | null) =>
      page.adapter.rpc('runtime.adopt', { commandId, imported, choice })
    expect(await adopt('first', null)).toEqual({ id: null, kind: null, here: 'Simnet', behindBy: null })
    expect(namesOf(await page.status())).toEqual(['Simnet'])
    expect(await adopt('second', 'copy')).toEqual({ id: ID, kind: 'snapshot', here: null, behindBy: null })
    const status = await worker.page(ID).until(({ runtime }) => runtime === 'read-only')
    expect([status.reason, namesOf(status)]).toEqual([{ type: 'snapshot' }, ['Simnet-2', 'Simnet']])
  })

  test('that ends earlier than what is here -- says by how many frames, and nothing where it does not', async () => {
    const { machine, page, imported } = await withSecondEntity()
    await page.adapter.rpc('entity.create', { commandId: 'later', label: 'Later' })
    const { height } = await page.frame()
    const behindBy = async (of: number): Promise<unknown> => {
      const params = { commandId: `of-${of}`, imported: { ...imported, height: of }, choice: null }
      const { behindBy: frames, ...rest } = await page.adapter.rpc('runtime.adopt', params)
      expect(rest).toEqual({ id: null, kind: null, here: 'Simnet' })
      return frames
    }
    expect(height).toBeGreaterThan(imported.height)
    expect(await behindBy(imported.height)).toBe(height - imported.height)
    expect([await behindBy(height - 1), await behindBy(height), await behindBy(height + 1)]).toEqual([1, null, null])
    // What the database holds is not asked: it may be the one that is gone.
    machine.disks.delete('xln-simnet')
    expect(await behindBy(height - 2)).toBe(2)
    machine.browser.local.rows.delete('canary.simnet')
    expect(await behindBy(height - 2)).toBe(null)
  })

  test('in the place of the other -- under its name, with all its entities, and it signs', async () => {
    const { machine, worker, page, imported } = await withSecondEntity()
    await page.adapter.rpc('entity.create', { commandId: 'later', label: 'Later' })
    const params = { commandId: 'in', imported, choice: 'replace' } as const
    expect(await page.adapter.rpc('runtime.adopt', params)).toEqual({
      id: ID,
      kind: 'local',
      here: null,
      behindBy: null,
    })
    expect([...machine.disks.keys()]).toEqual([`xln-${ID}`])
    const next = worker.page()
    expect(namesOf(await next.until(isRunning))).toEqual(['Simnet'])
    const frame = await next.frame()
    const own = frame.entities.filter(({ isOwn }) => isOwn)
    expect(own.map(({ label }) => label).toSorted()).toEqual(['Shop', 'You'])
    for (const { entityId } of own)
      await next.adapter.rpc('offer.create', {
        commandId: entityId.slice(2, 18),
        entityId,
        tokenId: 1,
        amount: null,
        memo: '',
      })
    // The next key is the next one, not one that is in use.
    await next.adapter.rpc('entity.create', { commandId: 'third', label: 'Third' })
    expect((await next.frame()).entities.filter(({ isOwn }) => isOwn)).toHaveLength(3)
    worker.die()
    expect(namesOf(await (await machine.startWorker()).page().until(isRunning))).toEqual(['Simnet'])
  })

  test('in the place of one whose database is missing -- it runs again from where the file ends', async () => {
    const { machine, worker, imported } = await withSecondEntity()
    worker.die()
    machine.disks.delete('xln-simnet')
    const next = await machine.startWorker()
    const page = next.page()
    expect((await page.until(({ runtime }) => runtime === 'read-only')).reason).toEqual({ type: 'database_missing' })
    const params = { commandId: 'in', imported, choice: 'replace' } as const
    expect(await page.adapter.rpc('runtime.adopt', params)).toMatchObject({ id: ID, kind: 'local' })
    const back = next.page(ID)
    expect([namesOf(await back.until(isRunning)), (await back.frame()).height >= imported.height]).toEqual([
      ['Simnet'],
      true,
    ])
    await back.adapter.rpc('entity.create', { commandId: 'third', label: 'Third' })
  })

  test('of keys beyond those made here -- none of them is given to a new world', async () => {
    const { machine, page, imported } = await withSecondEntity()
    const keys = machine.keyring.entity({ role: 'own', runtimeIndex: 7, entityIndex: 0 })
    const seventh = { ...imported, index: 7, ownEntityIds: [ownIdentity('', keys).entityId] }
    const made = await page.adapter.rpc('runtime.adopt', { commandId: 'in', imported: seventh, choice: null })
    expect(made).toEqual({ id: ID, kind: 'local', here: null, behindBy: null })
    expect((await create(page, 'Next', 'next')).id).toBe('local-8')
    await page.adapter.rpc('runtime.delete', { id: 'local-8', confirmation: 'Next' })
    expect((await create(page, 'Next', 'again')).id).toBe('local-9')
  })

  test('without its database -- refused, and nothing is made', async () => {
    const { machine, page, imported } = await withSecondEntity()
    machine.disks.delete(`xln-${ID}`)
    const asked = page.adapter.rpc('runtime.adopt', { commandId: 'in', imported, choice: 'replace' })
    expect(await reasonOf(asked)).toEqual({ type: 'runtime_not_open' })
    expect([[...machine.disks.keys()], namesOf(await page.status())]).toEqual([['xln-simnet'], ['Simnet']])
  })

  test('of another wallet -- a copy to look at', async () => {
    const { page, imported } = await withSecondEntity()
    const foreign = { ...imported, ownEntityIds: [`0x${'ab'.repeat(32)}`] }
    const made = await page.adapter.rpc('runtime.adopt', { commandId: 'in', imported: foreign, choice: null })
    expect(made).toEqual({ id: ID, kind: 'snapshot', here: null, behindBy: null })
  })
})

describe('a file of a runtime that was deleted here', () => {
  test('with all that it had signed -- signs without being asked', async () => {
    const { machine, worker, page, imported } = await withSecondEntity()
    const other = await deleted(page, worker)
    expect(await adopt(other, imported)).toEqual(LOCAL)
    expect(await adopt(other, imported)).toEqual(LOCAL)
    const back = worker.page(ID)
    expect([(await back.until(isRunning)).runtimeId, await chainOf(back)]).toEqual([ID, SIMNET_CHAIN_ID])
    expect((await create(other, 'Next', 'next')).id).toBe('local-2')
    expect([...machine.disks.keys()].toSorted()).toEqual([`xln-${ID}`, 'xln-local-1'])
  })

  test('older -- goes on as a copy on a chain of its own, where nothing was signed before', async () => {
    const { worker, page, imported } = await withSecondEntity()
    expect(await pay(page, 'after-the-file')).toBe('sent')
    expect(await adopt(await deleted(page, worker), imported)).toEqual(LOCAL)
    const back = worker.page(ID)
    const { runtimes } = await back.until(isRunning)
    expect(runtimes.find(({ id }) => id === ID)).toMatchObject({ name: 'Simnet', kind: 'local', copyOf: 'Simnet' })
    expect(await chainOf(back)).toBeGreaterThanOrEqual(2n ** 48n)
    expect(await pay(back, 'again')).toBe('sent')
    await back.adapter.rpc('entity.create', { commandId: 'third', label: 'Third' })
    const own = (await back.frame()).entities.filter(({ isOwn }) => isOwn)
    expect(own.map(({ label }) => label).toSorted()).toEqual(['Shop', 'Third', 'You'])
  })

  test.each([[true], [false]])(
    'all were forgotten, and the phrase is back -- has all that was signed: %j',
    async (isAll) => {
      const { worker, page, imported } = await withSecondEntity()
      if (!isAll) expect(await pay(page, 'after-the-file')).toBe('sent')
      await worker.runtimes.forget()
      worker.runtimes.follow(createWalletMachine().keyring)
      const other = worker.page()
      await other.until(isRunning)
      expect(await adopt(other, imported)).toEqual(LOCAL)
      const back = worker.page(ID)
      await back.until(isRunning)
      expect((await chainOf(back)) === SIMNET_CHAIN_ID).toBe(isAll)
      expect(await pay(back, 'again')).toBe('sent')
    },
  )

  test('in the place of one that is here, and older than it -- on a chain of its own', async () => {
    const { worker, page, imported } = await withSecondEntity()
    expect(await pay(page, 'after-the-file')).toBe('sent')
    expect(await adopt(page, imported, 'replace')).toEqual(LOCAL)
    const back = worker.page(ID)
    await back.until(isRunning)
    expect(await chainOf(back)).toBeGreaterThanOrEqual(2n ** 48n)
    expect(await pay(back, 'again')).toBe('sent')
  })

  test('in the place of one that is here, older, and it cannot be forked -- a copy beside it, which goes on', async () => {
    const { machine, worker, page } = await begin()
    const frame = await page.frame()
    const [from, to] = [idOf(frame, 'You'), idOf(frame, 'Bob')]
    await page.adapter.rpc('simnet.unplug', { entityId: to, isUnplugged: true })
    await page.adapter.rpc('pay.send', { commandId: 'x', from, to, tokenId: 1, amount: 1n, memo: '', maxFee: 9n })
    const imported = stage(machine, await page.frame())
    await page.adapter.rpc('entity.create', { commandId: 'later', label: 'Later' })
    expect(await adopt(page, imported, 'replace')).toEqual({ ...LOCAL, kind: 'snapshot' })
    await worker.page('simnet').until(isRunning)
    const status = await worker.page(ID).until(({ runtime }) => runtime === 'read-only')
    expect(status.reason).toEqual({ type: 'snapshot' })
  })

  test('that went elsewhere from a common past -- is not taken for a newer one, however long it is', async () => {
    const { machine, worker, page, imported } = await withSecondEntity()
    const elsewhere = 'import-fedcba9876543210'
    const there = stage(machine, await page.frame(), elsewhere)
    expect(await adopt(page, imported, 'replace')).toEqual(LOCAL)
    const second = worker.page(ID)
    await second.until(isRunning)
    for (const commandId of ['a', 'b']) expect(await pay(second, commandId)).toBe('sent')
    await create(second, 'Jamaica')
    await second.adapter.rpc('runtime.delete', { id: ID, confirmation: 'Simnet' })
    const frames = { ...there, height: 1_000 }
    const other = worker.page('local-1')
    expect(await adopt(other, frames, null, 'elsewhere')).toMatchObject({ id: elsewhere, kind: 'local' })
    const back = worker.page(elsewhere)
    await back.until(isRunning)
    expect(await chainOf(back)).toBeGreaterThanOrEqual(2n ** 48n)
  })

  test('older, with a payment on its way in it -- a copy that only shows', async () => {
    const { machine, worker, page } = await begin()
    const frame = await page.frame()
    const [from, to] = [idOf(frame, 'You'), idOf(frame, 'Bob')]
    await page.adapter.rpc('simnet.unplug', { entityId: to, isUnplugged: true })
    await page.adapter.rpc('pay.send', { commandId: 'x', from, to, tokenId: 1, amount: 1n, memo: '', maxFee: 9n })
    const imported = stage(machine, await page.frame())
    await page.adapter.rpc('entity.create', { commandId: 'later', label: 'Later' })
    const other = await deleted(page, worker)
    expect(await adopt(other, imported)).toEqual({ ...LOCAL, kind: 'snapshot' })
    const status = await worker.page(ID).until(({ runtime }) => runtime === 'read-only')
    expect([status.reason, machine.browser.local.rows.has(`entities.${ID}`)]).toEqual([{ type: 'snapshot' }, false])
  })

  test('of which nobody knows how far it had signed -- on a chain of its own; of a copy that never signed, on that one', async () => {
    const { machine, worker, page, imported } = await withSecondEntity()
    const copy = stage(machine, await page.frame(), 'import-fedcba9876543210')
    await adopt(page, copy, 'copy', 'copy')
    const other = await deleted(page, worker)
    await other.adapter.rpc('runtime.delete', { id: copy.id, confirmation: 'Simnet-2' })
    expect(await adopt(other, imported)).toEqual(LOCAL)
    expect(await chainOf(worker.page(ID))).toBe(SIMNET_CHAIN_ID)

    const kept = present(machine.disks.get(`xln-${ID}`), 'a disk')
    machine.browser.local.rows.set(`canary.${ID}`, '"no mark"')
    await other.adapter.rpc('runtime.delete', { id: ID, confirmation: 'Simnet' })
    const again = { ...imported, id: 'import-00000000000000ff' }
    machine.disks.set(`xln-${again.id}`, kept)
    expect(await adopt(other, again, null, 'again')).toMatchObject({ kind: 'local' })
    expect(await chainOf(worker.page(again.id))).toBeGreaterThanOrEqual(2n ** 48n)
  })

  test('older, and the worker dies at any write -- the same command brings it in once, on a chain of its own', async () => {
    const { machine: base, worker: first, page, imported } = await withSecondEntity()
    await page.adapter.rpc('entity.create', { commandId: 'later', label: 'Later' })
    await deleted(page, first)
    await first.runtimes.stop()
    let writes = 0
    for (let ended = 'died'; ended === 'died'; writes++) {
      const machine = createWalletMachine()
      for (const [name, disk] of base.disks) machine.disks.set(name, { rows: new Map(disk.rows), epoch: disk.epoch })
      for (const [key, row] of base.browser.local.rows) machine.browser.local.rows.set(key, row)
      const worker = await machine.startWorker()
      const asking = worker.page()
      await asking.until(isRunning)
      const died = new Promise<'died'>((resolve) => {
        machine.faults.onDeath = () => resolve('died')
      })
      machine.faults.writesLeft = writes
      ended = await Promise.race([adopt(asking, imported).then(() => 'made'), died])
      machine.faults.writesLeft = Number.POSITIVE_INFINITY
      worker.die()
      const next = await machine.startWorker()
      expect(await adopt(next.page('local-1'), imported), `after ${writes} writes`).toEqual(LOCAL)
      const back = next.page(ID)
      expect(namesOf(await back.until(isRunning)).toSorted()).toEqual(['Jamaica', 'Simnet'])
      expect(await chainOf(back)).toBeGreaterThanOrEqual(2n ** 48n)
      await next.runtimes.stop()
    }
    expect(writes).toBeGreaterThan(4)
  })
})

describe('names', () => {
  const named = async () => {
    const parts = await withSecondEntity()
    const bob = idOf(await parts.page.frame(), 'Bob')
    const alice = idOf(await parts.page.frame(), 'Alice')
    const names = [
      { entityId: bob, name: 'Roberto', isHidden: false },
      { entityId: alice, name: 'roberto', isHidden: false },
      { entityId: 'nobody', name: 'Nobody', isHidden: false },
      { entityId: alice, name: 'Alicia', isHidden: true },
    ]
    return { ...parts, bob, alice, imported: { ...parts.imported, names } }
  }
  const bookOf = ({ browser }: WalletMachine, id: string): unknown =>
    JSON.parse(browser.local.rows.get(`names.${id}`) ?? 'null')

  test('of the one that is replaced are kept, hidden ones too', async () => {
    const { machine, worker, page, bob, alice, imported } = await named()
    await page.adapter.rpc('book.set', { entityId: bob, name: 'Robert', isHidden: false })
    await page.adapter.rpc('book.set', { entityId: alice, name: 'Al', isHidden: true })
    const before = bookOf(machine, 'simnet')
    await adopt(page, imported, 'replace')
    const back = worker.page(ID)
    await back.until(isRunning)
    const { entities } = await back.frame()
    expect(entities.find(({ entityId }) => entityId === bob)?.label).toBe('Robert')
    expect([bookOf(machine, ID), bookOf(machine, 'simnet')]).toEqual([before, null])
  })

  test.each([['copy'], [null]] as const)(
    'in the file -- go with it (%j), as far as they can be names',
    async (choice) => {
      const { machine, worker, page, bob, alice, imported } = await named()
      await adopt(choice === null ? await deleted(page, worker) : page, imported, choice)
      expect(bookOf(machine, ID)).toEqual([
        { entityId: alice, name: 'Alicia', isHidden: true },
        { entityId: bob, name: 'Roberto', isHidden: false },
      ])
    },
  )
})
