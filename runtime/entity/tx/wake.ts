/** wake: something the entity asked to be reminded of is due. */
import { unreachable } from '../../lib/assert.ts'
import { TIMING } from '../../lib/limits.ts'
import type { PaymentId } from '../../lib/units.ts'
import type { TxHandler } from '../apply.ts'
import { onDeadlineWake } from '../deadline.ts'
import { DONE, unschedule } from '../draft.ts'
import { onLockExpiry } from '../htlc.ts'
import { awaitInvoice, failPayment, forgetPaid, payKeysend } from '../payment.ts'
import { onRevealWake } from '../secrets.ts'
import { onGreetingWake } from '../session.ts'
import { forgetInvoice } from './invoice.ts'

export const wake: TxHandler<'wake'> = (draft, tx, context) => {
  const { kind, id } = tx.wake
  unschedule(draft, tx.wake)
  switch (kind) {
    case 'invoice_request':
    case 'offer_request': {
      const payment = draft.state.payments.get(id as PaymentId)
      if (payment?.phase.type !== 'requesting') return DONE
      // This late, it was we who slept: the answer may be waiting, or the request may not have left.
      if (context.nowMs - tx.wake.atMs > TIMING.resendFirstMs) awaitInvoice(draft, payment, kind, context)
      // Whoever makes an offer is paid by its invoices alone: money of no offer would mean nothing to it.
      else if (kind === 'offer_request') failPayment(draft, payment, 'recipient_unreachable')
      else payKeysend(draft, payment, context)
      return DONE
    }
    case 'lock_expiry':
      onLockExpiry(draft, id, context)
      return DONE
    case 'lock_reveal':
      onRevealWake(draft, id, context)
      return DONE
    case 'deadline':
      onDeadlineWake(draft, id, context)
      return DONE
    case 'greeting':
      onGreetingWake(draft, id, context)
      return DONE
    case 'invoice_expiry':
      forgetInvoice(draft, id)
      return DONE
    case 'paid_expiry':
      forgetPaid(draft, tx.wake.atMs)
      return DONE
    default:
      return unreachable(kind)
  }
}
