/**
 * The full view: the panels beside the network, the map and the list that says the same, and where the camera is kept.
 *
 * @vitest-environment happy-dom
 */
import { act, fireEvent, screen, waitFor, within } from '@testing-library/preact'
import { describe, expect, test } from 'vitest'
import { PopupApp } from '../../components/screens/popup/PopupApp.tsx'
import { SidePanelApp } from '../../components/screens/sidepanel/SidePanelApp.tsx'
import { ViewApp } from '../../components/screens/view/ViewApp.tsx'
import { accountDetail, frame, IDS, networkMap, usd } from '../support/fixture-frames.ts'
import { renderPage } from '../support/page.tsx'

const withMap = (patch: Parameters<typeof networkMap>[0] = {}) => frame({ map: networkMap(patch) })
const network = (): Promise<HTMLElement> => screen.findByRole('region', { name: 'Network' })
const theMap = (): Promise<HTMLElement> => screen.findByRole('button', { name: 'Network map' })
const shape = async (kind: 'entity' | 'account', index: number): Promise<Element> => {
  const found = (await theMap()).querySelector(`[data-${kind}="${index}"] > :first-child`)
  if (found === null) throw new Error(`no ${kind} ${index} is drawn`)
  return found
}
const button = (name: string): HTMLElement => screen.getByRole('button', { name })
const names = (element: HTMLElement): readonly (string | null)[] =>
  within(element)
    .getAllByRole('button')
    .map(({ textContent }) => textContent)
const said = async (): Promise<string> => (await network()).textContent ?? ''

describe('the panels', () => {
  test('side by side with the network: entities, accounts, activity, the time machine', async () => {
    renderPage(ViewApp, { frame: withMap() })
    await network()
    expect(screen.getByRole('list', { name: 'Entities' })).toBeTruthy()
    expect(screen.getByRole('table', { name: 'Accounts' })).toBeTruthy()
    expect(screen.getByRole('list', { name: 'Activity' })).toBeTruthy()
    expect(await screen.findByRole('slider', { name: 'Time machine' })).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Open full view' })).toBe(null)
  })

  test('the side panel and the palette lead there', async () => {
    const panel = renderPage(SidePanelApp)
    fireEvent.click(await screen.findByRole('button', { name: 'Open full view' }))
    expect(panel.opened).toEqual(['/view.html'])
    panel.close()
    const popup = renderPage(PopupApp)
    await screen.findByRole('button', { name: 'Pay' })
    fireEvent.keyDown(document.body, { key: 'k', ctrlKey: true, bubbles: true })
    const search = await screen.findByRole('searchbox', { name: 'What do you want to do?' })
    fireEvent.input(search, { target: { value: 'full view' } })
    fireEvent.keyDown(search, { key: 'Enter', bubbles: true })
    expect(popup.opened).toEqual(['/view.html'])
  })
})

