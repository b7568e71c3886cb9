/**
 * assembleFrameView: the one projection of committed state into what is on screen, used by every transport, live and
 * past. Pure; its size depends on the page asked for and not on how much there is.
 */

import type { JReplica } from '../jurisdiction/types.ts'
import { toHex } from '../lib/bytes.ts'
import type { TokenId } from '../lib/units.ts'
import { byCodePoint } from '../lib/units.ts'
import type { ActivityQuery } from './activity-page.ts'
import { accountDetail, accountPage } from './assemble-accounts.ts'
import { entityDetail } from './assemble-entity.ts'
import { networkMap } from './assemble-map.ts'
import type { EntityFacts, StateReader } from './reader.ts'
import type { EntitySummary, FrameView, JurisdictionView, Unreachable, ViewState } from './types.ts'

/** How many of those who do not answer a view names. */
const UNREACHABLE_NAMES = 10
/** Names in the directory of a view; a longer list belongs in a search. */
const DIRECTORY_NAMES = 100

/** A selection that does not exist is answered with null, a page out of range with the nearest one. */
export const assembleFrameView = (reader: StateReader, view: ViewState): FrameView => {
  const selected = view.selectedEntityId === null ? null : reader.entity(view.selectedEntityId)
  return {
    ...reader.head,
    entities: summaries(reader, view.tokenId as TokenId),
    selectedEntity: selected === null ? null : entityDetail(reader, selected),
    accounts: selected === null ? null : accountPage(reader, selected.entityId, view),
    account: selected === null ? null : detailOf(reader, selected, view),
    activity: selected === null ? null : reader.activity(activityQueryOf(selected, view)),
    book: view.bookPage === null ? null : reader.bookPage(view.bookPage),
    map: view.map ? networkMap(reader, view.tokenId as TokenId) : null,
    jurisdictions: reader.jurisdictions().map((chain) => jurisdictionView(reader, chain)),
    unreachable: unreachable(reader),
    directory: reader.names(DIRECTORY_NAMES),
  }
}

const summaries = (reader: StateReader, tokenId: TokenId): readonly EntitySummary[] =>
  reader
    .entities()
    .map((entity) => summary(reader, entity, tokenId))
    .sort(
      (a, b) =>
        Number(b.entityId === reader.owner) - Number(a.entityId === reader.owner) ||
        Number(b.isOwn) - Number(a.isOwn) ||
        byCodePoint(a.label, b.label) ||
        byCodePoint(a.entityId, b.entityId),
    )

const summary = (reader: StateReader, entity: EntityFacts, tokenId: TokenId): EntitySummary => {
  const { entityId, accountCount, isOwn, hubPolicy, root } = entity
  const { positions, locks } = reader.totals(entityId)
  return {
    entityId,
    label: reader.labelOf(entityId),
    accountCount,
    totalBalance: reader.reserve(entity, tokenId) + (positions.get(tokenId)?.balance ?? 0n),
    pendingHTLCs: locks,
    stateRoot: toHex(root),
    isOwn,
    isHub: hubPolicy !== null,
    isHidden: reader.isHidden(entityId),
  }
}

const unreachable = (reader: StateReader): readonly Unreachable[] =>
  [...reader.unreachable()]
    .sort(([a, aMs], [b, bMs]) => aMs - bMs || byCodePoint(a, b))
    .slice(0, UNREACHABLE_NAMES)
    .map(([entityId, sinceMs]) => ({ entityId, label: reader.labelOf(entityId), sinceMs }))

const detailOf = (
  reader: StateReader,
  entity: EntityFacts,
  { selectedAccountId, tokenId }: ViewState,
): FrameView['account'] => {
  const account = selectedAccountId === null ? null : reader.account(entity.entityId, selectedAccountId)
  return account === null ? null : accountDetail(reader, entity, account, tokenId as TokenId)
}

/** The page of history a view shows of an entity. */
export const activityQueryOf = (
  { entityId, hubPolicy }: Pick<EntityFacts, 'entityId' | 'hubPolicy'>,
  view: ViewState,
): Omit<ActivityQuery, 'height' | 'book'> => ({
  entityId,
  search: view.activitySearch,
  filter: view.activityFilter,
  tokenId: view.activityTokenId,
  // A hub lives on fees, which are no entries of its own: a sum of its entries would be wrong.
  balanceOf: hubPolicy === null ? view.tokenId : null,
  page: view.activityPage,
  pageSize: view.activityPageSize,
})

const jurisdictionView = (reader: StateReader, chain: JReplica): JurisdictionView => ({
  name: chain.name,
  chainId: chain.terms.chainId,
  height: chain.height,
  timestampSeconds: chain.timestampSeconds,
  confirmationLag: chain.confirmations,
  status: reader.chainStatus(chain.name),
  isTest: chain.isTest,
  tokens: chain.tokens.map(({ tokenId, symbol, decimals }) => ({ tokenId, symbol, decimals, isTest: chain.isTest })),
})
