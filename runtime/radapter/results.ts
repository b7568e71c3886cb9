/** How the result of every method travels. */
import type { EntryWithBalance } from './activity-methods.ts'
import { moveQuoteWire, positionWire } from './court-wire.ts'
import { ENTRY, entryWire, short } from './frame-wire.ts'
import { RUNTIME_KINDS } from './manager-methods.ts'
import type { OfferView } from './receive-methods.ts'
import type { SiteView } from './site-methods.ts'
import type { Quote, RpcMethod, RpcMethods } from './types.ts'
import { count, figure, list, nullable, row, text, type Wire, word } from './wire.ts'

const long = text(65_536)
const nothing: Wire<Record<string, never>> = row<Record<string, never>>({})
const committed: Wire<{ readonly height: number }> = row<{ readonly height: number }>({ height: count })

const made: Wire<{ readonly id: string }> = row<{ readonly id: string }>({ id: short })

const adopted: Wire<RpcMethods['runtime.adopt']['result']> = row<RpcMethods['runtime.adopt']['result']>({
  id: nullable(short),
  kind: nullable(word(RUNTIME_KINDS)),
  here: nullable(short),
  behindBy: nullable(count),
})

const quoteWire: Wire<Quote> = row<Quote>({
  to: short,
  toLabel: short,
  tokenId: count,
  amount: figure,
  fee: figure,
  route: list(row<Quote['route'][number]>({ entityId: short, label: short }), 100),
  remaining: figure,
  before: positionWire,
  after: positionWire,
  memo: long,
  invoice: nullable(long),
})

const siteWire: Wire<SiteView> = row<SiteView>({
  origin: text(2_048),
  firstSeen: count,
  lastUsed: count,
  addresses: list(short, 100),
  runtimeId: short,
  entityId: short,
  chainId: figure,
})

const balancedWire: Wire<EntryWithBalance> = row<EntryWithBalance>({ ...ENTRY, balance: nullable(figure) })

export const RESULTS: { readonly [M in RpcMethod]: Wire<RpcMethods[M]['result']> } = {
  'wallet.draftPhrase': row<RpcMethods['wallet.draftPhrase']['result']>({ words: list(short, 24) }),
  'wallet.create': nothing,
  'wallet.checkPhrase': row<RpcMethods['wallet.checkPhrase']['result']>({ words: count }),
  'wallet.import': nothing,
  'wallet.unlock': nothing,
  'wallet.lock': nothing,
  'wallet.setAutoLock': nothing,
  'wallet.touch': nothing,
  'wallet.revealPhrase': row<RpcMethods['wallet.revealPhrase']['result']>({ words: list(short, 24) }),
  'wallet.changePassword': nothing,
  'wallet.reset': nothing,
  'pay.quote': quoteWire,
  'pay.limit': row<RpcMethods['pay.limit']['result']>({ amount: figure }),
  'pay.send': row<RpcMethods['pay.send']['result']>({ height: count, paymentId: short }),
  'pay.cancel': committed,
  'pay.get': entryWire,
  'invoice.create': row<RpcMethods['invoice.create']['result']>({ height: count, invoiceId: short, link: long }),
  'offer.create': row<RpcMethods['offer.create']['result']>({ height: count, offerId: short, link: long }),
  'offer.list': row<RpcMethods['offer.list']['result']>({
    offers: list(
      row<OfferView>({ offerId: short, link: long, tokenId: count, amount: nullable(figure), memo: long }),
      100,
    ),
    total: count,
  }),
  'offer.withdraw': committed,
  'runtime.create': made,
  'runtime.clone': made,
  'runtime.adopt': adopted,
  'runtime.select': nothing,
  'runtime.rename': nothing,
  'runtime.delete': nothing,
  'runtime.takeControl': nothing,
  'host.update': nothing,
  'host.retry': nothing,
  'host.reopen': nothing,
  'entity.create': row<RpcMethods['entity.create']['result']>({ height: count, entityId: short }),
  'account.proof': row<RpcMethods['account.proof']['result']>({ file: text(900_000) }),
  'account.open': committed,
  'account.setCreditLimit': committed,
  'reserve.toCollateral': committed,
  'reserve.transfer': committed,
  'purse.get': row<RpcMethods['purse.get']['result']>({
    address: short,
    tokens: list(row<RpcMethods['purse.get']['result']['tokens'][number]>({ tokenId: count, amount: figure }), 1_000),
  }),
  'move.quote': moveQuoteWire,
  'reserve.deposit': committed,
  'reserve.withdraw': committed,
  'account.settle': committed,
  'account.settlement': committed,
  'account.dispute': committed,
  'account.reopen': committed,
  'collateral.request': committed,
  'collateral.policy': committed,
  'debts.enforce': committed,
  'activity.detail': row<RpcMethods['activity.detail']['result']>({
    entry: balancedWire,
    frameHashes: list(short, 100),
  }),
  'activity.export': row<RpcMethods['activity.export']['result']>({
    entries: list(balancedWire, 1_000),
    before: nullable(count),
  }),
  'book.set': nothing,
  'book.remove': nothing,
  'approvals.quote': quoteWire,
  'approvals.approve': nothing,
  'approvals.reject': nothing,
  'approvals.rejectAll': nothing,
  'simnet.unplug': committed,
  'simnet.skip': row<RpcMethods['simnet.skip']['result']>({ timestampSeconds: count }),
  'sites.list': row<RpcMethods['sites.list']['result']>({ sites: list(siteWire, 1_000) }),
  'sites.here': row<RpcMethods['sites.here']['result']>({ origin: nullable(text(2_048)), connected: count }),
  'sites.revoke': nothing,
}
