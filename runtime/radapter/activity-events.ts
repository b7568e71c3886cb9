/** What each event of a tick writes into the history of its entity. */

import type { AccountEvent, AccountFrame } from '../account/types.ts'
import type { EntityEvent, EntityState, Payment } from '../entity/types.ts'
import { formatAmount } from '../lib/amount.ts'
import { present } from '../lib/assert.ts'
import { type Bytes, equalBytes, toHex } from '../lib/bytes.ts'
import type { MerkleMap } from '../lib/merkle.ts'
import type { EntityId, TokenId } from '../lib/units.ts'
import type { Env } from '../types.ts'
import { collateralKey, type EntityBook, isOpen, recordOf } from './activity-book.ts'
import { type ActivityFields, type ActivityRecord, activityRecord, MAX_FRAMES } from './activity-record.ts'
import { labelOf } from './names.ts'
import type { ActivityEntry } from './types.ts'

/** Place and time of a committed tick. */
export type Tick = { readonly height: number; readonly timestampMs: number }

/** One entity's history while a tick is being written into it. */
export type ActivityDraft = {
  readonly env: Env
  readonly tick: Tick
  readonly entityId: EntityId
  readonly before: EntityBook
  /** By id. */
  readonly changed: Map<string, ActivityRecord>
  open: readonly string[]
  collateral: MerkleMap<bigint>
}

export const draftOf = (before: EntityBook, at: Pick<ActivityDraft, 'env' | 'tick' | 'entityId'>): ActivityDraft => ({
  ...at,
  before,
  changed: new Map(),
  open: before.open,
  collateral: before.collateral,
})

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
      return event.after > event.before ? deposited(draft, event) : undefined
    case 'reserve_sent':
      return begin(draft, 'reserve_transfer', event.to, event)
    case 'collateral_requested':
      return begin(draft, 'collateral', event.counterparty, event)
    case 'batch_failed':
      return batchFailed(draft, event)
    case 'account':
      return accountEvent(draft, event.counterparty, event.event, event.isLeft)
    case 'account_opened':
    case 'account_frozen':
    case 'payment_forwarded':
    case 'call_failed':
    case 'deposit_sent':
    case 'withdrawal_sent':
    case 'settlement_handed_in':
    case 'dispute_called':
    case 'dispute_started':
    case 'dispute_countered':
    case 'dispute_finalized':
    case 'preimage_revealed':
    case 'debt_created':
    case 'debt_enforced':
      return
  }
}

const find = (draft: ActivityDraft, id: string): ActivityRecord | undefined =>
  draft.changed.get(id) ?? recordOf(draft.before, id)

const stateOf = ({ env, entityId }: ActivityDraft): EntityState => present(env.eReplicas.get(entityId), entityId).state

const amountText = (draft: ActivityDraft, amount: bigint, tokenId: TokenId): string => {
  const chain = draft.env.jReplicas.get(stateOf(draft).jurisdiction)
  const token = chain?.tokens.find((candidate) => candidate.tokenId === tokenId)
  if (token === undefined) return amount.toString()
  return `${formatAmount(amount, token.decimals, { rounding: 'down', maxDecimals: token.decimals })} ${token.symbol}`
}

/** A new record, or what is new about a known one; it keeps the place it began at. */
const write = (draft: ActivityDraft, fields: Pick<ActivityFields, 'entry'> & Partial<ActivityFields>): void => {
  const known = find(draft, fields.entry.id)
  const { height, timestamp } = known?.entry ?? fields.entry
  const entry: ActivityEntry = { ...fields.entry, height, timestamp }
  const record = activityRecord({
    amountText: amountText(draft, entry.amount, entry.tokenId as TokenId),
    endedHeight: known?.endedHeight ?? null,
    nonce: known?.nonce ?? null,
    settled: known?.settled ?? null,
    frameHashes: known?.frameHashes ?? [],
    ...fields,
    entry,
  })
  draft.changed.set(entry.id, record)
  const others = draft.open.filter((id) => id !== entry.id)
  if (isOpen(record)) draft.open = draft.open.includes(entry.id) ? draft.open : [...others, entry.id]
  else if (others.length < draft.open.length) draft.open = others
}

/** `entry` has its final status. */
const end = (
  draft: ActivityDraft,
  entry: ActivityEntry,
  also: Partial<Pick<ActivityFields, 'settled' | 'frameHashes'>> = {},
): void => write(draft, { entry, endedHeight: draft.tick.height, ...also })

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

