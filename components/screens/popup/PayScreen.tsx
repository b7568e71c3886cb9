/** Paying: the form, then the payment itself. Enter advances, Esc goes back; a payment under way goes on unseen. */

import { useEscape } from '../../models/hooks.ts'
import type { PayModel } from '../../models/pay.ts'
import { PayForm } from './PayForm.tsx'
import { Payment } from './Payment.tsx'

type Props = { readonly pay: PayModel; readonly onLeave: () => void; readonly onScan: () => void }

export const PayScreen = ({ pay, onLeave, onScan }: Props) => {
  const step = pay.step.value
  const leave = (): void => {
    pay.done()
    onLeave()
  }
  const isInside = step.type === 'quoting' || step.type === 'review'
  const back = isInside ? pay.back : step.type === 'ended' ? leave : onLeave
  useEscape(back)
  if (step.type === 'form' || step.type === 'quoting') return <PayForm pay={pay} onBack={back} onScan={onScan} />
  return <Payment pay={pay} step={step} onBack={back} onDone={leave} />
}
