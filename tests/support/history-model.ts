/**
 * History read the plain way: every row of it, filtered, sliced and added up with nothing kept. What the paged reader
 * answers is held to this; other tests use it to look at what a runtime has written.
 */
import { decode, uint } from '../../runtime/codec/schema.ts'
import type { Bytes } from '../../runtime/lib/bytes.ts'
import type { EntityId } from '../../runtime/lib/units.ts'
import { collateralCodec, type KnownByEntity } from '../../runtime/radapter/activity.ts'
import { type BalancePoint, pickedOf } from '../../runtime/radapter/activity-balances.ts'
import { choiceOf, isChosen } from '../../runtime/radapter/activity-choice.ts'
import { collateralUnder, entriesUnder, entryKey, idKey } from '../../runtime/radapter/activity-keys.ts'
import type { Needs } from '../../runtime/radapter/activity-known.ts'
import type { EntryWithBalance } from '../../runtime/radapter/activity-methods.ts'
import type { ActivityQuery } from '../../runtime/radapter/activity-page.ts'
import { type ActivityRecord, type Placed, readRecord, traitsOf } from '../../runtime/radapter/activity-record.ts'
import type { ActivityPage } from '../../runtime/radapter/types.ts'

export type Rows = ReadonlyMap<string, Bytes>

/** A row is not decoded twice. */
const decoded = new WeakMap<Bytes, Placed>()

/** Oldest first. */
export const recordsIn = (rows: Rows, entityId: EntityId): readonly Placed[] =>
  [...rows]
    .filter(([key]) => key.startsWith(entriesUnder(entityId)))
    .map(([key, value]) => {
      const placed = decoded.get(value) ?? readRecord({ key, value })
      decoded.set(value, placed)
      return placed
    })
    .sort((a, b) => a.place - b.place)

const effect = ({ entry: { kind, status, amount, fee } }: ActivityRecord): bigint => {
  if (status === 'failed' || status === 'pending') return 0n
  if (kind === 'payment_out') return -amount - fee
  if (kind === 'payment_in' || kind === 'deposit') return amount
  return kind === 'reserve_transfer' || kind === 'withdrawal' ? -amount : 0n
}

/** The running balance after each entry that moved it, in the order of their ends. */
const balancesAfter = (placed: readonly Placed[], tokenId: number) => {
  const ended = placed
    .filter(({ record }) => record.endedHeight !== null && record.entry.tokenId === tokenId)
    .filter(({ record }) => record.total !== null || effect(record) !== 0n)
    .sort(
      (a, b) =>
        Number(a.record.endedHeight) - Number(b.record.endedHeight) ||
        Number(a.record.total !== null) - Number(b.record.total !== null) ||
        a.place - b.place,
    )
  let balance = 0n
  return ended.map(({ place, record }) => {
    balance = record.total ?? balance + effect(record)
    return { place, height: Number(record.endedHeight), balance }
  })
}

/** One for each height. */
const pointsOf = (placed: readonly Placed[], tokenId: number): readonly BalancePoint[] => [
  ...new Map(
    balancesAfter(placed, tokenId).map(({ height, balance }) => [height, { height, balance }] as const),
  ).values(),
]

type As = Pick<ActivityQuery, 'height' | 'book'>

const entryAt = ({ record }: Placed, balance: bigint | null, { height, book }: As): EntryWithBalance => {
  const { entry, endedHeight } = record
  const name = book?.byId.get(entry.counterpartyId as EntityId)?.name
  const isLater = endedHeight !== null && endedHeight > height
  return {
    ...entry,
    ...(isLater ? { status: 'pending' as const, failure: '', proof: null } : {}),
    ...(name === undefined ? {} : { counterpartyLabel: name }),
    balance: isLater || endedHeight === null ? null : balance,
  }
}

/** All that match, newest first. */
export const modelAll = (rows: Rows, query: Omit<ActivityQuery, 'page' | 'pageSize'>): readonly EntryWithBalance[] => {
  const placed = recordsIn(rows, query.entityId)
  const choice = choiceOf(query)
  const tokens = new Set(placed.map(({ record }) => record.entry.tokenId))
  const after = new Map(
    [...tokens].flatMap((tokenId) =>
      balancesAfter(placed, tokenId).map(({ place, balance }) => [place, balance] as const),
    ),
  )
  return placed
    .filter(({ record }) => record.entry.height <= query.height)
    .filter(({ record }) => choice === null || isChosen(choice, traitsOf(record), query.height))
    .reverse()
    .map((one) => entryAt(one, after.get(one.place) ?? null, query))
}

export const modelPage = (rows: Rows, query: ActivityQuery): ActivityPage => {
  const { entityId, height, pageSize, balanceOf = null } = query
  const all = modelAll(rows, query).map(({ balance: _, ...entry }) => entry)
  const totalPages = Math.max(1, Math.ceil(all.length / pageSize))
  const page = Math.min(Math.max(1, query.page), totalPages)
  const points =
    balanceOf === null ? [] : pointsOf(recordsIn(rows, entityId), balanceOf).filter((point) => point.height <= height)
  return {
    entries: all.slice((page - 1) * pageSize, page * pageSize),
    page,
    totalPages,
    totalEntries: all.length,
    balances: pickedOf(points.length).map((number) => points[number - 1]?.balance ?? 0n),
  }
}

/** What an entry says now. */
export const modelEntry = (rows: Rows, entityId: EntityId, id: string): ActivityRecord | undefined =>
  recordsIn(rows, entityId).find(({ record }) => record.entry.id === id)?.record

/** What a tick has to know, looked up at once. */
export const knownIn = (rows: Rows, needs: ReadonlyMap<EntityId, Needs>): KnownByEntity =>
  new Map(
    [...needs].map(([entityId, { ids, accounts }]) => {
      const placed = [...ids].flatMap((id) => {
        const place = decode(uint, rows.get(idKey(entityId, id)) ?? new Uint8Array())
        const key = place.type === 'ok' ? entryKey(entityId, place.value) : ''
        const value = rows.get(key)
        return value === undefined ? [] : [[id, readRecord({ key, value })] as const]
      })
      const collateral = [...accounts].flatMap((account) => {
        const prefix = collateralUnder(entityId, account)
        return [...rows]
          .filter(([key]) => key.startsWith(prefix))
          .map(([key, value]) => [`${account}/${key.slice(prefix.length)}`, figureOf(value)] as const)
      })
      return [entityId, { records: new Map(placed), collateral: new Map(collateral) }] as const
    }),
  )

const figureOf = (value: Bytes): bigint => {
  const read = decode(collateralCodec, value)
  if (read.type === 'ok') return read.value
  throw new Error(read.reason)
}
