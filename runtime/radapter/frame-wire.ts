/** How a FrameView and its parts travel. The limits are bounds on what is believed, well above what is sent. */
import * as v from 'valibot'
import { ACTIVITY_KINDS } from './activity-methods.ts'
import type { BookEntry, BookPage } from './address-book.ts'
import type { AccountCourt, EntityCourt } from './court-types.ts'
import { accountCourtWire, entityCourtWire, positionWire } from './court-wire.ts'
import { CHAIN_TROUBLES, CHAIN_UP, type ChainStatus } from './health.ts'
import { RUNTIME_STATES } from './lifecycle.ts'
import type { MapAccount, MapEntity, MapJurisdiction, MapView } from './map-types.ts'
import type {
  AccountDetail,
  AccountFrameView,
  AccountPage,
  AccountView,
  ActivityEntry,
  ActivityPage,
  Balance,
  EntityReplicaFull,
  EntitySummary,
  FrameView,
  InvoiceView,
  JurisdictionView,
  PaymentProof,
  PendingPayment,
  TokenView,
  Unreachable,
} from './types.ts'
import { both, count, figure, figures, flag, kept, list, nullable, number, row, text, type Wire, word } from './wire.ts'

/** An id, a hash or a name. */
export const short = text(256)
const long = text(16_384)

const balanceWire: Wire<Balance> = row<Balance>({
  tokenId: count,
  total: figure,
  reserve: figure,
  spendable: figure,
  canSend: figure,
  canReceive: figure,
  position: positionWire,
})

const summaryWire: Wire<EntitySummary> = row<EntitySummary>({
  entityId: short,
  label: short,
  accountCount: count,
  totalBalance: figure,
  pendingHTLCs: count,
  stateRoot: short,
  isOwn: flag,
  isHub: flag,
  isHidden: flag,
})

const pendingWire: Wire<PendingPayment> = row<PendingPayment>({
  paymentId: short,
  to: short,
  toLabel: short,
  tokenId: count,
  amount: figure,
  fee: figure,
  waitingFor: short,
  startedAt: count,
  deadlineSeconds: count,
  canCancel: flag,
})

const invoiceWire: Wire<InvoiceView> = row<InvoiceView>({
  invoiceId: short,
  link: long,
  tokenId: count,
  amount: nullable(figure),
  memo: long,
  expirySeconds: count,
  status: word(['open', 'paid', 'expired']),
})

const entityWire: Wire<EntityReplicaFull> = both(
  entityCourtWire,
  row<Omit<EntityReplicaFull, keyof EntityCourt>>({
    entityId: short,
    label: short,
    height: count,
    address: short,
    balances: list(balanceWire, 2_000),
    lockBook: list(
      row<EntityReplicaFull['lockBook'][number]>({
        hashlock: short,
        inboundFrom: nullable(short),
        outboundTo: nullable(short),
        amount: figure,
        tokenId: count,
      }),
      1_000,
    ),
    pendingPayments: list(pendingWire, 1_000),
    invoices: list(invoiceWire, 1_000),
  }),
)

type AccountFigures = Omit<AccountView, 'counterpartyId' | 'counterpartyLabel' | 'status' | 'tokens'>

const accountWire: Wire<AccountView> = both(
  row<Omit<AccountView, keyof AccountFigures>>({
    counterpartyId: short,
    counterpartyLabel: short,
    status: word(['opening', 'open', 'frozen', 'suing', 'disputed', 'closed']),
    tokens: list(positionWire, 1_000),
  }),
  figures<AccountFigures>({
    inbound: 'bigint',
    outbound: 'bigint',
    collateral: 'bigint',
    balance: 'bigint',
    pendingHTLCs: 'number',
    createdAtHeight: 'number',
    updatedAtHeight: 'number',
  }),
)

const pageWire: Wire<AccountPage> = row<AccountPage>({
  accounts: list(kept(accountWire), 100),
  page: count,
  pageSize: word([10, 20, 50, 100]),
  totalAccounts: count,
  totalPages: count,
  sortBy: word(['inbound', 'outbound', 'collateral', 'balance', 'created', 'updated', 'counterparty']),
  sortDir: word(['asc', 'desc']),
  nextCursor: nullable(short),
  prevCursor: nullable(short),
})

