/** The runtimes of one wallet: worlds apart, made once, named once, and gone for good. Of copies: clones.test.ts, of files: adopt.test.ts. */
import { describe, expect, test } from 'vitest'
import { MOST_RUNTIMES } from '../../runtime/manager/registry.ts'
import type { HostStatus } from '../../runtime/radapter/types.ts'
import { quiet } from '../support/manual-time.ts'
import { createWalletMachine, type Page, type WalletMachine } from '../support/wallet-machine.ts'
import { begin, create, isRunning, namesOf, reasonOf } from '../support/wallet-pages.ts'

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
    const { height, recordHash } = JSON.parse(machine.browser.local.rows.get(`canary.${id}`) ?? 'null')
    const preferred = (key: string): string => `preferences.${key}`
    for (const key of ['theme', 'entities.simnet', `entities.${id}`, `cameras.${id}`, `networks.${id}`, `panels.${id}`])
      await machine.browser.local.set(preferred(key), 'kept')
    await page.adapter.rpc('runtime.delete', { id, confirmation: 'Jamaica' })
    expect(await page.adapter.rpc('runtime.delete', { id, confirmation: 'Jamaica' })).toEqual({})
    expect([[...machine.disks.keys()], keptOf(machine, id)]).toEqual([['xln-simnet'], []])
    const after = await other.until(({ reason }) => reason?.type === 'unknown_runtime')
    expect([after.runtime, namesOf(after)]).toEqual(['halted', ['Simnet']])
    const stored = JSON.parse(machine.browser.local.rows.get('runtimes') ?? '{}')
    const gone = { id, kind: 'local', index: 1, chainId: '7892079', mark: { height, recordHash } }
    expect(stored.tombstones).toEqual([gone])
    const left = [...machine.browser.local.rows.keys()].filter((key) => key.startsWith(preferred('')))
    expect(left.sort()).toEqual(['entities.simnet', 'theme'].map(preferred))
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

describe('all of them forgotten', () => {
  const listIn = (machine: WalletMachine) => JSON.parse(machine.browser.local.rows.get('runtimes') ?? '{}')

  test('a wallet of the same phrase -- begins with other keys and another chain; what stays names nobody', async () => {
    const { machine, worker, page } = await begin()
    const { id } = await create(page, 'Jamaica')
    await worker.page(id).until(isRunning)
    const { height } = await page.frame()
    await page.adapter.rpc('runtime.clone', { commandId: 'copy', id: 'simnet' })
    await machine.browser.local.set('preferences.hasPhrase', true)
    await machine.browser.local.set('preferences.theme', 'dark')
    await worker.runtimes.forget()
    expect([...machine.disks.keys()]).toEqual([])
    const left = [...machine.browser.local.rows.keys()].filter((key) => !key.endsWith('.local-2'))
    expect(left.sort()).toEqual(['preferences.theme', 'runtimes'])
    expect(machine.browser.local.rows.get('runtimes')).not.toMatch(/Jamaica|0x[0-9a-f]{64}\//)
    const { tombstones } = listIn(machine)
    expect(tombstones.map((gone: { readonly id: string }) => gone.id)).toEqual(['simnet', id, expect.any(String)])
    expect(tombstones[0].mark.height).toBeGreaterThanOrEqual(height)
    worker.die()
    const next = (await machine.startWorker()).page()
    const status = await next.until(isRunning)
    expect([status.runtimeId, namesOf(status)]).toEqual(['local-2', ['Simnet']])
    const frame = await next.frame()
    expect(frame.jurisdictions[0]?.chainId).toBe(7_892_080n)
    expect((await create(next, 'Jamaica', 'again')).id).toBe('local-3')
  })

  test('cut short -- the next worker removes what was left, and begins anew', async () => {
    const { machine, worker, page } = await begin()
    await worker.page((await create(page, 'Jamaica')).id).until(isRunning)
    machine.faults.deletes = true
    await expect(worker.runtimes.forget()).rejects.toThrow()
    worker.die()
    machine.faults.deletes = false
    const next = (await machine.startWorker()).page()
    expect(namesOf(await next.until(isRunning))).toEqual(['Simnet'])
    await quiet()
    expect([...machine.disks.keys()]).toEqual(['xln-local-2'])
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

  test('of a runtime that is not shown -- neither deleted nor replaced under the window that has it', async () => {
    const { machine, worker, page } = await begin()
    const { id } = await create(page, 'Jamaica')
    const first = await open(machine, worker, A)
    await first.until(isWriter)
    machine.windows.add(B)
    const second = worker.page(id, B)
    await second.until(isWriter)
    const remove = () => second.adapter.rpc('runtime.delete', { id: 'simnet', confirmation: 'Simnet' })
    const from = await page.frame()
    const imported = {
      id: 'import-0123456789abcdef',
      name: 'Simnet',
      worldId: 'simnet',
      index: 0,
      chainId: from.jurisdictions[0]?.chainId ?? 0n,
      height: from.height,
      ownEntityIds: from.entities.flatMap(({ isOwn, entityId }) => (isOwn ? [entityId] : [])),
      names: [],
    }
    machine.disks.set(`xln-${imported.id}`, { rows: new Map(machine.disks.get('xln-simnet')?.rows), epoch: 1 })
    const replace = (asking: Page) =>
      asking.adapter.rpc('runtime.adopt', { commandId: 'in', imported, choice: 'replace' })
    const refused = {
      code: 'E_LOCKED',
      error: { reason: { type: 'other_window', choices: ['read_only', 'take_control', 'clone'] } },
    }
    for (const asked of [remove, () => replace(page), () => replace(second)])
      await expect(asked()).rejects.toMatchObject(refused)
    await offer(first, 'still-here')
    // Its own window may, and anybody once it is gone.
    await second.adapter.rpc('runtime.delete', { id, confirmation: 'Jamaica' })
    machine.windows.delete(A)
    expect(await replace(page)).toMatchObject({ kind: 'local' })
  })

  test('the writer leaves -- a reader is told, and may have it; the next to come has it', async () => {
    const { machine, worker } = await begin()
    const first = await open(machine, worker, A)
    await first.until(isWriter)
    const second = await open(machine, worker, B)
    await second.until(isReader)
    first.close()
    machine.windows.delete(A)
    await second.until(({ control }) => control === 'free')
    await expect(offer(second, 'no')).rejects.toMatchObject({ code: 'E_LOCKED' })
    expect((await second.frame()).role).toBe('reader')
    const third = await open(machine, worker, 'c'.repeat(32))
    await Promise.all([third.until(isWriter), second.until(isReader)])
    third.close()
    await second.until(({ control }) => control === 'free')
    await second.adapter.rpc('runtime.takeControl', {})
    await second.until(isWriter)
    await offer(second, 'yes')
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
