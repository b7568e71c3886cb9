/**
 * The unfinished payment: it survives closing the popup, and a pressed command is never paid twice.
 *
 * @vitest-environment happy-dom
 */
import { act, fireEvent, screen, waitFor } from '@testing-library/preact'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { PopupApp } from '../../components/screens/popup/PopupApp.tsx'
import { entry, frame, host, IDS, PAYMENT_ID, usd } from '../support/fixture-frames.ts'
import { memoryPort, renderPage } from '../support/page.tsx'
import { answerWell, fillAndReview, openPay, payNow, press, type, typed } from '../support/popup.tsx'

afterEach(() => {
  vi.useRealTimers()
})

describe('Pay: the draft', () => {
  test('survives closing the popup, and is cleared by success', async () => {
    const drafts = memoryPort()
    const first = renderPage(PopupApp, { drafts })
    await openPay()
    type('Recipient', 'Bob')
    type('Amount', '3.2')
    first.close()

    const second = renderPage(PopupApp, { drafts })
    answerWell(second.adapter)
    expect(await screen.findByRole('region', { name: 'Balance' })).toBeTruthy()
    await openPay()
    await waitFor(() => expect(typed('Recipient')).toBe('Bob'))
    expect(typed('Amount')).toBe('3.2')
    press('Review')
    await payNow()
    await screen.findByText('Payment sent')
    expect(drafts.kept()).toBe(null)
    press('Done')
    await openPay()
    expect(typed('Recipient')).toBe('')
  })

  test('older than three minutes -- forgotten', async () => {
    const drafts = memoryPort({
      form: { to: 'Bob', amount: '1', memo: '', tokenId: 1 },
      command: null,
      savedAt: Date.now() - 180_000,
    })
    renderPage(PopupApp, { drafts })
    await openPay()
    await waitFor(() => expect(typed('Recipient')).toBe(''))
  })

  test('closed between the press and the answer -- reopened, the same command is sent and its receipt shown', async () => {
    const drafts = memoryPort()
    const first = renderPage(PopupApp, { drafts })
    answerWell(first.adapter)
    first.adapter.answer('pay.send', () => new Promise(() => undefined))
    await fillAndReview()
    await payNow()
    await waitFor(() => expect(first.adapter.callsOf('pay.send')).toHaveLength(1))
    first.close()

    const second = renderPage(PopupApp, { drafts })
    answerWell(second.adapter)
    second.adapter.answer('pay.get', () => entry({ status: 'pending', proof: null }))
    expect((await screen.findByText('3.21 tUSD to Bob is on its way.')).textContent).toBeTruthy()
    await waitFor(() => expect(second.adapter.callsOf('pay.send')).toEqual(first.adapter.callsOf('pay.send')))
    fireEvent.click(await screen.findByRole('button', { name: 'Pay' }))
    expect((await screen.findByRole('status')).textContent).toContain('Sending 3.21 tUSD to Bob')
    second.adapter.answer('pay.get', () => entry())
    await act(() => second.adapter.push(frame({ height: 44 })))
    expect(await screen.findByText('Payment sent')).toBeTruthy()
    expect(drafts.kept()).toBe(null)
  })

  test('a press of long ago is not sent any more', async () => {
    const drafts = memoryPort()
    const first = renderPage(PopupApp, { drafts })
    answerWell(first.adapter)
    first.adapter.answer('pay.send', () => new Promise(() => undefined))
    await fillAndReview()
    await payNow()
    await waitFor(() => expect(first.adapter.callsOf('pay.send')).toHaveLength(1))
    first.close()

    vi.useFakeTimers({ now: Date.now() + 180_000, toFake: ['Date'] })
    const second = renderPage(PopupApp, { drafts })
    await screen.findByRole('region', { name: 'Balance' })
    await openPay()
    expect(second.adapter.callsOf('pay.send')).toEqual([])
  })

  test('reopened in time but unlocked too late -- the press is not sent, and the reader is told where to look', async () => {
    const drafts = memoryPort()
    const first = renderPage(PopupApp, { drafts })
    answerWell(first.adapter)
    first.adapter.answer('pay.send', () => new Promise(() => undefined))
    await fillAndReview()
    await payNow()
    await waitFor(() => expect(first.adapter.callsOf('pay.send')).toHaveLength(1))
    first.close()

    const second = renderPage(PopupApp, { drafts, host: { wallet: 'locked', runtime: 'stopped' } })
    await screen.findByRole('button', { name: 'Unlock' })
    vi.useFakeTimers({ now: Date.now() + 180_000, toFake: ['Date'] })
    await act(() => second.adapter.pushHost(host()))
    await openPay()
    expect((await screen.findByRole('alert')).textContent).toContain('Activity says whether it was paid.')
    expect(second.adapter.callsOf('pay.send')).toEqual([])
    expect(typed('Recipient')).toBe('Bob')
  })

  test('a payment under way that began elsewhere can be looked at, and does not touch the draft', async () => {
    const drafts = memoryPort({
      form: { to: 'Alice', amount: '7', memo: '', tokenId: 1 },
      command: null,
      savedAt: Date.now(),
    })
    const pending = {
      paymentId: PAYMENT_ID,
      to: IDS.bob,
      toLabel: 'Bob',
      tokenId: 1,
      amount: usd(321),
      fee: 3_210n,
      waitingFor: 'Hub',
      startedAt: Date.now() - 5_000,
      deadlineSeconds: Date.now() / 1_000 + 60,
      canCancel: false,
    }
    const { adapter } = renderPage(PopupApp, { drafts, frame: frame({ entity: { pendingPayments: [pending] } }) })
    adapter.answer('pay.get', () => entry())
    fireEvent.click(await screen.findByRole('button', { name: 'Show it' }))
    expect(await screen.findByText('Payment sent')).toBeTruthy()
    await act(() => adapter.push(frame({ height: 44 })))
    press('Done')
    await openPay()
    await waitFor(() => expect(typed('Recipient')).toBe('Alice'))
  })
})
