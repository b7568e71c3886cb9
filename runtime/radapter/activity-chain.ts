/**
 * What the chain has to do with an entity, as entries of its history: operations of its batches, settlements, disputes
 * and debts. Each is pending until the chain, or the other side, has answered for it.
 */
import type { AccountEvent, Settlement } from '../account/types.ts'
import type { EntityEvent } from '../entity/events.ts'
import type { Debt } from '../entity/types.ts'
import { type EntityId, max, min, type TokenId } from '../lib/units.ts'
import {
  type ActivityDraft,
  collateralOf,
  end,
  find,
  freshId,
  newEntry,
  openRecords,
  setCollateral,
  stateOf,
  totalOf,
  write,
} from './activity-draft.ts'
import type { ActivityRecord } from './activity-record.ts'
import { positionsIn } from './positions.ts'
import { onChainOf } from './stakes.ts'
import type { ActivityEntry } from './types.ts'

type Event<T extends EntityEvent['type']> = Extract<EntityEvent, { type: T }>
type Amount = { readonly tokenId: TokenId; readonly amount: bigint }

const PREFIX = {
  reserve_transfer: 'reserve',
  collateral: 'collateral',
  deposit: 'deposit',
  withdrawal: 'withdrawal',
} as const

/** An operation that the chain has yet to carry out. */
export const begin = (
  draft: ActivityDraft,
  kind: keyof typeof PREFIX,
  counterparty: EntityId | null,
  { tokenId, amount }: Amount,
): void => {
  const id = freshId(draft, PREFIX[kind])
  write(draft, { entry: newEntry(draft, { id, kind, status: 'pending', counterparty, tokenId, amount }) })
}

/** The address is all that is known of who is on the other side. */
export const withdrawalSent = (draft: ActivityDraft, { to, tokenId, amount }: Event<'withdrawal_sent'>): void => {
  const id = freshId(draft, PREFIX.withdrawal)
  const entry = newEntry(draft, { id, kind: 'withdrawal', status: 'pending', counterparty: null, tokenId, amount })
  write(draft, { entry: { ...entry, counterpartyId: to, counterpartyLabel: to } })
}

const ofKind = (draft: ActivityDraft, kind: ActivityEntry['kind'], counterparty: EntityId): readonly ActivityRecord[] =>
  openRecords(draft).filter(({ entry }) => entry.kind === kind && entry.counterpartyId === counterparty)

const isProcessed = (draft: ActivityDraft, { nonce }: ActivityRecord): boolean =>
  nonce !== null && nonce <= stateOf(draft).batch.nonce

/** A change of the reserve is explained by what is known to be under way; what comes in beyond that is a deposit. */
export const reserveUpdated = (draft: ActivityDraft, { tokenId, before, after }: Event<'reserve_updated'>): void => {
  const change = lessDebts(draft, tokenId, after - before)
  if (change === 0n || endSettled(draft, tokenId, change) || countJudged(draft, tokenId, change)) return
  if (change < 0n) return
  const asked = openRecords(draft).find(
    (record) => record.entry.kind === 'deposit' && record.entry.tokenId === tokenId && isProcessed(draft, record),
  )
  const id = asked?.entry.id ?? freshId(draft, PREFIX.deposit)
  end(draft, newEntry(draft, { id, kind: 'deposit', status: 'received', counterparty: null, tokenId, amount: change }))
}

/** Without what debts paid in this tick account for. */
const lessDebts = (draft: ActivityDraft, tokenId: TokenId, change: bigint): bigint => {
  const { paidIn, paidOut } = draft.unexplained.get(tokenId) ?? debtsOf(draft, tokenId)
  const [takenIn, takenOut] = [min(max(change, 0n), paidIn), min(max(-change, 0n), paidOut)]
  draft.unexplained.set(tokenId, { paidIn: paidIn - takenIn, paidOut: paidOut - takenOut })
  return change - takenIn + takenOut
}

