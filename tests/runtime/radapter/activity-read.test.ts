/** Reading history: filters, the running balance, the frames behind an entry, and all of it part by part. */
import { RLP } from '@ethereumjs/rlp'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { present } from '../../../runtime/lib/assert.ts'
import { word } from '../../../runtime/lib/bytes.ts'
import { taggedHash } from '../../../runtime/lib/hash.ts'
import type { TokenId } from '../../../runtime/lib/units.ts'
import type { ActivityHistory } from '../../../runtime/radapter/activity-history.ts'
import { entryKey } from '../../../runtime/radapter/activity-keys.ts'
import type { ActivityFilter, EntryWithBalance } from '../../../runtime/radapter/activity-methods.ts'
import type { ActivityQuery } from '../../../runtime/radapter/activity-page.ts'
import { readRecord } from '../../../runtime/radapter/activity-record.ts'
import type { ActivityEntry, ActivityPage } from '../../../runtime/radapter/types.ts'
import type { RuntimeEvent } from '../../../runtime/types.ts'
import { commanding } from '../../support/commanding.ts'
import { modelAll, modelEntry, modelPage, recordsIn } from '../../support/history-model.ts'
import { quiet } from '../../support/manual-time.ts'
import { type RawClient, rawClient } from '../../support/raw-client.ts'
import { type Running, startTown } from '../../support/running.ts'
import { serveTown } from '../../support/served.ts'
import { paymentIdOf, TETH, TUSD, usd } from '../../support/world.ts'
import { type WrittenHistory, writtenHistory } from '../../support/written-history.ts'

let town: Running
beforeAll(async () => {
  town = await startTown()
})

/** Every kind of entry that there is, over and over: one a tick, of two tokens. */
const KINDS = ['received', 'sent', 'failed', 'pending', 'deposit'] as const
const eventsOf = (n: number): readonly RuntimeEvent['event'][] => {
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
  const { amount, memo } = payment
  const parties = { from: town.id('Hub'), payer: town.id('Alice') }
  const events = {
    received: [{ type: 'payment_received', ...parties, hashlock, preimage, tokenId, amount, memo, isProof: true }],
    sent: [started, { type: 'payment_sent', payment, hashlock, preimage, isProof: true }],
    failed: [started, { type: 'payment_failed', payment, reason: 'expired' }],
    pending: [started],
    deposit: [{ type: 'reserve_updated', tokenId, before: 0n, after: payment.amount }],
  } as unknown as { readonly [K in (typeof KINDS)[number]]: readonly RuntimeEvent['event'][] }
  return events[KINDS[n % KINDS.length] ?? 'sent']
}
const grow = async (written: WrittenHistory, from: number, to: number): Promise<void> => {
  for (let n = from; n <= to; n++)
    await written.tick({ env: town.host.env(), entityId: town.id('You'), height: n }, eventsOf(n))
}
const made = async (count: number): Promise<WrittenHistory> => {
  const written = await writtenHistory()
  await grow(written, 1, count)
  return written
}

const COUNT = 1_000
let written: WrittenHistory
let everything: readonly ActivityEntry[]
const read = async (patch: Partial<ActivityQuery> = {}, from = written): Promise<ActivityPage> =>
  present(
    await from
      .history()
      .page({ entityId: town.id('You'), height: COUNT, search: '', page: 1, pageSize: COUNT, ...patch }),
    'a page',
  )
beforeAll(async () => {
  written = await made(COUNT)
  everything = (await read()).entries
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

  test.each(Object.keys(plainly) as ActivityFilter[])(
    '%s -- what Array.filter finds, in the same order',
    async (filter) => {
      const found = (await read({ filter })).entries
      expect(found).toEqual(everything.filter(plainly[filter]))
      expect(found.length).toBeGreaterThan(0)
    },
  )

  test('a filter, a token and a search hold together', async () => {
    const { entries, totalEntries } = await read({ filter: 'sent', tokenId: TETH, search: 'no 581' })
    expect(entries.map(({ memo }) => memo)).toEqual(['No 581'])
    expect(totalEntries).toBe(1)
    expect((await read({ filter: 'failed', tokenId: TETH, search: 'no 581' })).totalEntries).toBe(0)
    expect((await read({ filter: 'sent', tokenId: TUSD, search: 'no 581' })).totalEntries).toBe(0)
  })

  test('pages of what matches, every entry once', async () => {
    const memos: string[] = []
    const { totalPages } = await read({ filter: 'failed', pageSize: 20 })
    for (let page = 1; page <= totalPages; page++)
      memos.push(...(await read({ filter: 'failed', pageSize: 20, page })).entries.map(({ memo }) => memo))
    expect(memos).toEqual(everything.filter(plainly.failed).map(({ memo }) => memo))
  })
})

