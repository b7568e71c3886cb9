/**
 * RAdapter: how every user interface reads a runtime and sends it commands.
 *
 * A view is a whole `FrameView`, replaced by the next one; nothing is merged. Amounts are bigint in the token's
 * smallest unit; ids are 0x-hex text; times are milliseconds unless the name says seconds. This file is all that
 * components know of the runtime.
 */
import type { ActivityKind, ActivitySelection } from './activity-methods.ts'
import type { BookPage } from './address-book.ts'
import type { ApprovalView } from './approvals.ts'
import type { AccountCourt, EntityCourt } from './court-types.ts'
import type { ErrorCode } from './error-code.ts'
import type { ChainStatus, StopReason, StorageStatus } from './health.ts'
import type { Command } from './input.ts'
import type { RuntimeState } from './lifecycle.ts'
import type { Control, RuntimeListing } from './manager-methods.ts'
import type { MapSection } from './map-types.ts'
import type { Methods } from './methods.ts'
import type { RetainedInfo } from './retained.ts'

export type RAdapterMode = 'embedded' | 'rpc'
export type AccountSortKey = 'inbound' | 'outbound' | 'collateral' | 'balance' | 'created' | 'updated' | 'counterparty'
export type SortDirection = 'asc' | 'desc'
export type PageSize = 10 | 20 | 50 | 100

export type ViewState = ActivitySelection & {
  readonly selectedEntityId: string | null
  /** Shows the `account` section for this counterparty. */
  readonly selectedAccountId: string | null
  /** Which token inbound, outbound, collateral and balance speak of. */
  readonly tokenId: number
  /** 1-based. */
  readonly accountPage: number
  /** A page by its neighbour, from `nextCursor` or `prevCursor`; goes before `accountPage` while it is readable. */
  readonly accountCursor?: string | null
  readonly accountPageSize: PageSize
  readonly accountSortBy: AccountSortKey
  readonly accountSortDir: SortDirection
  /** 1-based; newest first. */
  readonly activityPage: number
  readonly activityPageSize: PageSize
  /** 1-based; null while the address book is not looked at. */
  readonly bookPage: number | null
  /** Whether the network map is looked at. */
  readonly map: boolean
}

export type TokenView = {
  readonly tokenId: number
  readonly symbol: string
  readonly decimals: number
  readonly isTest: boolean
}

/** One bilateral position in one token, seen by the selected entity. */
export type TokenPosition = {
  readonly tokenId: number
  readonly outbound: bigint
  readonly inbound: bigint
  readonly collateral: bigint
  /** Own part of the collateral ± what is owed; may be negative. */
  readonly balance: bigint
  /** The slices of the seam, left to right: they add up to outbound + held, and inbound + heldInbound. */
  readonly outCollateral: bigint
  readonly inCollateral: bigint
  /** What the other side owes us beyond collateral. */
  readonly theirDebt: bigint
  readonly ownDebt: bigint
  /** Credit they granted us, not drawn yet. */
  readonly outCredit: bigint
  readonly inCredit: bigint
  readonly held: bigint
  readonly heldInbound: bigint
}

/** Totals of one token over reserve and all accounts. */
export type Balance = {
  readonly tokenId: number
  /** reserve + account balances, never credit. */
  readonly total: bigint
  readonly reserve: bigint
  /** Of the reserve: less debts, and less what is on its way to the chain. */
  readonly spendable: bigint
  readonly canSend: bigint
  readonly canReceive: bigint
  readonly position: TokenPosition
}

export type EntitySummary = {
  readonly entityId: string
  readonly label: string
  readonly accountCount: number
  /** In the view's token. */
  readonly totalBalance: bigint
  readonly pendingHTLCs: number
  readonly stateRoot: string
  /** True for the wallet owner's own entities; peers simulated in this runtime are false. */
  readonly isOwn: boolean
  /** It forwards payments, and opens accounts with whoever asks. */
  readonly isHub: boolean
  /** The owner keeps it out of lists. */
  readonly isHidden: boolean
}

export type EntityReplicaFull = EntityCourt & {
  readonly entityId: string
  readonly label: string
  readonly height: number
  readonly address: string
  readonly balances: readonly Balance[]
  readonly lockBook: readonly {
    readonly hashlock: string
    readonly inboundFrom: string | null
    readonly outboundTo: string | null
    readonly amount: bigint
    readonly tokenId: number
  }[]
  readonly pendingPayments: readonly PendingPayment[]
  readonly invoices: readonly InvoiceView[]
}

