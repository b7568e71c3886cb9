/** call_failed: the chain has refused a call. What a running dispute depends on is called again after a while. */
import type { TxHandler } from '../apply.ts'
import { tryAgain } from '../court.ts'
import { DONE } from '../draft.ts'
import { rejectedTx } from '../errors.ts'

export const callFailed: TxHandler<'call_failed'> = (draft, { key, reason }, context) => {
  const jCall = draft.state.calls.get(key)
  if (jCall === undefined) return rejectedTx({ type: 'stale_call', key })
  draft.state = { ...draft.state, calls: draft.state.calls.delete(key) }
  draft.events.push({ type: 'call_failed', key, reason })
  tryAgain(draft, jCall, context)
  return DONE
}
