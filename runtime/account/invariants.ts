/**
 * What must hold of every account after every frame; checked before the WAL write and after load.
 *
 * I-RCPAN   no frame moves Δ further outside −leftCreditLimit ≤ Δ ≤ collateral + rightCreditLimit, holds counted
 * I-HOLD    each side's hold is the sum of its open locks and of what an approved settlement takes out of the account
 * I-CHAIN   the newest signed frame is the one the state names
 * I-SIDE    left < right
 */
import { invariant } from '../lib/assert.ts'
import { equalBytes } from '../lib/bytes.ts'
import { type Delta, emptyDelta, rcpanExcess } from './delta.ts'
import { hashFrame } from './frame.ts'
import { deltaKey } from './keys.ts'
import { heldBy } from './settlement.ts'
import type { AccountReplica, AccountState } from './types.ts'

/** Δ if every lock of LEFT, or every lock of RIGHT, were paid. */
const worstCases = (d: Delta): readonly Delta[] => [
  { ...d, offdelta: d.offdelta - d.leftHold },
  { ...d, offdelta: d.offdelta + d.rightHold },
]
const excessWithHolds = (d: Delta): bigint => {
  const [left, right] = worstCases(d).map(rcpanExcess)
  return (left ?? 0n) > (right ?? 0n) ? (left ?? 0n) : (right ?? 0n)
}

/** @throws Fault when `after` breaks an invariant that `before` kept. */
export const checkAccountStep = (before: AccountState, after: AccountState): void => {
  for (const { key, after: delta } of after.deltas.changesSince(before.deltas)) {
    if (delta === undefined) continue
    const was = before.deltas.get(key) ?? emptyDelta(delta.tokenId)
    // The chain's word is not a frame's doing.
    if (was.collateral !== delta.collateral || was.ondelta !== delta.ondelta) continue
    // A limit may be cut below what is drawn: only what the frame did to Δ and the holds is judged, by its new limits.
    const { leftCreditLimit, rightCreditLimit } = delta
    const worse = excessWithHolds(delta) > excessWithHolds({ ...was, leftCreditLimit, rightCreditLimit })
    invariant(!worse, 'I-RCPAN', () => `token ${delta.tokenId} moved further outside its limits`)
  }
}

/** @throws Fault when the replica contradicts itself. */
export const checkAccount = (replica: AccountReplica): void => {
  const { state, frames } = replica
  invariant(
    state.terms.left < state.terms.right,
    'I-SIDE',
    () => `${state.terms.left} is not below ${state.terms.right}`,
  )
  const held = new Map<string, bigint>()
  for (const lock of state.locks.values()) {
    const key = `${deltaKey(lock.tokenId)}${lock.byLeft ? 'l' : 'r'}`
    held.set(key, (held.get(key) ?? 0n) + lock.amount)
  }
  for (const [key, delta] of state.deltas.entries()) {
    const { tokenId, leftHold, rightHold } = delta
    const heldBySide = (byLeft: boolean): bigint =>
      (held.get(`${key}${byLeft ? 'l' : 'r'}`) ?? 0n) + heldBy(state.settlement, tokenId, byLeft)
    invariant(heldBySide(true) === leftHold, 'I-HOLD', () => `left hold of token ${tokenId}`)
    invariant(heldBySide(false) === rightHold, 'I-HOLD', () => `right hold of token ${tokenId}`)
  }
  const latest = frames[0]
  invariant(
    state.height === 0
      ? latest === undefined
      : latest !== undefined && equalBytes(hashFrame(latest.frame), state.frameHash),
    'I-CHAIN',
    () => `state at height ${state.height} has no matching signed frame`,
  )
}