export type PendingPayment = {
  readonly paymentId: string
  readonly to: string
  readonly toLabel: string
  readonly tokenId: number
  readonly amount: bigint
  readonly fee: bigint
  /** Whose answer is awaited. */
  readonly waitingFor: string
  readonly startedAt: number
  /** After this chain time the money is back if nothing was revealed. */
  readonly deadlineSeconds: number
  /** True while nothing that could still be paid has left this wallet. */
  readonly canCancel: boolean
}

export type InvoiceView = {
  readonly invoiceId: string
  readonly link: string
  readonly tokenId: number
  /** null: the payer chooses. */
  readonly amount: bigint | null
  readonly memo: string
  readonly expirySeconds: number
  readonly status: 'open' | 'paid' | 'expired'
}

export type AccountView = {
  readonly counterpartyId: string
  readonly counterpartyLabel: string
  readonly inbound: bigint
  readonly outbound: bigint
  readonly collateral: bigint
  readonly balance: bigint
  readonly pendingHTLCs: number
  readonly createdAtHeight: number
  readonly updatedAtHeight: number
  readonly status: 'opening' | 'open' | 'frozen' | 'suing' | 'disputed' | 'closed'
  readonly tokens: readonly TokenPosition[]
}

export type AccountPage = {
  readonly accounts: readonly AccountView[]
  readonly page: number
  readonly pageSize: PageSize
  readonly totalAccounts: number
  readonly totalPages: number
  readonly sortBy: AccountSortKey
  readonly sortDir: SortDirection
  /** For `ViewState.accountCursor`; null at the end. Stable while accounts change, unlike a page number. */
  readonly nextCursor?: string | null
  readonly prevCursor?: string | null
}

export type AccountFrameView = {
  readonly height: number
  readonly timestamp: number
  readonly byLeft: boolean
  readonly frameHash: string
  readonly accountStateRoot: string
  readonly txs: readonly string[]
}

export type AccountDetail = AccountView &
  AccountCourt & {
    readonly height: number
    readonly accountStateRoot: string
    readonly isLeft: boolean
    readonly hasPendingFrame: boolean
    readonly mempoolSize: number
    /** How far the other side may owe us, and we it, by token. */
    readonly creditLimits: readonly { readonly tokenId: number; readonly granted: bigint; readonly received: bigint }[]
    readonly locks: readonly {
      readonly hashlock: string
      readonly tokenId: number
      readonly amount: bigint
      readonly outgoing: boolean
      readonly expirySeconds: number
    }[]
    /** Newest first, at most 10. */
    readonly frames: readonly AccountFrameView[]
  }

export type ActivityStatus = 'sent' | 'received' | 'pending' | 'failed'

export type ActivityEntry = {
  /** Stable id; the same entry is replaced as its status changes. */
  readonly id: string
  readonly kind: ActivityKind
  readonly status: ActivityStatus
  readonly height: number
  readonly timestamp: number
  readonly counterpartyId: string
  readonly counterpartyLabel: string
  readonly tokenId: number
  /** Unsigned; `kind` gives the direction. */
  readonly amount: bigint
  readonly fee: bigint
  readonly memo: string
  /** Why it failed, as a code of `PaymentFailure`; empty otherwise. */
  readonly failure: string
  readonly proof: PaymentProof | null
}

export type PaymentProof = {
  readonly paymentId: string
  readonly hashlock: string
  readonly preimage: string
  /** False for keysend: the payer drew the preimage, so it proves nothing about the recipient. */
  readonly isProof: boolean
}

export type ActivityPage = {
  readonly entries: readonly ActivityEntry[]
  readonly page: number
  readonly totalPages: number
  readonly totalEntries: number
  /** What the entity had in the view's token, oldest first: at most 60 points; none for who lives on fees. */
  readonly balances: readonly bigint[]
}

export type JurisdictionView = {
  readonly name: string
  readonly chainId: bigint
  readonly height: number
  readonly timestampSeconds: number
  readonly confirmationLag: number
  readonly status: ChainStatus
  readonly isTest: boolean
  readonly tokens: readonly TokenView[]
}

/** Who has left messages unanswered for a while; they are sent again until they are answered. */
export type Unreachable = { readonly entityId: string; readonly label: string; readonly sinceMs: number }

export type FrameView = MapSection & {
  readonly height: number
  readonly timestamp: number
  readonly runtimeId: string
  readonly runtimeName: string
  readonly checkpointInterval: number
  readonly stateRoot: string
  /** False for a view of the past. */
  readonly live: boolean
  /** Why this runtime stopped, or null. */
  readonly halted: string | null
  /** Now, of a view of the past too. */
  readonly runtime: RuntimeState
  readonly role: 'writer' | 'reader'
  readonly entities: readonly EntitySummary[]
  readonly selectedEntity: EntityReplicaFull | null
  readonly accounts: AccountPage | null
  readonly account: AccountDetail | null
  readonly activity: ActivityPage | null
  /** Of the address book, when the view asks for it. */
  readonly book: BookPage | null
  readonly jurisdictions: readonly JurisdictionView[]
  /** The longest unanswered first. */
  readonly unreachable: readonly Unreachable[]
  /** Names a payment can be addressed to. */
  readonly directory: readonly { readonly entityId: string; readonly label: string }[]
}

