/** Reading history: filters, the running balance, the frames behind an entry, and all of it part by part. */
import { RLP } from '@ethereumjs/rlp'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { word } from '../../../runtime/lib/bytes.ts'
import { taggedHash } from '../../../runtime/lib/hash.ts'
import type { TokenId } from '../../../runtime/lib/units.ts'
import type { StoreRow } from '../../../runtime/ports.ts'
import { type ActivityBook, bookFromRows, emptyBook, projectActivity } from '../../../runtime/radapter/activity.ts'
import { createActivityIndex } from '../../../runtime/radapter/activity-choice.ts'
import type { ActivityFilter } from '../../../runtime/radapter/activity-methods.ts'
import {
  type ActivityQuery,
  activityPage,
  exportActivity,
  frameHashesOf,
} from '../../../runtime/radapter/activity-page.ts'
import type { ActivityEntry } from '../../../runtime/radapter/types.ts'
import type { RuntimeEvent } from '../../../runtime/types.ts'
import { commanding } from '../../support/commanding.ts'
import { quiet } from '../../support/manual-time.ts'
import { type RawClient, rawClient } from '../../support/raw-client.ts'
import { type Running, startTown } from '../../support/running.ts'
import { serveTown } from '../../support/served.ts'
import { paymentIdOf, TETH, TUSD, usd } from '../../support/world.ts'

let town: Running
beforeAll(async () => {
  town = await startTown()
})

/** Every kind of entry that there is, over and over: one a tick, of two tokens. */
const KINDS = ['received', 'sent', 'failed', 'pending', 'deposit'] as const
const made = (count: number): { readonly book: ActivityBook; readonly rows: readonly StoreRow[] } => {
  const env = town.host.env()
  const rows = new Map<string, StoreRow>()
  let book = emptyBook()
  for (let n = 1; n <= count; n++) {
    const tokenId: TokenId = n % 7 === 0 ? TETH : TUSD
    const payment = {
      paymentId: paymentIdOf(n),
      to: town.id('Bob'),
      tokenId,
      amount: BigInt(n) * 1_000n,
      fee: 10n,
      maxFee: 10n,
      memo: `No ${n}`,
      startedMs: n,
      phase: { type: 'requesting', deadlineMs: 0, offerId: null },
    } as const
    const [hashlock, preimage] = [taggedHash('hashlock', word(n)), word(n)]
    const started = { type: 'payment_started', payment } as never
    const events = {
      received: [
        {
          type: 'payment_received',
          from: town.id('Hub'),
          payer: town.id('Alice'),
          hashlock,
          preimage,
          tokenId,
          amount: payment.amount,
          memo: payment.memo,
          isProof: true,
        },
      ],
      sent: [started, { type: 'payment_sent', payment, hashlock, preimage, isProof: true }],
      failed: [started, { type: 'payment_failed', payment, reason: 'expired' }],
      pending: [started],
      deposit: [{ type: 'reserve_updated', tokenId, before: 0n, after: payment.amount }],
    } as unknown as { readonly [K in (typeof KINDS)[number]]: readonly RuntimeEvent['event'][] }
    const kind = KINDS[n % KINDS.length] ?? 'sent'
    const tick = { height: n, timestampMs: n * 1_000 }
    const projected = projectActivity(
      book,
      env,
      tick,
      events[kind].map((event) => ({ entityId: town.id('You'), event })),
    )
    book = projected.book
    for (const row of projected.rows) rows.set(row.key, row)
  }
  return { book, rows: [...rows.values()] }
}

const COUNT = 1_000
let book: ActivityBook
let rows: readonly StoreRow[]
let everything: readonly ActivityEntry[]
const read = (patch: Partial<ActivityQuery> = {}) =>
  activityPage(book, { entityId: town.id('You'), height: COUNT, search: '', page: 1, pageSize: COUNT, ...patch })
beforeAll(() => {
  ;({ book, rows } = made(COUNT))
  everything = read().entries
})

