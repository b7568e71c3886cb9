/** The runtimes of one wallet: worlds apart, made once, named once, and gone for good. Of copies: clones.test.ts. */
import { describe, expect, test } from 'vitest'
import { present } from '../../runtime/lib/assert.ts'
import { MOST_RUNTIMES } from '../../runtime/manager/registry.ts'
import { ownIdentity } from '../../runtime/manager/simnet.ts'
import { RAdapterError } from '../../runtime/radapter/errors.ts'
import type { FrameView, HostStatus, RpcMethods } from '../../runtime/radapter/types.ts'
import { quiet } from '../support/manual-time.ts'
import { createWalletMachine, type Page, type WalletMachine } from '../support/wallet-machine.ts'

const isRunning = ({ runtime }: HostStatus): boolean => runtime === 'running'
const namesOf = ({ runtimes }: HostStatus): readonly string[] => runtimes.map(({ name }) => name)

const begin = async () => {
  const machine = createWalletMachine()
  const worker = await machine.startWorker()
  const page = worker.page()
  await page.until(isRunning)
  return { machine, worker, page }
}

const create = (page: Page, name: string, commandId = name): Promise<{ id: string }> =>
  page.adapter.rpc('runtime.create', { commandId, name })

/** Why it was refused; null for another error. */
const reasonOf = async (asked: Promise<unknown>): Promise<unknown> => {
  const error = await asked.then(
    () => new Error('it was not refused'),
    (thrown: unknown) => thrown,
  )
  return error instanceof RAdapterError ? error.error.reason : null
}

/** The rows a world keeps beside its database. */
const keptOf = (machine: WalletMachine, id: string): readonly string[] =>
  [...machine.browser.local.rows.keys()].filter((key) => key.endsWith(`.${id}`))

describe('runtime.create', () => {
  test('a new world -- its own keys, chain and database; the same command makes one', async () => {
    const { machine, worker, page } = await begin()
    const made = await create(page, 'Jamaica')
    expect(await create(page, 'Jamaica')).toEqual(made)
    expect(made.id).toBe('local-1')
    const other = worker.page(made.id)
    const status = await other.until(isRunning)
    expect([status.runtimeId, status.control]).toEqual(['local-1', 'writer'])
    const [first, second] = [await page.frame(), await other.frame()]
    expect(second.runtimeName).toBe('Jamaica')
    const idsOf = (frame: typeof first) => frame.entities.map(({ entityId }) => entityId)
    expect(idsOf(first).filter((id) => idsOf(second).includes(id))).toEqual([])
    expect(second.jurisdictions[0]?.chainId).toBe((first.jurisdictions[0]?.chainId ?? 0n) + 1n)
    expect([...machine.disks.keys()]).toEqual(['xln-simnet', 'xln-local-1'])
  })

  test('a name that is taken, unreadable or too long -- refused, and nothing is made', async () => {
    const { machine, page } = await begin()
    const before = machine.browser.local.rows.get('runtimes')
    expect(await reasonOf(create(page, 'SIMNET'))).toEqual({ type: 'runtime_name_taken' })
    expect(await reasonOf(create(page, 'a\u202eb', 'bad'))).toEqual({ type: 'bad_name' })
    expect(await reasonOf(create(page, 'x'.repeat(65), 'long'))).toMatchObject({ type: 'name_too_long' })
    expect(machine.browser.local.rows.get('runtimes')).toBe(before)
  })

  test('as many as there may be -- the next one is refused', async () => {
    const { page } = await begin()
    for (let i = 1; i < MOST_RUNTIMES; i++) await create(page, `World ${i}`, `world-${i}`)
    expect(await reasonOf(create(page, 'One more', 'more'))).toEqual({
      type: 'too_many_runtimes',
      limit: MOST_RUNTIMES,
    })
  })

  test('locked -- nothing is listed, and nothing is made', async () => {
    const machine = createWalletMachine()
    const page = (await machine.startWorker({ isLocked: true })).page()
    expect((await page.status()).runtimes).toEqual([])
    await expect(create(page, 'Jamaica')).rejects.toMatchObject({ code: 'E_WALLET_LOCKED' })
  })
})

