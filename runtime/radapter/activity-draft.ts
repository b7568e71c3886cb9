/** One entity's history while a tick is being written into it: its entries, found, begun, changed and ended. */
import { tokenKey } from '../entity/draft.ts'
import type { EntityEvent } from '../entity/events.ts'
import type { EntityState } from '../entity/types.ts'
import { formatAmount } from '../lib/amount.ts'
import { present } from '../lib/assert.ts'
import type { EntityId, TokenId } from '../lib/units.ts'
import type { Env } from '../types.ts'
import { collateralKey, type EntityBook, isOpen, type Known, placedOf } from './activity-book.ts'
import { type ActivityFields, type ActivityRecord, activityRecord, type Placed } from './activity-record.ts'
import { labelOf } from './names.ts'
import { positionIn } from './positions.ts'
import type { ActivityEntry } from './types.ts'

/** Place and time of a committed tick. */
export type Tick = { readonly height: number; readonly timestampMs: number }

export type ActivityDraft = {
  /** After the tick. */
  readonly env: Env
  readonly tick: Tick
  readonly entityId: EntityId
  /** All of the tick's; some explain others. */
  readonly events: readonly EntityEvent[]
  readonly before: EntityBook
  /** Of what the events name and `before` has no room for. */
  readonly known: Known
  /** By id. */
  readonly changed: Map<string, ActivityRecord>
  /** What the tick's debts brought to the reserve and took from it, as far as no change of it is explained by that yet. */
  readonly unexplained: Map<TokenId, { readonly paidIn: bigint; readonly paidOut: bigint }>
  /** What the tick's judgements brought to the reserve, by counterparty and token; negative where they took. */
  readonly judged: Map<EntityId, Map<TokenId, bigint>>
  /** Collateral as settled in this tick, by `collateralKey`. */
  readonly collateral: Map<string, bigint>
  /** Ids of those that wait, oldest first. */
  open: readonly string[]
}

export const draftOf = (
  before: EntityBook,
  at: Pick<ActivityDraft, 'env' | 'tick' | 'entityId' | 'events' | 'known'>,
): ActivityDraft => ({
  ...at,
  before,
  changed: new Map(),
  unexplained: new Map(),
  judged: new Map(),
  collateral: new Map(),
  open: [...before.open.keys()],
})

/** What was there before the tick. */
export const known = (draft: ActivityDraft, id: string): Placed | undefined =>
  placedOf(draft.before, id) ?? draft.known.records.get(id)

/** What the account held as last settled. */
export const collateralOf = (draft: ActivityDraft, counterpartyId: string, tokenId: number): bigint => {
  const key = collateralKey(counterpartyId, tokenId)
  return draft.collateral.get(key) ?? draft.known.collateral.get(key) ?? 0n
}
export const setCollateral = (draft: ActivityDraft, counterpartyId: string, tokenId: number, amount: bigint): void =>
  void draft.collateral.set(collateralKey(counterpartyId, tokenId), amount)

export const find = (draft: ActivityDraft, id: string): ActivityRecord | undefined =>
  draft.changed.get(id) ?? known(draft, id)?.record

export const stateOf = ({ env, entityId }: Pick<ActivityDraft, 'env' | 'entityId'>): EntityState =>
  present(env.eReplicas.get(entityId), entityId).state

const amountText = (draft: ActivityDraft, amount: bigint, tokenId: TokenId): string => {
  const chain = draft.env.jReplicas.get(stateOf(draft).jurisdiction)
  const token = chain?.tokens.find((candidate) => candidate.tokenId === tokenId)
  if (token === undefined) return amount.toString()
  return `${formatAmount(amount, token.decimals, { rounding: 'down', maxDecimals: token.decimals })} ${token.symbol}`
}

/** A new record, or what is new about a known one; it keeps the place it began at. */
export const write = (draft: ActivityDraft, fields: Pick<ActivityFields, 'entry'> & Partial<ActivityFields>): void => {
  const before = find(draft, fields.entry.id)
  const { height, timestamp } = before?.entry ?? fields.entry
  const entry: ActivityEntry = { ...fields.entry, height, timestamp }
  const record = activityRecord({
    amountText: amountText(draft, entry.amount, entry.tokenId as TokenId),
    endedHeight: before?.endedHeight ?? null,
    nonce: before?.nonce ?? null,
    settled: before?.settled ?? null,
    total: before?.total ?? null,
    balance: before?.balance ?? null,
    frameHashes: before?.frameHashes ?? [],
    ...fields,
    entry,
  })
  draft.changed.set(entry.id, record)
  const others = draft.open.filter((id) => id !== entry.id)
  if (isOpen(record)) draft.open = draft.open.includes(entry.id) ? draft.open : [...others, entry.id]
  else if (others.length < draft.open.length) draft.open = others
}

/** `entry` has its final status. */
export const end = (
  draft: ActivityDraft,
  entry: ActivityEntry,
  also: Partial<Pick<ActivityFields, 'settled' | 'total' | 'frameHashes'>> = {},
): void => write(draft, { entry, endedHeight: draft.tick.height, ...also })

/** An id of our own making, in the order of this tick's events. */
export const freshId = (draft: ActivityDraft, prefix: string): string =>
  `${prefix}-${draft.tick.height}-${draft.changed.size.toString().padStart(4, '0')}`

export const newEntry = (
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

/** Of operations and the like: what the chain, or the other side, has not answered for. */
export const openRecords = (draft: ActivityDraft): readonly ActivityRecord[] =>
  draft.open.map((id) => present(find(draft, id), 'an open operation has its entry'))

/**
 * What the entity has of a token: reserve and account balances. Null for a hub, which may have a million accounts, and
 * whose running balance nobody is shown.
 */
export const totalOf = (draft: ActivityDraft, tokenId: TokenId): bigint | null => {
  const { accounts, reserves, hubPolicy } = stateOf(draft)
  if (hubPolicy !== null) return null
  let total = reserves.get(tokenKey(tokenId)) ?? 0n
  for (const account of accounts.values()) total += positionIn(account, tokenId)?.balance ?? 0n
  return total
}
