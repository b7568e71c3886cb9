/**
 * The approval window: who asks for what, and a word that is given for exactly what was on screen.
 *
 * @vitest-environment happy-dom
 */
import { act, fireEvent, screen, waitFor } from '@testing-library/preact'
import type { ComponentType } from 'preact'
import { describe, expect, test } from 'vitest'
import type { Question } from '../../components/models/approval.ts'
import type { Ui } from '../../components/models/ui.ts'
import { visible } from '../../components/models/visible.ts'
import { ApprovalApp } from '../../components/screens/approval/ApprovalApp.tsx'
import { frame, host, IDS, quote, usd } from '../support/fixture-frames.ts'
import { type ManualTime, manualTime } from '../support/manual-time.ts'
import { type Page, renderPage } from '../support/page.tsx'

const ORIGIN = 'https://a-very-long-name.of.a.bakery.example:8443'
const ADDRESS = `0x${'12'.repeat(20)}`
const asks = (digit: string, request: Question['request']): Question => ({
  id: digit.repeat(64),
  origin: ORIGIN,
  seenBefore: false,
  request,
})
const CONNECT = asks('1', { type: 'connect', address: ADDRESS })
const PAY = asks('2', { type: 'pay', to: 'Bakery', amount: '5.00', token: 'tUSD', memo: 'Bread' })
const QUOTE = quote({
  to: IDS.bakery,
  toLabel: 'Bakery',
  amount: usd(500),
  fee: 2_500n,
  memo: 'Bread',
  route: [
    { entityId: IDS.hub, label: 'Hub' },
    { entityId: IDS.bakery, label: 'Bakery' },
  ],
})

const show = async (approvals: readonly Question[]): Promise<Page & { readonly time: ManualTime }> => {
  const time = manualTime(0)
  const ports = { schedule: time.schedule }
  const App: ComponentType<{ readonly ui: Ui }> = ({ ui }) => <ApprovalApp ui={ui} ports={ports} />
  const page = renderPage(App)
  page.adapter.answer('approvals.quote', () => QUOTE)
  page.adapter.answer('approvals.approve', () => ({}))
  page.adapter.answer('approvals.reject', () => ({}))
  page.adapter.answer('approvals.rejectAll', () => ({}))
  if (approvals.length > 0) await act(() => page.adapter.pushHost(host({ approvals })))
  return { ...page, time }
}
const button = (name: string): HTMLButtonElement => screen.getByRole<HTMLButtonElement>('button', { name })
const pass = (time: ManualTime, ms: number): Promise<void> => act(async () => time.advance(ms))
const quoted = (): Promise<HTMLElement> => screen.findByText('Through Hub')

describe('a question', () => {
  test('to connect -- the whole origin, the address, and that the site is new', async () => {
    await show([CONNECT])
    await screen.findByRole('heading', { name: 'Connect a site' })
    expect(screen.getByText(ORIGIN).textContent).toBe(ORIGIN)
    expect(document.body.textContent).toContain(ADDRESS)
    expect(screen.getByText('This site asks for the first time.')).toBeTruthy()
  })

  test('to pay -- the verb, the fee, the way, before and after, and what the site says', async () => {
    await show([PAY])
    await quoted()
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Pay 5.00 tUSD to Bakery')
    expect(screen.getByRole('img').getAttribute('aria-label')).toContain('Afterwards you can send')
    expect(screen.getByText('Bread')).toBeTruthy()
    expect(document.body.textContent).toContain('0.0025 tUSD')
  })

  test('what cannot be paid says why, and cannot be approved', async () => {
    const { adapter, time } = await show([])
    const reason = { type: 'over_capacity', tokenId: 1, have: usd(100), need: usd(500) }
    adapter.refuse('approvals.quote', { code: 'E_REJECTED', reason })
    await act(() => adapter.pushHost(host({ approvals: [PAY] })))
    expect((await screen.findByRole('alert')).textContent).toContain(
      'You can send 1.00 tUSD, but this needs 5.00 tUSD.',
    )
    await pass(time, 10_000)
    expect(button('Approve').disabled).toBe(true)
    expect(button('Reject').disabled).toBe(false)
  })

  test('nothing waiting says so', async () => {
    await show([])
    await screen.findByRole('heading', { name: 'Nothing waits for you' })
  })
})

