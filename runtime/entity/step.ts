/**
 * One tick of one entity: its inputs in order, each on a draft that is dropped when refused; then everything owed is
 * sent (acknowledgements, proposals, a chain batch) and the tick is closed with an EntityFrame.
 */
import { flush } from '../account/step.ts'
import type { EntityId } from '../lib/units.ts'
import { applyEntityTx } from './apply.ts'
import { flushBatch } from './batch.ts'
import { rebalance } from './collateral.ts'
import { accountContext, draftOf, type EntityContext, type EntityDraft, fork, maySign, send } from './draft.ts'
import type { EntityRejection } from './errors.ts'
import type { EntityEvent } from './events.ts'
import { closeFrame } from './frame.ts'
import { onDropped } from './htlc.ts'
import { handInSettlement } from './settle.ts'
import { ownProfile } from './tx/invoice.ts'
import type { EntityAnswer, EntityFrame, EntityOutput, EntityState, EntityTx, Profile } from './types.ts'

export type TxOutcome =
  | { readonly type: 'applied'; readonly answer: EntityAnswer }
  | { readonly type: 'rejected'; readonly rejection: EntityRejection }

export type EntityStep = {
  readonly state: EntityState
  /** Null when nothing was applied. */
  readonly frame: EntityFrame | null
  /** One per input, in order. */
  readonly outcomes: readonly TxOutcome[]
  readonly outputs: readonly EntityOutput[]
  readonly events: readonly EntityEvent[]
  readonly profiles: readonly Profile[]
}

/**
 * `savepoint` is called before each transaction (with its place in `txs`) and returns how to undo what the context
 * has given out for it, so that a refused input leaves no trace there either.
 */
export const stepEntity = (
  before: EntityState,
  txs: readonly EntityTx[],
  context: EntityContext,
  savepoint: (index: number) => () => void,
): EntityStep => {
  let draft = draftOf(before)
  const outcomes: TxOutcome[] = []
  const applied: EntityTx[] = []
  for (const [index, tx] of txs.entries()) {
    const trial = fork(draft)
    const undo = savepoint(index)
    const outcome = applyEntityTx(trial, tx, context)
    outcomes.push(outcome)
    if (outcome.type === 'rejected') undo()
    else {
      draft = trial
      applied.push(tx)
    }
  }
  flushAccounts(draft, context)
  flushBatch(draft, context)
  const { outputs, events, profiles } = draft
  if (applied.length === 0 || draft.state === before)
    return { state: draft.state, frame: null, outcomes, outputs, events, profiles }
  const closed = closeFrame(draft.state, { entityTxs: applied, timestampMs: context.nowMs })
  return { ...closed, outcomes, outputs, events, profiles }
}

const byId = (a: EntityId, b: EntityId): number => (a < b ? -1 : 1)

/**
 * Sends what each touched account owes. A transaction dropped here can queue another elsewhere (a hub gives a lock
 * back), so this goes round until nothing is left; each round only ends locks, of which there are finitely many.
 */
const flushAccounts = (draft: EntityDraft, context: EntityContext): void => {
  while (draft.touched.size > 0) {
    const touched = [...draft.touched].sort(byId)
    draft.touched.clear()
    for (const counterparty of touched) flushAccount(draft, counterparty, context)
  }
}

const flushAccount = (draft: EntityDraft, counterparty: EntityId, context: EntityContext): void => {
  const replica = draft.state.accounts.get(counterparty)
  if (replica === undefined || !maySign(draft.state, counterparty)) return
  const {
    replica: next,
    message,
    seals,
    dropped,
  } = flush(replica, draft.acks.get(counterparty) ?? null, accountContext(draft, counterparty, context))
  draft.acks.delete(counterparty)
  if (next !== replica) draft.state = { ...draft.state, accounts: draft.state.accounts.set(counterparty, next) }
  if (message !== null) {
    const isOpening = next.state.height === 0
    const opener = isOpening ? ownProfile(draft.state, context.profile) : null
    send(draft, counterparty, { type: 'account', opener, body: message })
  }
  for (const body of seals) send(draft, counterparty, { type: 'account', opener: null, body })
  for (const one of dropped) onDropped(draft, counterparty, one, context)
  handInSettlement(draft, counterparty, context)
  rebalance(draft, counterparty)
}