/** Text is for people; programs look at `code` and, for E_REJECTED, at `reason.type`. */
export type WireError = {
  readonly code: ErrorCode
  readonly message: string
  readonly retryable: boolean
  readonly reason?: { readonly type: string; readonly [field: string]: unknown }
}

/** What the host tells every client, locked or not. */
export type HostStatus = {
  readonly wallet: 'none' | 'locked' | 'unlocked'
  /** The one that this connection shows. */
  readonly runtimeId: string
  /** Every one of this wallet, the one used last first; none while it is locked. */
  readonly runtimes: readonly RuntimeListing[]
  /** What this connection may do with it. */
  readonly control: Control
  readonly runtime: RuntimeState
  /** While replaying. */
  readonly progress: { readonly done: number; readonly total: number } | null
  /** Why `halted` or `read-only`; null otherwise. */
  readonly reason: StopReason | null
  readonly storage: StorageStatus
  /** Wrong-password back-off: no attempt is accepted before this time (ms); 0 when none. */
  readonly unlockNotBefore: number
  readonly autoLockMinutes: number
  readonly approvals: readonly ApprovalView[]
  /** A newer version is there, and waits for payments under way. */
  readonly updateReady: boolean
}

/** A payment as the review screen shows it; nothing is committed by asking. */
export type Quote = {
  readonly to: string
  readonly toLabel: string
  readonly tokenId: number
  readonly amount: bigint
  readonly fee: bigint
  /** Entity ids from the first hop to the recipient. */
  readonly route: readonly { readonly entityId: string; readonly label: string }[]
  /** What can be sent after it. */
  readonly remaining: bigint
  /** The seam of the first account before and after. */
  readonly before: TokenPosition
  readonly after: TokenPosition
  readonly memo: string
  /** The link that `to` was: of an invoice, or of an offer. */
  readonly invoice: string | null
}

/**
 * Everything a client may ask for besides views. Writers carry a client-drawn `commandId`; the same id always gets
 * the same answer.
 */
export type RpcMethods = Methods
export type RpcMethod = keyof RpcMethods

/** A height that is stored: nothing has to be executed again to show it. */
export type CheckpointInfo = { readonly height: number; readonly timestamp: number }

/**
 * What an adapter is asked to connect to. What its carrier has no use for is refused with E_BAD_REQUEST: a line that
 * is given to it has its other end and its rights already, and what is served there is not the client's to set up.
 */
export type RAdapterConfig = {
  readonly mode: RAdapterMode
  readonly wsUrl?: string
  readonly authKey?: string
  readonly seed?: string
  readonly snapshotInterval?: number
}

export type ConnectionStatus = 'connected' | 'connecting' | 'disconnected'

/** Rejects with `RAdapterError` (errors.ts), which carries a `WireError`. */
export type RAdapter = {
  readonly mode: RAdapterMode
  readonly status: ConnectionStatus
  readonly currentHeight: number
  connect(config?: RAdapterConfig): Promise<void>
  disconnect(): void
  setView(view: ViewState): void
  onFrame(listener: (view: FrameView) => void): () => void
  onStatusChange(listener: (status: ConnectionStatus) => void): () => void
  onHostStatus(listener: (status: HostStatus) => void): () => void
  getCheckpoints(): Promise<readonly CheckpointInfo[]>
  getRetained(): Promise<RetainedInfo>
  /** The past, through the current view. */
  getFrameAt(height: number): Promise<FrameView>
  /** Any command, as the engine takes it. @returns the height it was committed at */
  sendInput(input: Command): Promise<{ readonly height: number }>
  rpc<M extends RpcMethod>(method: M, params: RpcMethods[M]['params']): Promise<RpcMethods[M]['result']>
}

export const DEFAULT_VIEW: ViewState = {
  selectedEntityId: null,
  selectedAccountId: null,
  tokenId: 1,
  accountPage: 1,
  accountPageSize: 20,
  accountSortBy: 'balance',
  accountSortDir: 'desc',
  activityPage: 1,
  activityPageSize: 20,
  activitySearch: '',
  activityFilter: 'all',
  activityTokenId: null,
  bookPage: null,
  map: false,
}