describe('Approve', () => {
  test('is inert for half a second after anything on screen has changed', async () => {
    const { adapter, time } = await show([PAY])
    await quoted()
    await pass(time, 499)
    expect(button('Approve').disabled).toBe(true)
    await pass(time, 1)
    expect(button('Approve').disabled).toBe(false)
    await act(() => adapter.pushHost(host({ approvals: [PAY, CONNECT] })))
    expect(screen.getByText('1 of 2')).toBeTruthy()
    expect(button('Approve').disabled).toBe(true)
    await pass(time, 500)
    adapter.answer('approvals.quote', () => ({ ...QUOTE, fee: 9_000n }))
    await act(() => adapter.push(frame({ height: 99 })))
    await waitFor(() => expect(document.body.textContent).toContain('0.009 tUSD'))
    expect(button('Approve').disabled).toBe(true)
    await pass(time, 500)
    await act(() => void dispatchEvent(new Event('resize')))
    expect(button('Approve').disabled).toBe(true)
    await act(() => adapter.push(frame({ height: 100 })))
    await pass(time, 500)
    expect(button('Approve').disabled).toBe(false)
  })

  test('agrees to what was on screen, once', async () => {
    const { adapter, time } = await show([PAY])
    await quoted()
    await pass(time, 500)
    fireEvent.click(button('Approve'))
    fireEvent.click(button('Approve'))
    await waitFor(() => expect(adapter.callsOf('approvals.approve')).toHaveLength(1))
    expect(adapter.callsOf('approvals.approve')).toEqual([
      { id: PAY.id, terms: { to: IDS.bakery, amount: usd(500), fee: 2_500n } },
    ])
  })

  test('a lock takes back a word that was on its way', async () => {
    const { adapter, time } = await show([PAY])
    await quoted()
    await pass(time, 500)
    adapter.refuse('approvals.approve', { code: 'E_WALLET_LOCKED' })
    fireEvent.click(button('Approve'))
    await waitFor(() => expect(adapter.callsOf('approvals.approve')).toHaveLength(1))
    await act(() => adapter.pushHost(host({ wallet: 'locked', approvals: [PAY] })))
    await screen.findByRole('button', { name: 'Unlock' })
    adapter.answer('approvals.approve', () => ({}))
    await act(() => adapter.pushHost(host({ approvals: [PAY] })))
    await quoted()
    await waitFor(() => expect(button('Reject').disabled).toBe(false))
    expect(adapter.callsOf('approvals.approve')).toHaveLength(1)
  })

  test('refused at the last moment -- said, and to be looked at again', async () => {
    const { adapter, time } = await show([PAY])
    await quoted()
    await pass(time, 500)
    adapter.refuse('approvals.approve', { code: 'E_REJECTED', reason: { type: 'approval_changed' } })
    fireEvent.click(button('Approve'))
    expect((await screen.findByRole('alert')).textContent).toBe(
      'It has changed while you looked. Nothing left your wallet. Look at it again.',
    )
    expect(button('Approve').disabled).toBe(true)
  })
})

describe('refusing', () => {
  test('Esc rejects this one, Reject all every one', async () => {
    const { adapter } = await show([CONNECT, PAY])
    await screen.findByText('1 of 2')
    fireEvent.keyDown(document.body, { key: 'Escape' })
    await waitFor(() => expect(adapter.callsOf('approvals.reject')).toEqual([{ id: CONNECT.id }]))
    await waitFor(() => expect(button('Reject all').disabled).toBe(false))
    fireEvent.click(button('Reject all'))
    await waitFor(() => expect(adapter.callsOf('approvals.rejectAll')).toHaveLength(1))
  })

  test('the heading has the focus, so Enter does nothing', async () => {
    await show([CONNECT])
    const heading = await screen.findByRole('heading', { name: 'Connect a site' })
    await waitFor(() => expect(document.activeElement).toBe(heading))
  })
})

describe('text of a site', () => {
  test.each([
    ['Bread\u202Edaerb', 'Bread⟨U+202E⟩daerb'],
    ['a\u200Bb\u00ADc\nd\u0000', 'a⟨U+200B⟩b⟨U+00AD⟩c⟨U+000A⟩d⟨U+0000⟩'],
    ['\uD800', '⟨U+D800⟩'],
    ['\u{E0041}', '⟨U+E0041⟩'],
    ['Brötchen für 2 €, خبز', 'Brötchen für 2 €, خبز'],
  ])('%j is shown as %s', (text, shown) => {
    expect(visible(text)).toBe(shown)
  })
})
