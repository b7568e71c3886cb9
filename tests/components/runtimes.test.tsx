/**
 * The switcher of runtimes, its dialogs, and the window that comes second: by role and name, by hand and by keyboard.
 * Where the browser itself puts the focus, and takes it back, is seen in one.
 *
 * @vitest-environment happy-dom
 */
import { act, fireEvent, screen, waitFor, within } from '@testing-library/preact'
import { beforeEach, describe, expect, test } from 'vitest'
import { PopupApp } from '../../components/screens/popup/PopupApp.tsx'
import { SidePanelApp } from '../../components/screens/sidepanel/SidePanelApp.tsx'
import type { HostStatus, RpcMethod } from '../../runtime/radapter/types.ts'
import { frame, host } from '../support/fixture-frames.ts'
import { renderPage } from '../support/page.tsx'
import { openPopover } from '../support/popover.ts'
import { openPay } from '../support/popup.tsx'

const WORLDS: HostStatus['runtimes'] = [
  { id: 'simnet', name: 'Simnet', kind: 'local', copyOf: null, usedAt: 0 },
  { id: 'r1', name: 'Jamaica', kind: 'local', copyOf: null, usedAt: Date.now() - 3_650_000 },
  { id: 'r2', name: 'Jamaica, as it was', kind: 'snapshot', copyOf: null, usedAt: 0 },
]
const MENU = 'menu'
const button = (name: string): HTMLButtonElement => screen.getByRole<HTMLButtonElement>('button', { name })
const item = (name: string): HTMLElement => screen.getByRole('menuitem', { name })
const world = (name: string): HTMLElement => screen.getByRole('menuitemradio', { name })
const dialog = (name: string): Promise<HTMLElement> => screen.findByRole('dialog', { name })
const inside = (element: HTMLElement, name: string): HTMLButtonElement =>
  within(element).getByRole<HTMLButtonElement>('button', { name })
const nameField = (element: HTMLElement, name: string): HTMLInputElement =>
  within(element).getByRole<HTMLInputElement>('textbox', { name })
const write = (field: HTMLElement, value: string): void => void fireEvent.input(field, { target: { value } })

const openMenu = async () => {
  const page = renderPage(PopupApp, { host: { runtimes: WORLDS } })
  openPopover(await screen.findByRole('button', { name: 'Runtime: Simnet' }))
  return { ...page, menu: await screen.findByRole(MENU, { name: 'Runtimes' }) }
}
const openDialog = async (choice: string, title: string) => {
  const page = await openMenu()
  fireEvent.click(item(choice))
  return { ...page, shown: await dialog(title) }
}
const refused = (type: string) => ({ code: 'E_REJECTED', message: 'raw', reason: { type } }) as const
/** An answer that is waited for until it is given. */
const later = <T,>() => {
  const waiting: { give: (value: T) => void } = { give: () => undefined }
  const answer = new Promise<T>((give) => {
    waiting.give = give
  })
  return { answer, give: (value: T) => act(() => waiting.give(value)) }
}

