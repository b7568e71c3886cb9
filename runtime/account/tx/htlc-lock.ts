/**
 * htlc_lock: the proposer sets an amount aside for whoever shows the preimage of `hashlock` before `expirySeconds`.
 * The lock holds the payer's capacity; nothing moves until htlc_resolve.
 */
import { LIMITS } from '../../lib/limits.ts'
import type { ApplyTx } from '../apply.ts'
import { hold } from '../delta.ts'
import { rejected } from '../errors.ts'
import { deltaKey, lockKey } from '../keys.ts'
import { requireCapacity } from '../payment.ts'

export const htlcLock: ApplyTx<'htlc_lock'> = (state, tx, { byLeft, timestampMs }) => {
  const key = lockKey(tx)
  if (state.locks.has(key)) return rejected({ type: 'lock_exists' })
  if (state.locks.size >= LIMITS.locksPerAccount)
    return rejected({ type: 'too_many_locks', limit: LIMITS.locksPerAccount })
  const now = Math.floor(timestampMs / 1_000)
  const latest = now + LIMITS.maxLockSeconds
  if (tx.expirySeconds <= now || tx.expirySeconds > latest)
    return rejected({ type: 'expiry_out_of_range', expirySeconds: tx.expirySeconds, min: now + 1, max: latest })
  if (tx.envelope.length > LIMITS.envelopeBytes) return rejected({ type: 'text_too_long', limit: LIMITS.envelopeBytes })
  const checked = requireCapacity(state, { ...tx, byLeft })
  if (checked.type === 'rejected') return checked
  const { hashlock, part, tokenId, amount, expirySeconds } = tx
  const lock = { hashlock, part, tokenId, amount, byLeft, expirySeconds }
  return {
    type: 'applied',
    state: {
      ...state,
      deltas: state.deltas.set(deltaKey(tokenId), hold(checked.delta, { byLeft, amount })),
      locks: state.locks.set(key, lock),
    },
    events: [{ type: 'locked', lock, envelope: tx.envelope }],
  }
}
