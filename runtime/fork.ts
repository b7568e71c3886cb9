/**
 * A world that splits in two: from one tick on, a copy of it lives on a chain of its own, with the same entities, keys,
 * figures and history, and another chain id. Everything that is signed binds the chain id, so nothing signed in one of
 * the two means anything in the other.
 *
 * Contract: pure, and a tick like any other in the log (`RuntimeTx` 'fork'): it replays without keys, and recovery and
 * the time machine go through it. It is a tick of its own and only ever made on a copy of a store, together with the
 * head of the copied chain (`manager/fork.ts`); a world that runs is never forked where it is.
 * - Every account is signed anew by both its sides (`account/reseal.ts`); no figure of any account, reserve or debt moves.
 * - Only a quiet world is forked: no message, payment, lock, batch, call or settlement on its way and no court at work,
 *   for what is on its way was signed for the old chain. Everybody, and the chain, has to be here, and the chain a test's.
 * - Invoices that nobody has paid are promises made for the old chain, and are left behind; offers mint new ones and stay.
 */
import { hindranceOf, type ResealHindrance, type ResealPlace, reseal } from './account/reseal.ts'
import { type AccountReplica, counterpartyOf } from './account/types.ts'
import { closeFrame } from './entity/frame.ts'
import type { EntityFrame, EntityState } from './entity/types.ts'
import { rejectInput } from './errors.ts'
import { present } from './lib/assert.ts'
import { type Bytes, equalBytes } from './lib/bytes.ts'
import type { EntityId } from './lib/units.ts'
import type { Env, RuntimeRejection, RuntimeTx } from './types.ts'

export type ForkTx = Extract<RuntimeTx, { type: 'fork' }>

/** Far below what numbers hold exactly, and what other wallets take for a chain id. */
export const CHAIN_ID_LIMIT = 1n << 52n

export type ForkContext = {
  readonly timestampMs: number
  readonly height: number
  readonly seal: (entityId: EntityId, digest: Bytes) => Bytes
}

export type Forked =
  | {
      readonly type: 'applied'
      readonly env: Env
      readonly entityFrames: readonly { readonly entityId: EntityId; readonly frame: EntityFrame }[]
    }
  | { readonly type: 'rejected'; readonly rejection: RuntimeRejection }

const DRAFTED = ['deposits', 'reserveToReserve', 'settlements', 'disputeStarts', 'reserveToCollateral'] as const

const hasBatch = ({ batch: { inFlight, draft } }: EntityState): boolean =>
  inFlight !== null || draft.withdrawals.length > 0 || DRAFTED.some((list) => draft[list].length > 0)

const isPaying = ({ payments, lockBook, invoices }: EntityState): boolean =>
  payments.size > 0 || lockBook.size > 0 || [...invoices.values()].some(({ status }) => status === 'releasing')

/** What is on its way in one entity and its accounts, the weightiest first. */
const hindranceIn = (state: EntityState): ResealHindrance | null => {
  const found = [...state.accounts.values()].map(hindranceOf)
  if (found.includes('dispute')) return 'dispute'
  if (hasBatch(state) || state.calls.size > 0 || found.includes('chain')) return 'chain'
  return isPaying(state) || found.includes('payments') ? 'payments' : null
}

/** Everybody anybody has an account with lives here, on the only chain there is, which is a test's. */
const isAllHere = (env: Env, { jurisdiction }: ForkTx): boolean => {
  if (env.jReplicas.size !== 1 || env.jReplicas.get(jurisdiction)?.isTest !== true) return false
  for (const { state } of env.eReplicas.values()) {
    if (state.jurisdiction !== jurisdiction) return false
    for (const other of state.accounts.keys()) if (!env.eReplicas.has(other)) return false
  }
  return true
}

/** True where the sides of an account are a frame apart, or only one of them has opened it: something is on its way. */
const isApart = (env: Env): boolean => {
  for (const { entityId, state } of env.eReplicas.values())
    for (const [other, { state: own }] of state.accounts.entries()) {
      const twin = env.eReplicas.get(other)?.state.accounts.get(entityId)
      if (twin === undefined || !equalBytes(own.frameHash, twin.state.frameHash)) return true
    }
  return false
}

const refusalOf = (env: Env, tx: ForkTx): RuntimeRejection | null => {
  const chain = env.jReplicas.get(tx.jurisdiction)
  if (chain === undefined) return { type: 'unknown_jurisdiction', name: tx.jurisdiction }
  const isOther = tx.chainId >= 1n && tx.chainId < CHAIN_ID_LIMIT && tx.chainId !== chain.terms.chainId
  if (!isOther || !isAllHere(env, tx)) return { type: 'not_forkable' }
  const found = [...env.eReplicas.values()].map(({ state }) => hindranceIn(state))
  for (const hindrance of ['dispute', 'chain', 'payments'] as const)
    if (found.includes(hindrance)) return { type: 'not_quiet', hindrance }
  const isSpeaking = env.queue.length > 0 || env.outbox.size > 0 || isApart(env)
  return isSpeaking ? { type: 'not_quiet', hindrance: 'payments' } : null
}

/** Unpaid invoices are left behind; their wakes find nothing, and end. */
const withoutPromises = (state: EntityState): EntityState => {
  let { invoices } = state
  for (const [key, { status }] of state.invoices.entries()) if (status === 'open') invoices = invoices.delete(key)
  return { ...state, invoices }
}

const setAccounts = (env: Env, place: ResealPlace, seal: ForkContext['seal']): Map<EntityId, EntityState> => {
  const states = new Map([...env.eReplicas.values()].map(({ entityId, state }) => [entityId, withoutPromises(state)]))
  const put = (entityId: EntityId, other: EntityId, account: AccountReplica): void => {
    const state = present(states.get(entityId), entityId)
    states.set(entityId, { ...state, accounts: state.accounts.set(other, account) })
  }
  for (const { state } of env.eReplicas.values())
    for (const own of state.accounts.values()) {
      // Each account once, from its left side.
      if (!own.isLeft) continue
      const [leftId, rightId] = [state.entityId, counterpartyOf(own)]
      const twin = present(env.eReplicas.get(rightId)?.state.accounts.get(leftId), rightId)
      const pair = reseal({ left: own, right: twin }, place, (side, digest) =>
        seal(side === 'left' ? leftId : rightId, digest),
      )
      put(leftId, rightId, pair.left)
      put(rightId, leftId, pair.right)
    }
  return states
}

/** @throws Fault I-SIGNER when a side has no key here; the world is then as it was. */
export const forkWorld = (env: Env, tx: ForkTx, { timestampMs, height, seal }: ForkContext): Forked => {
  const refusal = refusalOf(env, tx)
  if (refusal !== null) return rejectInput(refusal)
  const chain = present(env.jReplicas.get(tx.jurisdiction), tx.jurisdiction)
  const { chainId } = tx
  const states = setAccounts(env, { chainId, timestampMs, jHeight: chain.height, runtimeHeight: height }, seal)
  let { eReplicas } = env
  const entityFrames = [...states].map(([entityId, state]) => {
    const closed = closeFrame(state, { entityTxs: [], timestampMs })
    eReplicas = eReplicas.set(entityId, { entityId, state: closed.state })
    return { entityId, frame: closed.frame }
  })
  const terms = { ...chain.terms, chainId }
  const jReplicas = env.jReplicas.set(chain.name, { ...chain, terms })
  return { type: 'applied', env: { ...env, eReplicas, jReplicas, height, timestampMs }, entityFrames }
}
