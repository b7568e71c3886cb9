/**
 * Receive: the invoice as text and code, and its status from the view.
 *
 * @vitest-environment happy-dom
 */
import { act, fireEvent, screen, waitFor } from '@testing-library/preact'
import { describe, expect, test } from 'vitest'
import { PopupApp } from '../../components/screens/popup/PopupApp.tsx'
import type { InvoiceView } from '../../runtime/radapter/types.ts'
import type { FakeAdapter } from '../support/fake-radapter.ts'
import { frame, IDS, NOW, usd } from '../support/fixture-frames.ts'
import { renderPage } from '../support/page.tsx'

const LINK = `xln:${'ab12'.repeat(40)}`
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

  test('left and opened again -- an empty form', async () => {
    await open()
    create()
    await screen.findByRole('textbox', { name: 'Invoice' })
    fireEvent.click(screen.getByRole('button', { name: 'Back' }))
    fireEvent.click(await screen.findByRole('button', { name: 'Receive' }))
    expect((await screen.findByRole<HTMLInputElement>('textbox', { name: 'Amount' })).value).toBe('')
  })
})
