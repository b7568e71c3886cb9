/** Applies one transaction to an entity's draft. A rejection may leave the draft half-written: the caller drops it. */
import { batchFailed } from './batch.ts'
import type { EntityContext, EntityDraft, TxResult } from './draft.ts'
import { cancelPayment, startPayment } from './payment.ts'
import { greet } from './session.ts'
import { settle, settleApprove, settleReject } from './settle.ts'
import { directPayment, rebalancePolicy, requestCollateral, setCreditLimit } from './tx/account.ts'
import { callFailed } from './tx/call-failed.ts'
import { disputeStart, enforceDebts } from './tx/dispute.ts'
import { createInvoice, createOffer, withdrawOffer } from './tx/invoice.ts'
import { jEvent } from './tx/j-event.ts'
import { message, parcel } from './tx/message.ts'
import { openAccount } from './tx/open-account.ts'
import { deposit, reserveToCollateral, reserveToReserve, withdraw } from './tx/reserve.ts'
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
    case 'withdraw_offer':
      return withdrawOffer(draft, tx, context)
    case 'reserve_to_reserve':
      return reserveToReserve(draft, tx, context)
    case 'reserve_to_collateral':
      return reserveToCollateral(draft, tx, context)
    case 'deposit':
      return deposit(draft, tx, context)
    case 'withdraw':
      return withdraw(draft, tx, context)
    case 'settle':
      return settle(draft, tx, context)
    case 'settle_approve':
      return settleApprove(draft, tx, context)
    case 'settle_reject':
      return settleReject(draft, tx, context)
    case 'request_collateral':
      return requestCollateral(draft, tx, context)
    case 'rebalance_policy':
      return rebalancePolicy(draft, tx, context)
    case 'dispute_start':
      return disputeStart(draft, tx, context)
    case 'enforce_debts':
      return enforceDebts(draft, tx, context)
    case 'call_failed':
      return callFailed(draft, tx, context)
    case 'message':
      return message(draft, tx, context)
    case 'parcel':
      return parcel(draft, tx, context)
    case 'greet':
      return greet(draft, tx, context)
    case 'j_event':
      return jEvent(draft, tx, context)
    case 'batch_failed':
      return batchFailed(draft, tx, context)
    case 'wake':
      return wake(draft, tx, context)
  }
}
