/**
 * An entity's batch: operations collected for the chain, signed as one, and in flight one at a time with the same bytes
 * and nonce until the chain has consumed it or refused it for good. Nothing changes here before the chain says so.
 */
import { settlementNonce } from '../account/proof.ts'
import { batchDigest, batchHash, encodeBatch, encodeHanko } from '../jurisdiction/batch.ts'
import { EMPTY_BATCH, type JBatch, type JBatchTx, type JEvent } from '../jurisdiction/types.ts'
import { equalBytes } from '../lib/bytes.ts'
import { LIMITS } from '../lib/limits.ts'
import { max, type TokenId } from '../lib/units.ts'
import type { TxHandler } from './apply.ts'
import { unmarkSuing } from './court.ts'
import { DONE, type EntityContext, type EntityDraft, setAccount, tokenKey } from './draft.ts'
import { type EntityRejected, rejectedTx } from './errors.ts'
import type { EntityState } from './types.ts'

const sizeOf = (batch: JBatch): number => Object.values(batch).reduce((sum, { length }) => sum + length, 0)

/** What a batch takes from the entity's reserve. */
const spends = (batch: JBatch, { entityId }: EntityState, tokenId: TokenId): bigint => {
  const moved = [...batch.reserveToReserve, ...batch.reserveToCollateral, ...batch.withdrawals]
    .filter((operation) => operation.tokenId === tokenId)
    .reduce((sum, { amount }) => sum + amount, 0n)
  const settled = batch.settlements
    .flatMap(({ left, diffs }) =>
      diffs
        .filter((diff) => diff.tokenId === tokenId)
        .map(({ leftDiff, rightDiff }) => (left === entityId ? leftDiff : rightDiff)),
    )
    .reduce((sum, diff) => sum + max(-diff, 0n), 0n)
  return moved + settled
}

/** What this entity owes by judgement: the chain keeps that much of its reserve back. */
export const owed = (state: EntityState, tokenId: TokenId): bigint => {
  let sum = 0n
  for (const debt of state.debts.values())
    if (debt.debtor === state.entityId && debt.tokenId === tokenId) sum += debt.amount
  return sum
}

/** What the reserve can still be asked for, debts and everything already on its way to the chain counted; may be < 0. */
export const spendableReserve = (state: EntityState, tokenId: TokenId): bigint => {
  const { draft, inFlight } = state.batch
  const onItsWay = spends(draft, state, tokenId) + (inFlight === null ? 0n : spends(inFlight.batch, state, tokenId))
  return (state.reserves.get(tokenKey(tokenId)) ?? 0n) - onItsWay - owed(state, tokenId)
}

/** Why the reserve cannot give `amount`; null when it can. */
export const reserveProblem = (
  state: EntityState,
  { tokenId, amount }: { readonly tokenId: TokenId; readonly amount: bigint },
): EntityRejected | null => {
  const have = max(spendableReserve(state, tokenId), 0n)
  return amount <= have ? null : rejectedTx({ type: 'insufficient_reserve', tokenId, have, need: amount })
}

export const amountProblem = (amount: bigint): EntityRejected | null =>
  amount < 1n || amount >= 1n << BigInt(LIMITS.amountBits) ? rejectedTx({ type: 'bad_amount', amount }) : null

/** Adds operations to the next batch, or says that it is full. */
export const addToBatch = (draft: EntityDraft, added: Partial<JBatch>): EntityRejected | null => {
  const { batch } = draft.state
  const next: JBatch = {
    deposits: [...batch.draft.deposits, ...(added.deposits ?? [])],
    reserveToReserve: [...batch.draft.reserveToReserve, ...(added.reserveToReserve ?? [])],
    settlements: [...batch.draft.settlements, ...(added.settlements ?? [])],
    disputeStarts: [...batch.draft.disputeStarts, ...(added.disputeStarts ?? [])],
    reserveToCollateral: [...batch.draft.reserveToCollateral, ...(added.reserveToCollateral ?? [])],
    withdrawals: [...batch.draft.withdrawals, ...(added.withdrawals ?? [])],
  }
  const limit = LIMITS.batchOperations
  const isFull = sizeOf(next) > limit || encodeBatch(draft.state.entityId, next).length > LIMITS.batchBytes
  if (isFull) return rejectedTx({ type: 'batch_full', limit })
  draft.state = { ...draft.state, batch: { ...batch, draft: next } }
  return null
}

