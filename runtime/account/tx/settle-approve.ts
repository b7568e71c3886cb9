/** settle_approve: the other side takes the proposed settlement; from this frame on what it takes out is held. */
import { present } from '../../lib/assert.ts'
import type { ApplyTx } from '../apply.ts'
import { rejected } from '../errors.ts'
import { approve, diffsProblem } from '../settlement.ts'

export const settleApprove: ApplyTx<'settle_approve'> = (state, _tx, { byLeft, timestampMs, height }) => {
  const proposed = state.settlement
  if (proposed === null) return rejected({ type: 'no_settlement' })
  if (proposed.approvedAtHeight !== null) return rejected({ type: 'settlement_approved' })
  if (proposed.byLeft === byLeft) return rejected({ type: 'own_settlement' })
  const { validUntil } = proposed
  const now = Math.floor(timestampMs / 1_000)
  if (validUntil <= now)
    return rejected({ type: 'expiry_out_of_range', expirySeconds: validUntil, min: now + 1, max: validUntil })
  // Something may have been paid since it was proposed.
  const problem = diffsProblem(state, proposed.diffs)
  if (problem !== null) return problem
  const next = approve(state, proposed, height)
  const settlement = present(next.settlement, 'it was approved')
  return { type: 'applied', state: next, events: [{ type: 'settlement_approved', settlement }] }
}
