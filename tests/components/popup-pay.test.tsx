/**
 * Pay, from the press to the receipt: one command whatever happens to the line, and every end in words.
 *
 * @vitest-environment happy-dom
 */
import { act, fireEvent, screen, waitFor } from '@testing-library/preact'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { PopupApp } from '../../components/screens/popup/PopupApp.tsx'
import type { RpcMethods } from '../../runtime/radapter/types.ts'
import { entry, frame, IDS, NOW, PAYMENT_ID, PREIMAGE, usd } from '../support/fixture-frames.ts'
import { renderPage } from '../support/page.tsx'
import { answerWell, fillAndReview, pass, payNow, press, typed } from '../support/popup.tsx'

type Sent = RpcMethods['pay.send']['params']

afterEach(() => {
  vi.useRealTimers()
})

describe('Pay: the payment', () => {
  test('sends what was reviewed, to the id and not the name, and ends with the receipt', async () => {
    const { adapter } = renderPage(PopupApp)
    answerWell(adapter)
    await fillAndReview()
    await payNow()
    const status = await screen.findByText('Payment sent')
    expect(status.closest('[role="status"]')?.textContent).toContain('Bob has your 3.21 tUSD.')
    const receipt = screen.getByRole('region', { name: 'Receipt' })
    const facts = Object.fromEntries(
      screen.getAllByRole('term').map((term) => [term.textContent, term.nextElementSibling?.textContent]),
    )
    expect(facts).toMatchObject({
      Amount: '3.21 tUSD',
      Fee: '0.00321 tUSD',
      'Payment id': PAYMENT_ID,
      Preimage: PREIMAGE,
      Height: '42',
    })
    expect(receipt.textContent).toContain('Bob')
    const [sent] = adapter.callsOf('pay.send')
    expect(sent).toEqual({
      commandId: expect.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
      from: IDS.you,
      to: IDS.bob,
      amount: usd(321),
      tokenId: 1,
      memo: '',
      maxFee: 3_210n,
    })
  })

  test('two presses make one command', async () => {
    const { adapter } = renderPage(PopupApp)
    answerWell(adapter)
    await fillAndReview()
    const button = await screen.findByRole('button', { name: 'Pay now' })
    fireEvent.click(button)
    fireEvent.click(button)
    await screen.findByText('Payment sent')
    expect(adapter.callsOf('pay.send')).toHaveLength(1)
  })

  test('after a second it is pending: at whom, until when, and Cancel where it is safe', async () => {
    vi.useFakeTimers({ now: NOW, toFake: ['Date', 'setTimeout', 'clearTimeout'] })
    const { adapter } = renderPage(PopupApp)
    answerWell(adapter)
    adapter.answer('pay.get', () => entry({ status: 'pending', proof: null }))
    adapter.answer('pay.cancel', () => ({ height: 44 }))
    await fillAndReview()
    await payNow()
    const pending = {
      paymentId: PAYMENT_ID,
      to: IDS.bob,
      toLabel: 'Bob',
      tokenId: 1,
      amount: usd(321),
      fee: 3_210n,
      waitingFor: 'Hub',
      startedAt: NOW,
      deadlineSeconds: NOW / 1_000 + 3_600,
      canCancel: true,
    }
    await act(() => adapter.push(frame({ height: 43, entity: { pendingPayments: [pending] } })))
    expect(screen.getByRole('status').textContent).toBe('Sending 3.21 tUSD to Bob')
    await pass(1_000)
    const status = screen.getByRole('status').textContent
    expect(status).toContain('Pending: waiting for Hub')
    expect(status).toMatch(/If it is not finished by .*, the money is yours again\./)
    press('Cancel')
    await waitFor(() => expect(adapter.callsOf('pay.cancel')).toMatchObject([{ from: IDS.you, paymentId: PAYMENT_ID }]))
    adapter.answer('pay.get', () => entry({ status: 'failed', failure: 'cancelled', proof: null }))
    await act(() => adapter.push(frame({ height: 44 })))
    expect((await screen.findByRole('alert')).textContent).toBe(
      'Payment failedYou cancelled it. Nothing left your wallet. You can pay again at any time.',
    )
  })

  test('a failure on the way says why, that the money is back, and leads back to the filled form', async () => {
    const { adapter } = renderPage(PopupApp)
    answerWell(adapter)
    adapter.answer('pay.get', () => entry({ status: 'failed', failure: 'unknown_next_hop', proof: null }))
    await fillAndReview()
    await payNow()
    expect((await screen.findByRole('alert')).textContent).toContain(
      'The recipient cannot be reached. Your money is back. Try again later.',
    )
    press('Change it')
    await screen.findByRole('textbox', { name: 'Recipient' })
    expect(typed('Recipient')).toBe('Bob')
  })

  test('refused at the last moment -- back at the form with the reason, and the next press is a new command', async () => {
    const { adapter } = renderPage(PopupApp)
    answerWell(adapter)
    adapter.refuse('pay.send', { code: 'E_REJECTED', reason: { type: 'fee_too_high', fee: usd(2), maxFee: usd(1) } })
    await fillAndReview()
    await payNow()
    expect((await screen.findByRole('alert')).textContent).toBe(
      'The fee is now 0.02 tUSD, and you agreed to 0.01 tUSD. Nothing left your wallet. Review it again.',
    )
    answerWell(adapter)
    press('Review')
    await payNow()
    await screen.findByText('Payment sent')
    const ids = adapter.callsOf('pay.send').map(({ commandId }: Sent) => commandId)
    expect(new Set(ids).size).toBe(2)
  })

  test('an unclear answer keeps the command: pressing again sends the same one', async () => {
    const { adapter } = renderPage(PopupApp)
    answerWell(adapter)
    adapter.refuse('pay.send', { code: 'E_INTERNAL', message: 'out of luck' })
    await fillAndReview()
    await payNow()
    expect((await screen.findByRole('alert')).textContent).toContain('Activity says whether it was paid.')
    answerWell(adapter)
    await payNow()
    await screen.findByText('Payment sent')
    const ids = adapter.callsOf('pay.send').map(({ commandId }: Sent) => commandId)
    expect(ids).toHaveLength(2)
    expect(new Set(ids).size).toBe(1)
  })

  test('the line is lost between the press and the answer -- the same command goes out on the next line', async () => {
    const { adapter } = renderPage(PopupApp)
    answerWell(adapter)
    adapter.answer('pay.send', () => new Promise(() => undefined))
    await fillAndReview()
    await payNow()
    await waitFor(() => expect(adapter.callsOf('pay.send')).toHaveLength(1))
    answerWell(adapter)
    adapter.setConnection('connecting')
    adapter.setConnection('connected')
    await screen.findByText('Payment sent')
    const [first, second] = adapter.callsOf('pay.send')
    expect(second).toEqual(first)
    expect(adapter.callsOf('pay.send')).toHaveLength(2)
  })

  test('locked under way -- the same command goes out once it is unlocked', async () => {
    const { adapter } = renderPage(PopupApp)
    answerWell(adapter)
    adapter.refuse('pay.send', { code: 'E_WALLET_LOCKED' })
    await fillAndReview()
    await payNow()
    await waitFor(() => expect(adapter.callsOf('pay.send')).toHaveLength(1))
    const locked = {
      wallet: 'locked',
      runtime: 'stopped',
      progress: null,
      reason: null,
      storage: 'ok',
      unlockNotBefore: 0,
      autoLockMinutes: 15,
      approvals: [],
      updateReady: false,
      runtimeId: 'simnet',
      runtimes: [],
      control: 'writer',
    } as const
    await act(() => adapter.pushHost(locked))
    expect(await screen.findByRole('button', { name: 'Unlock' })).toBeTruthy()
    answerWell(adapter)
    await act(() => adapter.pushHost({ ...locked, wallet: 'unlocked', runtime: 'running' }))
    await screen.findByText('Payment sent', undefined, { timeout: 3_000 })
    const [first, second] = adapter.callsOf('pay.send')
    expect(second).toEqual(first)
  })
})
