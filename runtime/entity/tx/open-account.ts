/**
 * open_account: starts an account with a counterparty whose profile is known. The counterparty learns of it by the
 * first frame, which carries the terms both sides sign up to; opening fixes chain, contract, epoch and response times.
 * An account that was judged is opened again the same way.
 */
import type { AccountReplica } from '../../account/types.ts'
import type { EntityId, TokenId } from '../../lib/units.ts'
import type { TxHandler } from '../apply.ts'
import { DONE, type EntityContext, type EntityDraft, enqueueTx, setAccount, type TxResult } from '../draft.ts'
import { rejectedTx } from '../errors.ts'
import { createAccount } from '../opening.ts'
import { beginSession } from '../session.ts'

/** A judged account starts anew, in the epoch the judgement began. */
const reopenAccount = (draft: EntityDraft, counterparty: EntityId, judged: AccountReplica): void => {
  setAccount(draft, counterparty, { ...judged, status: { type: 'open' } })
  draft.events.push({ type: 'account_opened', counterparty })
}

/** Opens the token and grants the credit, skipping what is there already. */
export const grantCredit = (
  draft: EntityDraft,
  counterparty: EntityId,
  grant: { readonly tokenId: TokenId; readonly limit: bigint },
  context: EntityContext,
): TxResult => {
  const added = enqueueTx(draft, counterparty, { type: 'add_delta', tokenId: grant.tokenId }, context)
  if (added.type === 'rejected' && added.rejection.type !== 'token_exists') return added
  if (grant.limit === 0n) return DONE
  return enqueueTx(draft, counterparty, { type: 'set_credit_limit', ...grant }, context)
}

export const openAccount: TxHandler<'open_account'> = (draft, tx, context) => {
  const { counterparty, tokenId, creditLimit } = tx
  if (counterparty === draft.state.entityId) return rejectedTx({ type: 'self_payment' })
  const existing = draft.state.accounts.get(counterparty)
  if (existing !== undefined && existing.status.type !== 'closed')
    return rejectedTx({ type: 'account_exists', counterparty })
  const peer = context.profile(counterparty)
  if (peer === null) return rejectedTx({ type: 'unknown_recipient', entityId: counterparty })
  if (!context.chain.tokens.some((token) => token.tokenId === tokenId))
    return rejectedTx({ type: 'unknown_token', tokenId })
  if (existing === undefined) createAccount(draft, peer, context)
  else reopenAccount(draft, counterparty, existing)
  // The peer may remember an account that this side has forgotten.
  if (context.isElsewhere(counterparty)) beginSession(draft, peer, 0, context)
  return grantCredit(draft, counterparty, { tokenId, limit: creditLimit }, context)
}