describe('the splitters', () => {
  const splitter = (name: string): Promise<HTMLElement> => screen.findByRole('separator', { name })
  const stand = (of: Element): readonly number[] =>
    ['min', 'now', 'max'].map((which) => Number(of.getAttribute(`aria-value${which}`)))
  const open = async () => {
    const page = renderPage(ViewApp, { frame: withMap() })
    const panels = (): unknown => page.ui.host.preferences.current.value.panels
    return { ...page, panels, network: await splitter('Width of the network') }
  }

  test('one between each two panels: where it stands, between what, and whose width it is', async () => {
    const { network } = await open()
    const accounts = await splitter('Width of the accounts')
    for (const each of [network, accounts]) {
      expect([each.getAttribute('aria-orientation'), each.tabIndex]).toEqual(['vertical', 0])
      const [least = 0, now = 0, most = 0] = stand(each)
      expect([least < now, now < most]).toEqual([true, true])
    }
    const panelOf = (each: Element): Element | null => document.getElementById(each.getAttribute('aria-controls') ?? '')
    expect(panelOf(network)?.contains(await theMap())).toBe(true)
    expect(panelOf(accounts)?.contains(screen.getByRole('table', { name: 'Accounts' }))).toBe(true)
  })

  test('the keyboard moves it, to its ends and no further, and back to where it began', async () => {
    const { network } = await open()
    const [least, home, most] = stand(network)
    const after = (key: string): number | undefined => {
      fireEvent.keyDown(network, { key })
      return stand(network)[1]
    }
    expect(after('ArrowRight')).toBe((home ?? 0) + 2)
    expect(after('ArrowLeft')).toBe(home)
    expect([after('Home'), after('ArrowLeft')]).toEqual([least, least])
    expect([after('End'), after('ArrowRight')]).toEqual([most, most])
    expect(after('a')).toBe(most)
    expect(after('Enter')).toBe(home)
  })

  test('dragged -- it follows the hand until it is let go; a double click puts it back', async () => {
    const { network, panels } = await open()
    const [, home = 0] = stand(network)
    fireEvent.pointerMove(network, { pointerId: 1, clientX: 700 })
    expect(stand(network)[1]).toBe(home)
    fireEvent.pointerDown(network, { pointerId: 1, button: 0, clientX: 400 })
    expect(document.activeElement).toBe(network)
    fireEvent.pointerMove(network, { pointerId: 1, clientX: 460 })
    expect(stand(network)[1]).toBe(home + 5)
    fireEvent.pointerMove(network, { pointerId: 1, clientX: 340 })
    const left = stand(network)[1]
    expect(left).toBeLessThan(home)
    fireEvent.pointerUp(network, { pointerId: 1 })
    fireEvent.pointerMove(network, { pointerId: 1, clientX: 700 })
    expect(stand(network)[1]).toBe(left)
    await waitFor(() => expect(panels()).toEqual({ simnet: expect.stringMatching(/^3\d\d 500$/) }))
    fireEvent.dblClick(network)
    expect(stand(network)[1]).toBe(home)
    await waitFor(() => expect(panels()).toEqual({ simnet: '385 500' }))
  })

  test('each runtime has its own, and the choice of map or list too', async () => {
    const { adapter, network } = await open()
    const home = stand(network)
    fireEvent.keyDown(network, { key: 'End' })
    fireEvent.click(button('List'))
    expect(screen.queryByRole('button', { name: 'Network map' })).toBe(null)
    act(() => adapter.push({ ...withMap(), runtimeId: 'other' }))
    expect(await theMap()).toBeTruthy()
    expect(stand(network)).toEqual(home)
    fireEvent.keyDown(network, { key: 'Home' })
    act(() => adapter.push(withMap()))
    expect(screen.queryByRole('button', { name: 'Network map' })).toBe(null)
    expect(stand(network)[1]).toBe(home[2])
  })
})

describe('the map', () => {
  test('an entity is pressed -- it is looked at', async () => {
    const { adapter } = renderPage(ViewApp, { frame: withMap() })
    fireEvent.click(await shape('entity', 2))
    expect(adapter.views.at(-1)).toMatchObject({ selectedEntityId: IDS.bob, selectedAccountId: null })
  })

  test('an account is pressed -- it is opened from the side of whoever is selected', async () => {
    const { adapter } = renderPage(ViewApp, { frame: withMap() })
    fireEvent.click(await shape('account', 0))
    expect(adapter.views.at(-1)).toMatchObject({ selectedEntityId: IDS.you, selectedAccountId: IDS.hub })
    act(() => adapter.push(frame({ map: networkMap(), account: accountDetail() })))
    expect(await screen.findByRole('region', { name: 'Account with Hub' })).toBeTruthy()
    fireEvent.click(await shape('account', 3))
    expect(adapter.views.at(-1)).toMatchObject({ selectedEntityId: IDS.hub, selectedAccountId: IDS.bakery })
  })

  test('the pointer is on something -- its name and figures stand below; nothing, and how to use it does', async () => {
    renderPage(ViewApp, { frame: withMap() })
    expect(await said()).toContain('Drag to turn it.')
    fireEvent.pointerOver(await shape('account', 0))
    expect(await said()).toContain('You can send 600.00 tUSD to Hub, Hub can send 600.00 tUSD to You.')
    fireEvent.pointerOver(await shape('entity', 1))
    expect(await said()).toContain('Hub: 1,000.00 tUSD, 4 accounts')
    fireEvent.pointerLeave(await theMap())
    expect(await said()).toContain('Drag to turn it.')
  })

  test('a drag turns it and opens nothing; where it is turned to is kept for its runtime', async () => {
    const { adapter, ui } = renderPage(ViewApp, { frame: withMap() })
    const before = (await theMap()).innerHTML
    const views = adapter.views.length
    const target = await shape('entity', 2)
    fireEvent.pointerDown(target, { pointerId: 1, clientX: 10, clientY: 10, buttons: 1 })
    fireEvent.pointerMove(target, { pointerId: 1, clientX: 60, clientY: 10, buttons: 1 })
    fireEvent.pointerUp(target, { pointerId: 1 })
    fireEvent.click(target)
    expect((await theMap()).innerHTML).not.toBe(before)
    expect(adapter.views).toHaveLength(views)
    await waitFor(() => expect(Object.keys(ui.host.preferences.current.value.cameras)).toEqual(['simnet']))
  })

  test('the keyboard turns it, moves it, zooms, and brings all of it back', async () => {
    renderPage(ViewApp, { frame: withMap() })
    const map = await theMap()
    const home = map.innerHTML
    const seen = new Set([home])
    for (const init of [
      { key: 'ArrowLeft' },
      { key: 'ArrowUp' },
      { key: 'ArrowRight', shiftKey: true },
      { key: 'ArrowDown', shiftKey: true },
      { key: '+' },
      { key: '-' },
    ]) {
      fireEvent.keyDown(map, init)
      seen.add(map.innerHTML)
    }
    expect(seen.size).toBeGreaterThanOrEqual(6)
    fireEvent.keyDown(map, { key: 'Home' })
    expect(map.innerHTML).toBe(home)
  })
})

