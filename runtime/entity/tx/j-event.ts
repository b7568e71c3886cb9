/**
 * j_event: what one confirmed block did to this entity. Reserves are the chain's word alone; collateral changes only
 * once both sides of the account have claimed the same event, so here it becomes a claim.
 */
import type { JClaim } from '../../account/types.ts'
import type { JEvent } from '../../jurisdiction/types.ts'
import { invariant } from '../../lib/assert.ts'
import { LIMITS } from '../../lib/limits.ts'
import type { EntityId } from '../../lib/units.ts'
import type { TxHandler } from '../apply.ts'
import { onBatchProcessed } from '../batch.ts'
import { onCounterRegistered, onDisputeFinalized, onDisputeStarted, onJudgeDue } from '../court.ts'
import { takeDue } from '../deadline.ts'
import { onDebtCreated, onDebtEnforced } from '../debts.ts'
import { DONE, type EntityContext, type EntityDraft, enqueueTx, tokenKey } from '../draft.ts'
import { onSecretRevealed } from '../secrets.ts'
import { onSettlementDue, retryHandIns } from '../settle.ts'
import type { EntityTx } from '../types.ts'

type JEventTx = Extract<EntityTx, { type: 'j_event' }>

/** Every block of the chain that concerns this entity; without events when it is only the time that does. */
export const jEvent: TxHandler<'j_event'> = (draft, tx, context) => {
  for (const event of tx.events) take(draft, event, context)
  claim(draft, tx, context)
  for (const { kind, counterparty } of takeDue(draft, context.chain.timestampSeconds))
    if (kind === 'judge') onJudgeDue(draft, counterparty, context)
    else onSettlementDue(draft, counterparty, context)
  retryHandIns(draft)
  return DONE
}

const take = (draft: EntityDraft, event: JEvent, context: EntityContext): void => {
  switch (event.type) {
    case 'reserve_updated':
      return onReserveUpdated(draft, event)
    case 'batch_processed':
      return onBatchProcessed(draft, event)
    case 'account_settled':
      // Becomes a claim, with everything else the block did to the account.
      return
    case 'dispute_started':
      return onDisputeStarted(draft, event, context)
    case 'counter_registered':
      return onCounterRegistered(draft, event, context)
    case 'dispute_finalized':
      return onDisputeFinalized(draft, event, context)
    case 'debt_created':
      return onDebtCreated(draft, event)
    case 'debt_enforced':
      return onDebtEnforced(draft, event)
    case 'secret_revealed':
      return onSecretRevealed(draft, event, context)
  }
}

const onReserveUpdated = (draft: EntityDraft, event: Extract<JEvent, { type: 'reserve_updated' }>): void => {
  if (event.entityId !== draft.state.entityId) return
  const key = tokenKey(event.tokenId)
  const before = draft.state.reserves.get(key) ?? 0n
  draft.state = { ...draft.state, reserves: draft.state.reserves.set(key, event.amount) }
  draft.events.push({ type: 'reserve_updated', tokenId: event.tokenId, before, after: event.amount })
}

/** One claim per account for the whole block; the last value of a token stands. */
const claim = (draft: EntityDraft, tx: JEventTx, context: EntityContext): void => {
  const byAccount = new Map<EntityId, { nonce: number; tokens: Map<number, JClaim['events'][number]> }>()
  const own = draft.state.entityId
  for (const event of tx.events) {
    if (event.type !== 'account_settled' || (event.left !== own && event.right !== own)) continue
    const counterparty = event.left === own ? event.right : event.left
    // What a judgement left, or what was before it, is not of the account as it is now.
    if (event.epoch !== draft.state.accounts.get(counterparty)?.state.terms.epoch) continue
    const { tokenId, collateral, ondelta, nonce } = event
    const seen = byAccount.get(counterparty) ?? { nonce, tokens: new Map() }
    seen.tokens.set(tokenId, { tokenId, collateral, ondelta })
    byAccount.set(counterparty, { nonce, tokens: seen.tokens })
  }
  for (const [counterparty, { nonce, tokens }] of byAccount) {
    // Anyone may fund any token for any pair; both sides leave out the same ones.
    const events = [...tokens.values()].sort((a, b) => a.tokenId - b.tokenId).slice(0, LIMITS.tokensPerAccount)
    const queued = enqueueTx(
      draft,
      counterparty,
      { type: 'j_event_claim', jHeight: tx.jHeight, blockHash: tx.blockHash, events, nonce },
      context,
    )
    if (queued.type === 'applied') continue
    // Then there is nobody to claim towards. A claim refused for anything else would be lost for good.
    const { type } = queued.rejection
    invariant(
      type === 'unknown_account' || type === 'account_frozen',
      'I-COLLECT',
      () => `a claim was refused: ${type}`,
    )
  }
}