describe('the switcher', () => {
  test('its button opens a menu of every runtime and of what can be done, in this order', async () => {
    const { menu } = await openMenu()
    expect(button('Runtime: Simnet').getAttribute('aria-haspopup')).toBe('menu')
    expect(button('Runtime: Simnet').getAttribute('aria-expanded')).toBe('true')
    const worlds = within(menu).getAllByRole('menuitemradio')
    expect(worlds.map((each) => each.getAttribute('aria-label'))).toEqual(['Simnet', 'Jamaica', 'Jamaica, as it was'])
    expect(worlds.map((each) => each.getAttribute('aria-checked'))).toEqual(['true', 'false', 'false'])
    expect(worlds.map((each) => each.getAttribute('aria-description'))).toEqual([
      'Open now',
      'Last used 1 hr. ago',
      'Copy, signs nothing, Not used yet',
    ])
    expect(
      within(menu)
        .getAllByRole('menuitem')
        .map((each) => each.getAttribute('aria-label') ?? each.textContent),
    ).toEqual([
      'New local runtime',
      'Import from file\u2026',
      'Export current\u2026',
      'Open full view',
      'Rename\u2026',
      'Clone',
      'Delete\u2026',
    ])
    expect(item('Clone').getAttribute('aria-description')).toBe('A copy with its own chain')
  })

  test('a copy with its own chain says of what; what a clone will be is said before it is made', async () => {
    const fork = { id: 'simnet', name: 'Simnet-2', kind: 'local', copyOf: 'Simnet', usedAt: 0 } as const
    const { adapter } = renderPage(PopupApp, { host: { runtimes: [fork] } })
    openPopover(await screen.findByRole('button', { name: 'Runtime: Simnet-2' }))
    const listed = await screen.findByRole('menuitemradio', { name: 'Simnet-2' })
    expect(listed.getAttribute('aria-description')).toBe('A copy of Simnet with its own chain, Open now')
    const clone = (): string | null => item('Clone').getAttribute('aria-description')
    expect(clone()).toBe('A copy with its own chain')
    act(() => adapter.pushHost(host({ runtimes: [fork], reason: { type: 'replay_differs', height: 7 } })))
    expect(clone()).toBe('A copy to look at')
    act(() => adapter.pushHost(host({ runtimes: [{ ...fork, kind: 'snapshot', copyOf: null }] })))
    expect(clone()).toBe('A copy to look at')
  })

  test.each([
    ['clone_payments', 'Payments are still being made in this runtime.'],
    ['clone_chain', 'Something is still to be done on the chain of this runtime.'],
    ['clone_dispute', 'An account of this runtime is frozen or in dispute.'],
  ])('a clone that has to wait -- %s is said in words', async (type, words) => {
    const { adapter } = await openMenu()
    adapter.refuse('runtime.clone', refused(type))
    fireEvent.click(item('Clone'))
    expect((await screen.findByRole('alert')).textContent).toContain(`${words} `)
    expect(adapter.callsOf('runtime.select')).toEqual([])
  })

  test('opens on the runtime that is shown; the arrows go round, Home and End to the ends', async () => {
    const { menu } = await openMenu()
    expect(document.activeElement).toBe(world('Simnet'))
    const after = (key: string): string => {
      fireEvent.keyDown(document.activeElement ?? menu, { key })
      const { activeElement } = document
      return activeElement?.getAttribute('aria-label') ?? activeElement?.textContent ?? ''
    }
    expect(['ArrowDown', 'ArrowUp', 'ArrowUp', 'ArrowDown', 'End', 'Home', 'a'].map(after)).toEqual([
      'Jamaica',
      'Simnet',
      'Delete\u2026',
      'Simnet',
      'Delete\u2026',
      'Simnet',
      'Simnet',
    ])
  })

  test('another one -- chosen by the host, then shown; the one that is shown -- the menu closes', async () => {
    const { adapter, opened } = await openMenu()
    adapter.answer('runtime.select', () => ({}))
    fireEvent.click(world('Jamaica'))
    await waitFor(() => expect(opened).toEqual(['runtime r1']))
    expect(adapter.callsOf('runtime.select')).toEqual([{ id: 'r1' }])
    fireEvent.click(world('Simnet'))
    await waitFor(() => expect(screen.queryByRole(MENU)).toBeNull())
    expect(button('Runtime: Simnet').getAttribute('aria-expanded')).toBe('false')
  })

  test('one that is gone -- said in words, and nothing else is shown', async () => {
    const { adapter, opened } = await openMenu()
    adapter.refuse('runtime.select', refused('unknown_runtime'))
    fireEvent.click(world('Jamaica'))
    const said = await screen.findByRole('alert')
    expect(said.textContent).toContain('This runtime is not there any more.')
    expect(opened).toEqual([])
  })

  test.each([
    ['Import from file\u2026', '/view.html?runtime=simnet#import'],
    ['Export current\u2026', '/view.html?runtime=simnet#export'],
    ['Open full view', '/view.html?runtime=simnet'],
  ])('%s -- in a tab of its own', async (choice, path) => {
    const { opened } = await openMenu()
    fireEvent.click(item(choice))
    expect(opened).toEqual([path])
    await waitFor(() => expect(screen.queryByRole(MENU)).toBeNull())
  })

  test('Clone -- once, however often it is pressed; then the copy is shown', async () => {
    const { adapter, opened } = await openMenu()
    const made = later<{ readonly id: string }>()
    adapter.answer('runtime.clone', () => made.answer)
    adapter.answer('runtime.select', () => ({}))
    fireEvent.click(item('Clone'))
    await waitFor(() => expect((item('Clone') as HTMLButtonElement).disabled).toBe(true))
    fireEvent.click(item('Clone'))
    await made.give({ id: 'r3' })
    await waitFor(() => expect(opened).toEqual(['runtime r3']))
    expect(adapter.callsOf('runtime.clone')).toEqual([{ commandId: expect.any(String), id: 'simnet' }])
  })

  test('Clone of what cannot be read -- said in words', async () => {
    const { adapter } = await openMenu()
    adapter.refuse('runtime.clone', refused('runtime_not_open'))
    fireEvent.click(item('Clone'))
    expect((await screen.findByRole('alert')).textContent).toMatch(/cannot be read, so it cannot be copied/)
  })

  test('no runtime of this wallet -- the others and new ones only', async () => {
    renderPage(PopupApp, { host: { runtimes: WORLDS.slice(1), runtimeId: 'gone' } })
    openPopover(await screen.findByRole('button', { name: 'Runtime: Simnet' }))
    const menu = await screen.findByRole(MENU)
    expect(
      within(menu)
        .getAllByRole('menuitem')
        .map(({ textContent }) => textContent),
    ).toEqual(['New local runtime', 'Import from file\u2026'])
  })
})