describe('filters', () => {
  const chain = new Set(['deposit', 'collateral', 'reserve_transfer'])
  const plainly: { readonly [F in ActivityFilter]: (entry: ActivityEntry) => boolean } = {
    all: () => true,
    sent: ({ kind, status }) => kind === 'payment_out' && status === 'sent',
    received: ({ kind, status }) => kind === 'payment_in' && status === 'received',
    pending: ({ status }) => status === 'pending',
    failed: ({ status }) => status === 'failed',
    chain: ({ kind }) => chain.has(kind),
  }

  test.each(Object.keys(plainly) as ActivityFilter[])('%s -- what Array.filter finds, in the same order', (filter) => {
    const found = read({ filter }).entries
    expect(found).toEqual(everything.filter(plainly[filter]))
    expect(found.length).toBeGreaterThan(0)
  })

  test('a filter, a token and a search hold together', () => {
    const { entries, totalEntries } = read({ filter: 'sent', tokenId: TETH, search: 'no 581' })
    expect(entries.map(({ memo }) => memo)).toEqual(['No 581'])
    expect(totalEntries).toBe(1)
    expect(read({ filter: 'failed', tokenId: TETH, search: 'no 581' }).totalEntries).toBe(0)
    expect(read({ filter: 'sent', tokenId: TUSD, search: 'no 581' }).totalEntries).toBe(0)
  })

  test('pages of what matches, every entry once', () => {
    const memos: string[] = []
    const { totalPages } = read({ filter: 'failed', pageSize: 20 })
    for (let page = 1; page <= totalPages; page++)
      memos.push(...read({ filter: 'failed', pageSize: 20, page }).entries.map(({ memo }) => memo))
    expect(memos).toEqual(everything.filter(plainly.failed).map(({ memo }) => memo))
  })
})

describe('what was found is kept', () => {
  test('and is what looking again would find, while the history grows, changes and is looked at from other heights', () => {
    const index = createActivityIndex()
    const queries: readonly Partial<ActivityQuery>[] = [
      { filter: 'pending' },
      { filter: 'failed', tokenId: TETH },
      { search: 'bob no 1' },
      { search: 'sent' },
    ]
    for (const size of [1, 255, 256, 257, 300, 700, COUNT]) {
      const grown = made(size).book
      for (const height of [size, Math.floor(size / 2)])
        for (const page of [1, 2, 7])
          for (const patch of queries) {
            const query = { entityId: town.id('You'), search: '', page, pageSize: 10, height, ...patch }
            // Only the newest state is looked at with the index.
            const kept = activityPage(grown, query, height === size ? index : undefined)
            expect(kept).toEqual(activityPage(grown, query))
          }
    }
  })

  test('also when an entry of an old chunk ends', () => {
    const index = createActivityIndex()
    const look = (history: ActivityBook) =>
      activityPage(
        history,
        { entityId: town.id('You'), height: COUNT + 1, search: '', filter: 'pending', page: 1, pageSize: COUNT },
        index,
      )
    const pending = look(book).entries
    const first = pending.at(-1)
    const payment = { paymentId: first?.id, to: town.id('Bob'), tokenId: TUSD, amount: 1n, fee: 0n, memo: '' }
    const event = {
      type: 'payment_failed',
      payment: { ...payment, phase: { type: 'requesting' } },
      reason: 'expired',
    } as unknown as RuntimeEvent['event']
    const tick = { height: COUNT + 1, timestampMs: 1 }
    const ended = projectActivity(book, town.host.env(), tick, [{ entityId: town.id('You'), event }]).book
    expect(look(ended).entries.map(({ id }) => id)).toEqual(pending.slice(0, -1).map(({ id }) => id))
    expect(look(book).entries).toEqual(pending)
  })
})

