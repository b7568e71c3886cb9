/** settle_propose: the proposer offers to move money between the account and reserves. One at a time. */
import { LIMITS } from '../../lib/limits.ts'
import type { ApplyTx } from '../apply.ts'
import { rejected } from '../errors.ts'
import { diffsProblem } from '../settlement.ts'
import type { Settlement } from '../types.ts'

export const settlePropose: ApplyTx<'settle_propose'> = (state, tx, { byLeft, timestampMs }) => {
  if (state.settlement !== null) return rejected({ type: 'settlement_open' })
  const now = Math.floor(timestampMs / 1_000)
  const max = now + LIMITS.maxSettlementSeconds
  if (tx.validUntil <= now || tx.validUntil > max)
    return rejected({ type: 'expiry_out_of_range', expirySeconds: tx.validUntil, min: now + 1, max })
  const problem = diffsProblem(state, tx.diffs)
  if (problem !== null) return problem
  const settlement: Settlement = { diffs: tx.diffs, validUntil: tx.validUntil, byLeft, approvedAtHeight: null }
  return { type: 'applied', state: { ...state, settlement }, events: [{ type: 'settlement_proposed', settlement }] }
}
