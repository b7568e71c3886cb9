/** Pages of accounts: every order, size and page, and cursors that hold while accounts change. */
import { beforeAll, describe, expect, test } from 'vitest'
import { ZERO_32 } from '../../../runtime/lib/bytes.ts'
import type { EntityId } from '../../../runtime/lib/units.ts'
import { emptyBook } from '../../../runtime/radapter/activity.ts'
import { bookOfEntries } from '../../../runtime/radapter/address-book.ts'
import { assembleFrameView } from '../../../runtime/radapter/assemble.ts'
import { NO_NAMING } from '../../../runtime/radapter/names.ts'
import { noPosition, plus } from '../../../runtime/radapter/positions.ts'
import { createViewIndexes, envReader } from '../../../runtime/radapter/reader.ts'
import {
  type AccountSortKey,
  DEFAULT_VIEW,
  type FrameView,
  type PageSize,
  type SortDirection,
  type ViewState,
} from '../../../runtime/radapter/types.ts'
import { hubWith } from '../../support/big-hub.ts'

const META = { checkpointInterval: 50, root: ZERO_32, live: true, halted: null, role: 'writer' } as const

const KEYS: readonly AccountSortKey[] = [
  'inbound',
  'outbound',
  'collateral',
  'balance',
  'created',
  'updated',
  'counterparty',
]
const NOTHING = { inbound: 0n, outbound: 0n, collateral: 0n, balance: 0n }
const SIZES: readonly PageSize[] = [10, 20, 50, 100]
const DIRECTIONS: readonly SortDirection[] = ['asc', 'desc']

