/**
 * Sort index: the accounts of an entity in the order of one key (and token), shared by everyone who looks, and kept
 * in order as accounts change. Ties are broken by counterparty id, ascending in both directions.
 *
 * Cost: built once by a radix sort; then one comparison of two versions of the account map per look, and per changed
 * account two binary searches (`places.ts`). Many changes are merged in one pass.
 */
import { deltaKey } from '../account/keys.ts'
import type { AccountReplica } from '../account/types.ts'
import type { MerkleMap } from '../lib/merkle.ts'
import type { EntityId, TokenId } from '../lib/units.ts'
import { comparePlaces, createPlaces, type Places } from './places.ts'
import { figureOf } from './positions.ts'
import { orderOf } from './radix.ts'
import { type Place, type Ranked, rankedOver, type SortValue } from './ranked.ts'
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

type Index = { accounts: MerkleMap<AccountReplica>; places: Places }

/** Above this many changes one pass over all of them beats finding each its place. */
const MAX_ONE_BY_ONE = 32
/** Indexes kept; the one unused for longest is forgotten. */
const MAX_INDEXES = 32

/** `removed` and `added` in order. */
const merge = (places: readonly Place[], removed: readonly Place[], added: readonly Place[]): Place[] => {
  const merged: Place[] = []
  let [out, into] = [0, 0]
  for (const place of places) {
    const gone = removed[out]
    if (gone !== undefined && comparePlaces(gone, place) === 0) {
      out++
      continue
    }
    for (let next = added[into]; next !== undefined && comparePlaces(next, place) < 0; next = added[++into])
      merged.push(next)
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
  if (removed.length + added.length > MAX_ONE_BY_ONE) {
    const merged = merge(index.places.all(), removed.sort(comparePlaces), added.sort(comparePlaces))
    index.places = createPlaces(merged)
    return
  }
  for (const place of removed) index.places.remove(place)
  for (const place of added) index.places.insert(place)
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
    return { accounts, places: createPlaces(sorted(places)) }
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
      return rankedOver(index.places.ordered())
    },
  }
}
