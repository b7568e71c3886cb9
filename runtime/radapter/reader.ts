/**
 * StateReader: what a view needs to know of a runtime's committed state at one height, as narrow as `assemble.ts`
 * uses it, so that another storage can stand in for the `Env`. No reading may take longer with more accounts.
 */
import type { AccountReplica } from '../account/types.ts'
import { spendableReserve } from '../entity/batch.ts'
import { tokenKey } from '../entity/draft.ts'
import { invoiceLink } from '../entity/invoice.ts'
import type { EntityState, Invoice } from '../entity/types.ts'
import type { JReplica } from '../jurisdiction/types.ts'
import { present } from '../lib/assert.ts'
import { type Bytes, toHex } from '../lib/bytes.ts'
import { type EntityId, max, type TokenId } from '../lib/units.ts'
import type { Env } from '../types.ts'
import type { ActivityBook } from './activity.ts'
import { type ActivityQuery, pageInMemory } from './activity-page.ts'
import { type AddressBook, type BookPage, bookPage } from './address-book.ts'
import { CHAIN_UP, type ChainStatus } from './health.ts'
import type { RuntimeState } from './lifecycle.ts'
import { creditedLabel, labelOf, type Naming, NO_NAMING } from './names.ts'
import type { Ranked } from './ranked.ts'
import { createSortIndexes, type SortIndexes, type SortSpec } from './sort-index.ts'
import { createTotalsIndex, type Totals, type TotalsIndex } from './totals.ts'
import type { ActivityPage, FrameView } from './types.ts'

export type Head = Pick<
  FrameView,
  | 'height'
  | 'timestamp'
  | 'runtimeId'
  | 'runtimeName'
  | 'checkpointInterval'
  | 'stateRoot'
  | 'live'
  | 'halted'
  | 'runtime'
  | 'role'
>

/** An entity but for its accounts, which may be a million, and what no view shows. */
export type EntityFacts = Omit<EntityState, 'accounts' | 'paid' | 'offers'> & { readonly accountCount: number }

export type Named = { readonly entityId: EntityId; readonly label: string }

/** What is not state, and said of the present only. */
export type Around = {
  /** By jurisdiction name. */
  readonly chainStatus: (name: string) => ChainStatus
  readonly unreachable: () => ReadonlyMap<EntityId, number>
}

const NOTHING_WRONG: Around = { chainStatus: () => CHAIN_UP, unreachable: () => new Map() }

export type StateReader = Around & {
  readonly head: Head
  readonly jurisdictions: () => readonly JReplica[]
  /** By id. */
  readonly entities: () => readonly EntityFacts[]
  readonly entity: (entityId: string) => EntityFacts | null
  readonly reserve: (entity: EntityFacts, tokenId: TokenId) => bigint
  /** Of the reserve, less debts and what is on its way to the chain; ≥ 0. */
  readonly spendable: (entity: EntityFacts, tokenId: TokenId) => bigint
  /** Over all accounts of the entity. */
  readonly totals: (entityId: EntityId) => Totals
  readonly account: (entityId: EntityId, counterpartyId: string) => AccountReplica | null
  readonly ranked: (spec: SortSpec) => Ranked
  readonly activity: (query: Omit<ActivityQuery, 'height' | 'book'>) => ActivityPage
  readonly linkOf: (invoice: Invoice) => string
  readonly labelOf: (entityId: EntityId) => string
  /** The first of the owner's entities. */
  readonly owner: EntityId | null
  /** What the owner does not want to see in lists. */
  readonly isHidden: (entityId: EntityId) => boolean
  /** Simulated, and cut off for now. */
  readonly isUnplugged: (entityId: EntityId) => boolean
  /** Of the address book, but for the owner's own entities. */
  readonly bookPage: (page: number) => BookPage
  /** Everyone known by name and not hidden, at most `limit`: this runtime's entities, the address book, the rest. */
  readonly names: (limit: number) => readonly Named[]
}

/** What is worth keeping between views; one set may serve every reader of one runtime's succeeding states. */
export type ViewIndexes = {
  readonly sorted: SortIndexes
  readonly totals: TotalsIndex
  /** Encoding an invoice takes longer than all the rest of it. */
  readonly links: WeakMap<Invoice, string>
}

