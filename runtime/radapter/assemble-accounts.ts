/**
 * Accounts in a view: one page in the order asked for, and one account in full. A cursor names the account next to
 * the page by its place in that order, so that paging neither skips nor repeats while accounts change.
 */
import { hashFrame } from '../account/frame.ts'
import { type AccountReplica, counterpartyOf } from '../account/types.ts'
import { present } from '../lib/assert.ts'
import { toHex } from '../lib/bytes.ts'
import { type EntityId, parseEntityId, type TokenId } from '../lib/units.ts'
import { accountCourt } from './assemble-court.ts'
import { noPosition, positionsIn } from './positions.ts'
import type { Place, Ranked, SortValue } from './ranked.ts'
import type { EntityFacts, StateReader } from './reader.ts'
import type { AccountDetail, AccountFrameView, AccountPage, AccountSortKey, AccountView, ViewState } from './types.ts'

export const accountPage = (reader: StateReader, entityId: EntityId, view: ViewState): AccountPage => {
  const { accountPageSize: pageSize, accountSortBy: sortBy, accountSortDir: sortDir } = view
  const tokenId = view.tokenId as TokenId
  const { ranked, from, places } = placesOn(reader, entityId, view)
  const [first, last] = [places[0], places.at(-1)]
  return {
    accounts: places.map(({ id }) => accountView(reader, present(reader.account(entityId, id), id), tokenId)),
    page: Math.floor(from / pageSize) + 1,
    pageSize,
    totalAccounts: ranked.size,
    totalPages: Math.max(1, Math.ceil(ranked.size / pageSize)),
    sortBy,
    sortDir,
    nextCursor: last !== undefined && from + places.length < ranked.size ? cursorOf('after', last) : null,
    prevCursor: first !== undefined && from > 0 ? cursorOf('before', first) : null,
  }
}

/** Who is on the page, by the order alone. */
export const placesOn = (
  reader: Pick<StateReader, 'ranked'>,
  entityId: EntityId,
  view: ViewState,
): { readonly ranked: Ranked; readonly from: number; readonly places: readonly Place[] } => {
  const { accountPageSize, accountSortBy: key, accountSortDir } = view
  const ranked = reader.ranked({ entityId, key, tokenId: view.tokenId as TokenId })
  const from = firstOfPage(ranked, view)
  return { ranked, from, places: ranked.page(from, accountPageSize, accountSortDir) }
}

/** Brought into range: what is beyond the end shows the last page. */
const firstOfPage = (ranked: Ranked, view: ViewState): number => {
  const { accountPageSize: size, accountSortDir: direction } = view
  const lastPage = Math.max(0, Math.ceil(ranked.size / size) - 1) * size
  const cursor = parseCursor(view.accountCursor ?? '', view.accountSortBy)
  if (cursor === null) return Math.min(Math.max(0, view.accountPage - 1) * size, lastPage)
  const { side, place } = cursor
  const before = ranked.before(place, direction)
  if (side === 'before') return Math.max(0, before - size)
  const after = before + (ranked.has(place) ? 1 : 0)
  return after < ranked.size ? after : lastPage
}

type Side = 'after' | 'before'

const cursorOf = (side: Side, { value, id }: Place): string => `${side}:${value}:${id}`

const CURSOR = /^(after|before):([^:]{1,100}):([^:]+)$/
const parseValue = (text: string, key: AccountSortKey): SortValue | null => {
  if (key === 'counterparty') return parseEntityId(text)
  if (!/^-?\d{1,90}$/.test(text)) return null
  return key === 'created' || key === 'updated' ? Number(text) : BigInt(text)
}
/** Null for anything but a cursor of this order. */
const parseCursor = (text: string, key: AccountSortKey): { readonly side: Side; readonly place: Place } | null => {
  const [, side, valueText = '', idText = ''] = CURSOR.exec(text) ?? []
  const value = parseValue(valueText, key)
  const id = parseEntityId(idText)
  return side === undefined || value === null || id === null ? null : { side: side as Side, place: { value, id } }
}

const statusOf = ({ status, state }: AccountReplica): AccountView['status'] => {
  if (status.type !== 'open') return status.type
  return state.height === 0 ? 'opening' : 'open'
}

/** Of an account as it is: the same object for as long as nothing in it changes. */
const seen = new WeakMap<AccountReplica, { readonly tokenId: TokenId; readonly view: AccountView }>()

const accountView = (reader: StateReader, account: AccountReplica, tokenId: TokenId): AccountView => {
  const label = reader.labelOf(counterpartyOf(account))
  const last = seen.get(account)
  if (last?.tokenId === tokenId && last.view.counterpartyLabel === label) return last.view
  const view = viewOf(account, tokenId, label)
  seen.set(account, { tokenId, view })
  return view
}

const viewOf = (account: AccountReplica, tokenId: TokenId, counterpartyLabel: string): AccountView => {
  const tokens = positionsIn(account)
  const shown = tokens.find((position) => position.tokenId === tokenId) ?? noPosition(tokenId)
  return {
    counterpartyId: counterpartyOf(account),
    counterpartyLabel,
    inbound: shown.inbound,
    outbound: shown.outbound,
    collateral: shown.collateral,
    balance: shown.balance,
    pendingHTLCs: account.state.locks.size,
    createdAtHeight: account.createdAtHeight,
    updatedAtHeight: account.updatedAtHeight,
    status: statusOf(account),
    tokens,
  }
}

/** At most 100 locks and 10 frames: the protocol's own bounds. */
export const accountDetail = (
  reader: StateReader,
  entity: EntityFacts,
  account: AccountReplica,
  tokenId: TokenId,
): AccountDetail => {
  const { state, isLeft, pending, mempool, frames } = account
  return {
    ...accountView(reader, account, tokenId),
    ...accountCourt(reader, entity, account),
    height: state.height,
    accountStateRoot: toHex(state.root),
    isLeft,
    hasPendingFrame: pending !== null,
    mempoolSize: mempool.length,
    creditLimits: [...state.deltas.values()].map(({ tokenId: token, leftCreditLimit, rightCreditLimit }) => ({
      tokenId: token,
      granted: isLeft ? rightCreditLimit : leftCreditLimit,
      received: isLeft ? leftCreditLimit : rightCreditLimit,
    })),
    locks: [...state.locks.values()].map(({ hashlock, tokenId: token, amount, byLeft, expirySeconds }) => ({
      hashlock: toHex(hashlock),
      tokenId: token,
      amount,
      outgoing: byLeft === isLeft,
      expirySeconds,
    })),
    frames: frames.map(
      ({ frame }): AccountFrameView => ({
        height: frame.height,
        timestamp: frame.timestampMs,
        byLeft: frame.byLeft,
        frameHash: toHex(hashFrame(frame)),
        accountStateRoot: toHex(frame.accountStateRoot),
        txs: frame.accountTxs.map(({ type }) => type),
      }),
    ),
  }
}
