/**
 * Connected sites: the chip on Home, the ways to the page, what it says of each site, and sending one away.
 *
 * @vitest-environment happy-dom
 */
import { act, fireEvent, screen, waitFor, within } from '@testing-library/preact'
import { describe, expect, test } from 'vitest'
import { formatFor } from '../../components/models/format.ts'
import type { Site } from '../../components/models/sites.ts'
import { PopupApp } from '../../components/screens/popup/PopupApp.tsx'
import { SidePanelApp } from '../../components/screens/sidepanel/SidePanelApp.tsx'
import type { FakeAdapter } from '../support/fake-radapter.ts'
import { host, IDS, NOW } from '../support/fixture-frames.ts'
import { renderPage } from '../support/page.tsx'
import { press } from '../support/popup.tsx'

const NAME = 'Connected sites'
const ADDRESS = `0x${'ab'.repeat(20)}`
const BAKERY = 'https://bakery.example:8443'
const LONG = `https://${'a-long-name-'.repeat(5)}accounts.example`

const site = (patch: Partial<Site> = {}): Site => ({
  origin: BAKERY,
  firstSeen: NOW - 40 * 86_400_000,
  lastUsed: NOW - 60_000,
  addresses: [ADDRESS],
  runtimeId: 'simnet',
  entityId: IDS.you,
  chainId: 31_337n,
  ...patch,
})

/** A host that lists these sites, and forgets whom it is told to. */
const hosting = (adapter: FakeAdapter, given: readonly Site[], origin: string | null = null): void => {
  const known = new Map(given.map((one) => [one.origin, one]))
  adapter.answer('sites.list', () => ({ sites: [...known.values()] }))
  adapter.answer('sites.here', () => ({ origin, connected: known.size }))
  adapter.answer('sites.revoke', (params) => {
    known.delete(params.origin)
    return {}
  })
}
const rows = async (): Promise<readonly HTMLElement[]> => {
  const list = await screen.findByRole('list', { name: NAME })
  return within(list).getAllByRole('listitem')
}
const openFromHome = async (given: readonly Site[]): Promise<FakeAdapter> => {
  const { adapter } = renderPage(PopupApp)
  hosting(adapter, given)
  fireEvent.click(await screen.findByRole('button', { name: 'Settings' }))
  fireEvent.click(await screen.findByRole('button', { name: NAME }))
  await screen.findByRole('heading', { name: NAME })
  return adapter
}

describe('the chip on Home', () => {
  test('names the connected site in sight by its host, in full when it is pointed at, and opens the page', async () => {
    const { adapter } = renderPage(PopupApp)
    hosting(adapter, [site(), site({ origin: LONG })], BAKERY)
    const chip = await screen.findByRole('button', { name: NAME, description: 'bakery.example:8443' })
    expect(chip.title).toBe(BAKERY)
    fireEvent.click(chip)
    expect(await screen.findByRole('heading', { name: NAME })).toBeTruthy()
    expect(await rows()).toHaveLength(2)
    fireEvent.keyDown(document, { key: 'Escape' })
    expect(await screen.findByRole('region', { name: 'Balance' })).toBeTruthy()
  })

  test('none in sight -- says how many, and follows the host', async () => {
    const { adapter } = renderPage(PopupApp)
    hosting(adapter, [site(), site({ origin: LONG })])
    await screen.findByRole('button', { name: NAME, description: '2 sites' })
    hosting(adapter, [site()])
    await act(() => adapter.pushHost(host()))
    await screen.findByRole('button', { name: NAME, description: '1 site' })
    hosting(adapter, [])
    await act(() => adapter.pushHost(host()))
    await waitFor(() => expect(screen.queryByRole('button', { name: NAME })).toBeNull())
  })
})

