/**
 * Deadlines in an account: judged by the chain time each side has confirmed, which no frame can carry. Whoever is behind
 * has the other's frame wait; what the chain contradicts is a breach.
 */
import { type Refused, refused } from './errors.ts'
import { lockKey } from './keys.ts'
import { settlementNonce } from './proof.ts'
import type { AccountContext } from './step.ts'
import type { AccountFrame, AccountReplica, JClaim } from './types.ts'

/** Every claim of this side that is not matched yet, agreed or waiting. */
export const ownClaims = ({ isLeft, state, pending, mempool }: AccountReplica): readonly JClaim[] => [
  ...(isLeft ? state.leftClaims : state.rightClaims),
  ...[...(pending?.frame.accountTxs ?? []), ...mempool].filter((tx) => tx.type === 'j_event_claim'),
]

/** True while the chain may still do the approved settlement, or has done it and the peer has yet to say so. */
export const mayStillBeDone = (replica: AccountReplica, jSeconds: number): boolean => {
  const { settlement } = replica.state
  if (settlement?.approvedAtHeight == null) return false
  const nonce = settlementNonce(settlement.approvedAtHeight)
  return jSeconds <= settlement.validUntil || ownClaims(replica).some((claim) => claim.nonce >= nonce)
}

/** Why the peer's frame cannot be taken now, or ever; null when it can. */
export const deadlineViolation = (
  replica: AccountReplica,
  frame: AccountFrame,
  { jSeconds, revealedAt }: AccountContext,
): Refused | null => {
  const { state } = replica
  for (const tx of frame.accountTxs) {
    if (tx.type === 'settle_reject' && mayStillBeDone(replica, jSeconds))
      return refused({ type: 'still_valid', validUntil: state.settlement?.validUntil ?? 0 }, 'retry')
    if (tx.type !== 'htlc_resolve') continue
    const lock = state.locks.get(lockKey(tx))
    if (lock === undefined) continue
    const at = revealedAt(lock.hashlock)
    const isRevealed = at !== null && at <= lock.expirySeconds
    if (isRevealed && tx.outcome.type === 'error' && lock.byLeft === frame.byLeft)
      return refused({ type: 'revealed', expirySeconds: lock.expirySeconds }, 'dispute')
    const dead = jSeconds > lock.expirySeconds && !isRevealed
    if (tx.outcome.type === 'secret' && dead)
      return refused({ type: 'too_late', expirySeconds: lock.expirySeconds }, 'ignore')
    if (tx.outcome.type === 'error' && lock.byLeft === frame.byLeft && !dead)
      return refused({ type: 'too_early', expirySeconds: lock.expirySeconds }, 'retry')
  }
  return null
}
