/**
 * The second StateReader: over the rows of a state that lie in a store, at one height, without the state. What a view
 * needs is fetched first (`read`), whatever it turns out to be; the reader is then as synchronous as the one over the
 * `Env`, and the projection is the same.
 *
 * In memory are the rows that say how things stand (`row-keys.ts`) and the figures of the accounts (`account-table.ts`);
 * accounts and profiles are fetched one page at a time.
 */
import { accountRowCodec, decodeAccount } from '../account/row.ts'
import type { AccountReplica } from '../account/types.ts'
import { decode } from '../codec/schema.ts'
import { profileCodec } from '../entity/codec.ts'
import type { Profile } from '../entity/types.ts'
import type { Bytes } from '../lib/bytes.ts'
import { type EntityId, parseEntityId } from '../lib/units.ts'
import type { StoreRow } from '../ports.ts'
import { accountKey, profileKey, profilesFrom } from '../row-keys.ts'
import type { Env } from '../types.ts'
import type { AccountsAt } from './account-table.ts'
import type { ActivityBook } from './activity.ts'
import { assembleFrameView } from './assemble.ts'
import { placesOn } from './assemble-accounts.ts'
import { createViewIndexes, envReader, type ReaderMeta, type StateReader } from './reader.ts'
import type { ActivityPage, ViewState } from './types.ts'

export type StoredRows = {
  /** Everything but accounts and profiles. */
  readonly facts: Env
  readonly root: Bytes
  readonly accountsOf: (entityId: string) => AccountsAt
  /** Of the state at this height. */
  readonly get: (keys: readonly string[]) => Promise<readonly (Bytes | undefined)[]>
  readonly range: (range: {
    readonly from: string
    readonly to: string
    readonly limit: number
  }) => Promise<readonly StoreRow[]>
}

/** What is not in the rows; as `envReader` takes it. */
export type Besides = {
  readonly history: ActivityBook
  readonly meta: Omit<ReaderMeta, 'root'>
  readonly activity: ActivityPage | null
}

export type StoredState = {
  /** Everything but accounts and profiles. */
  readonly facts: Env
  /**
   * A reader that answers whatever this view asks. Null when a row that should be there is not, or not as it was
   * written: the checkpoint is being removed, or damaged.
   */
  readonly read: (view: ViewState, besides: Besides) => Promise<StateReader | null>
}

/** How many profiles are fetched at first for the names in a directory, which takes them in the order of their ids. */
const FIRST_PROFILES = 200

/** Null: it is known that there is none. */
type Known = {
  readonly accounts: Map<string, AccountReplica | null>
  readonly profiles: Map<EntityId, Profile | null>
  /** The profiles with the lowest ids, and whether that is all. */
  first: readonly Profile[]
  isAll: boolean
}
/** What a reader was asked and did not know. */
type Wanted = {
  readonly accounts: Set<string>
  readonly profiles: Set<EntityId>
  isMore: boolean
}

const readerOver = (rows: StoredRows, known: Known, besides: Besides, wanted: Wanted): StateReader => {
  const { facts, root, accountsOf } = rows
  const indexes = createViewIndexes()
  const over = (profiles: Iterable<Profile | null>): StateReader => {
    let map = facts.profiles
    for (const profile of profiles) if (profile !== null) map = map.set(profile.entityId, profile)
    return envReader({ ...facts, profiles: map }, besides.history, { ...besides.meta, root }, indexes, besides.activity)
  }
  const reader = over(known.profiles.values())
  return {
    ...reader,
    entities: () => reader.entities().map((entity) => ({ ...entity, accountCount: accountsOf(entity.entityId).size })),
    entity: (entityId) => {
      const entity = reader.entity(entityId)
      return entity === null ? null : { ...entity, accountCount: accountsOf(entityId).size }
    },
    totals: (entityId) => accountsOf(entityId).totals,
    account: (entityId, counterpartyId) => {
      const id = parseEntityId(counterpartyId)
      if (id === null || id !== counterpartyId) return null
      const key = accountKey(entityId, id)
      const account = known.accounts.get(key)
      if (account === undefined) wanted.accounts.add(key)
      return account ?? null
    },
    ranked: ({ entityId, ...spec }) => accountsOf(entityId).ranked(spec),
    labelOf: (entityId) => {
      if (!known.profiles.has(entityId) && !facts.eReplicas.has(entityId)) wanted.profiles.add(entityId)
      return reader.labelOf(entityId)
    },
    names: (limit) => {
      const names = over(known.first).names(limit)
      if (names.length < limit && !known.isAll) wanted.isMore = true
      return names
    },
  }
}

/** Asks at once for the accounts of the page. @returns their keys */
const wantPage = (reader: StateReader, view: ViewState): readonly string[] => {
  const entity = view.selectedEntityId === null ? null : reader.entity(view.selectedEntityId)
  if (entity === null) return []
  return placesOn(reader, entity.entityId, view).places.map(({ id }) => {
    reader.account(entity.entityId, id)
    reader.labelOf(id)
    return accountKey(entity.entityId, id)
  })
}

const readAccount = (value: Bytes): AccountReplica | null => {
  const row = decode(accountRowCodec, value)
  return row.type === 'ok' ? decodeAccount(row.value) : null
}
const readProfile = (value: Bytes): Profile | null => {
  const row = decode(profileCodec, value)
  return row.type === 'ok' ? row.value : null
}

/** @returns false when a row is not what it should be. */
const fetch = async ({ get, range }: StoredRows, known: Known, wanted: Wanted): Promise<boolean> => {
  const [accounts, profiles] = [[...wanted.accounts], [...wanted.profiles]]
  const values = await get([...accounts, ...profiles.map(profileKey)])
  const isRead = <K, V>(to: Map<K, V | null>, key: K, value: Bytes | undefined, read: (value: Bytes) => V | null) => {
    const found = value === undefined ? null : read(value)
    to.set(key, found)
    return value === undefined || found !== null
  }
  const isSound =
    accounts.every((key, i) => isRead(known.accounts, key, values[i], readAccount)) &&
    profiles.every((id, i) => isRead(known.profiles, id, values[accounts.length + i], readProfile))
  if (!isSound || !wanted.isMore) return isSound
  const limit = Math.max(FIRST_PROFILES, known.first.length * 2)
  const first = (await range({ ...profilesFrom(null), limit })).map(({ value }) => readProfile(value))
  known.isAll = first.length < limit
  known.first = first.flatMap((profile) => (profile === null ? [] : [profile]))
  return known.first.length === first.length
}

export const createStoredState = (rows: StoredRows): StoredState => ({
  facts: rows.facts,
  read: async (view, besides) => {
    const known: Known = { accounts: new Map(), profiles: new Map(), first: [], isAll: false }
    for (let isMore = true; ; isMore = false) {
      const wanted: Wanted = { accounts: new Set(), profiles: new Set(), isMore }
      const isSatisfied = () => wanted.accounts.size === 0 && wanted.profiles.size === 0 && !wanted.isMore
      const reader = readerOver(rows, known, besides, wanted)
      // The figures name them, so they must be there.
      if (wantPage(reader, view).some((key) => known.accounts.get(key) === null)) return null
      if (isSatisfied()) assembleFrameView(reader, view)
      if (isSatisfied()) return reader
      if (!(await fetch(rows, known, wanted))) return null
    }
  },
})