describe('runtime.select and runtime.rename', () => {
  test('selected -- pages that name none open on it, also with the next worker, and it is listed first', async () => {
    const { machine, worker, page } = await begin()
    machine.browser.advance(1_000)
    const { id } = await create(page, 'Jamaica')
    machine.browser.advance(1_000)
    await page.adapter.rpc('runtime.select', { id })
    expect((await worker.page().status()).runtimeId).toBe(id)
    expect((await page.status()).runtimeId).toBe('simnet')
    worker.die()
    const status = await (await machine.startWorker()).page().until(isRunning)
    expect([status.runtimeId, namesOf(status)]).toEqual([id, ['Jamaica', 'Simnet']])
  })

  test('opened, and left -- each is a use; what is neither is as old as it was', async () => {
    const { machine, worker, page } = await begin()
    const usedAt = async (): Promise<readonly number[]> =>
      (await page.status()).runtimes.toSorted((a, b) => a.id.localeCompare(b.id)).map((each) => each.usedAt)
    const first = machine.browser.clock.now()
    machine.browser.advance(100_000)
    const { id } = await create(page, 'Jamaica')
    machine.browser.advance(100_000)
    const other = worker.page(id)
    await page.until(({ runtimes }) => runtimes.some(({ usedAt: at }) => at === first + 200_000))
    machine.browser.advance(100_000)
    other.close()
    await page.until(({ runtimes }) => runtimes.some(({ usedAt: at }) => at === first + 300_000))
    expect(await usedAt()).toEqual([first + 300_000, first])
    machine.browser.advance(1_000)
    worker.page(id).close()
    await quiet()
    expect(await usedAt()).toEqual([first + 300_000, first])
  })

  test('renamed -- under a new name everywhere; what is stored keeps its own', async () => {
    const { machine, worker, page } = await begin()
    await page.adapter.rpc('runtime.rename', { id: 'simnet', name: 'Testing ground' })
    expect(namesOf(await page.until(({ runtimes }) => runtimes[0]?.name !== 'Simnet'))).toEqual(['Testing ground'])
    expect((await page.frame()).runtimeName).toBe('Testing ground')
    worker.die()
    const next = (await machine.startWorker()).page()
    await next.until(isRunning)
    expect((await next.frame()).runtimeName).toBe('Testing ground')
  })

  test('one that is not there -- refused', async () => {
    const { page } = await begin()
    const reason = { type: 'unknown_runtime' }
    expect(await reasonOf(page.adapter.rpc('runtime.select', { id: 'local-7' }))).toEqual(reason)
    expect(await reasonOf(page.adapter.rpc('runtime.rename', { id: 'local-7', name: 'x' }))).toEqual(reason)
    expect(await reasonOf(page.adapter.rpc('runtime.clone', { id: 'local-7', commandId: 'x' }))).toEqual(reason)
  })
})

describe('runtime.delete', () => {
  test('by its name only, and never the last one', async () => {
    const { page } = await begin()
    const remove = (confirmation: string) => page.adapter.rpc('runtime.delete', { id: 'simnet', confirmation })
    expect(await reasonOf(remove('simnet'))).toEqual({ type: 'wrong_confirmation' })
    expect(await reasonOf(remove('Simnet'))).toEqual({ type: 'last_runtime' })
  })

  test('gone with all that was kept of it -- its number is never given again, and its mark stays', async () => {
    const { machine, worker, page } = await begin()
    const { id } = await create(page, 'Jamaica')
    const other = worker.page(id)
    await other.until(isRunning)
    const mark = JSON.parse(machine.browser.local.rows.get(`canary.${id}`) ?? 'null')
    await page.adapter.rpc('runtime.delete', { id, confirmation: 'Jamaica' })
    expect(await page.adapter.rpc('runtime.delete', { id, confirmation: 'Jamaica' })).toEqual({})
    expect([[...machine.disks.keys()], keptOf(machine, id)]).toEqual([['xln-simnet'], []])
    const gone = await other.until(({ reason }) => reason?.type === 'unknown_runtime')
    expect([gone.runtime, namesOf(gone)]).toEqual(['halted', ['Simnet']])
    const stored = JSON.parse(machine.browser.local.rows.get('runtimes') ?? '{}')
    expect(stored.tombstones).toEqual([{ id, index: 1, chainId: '7892079', mark }])
    expect((await create(page, 'Jamaica', 'again')).id).toBe('local-2')
  })

  test('cut short -- it stays out of the list, and the next worker removes what was left', async () => {
    const { machine, worker, page } = await begin()
    const { id } = await create(page, 'Jamaica')
    await worker.page(id).until(isRunning)
    machine.faults.deletes = true
    await expect(page.adapter.rpc('runtime.delete', { id, confirmation: 'Jamaica' })).rejects.toThrow()
    worker.die()
    machine.faults.deletes = false
    const next = await machine.startWorker()
    const status = await next.page().until(isRunning)
    expect(namesOf(status)).toEqual(['Simnet'])
    await quiet()
    expect([[...machine.disks.keys()], keptOf(machine, id)]).toEqual([['xln-simnet'], []])
  })

  test('the current one -- the one used last takes its place', async () => {
    const { machine, worker, page } = await begin()
    machine.browser.advance(1_000)
    const { id } = await create(page, 'Jamaica')
    await page.adapter.rpc('runtime.select', { id })
    await page.adapter.rpc('runtime.delete', { id, confirmation: 'Jamaica' })
    expect((await worker.page().status()).runtimeId).toBe('simnet')
  })
})

