/** The past of a running runtime: what was, at every height that is kept, for the price of what has changed since. */
import { beforeAll, describe, expect, test } from 'vitest'
import { runtimeRoot } from '../../runtime/frame.ts'
import { type Bytes, toHex } from '../../runtime/lib/bytes.ts'
import type { Store } from '../../runtime/ports.ts'
import { envRows } from '../../runtime/snapshot.ts'
import type { Env } from '../../runtime/types.ts'
import { quiet } from '../support/manual-time.ts'
import { type Running, startTown } from '../support/running.ts'
import { tiersOf } from '../support/tiers.ts'
import { TUSD } from '../support/world.ts'

/** A store that says what was read of it, and may lie about a row. */
const watched = () => {
  const seen = { ranges: [] as string[], rows: 0, lie: (_: string, value: Bytes | undefined) => value }
  const storeOf = (store: Store): Store => ({
    ...store,
    get: async (key) => seen.lie(key, await store.get(key)),
    getMany: async (keys) => {
      seen.rows += keys.length
      const values = await store.getMany(keys)
      return values.map((value, i) => seen.lie(keys[i] ?? '', value))
    },
    range: async (range) => {
      const rows = await store.range(range)
      seen.rows += rows.length
      seen.ranges.push(range.from)
      return rows.flatMap(({ key, value }) => {
        const told = seen.lie(key, value)
        return told === undefined ? [] : [{ key, value: told }]
      })
    },
  })
  return { seen, storeOf }
}

/** Payments to and fro until `height`, and every state on the way. */
const live = async (town: Running, height: number): Promise<ReadonlyMap<number, Env>> => {
  const states = new Map<number, Env>()
  const note = () => states.set(town.host.env().height, town.host.env())
  const unsubscribe = town.host.onChange(note)
  for (let n = 0; town.host.env().height < height; n++) {
    const payer = ['You', 'Bob', 'Alice'][n % 3] ?? 'You'
    await town.run(payer, { type: 'direct_payment', counterparty: town.id('Hub'), tokenId: TUSD, amount: 1n, memo: '' })
  }
  await quiet()
  unsubscribe()
  return states
}
const rowsOf = (env: Env | null) => (env === null ? null : envRows(env))

describe('envAt', () => {
  const { seen, storeOf } = watched()
  let town: Running
  let states: ReadonlyMap<number, Env>
  beforeAll(async () => {
    town = await startTown({ storeOf, tiers: tiersOf(5, 30) })
    states = await live(town, 200)
  })

  test('is what was, to the row, at every height', async () => {
    // From near to far, and back.
    const heights = [...states.keys()].reverse()
    for (const height of [...heights, ...heights.reverse().filter((_, i) => i % 9 === 0)]) {
      const past = await town.host.envAt(height)
      expect(rowsOf(past), `height ${height}`).toEqual(rowsOf(states.get(height) ?? null))
      expect(past === null ? '' : toHex(runtimeRoot(past))).toBe(toHex(runtimeRoot(states.get(height) as Env)))
    }
  })

  test('no full is read whole as long as the present leads back to it', async () => {
    seen.ranges.length = 0
    const fresh = await town.restart()
    seen.ranges.length = 0
    expect((await fresh.host.envAt(40))?.height).toBe(40)
    expect(seen.ranges.filter((from) => from.startsWith('fkv/'))).toEqual([])
  })

  test('shares with the present what did not change', async () => {
    const past = await town.host.envAt(195)
    const changed = [...town.host.env().eReplicas.changesSince((past as Env).eReplicas)]
    const names = (id: string) => town.host.env().eReplicas.get(id)?.state.label
    expect(changed.length).toBeLessThan(town.host.env().eReplicas.size)
    expect(changed.map(({ key }) => names(key))).toContain('Hub')
  })

  test('heights that never were, or are to come, are not there', async () => {
    for (const height of [-1, 0, 1.5, town.host.env().height + 1]) expect(await town.host.envAt(height)).toBe(null)
  })
})

describe('envAt -- over damage', () => {
  test.each([
    ['a row of the full that was', (key: string) => key.startsWith('fkv/') && key.includes('/a/')],
    ['the diff between two fulls', (key: string) => key.startsWith('dkv/')],
    ['every index', (key: string) => key.startsWith('ckpt/')],
  ])('%s -- another way leads to the same state', async (_, isHit) => {
    const { seen, storeOf } = watched()
    const town = await startTown({ storeOf, tiers: tiersOf(5, 30) })
    const states = await live(town, 100)
    seen.lie = (key, value) => {
      if (value === undefined || !isHit(key)) return value
      const other = new Uint8Array(value)
      other[other.length - 1] = (other.at(-1) ?? 0) ^ 1
      return other
    }
    for (const height of [45, 77])
      expect(rowsOf(await town.host.envAt(height))).toEqual(rowsOf(states.get(height) as Env))
  })

  test('nothing leads there any more -- null, never a guess', async () => {
    const { seen, storeOf } = watched()
    const town = await startTown({ storeOf, tiers: tiersOf(5, 30) })
    await live(town, 50)
    seen.lie = (key, value) => (/^(ckpt\/|wal\/000000000007)/.test(key) ? undefined : value)
    expect(await town.host.envAt(20)).toBe(null)
    expect((await town.host.envAt(6))?.height).toBe(6)
  })
})
