/** direct_payment: the proposer pays the other side at once, final with the frame. */
import type { ApplyTx } from '../apply.ts'
import { move } from '../delta.ts'
import { deltaKey } from '../keys.ts'
import { memoProblem, requireCapacity } from '../payment.ts'

export const directPayment: ApplyTx<'direct_payment'> = (state, tx, { byLeft }) => {
  const problem = memoProblem(tx.memo)
  if (problem !== null) return problem
  const checked = requireCapacity(state, { ...tx, byLeft })
  if (checked.type === 'rejected') return checked
  const delta = move(checked.delta, { byLeft, amount: tx.amount })
  return {
    type: 'applied',
    state: { ...state, deltas: state.deltas.set(deltaKey(tx.tokenId), delta) },
    events: [{ type: 'paid', tokenId: tx.tokenId, amount: tx.amount, byLeft, memo: tx.memo }],
  }
}