const debtsOf = ({ events, entityId }: ActivityDraft, tokenId: TokenId) => {
  const paid = events.filter((event) => event.type === 'debt_enforced' && event.debt.tokenId === tokenId)
  const sum = (isIn: boolean): bigint =>
    paid.reduce(
      (total, event) =>
        event.type === 'debt_enforced' && (event.debt.creditor === entityId) === isIn ? total + event.paid : total,
      0n,
    )
  return { paidIn: sum(true), paidOut: sum(false) }
}

const ownDiff = (draft: ActivityDraft, counterparty: EntityId, settlement: Settlement, tokenId: number): bigint => {
  const diff = settlement.diffs.find((one) => one.tokenId === tokenId)
  return (draft.entityId < counterparty ? diff?.leftDiff : diff?.rightDiff) ?? 0n
}

/** The chain has done a settlement: its part in this token is over. */
const endSettled = (draft: ActivityDraft, tokenId: TokenId, change: bigint): boolean => {
  const { accounts } = stateOf(draft)
  const done = openRecords(draft).find(({ entry }) => {
    if (entry.kind !== 'settlement' || entry.status !== 'pending' || entry.tokenId !== tokenId) return false
    const counterparty = entry.counterpartyId as EntityId
    const settlement = accounts.get(counterparty)?.state.settlement ?? null
    return settlement !== null && ownDiff(draft, counterparty, settlement, tokenId) === change
  })
  if (done !== undefined) end(draft, { ...done.entry, status: 'sent' })
  return done !== undefined
}

const judgedNow = ({ events }: ActivityDraft): readonly EntityId[] =>
  events.flatMap((event) => (event.type === 'dispute_finalized' ? [event.counterparty] : []))

/** What comes and goes with a judgement belongs to its dispute. */
const countJudged = (draft: ActivityDraft, tokenId: TokenId, change: bigint): boolean => {
  const [counterparty] = judgedNow(draft)
  if (counterparty === undefined) return false
  const isOwnOperation = openRecords(draft).some(
    (record) => record.entry.tokenId === tokenId && record.entry.amount === -change && isProcessed(draft, record),
  )
  if (isOwnOperation) return false
  const byToken = draft.judged.get(counterparty) ?? new Map<TokenId, bigint>()
  draft.judged.set(counterparty, byToken.set(tokenId, (byToken.get(tokenId) ?? 0n) + change))
  return true
}

export const batchFailed = (draft: ActivityDraft, { nonce, reason }: Event<'batch_failed'>): void => {
  const { accounts } = stateOf(draft)
  for (const { entry, nonce: own } of openRecords(draft)) {
    // The other side may have called the court first: then there is a dispute all the same.
    const isRunning = entry.kind === 'dispute' && accounts.get(entry.counterpartyId)?.status.type === 'disputed'
    if (own === nonce && !isRunning) end(draft, { ...entry, status: 'failed', failure: reason })
  }
}

/** One entry a token: what moves to or from the reserve, or, where nothing does, what the other side takes. */
export const settlementProposed = (draft: ActivityDraft, counterparty: EntityId, settlement: Settlement): void => {
  for (const { tokenId, leftDiff, rightDiff } of settlement.diffs) {
    const own = ownDiff(draft, counterparty, settlement, tokenId)
    const shown = own === 0n ? leftDiff + rightDiff : own
    const id = freshId(draft, 'settlement')
    const amount = shown < 0n ? -shown : shown
    write(draft, {
      entry: newEntry(draft, { id, kind: 'settlement', status: 'pending', counterparty, tokenId, amount }),
    })
  }
}

export const settlementEnded = (
  draft: ActivityDraft,
  counterparty: EntityId,
  { settlement, isDone }: Extract<AccountEvent, { type: 'settlement_ended' }>,
): void => {
  const failure = settlement.approvedAtHeight === null ? 'settlement_refused' : 'settlement_expired'
  for (const record of ofKind(draft, 'settlement', counterparty)) {
    const { entry } = record
    const isPending = entry.status === 'pending'
    if (!isDone) end(draft, { ...entry, status: 'failed', failure })
    else if (isPending) end(draft, { ...entry, status: 'sent' }, { settled: agreedOn(draft, record) })
    else write(draft, { entry, settled: agreedOn(draft, record) })
  }
}

