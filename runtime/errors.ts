/** Runtime refusals, and the words of a halt. */
import type { RuntimeRejection } from './types.ts'

export const rejectInput = (
  rejection: RuntimeRejection,
): { readonly type: 'rejected'; readonly rejection: RuntimeRejection } => ({
  type: 'rejected',
  rejection,
})

/** True when the same input may succeed later: a peer's message that came too early. */
export const isRetryable = (rejection: RuntimeRejection): boolean =>
  rejection.type === 'refused_message' && rejection.disposition === 'retry'
