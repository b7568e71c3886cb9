/**
 * Sorting and paging from end to end: the side panel, over the real client and server, of a runtime in which 120
 * customers opened an account with one hub. What is on screen is compared with what the accounts themselves say.
 *
 * @vitest-environment happy-dom
 */
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/preact'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSession, type Session } from '../../components/models/session.ts'
import { SidePanelApp } from '../../components/screens/sidepanel/SidePanelApp.tsx'
import { positionOf } from '../../runtime/account/delta.ts'
import { deltaKey } from '../../runtime/account/keys.ts'
import { commandHandlers } from '../../runtime/radapter/commands.ts'
import { embeddedAdapter } from '../../runtime/radapter/embedded.ts'
import { createServer } from '../../runtime/radapter/server.ts'
import type { AccountSortKey, PageSize, SortDirection } from '../../runtime/radapter/types.ts'
import { type Crowd, startCrowd } from '../support/crowd.ts'
import { createFakeUi } from '../support/page.tsx'
import { UNLOCKED } from '../support/served.ts'
import { TUSD } from '../support/world.ts'

const CUSTOMERS = 120

let crowd: Crowd
let session: Session
let stop: () => void
beforeAll(async () => {
  crowd = await startCrowd(CUSTOMERS)
  const server = createServer({
    host: () => crowd.host,
    status: () => UNLOCKED,
    onChange: () => () => undefined,
    handlers: { ...commandHandlers(() => crowd.host), 'wallet.touch': () => Promise.resolve({}) },
  })
  session = createSession(embeddedAdapter(server))
  const page = createFakeUi()
  page.stop()
  stop = session.start()
  render(<SidePanelApp ui={{ ...page.ui, session }} />)
  await screen.findByRole('table', { name: 'Accounts' })
})
afterAll(() => {
  cleanup()
  stop()
})

type Figures = { readonly label: string } & { readonly [K in AccountSortKey]: bigint | number | string }

/** Worked out from the accounts, without the projection. */
const figures = (): readonly Figures[] => {
  const env = crowd.host.env()
  const accounts = env.eReplicas.get(crowd.hub)?.state.accounts
  return [...(accounts?.entries() ?? [])].map(([id, { state, isLeft, createdAtHeight, updatedAtHeight }]) => {
    const delta = state.deltas.get(deltaKey(TUSD))
    if (delta === undefined) throw new Error(`${id} holds nothing`)
    const { outCapacity, inCapacity, balance } = positionOf(delta, isLeft)
    return {
      label: env.eReplicas.get(id)?.state.label ?? '',
      outbound: outCapacity,
      inbound: inCapacity,
      collateral: delta.collateral,
      balance,
      created: createdAtHeight,
      updated: updatedAtHeight,
      counterparty: id,
    }
  })
}

const compare = <T extends bigint | number | string>(a: T, b: T): number => (a < b ? -1 : Number(a > b))

const inOrder = (key: AccountSortKey, direction: SortDirection): readonly string[] =>
  [...figures()]
    .sort((a, b) => {
      const byKey = compare(a[key], b[key])
      return (direction === 'asc' ? byKey : -byKey) || compare(a.counterparty, b.counterparty)
    })
    .map(({ label }) => label)

const shown = (): readonly string[] =>
  within(screen.getByRole('table', { name: 'Accounts' }))
    .getAllByRole('button')
    .map((button) => button.textContent ?? '')
const choose = (name: string, value: string): void => {
  fireEvent.change(screen.getByRole('combobox', { name }), { target: { value } })
}
const pages = (): HTMLElement => screen.getByRole('navigation', { name: 'Pages' })
const setDirection = (direction: SortDirection): void => {
  const other = screen.queryByRole('button', { name: direction === 'asc' ? 'Descending' : 'Ascending' })
  if (other !== null) fireEvent.click(other)
}

/** Turns every page and gathers what is on them. */
const leafThrough = async (size: number): Promise<readonly string[]> => {
  const total = Math.ceil(CUSTOMERS / size)
  const seen: string[] = []
  for (let page = 1; page <= total; page++) {
    const where = `Page ${page} of ${total} (${CUSTOMERS} accounts)`
    await waitFor(() => expect(pages().textContent).toContain(where))
    seen.push(...shown())
    const next = within(pages()).getByRole<HTMLButtonElement>('button', { name: 'Next' })
    expect(next.disabled).toBe(page === total)
    if (page < total) fireEvent.click(next)
  }
  return seen
}

