/**
 * The shape of every method's parameters, checked where they arrive. Shape only: a figure of the right type but out
 * of range, or an id that means nothing here, is refused by name later (see commands.ts).
 */
import * as v from 'valibot'
import { LIMITS } from '../lib/limits.ts'
import { BOOK_ENTRIES } from './address-book.ts'
import { MAX_SKIP_SECONDS } from './simnet-methods.ts'
import type { RpcMethod, RpcMethods, ViewState } from './types.ts'

/** An id, or what somebody typed for one. */
const id = v.pipe(v.string(), v.maxLength(256))
const commandId = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/))
const tokenId = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(2 ** 32 - 1))
const amount = v.bigint()
/** A name, an id, or a link. */
const recipient = v.pipe(v.string(), v.maxLength(16_384))
const memo = v.pipe(v.string(), v.maxLength(16_384))
const seconds = v.pipe(v.number(), v.safeInteger())
const password = v.pipe(v.string(), v.maxLength(16_384))
const short = v.pipe(v.string(), v.maxLength(64))
const text = (limit: number) => v.pipe(v.string(), v.maxLength(limit))
const nothing = v.strictObject({})
const approval = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))

const selection = {
  activitySearch: text(256),
  activityFilter: v.picklist(['all', 'sent', 'received', 'pending', 'failed', 'chain']),
  activityTokenId: v.nullable(tokenId),
}

const moves = v.pipe(
  v.array(v.strictObject({ tokenId, own: amount, theirs: amount })),
  v.maxLength(LIMITS.tokensPerAccount),
)
const counterpartyId = id
const move = v.variant('type', [
  v.strictObject({ type: v.literal('deposit'), tokenId, amount }),
  v.strictObject({ type: v.literal('withdraw'), tokenId, amount, to: id }),
  v.strictObject({ type: v.literal('collateral'), counterpartyId, tokenId, amount }),
  v.strictObject({ type: v.literal('limit'), counterpartyId, tokenId, limit: amount }),
  v.strictObject({ type: v.literal('settle'), counterpartyId, moves: v.nullable(moves) }),
  v.strictObject({ type: v.literal('dispute'), counterpartyId }),
])
/** One command in one account. */
const inAccount = { commandId, entityId: id, counterpartyId }

type Params = { readonly [M in RpcMethod]: v.GenericSchema<unknown, RpcMethods[M]['params']> }

