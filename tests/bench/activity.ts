/**
 * Reading a history of 10,000 entries as a view does: one page of it, a filter, a search, and the whole push. The rows
 * were written by the projection from events of payments, and read back from what it wrote. The floor is walking the
 * same entries once; the peer is what a page of JavaScript would do: `Array.filter` over them, and a slice.
 */
import type { EntityEvent } from '../../runtime/entity/events.ts'
import type { Payment } from '../../runtime/entity/types.ts'
import { present } from '../../runtime/lib/assert.ts'
import { word, ZERO_32 } from '../../runtime/lib/bytes.ts'
import { taggedHash } from '../../runtime/lib/hash.ts'
import type { StoreRow } from '../../runtime/ports.ts'
import { type ActivityBook, bookFromRows, emptyBook, projectActivity } from '../../runtime/radapter/activity.ts'
import { type ActivityQuery, activityPage, exportActivity } from '../../runtime/radapter/activity-page.ts'
import { writePush } from '../../runtime/radapter/answer.ts'
import { assembleFrameView } from '../../runtime/radapter/assemble.ts'
import { createViewIndexes, envReader } from '../../runtime/radapter/reader.ts'
import { type ActivityEntry, DEFAULT_VIEW } from '../../runtime/radapter/types.ts'
import type { Env } from '../../runtime/types.ts'
import { hubWith } from '../support/big-hub.ts'
import { keysOf } from '../support/signer.ts'
import { paymentIdOf, TETH, TUSD } from '../support/world.ts'
import { compare, counted, type Result, timed } from './measure.ts'

const ROWS = 10_000
const PAGE_SIZE = 20
/** In the middle: nothing about it is kept from the last look. */
const PAGE = 250
const TIMES = 20
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

const history = (env: Env): ActivityBook => {
  const rows = new Map<string, StoreRow>()
  let book = emptyBook()
  for (let n = 1; n <= ROWS; n++) {
    const events = eventsOf(n).map((event) => ({ entityId: owner, event }))
    const projected = projectActivity(book, env, { height: n, timestampMs: n * 60_000 }, events)
    book = projected.book
    for (const row of projected.rows) rows.set(row.key, row)
  }
  return bookFromRows([...rows.values()])
}

type Look = {
  readonly name: string
  readonly query: Pick<ActivityQuery, 'search'> & Partial<ActivityQuery>
  /** The same choice, said plainly. */
  readonly plainly: (entry: ActivityEntry) => boolean
}

const LOOKS: readonly Look[] = [
  { name: 'page', query: { search: '', page: PAGE }, plainly: () => true },
  { name: 'filter', query: { search: '', filter: 'failed' }, plainly: ({ status }) => status === 'failed' },
  {
    name: 'filter and token',
    query: { search: '', filter: 'sent', tokenId: TETH },
    plainly: ({ kind, status, tokenId }) => kind === 'payment_out' && status === 'sent' && tokenId === TETH,
  },
  {
    name: 'search of two words',
    query: { search: 'Lunch received' },
    plainly: ({ memo, status }) => memo.toLowerCase().includes('lunch') && status.includes('received'),
  },
  {
    name: 'search that finds nothing',
    query: { search: 'submarine' },
    plainly: ({ memo }) => memo.includes('submarine'),
  },
]

const sameEntries = (a: readonly ActivityEntry[], b: readonly ActivityEntry[]): boolean =>
  a.length === b.length && a.every(({ id }, i) => id === b[i]?.id)

const perCall = (work: () => unknown) => async (): Promise<number> =>
  (await timed(TIMES, async () => {
    for (let i = 0; i < TIMES; i++) work()
  })) * 1_000

const measureLook = async (book: ActivityBook, newestFirst: readonly ActivityEntry[], look: Look): Promise<Result> => {
  const { name, query, plainly } = look
  const page = query.page ?? 1
  const ours = () => activityPage(book, { entityId: owner, height: ROWS, page: 1, pageSize: PAGE_SIZE, ...query })
  const peer = () => newestFirst.filter(plainly).slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)
  let seen = 0
  const floor = () => {
    for (const entry of newestFirst) seen += entry.height
    return seen
  }
  const contest = {
    name: `activity of ${ROWS}, ${name}`,
    unit: 'µs',
    floor: perCall(floor),
    ours: perCall(ours),
    peer: perCall(peer),
  }
  return compare(contest, async () => ({
    figures: { matches: ours().totalEntries },
    invalid: sameEntries(ours().entries, peer()) ? null : 'it shows other entries than Array.filter',
  }))
}

/**
 * What a search costs the worker with the whole view, written for the line: at each keystroke, which looks at every
 * entry, and at each commit while it stands, which does not.
 */
const measurePushes = async (env: Env, book: ActivityBook, report: (result: Result) => void): Promise<void> => {
  const indexes = createViewIndexes()
  const meta = { root: ZERO_32, checkpointInterval: 100, live: true, halted: null, role: 'writer' } as const
  const push = (activitySearch: string): string => {
    const view = assembleFrameView(envReader(env, book, meta, indexes), {
      ...DEFAULT_VIEW,
      selectedEntityId: owner,
      activitySearch,
    })
    return present(writePush(1, { type: 'frame', seq: 1, view }), 'a push that fits')
  }
  let typed = 0
  const searches = { keystroke: () => push(`lunch ${typed++ % 100}`), commit: () => push('lunch') }
  for (const [name, search] of Object.entries(searches))
    report(
      await compare(
        {
          name: `push at a ${name} while searching ${ROWS}`,
          unit: 'µs',
          floor: perCall(() => push('')),
          ours: perCall(search),
          peer: null,
        },
        async () => ({ figures: { bytes: search().length } }),
      ),
    )
}

const exportAll = (book: ActivityBook): number => {
  let [count, before]: [number, number | null] = [0, null]
  do {
    const part: ReturnType<typeof exportActivity> = exportActivity(book, { entityId: owner, search: '', before })
    count += part.entries.length
    before = part.before
  } while (before !== null)
  return count
}

export const measureActivity = async (report: (result: Result) => void): Promise<void> => {
  const { env } = hubWith(50, 5)
  const book = history(env)
  const all = activityPage(book, { entityId: owner, height: ROWS, search: '', page: 1, pageSize: ROWS })
  for (const look of LOOKS) report(await measureLook(book, all.entries, look))
  await measurePushes(env, book, report)
  report(counted('activity export, entries', 'entries', { ours: exportAll(book), peer: all.entries.length }))
}
