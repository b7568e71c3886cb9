/**
 * htlc_resolve: ends a lock, either with the preimage (the beneficiary is paid) or with a reason (the payer's hold is
 * released). Only the beneficiary shows a preimage; before expiry only the beneficiary may give up a lock, from then
 * on only the payer has a reason to, and may.
 */

import { present } from '../../lib/assert.ts'
import { equalBytes, utf8 } from '../../lib/bytes.ts'
import { keccak } from '../../lib/hash.ts'
import { LIMITS } from '../../lib/limits.ts'
import type { ApplyTx } from '../apply.ts'
import { hold, move } from '../delta.ts'
import { rejected } from '../errors.ts'
import { deltaKey, lockKey } from '../keys.ts'

export const htlcResolve: ApplyTx<'htlc_resolve'> = (state, tx, { byLeft, timestampMs }) => {
  const key = lockKey(tx)
  const lock = state.locks.get(key)
  if (lock === undefined) return rejected({ type: 'unknown_lock' })
  const byBeneficiary = byLeft !== lock.byLeft
  if (tx.outcome.type === 'secret') {
    if (!byBeneficiary) return rejected({ type: 'not_beneficiary' })
    if (tx.outcome.preimage.length !== 32 || !equalBytes(keccak(tx.outcome.preimage), lock.hashlock))
      return rejected({ type: 'wrong_secret' })
  } else {
    if (utf8(tx.outcome.reason).length > LIMITS.reasonBytes)
      return rejected({ type: 'text_too_long', limit: LIMITS.reasonBytes })
    if (!byBeneficiary && timestampMs < lock.expirySeconds * 1_000)
      return rejected({ type: 'not_expired', expirySeconds: lock.expirySeconds })
  }
  const held = present(state.deltas.get(deltaKey(lock.tokenId)), 'a lock has its delta')
  const released = hold(held, { byLeft: lock.byLeft, amount: -lock.amount })
  const delta = tx.outcome.type === 'secret' ? move(released, lock) : released
  return {
    type: 'applied',
    state: { ...state, deltas: state.deltas.set(deltaKey(lock.tokenId), delta), locks: state.locks.delete(key) },
    events: [{ type: 'resolved', lock, outcome: tx.outcome }],
  }
}
