/** Where a tab stands, and where the next one begins. */
import { describe, expect, test } from 'vitest'
import { createPlaces, type Place } from '../../components/models/place.ts'
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

const open = (
  tab = new Map<string, string>(),
  lasts = new Map<string, unknown>(),
  shownId = 'simnet',
  chosenId: string | null = null,
) => {
  const saved: Place[] = []
  const places = createPlaces({
    shownId,
    tab: { get: (id) => tab.get(id) ?? null, set: (id, place) => void tab.set(id, place) },
    last: {
      kept: lasts.get(shownId),
      save: (id, place) => {
        saved.push(place)
        lasts.set(id, JSON.parse(JSON.stringify(place)))
      },
    },
  })
  const save = (id: string, view: ViewState, height: number | null): void =>
    places.save(id, view, height, () => chosenId)
  return { save, tab, lasts, saved, load: () => places.load(INITIAL, () => chosenId) }
}

describe('createPlaces', () => {
  test('the same tab -- comes back to all of it, the search and the moment too', () => {
    const { save, tab, lasts } = open()
    save('simnet', VIEW, 812)
    const again = open(tab, lasts).load()
    expect([again?.runtimeId, again?.height]).toEqual(['simnet', 812])
    expect(again?.view).toMatchObject({ accountCursor: 'after:7:0x03', activitySearch: 'rent', accountPage: 3 })
  })

  test('another tab -- begins where the last one stood, without what was typed and without figures', () => {
    const { save, lasts } = open()
    save('simnet', VIEW, 812)
    const next = open(new Map(), lasts)
    expect(next.load()).toMatchObject({
      runtimeId: 'simnet',
      height: 812,
      view: {
        selectedEntityId: '0x01',
        selectedAccountId: '0x02',
        accountPage: 3,
        accountPageSize: 50,
        accountSortBy: 'updated',
        accountCursor: null,
        activitySearch: '',
      },
    })
    next.save('simnet', INITIAL, null)
    expect(open(new Map(), lasts).load()?.height).toBe(null)
  })

  test('another entity was chosen since -- another tab begins with that one, sorted as before', () => {
    const { save, tab, lasts } = open()
    save('simnet', VIEW, 812)
    const next = open(new Map(), lasts, 'simnet', '0x09').load()
    expect(next?.height).toBe(null)
    expect(next?.view).toMatchObject({ selectedEntityId: null, selectedAccountId: null, accountPage: 1 })
    expect(next?.view).toMatchObject({ accountPageSize: 50, accountSortBy: 'updated' })
    // The same tab is where it was.
    expect(open(tab, lasts, 'simnet', '0x09').load()?.view.selectedEntityId).toBe('0x01')
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
    expect(saved.map(({ height }) => height)).toEqual([null, 5])
  })

  test('what is damaged, or of another shape -- the last one, or the beginning', () => {
    const { save, lasts } = open()
    save('simnet', VIEW, 7)
    expect(open(new Map([['simnet', '{']]), lasts).load()?.height).toBe(7)
    for (const odd of [null, 7, {}, { runtimeId: 'simnet', view: { accountPage: '1' }, height: 1 }])
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