type Asked = {
  readonly choice: string
  readonly title: string
  readonly field: string
  readonly submit: string
  readonly typed: string
  readonly method: RpcMethod
  readonly params: object
  readonly refusal: string
  readonly words: string
}
const DIALOGS: readonly Asked[] = [
  {
    choice: 'New local runtime',
    title: 'New local runtime',
    field: 'Name',
    submit: 'Create',
    typed: ' Cuba ',
    method: 'runtime.create',
    params: { commandId: expect.any(String), name: 'Cuba' },
    refusal: 'runtime_name_taken',
    words: 'Another runtime has this name. Nothing left your wallet. Choose another name.',
  },
  {
    choice: 'Rename\u2026',
    title: 'Rename Simnet',
    field: 'Name',
    submit: 'Save',
    typed: 'Home',
    method: 'runtime.rename',
    params: { id: 'simnet', name: 'Home' },
    refusal: 'bad_name',
    words:
      'This cannot be a name: it holds characters that cannot be seen, or reads like an id or a link. Nothing left your wallet. Choose another name.',
  },
  {
    choice: 'Delete\u2026',
    title: 'Delete Simnet?',
    field: 'Type Simnet to delete it',
    submit: 'Delete',
    typed: 'simnet',
    method: 'runtime.delete',
    params: { id: 'simnet', confirmation: 'simnet' },
    refusal: 'wrong_confirmation',
    words: 'This is not its name. Nothing left your wallet. Type it as it stands above.',
  },
]

