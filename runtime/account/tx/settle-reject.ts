/**
 * settle_reject: ends a settlement that will not be done. Before its approval either side may; after it, only once a
 * confirmed block is past its last second, which each side judges by the chain it knows (step.ts).
 */
import type { ApplyTx } from '../apply.ts'
import { rejected } from '../errors.ts'
import { end } from '../settlement.ts'

export const settleReject: ApplyTx<'settle_reject'> = (state) => {
  const { settlement } = state
  if (settlement === null) return rejected({ type: 'no_settlement' })
  return {
    type: 'applied',
    state: end(state, settlement),
    events: [{ type: 'settlement_ended', settlement, isDone: false }],
  }
}
