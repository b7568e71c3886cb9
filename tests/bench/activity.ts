/**
 * A history of 100,000 entries on LevelDB, read as views do, beside one of 100: opening it, the memory it takes, pages,
 * filters, searches and the whole push. The rows were written by the projection from events of payments. Where nothing
 * depends on the number of entries the floor is the same with 100; where all of them have to be looked at, it is reading
 * their rows and nothing else. The peer is a page of JavaScript with everything in memory: `Array.filter`, and a slice.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { EntityEvent } from '../../runtime/entity/events.ts'
import type { Payment } from '../../runtime/entity/types.ts'
import { present } from '../../runtime/lib/assert.ts'
import { word, ZERO_32 } from '../../runtime/lib/bytes.ts'
import { taggedHash } from '../../runtime/lib/hash.ts'
import type { Store } from '../../runtime/ports.ts'
import { type ActivityHistory, type ActivityWriter, createHistory } from '../../runtime/radapter/activity-history.ts'
import { entryKey } from '../../runtime/radapter/activity-keys.ts'
import { readBook } from '../../runtime/radapter/activity-known.ts'
import type { ActivityQuery } from '../../runtime/radapter/activity-page.ts'
import { readRecord } from '../../runtime/radapter/activity-record.ts'
import { writePush } from '../../runtime/radapter/answer.ts'
import { assembleFrameView } from '../../runtime/radapter/assemble.ts'
import { createViewIndexes, envReader } from '../../runtime/radapter/reader.ts'
import { type ActivityEntry, DEFAULT_VIEW } from '../../runtime/radapter/types.ts'
import { createLevelHome } from '../../runtime/storage/level.ts'
import type { Env } from '../../runtime/types.ts'
import { hubWith } from '../support/big-hub.ts'
import { keysOf } from '../support/signer.ts'
import { paymentIdOf, TETH, TUSD } from '../support/world.ts'
import { compare, counted, type Result, timed } from './measure.ts'

const MANY = 100_000
const FEW = 100
const PAGE_SIZE = 20
/** In the middle: nothing about it is kept from the last look. */
const PAGE = 2_000
const TICKS_A_COMMIT = 500
const MEMOS = ['Coffee', 'Lunch on Friday', 'Rent', 'Books', '', 'Concert tickets', 'Bread']

const owner = keysOf('Entity 1').entityId
const others = ['Entity 2', 'Entity 3', 'Entity 4'].map((name) => keysOf(name).entityId)

/** Sent, received, failed and pending, of two tokens, to and from three others. */
const eventsOf = (n: number): readonly EntityEvent[] => {
  const other = present(others[n % others.length], 'a counterparty')
  const [tokenId, amount, memo] = [n % 5 === 0 ? TETH : TUSD, BigInt(n * 7_919), MEMOS[n % MEMOS.length] ?? '']
  const [hashlock, preimage] = [taggedHash('bench-lock', word(n)), word(n)]
  if (n % 2 === 0)
    return [
      { type: 'payment_received', from: other, payer: other, hashlock, preimage, tokenId, amount, memo, isProof: true },
    ]
  const payment: Payment = {
    paymentId: paymentIdOf(n),
    to: other,
    tokenId,
    amount,
    fee: 100n,
    maxFee: 100n,
    memo,
    startedMs: n,
    phase: { type: 'locked', via: other, hashlock, part: 0, expirySeconds: 0, invoiceExpirySeconds: null },
  }
  const started: EntityEvent = { type: 'payment_started', payment }
  if (n % 97 === 0) return [started]
  return n % 11 === 0
    ? [started, { type: 'payment_failed', payment, reason: 'expired' }]
    : [started, { type: 'payment_sent', payment, hashlock, preimage, isProof: true }]
}

type Report = (result: Result) => void
type Ground = { readonly env: Env; readonly size: number; readonly store: Store; readonly history: ActivityWriter }

/** Many ticks in one commit: what is measured is reading. */
const write = async (env: Env, store: Store, size: number): Promise<void> => {
  const epoch = await store.claimEpoch()
  const history = createHistory(store, await readBook(store))
  for (let from = 1; from <= size; from += TICKS_A_COMMIT) {
    const puts = new Map<string, Uint8Array>()
    for (let n = from; n < Math.min(from + TICKS_A_COMMIT, size + 1); n++) {
      const events = eventsOf(n).map((event) => ({ entityId: owner, event }))
      const projected = await history.project(env, { height: n, timestampMs: n * 60_000 }, events)
      for (const { key, value } of projected.rows) puts.set(key, value)
      history.adopt(projected)
    }
    await store.commit({ epoch, puts: [...puts].map(([key, value]) => ({ key, value })), deletes: [] })
  }
}

