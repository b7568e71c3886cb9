/** The popup as a person drives it in a test of screens: by the names a screen reader says. */
import { act, fireEvent, screen } from '@testing-library/preact'
import { vi } from 'vitest'
import { present } from '../../runtime/lib/assert.ts'
import type { FakeAdapter } from './fake-radapter.ts'
import { entry, PAYMENT_ID, quote } from './fixture-frames.ts'

export const type = (name: string, value: string): void => {
  fireEvent.input(screen.getByRole('textbox', { name }), { target: { value } })
}
export const typed = (name: string): string => screen.getByRole<HTMLInputElement>('textbox', { name }).value
export const press = (name: string): void => {
  fireEvent.click(screen.getByRole('button', { name }))
}
export const openPay = async (): Promise<void> => {
  fireEvent.click(await screen.findByRole('button', { name: 'Pay' }))
  await screen.findByRole('textbox', { name: 'Recipient' })
}
export const fillAndReview = async (amount = '3.21'): Promise<void> => {
  await openPay()
  type('Recipient', 'Bob')
  type('Amount', amount)
  press('Review')
}
export const payNow = async (): Promise<void> => {
  fireEvent.click(await screen.findByRole('button', { name: 'Pay now' }))
}

/** Every payment is quoted, sent and ended well. */
export const answerWell = (adapter: FakeAdapter): void => {
  adapter.answer('pay.quote', ({ memo }) => quote({ memo }))
  adapter.answer('pay.send', () => ({ height: 43, paymentId: PAYMENT_ID }))
  adapter.answer('pay.get', () => entry())
}

/** Unfolds what few look up. */
export const openDetails = (region: HTMLElement): void => {
  present(region.querySelector('details'), 'details to unfold').open = true
}

/** Lets faked time pass. */
export const pass = (timeMs: number): Promise<void> =>
  act(async () => {
    await vi.advanceTimersByTimeAsync(timeMs)
  })