describe('the running balance', () => {
  const effect = ({ kind, status, amount, fee }: ActivityEntry): bigint => {
    if (status === 'pending' || status === 'failed') return 0n
    return kind === 'payment_out' ? -(amount + fee) : amount
  }
  const sum = (tokenId: number): bigint =>
    everything.filter((entry) => entry.tokenId === tokenId).reduce((total, entry) => total + effect(entry), 0n)

  test('ends at the sum of everything, in each token, in 60 points at most', () => {
    for (const tokenId of [TUSD, TETH]) {
      const { balances } = read({ balanceOf: tokenId })
      expect(balances).toHaveLength(60)
      expect(balances[0]).toBe(0n)
      expect(balances.at(-1)).toBe(sum(tokenId))
    }
  })

  test('few points -- each of them, from nothing on', () => {
    const few = activityPage(made(6).book, {
      entityId: town.id('You'),
      height: 6,
      search: '',
      page: 1,
      pageSize: 10,
      balanceOf: TUSD,
    })
    // 1 sent, 2 failed, 3 pending, 4 deposited, 5 received, 6 sent
    expect(few.balances).toEqual([0n, -1_010n, 2_990n, 7_990n, 1_980n])
  })

  test('of the past -- as it was then', () => {
    const then = read({ height: 4, balanceOf: TUSD })
    expect(then.balances).toEqual([0n, -1_010n, 2_990n])
    expect(read({ height: 0, balanceOf: TUSD }).balances).toEqual([])
  })

  test('not asked for -- none', () => {
    expect(read().balances).toEqual([])
  })
})

describe('rows', () => {
  test('restored from its rows -- the same book, balances and all', () => {
    const restored = bookFromRows(rows)
    const [a, b] = [book, restored].map((one) => one.byEntity.get(town.id('You')))
    expect(b?.balances).toEqual(a?.balances)
    expect(b?.records).toEqual(a?.records)
  })

  test('a row from before frames were kept -- read, with none', () => {
    const [row] = rows
    if (row === undefined) throw new Error('there is a row')
    const fields = RLP.decode(row.value) as Uint8Array[]
    const old = RLP.encode([new Uint8Array([1]), ...fields.slice(1, -2)])
    const restored = bookFromRows([{ key: row.key, value: old }])
    const entry = restored.byEntity.get(town.id('You'))?.records.chunks[0]?.[0]
    expect(entry).toMatchObject({ frameHashes: [], total: null, entry: { memo: everything.at(-1)?.memo } })
  })

  test('a row from before disputes -- read, with no total', () => {
    const [row] = rows
    if (row === undefined) throw new Error('there is a row')
    const fields = RLP.decode(row.value) as Uint8Array[]
    const old = RLP.encode([new Uint8Array([2]), ...fields.slice(1, -1)])
    expect(bookFromRows([{ key: row.key, value: old }])).toEqual(bookFromRows([row]))
  })

  test('an old row that calls itself new, or a new one that calls itself old -- a fault', () => {
    const [row] = rows
    if (row === undefined) throw new Error('there is a row')
    const fields = RLP.decode(row.value) as Uint8Array[]
    for (const value of [
      RLP.encode(fields.slice(0, -1)),
      RLP.encode(fields.slice(0, -2)),
      RLP.encode([new Uint8Array([1]), ...fields.slice(1)]),
      RLP.encode([new Uint8Array([2]), ...fields.slice(1)]),
      RLP.encode([new Uint8Array([4]), ...fields.slice(1)]),
    ])
      expect(() => bookFromRows([{ key: row.key, value }])).toThrow('I-ACTIVITY')
  })
})

describe('export', () => {
  const all = (patch: Partial<ActivityQuery> = {}): readonly (readonly ActivityEntry[])[] => {
    const parts: (readonly ActivityEntry[])[] = []
    let before: number | null = null
    do {
      const part: ReturnType<typeof exportActivity> = exportActivity(book, {
        entityId: town.id('You'),
        search: '',
        ...patch,
        before,
      })
      parts.push(part.entries)
      before = part.before
    } while (before !== null)
    return parts
  }

  test('part by part -- every entry once, newest first', () => {
    expect(all().flat()).toEqual(everything)
    expect(Math.max(...all().map((part) => part.length))).toBe(200)
  })

  test('only what matches', () => {
    expect(all({ filter: 'failed' }).flat()).toEqual(read({ filter: 'failed' }).entries)
    expect(all({ search: 'nobody' }).flat()).toEqual([])
  })

  test('exactly one part -- the second is empty and ends it', () => {
    const parts = all({ filter: 'sent' })
    expect(parts.flat()).toHaveLength(200)
    expect(parts.at(-1)).toEqual([])
  })

  test('history that grows meanwhile changes nothing about what is still to come', () => {
    const first = exportActivity(book, { entityId: town.id('You'), search: '', before: null })
    const grown = made(COUNT + 50).book
    const rest = exportActivity(grown, { entityId: town.id('You'), search: '', before: first.before })
    expect(rest.entries).toEqual(everything.slice(200, 400))
  })
})