/** As after a start: nothing but what a start reads is in memory. */
const opened = async (store: Store): Promise<ActivityWriter> => createHistory(store, await readBook(store))

const collectGarbage = (): void => {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
}

/** Heap that a start takes and keeps, in kB. */
const heapOf = async (store: Store): Promise<number> => {
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  const history = await opened(store)
  collectGarbage()
  const taken = process.memoryUsage().heapUsed - before
  present(history.book().byEntity.get(owner), 'it is still there')
  return taken / 1_000
}

const everyRow = async ({ store, size }: Ground): Promise<readonly ActivityEntry[]> => {
  const entries: ActivityEntry[] = []
  for (let from = 0; from < size; from += 1_024)
    for (const row of await store.range({ from: entryKey(owner, from), to: entryKey(owner, from + 1_024) }))
      entries.push(readRecord(row).record.entry)
  return entries.reverse()
}
const readRows = async ({ store, size }: Ground): Promise<void> => {
  for (let from = 0; from < size; from += 1_024)
    await store.range({ from: entryKey(owner, from), to: entryKey(owner, from + 1_024) })
}

type Look = {
  readonly name: string
  readonly query: Pick<ActivityQuery, 'search'> & Partial<ActivityQuery>
  /** The same choice, said plainly. */
  readonly plainly: (entry: ActivityEntry) => boolean
  /** Also measured where nothing is known of it yet, which takes a while. */
  readonly isNew?: true
}

const LOOKS: readonly Look[] = [
  {
    name: 'filter',
    query: { search: '', filter: 'failed' },
    plainly: ({ status }) => status === 'failed',
    isNew: true,
  },
  {
    name: 'filter and token',
    query: { search: '', filter: 'sent', tokenId: TETH },
    plainly: ({ kind, status, tokenId }) => kind === 'payment_out' && status === 'sent' && tokenId === TETH,
  },
  {
    name: 'search of two words',
    query: { search: 'Lunch received' },
    plainly: ({ memo, status }) => memo.toLowerCase().includes('lunch') && status.includes('received'),
    isNew: true,
  },
  {
    name: 'search that finds nothing',
    query: { search: 'submarine' },
    plainly: ({ memo }) => memo.includes('submarine'),
  },
]

const sameEntries = (a: readonly ActivityEntry[], b: readonly ActivityEntry[]): boolean =>
  a.length === b.length && a.every(({ id }, i) => id === b[i]?.id)

const queryOf = ({ size }: Ground, query: Look['query']): ActivityQuery => ({
  entityId: owner,
  height: size,
  page: 1,
  pageSize: PAGE_SIZE,
  balanceOf: TUSD,
  ...query,
})
const pageOf = async (history: ActivityHistory, query: ActivityQuery) => present(await history.page(query), 'a page')

/** Microseconds a call. */
const perCall =
  (work: () => unknown, times = 20) =>
  async (): Promise<number> =>
    (await timed(times, async () => {
      for (let i = 0; i < times; i++) await work()
    })) * 1_000
const inMs = (work: () => unknown) => async (): Promise<number> => timed(1, async () => void (await work()))

const measureLook = async (
  many: Ground,
  newestFirst: readonly ActivityEntry[],
  look: Look,
): Promise<readonly Result[]> => {
  const { name, query, plainly } = look
  const asked = queryOf(many, query)
  const peer = () => newestFirst.filter(plainly).slice(0, PAGE_SIZE)
  const finish = async () => {
    const shown = await pageOf(many.history, asked)
    return {
      figures: { matches: shown.totalEntries },
      invalid: sameEntries(shown.entries, peer()) ? null : 'it shows other entries than Array.filter',
    }
  }
  const first = async () =>
    compare(
      {
        name: `activity of ${MANY}, ${name}, first time`,
        unit: 'ms',
        floor: inMs(() => readRows(many)),
        ours: inMs(async () => pageOf(createHistory(many.store, many.history.book()), asked)),
        peer: null,
      },
      finish,
    )
  const again = await compare(
    {
      name: `activity of ${MANY}, ${name}, again`,
      unit: 'µs',
      floor: null,
      ours: perCall(() => pageOf(many.history, asked)),
      peer: perCall(peer),
    },
    finish,
  )
  return look.isNew === true ? [await first(), again] : [again]
}

