/** Further entities of the owner: made by a command, there again after a restart, and able to pay. */
import { beforeEach, describe, expect, test } from 'vitest'
import { MORE_ENTITIES, openOwnEntities } from '../../../runtime/manager/own-entities.ts'
import { bookOfEntries, NO_BOOK } from '../../../runtime/radapter/address-book.ts'
import { refusalOf } from '../../support/commanding.ts'
import { quiet } from '../../support/manual-time.ts'
import { type MemorySlot, memorySlot } from '../../support/memory-slot.ts'
import { rawClient } from '../../support/raw-client.ts'
import { type Running, SPARE, startTown } from '../../support/running.ts'
import { serveTown } from '../../support/served.ts'
import { identityOf } from '../../support/signer.ts'
import { TUSD, usd } from '../../support/world.ts'

let running: Running
let slot: MemorySlot
let asked: number[]
beforeEach(async () => {
  running = await startTown()
  slot = memorySlot()
  asked = []
})

/** The keys of the n-th are those of the n-th spare name, whatever it is to be called. */
const open = (kept = slot) =>
  openOwnEntities(kept, (index, label) => {
    asked.push(index)
    return { ...identityOf(SPARE[index - 1] ?? `More ${index}`), label }
  })
const labels = (): readonly (readonly [string, boolean])[] =>
  [...running.host.env().eReplicas.values()].map(({ state }) => [state.label, state.isOwn] as const)

describe('create', () => {
  test('an entity of one\u2019s own with the next key, no account, in one input', async () => {
    const own = await open()
    const before = running.host.env().height
    const made = await own.create(running.host, NO_BOOK, { commandId: 'c1', label: 'Savings' })
    expect(made).toEqual({ entityId: identityOf('Savings').entityId, height: before + 1 })
    expect(labels()).toContainEqual(['Savings', true])
    expect(running.host.env().eReplicas.get(made.entityId)?.state.accounts.size).toBe(0)
    expect(slot.kept()).toEqual([{ commandId: 'c1', label: 'Savings' }])
    await own.create(running.host, NO_BOOK, { commandId: 'c2', label: 'Travel' })
    expect(asked).toEqual([1, 2])
  })

  test('the same command again -- the same entity, also at once and after a restart', async () => {
    const own = await open()
    const params = { commandId: 'c1', label: 'Savings' }
    const [one, two] = await Promise.all([
      own.create(running.host, NO_BOOK, params),
      own.create(running.host, NO_BOOK, params),
    ])
    expect(one.entityId).toBe(two.entityId)
    running = await running.restart()
    const again = await (await open()).create(running.host, NO_BOOK, params)
    expect(again.entityId).toBe(one.entityId)
    expect(labels().filter(([label]) => label === 'Savings')).toHaveLength(1)
  })

  test.each([
    ['bad_name', 'Sav\u202eings'],
    ['name_too_long', 'x'.repeat(65)],
    ['name_taken', 'hub'],
    ['name_taken', 'Rainy day'],
  ])('%s -- refused, and nothing is written down', async (type, label) => {
    const book = bookOfEntries([{ entityId: running.id('Bob'), name: 'Rainy day', isHidden: false }])
    const outcome = (await open()).create(running.host, book, { commandId: 'c1', label })
    expect(await refusalOf(outcome)).toMatchObject({ code: 'E_REJECTED', reason: { type } })
    expect(slot.kept()).toBe(undefined)
  })

  test('one more than there may be -- refused', async () => {
    const full = memorySlot(Array.from({ length: MORE_ENTITIES }, (_, i) => ({ commandId: `c${i}`, label: `No ${i}` })))
    const outcome = (await open(full)).create(running.host, NO_BOOK, { commandId: 'new', label: 'Savings' })
    expect(await refusalOf(outcome)).toMatchObject({ reason: { type: 'too_many_entities', limit: MORE_ENTITIES + 1 } })
  })
})

describe('finish', () => {
  test('what was written down and not brought in is brought in at the next start', async () => {
    const own = await open(memorySlot([{ commandId: 'c1', label: 'Savings' }]))
    expect(labels()).not.toContainEqual(['Savings', true])
    await own.finish(running.host)
    expect(labels()).toContainEqual(['Savings', true])
    const { height } = running.host.env()
    await own.finish(running.host)
    expect(running.host.env().height).toBe(height)
  })

  test('a list that cannot be read -- refused, for keys would be missing', async () => {
    await expect(open(memorySlot({ not: 'a list' }))).rejects.toThrow('is damaged')
  })
})

test('a second entity opens an account with the hub, and pays through it', async () => {
  const own = await open()
  const { entityId } = await own.create(running.host, NO_BOOK, { commandId: 'c1', label: 'Savings' })
  const client = rawClient(serveTown(running).server)
  await client.rpc('account.open', {
    commandId: 'c2',
    entityId,
    counterpartyId: running.id('Hub'),
    tokenId: TUSD,
    creditLimit: usd(1_000),
  })
  await quiet()
  const payment = { from: entityId, to: 'Bob', amount: usd(2), tokenId: TUSD, memo: '' }
  expect(await client.rpc('pay.quote', payment)).toMatchObject({ type: 'rpc' })
  await client.rpc('pay.send', { ...payment, commandId: 'c3', maxFee: usd(1) })
  await quiet()
  client.look({ selectedEntityId: entityId })
  await quiet()
  const view = client.frames().at(-1)?.view
  expect(view?.activity?.entries[0]).toMatchObject({ status: 'sent', counterpartyLabel: 'Bob', amount: usd(2) })
  expect(view?.entities.filter(({ isOwn }) => isOwn)).toHaveLength(2)
})
