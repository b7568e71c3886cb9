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
export const supersededBy = (env: Env): number => {
  let highest = 0
  for (const { state } of env.eReplicas.values())
    for (const { status } of state.sessions.values())
      if (status.type === 'superseded') highest = Math.max(highest, status.number)
  return highest
}

/** Accounts of which the mark knows a later signature than the state does. */
export const floorsOf = (env: Env, marks: SignedNonces): readonly AccountFloor[] => {
  const floors: AccountFloor[] = []
  for (const [id, { state }] of env.eReplicas.entries())
    for (const [counterparty, account] of state.accounts.entries()) {
      const { left, right, epoch } = account.state.terms
      const mark = marks[`${left}/${right}`] ?? 0
      const nonce = mark % NONCES_PER_EPOCH
      if (Math.floor(mark / NONCES_PER_EPOCH) !== epoch || nonce <= signedNonce(account)) continue
      const height = Math.floor(nonce / 4) + 1
      floors.push({ entityId: id as EntityId, counterparty: counterparty as EntityId, height })
    }
  return floors
}

/**
 * The input a runtime starts with; null for one that was superseded and does not take over: it would only be told so
 * again, and must not come back by being started often enough.
 */
export const startInput = (
  env: Env,
  { marks, takesOver }: { readonly marks: SignedNonces; readonly takesOver: boolean },
): Extract<RuntimeInput, { type: 'start' }> | null => {
  const other = supersededBy(env)
  if (other > 0 && !takesOver) return null
  return { type: 'start', number: Math.max(env.start?.number ?? 0, other) + 1, floors: floorsOf(env, marks) }
}

/** True when every account has its other side elsewhere: then peers can say what was forgotten. */
export const canBeResynced = (env: Env): boolean => {
  for (const { state } of env.eReplicas.values())
    for (const counterparty of state.accounts.keys()) if (env.eReplicas.has(counterparty)) return false
  return true
}
