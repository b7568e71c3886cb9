/** Commands that queue one account transaction: credit limit, direct payment, and what is asked about collateral. */
import type { TxHandler } from '../apply.ts'
import { enqueueTx } from '../draft.ts'
import { rejectedTx } from '../errors.ts'
import { grantCredit } from './open-account.ts'

export const setCreditLimit: TxHandler<'set_credit_limit'> = (draft, tx, context) => {
  const account = draft.state.accounts.get(tx.counterparty)
  if (account === undefined) return rejectedTx({ type: 'unknown_account', counterparty: tx.counterparty })
  if (!context.chain.tokens.some((token) => token.tokenId === tx.tokenId))
    return rejectedTx({ type: 'unknown_token', tokenId: tx.tokenId })
  if (tx.limit === 0n)
    return enqueueTx(draft, tx.counterparty, { type: 'set_credit_limit', tokenId: tx.tokenId, limit: 0n }, context)
  return grantCredit(draft, tx.counterparty, { tokenId: tx.tokenId, limit: tx.limit }, context)
}

export const directPayment: TxHandler<'direct_payment'> = (draft, tx, context) => {
  const { counterparty, tokenId, amount, memo } = tx
  return enqueueTx(draft, counterparty, { type: 'direct_payment', tokenId, amount, memo }, context)
}

export const requestCollateral: TxHandler<'request_collateral'> = (draft, tx, context) => {
  const { counterparty, tokenId, amount } = tx
  return enqueueTx(draft, counterparty, { type: 'request_collateral', tokenId, amount }, context)
}

export const rebalancePolicy: TxHandler<'rebalance_policy'> = (draft, tx, context) => {
  const { counterparty, tokenId, softLimit } = tx
  return enqueueTx(draft, counterparty, { type: 'rebalance_policy', tokenId, softLimit }, context)
}
