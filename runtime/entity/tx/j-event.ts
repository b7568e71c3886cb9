/**
 * j_event: what one confirmed block did to this entity. Reserves are the chain's word alone; collateral changes only
 * once both sides of the account have claimed the same event, so here it becomes a claim.
 */
import type { JClaim } from '../../account/types.ts'
import { invariant } from '../../lib/assert.ts'
import { LIMITS } from '../../lib/limits.ts'
import type { EntityId } from '../../lib/units.ts'
import type { TxHandler } from '../apply.ts'
import { DONE, type EntityContext, type EntityDraft, enqueueTx, tokenKey } from '../draft.ts'
import type { EntityTx } from '../types.ts'

type JEventTx = Extract<EntityTx, { type: 'j_event' }>

export const jEvent: TxHandler<'j_event'> = (draft, tx, context) => {
  for (const event of tx.events) {
    if (event.type === 'reserve_updated' && event.entityId === draft.state.entityId) {
      const key = tokenKey(event.tokenId)
      const before = draft.state.reserves.get(key) ?? 0n
      draft.state = { ...draft.state, reserves: draft.state.reserves.set(key, event.amount) }
      draft.events.push({ type: 'reserve_updated', tokenId: event.tokenId, before, after: event.amount })
    }
    if (event.type === 'batch_processed' && event.entityId === draft.state.entityId) {
      const { batch } = draft.state
      const inFlight = batch.inFlight !== null && batch.inFlight.jTx.nonce <= event.nonce ? null : batch.inFlight
      draft.state = { ...draft.state, batch: { ...batch, nonce: event.nonce, inFlight } }
    }
  }
  claim(draft, tx, context)
  return DONE
}

/** One claim per account for the whole block; the last value of a token stands. */
const claim = (draft: EntityDraft, tx: JEventTx, context: EntityContext): void => {
  const byAccount = new Map<EntityId, Map<number, JClaim['events'][number]>>()
  const own = draft.state.entityId
  for (const event of tx.events) {
    if (event.type !== 'account_settled' || (event.left !== own && event.right !== own)) continue
    const counterparty = event.left === own ? event.right : event.left
    const { tokenId, collateral, ondelta } = event
    const tokens = byAccount.get(counterparty) ?? new Map()
    tokens.set(tokenId, { tokenId, collateral, ondelta })
    byAccount.set(counterparty, tokens)
  }
  for (const [counterparty, tokens] of byAccount) {
    // Anyone may fund any token for any pair; both sides leave out the same ones.
    const events = [...tokens.values()].sort((a, b) => a.tokenId - b.tokenId).slice(0, LIMITS.tokensPerAccount)
    const queued = enqueueTx(
      draft,
      counterparty,
      { type: 'j_event_claim', jHeight: tx.jHeight, blockHash: tx.blockHash, events },
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
