/** add_delta: opens a token in the account, all figures zero. */
import { LIMITS } from '../../lib/limits.ts'
import type { ApplyTx } from '../apply.ts'
import { emptyDelta } from '../delta.ts'
import { rejected } from '../errors.ts'
import { deltaKey } from '../keys.ts'

export const addDelta: ApplyTx<'add_delta'> = (state, tx) => {
  const key = deltaKey(tx.tokenId)
  if (state.deltas.has(key)) return rejected({ type: 'token_exists', tokenId: tx.tokenId })
  if (state.deltas.size >= LIMITS.tokensPerAccount)
    return rejected({ type: 'too_many_tokens', limit: LIMITS.tokensPerAccount })
  return {
    type: 'applied',
    state: { ...state, deltas: state.deltas.set(key, emptyDelta(tx.tokenId)) },
    events: [{ type: 'delta_added', tokenId: tx.tokenId }],
  }
}