const PARAMS: Params = {
  'simnet.unplug': v.strictObject({ entityId: id, isUnplugged: v.boolean() }),
  'simnet.skip': v.strictObject({
    seconds: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(MAX_SKIP_SECONDS)),
  }),
  'wallet.draftPhrase': nothing,
  'wallet.create': v.strictObject({ password }),
  'wallet.checkPhrase': v.strictObject({ phrase: password }),
  'wallet.import': v.strictObject({ phrase: password, password }),
  'wallet.unlock': v.strictObject({ password }),
  'wallet.lock': nothing,
  'wallet.setAutoLock': v.strictObject({ minutes: v.number() }),
  'wallet.touch': nothing,
  'wallet.revealPhrase': v.strictObject({ password }),
  'wallet.changePassword': v.strictObject({ password, next: password }),
  'wallet.reset': v.strictObject({ confirmation: short }),
  'pay.quote': v.strictObject({ from: id, to: recipient, amount, tokenId, memo }),
  'pay.limit': v.strictObject({ from: id, to: recipient, tokenId }),
  'pay.send': v.strictObject({ commandId, from: id, to: recipient, amount, tokenId, memo, maxFee: amount }),
  'pay.cancel': v.strictObject({ commandId, from: id, paymentId: id }),
  'pay.get': v.strictObject({ from: id, paymentId: id }),
  'invoice.create': v.strictObject({
    commandId,
    entityId: id,
    tokenId,
    amount: v.nullable(amount),
    memo,
    expirySeconds: seconds,
  }),
  'offer.create': v.strictObject({ commandId, entityId: id, tokenId, amount: v.nullable(amount), memo }),
  'offer.list': v.strictObject({ entityId: id }),
  'offer.withdraw': v.strictObject({ commandId, entityId: id, offerId: id }),
  'host.update': nothing,
  'host.retry': nothing,
  'host.reopen': nothing,
  'runtime.create': v.strictObject({ commandId, name: text(1_024) }),
  'runtime.clone': v.strictObject({ commandId, id: short }),
  'runtime.adopt': v.strictObject({
    commandId,
    imported: v.strictObject({
      id: v.pipe(v.string(), v.regex(/^import-[0-9a-f]{16}$/)),
      name: text(1_024),
      worldId: v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,32}$/)),
      index: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(2 ** 31 - 1)),
      chainId: amount,
      height: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
      ownEntityIds: v.pipe(v.array(id), v.maxLength(1_000)),
      names: v.pipe(
        v.array(v.strictObject({ entityId: id, name: text(1_024), isHidden: v.boolean() })),
        v.maxLength(BOOK_ENTRIES),
      ),
    }),
    choice: v.nullable(v.picklist(['replace', 'copy'])),
  }),
  'runtime.select': v.strictObject({ id: short }),
  'runtime.rename': v.strictObject({ id: short, name: text(1_024) }),
  'runtime.delete': v.strictObject({ id: short, confirmation: text(1_024) }),
  'runtime.takeControl': nothing,
  'entity.create': v.strictObject({ commandId, label: text(1_024) }),
  'account.proof': v.strictObject({ entityId: id, counterpartyId: id, since: seconds, height: v.nullable(seconds) }),
  'account.open': v.strictObject({ commandId, entityId: id, counterpartyId: id, tokenId, creditLimit: amount }),
  'account.setCreditLimit': v.strictObject({ commandId, entityId: id, counterpartyId: id, tokenId, limit: amount }),
  'reserve.toCollateral': v.strictObject({ commandId, entityId: id, counterpartyId: id, tokenId, amount }),
  'reserve.transfer': v.strictObject({ commandId, entityId: id, to: recipient, tokenId, amount }),
  'purse.get': v.strictObject({ entityId: id }),
  'move.quote': v.strictObject({ entityId: id, move }),
  'reserve.deposit': v.strictObject({ commandId, entityId: id, tokenId, amount }),
  'reserve.withdraw': v.strictObject({ commandId, entityId: id, tokenId, amount, to: id }),
  'account.settle': v.strictObject({ ...inAccount, moves }),
  'account.settlement': v.strictObject({ ...inAccount, decision: v.picklist(['approve', 'reject']) }),
  'account.dispute': v.strictObject(inAccount),
  'account.reopen': v.strictObject({ ...inAccount, tokenId, creditLimit: amount }),
  'collateral.request': v.strictObject({ ...inAccount, tokenId, amount }),
  'collateral.policy': v.strictObject({ ...inAccount, tokenId, softLimit: v.nullable(amount) }),
  'debts.enforce': v.strictObject({ commandId, entityId: id, debtorId: id, tokenId }),
  'activity.detail': v.strictObject({ entityId: id, id, height: v.nullable(seconds) }),
  'activity.export': v.strictObject({
    entityId: id,
    before: v.nullable(seconds),
    height: v.nullable(seconds),
    ...selection,
  }),
  'book.set': v.strictObject({ entityId: id, name: text(1_024), isHidden: v.boolean() }),
  'book.remove': v.strictObject({ entityId: id }),
  'approvals.quote': v.strictObject({ id: approval }),
  'approvals.approve': v.strictObject({
    id: approval,
    terms: v.nullable(v.strictObject({ to: id, amount, fee: amount })),
  }),
  'approvals.reject': v.strictObject({ id: approval }),
  'approvals.rejectAll': nothing,
  'sites.list': nothing,
  'sites.here': nothing,
  'sites.revoke': v.strictObject({ origin: text(2_048) }),
}

export type CheckedCall = {
  readonly [M in RpcMethod]: { readonly method: M; readonly params: RpcMethods[M]['params'] }
}[RpcMethod]

export type ReadParams =
  | { readonly type: 'ok'; readonly call: CheckedCall }
  | { readonly type: 'unknown_method' }
  | { readonly type: 'malformed'; readonly detail: string }

const isMethod = (method: string): method is RpcMethod => Object.hasOwn(PARAMS, method)

/** Names where and what was expected, never what was there: that may be a password. */
const detailOf = (issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]): string => {
  const [issue] = issues
  const path = v.getDotPath(issue)
  return `${path ?? 'it'} should be ${issue.expected ?? 'something else'}`
}

export const readParams = (method: string, params: unknown): ReadParams => {
  if (!isMethod(method)) return { type: 'unknown_method' }
  const parsed = v.safeParse(PARAMS[method], params)
  if (!parsed.success) return { type: 'malformed', detail: detailOf(parsed.issues) }
  // The schema of a method returns that method's parameters; the pairing is the table's.
  return { type: 'ok', call: { method, params: parsed.output } as CheckedCall }
}

const page = v.pipe(v.number(), v.safeInteger())
const pageSize = v.picklist([10, 20, 50, 100])

export const viewSchema: v.GenericSchema<unknown, ViewState> = v.strictObject({
  selectedEntityId: v.nullable(id),
  selectedAccountId: v.nullable(id),
  tokenId,
  accountPage: page,
  accountCursor: v.exactOptional(v.nullable(id)),
  accountPageSize: pageSize,
  accountSortBy: v.picklist(['inbound', 'outbound', 'collateral', 'balance', 'created', 'updated', 'counterparty']),
  accountSortDir: v.picklist(['asc', 'desc']),
  activityPage: page,
  activityPageSize: pageSize,
  ...selection,
  bookPage: v.nullable(page),
  map: v.boolean(),
})

export const readView = (
  view: unknown,
): { readonly type: 'ok'; readonly view: ViewState } | { readonly type: 'malformed'; readonly detail: string } => {
  const parsed = v.safeParse(viewSchema, view)
  return parsed.success ? { type: 'ok', view: parsed.output } : { type: 'malformed', detail: detailOf(parsed.issues) }
}
