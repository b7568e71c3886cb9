/**
 * The highest dispute nonce signed in each account, by "left/right": a second high-water mark beside the height. The
 * canary keeps it outside the database, and a database that knows of fewer signatures must not sign again.
 */
import { signedNonce } from './account/seal.ts'
import { emptyMaps } from './entity/frame.ts'
import { emptyEnv } from './frame.ts'
import type { Env } from './types.ts'

export type SignedNonces = { readonly [account: string]: number }

export const createSignedNonces = () => {
  const nonces = new Map<string, number>()
  return {
    /** Takes in what changed from `before` to `now`. */
    note: (before: Env, now: Env): void => {
      for (const { key: entityId, after } of now.eReplicas.changesSince(before.eReplicas)) {
        const was = before.eReplicas.get(entityId)?.state.accounts ?? emptyMaps.accounts()
        for (const { after: account } of after?.state.accounts.changesSince(was) ?? []) {
          const nonce = account === undefined ? 0 : signedNonce(account)
          if (account === undefined || nonce === 0) continue
          const { left, right, epoch } = account.state.terms
          // Nonces begin anew with each epoch.
          const key = epoch === 0 ? `${left}/${right}` : `${left}/${right}/${epoch}`
          nonces.set(key, Math.max(nonces.get(key) ?? 0, nonce))
        }
      }
    },
    marks: (): SignedNonces => Object.fromEntries(nonces),
  }
}

/** Those of a whole state. */
export const signedNoncesOf = (env: Env): SignedNonces => {
  const signed = createSignedNonces()
  signed.note(emptyEnv(env.runtimeId, env.name), env)
  return signed.marks()
}
