/** wake: something the entity asked to be reminded of is due. */
import { unreachable } from '../../lib/assert.ts'
import type { PaymentId } from '../../lib/units.ts'
import type { TxHandler } from '../apply.ts'
import { DONE, unschedule } from '../draft.ts'
import { onLockExpiry } from '../htlc.ts'
import { payKeysend } from '../payment.ts'
import { forgetInvoice } from './invoice.ts'

export const wake: TxHandler<'wake'> = (draft, tx, context) => {
  const { kind, id } = tx.wake
  unschedule(draft, tx.wake)
  switch (kind) {
    case 'invoice_request': {
      const payment = draft.state.payments.get(id as PaymentId)
      if (payment?.phase.type === 'requesting') payKeysend(draft, payment, context)
      return DONE
    }
    case 'lock_expiry':
      onLockExpiry(draft, id, context)
      return DONE
    case 'invoice_expiry':
      forgetInvoice(draft, id, context)
      return DONE
    default:
      return unreachable(kind)
  }
}
