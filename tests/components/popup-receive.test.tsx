/**
 * Receive: the invoice as text and code, and its status from the view; the link that can be paid many times; passing
 * either on.
 *
 * @vitest-environment happy-dom
 */
import { act, fireEvent, screen, waitFor } from '@testing-library/preact'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { PopupApp } from '../../components/screens/popup/PopupApp.tsx'
import type { InvoiceView } from '../../runtime/radapter/types.ts'
import type { FakeAdapter } from '../support/fake-radapter.ts'
import { frame, IDS, NOW, usd } from '../support/fixture-frames.ts'
import { renderPage } from '../support/page.tsx'

const LINK = `xln:${'ab12'.repeat(40)}`
const OFFER = `xln:offer.${'cd34'.repeat(40)}`
const invoice = (patch: Partial<InvoiceView> = {}): InvoiceView => ({
  invoiceId: '0x01',
  link: LINK,
  tokenId: 1,
  amount: usd(1_250),
  memo: 'bread',
  expirySeconds: NOW / 1_000 + 86_400,
  status: 'open',
  ...patch,
})
const open = async (): Promise<FakeAdapter> => {
  const { adapter } = renderPage(PopupApp)
  adapter.answer('invoice.create', () => ({ height: 43, invoiceId: '0x01', link: LINK }))
  fireEvent.click(await screen.findByRole('button', { name: 'Receive' }))
  await screen.findByRole('textbox', { name: 'Amount' })
  return adapter
}
const type = (name: string, value: string): void => {
  fireEvent.input(screen.getByRole('textbox', { name }), { target: { value } })
}
const create = (): void => {
  fireEvent.click(screen.getByRole('button', { name: 'Create invoice' }))
}

describe('Receive', () => {
  test('makes an invoice, shows it as text and as a QR code, and turns to Paid by itself', async () => {
    const adapter = await open()
    type('Amount', '12.5')
    type('Memo', 'bread')
    create()
    const field = await screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'Invoice' })
    expect(field.value).toBe(LINK)
    expect(field.readOnly).toBe(true)
    expect(screen.getByRole('img', { name: 'Invoice QR code' })).toBeTruthy()
    expect(adapter.callsOf('invoice.create')).toEqual([
      {
        commandId: expect.any(String),
        entityId: IDS.you,
        tokenId: 1,
        amount: usd(1_250),
        memo: 'bread',
        expirySeconds: 86_400,
      },
    ])
    await act(() => adapter.push(frame({ height: 43, entity: { invoices: [invoice()] } })))
    expect(screen.getByRole('status').textContent).toContain('Waiting for a payer')
    await act(() => adapter.push(frame({ height: 44, entity: { invoices: [invoice({ status: 'paid' })] } })))
    expect(screen.getByRole('status', { name: 'Paid' }).textContent).toBe('Paid')
  })

  test('no amount -- the payer chooses', async () => {
    const adapter = await open()
    create()
    await screen.findByRole('textbox', { name: 'Invoice' })
    expect(adapter.callsOf('invoice.create')[0]).toMatchObject({ amount: null, memo: '' })
  })

  test('a bad amount -- refused in words, nothing asked', async () => {
    const adapter = await open()
    type('Amount', '0x10')
    create()
    expect((await screen.findByRole('alert')).textContent).toMatch(/^This is not an amount\./)
    expect(adapter.callsOf('invoice.create')).toEqual([])
  })

  test('a memo longer than 256 bytes -- refused, counted in bytes', async () => {
    const adapter = await open()
    type('Memo', 'é'.repeat(129))
    create()
    expect((await screen.findByRole('alert')).textContent).toBe('The memo is too long. Keep it under 256 bytes.')
    expect(adapter.callsOf('invoice.create')).toEqual([])
  })

  test('two presses make one invoice', async () => {
    const adapter = await open()
    create()
    create()
    await screen.findByRole('textbox', { name: 'Invoice' })
    expect(adapter.callsOf('invoice.create')).toHaveLength(1)
  })

  test('expired -- said so', async () => {
    const adapter = await open()
    create()
    await screen.findByRole('textbox', { name: 'Invoice' })
    await act(() => adapter.push(frame({ height: 44, entity: { invoices: [invoice({ status: 'expired' })] } })))
    await waitFor(() => expect(screen.getByRole('status').textContent).toContain('has expired'))
  })

  test('can be paid many times -- a link as text and code, with its amount, and no end', async () => {
    const adapter = await open()
    adapter.answer('offer.create', () => ({ height: 43, offerId: '0x02', link: OFFER }))
    type('Amount', '12.5')
    type('Memo', 'bread')
    fireEvent.click(screen.getByRole('checkbox', { name: 'Can be paid many times' }))
    fireEvent.click(screen.getByRole('button', { name: 'Create payment link' }))
    const field = await screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'Payment link' })
    expect([field.value, field.readOnly]).toEqual([OFFER, true])
    expect(screen.getByRole('img', { name: 'Payment link QR code' })).toBeTruthy()
    expect(screen.getByRole('status').textContent).toBe(
      'This link can be paid many times.Each payment shows in Activity.',
    )
    expect(screen.getByTitle('12.50 tUSD')).toBeTruthy()
    expect(adapter.callsOf('offer.create')).toEqual([
      { commandId: expect.any(String), entityId: IDS.you, tokenId: 1, amount: usd(1_250), memo: 'bread' },
    ])
    expect(adapter.callsOf('invoice.create')).toEqual([])
    fireEvent.click(screen.getByRole('button', { name: 'New link' }))
    expect((await screen.findByRole<HTMLInputElement>('textbox', { name: 'Amount' })).value).toBe('')
  })

  test('too many links -- refused in words, the form stays', async () => {
    const adapter = await open()
    adapter.refuse('offer.create', { code: 'E_REJECTED', reason: { type: 'too_many_offers' } })
    fireEvent.click(screen.getByRole('checkbox', { name: 'Can be paid many times' }))
    fireEvent.click(screen.getByRole('button', { name: 'Create payment link' }))
    expect((await screen.findByRole('alert')).textContent).toMatch(/^Too many payment links are open\./)
  })

  test('Share -- the link as text, where the system can share; nowhere else a button for it', async () => {
    await open()
    create()
    await screen.findByRole('textbox', { name: 'Invoice' })
    expect(screen.queryByRole('button', { name: 'Share' })).toBeNull()
    const share = vi.fn(() => Promise.reject(new DOMException('closed', 'AbortError')))
    Object.assign(navigator, { share })
    onTestFinished(() => void Reflect.deleteProperty(navigator, 'share'))
    fireEvent.click(screen.getByRole('button', { name: 'New invoice' }))
    await screen.findByRole('textbox', { name: 'Amount' })
    create()
    fireEvent.click(await screen.findByRole('button', { name: 'Share' }))
    expect(share.mock.calls).toEqual([[{ text: LINK }]])
    expect(screen.queryByRole('alert')).toBeNull()
  })

  test('left and opened again -- an empty form', async () => {
    await open()
    create()
    await screen.findByRole('textbox', { name: 'Invoice' })
    fireEvent.click(screen.getByRole('button', { name: 'Back' }))
    fireEvent.click(await screen.findByRole('button', { name: 'Receive' }))
    expect((await screen.findByRole<HTMLInputElement>('textbox', { name: 'Amount' })).value).toBe('')
  })
})
