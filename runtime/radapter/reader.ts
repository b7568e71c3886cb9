/**
 * StateReader: what a view needs to know of a runtime's committed state at one height, as narrow as `assemble.ts`
 * uses it, so that another storage can stand in for the `Env`. No reading may take longer with more accounts.
 */
import type { AccountReplica } from '../account/types.ts'
import { tokenKey } from '../entity/draft.ts'
import { invoiceLink } from '../entity/invoice.ts'
import type { EntityState, Invoice } from '../entity/types.ts'
import type { JReplica } from '../jurisdiction/types.ts'
import { type Bytes, toHex } from '../lib/bytes.ts'
import type { EntityId, TokenId } from '../lib/units.ts'
import type { Env } from '../types.ts'
import type { ActivityBook } from './activity.ts'
import { type ActivityQuery, activityPage } from './activity-page.ts'
import { labelOf } from './names.ts'
import { createSortIndexes, type Ranked, type SortIndexes, type SortSpec } from './sort-index.ts'
import { createTotalsIndex, type Totals, type TotalsIndex } from './totals.ts'
import type { ActivityPage, FrameView } from './types.ts'

export type Head = Pick<
  FrameView,
  'height' | 'timestamp' | 'runtimeId' | 'runtimeName' | 'checkpointInterval' | 'stateRoot' | 'live' | 'halted' | 'role'
>

/** An entity but for its accounts, which may be a million. */
export type EntityFacts = Omit<EntityState, 'accounts'> & { readonly accountCount: number }

export type Named = { readonly entityId: EntityId; readonly label: string }

export type StateReader = {
  readonly head: Head
  readonly jurisdictions: () => readonly JReplica[]
  /** By id. */
  readonly entities: () => readonly EntityFacts[]
  readonly entity: (entityId: string) => EntityFacts | null
  readonly reserve: (entity: EntityFacts, tokenId: TokenId) => bigint
  /** Over all accounts of the entity. */
  readonly totals: (entityId: EntityId) => Totals
  readonly account: (entityId: EntityId, counterpartyId: string) => AccountReplica | null
  readonly ranked: (spec: SortSpec) => Ranked
  readonly activity: (query: Omit<ActivityQuery, 'height'>) => ActivityPage
  readonly linkOf: (invoice: Invoice) => string
  readonly labelOf: (entityId: EntityId) => string
  /** Everyone known by name, at most `limit`, the entities of this runtime first. */
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

export type ReaderMeta = Pick<Head, 'checkpointInterval' | 'live' | 'halted' | 'role'> & { readonly root: Bytes }

const factsOf = ({ accounts, ...facts }: EntityState): EntityFacts => ({ ...facts, accountCount: accounts.size })

const noAccounts = { positions: new Map(), locks: 0 } satisfies Totals

/** Reads an `Env`; the history as it stood at its height. */
export const envReader = (
  env: Env,
  book: ActivityBook,
  meta: ReaderMeta,
  indexes: ViewIndexes = createViewIndexes(),
): StateReader => {
  const { checkpointInterval, root, live, halted, role } = meta
  const stateOf = (entityId: string): EntityState | undefined => env.eReplicas.get(entityId)?.state
  return {
    head: {
      height: env.height,
      timestamp: env.timestampMs,
      runtimeId: env.runtimeId,
      runtimeName: env.name,
      stateRoot: toHex(root),
      checkpointInterval,
      live,
      halted,
      role,
    },
    jurisdictions: () => [...env.jReplicas.values()],
    entities: () => [...env.eReplicas.values()].map(({ state }) => factsOf(state)),
    entity: (entityId) => {
      const state = stateOf(entityId)
      return state === undefined ? null : factsOf(state)
    },
    reserve: ({ reserves }, tokenId) => reserves.get(tokenKey(tokenId)) ?? 0n,
    totals: (entityId) => {
      const accounts = stateOf(entityId)?.accounts
      return accounts === undefined ? noAccounts : indexes.totals.of(entityId, accounts)
    },
    account: (entityId, counterpartyId) => stateOf(entityId)?.accounts.get(counterpartyId) ?? null,
    ranked: (spec) => {
      const accounts = stateOf(spec.entityId)?.accounts
      return accounts === undefined ? NOTHING_RANKED : indexes.sorted.ranked(spec, accounts)
    },
    activity: (query) => activityPage(book, { ...query, height: env.height }),
    linkOf: (invoice) => {
      const link = indexes.links.get(invoice) ?? invoiceLink(invoice)
      indexes.links.set(invoice, link)
      return link
    },
    labelOf: (entityId) => labelOf(env, entityId),
    names: (limit) => namesOf(env, limit),
  }
}

const NOTHING_RANKED: Ranked = { size: 0, page: () => [], before: () => 0, has: () => false }

const namesOf = (env: Env, limit: number): readonly Named[] => {
  const names: Named[] = []
  const add = (entityId: EntityId, label: string): boolean => {
    if (label !== '' && names.length < limit) names.push({ entityId, label })
    return names.length < limit
  }
  for (const { entityId, state } of env.eReplicas.values()) if (!add(entityId, state.label)) return names
  for (const { entityId, label } of env.profiles.values()) if (!add(entityId, label)) return names
  return names
}
