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
import { frame, host, IDS, NOW, usd } from '../support/fixture-frames.ts'
import { renderPage } from '../support/page.tsx'

const LINK = `xln:${'ab12'.repeat(40)}`
const ADDRESS = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'
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

describe('the own address', () => {
  const openAddress = async () => {
    const adapter = await open()
    adapter.answer('purse.get', () => ({ address: ADDRESS, tokens: [] }))
    fireEvent.click(screen.getByRole('button', { name: 'Your address' }))
    await screen.findByRole('heading', { name: 'Your address' })
    return adapter
  }

  test('the id as a code and as text, the address on the chain, and both to be copied', async () => {
    const writeText = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
    onTestFinished(() => writeText.mockRestore())
    await openAddress()
    expect(screen.getByRole('img', { name: 'Entity id QR code' })).toBeTruthy()
    expect(screen.getByTitle(IDS.you)).toBeTruthy()
    expect(await screen.findByTitle(ADDRESS)).toBeTruthy()
    fireEvent.click(screen.getByRole('button', { name: 'Copy id' }))
    fireEvent.click(screen.getByRole('button', { name: 'Copy your address on the chain' }))
    expect(writeText.mock.calls).toEqual([[IDS.you], [ADDRESS]])
  })

  test('the chain does not answer -- said, and the id is there all the same', async () => {
    const adapter = await open()
    adapter.refuse('purse.get', { code: 'E_REJECTED', reason: { type: 'chain_unreachable' } })
    fireEvent.click(screen.getByRole('button', { name: 'Your address' }))
    expect(await screen.findByText('The chain does not answer')).toBeTruthy()
    expect(screen.getByTitle(IDS.you)).toBeTruthy()
  })

  test('Esc and Back lead to the form, as it was', async () => {
    await open()
    type('Amount', '12.5')
    for (const leave of [
      () => fireEvent.keyDown(document, { key: 'Escape' }),
      () => fireEvent.click(screen.getByRole('button', { name: 'Back' })),
    ]) {
      fireEvent.click(screen.getByRole('button', { name: 'Your address' }))
      await screen.findByRole('heading', { name: 'Your address' })
      leave()
      expect((await screen.findByRole<HTMLInputElement>('textbox', { name: 'Amount' })).value).toBe('12.5')
    }
  })
})

describe('own payment links', () => {
  const coffee = { offerId: '0x0a', link: OFFER, tokenId: 1, amount: usd(200), memo: 'coffee' }
  const any = { offerId: '0x0b', link: `${OFFER}ab`, tokenId: 2, amount: null, memo: '' }
  const openOffers = async (offers: readonly (typeof coffee | typeof any)[], total = offers.length) => {
    const adapter = await open()
    adapter.answer('offer.list', () => ({ offers, total }))
    fireEvent.click(screen.getByRole('button', { name: 'Your payment links' }))
    await screen.findByRole('heading', { name: 'Your payment links' })
    return adapter
  }

  test('none -- one sentence and the way to make one', async () => {
    await openOffers([])
    expect(await screen.findByText('You have made no payment link yet.')).toBeTruthy()
    fireEvent.click(screen.getByRole('button', { name: 'Make one' }))
    expect(await screen.findByRole('textbox', { name: 'Amount' })).toBeTruthy()
  })

  test('each with what it asks for; one is shown again as text and as a code', async () => {
    await openOffers([coffee, any])
    const list = await screen.findByRole('list', { name: 'Your payment links' })
    await waitFor(() =>
      expect([...list.children].map(({ textContent }) => textContent)).toEqual([
        '2.00 tUSDcoffee',
        'Any amount of tETH',
      ]),
    )
    fireEvent.click(screen.getByRole('button', { name: /^2\.00 tUSD/ }))
    const field = await screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'Payment link' })
    expect([field.value, field.readOnly]).toEqual([OFFER, true])
    expect(screen.getByRole('img', { name: 'Payment link QR code' })).toBeTruthy()
    fireEvent.keyDown(document, { key: 'Escape' })
    expect(await screen.findByRole('list', { name: 'Your payment links' })).toBeTruthy()
  })

  test('more than are shown -- said with their number', async () => {
    await openOffers([coffee], 51)
    expect(await screen.findByText('1 of 51 are shown.')).toBeTruthy()
  })

  test('withdrawn once it is meant -- gone when the host no longer lists it', async () => {
    const adapter = await openOffers([coffee])
    adapter.refuse('offer.withdraw', { code: 'E_HALTED' })
    fireEvent.click(await screen.findByRole('button', { name: /^2\.00 tUSD/ }))
    fireEvent.click(screen.getByRole('button', { name: 'Withdraw' }))
    expect(screen.getByText('Withdraw this link? Nobody can pay by it any more.')).toBeTruthy()
    fireEvent.click(screen.getByRole('button', { name: 'Keep it' }))
    expect(adapter.callsOf('offer.withdraw')).toEqual([])
    fireEvent.click(screen.getByRole('button', { name: 'Withdraw' }))
    fireEvent.click(screen.getByRole('button', { name: 'Withdraw it' }))
    expect((await screen.findByRole('alert')).textContent).toMatch(/^This runtime has stopped/)
    adapter.answer('offer.withdraw', () => ({ height: 43 }))
    adapter.answer('offer.list', () => ({ offers: [], total: 0 }))
    fireEvent.click(screen.getByRole('button', { name: 'Withdraw it' }))
    await act(() => adapter.push(frame({ height: 43 })))
    expect(await screen.findByText('You have made no payment link yet.')).toBeTruthy()
    expect(adapter.callsOf('offer.withdraw').at(-1)).toEqual({
      commandId: expect.any(String),
      entityId: IDS.you,
      offerId: '0x0a',
    })
  })

  test('halted -- nothing can be withdrawn', async () => {
    const adapter = await openOffers([coffee])
    await act(() => adapter.pushHost(host({ runtime: 'halted', reason: { type: 'fault', detail: 'gone' } })))
    fireEvent.click(await screen.findByRole('button', { name: /^2\.00 tUSD/ }))
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Withdraw' }).disabled).toBe(true)
  })
})