const KEYS: readonly AccountSortKey[] = [
  'balance',
  'outbound',
  'inbound',
  'collateral',
  'counterparty',
  'created',
  'updated',
]
const SIZES: readonly PageSize[] = [10, 20, 50, 100]
/** The view that has arrived is the one that was asked for last. */
const arrived = (key: AccountSortKey, direction: SortDirection, size: number): Promise<void> =>
  waitFor(() =>
    expect(session.frameView.value?.accounts).toMatchObject({
      sortBy: key,
      sortDir: direction,
      pageSize: size,
      page: 1,
    }),
  )

test('the crowd differs in everything it is sorted by, with ties', () => {
  for (const key of KEYS) {
    const values = new Set(figures().map((one) => one[key]))
    expect([key, values.size > 1]).toEqual([key, true])
  }
  expect(new Set(figures().map(({ inbound }) => inbound)).size).toBeLessThan(CUSTOMERS)
})

describe('sorting', () => {
  test.each(KEYS.flatMap((key) => (['asc', 'desc'] as const).map((direction) => ({ key, direction }))))(
    '$key $direction -- every account once, in order, over all pages',
    async ({ key, direction }) => {
      choose('Page size', '50')
      choose('Sort by', key)
      setDirection(direction)
      await arrived(key, direction, 50)
      expect(await leafThrough(50)).toEqual(inOrder(key, direction))
    },
  )
})

describe('paging', () => {
  test('any page -- by its number', async () => {
    choose('Page size', '10')
    choose('Sort by', 'balance')
    setDirection('desc')
    await arrived('balance', 'desc', 10)
    const order = inOrder('balance', 'desc')
    for (const page of [12, 8, 1]) {
      fireEvent.click(within(pages()).getByRole('button', { name: String(page) }))
      await waitFor(() => expect(shown()).toEqual(order.slice((page - 1) * 10, page * 10)))
      expect(within(pages()).getByRole('button', { current: 'page' }).textContent).toBe(String(page))
    }
  })

  test.each(SIZES)('%i a page -- every account once, in order', async (size) => {
    choose('Sort by', 'balance')
    setDirection('desc')
    choose('Page size', String(size))
    await arrived('balance', 'desc', size)
    expect(await leafThrough(size)).toEqual(inOrder('balance', 'desc'))
  })

  test('another size from the last page -- the first page again', async () => {
    choose('Page size', '10')
    await arrived('balance', 'desc', 10)
    await leafThrough(10)
    choose('Page size', '100')
    await arrived('balance', 'desc', 100)
    expect(shown()).toHaveLength(100)
  })

  test('while accounts change -- the next page and the one before neither skip nor repeat', async () => {
    choose('Page size', '10')
    choose('Sort by', 'updated')
    setDirection('desc')
    await arrived('updated', 'desc', 10)
    const order = inOrder('updated', 'desc')
    const turn = async (name: string, expected: readonly string[]): Promise<void> => {
      fireEvent.click(within(pages()).getByRole('button', { name }))
      await waitFor(() => expect(shown()).toEqual(expected))
    }
    /** A customer of a later page is paid, and is the one that changed last. */
    const stirUp = async (): Promise<void> => {
      const last = inOrder('updated', 'desc').at(-1) ?? ''
      await crowd.payBack(2 * (Number(last.replace(/\D/g, '')) - 1))
      await waitFor(() => expect(inOrder('updated', 'desc')[0]).toBe(last))
      await waitFor(() => expect(session.frameView.value?.height).toBe(crowd.host.env().height))
    }
    await turn('Next', order.slice(10, 20))
    await stirUp()
    expect(shown()).toEqual(order.slice(10, 20))
    await turn('Next', order.slice(20, 30))
    await stirUp()
    await turn('Previous', order.slice(10, 20))
    await turn('Previous', order.slice(0, 10))
    // By its number it is whatever is there now.
    fireEvent.click(within(pages()).getByRole('button', { name: '2' }))
    await waitFor(() => expect(shown()).toEqual(inOrder('updated', 'desc').slice(10, 20)))
  })
})
