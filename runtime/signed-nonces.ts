/**
 * The highest dispute nonce signed in each account, by "left/right": a second high-water mark beside the height. The
 * canary keeps it outside the database, and a database that knows of fewer signatures must not sign again.
 */
import { frameNonce } from './account/proof.ts'
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
          const frame = account?.pending?.frame ?? account?.frames[0]?.frame
          if (account === undefined || frame === undefined) continue
          const key = `${account.state.terms.left}/${account.state.terms.right}`
          nonces.set(key, Math.max(nonces.get(key) ?? 0, frameNonce(frame)))
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
