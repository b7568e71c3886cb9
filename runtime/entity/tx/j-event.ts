/**
 * j_event: what one confirmed block did to this entity. Reserves are the chain's word alone; collateral changes only
 * once both sides of the account have claimed the same event, so here it becomes a claim.
 */
import { deltaKey } from '../../account/keys.ts'
import type { AccountReplica, AccountTx, JClaim } from '../../account/types.ts'
import type { JEvent } from '../../jurisdiction/types.ts'
import { invariant, present } from '../../lib/assert.ts'
import { LIMITS } from '../../lib/limits.ts'
import type { EntityId, TokenId } from '../../lib/units.ts'
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

type Seen = { readonly nonce: number; readonly tokens: Map<TokenId, JClaim['events'][number]> }

/** What the block did to each account, as it is in this epoch; the last value of a token stands. */
const seenByAccount = (draft: EntityDraft, { events }: JEventTx): ReadonlyMap<EntityId, Seen> => {
  const byAccount = new Map<EntityId, Seen>()
  const own = draft.state.entityId
  for (const event of events) {
    if (event.type !== 'account_settled' || (event.left !== own && event.right !== own)) continue
    const counterparty = event.left === own ? event.right : event.left
    // What a judgement left, or what was before it, is not of the account as it is now.
    if (event.epoch !== draft.state.accounts.get(counterparty)?.state.terms.epoch) continue
    const { tokenId, collateral, ondelta, nonce } = event
    const tokens = byAccount.get(counterparty)?.tokens ?? new Map()
    byAccount.set(counterparty, { nonce, tokens: tokens.set(tokenId, { tokenId, collateral, ondelta }) })
  }
  return byAccount
}

/**
 * Anyone may make a token and fund any account of its own with it: nothing is said of tokens that neither the account nor
 * this wallet knows, or they would take the place of money. First comes what the account has.
 */
const worthTelling = (
  { tokens }: Seen,
  deltas: AccountReplica['state']['deltas'],
  { chain }: EntityContext,
): JClaim['events'] => {
  const all = [...tokens.values()]
  const known = all.filter(({ tokenId }) => deltas.has(deltaKey(tokenId)))
  const listed = all.filter(
    ({ tokenId }) => !deltas.has(deltaKey(tokenId)) && chain.tokens.some((token) => token.tokenId === tokenId),
  )
  return [...known, ...listed].slice(0, LIMITS.tokensPerAccount).sort((a, b) => a.tokenId - b.tokenId)
}

/** One claim per account for the whole block. */
const claim = (draft: EntityDraft, tx: JEventTx, context: EntityContext): void => {
  for (const [counterparty, seen] of seenByAccount(draft, tx)) {
    const { state } = present(draft.state.accounts.get(counterparty), counterparty)
    const events = worthTelling(seen, state.deltas, context)
    if (events.length === 0) continue
    const { jHeight, blockHash } = tx
    const told: AccountTx = { type: 'j_event_claim', jHeight, blockHash, events, nonce: seen.nonce }
    const queued = enqueueTx(draft, counterparty, told, context)
    if (queued.type === 'applied') continue
    // Then there is nobody to claim towards. A claim refused for anything else would be lost for good.
    const { type } = queued.rejection
    invariant(
      type === 'unknown_account' || type === 'account_frozen' || type === 'stale_claim',
      'I-COLLECT',
      () => `a claim was refused: ${type}`,
    )
  }
}