describe('through a server', () => {
  let running: Running
  let client: RawClient
  beforeEach(async () => {
    running = await town.fork()
    client = rawClient(serveTown(running).server)
    for (const n of [1, 2, 3]) {
      const { call, command } = commanding(running)
      await call['pay.send'](command({ commandId: `c${n}`, amount: usd(n), memo: `No ${n}` }))
      await quiet()
    }
  })
  const you = () => running.id('You')

  test('a view -- filter and token as asked; the balance is what the entity has', async () => {
    client.look({ selectedEntityId: you(), activityFilter: 'sent', activityTokenId: TUSD })
    await quiet()
    const view = client.frames().at(-1)?.view
    expect(view?.activity?.entries.map(({ memo }) => memo)).toEqual(['No 3', 'No 2', 'No 1'])
    expect(view?.activity?.balances).toHaveLength(4)
    expect(view?.activity?.balances.at(-1)).toBe(view?.selectedEntity?.balances[0]?.total)
    client.look({ selectedEntityId: you(), activityFilter: 'failed' })
    await quiet()
    expect(client.frames().at(-1)?.view.activity).toMatchObject({ entries: [], totalEntries: 0 })
  })

  test('a hub lives on fees -- no balance that would leave them out', async () => {
    client.look({ selectedEntityId: running.id('Hub') })
    await quiet()
    expect(client.frames().at(-1)?.view.activity?.balances).toEqual([])
  })

  test('detail -- the two frames that carried the payment, which the account still has', async () => {
    client.look({ selectedEntityId: you(), selectedAccountId: running.id('Hub') })
    await quiet()
    const view = client.frames().at(-1)?.view
    const entry = view?.activity?.entries[0]
    const reply = await client.rpc('activity.detail', { entityId: you(), id: entry?.id ?? '' })
    expect(reply).toMatchObject({ type: 'rpc' })
    const hashes = frameHashesOf(running.host.activity(), you(), entry?.id ?? '')
    expect(hashes).toHaveLength(2)
    const known = view?.account?.frames.filter(({ frameHash }) => hashes.includes(frameHash)) ?? []
    expect(known.map(({ txs }) => txs)).toEqual([['htlc_resolve'], ['htlc_lock']])
    expect([...known].reverse().map(({ frameHash }) => frameHash)).toEqual(hashes)
  })

  test('the payee knows the frame it was locked in', () => {
    const entry = activityPage(running.host.activity(), {
      entityId: running.id('Bob'),
      height: Number.MAX_SAFE_INTEGER,
      search: '',
      page: 1,
      pageSize: 10,
    }).entries[0]
    expect(frameHashesOf(running.host.activity(), running.id('Bob'), entry?.id ?? '').length).toBeGreaterThan(0)
  })

  test.each([
    ['a stranger', { entityId: 'nobody' }, 'E_REJECTED'],
    ['no such entry', { id: 'none' }, 'E_NOT_FOUND'],
  ])('detail of %s -- refused', async (_, patch, code) => {
    const reply = await client.rpc('activity.detail', { entityId: you(), id: 'none', ...patch })
    expect(reply).toMatchObject({ type: 'error', error: { code } })
  })

  test('export -- readers may, too', async () => {
    const reader = rawClient(serveTown(running).server, { access: 'inspect' })
    const reply = await reader.rpc('activity.export', {
      entityId: you(),
      activitySearch: '',
      activityFilter: 'all',
      activityTokenId: null,
      before: null,
    })
    expect(reply).toMatchObject({ type: 'rpc' })
  })
})