/** Signs the draft and sends it off, if none is in flight. */
export const flushBatch = (draft: EntityDraft, context: EntityContext): void => {
  const { batch, board, entityId, jurisdiction } = draft.state
  if (batch.inFlight !== null || sizeOf(batch.draft) === 0) return
  const bytes = encodeBatch(entityId, batch.draft)
  const nonce = batch.nonce + 1
  const signature = context.seal(batchDigest({ ...context.chain.terms, entityId, nonce, batch: bytes }))
  const signer = board.members[0]
  const hanko = encodeHanko(board, signer === undefined ? [] : [{ address: signer.address, signature }])
  const sender = batch.draft.deposits[0]?.from ?? null
  const jTx: JBatchTx = { type: 'batch', jurisdiction, entityId, nonce, bytes, hanko, sender }
  draft.state = { ...draft.state, batch: { ...batch, draft: EMPTY_BATCH, inFlight: { jTx, batch: batch.draft } } }
  draft.outputs.push({ type: 'j_tx', jTx })
}

/** A settlement whose batch never happened is still good, and goes with the next one. */
const handInAgain = (draft: EntityDraft, operations: JBatch): void => {
  for (const { left, right, nonce } of operations.settlements) {
    const counterparty = left === draft.state.entityId ? right : left
    const replica = draft.state.accounts.get(counterparty)
    if (replica?.seals?.isHandedIn !== true || settlementNonce(replica.seals.height) !== nonce) continue
    setAccount(draft, counterparty, { ...replica, seals: { ...replica.seals, isHandedIn: false } })
  }
}

/** What is in flight will never happen; `isRefused` when that is for what is in it. */
const abandon = (draft: EntityDraft, reason: string, isRefused: boolean): void => {
  const { batch } = draft.state
  if (batch.inFlight === null) return
  const { jTx, batch: operations } = batch.inFlight
  draft.state = { ...draft.state, batch: { ...batch, inFlight: null } }
  draft.events.push({ type: 'batch_failed', nonce: jTx.nonce, reason })
  for (const { counterparty } of operations.disputeStarts) unmarkSuing(draft, counterparty)
  // Alone, it is what was refused, and would be again.
  if (!isRefused || sizeOf(operations) > 1) handInAgain(draft, operations)
}

/** A nonce was consumed: by what is in flight, or by other bytes, and then that is dead. */
export const onBatchProcessed = (draft: EntityDraft, event: Extract<JEvent, { type: 'batch_processed' }>): void => {
  if (event.entityId !== draft.state.entityId) return
  const { inFlight } = draft.state.batch
  if (inFlight !== null && inFlight.jTx.nonce <= event.nonce) {
    const isDone = inFlight.jTx.nonce === event.nonce && equalBytes(batchHash(inFlight.jTx.bytes), event.batchHash)
    if (!isDone) abandon(draft, 'BatchNonceInvalid', false)
  }
  const { batch } = draft.state
  const isOpen = batch.inFlight !== null && batch.inFlight.jTx.nonce > event.nonce
  draft.state = { ...draft.state, batch: { ...batch, nonce: event.nonce, inFlight: isOpen ? batch.inFlight : null } }
}

/** The chain refused the batch for good: its operations never happened. */
export const batchFailed: TxHandler<'batch_failed'> = (draft, tx) => {
  const { batch } = draft.state
  if (batch.inFlight?.jTx.nonce !== tx.nonce) return rejectedTx({ type: 'stale_batch', nonce: tx.nonce })
  abandon(draft, tx.reason, true)
  return DONE
}
