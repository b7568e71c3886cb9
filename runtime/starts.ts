/**
 * How a runtime with peers elsewhere starts: with a number above all its earlier starts, by which peers know its word from
 * that of an older instance, and with what the canary says was signed in accounts that the database has forgotten.
 */
import { signedNonce } from './account/seal.ts'
import type { AccountFloor } from './entity/types.ts'
import type { EntityId } from './lib/units.ts'
import { NONCES_PER_EPOCH, type SignedNonces } from './signed-nonces.ts'
import type { Env, RuntimeInput } from './types.ts'

/** The highest start of another instance that a peer has named; 0 when none has. */
const supersededBy = (env: Env): number => {
  let highest = 0
  for (const { state } of env.eReplicas.values())
    for (const { status } of state.sessions.values())
      if (status.type === 'superseded') highest = Math.max(highest, status.number)
  return highest
}

/** Accounts of which the mark knows a later signature than the state does, those that were lost whole included. */
export const floorsOf = (env: Env, marks: SignedNonces): readonly AccountFloor[] => {
  const floors: AccountFloor[] = []
  for (const pair of Object.keys(marks).sort()) {
    const [left, right] = pair.split('/') as [EntityId, EntityId]
    const mark = marks[pair] ?? 0
    const [markEpoch, nonce] = [Math.floor(mark / NONCES_PER_EPOCH), mark % NONCES_PER_EPOCH]
    for (const [entityId, counterparty] of [
      [left, right],
      [right, left],
    ] as const) {
      const own = env.eReplicas.get(entityId)?.state
      if (own === undefined) continue
      const account = own.accounts.get(counterparty)
      const epoch = account?.state.terms.epoch ?? 0
      const isKnown = account !== undefined && markEpoch === epoch && nonce <= signedNonce(account)
      if (markEpoch < epoch || isKnown) continue
      floors.push({ entityId, counterparty, height: Math.floor(nonce / 4) + 1 })
    }
  }
  return floors
}

/**
 * The input a runtime starts with: also one that was superseded, for it has peers who have heard of nothing. Those who
 * have are greeted only by one that takes over, with a number above the other's.
 */
export const startInput = (
  env: Env,
  { marks, takesOver }: { readonly marks: SignedNonces; readonly takesOver: boolean },
): Extract<RuntimeInput, { type: 'start' }> => {
  const own = env.start?.number ?? 0
  const number = (takesOver ? Math.max(own, supersededBy(env)) : own) + 1
  return { type: 'start', number, floors: floorsOf(env, marks), takesOver }
}

/** True when every account has its other side elsewhere: then peers can say what was forgotten. */
export const canBeResynced = (env: Env): boolean => {
  for (const { state } of env.eReplicas.values())
    for (const counterparty of state.accounts.keys()) if (env.eReplicas.has(counterparty)) return false
  return true
}
