/** Names the owner gives, through a server: kept, shown wherever names are, and meant when they are typed. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { entriesOf } from '../../../runtime/radapter/address-book.ts'
import { type BookKeeper, openBook } from '../../../runtime/radapter/book-keeper.ts'
import type { RpcMethods } from '../../../runtime/radapter/types.ts'
import { refusalOf } from '../../support/commanding.ts'
import { quiet } from '../../support/manual-time.ts'
import { type MemorySlot, memorySlot } from '../../support/memory-slot.ts'
import { type RawClient, rawClient } from '../../support/raw-client.ts'
import { type Running, startTown } from '../../support/running.ts'
import { serveTown } from '../../support/served.ts'
import { TUSD, usd } from '../../support/world.ts'

let town: Running
beforeAll(async () => {
  town = await startTown()
})

let running: Running
let slot: MemorySlot
let keeper: BookKeeper
let client: RawClient
beforeEach(async () => {
  running = await town.fork()
  slot = memorySlot()
  keeper = await openBook(slot, () => running.host.env())
  const served = serveTown(running, keeper.handlers, () => ({ book: keeper.current(), owner: running.id('You') }))
  keeper.onChange(served.tell)
  client = rawClient(served.server)
})

const look = async (view = {}) => {
  client.look({ selectedEntityId: running.id('You'), ...view })
  await quiet()
  return client.frames().at(-1)?.view
}
const set = (name: string, called: string, isHidden = false) =>
  client.rpc('book.set', { entityId: running.id(name), name: called, isHidden })
const quote = (to: string): RpcMethods['pay.quote']['params'] => ({
  from: running.id('You'),
  to,
  amount: usd(1),
  tokenId: TUSD,
  memo: '',
})

describe('a name', () => {
  test('is shown in entities, accounts and the directory, at once', async () => {
    await look()
    expect(await set('Hub', 'My bank')).toMatchObject({ type: 'rpc' })
    const view = client.frames().at(-1)?.view
    expect(view?.entities.map(({ label }) => label)).toContain('My bank')
    expect(view?.entities.map(({ label }) => label)).not.toContain('Hub')
    expect(view?.accounts?.accounts.map(({ counterpartyLabel }) => counterpartyLabel)).toEqual(['My bank'])
    expect(view?.directory).toContainEqual({ entityId: running.id('Hub'), label: 'My bank' })
    expect(slot.kept()).toEqual([{ entityId: running.id('Hub'), name: 'My bank', isHidden: false }])
  })

  test('one\u2019s own entity is renamed the same way, and stays first', async () => {
    await set('You', 'zz Household')
    expect((await look())?.entities[0]).toMatchObject({ label: 'zz Household', isOwn: true })
    expect((await look())?.selectedEntity?.label).toBe('zz Household')
  })

  test('is what a payment can be addressed to; the claimed one still works', async () => {
    await set('Bob', 'Robert')
    expect(await client.rpc('pay.quote', quote('robert'))).toMatchObject({ type: 'rpc' })
    expect(await client.rpc('pay.quote', quote('Bob'))).toMatchObject({ type: 'rpc' })
  })

  test('is shown in history, also of what was paid before, and found by a search', async () => {
    await client.rpc('pay.send', { ...quote('Bob'), commandId: 'c1', maxFee: usd(1) })
    await set('Bob', 'Robert')
    const found = async (activitySearch: string) => (await look({ activitySearch }))?.activity?.entries ?? []
    expect((await found('robert'))[0]).toMatchObject({ counterpartyLabel: 'Robert', status: 'sent' })
    expect((await found('bob'))[0]).toMatchObject({ counterpartyLabel: 'Robert' })
    expect(await found('alice')).toEqual([])
    const paid = (await found(''))[0]
    expect(await client.rpc('pay.get', { from: running.id('You'), paymentId: paid?.id ?? '' })).toMatchObject({
      type: 'rpc',
    })
  })

  test('of an entity that is known here is refused to another; nothing is kept', async () => {
    const asked = keeper.handlers['book.set']({ entityId: running.id('Alice'), name: 'bob', isHidden: false })
    expect(await refusalOf(asked)).toMatchObject({
      code: 'E_REJECTED',
      reason: { type: 'name_taken', entityId: running.id('Bob') },
    })
    expect(slot.kept()).toBe(undefined)
  })

  test('given to somebody is not repeated for whoever else claims it', async () => {
    await set('Bob', 'Robert')
    await set('Alice', 'Bob')
    await client.rpc('book.remove', { entityId: running.id('Bob') })
    const labels = (await look())?.entities.map(({ entityId, label }) => [entityId, label])
    expect(labels).toContainEqual([running.id('Alice'), 'Bob'])
    expect(labels).toContainEqual([
      running.id('Bob'),
      `${running.id('Bob').slice(0, 6)}…${running.id('Bob').slice(-4)}`,
    ])
  })

  test.each([
    ['bad_name', { name: 'Bob\u202e' }],
    ['name_too_long', { name: 'x'.repeat(65) }],
    ['bad_id', { entityId: 'nobody' }],
  ])('%s -- refused by name, nothing kept', async (type, patch) => {
    const asked = keeper.handlers['book.set']({
      entityId: running.id('Bob'),
      name: 'Robert',
      isHidden: false,
      ...patch,
    })
    expect(await refusalOf(asked)).toMatchObject({ code: 'E_REJECTED', reason: { type } })
    expect(slot.kept()).toBe(undefined)
  })
})

describe('hidden', () => {
  test('marked in entities, gone from the directory', async () => {
    await set('Bakery', 'Bakery', true)
    const view = await look()
    expect(view?.entities.find(({ label }) => label === 'Bakery')?.isHidden).toBe(true)
    expect(view?.directory.map(({ label }) => label)).not.toContain('Bakery')
  })
})

describe('the book in a view', () => {
  const stranger = `0x${'ab'.repeat(32)}`

  test('only when asked for; without the owner\u2019s own entities', async () => {
    await set('You', 'Household')
    await client.rpc('book.set', { entityId: stranger, name: 'Stranger', isHidden: false })
    expect((await look())?.book).toBe(null)
    expect((await look({ bookPage: 1 }))?.book).toEqual({
      entries: [{ entityId: stranger, name: 'Stranger', isHidden: false }],
      page: 1,
      totalPages: 1,
      totalEntries: 1,
    })
    expect((await look())?.directory).toContainEqual({ entityId: stranger, label: 'Stranger' })
  })

  test('a name whose owner nothing is known of -- refused before anything is sent', async () => {
    await client.rpc('book.set', { entityId: stranger, name: 'Stranger', isHidden: false })
    const reply = await client.rpc('pay.quote', quote('Stranger'))
    expect(reply).toMatchObject({ type: 'error', error: { reason: { type: 'unknown_recipient' } } })
  })
})

describe('the slot', () => {
  test('what was kept is there again', async () => {
    await set('Bob', 'Robert')
    const again = await openBook(slot, () => null)
    expect(entriesOf(again.current())).toEqual([{ entityId: running.id('Bob'), name: 'Robert', isHidden: false }])
  })

  test.each([
    ['nothing', undefined],
    ['no list', { a: 1 }],
    ['rows of another shape', [1, null, { entityId: 'x' }]],
  ])('%s -- an empty book', async (_, stored) => {
    expect(entriesOf((await openBook(memorySlot(stored), () => null)).current())).toEqual([])
  })

  test('two changes at once -- both are kept', async () => {
    await Promise.all([set('Bob', 'Robert'), set('Alice', 'Alicia')])
    expect(entriesOf(keeper.current()).map(({ name }) => name)).toEqual(['Alicia', 'Robert'])
  })
})
