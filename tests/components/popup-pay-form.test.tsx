/**
 * Pay, up to the press that moves money: the form, its refusals in words, and the review.
 *
 * @vitest-environment happy-dom
 */
import { fireEvent, screen, waitFor } from '@testing-library/preact'
import { describe, expect, test } from 'vitest'
import { PopupApp } from '../../components/screens/popup/PopupApp.tsx'
import { RAdapterError } from '../../runtime/radapter/errors.ts'
import { frame, IDS, quote, usd } from '../support/fixture-frames.ts'
import { renderPage } from '../support/page.tsx'
import { answerWell, fillAndReview, openPay, press, type, typed } from '../support/popup.tsx'

describe('Pay: the form', () => {
  test('has its fields by name, tUSD chosen, and says what can be paid', async () => {
    const { adapter } = renderPage(PopupApp)
    adapter.answer('pay.limit', () => ({ amount: usd(59_970) }))
    await openPay()
    for (const name of ['Recipient', 'Amount', 'Memo']) expect(screen.getByRole('textbox', { name })).toBeTruthy()
    const token = screen.getByRole<HTMLSelectElement>('combobox', { name: 'Token' })
    expect(token.selectedOptions[0]?.textContent).toBe('tUSD')
    expect(await screen.findByText('Can pay up to 599.70 tUSD')).toBeTruthy()
    expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Recipient' }))
  })

  test('Max fills in the most this recipient can be paid, exactly; half a name is anybody', async () => {
    const { adapter } = renderPage(PopupApp)
    adapter.answer('pay.limit', ({ to }) => {
      if (to === 'Hub') return { amount: usd(60_000) }
      if (to === '') return { amount: usd(59_970) }
      throw new RAdapterError({ code: 'E_REJECTED', message: 'unknown recipient', retryable: false })
    })
    await openPay()
    type('Recipient', 'Hu')
    await screen.findByText('Can pay up to 599.70 tUSD')
    type('Recipient', 'Hub')
    await screen.findByText('Can pay up to 600.00 tUSD')
    press('Max')
    await waitFor(() => expect(typed('Amount')).toBe('600'))
    expect(adapter.callsOf('pay.limit').at(-1)).toEqual({ from: IDS.you, to: 'Hub', tokenId: 1 })
  })

  test('a known name can be picked; one\u2019s own is not offered', async () => {
    renderPage(PopupApp)
    await openPay()
    expect(screen.queryByRole('button', { name: 'You' })).toBe(null)
    press('Bakery')
    await waitFor(() => expect(typed('Recipient')).toBe('Bakery'))
  })

  test('a comma amount is read as decimals and shown as it is read', async () => {
    const { adapter } = renderPage(PopupApp)
    answerWell(adapter)
    await fillAndReview('3,21')
    await screen.findByRole('button', { name: 'Pay now' })
    expect(adapter.callsOf('pay.quote')).toEqual([{ from: IDS.you, to: 'Bob', amount: usd(321), tokenId: 1, memo: '' }])
  })

  test.each([
    ['', 'Type an amount.'],
    ['1e18', 'This is not an amount. Use digits, with a point or a comma before the decimals.'],
    ['-1', 'This is not an amount. Use digits, with a point or a comma before the decimals.'],
    ['0', 'The amount must be above zero.'],
    ['0.0000001', 'tUSD has at most 6 decimals.'],
  ])('amount %j -- refused in words before anything is asked', async (amount, words) => {
    const { adapter } = renderPage(PopupApp)
    await fillAndReview(amount)
    expect((await screen.findByRole('alert')).textContent).toBe(words)
    expect(adapter.callsOf('pay.quote')).toEqual([])
    const field = screen.getByRole('textbox', { name: 'Amount' })
    await waitFor(() => expect(document.activeElement).toBe(field))
    expect(field.getAttribute('aria-invalid')).toBe('true')
  })

  test('over capacity -- an alert names have and need, nothing was sent, the form is as it was', async () => {
    const { adapter } = renderPage(PopupApp)
    const reason = { type: 'over_capacity', have: usd(60_000), need: usd(70_070), tokenId: 1 }
    adapter.refuse('pay.quote', { code: 'E_REJECTED', reason })
    await fillAndReview('700')
    expect((await screen.findByRole('alert')).textContent).toBe(
      'You can send 600.00 tUSD, but this needs 700.70 tUSD. Nothing left your wallet. Pay less.',
    )
    expect(typed('Amount')).toBe('700')
    expect(adapter.callsOf('pay.send')).toEqual([])
  })

  test('an invoice that names its amount needs none typed', async () => {
    const { adapter } = renderPage(PopupApp)
    adapter.answer('pay.quote', () => quote({ invoice: 'xln:abc' }))
    await openPay()
    type('Recipient', 'xln:abc')
    press('Review')
    await screen.findByRole('button', { name: 'Pay now' })
    expect(adapter.callsOf('pay.quote')[0]).toMatchObject({ to: 'xln:abc', amount: 0n })
  })

  test('a reader cannot review', async () => {
    renderPage(PopupApp, { frame: frame({ role: 'reader' }) })
    await openPay()
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Review' }).disabled).toBe(true)
  })
})

describe('Pay: the review', () => {
  test('says to whom, how much, the fee, the way in words, what remains, and shows the seam with its ghost', async () => {
    const { adapter } = renderPage(PopupApp)
    answerWell(adapter)
    await openPay()
    type('Recipient', 'Bob')
    type('Amount', '3.21')
    type('Memo', 'bread')
    press('Review')
    await screen.findByRole('button', { name: 'Pay now' })
    const facts = Object.fromEntries(
      screen.getAllByRole('term').map((term) => [term.textContent, term.nextElementSibling?.textContent]),
    )
    expect(facts).toMatchObject({
      Amount: '3.21 tUSD',
      Fee: '0.00321 tUSD',
      Route: 'Through Hub',
      'You can send afterwards': '596.78679 tUSD',
      Memo: 'bread',
    })
    expect(facts.To).toMatch(/^Bob/)
    expect(screen.getByRole('img', { name: /Afterwards you can send 596\.78679 tUSD/ })).toBeTruthy()
  })

  test('whom no list of the owner knows is tagged as new, whom one knows is not', async () => {
    const { adapter } = renderPage(PopupApp)
    answerWell(adapter)
    await fillAndReview()
    await screen.findByRole('button', { name: 'Pay now' })
    expect(screen.queryByText('New to you')).toBeNull()
    adapter.push(frame({ directory: [] }))
    expect((await screen.findByText('New to you')).title).toContain('Compare every character')
  })

  test('Esc goes back to the filled form, and once more to Home', async () => {
    const { adapter } = renderPage(PopupApp)
    answerWell(adapter)
    await fillAndReview()
    await screen.findByRole('button', { name: 'Pay now' })
    fireEvent.keyDown(document, { key: 'Escape' })
    await screen.findByRole('textbox', { name: 'Recipient' })
    expect(typed('Recipient')).toBe('Bob')
    fireEvent.keyDown(document, { key: 'Escape' })
    expect(await screen.findByRole('region', { name: 'Balance' })).toBeTruthy()
  })

  test('the Enter that asked for the review, still held, does not pay', async () => {
    const { adapter } = renderPage(PopupApp)
    answerWell(adapter)
    await fillAndReview()
    const button = await screen.findByRole('button', { name: 'Pay now' })
    await waitFor(() => expect(document.activeElement).toBe(button))
    expect(fireEvent.keyDown(button, { key: 'Enter', repeat: true })).toBe(false)
    expect(fireEvent.keyDown(button, { key: 'Enter' })).toBe(true)
  })
})
