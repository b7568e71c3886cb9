/**
 * Chain calls: what anyone may tell the Depository at any time, outside every batch (a preimage, a newer proof, that it is
 * time to judge). A call stays in the state until the chain shows that it was made, so a restart makes it again.
 */
import type { JCall, JTx } from '../jurisdiction/types.ts'
import { keccak } from '../lib/hash.ts'
import { type EntityDraft, hashKey, tokenKey } from './draft.ts'

/** One call of a kind at a time for what it is about. */
export const callKey = (call: JCall): string => {
  switch (call.type) {
    case 'reveal':
      return `reveal:${hashKey(keccak(call.preimage))}`
    case 'counter':
    case 'finalize':
    case 'finalize_agreed':
      return `${call.type}:${call.left}:${call.right}`
    case 'enforce_debts':
      return `enforce_debts:${call.debtor}:${tokenKey(call.tokenId)}`
  }
}

/** Everything of an entity that the chain should have been told and has not shown yet. */
export const pendingJTxs = (state: EntityDraft['state']): readonly JTx[] => [
  ...(state.batch.inFlight === null ? [] : [state.batch.inFlight.jTx]),
  ...state.calls.values(),
]

export const call = (draft: EntityDraft, jCall: JCall): void => {
  draft.state = { ...draft.state, calls: draft.state.calls.set(callKey(jCall), jCall) }
  draft.outputs.push({ type: 'j_tx', jTx: jCall })
}

/** The chain has shown it, or it has become pointless. */
export const settleCall = (draft: EntityDraft, isOver: (jCall: JCall) => boolean): void => {
  for (const [key, jCall] of draft.state.calls.entries())
    if (isOver(jCall)) draft.state = { ...draft.state, calls: draft.state.calls.delete(key) }
}
