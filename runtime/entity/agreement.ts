/**
 * Ending a dispute early: whoever was called to court and has nothing to add says so, and the caller, with its own
 * consent, has it judged at once. Only a proof without clauses can be agreed on.
 */
import { messageCodec } from '../account/codec.ts'
import { agreementDigest } from '../account/proof.ts'
import { readBodyLocks } from '../account/proof-body.ts'
import { bestProof } from '../account/seal.ts'
import type { AccountMessage, AccountReplica, Dispute } from '../account/types.ts'
import { encode } from '../codec/schema.ts'
import { present } from '../lib/assert.ts'
import { type Bytes, equalBytes } from '../lib/bytes.ts'
import { keccak } from '../lib/hash.ts'
import type { EntityId } from '../lib/units.ts'
import { call } from './calls.ts'
import { DONE, type EntityContext, type EntityDraft, maySign, send, setAccount, type TxResult } from './draft.ts'
import { rejectedTx } from './errors.ts'
import { chainHankos, isEqual, isOurProposal } from './evidence.ts'

/**
 * By a proof we know to be the newest the account has nothing open: then there is nothing to wait for, and we say so. A
 * proof we do not know of is one we have forgotten, and what else we have forgotten nobody can say: there we wait.
 */
const agreeable = (replica: AccountReplica): (Dispute & { readonly bodyHash: Bytes }) | null => {
  if (replica.status.type !== 'disputed') return null
  const { dispute } = replica.status
  const held = bestProof(replica)
  const isNewest = isOurProposal(replica, dispute) || (held !== null && isEqual(held, dispute))
  return isNewest && readBodyLocks(dispute.body)?.length === 0 ? { ...dispute, bodyHash: keccak(dispute.body) } : null
}

export const agree = (draft: EntityDraft, counterparty: EntityId, context: EntityContext): void => {
  const replica = present(draft.state.accounts.get(counterparty), counterparty)
  const agreed = agreeable(replica)
  if (agreed === null || !maySign(draft.state, counterparty)) return
  const { nonce, bodyHash } = agreed
  const { terms } = replica.state
  const counterTick = replica.counter + 1
  const hanko = context.seal(agreementDigest({ terms, nonce, bodyHash }))
  const message: AccountMessage = { type: 'dispute', counter: counterTick, epoch: terms.epoch, nonce, bodyHash, hanko }
  setAccount(draft, counterparty, { ...replica, counter: counterTick })
  send(draft, counterparty, { type: 'account', opener: null, body: encode(messageCodec, message) })
}

/** The counterparty agrees to end the dispute: with our own consent it can be judged at once. */
export const onAgreement = (
  draft: EntityDraft,
  counterparty: EntityId,
  message: Extract<AccountMessage, { type: 'dispute' }>,
  context: EntityContext,
): TxResult => {
  const replica = present(draft.state.accounts.get(counterparty), counterparty)
  const refuse = (disposition: 'ignore' | 'retry') =>
    rejectedTx({ type: 'refused_message', violation: { type: 'unknown_dispute' }, disposition })
  const { epoch, nonce, bodyHash, hanko } = message
  const { terms } = replica.state
  if (epoch !== terms.epoch || replica.status.type === 'closed') return refuse('ignore')
  // The chain has told the counterparty first.
  const { status } = replica
  if (status.type !== 'disputed') return refuse(status.type === 'suing' ? 'retry' : 'ignore')
  if (status.dispute.nonce < nonce) return refuse('retry')
  const agreed = agreeable(replica)
  const peer = context.profile(counterparty)
  if (agreed === null || peer === null || agreed.nonce !== nonce || !equalBytes(agreed.bodyHash, bodyHash))
    return refuse('ignore')
  const digest = agreementDigest({ terms, nonce, bodyHash })
  if (!context.verify(peer, digest, hanko)) return refuse('ignore')
  const own = context.seal(digest)
  const hankos = chainHankos(draft, replica, peer, {
    left: replica.isLeft ? own : hanko,
    right: replica.isLeft ? hanko : own,
  })
  const { left, right } = terms
  const { jurisdiction } = draft.state
  call(draft, { type: 'finalize_agreed', jurisdiction, left, right, body: agreed.body, ...hankos })
  return DONE
}