describe('runtime.adopt', () => {
  const ID = 'import-0123456789abcdef'
  /** What a page leaves after it has proven a file: a database, and what it found in it. */
  const stage = (machine: WalletMachine, frame: FrameView): RpcMethods['runtime.adopt']['params']['imported'] => {
    const from = present(machine.disks.get('xln-simnet'), 'a disk')
    machine.disks.set(`xln-${ID}`, { rows: new Map(from.rows), epoch: 1 })
    return {
      id: ID,
      name: 'Simnet',
      worldId: 'simnet',
      index: 0,
      chainId: frame.jurisdictions[0]?.chainId ?? 0n,
      height: frame.height,
      ownEntityIds: frame.entities.filter(({ isOwn }) => isOwn).map(({ entityId }) => entityId),
    }
  }
  const withSecondEntity = async () => {
    const parts = await begin()
    await parts.page.adapter.rpc('entity.create', { commandId: 'shop', label: 'Shop' })
    return { ...parts, imported: stage(parts.machine, await parts.page.frame()) }
  }

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

  test('after the one that was here is gone -- it signs without being asked', async () => {
    const { machine, worker, page, imported } = await withSecondEntity()
    await create(page, 'Jamaica')
    await page.adapter.rpc('runtime.delete', { id: 'simnet', confirmation: 'Simnet' })
    const other = worker.page('local-1')
    await other.until(isRunning)
    const params = { commandId: 'in', imported, choice: null }
    expect(await other.adapter.rpc('runtime.adopt', params)).toEqual({
      id: ID,
      kind: 'local',
      here: null,
      behindBy: null,
    })
    expect(await other.adapter.rpc('runtime.adopt', params)).toEqual({
      id: ID,
      kind: 'local',
      here: null,
      behindBy: null,
    })
    expect((await worker.page(ID).until(isRunning)).runtimeId).toBe(ID)
    expect((await create(other, 'Next', 'next')).id).toBe('local-2')
    expect([...machine.disks.keys()].toSorted()).toEqual([`xln-${ID}`, 'xln-local-1'])
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

describe('the list', () => {
  test('damaged -- nothing opens, so that nothing is signed under the wrong keys', async () => {
    const machine = createWalletMachine()
    machine.browser.local.rows.set('runtimes', JSON.stringify({ entries: [] }))
    await expect(machine.startWorker()).rejects.toThrow(/list of your runtimes/)
  })
})

describe('the pen', () => {
  const isWriter = ({ control }: HostStatus): boolean => control === 'writer'
  const isReader = ({ control }: HostStatus): boolean => control === 'reader'
  const offer = async (page: Page, commandId: string) => {
    const own = (await page.frame()).entities.find(({ isOwn }) => isOwn)?.entityId ?? ''
    return page.adapter.rpc('offer.create', { commandId, entityId: own, tokenId: 1, amount: null, memo: '' })
  }
  const [A, B] = ['a'.repeat(32), 'b'.repeat(32)]
  const open = async (machine: WalletMachine, worker: Awaited<ReturnType<typeof begin>>['worker'], id: string) => {
    machine.windows.add(id)
    return worker.page(null, id)
  }

  test('two windows -- the first writes, the second reads and follows; taken, they change places', async () => {
    const { machine, worker, page } = await begin()
    const first = await open(machine, worker, A)
    await first.until(isWriter)
    const second = await open(machine, worker, B)
    await second.until(isReader)
    await expect(offer(second, 'no')).rejects.toMatchObject({
      code: 'E_LOCKED',
      error: { reason: { type: 'other_window', choices: ['read_only', 'take_control', 'clone'] } },
    })
    const { id } = (await second.status()).runtimes[0] ?? { id: '' }
    await expect(second.adapter.rpc('runtime.rename', { id, name: 'Mine' })).rejects.toMatchObject({ code: 'E_LOCKED' })
    await expect(second.adapter.rpc('runtime.delete', { id, confirmation: 'Simnet' })).rejects.toMatchObject({
      code: 'E_LOCKED',
    })
    expect((await second.frame()).role).toBe('reader')
    await offer(first, 'yes')
    await second.adapter.rpc('runtime.takeControl', {})
    await Promise.all([second.until(isWriter), first.until(isReader)])
    await expect(offer(first, 'no')).rejects.toMatchObject({ code: 'E_LOCKED' })
    await offer(second, 'also')
    // Whoever needs no pen has never been asked for it.
    expect((await page.status()).control).toBe('writer')
    await offer(page, 'popup')
  })

  test('the writer leaves -- the next to come has it; a reader stays what it chose to be', async () => {
    const { machine, worker } = await begin()
    const first = await open(machine, worker, A)
    await first.until(isWriter)
    const second = await open(machine, worker, B)
    await second.until(isReader)
    first.close()
    machine.windows.delete(A)
    const third = await open(machine, worker, 'c'.repeat(32))
    await third.until(isWriter)
    expect((await second.status()).control).toBe('reader')
  })

  test('the worker dies -- the pen stays where it was, unless its window went too', async () => {
    const { machine, worker } = await begin()
    await (await open(machine, worker, A)).until(isWriter)
    worker.die()
    const next = await machine.startWorker()
    await next.page(null, B).until(isReader)
    await next.page(null, A).until(isWriter)
    next.die()
    machine.windows.delete(A)
    await (await machine.startWorker()).page(null, B).until(isWriter)
  })
})
