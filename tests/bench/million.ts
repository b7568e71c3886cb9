/**
 * A hub with a million accounts beside one with a thousand: over the rows of a checkpoint in LevelDB, opened cold, and
 * in memory. Views, their size, the order of the accounts first and again, what a change costs, and memory.
 */

import { encodeAccount } from '../../runtime/account/row.ts'
import { present } from '../../runtime/lib/assert.ts'
import { equalBytes, ZERO_32 } from '../../runtime/lib/bytes.ts'
import type { TokenId } from '../../runtime/lib/units.ts'
import { useFastHasher } from '../../runtime/manager/hasher.ts'
import type { Store } from '../../runtime/ports.ts'
import { emptyBook } from '../../runtime/radapter/activity.ts'
import { writePush } from '../../runtime/radapter/answer.ts'
import { assembleFrameView } from '../../runtime/radapter/assemble.ts'
import type { StoredState } from '../../runtime/radapter/kv-reader.ts'
import { orderOf } from '../../runtime/radapter/radix.ts'
import { createViewIndexes, envReader } from '../../runtime/radapter/reader.ts'
import type { SortSpec } from '../../runtime/radapter/sort-index.ts'
import { type AccountSortKey, DEFAULT_VIEW, type FrameView, type ViewState } from '../../runtime/radapter/types.ts'
import { scan } from '../../runtime/storage/store.ts'
import { createStored } from '../../runtime/stored.ts'
import type { Env } from '../../runtime/types.ts'
import { accountOf, collateralOf, createRows, FULL_HEIGHT, HUB, hubOf, writeHub } from '../support/million.ts'
import { compare, counted, medianOf, type Result, timed } from './measure.ts'
import { type OnDisk, onDisk } from './on-disk.ts'

const MANY = 1_000_000
const FEW = 1_000
const PAGES = 40
const TOKEN = 1 as TokenId
const META = { checkpointInterval: 50, live: true, halted: null, role: 'writer', root: ZERO_32 } as const
const VIEW: ViewState = { ...DEFAULT_VIEW, selectedEntityId: HUB, accountPageSize: 100 }
const name = (what: string): string => `${MANY.toLocaleString('en')} accounts: ${what}`

type Report = (result: Result) => void
/** A page somewhere, another each time. */
const pageOf = (count: number, n: number): number => 1 + ((n * 7_919) % Math.max(1, Math.floor(count / 100)))

const memory = (): { readonly heap: number; readonly rss: number } => {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
  return { heap: heapUsed + arrayBuffers, rss }
}
const megabytes = (bytes: number): number => Math.round(bytes / 1e6)

/** Milliseconds of one go. */
const once = async (work: () => unknown): Promise<number> => {
  const started = performance.now()
  await work()
  return performance.now() - started
}

const amounts = (): readonly bigint[] => Array.from({ length: MANY }, (_, n) => collateralOf(n))
const byArraySort = (values: readonly bigint[]) => async (): Promise<number> =>
  once(() =>
    values
      .map((value, i) => ({ value, i }))
      .sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : a.i - b.i)),
  )

const bytesOf = (view: FrameView): number => present(writePush(1, { type: 'frame', seq: 1, view }), 'a push').length

/** The first order of a million, and a page of an order that is there, both beside sorting them with `Array.sort`. */
const measureOrders = async (page: (n: number) => unknown, report: Report): Promise<void> => {
  const values = amounts()
  const peer = byArraySort(values)
  const builds: number[] = []
  const sorts: number[] = []
  for (let i = 0; i < 5; i++) {
    builds.push(await once(() => orderOf(MANY, (at) => values[at] as bigint)))
    sorts.push(await peer())
  }
  const [first = 0] = builds
  const result = counted(name('order built'), 'ms', { ours: medianOf(builds), peer: medianOf(sorts) })
  report({ ...result, firstCall: first })
  let n = 0
  const times: number[] = []
  for (let i = 0; i < 1_000; i++) times.push(await once(() => page(n++)))
  const p99 = present(times.sort((a, b) => a - b)[989], 'a time')
  report(
    counted(name('page and sort change, warm order'), 'ms', { ours: medianOf(times), peer: medianOf(sorts) }, { p99 }),
  )
}

const KEYS: readonly AccountSortKey[] = ['balance', 'outbound', 'collateral', 'updated', 'created', 'counterparty']

type Reading = { readonly state: StoredState; readonly count: number }
const lookAt = async ({ state, count }: Reading, n: number): Promise<FrameView> => {
  const { root: _, ...meta } = META
  const besides = { history: emptyBook(), meta, activity: null }
  const view: ViewState = { ...VIEW, accountPage: pageOf(count, n), accountSortBy: KEYS[n % KEYS.length] ?? 'balance' }
  return assembleFrameView(present(await state.read(view, besides), 'a reader'), view)
}

const readAll = async (store: Store): Promise<void> => {
  for await (const _ of scan(store, { from: 'fkv/', to: 'fkv0' }, 256));
}

