/**
 * resync: a side that has forgotten frames gets the newest one both have signed back from the other, with the state it
 * leads to. Its own signature under it says that it was there once; nothing of it is taken on the peer's word.
 *
 * What was queued or proposed here and not agreed on is let go: it may be in the frames that were forgotten, and a payment
 * must not be made twice. What is owed stays: that a lock has ended, and what the chain did.
 */
import { encode } from '../codec/schema.ts'
import { equalBytes } from '../lib/bytes.ts'
import { termsCodec } from './codec.ts'
import { type Refused, refused } from './errors.ts'
import { accountStateRoot, frameDigest, hashFrame, mapsOf } from './frame.ts'
import { checkAccount } from './invariants.ts'
import { type AccountContext, isOwed } from './step.ts'
import type { AccountMessage, AccountReplica, AccountState } from './types.ts'

export type ResyncMessage = Extract<AccountMessage, { type: 'resync' }>

/** Null before the first frame: there is nothing to give back. */
export const resyncOf = (replica: AccountReplica): Omit<ResyncMessage, 'counter'> | null => {
  const [signed] = replica.frames
  if (signed === undefined) return null
  const { terms, deltas, locks, leftClaims, rightClaims, settlement, policies } = replica.state
  const rest = { terms, leftClaims, rightClaims, settlement, policies }
  return { type: 'resync', signed, sections: { ...rest, deltas: [...deltas.values()], locks: [...locks.values()] } }
}

/** The account as the other side gives it back, or why not; a refusal leaves the replica as it was. */
export const adopt = (
  replica: AccountReplica,
  { signed, sections }: ResyncMessage,
  context: AccountContext,
): { readonly type: 'adopted'; readonly replica: AccountReplica } | Refused => {
  const { frame, leftHanko, rightHanko } = signed
  const { terms, height } = replica.state
  if (!equalBytes(encode(termsCodec, sections.terms), encode(termsCodec, terms)))
    return refused({ type: 'wrong_terms' }, 'ignore')
  if (frame.height <= height) return refused({ type: 'not_behind' }, 'ignore')
  const hash = hashFrame(frame)
  const digest = frameDigest(terms, frame, hash)
  if (!context.verify(terms.left, digest, leftHanko) || !context.verify(terms.right, digest, rightHanko))
    return refused({ type: 'bad_signature' }, 'ignore')
  const stated = { ...sections, ...mapsOf(sections) }
  const root = accountStateRoot(stated)
  if (!equalBytes(root, frame.accountStateRoot)) return refused({ type: 'wrong_root' }, 'ignore')
  const state: AccountState = {
    ...stated,
    height: frame.height,
    frameHash: hash,
    timestampMs: frame.timestampMs,
    root,
  }
  const owed = [...(replica.pending?.frame.accountTxs ?? []), ...replica.mempool].filter(isOwed)
  const adopted: AccountReplica = {
    ...replica,
    state,
    mempool: owed,
    pending: null,
    lastReply: null,
    frames: [signed],
    seals: null,
    updatedAtHeight: context.runtimeHeight,
  }
  checkAccount(adopted)
  return { type: 'adopted', replica: adopted }
}

/** What was proposed below a height that may have been signed already goes back into the queue. */
export const unpropose = (replica: AccountReplica, floor: number): AccountReplica => {
  const { pending, mempool } = replica
  if (pending === null || pending.frame.height >= floor) return replica
  return { ...replica, pending: null, mempool: [...pending.frame.accountTxs, ...mempool] }
}
