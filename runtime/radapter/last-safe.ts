/**
 * The last safe day: until when a browser that stays closed costs nothing. Whoever may sue must be answered within one's
 * own response time, and a preimage must be on chain before its lock expires.
 */
import { bestProof } from '../account/seal.ts'
import type { AccountReplica } from '../account/types.ts'
import { TIMING } from '../lib/limits.ts'

export type Exposure = {
  /** Present chain time. */
  readonly chainSeconds: number
  /** How long this side may take to answer; null where nobody can sue with anything that is worth an answer. */
  readonly responseSeconds: number | null
  /** Chain times by which something has to be done, whoever does what. */
  readonly deadlines: readonly number[]
}

/** Null when nothing could be lost. A time that is past is one too: the sooner the better. */
export const lastSafe = ({ chainSeconds, responseSeconds, deadlines }: Exposure): number | null => {
  const all = [...(responseSeconds === null ? [] : [chainSeconds + responseSeconds]), ...deadlines]
  return all.length === 0 ? null : Math.min(...all)
}

/** By when the preimage of a lock must be on chain. */
export const revealBy = (expirySeconds: number): number => expirySeconds - TIMING.inclusionReserveSeconds

/** What of this account could be lost, and by when. `known` tells whether we hold a lock's preimage. */
export const exposureOf = (
  replica: AccountReplica,
  chainSeconds: number,
  known: (lockKey: string) => boolean,
): Exposure => {
  const { state, status, isLeft } = replica
  const reveals = [...state.locks.entries()].flatMap(([key, { byLeft, expirySeconds }]) =>
    byLeft !== isLeft && known(key) ? [revealBy(expirySeconds)] : [],
  )
  if (status.type === 'closed' || state.height === 0) return { chainSeconds, responseSeconds: null, deadlines: [] }
  if (status.type === 'disputed') {
    const { nonce, windowEndSeconds } = status.dispute
    const isAnswered = nonce >= (bestProof(replica)?.nonce ?? 0)
    return {
      chainSeconds,
      responseSeconds: null,
      deadlines: isAnswered ? reveals : [windowEndSeconds, ...reveals],
    }
  }
  const { leftResponseSeconds, rightResponseSeconds } = state.terms
  return { chainSeconds, responseSeconds: isLeft ? leftResponseSeconds : rightResponseSeconds, deadlines: reveals }
}
