/** Where a tab stands, and where the next one begins. */
import { describe, expect, test } from 'vitest'
import { createPlaces, type Sorting } from '../../components/models/place.ts'
import { DEFAULT_VIEW, type ViewState } from '../../runtime/radapter/types.ts'

const INITIAL: ViewState = { ...DEFAULT_VIEW, accountCursor: null }
const VIEW: ViewState = {
  ...INITIAL,
  selectedEntityId: '0x01',
  selectedAccountId: '0x02',
  accountPage: 3,
  accountPageSize: 50,
  accountSortBy: 'updated',
  accountCursor: 'after:7:0x03',
  activityPage: 2,
  activitySearch: 'rent',
}

const open = (tab = new Map<string, string>(), lasts = new Map<string, unknown>(), shownId = 'simnet') => {
  const saved: Sorting[] = []
  const places = createPlaces({
    shownId,
    tab: { get: (id) => tab.get(id) ?? null, set: (id, place) => void tab.set(id, place) },
    last: {
      kept: lasts.get(shownId),
      save: (id, sorting) => {
        saved.push(sorting)
        lasts.set(id, JSON.parse(JSON.stringify(sorting)))
      },
    },
  })
  return { save: places.save, tab, lasts, saved, load: () => places.load(INITIAL) }
}

describe('createPlaces', () => {
  test('the same tab -- comes back to all of it, the search and the moment too', () => {
    const { save, tab, lasts } = open()
    save('simnet', VIEW, 812)
    const again = open(tab, lasts).load()
    expect([again?.runtimeId, again?.height]).toEqual(['simnet', 812])
    expect(again?.view).toMatchObject({ accountCursor: 'after:7:0x03', activitySearch: 'rent', accountPage: 3 })
  })

  test('another tab -- begins at the beginning and in the present, sorted as the last one was', () => {
    const { save, lasts } = open()
    save('simnet', VIEW, 812)
    const sorting = { accountPageSize: 50, accountSortBy: 'updated', accountSortDir: VIEW.accountSortDir }
    expect([...lasts]).toEqual([['simnet', sorting]])
    expect(open(new Map(), lasts).load()).toEqual({ runtimeId: 'simnet', view: sorting, height: null })
  })

  test('another runtime -- has its own, and this one keeps its', () => {
    const { save, tab, lasts } = open()
    save('simnet', VIEW, null)
    expect(open(tab, lasts, 'local-1').load()).toBe(null)
    save('local-1', { ...INITIAL, accountPage: 9 }, null)
    expect(open(tab, lasts, 'local-1').load()?.view.accountPage).toBe(9)
    expect(open(tab, lasts).load()?.view.accountPage).toBe(3)
  })

  test('a frame that changes nothing of it -- is not written', () => {
    const { save, saved } = open()
    for (const height of [null, null, 5, 5]) save('simnet', VIEW, height)
    expect(saved).toHaveLength(2)
  })

  test('what is damaged, or of another shape -- as a new tab, or the beginning', () => {
    const { save, lasts } = open()
    save('simnet', VIEW, 7)
    expect(open(new Map([['simnet', '{']]), lasts).load()?.view).toMatchObject({ accountPageSize: 50 })
    for (const odd of [null, 7, {}, { accountPageSize: '50', accountSortBy: 'updated', accountSortDir: 'asc' }])
      expect(open(new Map(), new Map([['simnet', odd]])).load()).toBe(null)
  })

  test('one from before there were cursors -- is read', () => {
    const { save, tab } = open()
    save('simnet', VIEW, null)
    const old = JSON.parse(tab.get('simnet') ?? '')
    delete old.view.accountCursor
    expect(open(new Map([['simnet', JSON.stringify(old)]])).load()?.view).toMatchObject({
      accountPage: 3,
      accountCursor: null,
    })
  })
})