describe('what was found is kept', () => {
  test('and is what looking at everything would find, while the history grows and is looked at from other heights', async () => {
    const grown = await writtenHistory()
    const queries: readonly Partial<ActivityQuery>[] = [
      { filter: 'pending' },
      { filter: 'failed', tokenId: TETH },
      { search: 'bob no 1' },
      { search: 'sent' },
    ]
    let size = 0
    for (const next of [1, 255, 256, 257, 300, 700, COUNT]) {
      await grow(grown, size + 1, next)
      size = next
      for (const height of [size, Math.floor(size / 2)])
        for (const page of [1, 2, 7])
          for (const patch of queries) {
            const query = { entityId: town.id('You'), search: '', page, pageSize: 10, height, ...patch }
            expect(await grown.history().page(query)).toEqual(modelPage(grown.rows(), query))
            // Of the present it is known from now on, as far as the entries themselves are in memory.
            if (height === size && page === 1)
              expect(grown.history().pageNow({ ...query, pageSize: 1 })?.totalEntries).toBe(
                modelPage(grown.rows(), query).totalEntries,
              )
          }
    }
  })

  test('also when an entry of an old chunk ends', async () => {
    const grown = await made(COUNT)
    const look = (height: number) => read({ filter: 'pending', height }, grown)
    const pending = (await look(COUNT)).entries
    const first = pending.at(-1)
    const payment = { paymentId: first?.id, to: town.id('Bob'), tokenId: TUSD, amount: 1n, fee: 0n, memo: '' }
    const event = {
      type: 'payment_failed',
      payment: { ...payment, phase: { type: 'requesting' } },
      reason: 'expired',
    } as unknown as RuntimeEvent['event']
    await grown.tick({ env: town.host.env(), entityId: town.id('You'), height: COUNT + 1 }, [event])
    expect((await look(COUNT + 1)).entries.map(({ id }) => id)).toEqual(pending.slice(0, -1).map(({ id }) => id))
    // Before that it was pending; what it was for is what it says now.
    expect((await look(COUNT)).entries.map(({ id }) => id)).toEqual(pending.map(({ id }) => id))
  })
})

describe('the running balance', () => {
  const effect = ({ kind, status, amount, fee }: ActivityEntry): bigint => {
    if (status === 'pending' || status === 'failed') return 0n
    return kind === 'payment_out' ? -(amount + fee) : amount
  }
  const sum = (tokenId: number): bigint =>
    everything.filter((entry) => entry.tokenId === tokenId).reduce((total, entry) => total + effect(entry), 0n)

  test('ends at the sum of everything, in each token, in 60 points at most', async () => {
    for (const tokenId of [TUSD, TETH]) {
      const { balances } = await read({ balanceOf: tokenId })
      expect(balances).toHaveLength(60)
      expect(balances[0]).toBe(0n)
      expect(balances.at(-1)).toBe(sum(tokenId))
    }
  })

  test('few points -- each of them, from nothing on', async () => {
    const few = await read({ height: 6, pageSize: 10, balanceOf: TUSD }, await made(6))
    // 1 sent, 2 failed, 3 pending, 4 deposited, 5 received, 6 sent
    expect(few.balances).toEqual([0n, -1_010n, 2_990n, 7_990n, 1_980n])
  })

  test('of the past -- as it was then', async () => {
    const then = await read({ height: 4, balanceOf: TUSD })
    expect(then.balances).toEqual([0n, -1_010n, 2_990n])
    expect((await read({ height: 0, balanceOf: TUSD })).balances).toEqual([])
  })

  test('not asked for -- none', async () => {
    expect((await read()).balances).toEqual([])
  })
})

