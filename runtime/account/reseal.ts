/**
 * An account that goes on under another chain id, because the world it lives in was forked (`runtime/fork.ts`): its terms
 * name the new chain, and both sides sign the state anew, in a frame that holds no transaction and moves nothing. So
 * either side can go to court on the new chain at once, and no signature of before means anything there: every digest
 * binds the chain id (proof.ts).
 *
 * Contract: both replicas are here and agree, and nothing is on its way between them (`hindranceOf` is null). The frame
 * is LEFT's, the next one above: nobody else can make one, since a frame without transactions is refused when it comes
 * from a peer. Figures, limits and claims stay as they are. What was signed, or answered, for the old chain is forgotten.
 */
import { invariant } from '../lib/assert.ts'
import { type Bytes, equalBytes } from '../lib/bytes.ts'
import { accountStateRoot, frameDigest, hashFrame } from './frame.ts'
import { proofBodyHash } from './proof.ts'
import type { AccountFrame, AccountReplica, AccountState, SignedFrame } from './types.ts'

export type ResealPlace = {
  readonly chainId: bigint
  readonly timestampMs: number
  /** Of the blocks that are known. */
  readonly jHeight: number
  readonly runtimeHeight: number
}

/** What stands in the way: something both sides are still at, or a court. */
export type ResealHindrance = 'payments' | 'chain' | 'dispute'

export const hindranceOf = (replica: AccountReplica): ResealHindrance | null => {
  const { state, status, pending, mempool } = replica
  if (status.type !== 'open' && status.type !== 'closed') return 'dispute'
  if (state.settlement !== null) return 'chain'
  return pending !== null || mempool.length > 0 || state.locks.size > 0 ? 'payments' : null
}

/** The next frame: no transaction, no figure, the terms of `next`. */
const signedBy = (
  next: AccountState,
  place: ResealPlace,
  seal: (side: 'left' | 'right', digest: Bytes) => Bytes,
): { readonly state: AccountState; readonly signed: SignedFrame } => {
  const root = accountStateRoot(next)
  const frame: AccountFrame = {
    height: next.height + 1,
    timestampMs: Math.max(place.timestampMs, next.timestampMs),
    jHeight: place.jHeight,
    prevFrameHash: next.frameHash,
    byLeft: true,
    accountTxs: [],
    deltas: [],
    accountStateRoot: root,
    proofBodyHash: proofBodyHash(next),
  }
  const hash = hashFrame(frame)
  const digest = frameDigest(next.terms, frame, hash)
  const { height, timestampMs } = frame
  return {
    state: { ...next, height, frameHash: hash, timestampMs, root },
    signed: { frame, leftHanko: seal('left', digest), rightHanko: seal('right', digest) },
  }
}

/** Both replicas under the new chain. Nothing is signed where there is no state to go to court with. */
export const reseal = (
  pair: { readonly left: AccountReplica; readonly right: AccountReplica },
  place: ResealPlace,
  seal: (side: 'left' | 'right', digest: Bytes) => Bytes,
): { readonly left: AccountReplica; readonly right: AccountReplica } => {
  const { state } = pair.left
  const agreed = state.height === pair.right.state.height && equalBytes(state.frameHash, pair.right.state.frameHash)
  invariant(agreed, 'I-PAIR', () => `the sides of an account differ at height ${state.height}`)
  const terms = { ...state.terms, chainId: place.chainId }
  const renamed = { ...state, terms }
  const next = state.height === 0 ? null : signedBy(renamed, place, seal)
  const moved = (replica: AccountReplica): AccountReplica => ({
    ...replica,
    state: next?.state ?? { ...renamed, root: accountStateRoot(renamed) },
    frames: next === null ? [] : [next.signed],
    lastReply: null,
    seals: null,
    updatedAtHeight: place.runtimeHeight,
  })
  return { left: moved(pair.left), right: moved(pair.right) }
}
