/** request_collateral: the proposer asks the other side for more collateral. Nothing changes but that it was asked. */
import { LIMITS } from '../../lib/limits.ts'
import type { ApplyTx } from '../apply.ts'
import { rejected } from '../errors.ts'
import { deltaKey } from '../keys.ts'

export const requestCollateral: ApplyTx<'request_collateral'> = (state, { tokenId, amount }, { byLeft }) => {
  if (!state.deltas.has(deltaKey(tokenId))) return rejected({ type: 'unknown_token', tokenId })
  if (amount < 1n || amount >= 1n << BigInt(LIMITS.amountBits)) return rejected({ type: 'bad_amount', amount })
  return { type: 'applied', state, events: [{ type: 'collateral_asked', tokenId, amount, byLeft }] }
}