/** An id of our own making, in the order of this tick's events. */
const freshId = (draft: ActivityDraft, prefix: string): string =>
  `${prefix}-${draft.tick.height}-${draft.changed.size.toString().padStart(4, '0')}`

const newEntry = (
  { env, tick }: ActivityDraft,
  fields: Pick<ActivityEntry, 'id' | 'kind' | 'status' | 'tokenId' | 'amount'> &
    Partial<ActivityEntry> & { readonly counterparty: EntityId | null },
): ActivityEntry => {
  const { counterparty, ...rest } = fields
  return {
    height: tick.height,
    timestamp: tick.timestampMs,
    counterpartyId: counterparty ?? '',
    counterpartyLabel: counterparty === null ? '' : labelOf(env, counterparty),
    fee: 0n,
    memo: '',
    failure: '',
    proof: null,
    ...rest,
  }
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

const deposited = (draft: ActivityDraft, { tokenId, before, after }: Event<'reserve_updated'>): void => {
  const id = freshId(draft, 'deposit')
  const amount = after - before
  end(draft, newEntry(draft, { id, kind: 'deposit', status: 'received', counterparty: null, tokenId, amount }))
}

/** An operation that the chain has yet to carry out. */
const begin = (
  draft: ActivityDraft,
  kind: 'reserve_transfer' | 'collateral',
  counterparty: EntityId,
  { tokenId, amount }: { readonly tokenId: TokenId; readonly amount: bigint },
): void => {
  const id = freshId(draft, kind === 'collateral' ? 'collateral' : 'reserve')
  write(draft, { entry: newEntry(draft, { id, kind, status: 'pending', counterparty, tokenId, amount }) })
}

const openRecords = (draft: ActivityDraft): readonly ActivityRecord[] =>
  draft.open.map((id) => present(find(draft, id), 'an open operation has its entry'))

const batchFailed = (draft: ActivityDraft, { nonce, reason }: Event<'batch_failed'>): void => {
  for (const record of openRecords(draft))
    if (record.nonce === nonce) end(draft, { ...record.entry, status: 'failed', failure: reason })
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
}

/**
 * Both sides have agreed on what the chain did. What our own requests do not explain, the other side put in. The
 * amount on record afterwards tells the next settlement what has changed.
 */
const settled = (
  draft: ActivityDraft,
  counterparty: EntityId,
  { tokenId, collateral, jHeight }: Extract<AccountEvent, { type: 'settled' }>,
): void => {
  const key = collateralKey(counterparty, tokenId)
  let rest = collateral - (draft.collateral.get(key) ?? 0n)
  draft.collateral = draft.collateral.set(key, collateral)
  const after = { jHeight, collateral }
  for (const { entry, nonce } of openRecords(draft)) {
    const isOurs = entry.kind === 'collateral' && entry.counterpartyId === counterparty && entry.tokenId === tokenId
    if (!isOurs || nonce === null || nonce > stateOf(draft).batch.nonce || entry.amount > rest) continue
    rest -= entry.amount
    end(draft, { ...entry, status: 'sent' }, { settled: after })
  }
  if (rest === 0n) return
  const status = rest > 0n ? 'received' : 'sent'
  const amount = rest > 0n ? rest : -rest
  const entry = { id: freshId(draft, 'settled'), kind: 'collateral', status, tokenId, amount } as const
  end(draft, newEntry(draft, { ...entry, counterparty }), { settled: after })
}

/** Which batch the waiting operations went into, and which of them the chain has carried out. */
export const followChain = (draft: ActivityDraft): void => {
  if (draft.open.length === 0) return
  const { batch } = stateOf(draft)
  const isWaiting = batch.draft.reserveToReserve.length + batch.draft.reserveToCollateral.length > 0
  for (const { entry, nonce, ...known } of openRecords(draft)) {
    // A draft is sent off whole, at the end of a tick: where none is left, everything is in the last batch.
    if (nonce === null && !isWaiting) write(draft, { ...known, entry, nonce: batch.inFlight?.jTx.nonce ?? batch.nonce })
    else if (nonce !== null && nonce <= batch.nonce && entry.kind === 'reserve_transfer')
      end(draft, { ...entry, status: 'sent' })
  }
}
