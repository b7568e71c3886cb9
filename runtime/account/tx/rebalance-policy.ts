/** rebalance_policy: from when on the proposer wants its claim on the other side covered by collateral, unasked. */
import { LIMITS } from '../../lib/limits.ts'
import type { ApplyTx } from '../apply.ts'
import { rejected } from '../errors.ts'
import { deltaKey } from '../keys.ts'
import type { RebalancePolicy } from '../types.ts'

const inOrder = (a: RebalancePolicy, b: RebalancePolicy): number =>
  a.tokenId - b.tokenId || Number(b.byLeft) - Number(a.byLeft)

export const rebalancePolicy: ApplyTx<'rebalance_policy'> = (state, { tokenId, softLimit }, { byLeft }) => {
  if (!state.deltas.has(deltaKey(tokenId))) return rejected({ type: 'unknown_token', tokenId })
  if (softLimit !== null && (softLimit < 0n || softLimit >= 1n << BigInt(LIMITS.amountBits)))
    return rejected({ type: 'bad_amount', amount: softLimit })
  const others = state.policies.filter((policy) => policy.tokenId !== tokenId || policy.byLeft !== byLeft)
  const policies = softLimit === null ? others : [...others, { tokenId, byLeft, softLimit }].sort(inOrder)
  return {
    type: 'applied',
    state: { ...state, policies },
    events: [{ type: 'policy_set', tokenId, softLimit, byLeft }],
  }
}
