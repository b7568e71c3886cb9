/**
 * The side panel's entities and address book: several of one's own, names, and what a new one can do first.
 *
 * @vitest-environment happy-dom
 */
import { act, fireEvent, screen, waitFor, within } from '@testing-library/preact'
import { describe, expect, test } from 'vitest'
import { SidePanelApp } from '../../components/screens/sidepanel/SidePanelApp.tsx'
import type { FrameView } from '../../runtime/radapter/types.ts'
import { frame, IDS } from '../support/fixture-frames.ts'
import { renderPage } from '../support/page.tsx'
import { type as fill, press, typed } from '../support/popup.tsx'

const STRANGER = `0x${'ab'.repeat(32)}`
const SAVINGS = `0x${'cd'.repeat(32)}`

const [you] = frame().entities
if (you === undefined) throw new Error('the fixture has an entity')
const savings = { ...you, entityId: SAVINGS, label: 'Savings', accountCount: 0, totalBalance: 0n }
const withSavings = (patch: Partial<typeof savings> = {}): FrameView =>
  frame({
    entities: [you, { ...savings, ...patch }, ...frame().entities.slice(1)],
    entity: { entityId: SAVINGS, label: 'Savings' },
    accounts: { ...(frame().accounts as NonNullable<FrameView['accounts']>), accounts: [], totalAccounts: 0 },
  })
const chips = async (): Promise<readonly (string | null)[]> =>
  within(await screen.findByRole('list', { name: 'Entities' }))
    .getAllByRole('button')
    .map((button) => button.textContent)

describe('a new entity', () => {
  test('is asked for once, under the name that was typed, and then looked at', async () => {
    const { adapter } = renderPage(SidePanelApp)
    adapter.answer('entity.create', () => ({ height: 43, entityId: SAVINGS }))
    fireEvent.click(await screen.findByRole('button', { name: 'New entity' }))
    await screen.findByRole('textbox', { name: 'Name of the new entity' })
    fill('Name of the new entity', '  Savings ')
    press('Create')
    await waitFor(() => expect(adapter.views.at(-1)?.selectedEntityId).toBe(SAVINGS))
    expect(adapter.callsOf('entity.create')).toMatchObject([{ label: 'Savings' }])
    expect(screen.queryByRole('textbox', { name: 'Name of the new entity' })).toBe(null)
  })

  test('a name that is taken -- said at its field, which keeps what was typed', async () => {
    const { adapter } = renderPage(SidePanelApp)
    adapter.refuse('entity.create', { code: 'E_REJECTED', reason: { type: 'name_taken', entityId: IDS.hub } })
    fireEvent.click(await screen.findByRole('button', { name: 'New entity' }))
    await screen.findByRole('textbox', { name: 'Name of the new entity' })
    fill('Name of the new entity', 'Hub')
    press('Create')
    expect((await screen.findByRole('alert')).textContent).toContain('Somebody else goes by this name.')
    expect(typed('Name of the new entity')).toBe('Hub')
  })

  test('Esc puts the form away', async () => {
    renderPage(SidePanelApp)
    fireEvent.click(await screen.findByRole('button', { name: 'New entity' }))
    await screen.findByRole('textbox', { name: 'Name of the new entity' })
    fireEvent.keyDown(document, { key: 'Escape' })
    await waitFor(() => expect(screen.queryByRole('textbox', { name: 'Name of the new entity' })).toBe(null))
  })

  test('without an account -- one sentence and one action, which opens one with the hub', async () => {
    const { adapter } = renderPage(SidePanelApp, { frame: withSavings() })
    adapter.answer('account.open', () => ({ height: 44 }))
    expect(await screen.findByText('Savings has no account yet, so it can neither pay nor be paid.')).toBeTruthy()
    press('Open an account with Hub')
    await waitFor(() => expect(adapter.callsOf('account.open')).toHaveLength(1))
    expect(adapter.callsOf('account.open')[0]).toMatchObject({
      entityId: SAVINGS,
      counterpartyId: IDS.hub,
      tokenId: 1,
      creditLimit: 1_000_000_000n,
    })
  })

  test('with an account, or somebody else\u2019s -- no such action', async () => {
    renderPage(SidePanelApp)
    await chips()
    expect(screen.queryByRole('button', { name: 'Open an account with Hub' })).toBe(null)
  })
})

