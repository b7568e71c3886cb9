/**
 * Locks and the chain: preimages it tells of, those it is to be told, and locks that ended by judgement. A preimage on
 * chain in time binds without a dispute: the payer pays on with it at once, however long its counterparty sleeps.
 */
import type { AccountRejection } from '../account/errors.ts'
import { lockKey } from '../account/keys.ts'
import type { AccountReplica, AccountTx, HtlcLock, HtlcOutcome } from '../account/types.ts'
import type { JEvent } from '../jurisdiction/types.ts'
import { type Bytes, equalBytes } from '../lib/bytes.ts'
import type { EntityId } from '../lib/units.ts'
import { call, settleCall } from './calls.ts'
import { type EntityContext, type EntityDraft, hashKey } from './draft.ts'
import { onDropped, onIncomingResolved, onOutgoingResolved } from './htlc.ts'

export const onSecretRevealed = (
  draft: EntityDraft,
  event: Extract<JEvent, { type: 'secret_revealed' }>,
  context: EntityContext,
): void => {
  const { hashlock, preimage, revealedAtSeconds } = event
  const hash = hashKey(hashlock)
  settleCall(draft, (jCall) => jCall.type === 'reveal' && equalBytes(jCall.preimage, preimage))
  const places = locksOn(draft, hash)
  // Kept, whoever it is about and however old: a court pays any lock on this hash, those made later too.
  draft.state = { ...draft.state, secrets: draft.state.secrets.set(hash, { preimage, revealedAtSeconds }) }
  dropQueued(draft, hash, context)
  for (const { counterparty, replica, lock } of places)
    if (lock.byLeft === replica.isLeft && revealedAtSeconds <= lock.expirySeconds)
      onOutgoingResolved(draft, { to: counterparty, lock }, { type: 'secret', preimage }, context)
}

/** A lock that has not been proposed yet would be paid to whoever looks at the chain: it never is. */
const dropQueued = (draft: EntityDraft, hash: string, context: EntityContext): void => {
  for (const [id, replica] of draft.state.accounts.entries()) {
    const isOn = (tx: AccountTx) => tx.type === 'htlc_lock' && hashKey(tx.hashlock) === hash
    if (replica.mempool.some(isOn)) dropLocks(draft, id as EntityId, isOn, { type: 'lock_exists' }, context)
  }
}

type Place = { readonly counterparty: EntityId; readonly replica: AccountReplica; readonly lock: HtlcLock }

/** Every lock of ours on the hash: in agreed states, and in proposals the counterparty may have taken. */
const locksOn = (draft: EntityDraft, hash: string): readonly Place[] => {
  const places: Place[] = []
  for (const [id, replica] of draft.state.accounts.entries()) {
    const state = replica.pending?.next ?? replica.state
    if (state.locks.size === 0) continue
    for (const lock of state.locks.values())
      if (hashKey(lock.hashlock) === hash) places.push({ counterparty: id as EntityId, replica, lock })
  }
  return places
}

/** The preimage we are collecting a lock with; null when we are not. */
const knownPreimage = (draft: EntityDraft, replica: AccountReplica, lock: HtlcLock): Bytes | null => {
  const key = lockKey(lock)
  const route = draft.state.lockBook.get(key)
  if (route?.type === 'forward' && route.preimage !== null) return route.preimage
  for (const tx of [...(replica.pending?.frame.accountTxs ?? []), ...replica.mempool])
    if (tx.type === 'htlc_resolve' && tx.outcome.type === 'secret' && lockKey(tx) === key) return tx.outcome.preimage
  return null
}

/** Tells the chain the preimage of a lock towards us, if we know it and it still counts there. */
const reveal = (draft: EntityDraft, replica: AccountReplica, lock: HtlcLock, context: EntityContext): void => {
  const preimage = knownPreimage(draft, replica, lock)
  // Too late it is worth nothing to us, and the payer would have it for nothing.
  const nowSeconds = Math.max(context.chain.timestampSeconds, Math.floor(context.nowMs / 1_000))
  if (preimage === null || nowSeconds > lock.expirySeconds) return
  if (draft.state.secrets.has(hashKey(lock.hashlock))) return
  call(draft, { type: 'reveal', jurisdiction: draft.state.jurisdiction, preimage })
  draft.events.push({ type: 'preimage_revealed', hashlock: lock.hashlock })
}

/** What we can prove to be ours goes on chain while it counts: a court knows a preimage only from there. */
export const revealAll = (draft: EntityDraft, counterparty: EntityId, context: EntityContext): void => {
  const replica = draft.state.accounts.get(counterparty)
  if (replica === undefined) return
  for (const lock of replica.state.locks.values())
    if (lock.byLeft !== replica.isLeft) reveal(draft, replica, lock, context)
}

export const onRevealWake = (draft: EntityDraft, id: string, context: EntityContext): void => {
  const [from = '', key = ''] = id.split('/')
  const replica = draft.state.accounts.get(from)
  const lock = replica?.state.locks.get(key)
  if (replica !== undefined && lock !== undefined) reveal(draft, replica, lock, context)
}

/** A lock of an account that was judged: paid if the court judged it and knew the preimage in time. */
export const onJudgedLock = (
  draft: EntityDraft,
  place: {
    readonly counterparty: EntityId
    readonly lock: HtlcLock
    readonly isOwn: boolean
    readonly wasJudged: boolean
  },
  context: EntityContext,
): void => {
  const { counterparty, lock, isOwn, wasJudged } = place
  const secret = draft.state.secrets.get(hashKey(lock.hashlock))
  const isPaid = wasJudged && secret !== undefined && secret.revealedAtSeconds <= lock.expirySeconds
  const outcome: HtlcOutcome = isPaid
    ? { type: 'secret', preimage: secret.preimage }
    : { type: 'error', reason: 'judged_unpaid' }
  if (isOwn) onOutgoingResolved(draft, { to: counterparty, lock }, outcome, context)
  else onIncomingResolved(draft, { from: counterparty, lock }, outcome, context)
}

/** Locks that were only queued will never be proposed: whoever they were for is told. */
export const dropQueuedLocks = (draft: EntityDraft, counterparty: EntityId, context: EntityContext): void =>
  dropLocks(draft, counterparty, ({ type }) => type === 'htlc_lock', { type: 'account_frozen' }, context)

const dropLocks = (
  draft: EntityDraft,
  counterparty: EntityId,
  isToDrop: (tx: AccountTx) => boolean,
  rejection: AccountRejection,
  context: EntityContext,
): void => {
  const replica = draft.state.accounts.get(counterparty)
  const dropped = replica?.mempool.filter(isToDrop) ?? []
  if (replica === undefined || dropped.length === 0) return
  const mempool = replica.mempool.filter((tx) => !isToDrop(tx))
  draft.state = { ...draft.state, accounts: draft.state.accounts.set(counterparty, { ...replica, mempool }) }
  for (const tx of dropped) onDropped(draft, counterparty, { tx, rejection }, context)
}