describe('the page', () => {
  test('says of each site what it sees, whose it is, on which chain, since when and how lately', async () => {
    await openFromHome([
      site(),
      site({ origin: LONG, addresses: [], runtimeId: 'Elsewhere', entityId: IDS.hub, chainId: 1n }),
    ])
    const [first, second] = await rows()
    const facts = (row: HTMLElement | undefined): readonly (readonly (string | null)[])[] => {
      const of = (tag: string) => [...(row?.querySelectorAll(tag) ?? [])].map(({ textContent }) => textContent)
      return of('dt').map((name, i) => [name, of('dd')[i] ?? ''])
    }
    const when = (atMs: number): string => formatFor('en-US').moment(atMs, Date.now())
    expect(first?.querySelector('p')?.textContent).toBe(BAKERY)
    expect(facts(first)).toEqual([
      ['Sees', '0xababab…ababab'],
      ['Paid by', 'You'],
      ['Chain', 'Simnet'],
      ['First seen', when(NOW - 40 * 86_400_000)],
      ['Last use', when(NOW - 60_000)],
    ])
    expect(second?.querySelector('p')?.textContent).toBe(LONG)
    expect(facts(second).slice(0, 3)).toEqual([
      ['Sees', 'Nothing here, only in Elsewhere'],
      ['Paid by', 'Hub'],
      ['Chain', '1'],
    ])
    expect(within(first as HTMLElement).getByTitle(ADDRESS)).toBeTruthy()
    expect(screen.getAllByRole('button', { name: 'Revoke' })).toHaveLength(2)
    expect(screen.getByRole('button', { name: 'Revoke', description: LONG })).toBeTruthy()
  })

  test('Revoke -- one press asks the host; the site goes when the host says so, and that is said', async () => {
    const adapter = await openFromHome([site(), site({ origin: LONG })])
    await rows()
    fireEvent.click(screen.getByRole('button', { name: 'Revoke', description: LONG }))
    const said = await screen.findByText(`${LONG} sees nothing any more.`)
    expect(adapter.callsOf('sites.revoke')).toEqual([{ origin: LONG }])
    expect(said.getAttribute('role')).toBe('status')
    expect(document.activeElement?.contains(said)).toBe(true)
    expect(await rows()).toHaveLength(2)
    await act(() => adapter.pushHost(host()))
    await waitFor(async () => expect(await rows()).toHaveLength(1))
    expect((await rows())[0]?.textContent).toContain(BAKERY)
  })

  test('a refusal is said, and the site is still there', async () => {
    const adapter = await openFromHome([site()])
    await rows()
    adapter.refuse('sites.revoke', { code: 'E_INTERNAL' })
    press('Revoke')
    expect((await screen.findByRole('alert')).textContent).toContain('Something went wrong inside the wallet.')
    expect(await rows()).toHaveLength(1)
  })

  test('a list that cannot be had is said', async () => {
    const { adapter } = renderPage(PopupApp)
    hosting(adapter, [site()])
    adapter.refuse('sites.list', { code: 'E_INTERNAL' })
    fireEvent.click(await screen.findByRole('button', { name: NAME }))
    expect((await screen.findByRole('alert')).textContent).toContain('Something went wrong inside the wallet.')
  })

  test('nobody is connected -- one sentence, and the way to change it', async () => {
    const { adapter, opened } = renderPage(PopupApp)
    hosting(adapter, [])
    fireEvent.click(await screen.findByRole('button', { name: 'Settings' }))
    fireEvent.click(await screen.findByRole('button', { name: NAME }))
    expect(await screen.findByText('No site is connected: open one and press Connect there.')).toBeTruthy()
    press('Open a new tab')
    expect(opened).toEqual(['chrome://newtab/'])
  })
})

describe('the ways to it', () => {
  test('Settings, and back to Settings', async () => {
    await openFromHome([site()])
    press('Back')
    expect(await screen.findByRole('heading', { name: 'Settings' })).toBeTruthy()
  })

  test('the palette', async () => {
    const { adapter } = renderPage(PopupApp)
    hosting(adapter, [site()])
    await screen.findByRole('button', { name: 'Pay' })
    fireEvent.keyDown(document.body, { key: 'k', ctrlKey: true, bubbles: true })
    const field = await screen.findByRole('searchbox', { name: 'What do you want to do?' })
    fireEvent.input(field, { target: { value: 'sites' } })
    fireEvent.keyDown(field, { key: 'Enter', bubbles: true })
    expect(await screen.findByRole('heading', { name: NAME })).toBeTruthy()
  })

  test('the side panel, where it opens and closes in its place', async () => {
    const { adapter } = renderPage(SidePanelApp)
    hosting(adapter, [site()])
    const way = await screen.findByRole('button', { name: NAME })
    fireEvent.click(way)
    const region = await screen.findByRole('region', { name: NAME })
    await waitFor(() => expect(region.textContent).toContain(BAKERY))
    fireEvent.click(way)
    await waitFor(() => expect(screen.queryByRole('region', { name: NAME })).toBeNull())
  })
})