const measurePages = async (
  few: Ground,
  many: Ground,
  newestFirst: readonly ActivityEntry[],
  report: Report,
): Promise<void> => {
  const newest = (ground: Ground) => () => ground.history.pageNow(queryOf(ground, { search: '' }))
  report(
    await compare(
      {
        name: `activity of ${MANY} beside ${FEW}, newest page`,
        unit: 'µs',
        floor: perCall(newest(few)),
        ours: perCall(newest(many)),
        peer: perCall(() => newestFirst.slice(0, PAGE_SIZE)),
      },
      async () => ({ invalid: newest(many)() === null ? 'it is not in memory' : null }),
    ),
  )
  const keys = Array.from({ length: PAGE_SIZE }, (_, i) => entryKey(owner, MANY - 1 - (PAGE - 1) * PAGE_SIZE - i))
  const far = () => pageOf(many.history, queryOf(many, { search: '', page: PAGE }))
  report(
    await compare(
      {
        name: `activity of ${MANY}, page ${PAGE}`,
        unit: 'µs',
        floor: perCall(() => many.store.getMany(keys)),
        ours: perCall(far),
        peer: perCall(() => newestFirst.slice((PAGE - 1) * PAGE_SIZE, PAGE * PAGE_SIZE)),
      },
      async () => ({
        invalid: sameEntries((await far()).entries, newestFirst.slice((PAGE - 1) * PAGE_SIZE, PAGE * PAGE_SIZE))
          ? null
          : 'it is another page',
      }),
    ),
  )
  const past = () => pageOf(many.history, { ...queryOf(many, { search: '' }), height: MANY / 2 })
  report(
    await compare(
      {
        name: `activity of ${MANY}, as of height ${MANY / 2}`,
        unit: 'µs',
        floor: perCall(() => many.store.getMany(keys)),
        ours: perCall(past),
        peer: null,
      },
      async () => ({ figures: { matches: (await past()).totalEntries } }),
    ),
  )
}

const measureStarts = async (few: Ground, many: Ground, report: Report): Promise<void> => {
  report(
    await compare(
      {
        name: `history opened, ${MANY} entries beside ${FEW}, LevelDB`,
        unit: 'ms',
        floor: inMs(() => opened(few.store)),
        ours: inMs(() => opened(many.store)),
        peer: null,
      },
      async () => ({}),
    ),
  )
  const [ours, floor] = [await heapOf(many.store), await heapOf(few.store)]
  report(counted(`memory of a history opened, ${MANY} entries beside ${FEW}`, 'kB', { ours, floor }))
}

/** What a search that stands costs with the whole view, written for the line, at each commit. */
const measurePush = async (many: Ground, report: Report): Promise<void> => {
  const indexes = createViewIndexes()
  const meta = { root: ZERO_32, checkpointInterval: 100, live: true, halted: null, role: 'writer' } as const
  const push = async (activitySearch: string): Promise<string> => {
    const page = await pageOf(many.history, queryOf(many, { search: activitySearch }))
    const reader = envReader(many.env, many.history.book(), meta, indexes, page)
    const view = assembleFrameView(reader, { ...DEFAULT_VIEW, selectedEntityId: owner, activitySearch })
    return present(writePush(1, { type: 'frame', seq: 1, view }), 'a push that fits')
  }
  report(
    await compare(
      {
        name: `push at a commit while searching ${MANY}`,
        unit: 'µs',
        floor: perCall(() => push('')),
        ours: perCall(() => push('lunch')),
        peer: null,
      },
      async () => ({ figures: { bytes: (await push('lunch')).length } }),
    ),
  )
}

const exportAll = async (many: Ground): Promise<number> => {
  let [count, before]: [number, number | null] = [0, null]
  do {
    const query = { entityId: owner, height: MANY, search: '', before }
    const part: Awaited<ReturnType<ActivityHistory['part']>> = await many.history.part(query)
    count += part.entries.length
    before = part.before
  } while (before !== null)
  return count
}

export const measureActivity = async (report: Report): Promise<void> => {
  const { env } = hubWith(50, 5)
  const folder = await mkdtemp(join(tmpdir(), 'history-'))
  const home = createLevelHome()
  const groundOf = async (size: number): Promise<Ground> => {
    const store = await home.open(join(folder, String(size)), { create: true })
    await write(env, store, size)
    return { env, size, store, history: await opened(store) }
  }
  const [few, many] = [await groundOf(FEW), await groundOf(MANY)]
  await measureStarts(few, many, report)
  const newestFirst = await everyRow(many)
  await measurePages(few, many, newestFirst, report)
  for (const look of LOOKS) for (const result of await measureLook(many, newestFirst, look)) report(result)
  await measurePush(many, report)
  report(counted('activity export, entries', 'entries', { ours: await exportAll(many), peer: newestFirst.length }))
  await Promise.all([few.store.close(), many.store.close()])
  await rm(folder, { recursive: true })
}
