/**
 * A draft: one entity's state while a tick is being worked out. Transitions write to the draft; a refused input's
 * draft is dropped and nothing has happened. Also the context: everything a transition may know beside its state.
 */
import { type AccountContext, enqueue, isOwed } from '../account/step.ts'
import type { AccountAck, AccountReplica, AccountTx } from '../account/types.ts'
import { encode } from '../codec/schema.ts'
import type { JReplica } from '../jurisdiction/types.ts'
import { type Bytes, toHex } from '../lib/bytes.ts'
import type { EntityId, Start, TokenId } from '../lib/units.ts'
import { entityMessageCodec } from './codec.ts'
import { type EntityRejected, rejectedTx } from './errors.ts'
import type { EntityEvent } from './events.ts'
import type { EntityAnswer, EntityMessage, EntityOutput, EntityState, Profile, Wake } from './types.ts'

export type EntityContext = {
  readonly nowMs: number
  readonly runtimeHeight: number
  /** The entity's chain as confirmed so far. */
  readonly chain: JReplica
  /** 32 fresh bytes, drawn from the entropy recorded with this tick. */
  readonly draw: () => Bytes
  readonly seal: (digest: Bytes) => Bytes
  readonly open: (box: Bytes, aad: Bytes) => Bytes | null
  readonly verify: (signer: Profile, digest: Bytes, hanko: Bytes) => boolean
  readonly profile: (entityId: EntityId) => Profile | null
  /** The last start of this runtime; null where every peer is in it. */
  readonly start: Start | null
  /** True of whom another runtime hosts, once this one has said that it started. */
  readonly isElsewhere: (entityId: EntityId) => boolean
}

export type EntityDraft = {
  state: EntityState
  readonly outputs: EntityOutput[]
  readonly events: EntityEvent[]
  /** Acknowledgements owed, sent with the proposals at the end of the tick. */
  readonly acks: Map<EntityId, AccountAck>
  /** Accounts that may have something to send. */
  readonly touched: Set<EntityId>
  /** Profiles learned from messages, for the runtime's directory. */
  readonly profiles: Profile[]
}

export type TxResult = { readonly type: 'applied'; readonly answer: EntityAnswer } | EntityRejected

export const DONE: TxResult = { type: 'applied', answer: { type: 'done' } }

export const draftOf = (state: EntityState): EntityDraft => ({
  state,
  outputs: [],
  events: [],
  acks: new Map(),
  touched: new Set(),
  profiles: [],
})

/** A copy that can be dropped without a trace. */
export const fork = (draft: EntityDraft): EntityDraft => ({
  state: draft.state,
  outputs: [...draft.outputs],
  events: [...draft.events],
  acks: new Map(draft.acks),
  touched: new Set(draft.touched),
  profiles: [...draft.profiles],
})

export const send = (
  draft: EntityDraft,
  to: EntityId,
  message: EntityMessage,
  { isOnce = false, isKept = true } = {},
): void => {
  const bytes = encode(entityMessageCodec, message)
  draft.outputs.push({ type: 'message', from: draft.state.entityId, to, bytes, isOnce, isKept })
}

export const setAccount = (draft: EntityDraft, counterparty: EntityId, replica: AccountReplica): void => {
  draft.state = { ...draft.state, accounts: draft.state.accounts.set(counterparty, replica) }
  draft.touched.add(counterparty)
}

/** Queues a transaction in an account, or says why not. */
export const enqueueTx = (
  draft: EntityDraft,
  counterparty: EntityId,
  tx: AccountTx,
  context: EntityContext,
): TxResult => {
  const replica = draft.state.accounts.get(counterparty)
  if (replica === undefined) return rejectedTx({ type: 'unknown_account', counterparty })
  const session = draft.state.sessions.get(counterparty)?.status.type
  if (session === 'superseded' && !isOwed(tx)) return rejectedTx({ type: 'other_instance' })
  if (session === 'behind' && !isOwed(tx)) return rejectedTx({ type: 'account_behind' })
  const queued = enqueue(replica, tx, context.nowMs)
  if (queued.type === 'rejected') return queued
  setAccount(draft, counterparty, queued.replica)
  return DONE
}

const wakeKey = (wake: Wake): string => `${wake.atMs.toString().padStart(15, '0')}:${wake.kind}:${wake.id}`

export const schedule = (draft: EntityDraft, wake: Wake): void => {
  draft.state = { ...draft.state, wakes: draft.state.wakes.set(wakeKey(wake), wake) }
}
export const unschedule = (draft: EntityDraft, wake: Wake): void => {
  draft.state = { ...draft.state, wakes: draft.state.wakes.delete(wakeKey(wake)) }
}

export const tokenKey = (tokenId: TokenId): string => tokenId.toString(16).padStart(8, '0')
export const hashKey = (hash: Bytes): string => toHex(hash)

/** The height that the next frame with this counterparty has at least. */
export const floorOf = ({ sessions }: EntityState, counterparty: EntityId): number => {
  const session = sessions.get(counterparty)
  return session === undefined ? 0 : Math.max(session.floor, session.peer?.floor ?? 0)
}

/** I-GREET: a peer elsewhere has been greeted since either side started, and neither has forgotten what it signed. */
export const maySign = ({ sessions }: EntityState, counterparty: EntityId): boolean =>
  (sessions.get(counterparty)?.status.type ?? 'open') === 'open'

export const accountContext = (draft: EntityDraft, counterparty: EntityId, context: EntityContext): AccountContext => ({
  nowMs: context.nowMs,
  jHeight: context.chain.height,
  jSeconds: context.chain.timestampSeconds,
  runtimeHeight: context.runtimeHeight,
  floor: floorOf(draft.state, counterparty),
  revealedAt: (hashlock) => draft.state.secrets.get(hashKey(hashlock))?.revealedAtSeconds ?? null,
  seal: context.seal,
  verify: (signer, digest, hanko) => {
    const profile = context.profile(signer) ?? draft.profiles.find((known) => known.entityId === signer) ?? null
    return profile !== null && context.verify(profile, digest, hanko)
  },
})

export const refuseMessage = (reason: string): EntityRejected => rejectedTx({ type: 'malformed_message', reason })