const detailWire: Wire<AccountDetail> = both(
  both(accountWire, accountCourtWire),
  row<Omit<AccountDetail, keyof AccountView | keyof AccountCourt>>({
    height: count,
    accountStateRoot: short,
    isLeft: flag,
    hasPendingFrame: flag,
    mempoolSize: count,
    creditLimits: list(
      row<AccountDetail['creditLimits'][number]>({ tokenId: count, granted: figure, received: figure }),
      1_000,
    ),
    locks: list(
      row<AccountDetail['locks'][number]>({
        hashlock: short,
        tokenId: count,
        amount: figure,
        outgoing: flag,
        expirySeconds: count,
      }),
      1_000,
    ),
    frames: list(
      row<AccountFrameView>({
        height: count,
        timestamp: count,
        byLeft: flag,
        frameHash: short,
        accountStateRoot: short,
        txs: list(short, 1_000),
      }),
      100,
    ),
  }),
)

export const ENTRY = {
  id: short,
  kind: word(ACTIVITY_KINDS),
  status: word(['sent', 'received', 'pending', 'failed']),
  height: count,
  timestamp: count,
  counterpartyId: short,
  counterpartyLabel: short,
  tokenId: count,
  amount: figure,
  fee: figure,
  memo: long,
  failure: long,
  proof: nullable(row<PaymentProof>({ paymentId: short, hashlock: short, preimage: short, isProof: flag })),
} as const
export const entryWire: Wire<ActivityEntry> = row<ActivityEntry>(ENTRY)

const activityWire: Wire<ActivityPage> = row<ActivityPage>({
  entries: list(entryWire, 100),
  page: count,
  totalPages: count,
  totalEntries: count,
  balances: list(figure, 100),
})

const bookWire: Wire<BookPage> = row<BookPage>({
  entries: list(row<BookEntry>({ entityId: short, name: short, isHidden: flag }), 100),
  page: count,
  totalPages: count,
  totalEntries: count,
})

const mapWire: Wire<MapView> = row<MapView>({
  jurisdictions: list(row<MapJurisdiction>({ name: short, x: number, y: number, z: number }), 100),
  entities: list(
    row<MapEntity>({
      entityId: short,
      label: short,
      jurisdiction: count,
      isOwn: flag,
      isHub: flag,
      isHere: flag,
      accountCount: count,
    }),
    1_000,
  ),
  accounts: list(row<MapAccount>({ left: count, right: count, position: positionWire }), 1_000),
  moreEntities: count,
})

type Down = Extract<ChainStatus, { type: 'down' }>
const downWire = nullable(row<Omit<Down, 'type'>>({ sinceMs: count, reason: word(CHAIN_TROUBLES) }))
/** Nothing of a chain that is up. */
const chainStatusWire: Wire<ChainStatus> = {
  write: (status) => downWire.write(status.type === 'up' ? null : status),
  schema: v.pipe(
    downWire.schema,
    v.transform((down): ChainStatus => (down === null ? CHAIN_UP : { type: 'down', ...down })),
  ),
}

const jurisdictionWire: Wire<JurisdictionView> = row<JurisdictionView>({
  name: short,
  chainId: figure,
  height: count,
  timestampSeconds: count,
  confirmationLag: count,
  status: chainStatusWire,
  isTest: flag,
  tokens: list(row<TokenView>({ tokenId: count, symbol: short, decimals: count, isTest: flag }), 1_000),
})

export const frameWire: Wire<FrameView> = row<FrameView>({
  height: count,
  timestamp: count,
  runtimeId: short,
  runtimeName: short,
  checkpointInterval: count,
  stateRoot: short,
  live: flag,
  halted: nullable(long),
  runtime: word(RUNTIME_STATES),
  role: word(['writer', 'reader']),
  entities: list(summaryWire, 10_000),
  selectedEntity: nullable(entityWire),
  accounts: nullable(pageWire),
  account: nullable(detailWire),
  activity: nullable(activityWire),
  book: nullable(bookWire),
  map: nullable(mapWire),
  jurisdictions: list(jurisdictionWire, 100),
  unreachable: list(row<Unreachable>({ entityId: short, label: short, sinceMs: count }), 100),
  directory: list(row<FrameView['directory'][number]>({ entityId: short, label: short }), 10_000),
})