export const createViewIndexes = (): ViewIndexes => ({
  sorted: createSortIndexes(),
  totals: createTotalsIndex(),
  links: new WeakMap(),
})

export type ReaderMeta = Pick<Head, 'checkpointInterval' | 'live' | 'halted' | 'role'> & {
  readonly root: Bytes
  /** `running` unless it is said. */
  readonly runtime?: RuntimeState
  readonly naming?: Naming
  readonly around?: Around
}

const factsOf = ({ accounts, paid: _, offers: __, ...facts }: EntityState): EntityFacts => ({
  ...facts,
  accountCount: accounts.size,
})

const noAccounts = { positions: new Map(), locks: 0 } satisfies Totals

/**
 * Reads an `Env`; the history as it stood at its height.
 * @param activity the page of history the view asks for, where memory alone does not have it.
 */
export const envReader = (
  env: Env,
  history: ActivityBook,
  meta: ReaderMeta,
  indexes: ViewIndexes = createViewIndexes(),
  activity: ActivityPage | null = null,
): StateReader => {
  const { checkpointInterval, root, live, halted, role } = meta
  const { runtime = 'running', naming = NO_NAMING, around = NOTHING_WRONG } = meta
  const { book, owner } = naming
  const stateOf = (entityId: string): EntityState | undefined => env.eReplicas.get(entityId)?.state
  return {
    head: {
      height: env.height,
      timestamp: env.timestampMs,
      runtimeId: naming.runtime?.id ?? env.runtimeId,
      runtimeName: naming.runtime?.name ?? env.name,
      stateRoot: toHex(root),
      checkpointInterval,
      live,
      halted,
      runtime,
      role,
    },
    jurisdictions: () => [...env.jReplicas.values()],
    chainStatus: around.chainStatus,
    unreachable: around.unreachable,
    entities: () => [...env.eReplicas.values()].map(({ state }) => factsOf(state)),
    entity: (entityId) => {
      const state = stateOf(entityId)
      return state === undefined ? null : factsOf(state)
    },
    reserve: ({ reserves }, tokenId) => reserves.get(tokenKey(tokenId)) ?? 0n,
    spendable: ({ entityId }, tokenId) => {
      const state = stateOf(entityId)
      return state === undefined ? 0n : max(spendableReserve(state, tokenId), 0n)
    },
    totals: (entityId) => {
      const accounts = stateOf(entityId)?.accounts
      return accounts === undefined ? noAccounts : indexes.totals.of(entityId, accounts)
    },
    account: (entityId, counterpartyId) => stateOf(entityId)?.accounts.get(counterpartyId) ?? null,
    ranked: (spec) => {
      const accounts = stateOf(spec.entityId)?.accounts
      return accounts === undefined ? NOTHING_RANKED : indexes.sorted.ranked(spec, accounts)
    },
    activity: (query) =>
      activity ?? present(pageInMemory(history, { ...query, height: env.height, book }), 'a page of history'),
    linkOf: (invoice) => {
      const link = indexes.links.get(invoice) ?? invoiceLink(invoice)
      indexes.links.set(invoice, link)
      return link
    },
    labelOf: (entityId) => labelOf(env, entityId, book),
    owner,
    isHidden: (entityId) => book.byId.get(entityId)?.isHidden === true,
    isUnplugged: (entityId) => env.unplugged.has(entityId),
    bookPage: (page) => bookPage(book, { page, isShown: (id) => env.eReplicas.get(id)?.state.isOwn !== true }),
    names: (limit) => namesOf(env, book, limit),
  }
}

const NOTHING_RANKED: Ranked = { size: 0, page: () => [], before: () => 0, has: () => false }

const namesOf = (env: Env, book: AddressBook, limit: number): readonly Named[] => {
  const names = new Map<EntityId, string>()
  const add = (entityId: EntityId, label: string): void => {
    const entry = book.byId.get(entityId)
    const name = entry?.name ?? creditedLabel(entityId, label, book)
    if (name !== '' && entry?.isHidden !== true && names.size < limit) names.set(entityId, name)
  }
  for (const { entityId, state } of env.eReplicas.values()) add(entityId, state.label)
  for (const [entityId, { name }] of book.byId) add(entityId, name)
  for (const { entityId, label } of env.profiles.values()) {
    if (names.size === limit) break
    add(entityId, label)
  }
  return [...names].map(([entityId, label]) => ({ entityId, label }))
}
