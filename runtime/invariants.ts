/**
 * What must hold of a runtime; checked after a tick and before its WAL write, and after every load.
 *
 * I-HEIGHT   a tick raises the height by exactly one and never turns time back
 * I-PAIR     two replicas of one account at one height hold the same frame hash and root, and heights differ by ≤ 1
 * plus the invariants of every entity and account that changed
 */
import type { AccountReplica } from './account/types.ts'
import { checkEntity } from './entity/invariants.ts'
import { invariant } from './lib/assert.ts'
import { equalBytes } from './lib/bytes.ts'
import type { Env } from './types.ts'

/** Of the entity `id`: every account, or with `before` those that are not what they were. */
function* accountsOf(id: string, env: Env, before: Env | undefined): Generator<readonly [string, AccountReplica]> {
  const accounts = env.eReplicas.get(id)?.state.accounts
  const known = before?.eReplicas.get(id)?.state.accounts
  if (accounts === undefined) return
  if (known === undefined) yield* accounts.entries()
  else for (const { key, after } of accounts.changesSince(known)) if (after !== undefined) yield [key, after]
}

/** Both replicas of an account live here: hold them against each other. */
const checkPairs = (env: Env, changed: ReadonlySet<string>, before: Env | undefined): void => {
  for (const id of changed) {
    for (const [otherId, account] of accountsOf(id, env, before)) {
      const twin = env.eReplicas.get(otherId)?.state.accounts.get(id)
      if (twin === undefined) continue
      const [a, b] = [account.state, twin.state]
      invariant(Math.abs(a.height - b.height) <= 1, 'I-PAIR', () => `${id}/${otherId} at ${a.height} and ${b.height}`)
      if (a.height !== b.height) continue
      const same = equalBytes(a.frameHash, b.frameHash) && equalBytes(a.root, b.root)
      invariant(same, 'I-PAIR', () => `${id}/${otherId} differ at height ${a.height}`)
    }
  }
}

/** @throws Fault. With `before`, only what changed since is looked at. */
export const checkEnv = (env: Env, before?: Env): void => {
  const changed = new Set<string>()
  if (before === undefined) for (const id of env.eReplicas.keys()) changed.add(id)
  else {
    invariant(env.height === before.height + 1, 'I-HEIGHT', () => `${before.height} to ${env.height}`)
    invariant(env.timestampMs >= before.timestampMs, 'I-HEIGHT', () => 'time ran backwards')
    for (const change of env.eReplicas.changesSince(before.eReplicas)) changed.add(change.key)
  }
  for (const id of changed) {
    const replica = env.eReplicas.get(id)
    if (replica) checkEntity(replica.state, before?.eReplicas.get(id)?.state)
  }
  checkPairs(env, changed, before)
}
