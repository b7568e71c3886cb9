/** Commands that move the entity's reserve: each is written into its next chain batch (batch.ts). */
import type { TxHandler } from '../apply.ts'
import { addToBatch, amountProblem, reserveProblem } from '../batch.ts'
import { DONE } from '../draft.ts'
import { rejectedTx } from '../errors.ts'

export const reserveToReserve: TxHandler<'reserve_to_reserve'> = (draft, { to, tokenId, amount }) => {
  if (to === draft.state.entityId) return rejectedTx({ type: 'self_payment' })
  const problem = amountProblem(amount) ?? reserveProblem(draft.state, { tokenId, amount })
  const refused = problem ?? addToBatch(draft, { reserveToReserve: [{ to, tokenId, amount }] })
  if (refused !== null) return refused
  draft.events.push({ type: 'reserve_sent', to, tokenId, amount })
  return DONE
}

export const reserveToCollateral: TxHandler<'reserve_to_collateral'> = (draft, { counterparty, tokenId, amount }) => {
  const account = draft.state.accounts.get(counterparty)
  if (account === undefined) return rejectedTx({ type: 'unknown_account', counterparty })
  if (account.status.type !== 'open' && account.status.type !== 'closed') return rejectedTx({ type: 'account_frozen' })
  // Collateral without a proof signed by the counterparty could never be claimed back.
  if (account.state.height === 0) return rejectedTx({ type: 'account_not_open', counterparty })
  const problem = amountProblem(amount) ?? reserveProblem(draft.state, { tokenId, amount })
  const { epoch } = account.state.terms
  const refused = problem ?? addToBatch(draft, { reserveToCollateral: [{ counterparty, tokenId, amount, epoch }] })
  if (refused !== null) return refused
  draft.events.push({ type: 'collateral_requested', counterparty, tokenId, amount })
  return DONE
}

export const deposit: TxHandler<'deposit'> = (draft, { from, tokenId, amount }, context) => {
  if (!context.chain.tokens.some((token) => token.tokenId === tokenId))
    return rejectedTx({ type: 'unknown_token', tokenId })
  const { deposits } = draft.state.batch.draft
  if (deposits.some((other) => other.from !== from)) return rejectedTx({ type: 'mixed_senders' })
  const refused = amountProblem(amount) ?? addToBatch(draft, { deposits: [{ from, tokenId, amount }] })
  if (refused !== null) return refused
  draft.events.push({ type: 'deposit_sent', tokenId, amount })
  return DONE
}

export const withdraw: TxHandler<'withdraw'> = (draft, { to, tokenId, amount }) => {
  const problem = amountProblem(amount) ?? reserveProblem(draft.state, { tokenId, amount })
  const refused = problem ?? addToBatch(draft, { withdrawals: [{ to, tokenId, amount }] })
  if (refused !== null) return refused
  draft.events.push({ type: 'withdrawal_sent', to, tokenId, amount })
  return DONE
}