describe('many accounts', () => {
  const COUNT = 237
  let big: ReturnType<typeof hubWith>
  beforeAll(() => {
    big = hubWith(COUNT, 3)
  })
  const indexes = createViewIndexes()
  const look = (view: Partial<ViewState>, env = big.env): FrameView =>
    assembleFrameView(envReader(env, emptyBook(), META, indexes), {
      ...DEFAULT_VIEW,
      selectedEntityId: big.hub,
      ...view,
    })
  const idsOf = (view: FrameView): readonly string[] =>
    view.accounts?.accounts.map(({ counterpartyId }) => counterpartyId) ?? []

  const figureOf = {
    inbound: 'inbound',
    outbound: 'outbound',
    collateral: 'collateral',
    balance: 'balance',
    created: 'createdAtHeight',
    updated: 'updatedAtHeight',
    counterparty: 'counterpartyId',
  } as const

  test.each(KEYS.flatMap((key) => DIRECTIONS.map((direction) => ({ key, direction }))))(
    '$key $direction -- at every page size, the pages hold every account once and in order',
    ({ key, direction }) => {
      for (const size of SIZES) {
        const view = { accountSortBy: key, accountSortDir: direction, accountPageSize: size }
        const pages = Math.ceil(COUNT / size)
        const accounts = Array.from({ length: pages }, (_, i) => look({ ...view, accountPage: i + 1 }).accounts)
        for (const [i, page] of accounts.entries())
          expect(page).toMatchObject({ page: i + 1, totalPages: pages, totalAccounts: COUNT })
        const all = accounts.flatMap((page) => page?.accounts ?? [])
        expect(new Set(all.map(({ counterpartyId }) => counterpartyId)).size).toBe(COUNT)
        const sorted = [...all].sort((a, b) => {
          const [x, y] = [a[figureOf[key]], b[figureOf[key]]]
          const byFigure = x === y ? 0 : x < y ? -1 : 1
          return (direction === 'asc' ? byFigure : -byFigure) || (a.counterpartyId < b.counterpartyId ? -1 : 1)
        })
        expect(all).toEqual(sorted)
      }
    },
  )

  test.each([
    [0, 1],
    [-1, 1],
    [4, 3],
    [Number.MAX_SAFE_INTEGER, 3],
  ])('page %i of 3 -- page %i', (asked, shown) => {
    expect(look({ accountPageSize: 100, accountPage: asked }).accounts?.page).toBe(shown)
    expect(idsOf(look({ accountPageSize: 100, accountPage: asked }))).toEqual(
      idsOf(look({ accountPageSize: 100, accountPage: shown })),
    )
  })

  test('no accounts -- one empty page', () => {
    const other = look({}).entities.find(({ entityId }) => entityId !== big.hub)?.entityId ?? ''
    expect(look({ selectedEntityId: other }).accounts).toMatchObject({
      accounts: [],
      page: 1,
      totalPages: 1,
      totalAccounts: 0,
      nextCursor: null,
      prevCursor: null,
    })
  })

  test.each(DIRECTIONS)('cursors %s -- forwards to the end and back again over the same accounts', (direction) => {
    const view = { accountPageSize: 50, accountSortBy: 'updated', accountSortDir: direction } as const
    const forwards: (readonly string[])[] = []
    let page = look(view)
    for (;;) {
      forwards.push(idsOf(page))
      const next = page.accounts?.nextCursor ?? null
      if (next === null) break
      page = look({ ...view, accountCursor: next })
    }
    expect(forwards.flat()).toHaveLength(COUNT)
    expect(new Set(forwards.flat()).size).toBe(COUNT)
    const backwards = [idsOf(page)]
    for (let prev = page.accounts?.prevCursor ?? null; prev !== null; prev = page.accounts?.prevCursor ?? null) {
      page = look({ ...view, accountCursor: prev })
      backwards.unshift(idsOf(page))
    }
    expect(backwards).toEqual(forwards)
  })

  test('a cursor while accounts change -- neither skips nor repeats anybody who stayed where they were', () => {
    const view = { accountPageSize: 10, accountSortBy: 'counterparty', accountSortDir: 'asc' } as const
    const first = look(view)
    const [gone] = idsOf(first)
    const hub = big.env.eReplicas.get(big.hub)?.state
    if (hub === undefined || gone === undefined) throw new Error('no hub')
    const without = { ...hub, accounts: hub.accounts.delete(gone) }
    const env = { ...big.env, eReplicas: big.env.eReplicas.set(big.hub, { entityId: big.hub, state: without }) }
    const byCursor = look({ ...view, accountCursor: first.accounts?.nextCursor ?? null }, env)
    const byNumber = look({ ...view, accountPage: 2 }, env)
    expect(idsOf(byCursor)).toEqual(idsOf(look({ ...view, accountPage: 2 })))
    expect(idsOf(byNumber)[0]).toBe(idsOf(byCursor)[1])
  })

  test.each([
    '',
    'after',
    'after:x:y',
    'after:1:0x00',
    'before:__proto__:1',
    `after:${'9'.repeat(200)}:${'0x'.padEnd(66, '1')}`,
  ])('a cursor that is none (%j) -- the page by its number', (accountCursor) => {
    expect(idsOf(look({ accountPageSize: 20, accountPage: 2, accountCursor }))).toEqual(
      idsOf(look({ accountPageSize: 20, accountPage: 2 })),
    )
  })

  test('an account that has not changed -- the same row as before; changed, of another token or name, it is made anew', () => {
    const view = { accountPageSize: 10, accountSortBy: 'counterparty', accountSortDir: 'asc' } as const
    const rows = look(view).accounts?.accounts ?? []
    const [first, second] = rows
    const hub = big.env.eReplicas.get(big.hub)?.state
    const account = hub?.accounts.get(first?.counterpartyId ?? '')
    if (hub === undefined || account === undefined || second === undefined) throw new Error('no hub')
    const accounts = hub.accounts.set(first?.counterpartyId ?? '', { ...account, updatedAtHeight: 7_000 })
    const state = { ...hub, accounts }
    const env = { ...big.env, eReplicas: big.env.eReplicas.set(big.hub, { entityId: big.hub, state }) }
    const after = look(view, env).accounts?.accounts ?? []
    expect(after[0]).toEqual({ ...first, updatedAtHeight: 7_000 })
    expect(after.map((row, i) => row === rows[i])).toEqual(rows.map((_, i) => i > 0))

    expect(look({ ...view, tokenId: 99 }).accounts?.accounts[1]).toEqual({ ...second, ...NOTHING })
    expect(look(view).accounts?.accounts).toEqual(rows)
    const book = bookOfEntries([{ entityId: second.counterpartyId as EntityId, name: 'Cousin', isHidden: false }])
    const named = envReader(big.env, emptyBook(), { ...META, naming: { ...NO_NAMING, book } }, indexes)
    const renamed = assembleFrameView(named, { ...DEFAULT_VIEW, selectedEntityId: big.hub, ...view }).accounts?.accounts
    expect(renamed?.[1]).toEqual({ ...second, counterpartyLabel: 'Cousin' })
  })

  test('balances -- the sum over every account', () => {
    const view = look({ accountPageSize: 100 })
    const all = [1, 2, 3].flatMap((accountPage) => look({ accountPageSize: 100, accountPage }).accounts?.accounts ?? [])
    for (const { tokenId, position, total, reserve } of view.selectedEntity?.balances ?? []) {
      const sum = all
        .flatMap(({ tokens }) => tokens.filter((token) => token.tokenId === tokenId))
        .reduce(plus, noPosition(tokenId))
      expect(position).toEqual(sum)
      expect(total).toBe(reserve + sum.balance)
    }
    expect(view.entities.find(({ entityId }) => entityId === big.hub)?.totalBalance).toBe(
      view.selectedEntity?.balances[0]?.total,
    )
  })
})