describe('the list', () => {
  test('says the same while the map is shown, out of the way of the Tab key', async () => {
    renderPage(ViewApp, { frame: withMap() })
    const list = within(await network()).getByRole('list', { name: 'Jurisdictions' })
    expect(names(list)).toEqual([
      'You',
      'Hub',
      'Hub',
      'You',
      'Bob',
      'Alice',
      'Bakery',
      'Bob',
      'Hub',
      'Alice',
      'Hub',
      'Bakery',
      'Hub',
    ])
    expect(
      within(list)
        .getAllByRole('button')
        .every(({ tabIndex }) => tabIndex === -1),
    ).toBe(true)
    expect(list.closest('.visually-hidden')).not.toBe(null)
  })

  test('asked for -- it stands in the place of the map, in reach of the Tab key', async () => {
    const { adapter } = renderPage(ViewApp, { frame: withMap() })
    fireEvent.click(within(await network()).getByRole('button', { name: 'List' }))
    const list = within(await network()).getByRole('list', { name: 'Jurisdictions' })
    expect(screen.queryByRole('button', { name: 'Network map' })).toBe(null)
    expect(list.closest('.visually-hidden')).toBe(null)
    expect(
      within(list)
        .getAllByRole('button')
        .every(({ tabIndex }) => tabIndex === 0),
    ).toBe(true)
    const hubs = within(list).getByRole('list', { name: 'Accounts of Hub' })
    expect(hubs.textContent).toContain('Can send 600.00 tUSD, can receive 600.00 tUSD')
    fireEvent.click(within(hubs).getByRole('button', { name: 'Bob' }))
    expect(adapter.views.at(-1)).toMatchObject({ selectedEntityId: IDS.hub, selectedAccountId: IDS.bob })
  })

  test('what is not drawn is counted', async () => {
    const entities = networkMap().entities.map((entity) => (entity.isHub ? { ...entity, accountCount: 1_004 } : entity))
    renderPage(ViewApp, { frame: withMap({ entities, moreEntities: 1 }) })
    expect(await said()).toContain('and 1,000 more accounts')
    expect(await said()).toContain('and 1 more entity')
  })

  test('the time machine -- what is shown is the network of that height', async () => {
    const { adapter, ui } = renderPage(ViewApp, { frame: withMap() })
    await network()
    const map = networkMap()
    const [account] = map.accounts
    if (account === undefined) throw new Error('the fixture has accounts')
    const past = { ...account, position: { ...account.position, outbound: usd(1) } }
    act(() => ui.session.lookBack(frame({ live: false, height: 12, map: { ...map, accounts: [past] } })))
    expect(await said()).toContain('Can send 0.01 tUSD')
    expect(await said()).not.toContain('Accounts of Bob')
    expect((await theMap()).querySelectorAll('[data-account]')).toHaveLength(1)
    expect(adapter.views.at(-1)?.selectedEntityId).toBe(IDS.you)
  })
})
