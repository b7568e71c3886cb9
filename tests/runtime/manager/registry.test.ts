/** The list of runtimes: who may sign for what, and chain ids by lot. What pages ask of it: tests/wallet. */
import { expect, test } from 'vitest'
import { word } from '../../../runtime/lib/bytes.ts'
import { openRegistry, type RuntimeEntry } from '../../../runtime/manager/registry.ts'
import { SIMNET_CHAIN_ID } from '../../../runtime/manager/simnet.ts'
import { memorySlot } from '../../support/memory-slot.ts'

const clock = { now: () => 1 }
const copy = (id: string, more: Partial<RuntimeEntry> = {}) => ({
  name: id,
  commandId: id,
  copy: { id, kind: 'local' as const, worldId: 'simnet', index: 0, chainId: 2n ** 48n, copyOf: 'Simnet', ...more },
})

test('two that would sign for the same -- a fault, and the list is as it was; one that never signs may', async () => {
  const slot = memorySlot()
  const registry = await openRegistry(slot, clock)
  await expect(registry.add(copy('copy-1', { chainId: SIMNET_CHAIN_ID }))).rejects.toThrow('I-DOMAIN')
  expect(registry.entries().map(({ id }) => id)).toEqual(['simnet'])
  await registry.add(copy('copy-1', { chainId: SIMNET_CHAIN_ID, kind: 'snapshot', copyOf: null }))
  await registry.add(copy('copy-2'))
  await expect(registry.add(copy('copy-3'))).rejects.toThrow('I-DOMAIN')
  await registry.add(copy('copy-3', { chainId: 2n ** 48n + 1n }))
  const again = await openRegistry(slot, clock)
  expect(again.entries().map(({ id, copyOf }) => [id, copyOf])).toEqual(
    registry.entries().map(({ id, copyOf }) => [id, copyOf]),
  )
  // Keys are counted up as before: a fork takes none, and its chain id counts for nothing.
  expect(await again.add({ name: 'New', commandId: 'new' })).toMatchObject({ index: 1, chainId: SIMNET_CHAIN_ID + 1n })
})

test('a list from before there were forks -- read as it was', async () => {
  const slot = memorySlot()
  const registry = await openRegistry(slot, clock)
  await registry.select('simnet')
  const stored = JSON.parse(JSON.stringify(await slot.get()))
  for (const entry of stored.entries) delete entry.copyOf
  await slot.set(stored)
  expect((await openRegistry(slot, clock)).entries()).toEqual(registry.entries())
})

test('a list from when tombstones had whole marks -- read, and what names accounts is written no more', async () => {
  const slot = memorySlot()
  const registry = await openRegistry(slot, clock)
  await registry.add({ name: 'New', commandId: 'new' })
  const mark = { epoch: 3, height: 7, recordHash: '0xab', signedNonces: { 'left/right': 41 } }
  await registry.bury('local-1', mark)
  const last = { height: 7, recordHash: '0xab' }
  const gone = { id: 'local-1', kind: 'local', index: 1, chainId: SIMNET_CHAIN_ID + 1n, mark: last }
  expect(registry.tombstones()).toEqual([gone])
  const stored = JSON.parse(JSON.stringify(await slot.get()))
  stored.tombstones = [{ id: 'local-1', index: 1, chainId: `${gone.chainId}`, mark }]
  await slot.set(stored)
  const again = await openRegistry(slot, clock)
  expect(again.tombstones()).toEqual([gone])
  await again.select('simnet')
  expect(JSON.stringify(slot.kept())).not.toContain('left/right')
})

test('who signed before with these keys for this chain -- those that are gone, and no copy that never signed', async () => {
  const registry = await openRegistry(memorySlot(), clock)
  await registry.add(copy('copy-1', { chainId: SIMNET_CHAIN_ID, kind: 'snapshot', copyOf: null }))
  await registry.add(copy('copy-2'))
  for (const id of ['copy-1', 'copy-2']) await registry.bury(id, null)
  const idsOf = (chainId: bigint, index = 0) => registry.signedBefore({ index, chainId }).map(({ id }) => id)
  expect([idsOf(SIMNET_CHAIN_ID), idsOf(2n ** 48n), idsOf(2n ** 48n, 1)]).toEqual([[], ['copy-2'], []])
})

test('forgotten -- one world is there that none of them was, and everything is buried', async () => {
  const slot = memorySlot()
  const registry = await openRegistry(slot, clock)
  await registry.add({ name: 'New', commandId: 'new' })
  await registry.forget((id) => (id === 'simnet' ? { height: 9, recordHash: '0xcd' } : null))
  const first = { id: 'local-2', worldId: 'local-2', index: 2, chainId: SIMNET_CHAIN_ID + 2n, name: 'Simnet' }
  for (const each of [registry, await openRegistry(slot, clock)]) {
    expect(each.entries()).toMatchObject([first])
    expect(each.tombstones().map(({ id, mark }) => [id, mark?.height])).toEqual([
      ['simnet', 9],
      ['local-1', undefined],
    ])
  }
  expect(await registry.add({ name: 'New', commandId: 'new' })).toMatchObject({ id: 'local-3', index: 3 })
})

test('a chain id by lot -- far above those that are counted, and none that was ever given', async () => {
  const registry = await openRegistry(memorySlot(), clock)
  await registry.add(copy('copy-1', { chainId: 2n ** 48n + 7n }))
  await registry.add(copy('copy-2', { chainId: 2n ** 48n + 8n }))
  await registry.bury('copy-2', null)
  const draws = [7n, 8n, 9n].map((drawn) => word(drawn << 208n))
  const entropy = { draw: () => draws.shift() ?? word(0n) }
  expect(registry.freshChainId(entropy)).toBe(2n ** 48n + 9n)
  expect(draws).toEqual([])
})
