/** How an account begins: the terms that both sides derive from their two profiles and the chain, and nothing in it. */
import { openReplica } from '../account/step.ts'
import type { AccountTerms } from '../account/types.ts'
import { type EntityContext, type EntityDraft, setAccount } from './draft.ts'
import type { EntityState, Profile } from './types.ts'

const FEATURES = 0
const MIN_VERSION = 1

/** Both sides derive the same terms from their two profiles. */
export const accountTerms = (state: EntityState, peer: Profile, context: EntityContext): AccountTerms => {
  const isLeft = state.entityId < peer.entityId
  return {
    left: isLeft ? state.entityId : peer.entityId,
    right: isLeft ? peer.entityId : state.entityId,
    chainId: context.chain.terms.chainId,
    depository: context.chain.terms.depository,
    epoch: state.accounts.get(peer.entityId)?.state.terms.epoch ?? 0,
    leftResponseSeconds: isLeft ? state.responseSeconds : peer.responseSeconds,
    rightResponseSeconds: isLeft ? peer.responseSeconds : state.responseSeconds,
    features: FEATURES,
    minVersion: MIN_VERSION,
  }
}

export const createAccount = (draft: EntityDraft, peer: Profile, context: EntityContext): void => {
  const terms = accountTerms(draft.state, peer, context)
  setAccount(draft, peer.entityId, openReplica(terms, draft.state.entityId, context.runtimeHeight))
  draft.events.push({ type: 'account_opened', counterparty: peer.entityId })
}