describe('names', () => {
  test('Rename sets the name in the address book; an empty one goes back to its own', async () => {
    const { adapter } = renderPage(SidePanelApp)
    adapter.answer('book.set', () => ({}))
    adapter.answer('book.remove', () => ({}))
    fireEvent.click(await screen.findByRole('button', { name: 'Rename' }))
    await screen.findByRole('textbox', { name: 'Name' })
    expect(typed('Name')).toBe('You')
    fill('Name', 'Household')
    press('Save')
    await waitFor(() => expect(screen.queryByRole('textbox', { name: 'Name' })).toBe(null))
    expect(adapter.callsOf('book.set')).toEqual([{ entityId: IDS.you, name: 'Household', isHidden: false }])
    press('Rename')
    fill('Name', '  ')
    press('Save')
    await waitFor(() => expect(adapter.callsOf('book.remove')).toEqual([{ entityId: IDS.you }]))
  })

  test('Hide is there for all but the first, and says the other thing of one that is hidden', async () => {
    const { adapter } = renderPage(SidePanelApp)
    adapter.answer('book.set', () => ({}))
    await chips()
    expect(screen.queryByRole('button', { name: 'Hide' })).toBe(null)
    await act(() => adapter.push(withSavings()))
    fireEvent.click(await screen.findByRole('button', { name: 'Hide' }))
    await waitFor(() =>
      expect(adapter.callsOf('book.set')).toEqual([{ entityId: SAVINGS, name: 'Savings', isHidden: true }]),
    )
    await act(() => adapter.push(withSavings({ isHidden: true })))
    expect(await screen.findByRole('button', { name: 'Show again' })).toBeTruthy()
  })

  test('hidden entities are put away until they are asked for', async () => {
    const hidden = frame({ entities: frame().entities.map((one) => ({ ...one, isHidden: one.label === 'Bakery' })) })
    renderPage(SidePanelApp, { frame: hidden })
    expect(await chips()).toEqual(['You', 'Hub', 'Bob', 'Alice'])
    press('Show 1 hidden one')
    expect(await chips()).toEqual(['You', 'Hub', 'Bob', 'Alice', 'Bakery'])
    press('Put hidden ones away')
    expect(await chips()).toEqual(['You', 'Hub', 'Bob', 'Alice'])
  })
})

describe('the address book', () => {
  const page = {
    entries: [{ entityId: STRANGER, name: 'Corner shop', isHidden: false }],
    page: 2,
    totalPages: 3,
    totalEntries: 21,
  }
  const open = async (view: FrameView = frame({ book: page })) => {
    const { adapter } = renderPage(SidePanelApp, { frame: view })
    fireEvent.click(await screen.findByRole('button', { name: 'Address book' }))
    const region = await screen.findByRole('region', { name: 'Address book' })
    return { adapter, region }
  }

  test('asks for its first page while it is open, and no longer', async () => {
    const { adapter } = await open()
    await waitFor(() => expect(adapter.views.at(-1)?.bookPage).toBe(1))
    press('Address book')
    await waitFor(() => expect(adapter.views.at(-1)?.bookPage).toBe(null))
  })

  test('lists names with their ids to copy, and turns its pages', async () => {
    const { adapter, region } = await open()
    const person = within(region).getByRole('listitem')
    expect(person.textContent).toContain('Corner shop')
    expect(within(person).getByRole('button', { name: 'Copy the id of Corner shop' })).toBeTruthy()
    const pages = within(region).getByRole('navigation', { name: 'Pages of the address book' })
    expect(pages.textContent).toContain('Page 2 of 3 (21 names)')
    fireEvent.click(within(pages).getByRole('button', { name: 'Next' }))
    expect(adapter.views.at(-1)?.bookPage).toBe(3)
  })

  test('adds somebody; the form is empty again', async () => {
    const { adapter, region } = await open(frame({ book: { entries: [], page: 1, totalPages: 1, totalEntries: 0 } }))
    adapter.answer('book.set', () => ({}))
    expect(region.textContent).toContain('Nobody stands here yet.')
    fill('Name', 'Corner shop ')
    fill('Entity id', ` ${STRANGER} `)
    press('Add')
    await waitFor(() => expect(typed('Name')).toBe(''))
    expect(adapter.callsOf('book.set')).toEqual([{ entityId: STRANGER, name: 'Corner shop', isHidden: false }])
  })

  test.each([
    ['bad_id', 'This is not an entity id.', 'Entity id'],
    ['bad_name', 'This cannot be a name', 'Name'],
    ['name_too_long', 'This name is too long.', 'Name'],
  ])('%s -- in words, at its field', async (type, words, field) => {
    const { adapter } = await open()
    adapter.refuse('book.set', { code: 'E_REJECTED', reason: { type } })
    press('Add')
    expect((await screen.findByRole('alert')).textContent).toContain(words)
    expect(screen.getByRole('textbox', { name: field }).getAttribute('aria-invalid')).toBe('true')
  })

  test('renames in place', async () => {
    const { adapter } = await open()
    adapter.answer('book.set', () => ({}))
    press('Rename Corner shop')
    fill('New name for Corner shop', 'Kiosk')
    press('Save')
    await waitFor(() =>
      expect(adapter.callsOf('book.set')).toEqual([{ entityId: STRANGER, name: 'Kiosk', isHidden: false }]),
    )
  })

  test('removes only when it is said twice', async () => {
    const { adapter } = await open()
    adapter.answer('book.remove', () => ({}))
    press('Remove Corner shop')
    press('Keep')
    expect(adapter.callsOf('book.remove')).toEqual([])
    press('Remove Corner shop')
    press('Remove')
    await waitFor(() => expect(adapter.callsOf('book.remove')).toEqual([{ entityId: STRANGER }]))
  })
})

test('read-only -- nothing can be made, renamed or added', async () => {
  renderPage(SidePanelApp, {
    frame: frame({ role: 'reader', book: { entries: [], page: 1, totalPages: 1, totalEntries: 0 } }),
  })
  fireEvent.click(await screen.findByRole('button', { name: 'Address book' }))
  for (const name of ['New entity', 'Rename', 'Add'])
    expect(screen.getByRole<HTMLButtonElement>('button', { name }).disabled).toBe(true)
})
