/** What every payment in an account must satisfy, final or locked: a memo that can be shown, and room for the amount. */
import { utf8 } from '../lib/bytes.ts'
import { LIMITS } from '../lib/limits.ts'
import { isReadable } from '../lib/text.ts'
import type { TokenId } from '../lib/units.ts'
import { type Delta, positionOf } from './delta.ts'
import { type Rejected, rejected } from './errors.ts'
import { deltaKey } from './keys.ts'
import type { AccountState } from './types.ts'

/** Why a memo cannot be sent, or null. */
export const memoProblem = (memo: string): Rejected | null => {
  if (!isReadable(memo)) return rejected({ type: 'bad_text' })
  return utf8(memo).length > LIMITS.memoBytes ? rejected({ type: 'text_too_long', limit: LIMITS.memoBytes }) : null
}

/** The delta a payer can spend `amount` of, or why not. */
export const requireCapacity = (
  state: AccountState,
  payment: { readonly tokenId: TokenId; readonly amount: bigint; readonly byLeft: boolean },
): { readonly type: 'ok'; readonly delta: Delta } | Rejected => {
  const { tokenId, amount, byLeft } = payment
  if (amount < 1n || amount >= 1n << BigInt(LIMITS.amountBits)) return rejected({ type: 'bad_amount', amount })
  const delta = state.deltas.get(deltaKey(tokenId))
  if (delta === undefined) return rejected({ type: 'unknown_token', tokenId })
  const have = positionOf(delta, byLeft).outCapacity
  return amount <= have ? { type: 'ok', delta } : rejected({ type: 'over_capacity', tokenId, have, need: amount })
}
