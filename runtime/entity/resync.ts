/**
 * What follows from an account that was given back (account/resync.ts): the frames between were forgotten, and with them
 * how the locks in them ended and what they were for.
 */
import { lockKey } from '../account/keys.ts'
import { adopt, type ResyncMessage } from '../account/resync.ts'
import type { AccountReplica } from '../account/types.ts'
import type { EntityId } from '../lib/units.ts'
import { setDeadline } from './deadline.ts'
import {
  accountContext,
  DONE,
  type EntityContext,
  type EntityDraft,
  schedule,
  setAccount,
  type TxResult,
} from './draft.ts'
import { lockWake } from './lock-wakes.ts'
import { failPayment } from './payment.ts'
import { refuse, setSession } from './session.ts'
import type { LockRoute } from './types.ts'

export const onResync = (
  draft: EntityDraft,
  from: EntityId,
  message: ResyncMessage,
  context: EntityContext,
): TxResult => {
  const session = draft.state.sessions.get(from)
  const replica = draft.state.accounts.get(from)
  if (session === undefined || replica === undefined) return refuse({ type: 'not_behind' }, 'ignore')
  if (session.status.type === 'greeting') return refuse({ type: 'not_greeted' }, 'retry')
  // The court may still refuse the call, and then it is of use.
  if (replica.status.type === 'suing') return refuse({ type: 'account_frozen' }, 'retry')
  if (session.status.type !== 'behind' || replica.status.type !== 'open')
    return refuse({ type: 'not_behind' }, 'ignore')
  if (message.signed.frame.height < session.status.height) return refuse({ type: 'not_behind' }, 'ignore')
  const adopted = adopt(replica, message, accountContext(draft, from, context))
  if (adopted.type === 'refused') return refuse(adopted.violation, 'ignore')
  setSession(draft, from, { ...session, status: { type: 'open' } })
  setAccount(draft, from, adopted.replica)
  draft.events.push({
    type: 'account_resynced',
    counterparty: from,
    fromHeight: replica.state.height,
    toHeight: adopted.replica.state.height,
  })
  forgetEnded(draft, from, adopted.replica)
  awaitExpiries(draft, from, adopted.replica)
  rejoin(draft, from, adopted.replica)
  return DONE
}

/** Whose lock it was in the account with `peer`. */
const isOf = (draft: EntityDraft, route: LockRoute, peer: EntityId): boolean => {
  if (route.type !== 'origin') return route.from === peer
  const phase = draft.state.payments.get(route.paymentId)?.phase
  return phase?.type === 'locked' && phase.via === peer
}

/**
 * Locks that ended in the frames that were forgotten: how, nobody can say any more. What was paid by them is told as
 * unknown, and what they were to pay is not taken twice.
 */
const forgetEnded = (draft: EntityDraft, peer: EntityId, { state }: AccountReplica): void => {
  for (const [key, route] of [...draft.state.lockBook.entries()]) {
    if (state.locks.has(key) || !isOf(draft, route, peer)) continue
    draft.state = { ...draft.state, lockBook: draft.state.lockBook.delete(key) }
    // The invoice it paid, if any; the key of a lock begins with its hash.
    const hash = key.slice(0, key.indexOf(':'))
    if (route.type === 'final') draft.state = { ...draft.state, invoices: draft.state.invoices.delete(hash) }
    const payment = route.type === 'origin' ? draft.state.payments.get(route.paymentId) : undefined
    if (payment !== undefined) failPayment(draft, payment, 'outcome_unknown')
  }
}

/** Of a lock that was passed on, and whose route is forgotten, both ends are here: what is paid on is to be collected. */
const rejoin = (draft: EntityDraft, peer: EntityId, { state, isLeft }: AccountReplica): void => {
  if (state.locks.size === 0) return
  for (const [id, other] of draft.state.accounts.entries()) {
    if (id === peer || other.state.locks.size === 0) continue
    for (const [key, lock] of state.locks.entries()) {
      const twin = other.state.locks.get(key)
      const isOut = lock.byLeft === isLeft
      if (twin === undefined || twin.tokenId !== lock.tokenId || draft.state.lockBook.has(key)) continue
      if (isOut === (twin.byLeft === other.isLeft)) continue
      const [out, back] = isOut ? [lock, twin] : [twin, lock]
      const [from, to] = isOut ? [id as EntityId, peer] : [peer, id as EntityId]
      const amounts = { inAmount: back.amount, outAmount: out.amount }
      const route: LockRoute = { type: 'forward', from, to, tokenId: lock.tokenId, ...amounts, preimage: null }
      draft.state = { ...draft.state, lockBook: draft.state.lockBook.set(key, route) }
    }
  }
}

/** Locks of ours that we know nothing of are ours again when they have expired; so is what a settlement holds. */
const awaitExpiries = (draft: EntityDraft, counterparty: EntityId, { state, isLeft }: AccountReplica): void => {
  if (state.settlement !== null)
    setDeadline(draft, { atSeconds: state.settlement.validUntil, kind: 'settlement', counterparty })
  for (const lock of state.locks.values()) {
    const key = lockKey(lock)
    if (lock.byLeft === isLeft && !draft.state.lockBook.has(key)) schedule(draft, lockWake(lock, key))
  }
}