const opened = async (disk: OnDisk, count: number, report: Report | null): Promise<Reading> => {
  const store = await disk.openStore()
  const rowBytes = await writeHub(store, count)
  const cold = await disk.reopen(store)
  const floor = report === null ? 0 : await once(() => readAll(cold))
  const before = memory()
  let state: StoredState | null = null
  const ours = await once(async () => {
    state = await createStored(cold).at(FULL_HEIGHT)
  })
  const found = { state: present<StoredState>(state, 'a stored state'), count }
  const first = await once(() => lookAt(found, 0))
  const after = memory()
  const figures = {
    firstView: Math.round(first),
    rowBytes,
    megabytes: megabytes(after.heap - before.heap),
    rss: megabytes(after.rss),
  }
  report?.(counted(name('rows gone through and verified, LevelDB, cold'), 'ms', { ours, floor }, figures))
  return found
}

const measureStored = async (disk: OnDisk, report: Report): Promise<void> => {
  const [few, many] = [await opened(disk, FEW, null), await opened(disk, MANY, report)]
  for (let n = 0; n < KEYS.length; n++) await lookAt(many, n)
  let n = 0
  const views = (reading: Reading) => () =>
    timed(PAGES, async () => {
      for (let i = 0; i < PAGES; i++) await lookAt(reading, n++)
    })
  const contest = { name: name('view of the past over rows, any page, any order'), unit: 'ms' }
  report(await compare({ ...contest, ours: views(many), floor: views(few), peer: null }))
  const [ours, floor] = [bytesOf(await lookAt(many, 1)), bytesOf(await lookAt(few, 1))]
  report(counted(name('push over rows, a page of 100'), 'bytes', { ours, floor }))
}

type Live = { env: Env; readonly look: (view: ViewState) => FrameView; readonly change: (n: number) => void }
const live = (count: number): Live => {
  const indexes = createViewIndexes()
  const hub: Live = {
    env: hubOf(count),
    look: (view) => assembleFrameView(envReader(hub.env, emptyBook(), META, indexes), view),
    change: (n) => {
      const { state } = present(hub.env.eReplicas.get(HUB), 'the hub')
      const other = accountOf((n * 7_919) % count)
      const accounts = state.accounts.set(other.state.terms.right, {
        ...accountOf(n % count),
        isLeft: true,
        state: other.state,
        updatedAtHeight: FULL_HEIGHT + n,
      })
      hub.env = { ...hub.env, eReplicas: hub.env.eReplicas.set(HUB, { entityId: HUB, state: { ...state, accounts } }) }
    },
  }
  return hub
}

const measureLive = async (report: Report): Promise<void> => {
  const before = memory()
  const [few, many] = [live(FEW), live(MANY)]
  const held = memory()
  const first = await once(() => many.look(VIEW))
  const second = await once(() => many.look({ ...VIEW, accountSortBy: 'collateral' }))
  for (const accountSortBy of KEYS) many.look({ ...VIEW, accountSortBy })
  const after = memory()
  report(
    counted(
      name('hub in memory'),
      'MB',
      { ours: megabytes(held.heap - before.heap) },
      {
        withOrders: megabytes(after.heap - before.heap),
        orders: KEYS.length,
        rss: megabytes(after.rss),
        'first view ms': Math.round(first),
        'next order ms': Math.round(second),
      },
    ),
  )
  let n = 0
  const pushes = (hub: Live, count: number) => () =>
    timed(PAGES, async () => {
      for (let i = 0; i < PAGES; i++) bytesOf(hub.look({ ...VIEW, accountPage: pageOf(count, n++) }))
    })
  const contest = { name: name('another page of 100, assembled and encoded, in memory'), unit: 'ms' }
  report(await compare({ ...contest, ours: pushes(many, MANY), floor: pushes(few, FEW), peer: null }))
  const updates = (hub: Live) => () =>
    timed(PAGES, async () => {
      for (let i = 0; i < PAGES; i++) {
        hub.change(n++)
        bytesOf(hub.look({ ...VIEW, accountSortBy: 'updated' }))
      }
    })
  const change = {
    name: name('a commit: an account changed, order kept, the page of 100 assembled and encoded, in memory'),
    unit: 'ms',
  }
  report(await compare({ ...change, ours: updates(many), floor: updates(few), peer: null }))
  const [ours, floor] = [bytesOf(many.look(VIEW)), bytesOf(few.look(VIEW))]
  report(counted(name('push, a page of 100, in memory'), 'bytes', { ours, floor }))
  const indexes = createViewIndexes().sorted
  const { accounts } = present(many.env.eReplicas.get(HUB), 'the hub').state
  const page = (i: number) => {
    const spec: SortSpec = { entityId: HUB, key: KEYS[i % KEYS.length] ?? 'balance', tokenId: TOKEN }
    return indexes.ranked(spec, accounts).page(pageOf(MANY, i) * 100, 100, i % 2 === 0 ? 'asc' : 'desc')
  }
  for (let i = 0; i < KEYS.length; i++) page(i)
  await measureOrders(page, report)
}

/** A row that was written into a pattern must be the row that the codec writes. */
const whyInvalid = (): string | null =>
  equalBytes(createRows()(12_345), encodeAccount(accountOf(12_345)))
    ? null
    : 'a row says something else than its account'

/** @param scratch a folder on the disk in question */
export const measureMillion = async (scratch: string, report: Report): Promise<void> => {
  await useFastHasher()
  const invalid = whyInvalid()
  const told: Report = (result) => report({ ...result, invalid: result.invalid ?? invalid })
  const disk = await onDisk(scratch)
  await measureStored(disk, told)
  await disk.remove()
  await measureLive(told)
}
