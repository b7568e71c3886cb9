/**
 * Sort index: the accounts of an entity in the order of one key (and token), shared by everyone who looks, and kept
 * in order as accounts change. Ties are broken by counterparty id, ascending in both directions.
 *
 * Cost: built once by a radix sort; then one comparison of two versions of the account map per look, and per changed
 * account two binary searches. Few changes are spliced in place (a block move of the array); many are merged in one
 * pass.
 */
import { deltaKey } from '../account/keys.ts'
import type { AccountReplica } from '../account/types.ts'
import type { MerkleMap } from '../lib/merkle.ts'
import { byCodePoint, type EntityId, type TokenId } from '../lib/units.ts'
import { figureOf } from './positions.ts'
import { orderOf } from './radix.ts'
import { type Ordered, type Place, type Ranked, rankedOver, rankOf, type SortValue } from './ranked.ts'
import type { AccountSortKey } from './types.ts'

export type SortSpec = { readonly entityId: EntityId; readonly key: AccountSortKey; readonly tokenId: TokenId }
export type SortIndexes = {
  /** Of this version of the accounts; any version may follow any other. Good until the next call. */
  readonly ranked: (spec: SortSpec, accounts: MerkleMap<AccountReplica>) => Ranked
}

/** By what an account is sorted; a token it does not hold counts as nothing. */
const sortValueOf = ({
  key,
  tokenId,
}: Omit<SortSpec, 'entityId'>): ((id: EntityId, account: AccountReplica) => SortValue) => {
  switch (key) {
    case 'created':
      return (_, account) => account.createdAtHeight
    case 'updated':
      return (_, account) => account.updatedAtHeight
    case 'counterparty':
      return (id) => id
    default: {
      const token = deltaKey(tokenId)
      return (_, account) => figureOf(account, token, key)
    }
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

type Index = { accounts: MerkleMap<AccountReplica>; places: Place[] }

/** Above this many changes one pass over the array beats moving its blocks for each. */
const MAX_SPLICES = 16
/** Indexes kept; the one unused for longest is forgotten. */
const MAX_INDEXES = 32

const orderedBy = (places: readonly Place[]): Ordered => ({
  size: places.length,
  valueAt: (rank) => (places[rank] as Place).value,
  idAt: (rank) => (places[rank] as Place).id,
})

const splice = (places: Place[], removed: readonly Place[], added: readonly Place[]): void => {
  for (const place of removed) places.splice(rankOf(orderedBy(places), place), 1)
  for (const place of added) places.splice(rankOf(orderedBy(places), place), 0, place)
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

/** @param places in the order of their ids */
const sorted = (places: readonly Place[]): Place[] => {
  const valueAt = (i: number): SortValue => (places[i] as Place).value
  const order = orderOf(places.length, valueAt)
  return Array.from(order, (i) => places[i] as Place)
}

export const createSortIndexes = (): SortIndexes => {
  const indexes = new Map<string, Index>()
  const build = (
    accounts: MerkleMap<AccountReplica>,
    placeOf: (id: string, account: AccountReplica) => Place,
  ): Index => {
    const places: Place[] = []
    for (const [id, account] of accounts.entries()) places.push(placeOf(id, account))
    return { accounts, places: sorted(places) }
  }
  return {
    ranked: (spec, accounts) => {
      const name = nameOf(spec)
      const sortValue = sortValueOf(spec)
      const placeOf = (id: string, account: AccountReplica): Place => {
        const entityId = id as EntityId
        return { value: sortValue(entityId, account), id: entityId }
      }
      const index = indexes.get(name) ?? build(accounts, placeOf)
      update(index, accounts, placeOf)
      // Last used, last forgotten.
      indexes.delete(name)
      indexes.set(name, index)
      const [oldest] = indexes.keys()
      if (indexes.size > MAX_INDEXES && oldest !== undefined) indexes.delete(oldest)
      return rankedOver(orderedBy(index.places))
    },
  }
}