describe.each(DIALOGS)('$choice', ({ choice, title, field, submit, typed, method, params, refusal, words }) => {
  test('asks over the page; refused -- in words, with the focus back in its field', async () => {
    const { adapter, opened, shown } = await openDialog(choice, title)
    await waitFor(() => expect(screen.queryByRole(MENU)).toBeNull())
    expect(document.activeElement).toBe(nameField(shown, field))
    adapter.refuse(method, refused(refusal))
    write(nameField(shown, field), typed)
    inside(shown, submit).focus()
    fireEvent.click(inside(shown, submit))
    expect((await within(shown).findByRole('alert')).textContent).toBe(words)
    expect(adapter.callsOf(method)).toEqual([params])
    expect(nameField(shown, field).getAttribute('aria-invalid')).toBe('true')
    await waitFor(() => expect(document.activeElement).toBe(nameField(shown, field)))
    expect(opened).toEqual([])
  })

  test('says nothing with nothing typed; under way it is not pressed again', async () => {
    const { adapter, shown } = await openDialog(choice, title)
    write(nameField(shown, field), '  ')
    expect(inside(shown, submit).disabled).toBe(true)
    adapter.answer(method, () => new Promise<never>(() => undefined))
    write(nameField(shown, field), typed)
    expect(inside(shown, submit).disabled).toBe(false)
    fireEvent.click(inside(shown, submit))
    await waitFor(() => expect(inside(shown, submit).disabled).toBe(true))
    expect(adapter.callsOf(method)).toHaveLength(1)
  })

  test('Cancel -- it is gone, and nothing was asked for', async () => {
    const { adapter, shown } = await openDialog(choice, title)
    fireEvent.click(inside(shown, 'Cancel'))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(adapter.callsOf(method)).toEqual([])
  })
})

test('deleted from a window that looks on -- refused in words that fit', async () => {
  const { adapter, shown } = await openDialog('Delete\u2026', 'Delete Simnet?')
  adapter.refuse('runtime.delete', { code: 'E_LOCKED', reason: { type: 'other_window' } })
  write(nameField(shown, 'Type Simnet to delete it'), 'Simnet')
  fireEvent.click(inside(shown, 'Delete'))
  expect((await within(shown).findByRole('alert')).textContent).toBe(
    'Another window holds the pen of this runtime. Nothing left your wallet. Do it there, or take control here.',
  )
})

describe('what follows', () => {
  const answerAs = async (choice: string, title: string, field: string, submit: string, typed: string) => {
    const page = await openDialog(choice, title)
    page.adapter.answer('runtime.create', () => ({ id: 'r3' }))
    page.adapter.answer('runtime.select', () => ({}))
    page.adapter.answer('runtime.rename', () => ({}))
    page.adapter.answer('runtime.delete', () => ({}))
    write(nameField(page.shown, field), typed)
    fireEvent.click(inside(page.shown, submit))
    return page
  }
  test('created -- chosen, and shown', async () => {
    const { adapter, opened } = await answerAs('New local runtime', 'New local runtime', 'Name', 'Create', 'Cuba')
    await waitFor(() => expect(opened).toEqual(['runtime r3']))
    expect(adapter.callsOf('runtime.select')).toEqual([{ id: 'r3' }])
  })
  test('renamed -- the dialog closes; the new name comes with the next status', async () => {
    const { adapter, opened } = await answerAs('Rename\u2026', 'Rename Simnet', 'Name', 'Save', 'Home')
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    act(() =>
      adapter.pushHost(host({ runtimes: [{ id: 'simnet', name: 'Home', kind: 'local', copyOf: null, usedAt: 0 }] })),
    )
    expect(button('Runtime: Home')).toBeTruthy()
    expect(opened).toEqual([])
  })
  test('deleted -- another one is shown', async () => {
    const { opened } = await answerAs('Delete\u2026', 'Delete Simnet?', 'Type Simnet to delete it', 'Delete', 'Simnet')
    await waitFor(() => expect(opened).toEqual(['runtime r1']))
  })
})

