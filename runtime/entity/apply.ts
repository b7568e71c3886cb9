/** Applies one transaction to an entity's draft. A rejection may leave the draft half-written: the caller drops it. */
import type { EntityContext, EntityDraft, TxResult } from './draft.ts'
import { cancelPayment, startPayment } from './payment.ts'
import { directPayment, setCreditLimit } from './tx/account.ts'
import { createInvoice, createOffer } from './tx/invoice.ts'
import { jEvent } from './tx/j-event.ts'
import { message } from './tx/message.ts'
import { openAccount } from './tx/open-account.ts'
import { batchFailed, reserveToCollateral, reserveToReserve } from './tx/reserve.ts'
import { wake } from './tx/wake.ts'
import type { EntityTx } from './types.ts'

export type TxHandler<T extends EntityTx['type']> = (
  draft: EntityDraft,
  tx: Extract<EntityTx, { type: T }>,
  context: EntityContext,
) => TxResult

export const applyEntityTx = (draft: EntityDraft, tx: EntityTx, context: EntityContext): TxResult => {
  switch (tx.type) {
    case 'open_account':
      return openAccount(draft, tx, context)
    case 'set_credit_limit':
      return setCreditLimit(draft, tx, context)
    case 'direct_payment':
      return directPayment(draft, tx, context)
    case 'pay':
      return startPayment(draft, tx, context)
    case 'cancel_payment':
      return cancelPayment(draft, tx.paymentId)
    case 'create_invoice':
      return createInvoice(draft, tx, context)
    case 'create_offer':
      return createOffer(draft, tx, context)
    case 'reserve_to_reserve':
      return reserveToReserve(draft, tx, context)
    case 'reserve_to_collateral':
      return reserveToCollateral(draft, tx, context)
    case 'message':
      return message(draft, tx, context)
    case 'j_event':
      return jEvent(draft, tx, context)
    case 'batch_failed':
      return batchFailed(draft, tx, context)
    case 'wake':
      return wake(draft, tx, context)
  }
}
