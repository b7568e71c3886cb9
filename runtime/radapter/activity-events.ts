/** What each event of a tick writes into the history of its entity. */

import type { AccountEvent, AccountFrame } from '../account/types.ts'
import type { EntityEvent } from '../entity/events.ts'
import type { Payment } from '../entity/types.ts'
import { type Bytes, equalBytes, toHex } from '../lib/bytes.ts'
import type { EntityId } from '../lib/units.ts'
import {
  batchFailed,
  begin,
  debtCreated,
  debtEnforced,
  disputeBegun,
  disputeFinalized,
  reserveUpdated,
  settled,
  settlementEnded,
  settlementProposed,
  withdrawalSent,
} from './activity-chain.ts'
import { type ActivityDraft, end, find, freshId, newEntry, stateOf, write } from './activity-draft.ts'
import { MAX_FRAMES } from './activity-record.ts'
import type { ActivityEntry } from './types.ts'

type Event<T extends EntityEvent['type']> = Extract<EntityEvent, { type: T }>

export const note = (draft: ActivityDraft, event: EntityEvent): void => {
  switch (event.type) {
    case 'payment_started':
      return write(draft, { entry: outgoing(draft, event.payment, 'pending') })
    case 'payment_sent':
      return paymentSent(draft, event)
    case 'payment_failed':
      return paymentFailed(draft, event)
    case 'payment_received':
      return paymentReceived(draft, event)
    case 'reserve_updated':
      return reserveUpdated(draft, event)
    case 'reserve_sent':
      return begin(draft, 'reserve_transfer', event.to, event)
    case 'collateral_requested':
      return begin(draft, 'collateral', event.counterparty, event)
    case 'batch_failed':
      return batchFailed(draft, event)
    case 'account':
      return accountEvent(draft, event.counterparty, event.event, event.isLeft)
    case 'deposit_sent':
      return begin(draft, 'deposit', null, event)
    case 'withdrawal_sent':
      return withdrawalSent(draft, event)
    case 'dispute_called':
    case 'dispute_started':
      return disputeBegun(draft, event.counterparty)
    case 'dispute_finalized':
      return disputeFinalized(draft, event)
    case 'debt_created':
      return debtCreated(draft, event)
    case 'debt_enforced':
      return debtEnforced(draft, event)
    case 'account_opened':
    case 'account_frozen':
    case 'account_resynced':
    case 'payment_forwarded':
    case 'call_failed':
    case 'settlement_handed_in':
    case 'dispute_countered':
    case 'preimage_revealed':
      return
  }
}

/** The frames of an account that speak of a lock, of those still in memory, oldest first. */
const framesOf = (draft: ActivityDraft, counterparty: EntityId, hashlock: Bytes): readonly string[] => {
  const account = stateOf(draft).accounts.get(counterparty)
  if (account === undefined) return []
  const speaks = ({ accountTxs }: AccountFrame): boolean =>
    accountTxs.some(
      (tx) => (tx.type === 'htlc_lock' || tx.type === 'htlc_resolve') && equalBytes(tx.hashlock, hashlock),
    )
  // Each frame names the one before it, so none needs to be hashed again.
  const found = account.frames.flatMap(({ frame }, i) => {
    const hash = account.frames[i - 1]?.frame.prevFrameHash ?? account.state.frameHash
    return speaks(frame) ? [toHex(hash)] : []
  })
  return found.slice(0, MAX_FRAMES).reverse()
}

const outgoing = (draft: ActivityDraft, payment: Payment, status: ActivityEntry['status']): ActivityEntry => {
  const { paymentId: id, to: counterparty, tokenId, amount, fee, memo } = payment
  return newEntry(draft, { id, kind: 'payment_out', status, counterparty, tokenId, amount, fee, memo })
}

const paymentSent = (draft: ActivityDraft, event: Event<'payment_sent'>): void => {
  const { payment, hashlock, preimage, isProof } = event
  const proof = { paymentId: payment.paymentId, hashlock: toHex(hashlock), preimage: toHex(preimage), isProof }
  const { phase } = payment
  const frameHashes = phase.type === 'locked' ? framesOf(draft, phase.via, hashlock) : []
  end(draft, { ...outgoing(draft, payment, 'sent'), proof }, { frameHashes })
}

const paymentFailed = (draft: ActivityDraft, { payment, reason }: Event<'payment_failed'>): void => {
  const { phase } = payment
  const frameHashes = phase.type === 'locked' ? framesOf(draft, phase.via, phase.hashlock) : []
  end(draft, { ...outgoing(draft, payment, 'failed'), fee: 0n, failure: reason }, { frameHashes })
}

const paymentReceived = (draft: ActivityDraft, event: Event<'payment_received'>): void => {
  const { from, payer, hashlock: hash, preimage, tokenId, amount, memo, isProof } = event
  const hashlock = toHex(hash)
  // A payer that draws its own preimage may draw the same one twice; the second payment is a second entry.
  const id = find(draft, hashlock) === undefined ? hashlock : freshId(draft, hashlock)
  const proof = { paymentId: hashlock, hashlock, preimage: toHex(preimage), isProof }
  const entry = { id, kind: 'payment_in', status: 'received', tokenId, amount, memo, proof } as const
  end(draft, newEntry(draft, { ...entry, counterparty: payer ?? from }), { frameHashes: framesOf(draft, from, hash) })
}

const accountEvent = (draft: ActivityDraft, counterparty: EntityId, event: AccountEvent, isLeft: boolean): void => {
  if (event.type === 'paid') {
    const { tokenId, amount, memo } = event
    const isOut = event.byLeft === isLeft
    const entry = isOut
      ? ({ kind: 'payment_out', status: 'sent' } as const)
      : ({ kind: 'payment_in', status: 'received' } as const)
    end(draft, newEntry(draft, { id: freshId(draft, 'direct'), ...entry, counterparty, tokenId, amount, memo }))
  }
  if (event.type === 'settled') settled(draft, counterparty, event)
  if (event.type === 'settlement_proposed') settlementProposed(draft, counterparty, event.settlement)
  if (event.type === 'settlement_ended') settlementEnded(draft, counterparty, event)
}
