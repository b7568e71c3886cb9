/** The past as it lies in the store: where it is read row by row, what it then shows, and what damage does to it. */
import { beforeAll, describe, expect, test } from 'vitest'
import { runtimeRoot } from '../../runtime/frame.ts'
import type { RuntimeHost } from '../../runtime/host.ts'
import type { Bytes } from '../../runtime/lib/bytes.ts'
import type { EntityId } from '../../runtime/lib/units.ts'
import type { Store } from '../../runtime/ports.ts'
import { emptyBook } from '../../runtime/radapter/activity.ts'
import { assembleFrameView } from '../../runtime/radapter/assemble.ts'
import { envReader } from '../../runtime/radapter/reader.ts'
import { DEFAULT_VIEW, type FrameView, type ViewState } from '../../runtime/radapter/types.ts'
import { createViews } from '../../runtime/radapter/views.ts'
import type { Env } from '../../runtime/types.ts'
import { quiet } from '../support/manual-time.ts'
import { type Running, startTown } from '../support/running.ts'
import { tiersOf } from '../support/tiers.ts'
import { TUSD } from '../support/world.ts'

const NEWEST = 200
/** Fulls lie at 30, 60, 90 …, a few heights later where a payment was under way. */
const TIERS = tiersOf(5, 30)

/** A store that says where it was read, and may give other bytes than it holds. */
const watched = () => {
  const seen = { keys: [] as string[], told: (_: string, value: Bytes): Bytes => value }
  const storeOf = (store: Store): Store => ({
    ...store,
    get: (key) => {
      seen.keys.push(key)
      return store.get(key)
    },
    getMany: (keys) => {
      seen.keys.push(...keys)
      return store.getMany(keys)
    },
    range: async (range) => {
      const rows = await store.range(range)
      seen.keys.push(...rows.map(({ key }) => key))
      return rows.map(({ key, value }) => ({ key, value: seen.told(key, value) }))
    },
  })
  return { seen, storeOf }
}

const running = async (around: ReturnType<typeof watched>) => {
  const town = await startTown({ storeOf: around.storeOf, tiers: TIERS })
  const states = new Map<number, Env>()
  const unsubscribe = town.host.onChange(() => states.set(town.host.env().height, town.host.env()))
  for (let n = 0; town.host.env().height < NEWEST; n++) {
    const payer = ['You', 'Bob', 'Alice'][n % 3] ?? 'You'
    await town.run(payer, { type: 'direct_payment', counterparty: town.id('Hub'), tokenId: TUSD, amount: 1n, memo: '' })
  }
  await quiet()
  unsubscribe()
  // Nothing of the past is in memory.
  return { town: await town.restart(), states }
}

const heightsOf = async ({ host }: Running): Promise<readonly number[]> =>
  (await host.retained()).checkpoints.map(({ height }) => height)
const viewsOf = (host: RuntimeHost) => createViews(host, () => ({ runtime: 'running' }))
/** History is in neither: it is another's matter. */
const withoutHistory = ({ activity: _, ...view }: FrameView): Omit<FrameView, 'activity'> => view
const expected = ({ host }: Running, env: Env, view: ViewState) => {
  const { checkpointInterval } = host
  const meta = { checkpointInterval, live: false, halted: null, role: 'writer', root: runtimeRoot(env) } as const
  return withoutHistory(assembleFrameView(envReader(env, emptyBook(), meta), view))
}

describe('a view of the past', () => {
  const around = watched()
  let town: Running
  let states: ReadonlyMap<number, Env>
  const look = (name: string, other: string): ViewState => ({
    ...DEFAULT_VIEW,
    selectedEntityId: town.id(name),
    selectedAccountId: town.id(other),
    accountSortDir: 'asc',
    map: true,
  })
  beforeAll(async () => {
    ;({ town, states } = await running(around))
  })

  test('at every checkpoint is what was shown live', async () => {
    const views = viewsOf(town.host)
    const heights = (await heightsOf(town)).filter((height) => states.has(height))
    expect(heights.length).toBeGreaterThan(20)
    for (const height of heights)
      for (const view of [look('Hub', 'Bob'), look('You', 'Hub')]) {
        const found = withoutHistory(await views.at(height, view))
        expect(found, `height ${height}`).toEqual(expected(town, states.get(height) as Env, view))
      }
  })

  test('on a full that is not in memory -- of accounts only the page is read', async () => {
    const { host } = await town.restart()
    const [first = 0] = (await heightsOf(town)).filter((height) => height > 60)
    const stored = await host.storedAt(first)
    around.seen.keys.length = 0
    const besides = {
      history: emptyBook(),
      meta: { checkpointInterval: 5, live: false, halted: null, role: 'writer' } as const,
      activity: null,
    }
    expect(await stored?.read({ ...look('You', 'Hub'), map: false }, besides)).not.toBe(null)
    const accounts = around.seen.keys.filter((key) => key.includes('/a/'))
    expect(accounts.every((key) => key.includes(`e/${town.id('You')}/a/`))).toBe(true)
    expect(around.seen.keys.filter((key) => key.startsWith('wal/'))).toEqual([])
  })

  test('where a full in memory leads there, or there is no checkpoint -- by the state', async () => {
    const { host } = await town.restart()
    const heights = await heightsOf(town)
    const newest = heights.at(-1) as number
    for (const height of [newest, host.env().height, 0, -1, 1.5, NEWEST * 2, Number.NaN])
      expect(await host.storedAt(height), `${height}`).toBe(null)
    const between = Array.from({ length: 60 }, (_, i) => i + 60).filter((height) => !heights.includes(height))
    for (const height of between) expect(await host.storedAt(height)).toBe(null)
    expect((await host.storedAt(heights.find((height) => height > 60) as number))?.facts.runtimeId).toBe('test')
  })

  test('a selection that is not there, and one that is nothing', async () => {
    const [height = 0] = (await heightsOf(town)).filter((at) => at > 60)
    const { host } = await town.restart()
    for (const selectedEntityId of [`0x${'00'.repeat(32)}` as EntityId, 'nobody', null]) {
      const view = { ...look('You', 'Hub'), selectedEntityId, selectedAccountId: 'nobody\n' }
      const found = withoutHistory(await viewsOf(host).at(height, view))
      expect(found).toEqual(expected(town, states.get(height) as Env, view))
    }
  })

  test('a full that is damaged -- its figures are not believed, and the state shows the same', async () => {
    const { host } = await town.restart()
    const heights = await heightsOf(town)
    const height = heights.find((at) => at > 60) as number
    around.seen.told = (key, value) => {
      if (!key.startsWith('fkv/') || !key.includes('/a/')) return value
      const other = new Uint8Array(value)
      other[other.length - 1] = (other.at(-1) ?? 0) ^ 1
      return other
    }
    expect(await host.storedAt(height)).toBe(null)
    const view = look('Hub', 'Bob')
    const found = withoutHistory(await viewsOf(host).at(height, view))
    expect(found).toEqual(expected(town, states.get(height) as Env, view))
    around.seen.told = (_, value) => value
  })
})