/** What each page has that would change something, and how to get there. */
const SECOND = [
  { page: 'popup', App: PopupApp, changes: 'Review', show: openPay },
  { page: 'side panel', App: SidePanelApp, changes: 'New entity', show: () => screen.findByText('New entity') },
]
describe.each(SECOND)('a second window, $page', ({ App, changes, show }) => {
  // Each test is a tab of its own.
  beforeEach(() => sessionStorage.clear())
  const open = async () => {
    const page = renderPage(App, { host: { runtimes: WORLDS, control: 'reader' }, frame: frame({ role: 'reader' }) })
    return { ...page, shown: await dialog('Simnet is open in another window') }
  }

  test('is asked what it is to be; View read-only leaves a bar and nothing that changes anything', async () => {
    const { shown } = await open()
    const names = within(shown)
      .getAllByRole('button')
      .map(({ textContent }) => textContent)
    expect(names).toEqual(['View read-only', 'Take control', 'Clone'])
    fireEvent.click(inside(shown, 'View read-only'))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    const bar = screen.getByText('You are looking on: another window writes.')
    expect(bar.getAttribute('role')).toBe('status')
    expect(button('Take control').disabled).toBe(false)
    // Nothing is wrong with who only looks on.
    expect(screen.queryByRole('alert')).toBeNull()
    await show()
    expect(button(changes).disabled).toBe(true)
  })

  test('View read-only is asked once in a tab: not after a reload, and again once it had the pen', async () => {
    const first = await open()
    fireEvent.click(inside(first.shown, 'View read-only'))
    first.close()
    const { adapter } = renderPage(App, { host: { runtimes: WORLDS, control: 'reader' } })
    expect(await screen.findByText('You are looking on: another window writes.')).toBeTruthy()
    expect(screen.queryByRole('dialog')).toBeNull()
    adapter.answer('runtime.takeControl', () => ({}))
    fireEvent.click(button('Take control'))
    await waitFor(() => expect(sessionStorage).toHaveLength(0))
    act(() => adapter.pushHost(host({ runtimes: WORLDS, control: 'writer' })))
    act(() => adapter.pushHost(host({ runtimes: WORLDS, control: 'reader' })))
    expect(await dialog('Simnet is open in another window')).toBeTruthy()
  })

  test('the window that wrote is closed -- said, and the pen is offered; nothing is written before', async () => {
    const { adapter } = await open()
    act(() => adapter.pushHost(host({ runtimes: WORLDS, control: 'free' })))
    expect(screen.queryByRole('dialog')).toBeNull()
    const bar = screen.getByText('The window that wrote is closed. Take control to write here.')
    expect(bar.getAttribute('role')).toBe('status')
    expect(screen.queryByRole('alert')).toBeNull()
    await show()
    expect(button(changes).disabled).toBe(true)
    adapter.answer('runtime.takeControl', () => ({}))
    fireEvent.click(button('Take control'))
    await waitFor(() => expect(adapter.callsOf('runtime.takeControl')).toEqual([{}]))
    act(() => {
      adapter.pushHost(host({ runtimes: WORLDS, control: 'writer' }))
      adapter.push(frame())
    })
    await waitFor(() => expect(button(changes).disabled).toBe(false))
  })

  test('Take control -- once; the page is whole as soon as the host says so', async () => {
    const { adapter, shown } = await open()
    adapter.answer('runtime.takeControl', () => ({}))
    fireEvent.click(inside(shown, 'Take control'))
    await waitFor(() => expect(adapter.callsOf('runtime.takeControl')).toEqual([{}]))
    act(() => {
      adapter.pushHost(host({ runtimes: WORLDS, control: 'writer' }))
      adapter.push(frame())
    })
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(screen.queryByText('You are looking on: another window writes.')).toBeNull()
  })

  test('Clone -- the copy is shown here', async () => {
    const { adapter, opened, shown } = await open()
    adapter.answer('runtime.clone', () => ({ id: 'r3' }))
    fireEvent.click(inside(shown, 'Clone'))
    await waitFor(() => expect(opened).toEqual(['runtime r3']))
    expect(adapter.callsOf('runtime.clone')).toEqual([{ commandId: expect.any(String), id: 'simnet' }])
  })

  test('refused -- said where it was asked', async () => {
    const { adapter, shown } = await open()
    adapter.refuse('runtime.clone', refused('too_many_runtimes'))
    fireEvent.click(inside(shown, 'Clone'))
    expect((await within(shown).findByRole('alert')).textContent).toMatch(
      /^There are as many runtimes as there may be\./,
    )
  })
})