describe('rows', () => {
  test('opened again -- the same in memory, and no more than that', async () => {
    const before = written.history().book()
    await written.restart()
    expect(written.history().book()).toEqual(before)
    const own = written.history().book().byEntity.get(town.id('You'))
    expect(own?.records.size).toBe(COUNT)
    expect(own?.records.items.length).toBeLessThan(256)
    for (const points of own?.balances.values() ?? []) expect(points.kept.length).toBeLessThan(120)
  })

  test.each([
    ['of another version', 0, new Uint8Array([3])],
    ['of another place', 1, new Uint8Array([7])],
  ])('a row %s -- a fault', (_, field, value) => {
    const key = entryKey(town.id('You'), 3)
    const fields = RLP.decode(present(written.rows().get(key), key)) as Uint8Array[]
    expect(() => readRecord({ key, value: RLP.encode(fields) })).not.toThrow()
    expect(() => readRecord({ key, value: RLP.encode(fields.with(field, value)) })).toThrow('I-ACTIVITY')
  })
})

describe('export', () => {
  type Parts = readonly (readonly EntryWithBalance[])[]
  const parts = async (patch: Partial<ActivityQuery> = {}): Promise<Parts> => {
    const found: (readonly EntryWithBalance[])[] = []
    let before: number | null = null
    do {
      const query = { entityId: town.id('You'), height: COUNT, search: '', ...patch, before }
      const part: Awaited<ReturnType<ActivityHistory['part']>> = await written.history().part(query)
      found.push(part.entries)
      before = part.before
    } while (before !== null)
    return found
  }
  const all = async (patch: Partial<ActivityQuery> = {}) => (await parts(patch)).flat()
  const model = (patch: Partial<ActivityQuery> = {}) =>
    modelAll(written.rows(), { entityId: town.id('You'), height: COUNT, search: '', ...patch })

  test('part by part -- every entry once, newest first, with the balance it left', async () => {
    expect((await all()).map(({ balance: _, ...entry }) => entry)).toEqual(everything)
    expect(await all()).toEqual(model())
    expect(Math.max(...(await parts()).map((part) => part.length))).toBe(200)
    const last = (await all({ tokenId: TUSD })).find(({ balance }) => balance !== null)
    expect(last?.balance).toBe((await read({ balanceOf: TUSD })).balances.at(-1))
  })

  test('only what matches', async () => {
    expect(await all({ filter: 'failed' })).toEqual(model({ filter: 'failed' }))
    expect(await all({ search: 'nobody' })).toEqual([])
  })

  test('of the past -- as it was then', async () => {
    for (const height of [0, 1, 7, 500]) {
      expect(await all({ height })).toEqual(model({ height }))
      expect(await all({ height, filter: 'pending' })).toEqual(model({ height, filter: 'pending' }))
    }
  })

  test('history that grows meanwhile changes nothing about what is still to come', async () => {
    const grown = await made(COUNT)
    const query = { entityId: town.id('You'), height: COUNT + 50, search: '' }
    const first = await grown.history().part({ ...query, before: null })
    await grow(grown, COUNT + 1, COUNT + 50)
    const rest = await grown.history().part({ ...query, before: first.before })
    expect(rest.entries.map(({ balance: _, ...entry }) => entry)).toEqual(everything.slice(200, 400))
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
    const reply = await client.rpc('activity.detail', { entityId: you(), id: entry?.id ?? '', height: null })
    expect(reply).toMatchObject({ type: 'rpc' })
    const hashes = modelEntry(running.rows(), you(), entry?.id ?? '')?.frameHashes ?? []
    expect(reply).toMatchObject({ result: [expect.anything(), hashes] })
    expect(hashes).toHaveLength(2)
    const known = view?.account?.frames.filter(({ frameHash }) => hashes.includes(frameHash)) ?? []
    expect(known.map(({ txs }) => txs)).toEqual([['htlc_resolve'], ['htlc_lock']])
    expect([...known].reverse().map(({ frameHash }) => frameHash)).toEqual(hashes)
  })

  test('the payee knows the frame it was locked in', () => {
    const [entry] = recordsIn(running.rows(), running.id('Bob'))
    expect(entry?.record.frameHashes.length).toBeGreaterThan(0)
  })

  test.each([
    ['a stranger', { entityId: 'nobody' }, 'E_REJECTED'],
    ['no such entry', { id: 'none' }, 'E_NOT_FOUND'],
  ])('detail of %s -- refused', async (_, patch, code) => {
    const reply = await client.rpc('activity.detail', { entityId: you(), id: 'none', height: null, ...patch })
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
      height: null,
    })
    expect(reply).toMatchObject({ type: 'rpc' })
  })
})
