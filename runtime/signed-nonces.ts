/**
 * The highest dispute nonce signed in each account, by "left/right": a second high-water mark beside the height. The
 * canary keeps it outside the database, and a database that knows of fewer signatures must not sign again. Nonces begin
 * anew with each epoch, so the epoch counts first.
 */
import { signedNonce } from './account/seal.ts'
import type { AccountReplica } from './account/types.ts'
import { emptyMaps } from './entity/frame.ts'
import { emptyEnv } from './frame.ts'
import type { Env } from './types.ts'

export type SignedNonces = { readonly [account: string]: number }

/** More nonces than an account can have in one epoch; 2^21 epochs keep the mark a safe integer. */
export const NONCES_PER_EPOCH = 2 ** 32

/** `floor`: anything below it may have been signed here. */
const markOf = (account: AccountReplica, floor: number): number =>
  account.state.terms.epoch * NONCES_PER_EPOCH + Math.max(signedNonce(account), 4 * floor - 1, 0)

/** @param known what is known already */
export const createSignedNonces = (known: SignedNonces = {}) => {
  const nonces = new Map<string, number>(Object.entries(known))
  return {
    /** Takes in what changed from `before` to `now`. */
    note: (before: Env, now: Env): void => {
      for (const { key: entityId, after } of now.eReplicas.changesSince(before.eReplicas)) {
        const was = before.eReplicas.get(entityId)?.state.accounts ?? emptyMaps.accounts()
        for (const { key: counterparty, after: account } of after?.state.accounts.changesSince(was) ?? []) {
          const mark = account === undefined ? 0 : markOf(account, after?.state.sessions.get(counterparty)?.floor ?? 0)
          if (account === undefined || mark === 0) continue
          const { left, right } = account.state.terms
          const key = `${left}/${right}`
          nonces.set(key, Math.max(nonces.get(key) ?? 0, mark))
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
