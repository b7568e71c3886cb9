/**
 * Sort index: the accounts of an entity in the order of one key (and token), shared by everyone who looks, and kept
 * in order as accounts change. Ties are broken by counterparty id, ascending in both directions.
 *
 * Cost: built once in O(n log n); then one comparison of two versions of the account map per look, and per changed
 * account two binary searches. Few changes are spliced in place (a block move of the array); many are merged in one
 * pass. A page costs its own length and two binary searches, wherever it lies.
 */
import type { AccountReplica } from '../account/types.ts'
import type { MerkleMap } from '../lib/merkle.ts'
import { byCodePoint, type EntityId, type TokenId } from '../lib/units.ts'
import { positionIn } from './positions.ts'
import type { AccountSortKey, SortDirection } from './types.ts'

export type SortValue = bigint | number | string
/** Where an account stands; also the way to name a place that stays the same while accounts come and go. */
export type Place = { readonly value: SortValue; readonly id: EntityId }

export type Ranked = {
  readonly size: number
  /** At most `count` places from the `from`-th (0-based) on. */
  readonly page: (from: number, count: number, direction: SortDirection) => readonly Place[]
  /** How many stand before the place; it need not be taken. */
  readonly before: (place: Place, direction: SortDirection) => number
  readonly has: (place: Place) => boolean
}

export type SortSpec = { readonly entityId: EntityId; readonly key: AccountSortKey; readonly tokenId: TokenId }
export type SortIndexes = {
  /** Of this version of the accounts; any version may follow any other. Good until the next call. */
  readonly ranked: (spec: SortSpec, accounts: MerkleMap<AccountReplica>) => Ranked
}

/** A token the account does not hold counts as nothing. */
export const sortValue = (
  id: EntityId,
  account: AccountReplica,
  { key, tokenId }: Omit<SortSpec, 'entityId'>,
): SortValue => {
  switch (key) {
    case 'created':
      return account.createdAtHeight
    case 'updated':
      return account.updatedAtHeight
    case 'counterparty':
      return id
    default:
      return positionIn(account, tokenId)?.[key] ?? 0n
  }
}

/** Indexes by these keys serve every token. */
const IS_BY_TOKEN: { readonly [K in AccountSortKey]: boolean } = {
  inbound: true,
  outbound: true,
  collateral: true,
  balance: true,
  created: false,
  updated: false,
  counterparty: false,
}
const nameOf = ({ entityId, key, tokenId }: SortSpec): string => `${entityId}/${key}/${IS_BY_TOKEN[key] ? tokenId : ''}`

const compare = (a: Place, b: Place): number => {
  if (a.value === b.value) return byCodePoint(a.id, b.id)
  return a.value < b.value ? -1 : 1
}

/** The first index at which `isPast` holds; it must hold for everything after. */
const firstWhere = (places: readonly Place[], isPast: (place: Place) => boolean): number => {
  let [low, high] = [0, places.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (isPast(places[middle] as Place)) high = middle
    else low = middle + 1
  }
  return low
}
const indexOf = (places: readonly Place[], place: Place): number =>
  firstWhere(places, (other) => compare(other, place) >= 0)

/** The run of equal values around index `at`, as [first, behind the last]. */
const runAround = (places: readonly Place[], at: number): readonly [number, number] => {
  const { value } = places[at] as Place
  const isAlone = places[at - 1]?.value !== value && places[at + 1]?.value !== value
  if (isAlone) return [at, at + 1]
  return [firstWhere(places, (other) => other.value >= value), firstWhere(places, (other) => other.value > value)]
}

/** Runs of equal values from the highest down, each in ascending order of its ids. */
const descending = (places: readonly Place[], from: number, count: number): readonly Place[] => {
  const page: Place[] = []
  const size = places.length
  let rank = from
  while (rank < size && page.length < count) {
    const [first, behind] = runAround(places, size - 1 - rank)
    const offset = rank - (size - behind)
    const part = places.slice(first + offset, Math.min(behind, first + offset + count - page.length))
    page.push(...part)
    rank += part.length
  }
  return page
}

const rankedOver = (places: readonly Place[]): Ranked => ({
  size: places.length,
  page: (from, count, direction) =>
    direction === 'asc' ? places.slice(from, from + count) : descending(places, from, count),
  before: (place, direction) => {
    const index = indexOf(places, place)
    if (direction === 'asc') return index
    const first = firstWhere(places, (other) => other.value >= place.value)
    const behind = firstWhere(places, (other) => other.value > place.value)
    return places.length - behind + (index - first)
  },
  has: (place) => {
    const other = places[indexOf(places, place)]
    return other !== undefined && compare(other, place) === 0
  },
})

type Index = { accounts: MerkleMap<AccountReplica>; places: Place[] }

/** Above this many changes one pass over the array beats moving its blocks for each. */
const MAX_SPLICES = 16
/** Indexes kept; the one unused for longest is forgotten. */
const MAX_INDEXES = 32

const splice = (places: Place[], removed: readonly Place[], added: readonly Place[]): void => {
  for (const place of removed) places.splice(indexOf(places, place), 1)
  for (const place of added) places.splice(indexOf(places, place), 0, place)
}

/** `removed` and `added` in order. */
const merge = (places: readonly Place[], removed: readonly Place[], added: readonly Place[]): Place[] => {
  const merged: Place[] = []
  let [out, into] = [0, 0]
  for (const place of places) {
    const gone = removed[out]
    if (gone !== undefined && compare(gone, place) === 0) {
      out++
      continue
    }
    for (let next = added[into]; next !== undefined && compare(next, place) < 0; next = added[++into]) merged.push(next)
    merged.push(place)
  }
  for (let next = added[into]; next !== undefined; next = added[++into]) merged.push(next)
  return merged
}

const update = (
  index: Index,
  accounts: MerkleMap<AccountReplica>,
  placeOf: (id: string, account: AccountReplica) => Place,
): void => {
  const removed: Place[] = []
  const added: Place[] = []
  for (const { key, before, after } of accounts.changesSince(index.accounts)) {
    const was = before === undefined ? null : placeOf(key, before)
    const is = after === undefined ? null : placeOf(key, after)
    if (was !== null && is !== null && was.value === is.value) continue
    if (was !== null) removed.push(was)
    if (is !== null) added.push(is)
  }
  index.accounts = accounts
  if (removed.length + added.length <= MAX_SPLICES) splice(index.places, removed, added)
  else index.places = merge(index.places, removed.sort(compare), added.sort(compare))
}

export const createSortIndexes = (): SortIndexes => {
  const indexes = new Map<string, Index>()
  const build = (
    accounts: MerkleMap<AccountReplica>,
    placeOf: (id: string, account: AccountReplica) => Place,
  ): Index => {
    const places: Place[] = []
    for (const [id, account] of accounts.entries()) places.push(placeOf(id, account))
    return { accounts, places: places.sort(compare) }
  }
  return {
    ranked: (spec, accounts) => {
      const name = nameOf(spec)
      const placeOf = (id: string, account: AccountReplica): Place => {
        const entityId = id as EntityId
        return { value: sortValue(entityId, account, spec), id: entityId }
      }
      const index = indexes.get(name) ?? build(accounts, placeOf)
      update(index, accounts, placeOf)
      // Last used, last forgotten.
      indexes.delete(name)
      indexes.set(name, index)
      const [oldest] = indexes.keys()
      if (indexes.size > MAX_INDEXES && oldest !== undefined) indexes.delete(oldest)
      return rankedOver(index.places)
    },
  }
}
