/**
 * reserve_to_reserve and reserve_to_collateral: written into the entity's next chain batch. One batch is in flight at
 * a time, same bytes and nonce until the chain has consumed it; nothing changes here before the chain says so.
 */
import { batchDigest, encodeBatch, encodeHanko } from '../../jurisdiction/batch.ts'
import { EMPTY_BATCH, type JBatch, type JBatchTx } from '../../jurisdiction/types.ts'
import { LIMITS } from '../../lib/limits.ts'
import type { TokenId } from '../../lib/units.ts'
import type { TxHandler } from '../apply.ts'
import { DONE, type EntityContext, type EntityDraft, tokenKey } from '../draft.ts'
import { type EntityRejected, rejectedTx } from '../errors.ts'
import type { EntityState } from '../types.ts'

const sizeOf = (batch: JBatch): number => Object.values(batch).reduce((sum, { length }) => sum + length, 0)

const spends = (batch: JBatch, tokenId: TokenId): bigint =>
  [...batch.reserveToReserve, ...batch.reserveToCollateral]
    .filter((operation) => operation.tokenId === tokenId)
    .reduce((sum, operation) => sum + operation.amount, 0n)

/** What the reserve can still be asked for, with everything already on its way to the chain spent. */
export const spendableReserve = (state: EntityState, tokenId: TokenId): bigint => {
  const { draft, inFlight } = state.batch
  const onItsWay = spends(draft, tokenId) + (inFlight === null ? 0n : spends(inFlight.batch, tokenId))
  return (state.reserves.get(tokenKey(tokenId)) ?? 0n) - onItsWay
}

const check = (
  state: EntityState,
  wanted: { readonly tokenId: TokenId; readonly amount: bigint },
): EntityRejected | null => {
  const { tokenId, amount } = wanted
  if (amount < 1n || amount >= 1n << BigInt(LIMITS.amountBits)) return rejectedTx({ type: 'bad_amount', amount })
  if (sizeOf(state.batch.draft) >= LIMITS.batchOperations)
    return rejectedTx({ type: 'batch_full', limit: LIMITS.batchOperations })
  const have = spendableReserve(state, tokenId)
  return amount <= have ? null : rejectedTx({ type: 'insufficient_reserve', tokenId, have, need: amount })
}

const setDraft = (draft: EntityDraft, batch: JBatch): void => {
  draft.state = { ...draft.state, batch: { ...draft.state.batch, draft: batch } }
}

export const reserveToReserve: TxHandler<'reserve_to_reserve'> = (draft, tx) => {
  const { to, tokenId, amount } = tx
  if (to === draft.state.entityId) return rejectedTx({ type: 'self_payment' })
  const problem = check(draft.state, tx)
  if (problem !== null) return problem
  const batch = draft.state.batch.draft
  setDraft(draft, { ...batch, reserveToReserve: [...batch.reserveToReserve, { to, tokenId, amount }] })
  draft.events.push({ type: 'reserve_sent', to, tokenId, amount })
  return DONE
}

export const reserveToCollateral: TxHandler<'reserve_to_collateral'> = (draft, tx) => {
  const { counterparty, tokenId, amount } = tx
  const account = draft.state.accounts.get(counterparty)
  if (account === undefined) return rejectedTx({ type: 'unknown_account', counterparty })
  // Collateral without a proof signed by the counterparty could never be claimed back.
  if (account.state.height === 0) return rejectedTx({ type: 'account_not_open', counterparty })
  if (account.status.type === 'frozen') return rejectedTx({ type: 'account_frozen' })
  const problem = check(draft.state, tx)
  if (problem !== null) return problem
  const batch = draft.state.batch.draft
  const { epoch } = account.state.terms
  setDraft(draft, {
    ...batch,
    reserveToCollateral: [...batch.reserveToCollateral, { counterparty, tokenId, amount, epoch }],
  })
  draft.events.push({ type: 'collateral_requested', counterparty, tokenId, amount })
  return DONE
}

/** Signs the draft and sends it off, if none is in flight. */
export const flushBatch = (draft: EntityDraft, context: EntityContext): void => {
  const { batch, board, entityId, jurisdiction } = draft.state
  if (batch.inFlight !== null || sizeOf(batch.draft) === 0) return
  const bytes = encodeBatch(batch.draft)
  const nonce = batch.nonce + 1
  const signature = context.seal(batchDigest({ ...context.chain.terms, entityId, nonce, batch: bytes }))
  const signer = board.members[0]
  const hanko = encodeHanko(board, signer === undefined ? [] : [{ address: signer.address, signature }])
  const jTx: JBatchTx = {
    type: 'batch',
    jurisdiction,
    entityId,
    nonce,
    bytes,
    hanko,
    sender: batch.draft.deposits[0]?.from ?? null,
  }
  draft.state = { ...draft.state, batch: { ...batch, draft: EMPTY_BATCH, inFlight: { jTx, batch: batch.draft } } }
  draft.outputs.push({ type: 'j_tx', jTx })
}

/** The chain refused the batch for good: its operations never happened. */
export const batchFailed: TxHandler<'batch_failed'> = (draft, tx) => {
  const { batch } = draft.state
  if (batch.inFlight?.jTx.nonce !== tx.nonce) return rejectedTx({ type: 'stale_batch', nonce: tx.nonce })
  draft.state = { ...draft.state, batch: { ...batch, inFlight: null } }
  draft.events.push({ type: 'batch_failed', nonce: tx.nonce, reason: tx.reason })
  return DONE
}
