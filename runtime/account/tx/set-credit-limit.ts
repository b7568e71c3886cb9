/**
 * set_credit_limit: the proposer sets how far the other side may owe it. A limit below drawn debt is allowed: the
 * other side's capacity clamps at zero and the debt stays curable.
 */
import { LIMITS } from '../../lib/limits.ts'
import type { ApplyTx } from '../apply.ts'
import { rejected } from '../errors.ts'
import { deltaKey } from '../keys.ts'

export const setCreditLimit: ApplyTx<'set_credit_limit'> = (state, tx, { byLeft }) => {
  const delta = state.deltas.get(deltaKey(tx.tokenId))
  if (delta === undefined) return rejected({ type: 'unknown_token', tokenId: tx.tokenId })
  if (tx.limit < 0n || tx.limit >= 1n << BigInt(LIMITS.amountBits))
    return rejected({ type: 'bad_amount', amount: tx.limit })
  const next = byLeft ? { ...delta, rightCreditLimit: tx.limit } : { ...delta, leftCreditLimit: tx.limit }
  return {
    type: 'applied',
    state: { ...state, deltas: state.deltas.set(deltaKey(tx.tokenId), next) },
    events: [{ type: 'credit_limit_set', tokenId: tx.tokenId, limit: tx.limit, byLeft }],
  }
}
