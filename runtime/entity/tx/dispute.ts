/** Commands of the court: dispute_start and enforce_debts. */
import type { TxHandler } from '../apply.ts'
import { addToBatch } from '../batch.ts'
import { disputeStartOf, markSuing } from '../court.ts'
import { DONE } from '../draft.ts'
import { rejectedTx } from '../errors.ts'

/** More at once would not fit a block. */
const DEBTS_AT_ONCE = 20

export const disputeStart: TxHandler<'dispute_start'> = (draft, { counterparty }, context) => {
  const wanted = disputeStartOf(draft, counterparty, context)
  if (wanted.type === 'rejected') return wanted
  const refused = addToBatch(draft, { disputeStarts: [wanted.start] })
  if (refused !== null) return refused
  markSuing(draft, counterparty, context)
  return DONE
}

export const enforceDebts: TxHandler<'enforce_debts'> = (draft, { debtor, tokenId }) => {
  const { debts, jurisdiction } = draft.state
  const isOwed = [...debts.values()].some((debt) => debt.debtor === debtor && debt.tokenId === tokenId)
  if (!isOwed) return rejectedTx({ type: 'unknown_debt' })
  // Not kept: where there is nothing to collect the chain shows nothing, and it can be asked again at any time.
  draft.outputs.push({
    type: 'j_tx',
    jTx: { type: 'enforce_debts', jurisdiction, debtor, tokenId, limit: DEBTS_AT_ONCE },
  })
  return DONE
}
