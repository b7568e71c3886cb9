/** The simulated disk does what it says it does: otherwise every crash test on it proves nothing. */
import { beforeEach, describe, expect, it } from 'vitest'
import { utf8 } from '../../../runtime/lib/bytes.ts'
import type { Store } from '../../../runtime/ports.ts'
import { createSimDisk, type DiskFault, type SimDisk, type SimProcess } from '../../support/sim-disk.ts'

const row = (key: string) => ({ key, value: utf8(`value of ${key}`) })
const keysOf = async (store: Store) => (await store.range({ from: '', to: '\x7f' })).map(({ key }) => key)

/** How a call on a process ended; 'no answer' when the process died under it. */
const outcome = (process: SimProcess, call: Promise<unknown>): Promise<string> =>
  Promise.race([
    call.then(
      () => 'done',
      (error: { type: string }) => error.type,
    ),
    process.died.then(() => 'no answer'),
  ])

let disk: SimDisk
let process: SimProcess
let epoch: number
const commit = (...keys: readonly string[]) => process.store.commit({ epoch, puts: keys.map(row), deletes: [] })
const reboot = async () => keysOf(disk.boot().store)

const start = async (mode: 'strict' | 'relaxed') => {
  disk = createSimDisk(mode)
  process = disk.boot()
  epoch = await process.store.claimEpoch()
  await commit('a')
  disk.flush()
}

describe('faults', () => {
  beforeEach(() => start('strict'))

  it.each<[DiskFault, string, readonly string[]]>([
    ['crash_before_append', 'no answer', ['a']],
    ['crash_before_sync', 'no answer', ['a']],
    ['crash_after_sync', 'no answer', ['a', 'b']],
    ['quota', 'quota', ['a']],
    ['io', 'io', ['a']],
  ])('%s -- %s', async (fault, answer, left) => {
    disk.inject(fault)
    expect(await outcome(process, commit('b'))).toBe(answer)
    expect(disk.counters).toEqual(new Map([[fault, 1]]))
    disk.crash()
    expect(await reboot()).toEqual(left)
  })

  it('befall the write they were planned for, in order', async () => {
    disk.inject('quota', 1)
    disk.inject('io', 1)
    expect(await outcome(process, commit('b'))).toBe('done')
    expect(await outcome(process, commit('c'))).toBe('quota')
    expect(await outcome(process, commit('d'))).toBe('io')
    expect(await outcome(process, commit('e'))).toBe('done')
    expect(await keysOf(process.store)).toEqual(['a', 'b', 'e'])
  })

  it('befall an epoch claim too', async () => {
    disk.inject('crash_before_sync')
    expect(await outcome(process, process.store.claimEpoch())).toBe('no answer')
    expect(await disk.boot().store.claimEpoch()).toBe(epoch + 1)
  })

  it('a slow sync answers at the flush, and is lost with the power', async () => {
    disk.inject('slow_sync')
    const slow = outcome(process, commit('b'))
    expect(await keysOf(process.store)).toEqual(['a', 'b'])
    expect([...disk.durableRows().keys()]).toEqual(['a'])
    disk.flush()
    expect(await slow).toBe('done')

    disk.inject('slow_sync')
    const lost = outcome(process, commit('c'))
    disk.crash()
    expect(await lost).toBe('no answer')
    expect(await reboot()).toEqual(['a', 'b'])
  })

  it('nobody outlives a power loss; a kill ends one process and loses nothing', async () => {
    const other = disk.boot()
    disk.inject('slow_sync')
    const slow = outcome(process, commit('b'))
    process.kill()
    expect(await slow).toBe('no answer')
    expect(await keysOf(other.store)).toEqual(['a', 'b'])
    disk.flush()
    disk.crash()
    expect(await outcome(other, other.store.get('a'))).toBe('no answer')
    expect(await reboot()).toEqual(['a', 'b'])
  })
})

describe('relaxed mode', () => {
  it('acknowledges what a power loss takes away', async () => {
    await start('relaxed')
    await commit('b')
    disk.flush()
    await commit('c')
    expect(disk.writes).toBe(3)
    disk.crash()
    expect(await reboot()).toEqual(['a', 'b'])
  })
})

describe('damage', () => {
  beforeEach(async () => {
    await start('strict')
    await commit('b')
    await commit('c')
  })

  it('truncate, flip and delete change one row', async () => {
    const { length } = row('a').value
    expect(disk.damage({ type: 'truncate', key: 'a', length: 3 })).toBe(true)
    expect(disk.damage({ type: 'flip', key: 'b', byte: 0 })).toBe(true)
    expect(disk.damage({ type: 'delete', key: 'c' })).toBe(true)
    const rows = disk.durableRows()
    expect(rows.get('a')).toEqual(row('a').value.slice(0, 3))
    expect(rows.get('b')).toEqual(Uint8Array.of((row('b').value[0] ?? 0) ^ 1, ...row('b').value.slice(1)))
    expect(rows.has('c')).toBe(false)
    expect(length).toBeGreaterThan(3)
  })

  it('what is not there cannot be damaged', () => {
    expect(disk.damage({ type: 'delete', key: 'none' })).toBe(false)
    expect(disk.damage({ type: 'truncate', key: 'a', length: 1_000 })).toBe(false)
    expect(disk.damage({ type: 'flip', key: 'a', byte: 1_000 })).toBe(false)
    expect(disk.counters.size).toBe(0)
  })

  it('a rollback opens an older valid state, its epoch included', async () => {
    const young = disk.boot().store
    await young.claimEpoch()
    expect(disk.damage({ type: 'roll_back', writes: 2 })).toBe(true)
    const found = disk.boot().store
    expect(await keysOf(found)).toEqual(['a', 'b'])
    expect(await found.claimEpoch()).toBe(epoch + 1)
  })

  it('an emptied disk opens like a new one', async () => {
    expect(disk.damage({ type: 'empty' })).toBe(true)
    const found = disk.boot().store
    expect(await keysOf(found)).toEqual([])
    expect(await found.claimEpoch()).toBe(1)
  })
})