/** What both sides know of the collateral by now. */
const agreedOn = (draft: ActivityDraft, { entry, settled: known }: ActivityRecord): ActivityRecord['settled'] => {
  const collateral = collateralOf(draft, entry.counterpartyId, entry.tokenId)
  return known ?? { jHeight: jHeightOf(draft), collateral }
}

const jHeightOf = (draft: ActivityDraft): number => draft.env.jReplicas.get(stateOf(draft).jurisdiction)?.height ?? 0

/** What a settlement that was done in this tick took out of the collateral. */
const settledAway = ({ events }: ActivityDraft, counterparty: EntityId, tokenId: TokenId): bigint =>
  events
    .flatMap((event) =>
      event.type === 'account' &&
      event.counterparty === counterparty &&
      event.event.type === 'settlement_ended' &&
      event.event.isDone
        ? event.event.settlement.diffs
        : [],
    )
    .filter((diff) => diff.tokenId === tokenId)
    .reduce((sum, { leftDiff, rightDiff }) => sum + leftDiff + rightDiff, 0n)

/**
 * Both sides have agreed on what the chain did. What neither our own requests nor a settlement explain, the other side
 * put in. The amount on record afterwards tells the next one what has changed.
 */
export const settled = (
  draft: ActivityDraft,
  counterparty: EntityId,
  { tokenId, collateral, jHeight }: Extract<AccountEvent, { type: 'settled' }>,
): void => {
  const away = settledAway(draft, counterparty, tokenId)
  let rest = collateral - collateralOf(draft, counterparty, tokenId) + away
  setCollateral(draft, counterparty, tokenId, collateral)
  const after = { jHeight, collateral }
  for (const { entry, nonce } of openRecords(draft)) {
    const isOurs = entry.kind === 'collateral' && entry.counterpartyId === counterparty && entry.tokenId === tokenId
    if (!isOurs || nonce === null || nonce > stateOf(draft).batch.nonce || entry.amount > rest) continue
    rest -= entry.amount
    end(draft, { ...entry, status: 'sent' }, { settled: after })
  }
  for (const { entry } of ofKind(draft, 'settlement', counterparty))
    if (away !== 0n && entry.tokenId === tokenId) write(draft, { entry, settled: after })
  if (rest === 0n) return
  const status = rest > 0n ? 'received' : 'sent'
  const amount = rest > 0n ? rest : -rest
  const entry = { id: freshId(draft, 'settled'), kind: 'collateral', status, tokenId, amount } as const
  end(draft, newEntry(draft, { ...entry, counterparty }), { settled: after })
}

/** One entry for each token with something in it: our own part of the collateral, which the court secures. */
export const disputeBegun = (draft: ActivityDraft, counterparty: EntityId): void => {
  const account = stateOf(draft).accounts.get(counterparty)
  if (account === undefined || ofKind(draft, 'dispute', counterparty).length > 0) return
  const positions = positionsIn(account)
  const touched = positions.filter(
    ({ tokenId, balance }) => balance !== 0n || onChainOf(account, tokenId).collateral > 0n,
  )
  const shown = touched.length > 0 ? touched : positions.slice(0, 1)
  for (const { tokenId, outCollateral: amount } of shown) {
    const id = freshId(draft, 'dispute')
    write(draft, { entry: newEntry(draft, { id, kind: 'dispute', status: 'pending', counterparty, tokenId, amount }) })
  }
}

