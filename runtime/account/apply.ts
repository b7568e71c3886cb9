/**
 * Applies one transaction to an account's agreed state: check first, then one new state. Direction comes only from
 * the frame's signed `byLeft`.
 */
import type { Rejected } from './errors.ts'
import { addDelta } from './tx/add-delta.ts'
import { directPayment } from './tx/direct-payment.ts'
import { htlcLock } from './tx/htlc-lock.ts'
import { htlcResolve } from './tx/htlc-resolve.ts'
import { jEventClaim } from './tx/j-event-claim.ts'
import { rebalancePolicy } from './tx/rebalance-policy.ts'
import { requestCollateral } from './tx/request-collateral.ts'
import { setCreditLimit } from './tx/set-credit-limit.ts'
import { settleApprove } from './tx/settle-approve.ts'
import { settlePropose } from './tx/settle-propose.ts'
import { settleReject } from './tx/settle-reject.ts'
import type { AccountEvent, AccountState, AccountTx } from './types.ts'

/** Of the frame it is in. */
export type FrameContext = { readonly byLeft: boolean; readonly timestampMs: number; readonly height: number }
export type Applied = {
  readonly type: 'applied'
  readonly state: AccountState
  readonly events: readonly AccountEvent[]
}
export type ApplyTx<T extends AccountTx['type']> = (
  state: AccountState,
  tx: Extract<AccountTx, { type: T }>,
  context: FrameContext,
) => Applied | Rejected

export const applyAccountTx = (state: AccountState, tx: AccountTx, context: FrameContext): Applied | Rejected => {
  switch (tx.type) {
    case 'add_delta':
      return addDelta(state, tx, context)
    case 'set_credit_limit':
      return setCreditLimit(state, tx, context)
    case 'direct_payment':
      return directPayment(state, tx, context)
    case 'htlc_lock':
      return htlcLock(state, tx, context)
    case 'htlc_resolve':
      return htlcResolve(state, tx, context)
    case 'j_event_claim':
      return jEventClaim(state, tx, context)
    case 'settle_propose':
      return settlePropose(state, tx, context)
    case 'settle_approve':
      return settleApprove(state, tx, context)
    case 'settle_reject':
      return settleReject(state, tx, context)
    case 'request_collateral':
      return requestCollateral(state, tx, context)
    case 'rebalance_policy':
      return rebalancePolicy(state, tx, context)
  }
}
