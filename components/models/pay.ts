/** Paying, from the first letter typed to the receipt: one state, and what can be done with it. */
import type { ReadonlySignal } from '@preact/signals'
import { createPayForm, type PayFormActions } from './pay-form.ts'
import { createPayLimit, type PayLimitActions } from './pay-limit.ts'
import { createPaySend, type PaySendActions } from './pay-send.ts'
import { createPayState, type PayState } from './pay-state.ts'
import type { Ui } from './ui.ts'

type Shown = Pick<PayState, 'form' | 'step' | 'refusal' | 'cancelling' | 'token' | 'canPay' | 'parsed' | 'pending'>
type Signals = { readonly [K in keyof Shown]: Shown[K] extends ReadonlySignal<infer T> ? ReadonlySignal<T> : never }
export type PayModel = Signals & PayFormActions & PayLimitActions & PaySendActions

export const createPay = (ui: Ui, now: () => number = () => Date.now()): PayModel => {
  const state = createPayState(ui, now)
  const { form, step, refusal, cancelling, token, canPay, parsed, pending } = state
  const signals: Signals = { form, step, refusal, cancelling, token, canPay, parsed, pending }
  return { ...signals, ...createPayForm(ui, state), ...createPayLimit(ui, state), ...createPaySend(ui, state) }
}