/** Judged: what came to the reserve is what each token's entry now says; nothing of the account is left. */
export const disputeFinalized = (draft: ActivityDraft, { counterparty }: Event<'dispute_finalized'>): void => {
  disputeBegun(draft, counterparty)
  const gone = { jHeight: jHeightOf(draft), collateral: 0n }
  const came = new Map(draft.judged.get(counterparty))
  const judge = (entry: ActivityEntry): void => {
    const tokenId = entry.tokenId as TokenId
    const net = came.get(tokenId) ?? 0n
    came.delete(tokenId)
    setCollateral(draft, counterparty, tokenId, 0n)
    end(
      draft,
      { ...entry, status: net < 0n ? 'sent' : 'received', amount: net < 0n ? -net : net },
      { settled: gone, total: totalOf(draft, tokenId) },
    )
  }
  for (const { entry } of ofKind(draft, 'dispute', counterparty)) judge(entry)
  for (const tokenId of came.keys()) {
    const id = freshId(draft, 'dispute')
    judge(newEntry(draft, { id, kind: 'dispute', status: 'received', counterparty, tokenId, amount: 0n }))
  }
  for (const { entry } of [...ofKind(draft, 'settlement', counterparty), ...ofKind(draft, 'collateral', counterparty)])
    if (entry.status === 'sent') write(draft, { entry, settled: gone })
    else end(draft, { ...entry, status: 'failed', failure: 'account_judged' })
}

export const debtEntryId = ({ debtor, tokenId, debtId }: Pick<Debt, 'debtor' | 'tokenId' | 'debtId'>): string =>
  `debt-${debtor}-${tokenId}-${debtId}`

const debtEntry = (draft: ActivityDraft, { debtor, creditor, tokenId, debtId, amount }: Debt): ActivityEntry => {
  const isIn = creditor === draft.entityId
  return newEntry(draft, {
    id: debtEntryId({ debtor, tokenId, debtId }),
    kind: isIn ? 'debt_in' : 'debt_out',
    status: 'pending',
    counterparty: isIn ? debtor : creditor,
    tokenId,
    amount,
  })
}

export const debtCreated = (draft: ActivityDraft, { debt }: Event<'debt_created'>): void =>
  write(draft, { entry: debtEntry(draft, debt) })

/** What was paid ends; what is left of the debt goes on waiting. */
export const debtEnforced = (draft: ActivityDraft, { debt, paid }: Event<'debt_enforced'>): void => {
  const left = debtEntry(draft, debt)
  const status = left.kind === 'debt_in' ? 'received' : 'sent'
  const total = totalOf(draft, debt.tokenId)
  if (debt.amount === 0n) return end(draft, { ...left, status, amount: paid }, { total })
  if (find(draft, left.id) !== undefined) write(draft, { entry: left })
  end(draft, { ...left, id: freshId(draft, 'debt-paid'), status, amount: paid }, { total })
}

/** Goes to the chain as a part of a batch. */
const isBatched = (draft: ActivityDraft, { kind, counterpartyId }: ActivityEntry): boolean =>
  kind in PREFIX || (kind === 'dispute' && stateOf(draft).accounts.get(counterpartyId)?.status.type === 'suing')

/** Which batch the waiting operations went into, and which of them the chain has carried out. */
export const followChain = (draft: ActivityDraft): void => {
  if (draft.open.length === 0) return
  const { batch } = stateOf(draft)
  const isWaiting = Object.values(batch.draft).some(({ length }) => length > 0)
  for (const { entry, nonce, ...known } of openRecords(draft)) {
    if (!isBatched(draft, entry)) continue
    // A draft is sent off whole, at the end of a tick: where none is left, everything is in the last batch.
    if (nonce === null && !isWaiting) write(draft, { ...known, entry, nonce: batch.inFlight?.jTx.nonce ?? batch.nonce })
    else if (nonce !== null && nonce <= batch.nonce) endProcessed(draft, entry)
  }
}

/** Collateral waits for both sides to agree on it; a dispute for its judgement. */
const endProcessed = (draft: ActivityDraft, entry: ActivityEntry): void => {
  if (entry.kind === 'deposit') end(draft, { ...entry, status: 'received' })
  else if (entry.kind === 'reserve_transfer' || entry.kind === 'withdrawal') end(draft, { ...entry, status: 'sent' })
}
