/** Views as a running Simnet would show them, for tests of screens. */
import type {
  AccountDetail,
  AccountView,
  ActivityEntry,
  Balance,
  FrameView,
  HostStatus,
  Quote,
  TokenPosition,
  TokenView,
} from '../../runtime/radapter/types.ts'

export const NOW = Date.UTC(2026, 4, 4, 12, 0, 0)
const hex = (digit: string, bytes: number): string => `0x${digit.repeat(bytes * 2)}`
export const IDS = {
  you: hex('1', 32),
  hub: hex('2', 32),
  bob: hex('3', 32),
  alice: hex('4', 32),
  bakery: hex('5', 32),
}
export const PAYMENT_ID = hex('a', 32)
export const PREIMAGE = hex('b', 32)

export const TUSD: TokenView = { tokenId: 1, symbol: 'tUSD', decimals: 6, isTest: true }
export const TETH: TokenView = { tokenId: 2, symbol: 'tETH', decimals: 18, isTest: true }
export const usd = (cents: number): bigint => BigInt(cents) * 10_000n

export const position = (patch: Partial<TokenPosition> = {}): TokenPosition => {
  const slices = {
    outCollateral: usd(50_000),
    inCollateral: usd(20_000),
    theirDebt: 0n,
    ownDebt: 0n,
    outCredit: usd(10_000),
    inCredit: usd(40_000),
    held: 0n,
    heldInbound: 0n,
    ...patch,
  }
  return {
    tokenId: 1,
    outbound: slices.outCollateral + slices.theirDebt + slices.outCredit - slices.held,
    inbound: slices.inCollateral + slices.ownDebt + slices.inCredit - slices.heldInbound,
    collateral: slices.outCollateral + slices.inCollateral,
    balance: slices.outCollateral + slices.theirDebt - slices.ownDebt,
    ...slices,
    ...patch,
  }
}

export const balance = (patch: Partial<Balance> = {}): Balance => ({
  tokenId: 1,
  total: usd(100_000),
  reserve: usd(50_000),
  spendable: usd(50_000),
  canSend: usd(60_000),
  canReceive: usd(60_000),
  position: position(),
  ...patch,
})

const ETHER = 10n ** 18n
const ethPosition: TokenPosition = {
  ...position({
    outCollateral: 2n * ETHER,
    inCollateral: ETHER,
    outCredit: 0n,
    inCredit: ETHER,
  }),
  tokenId: 2,
}

export const account = (
  counterpartyId: string,
  counterpartyLabel: string,
  patch: Partial<AccountView> = {},
): AccountView => ({
  counterpartyId,
  counterpartyLabel,
  inbound: usd(60_000),
  outbound: usd(60_000),
  collateral: usd(70_000),
  balance: usd(50_000),
  pendingHTLCs: 0,
  createdAtHeight: 3,
  updatedAtHeight: 42,
  status: 'open',
  tokens: [position(), ethPosition],
  ...patch,
})

export const accountDetail = (patch: Partial<AccountDetail> = {}): AccountDetail => ({
  ...account(IDS.hub, 'Hub'),
  settlement: null,
  dispute: null,
  policies: [],
  settleable: [
    { tokenId: 1, own: usd(50_000), theirs: usd(20_000) },
    { tokenId: 2, own: 2n * 10n ** 18n, theirs: 10n ** 18n },
  ],
  ownResponseSeconds: 3_600,
  theirResponseSeconds: 7_200,
  lastSafe: NOW / 1_000 + 3_600,
  isUnplugged: false,
  height: 7,
  accountStateRoot: hex('c', 32),
  isLeft: true,
  hasPendingFrame: false,
  mempoolSize: 0,
  creditLimits: [
    { tokenId: 1, granted: usd(40_000), received: usd(10_000) },
    { tokenId: 2, granted: 10n ** 18n, received: 0n },
  ],
  locks: [],
  frames: [
    {
      height: 7,
      timestamp: NOW - 60_000,
      byLeft: true,
      frameHash: hex('d', 32),
      accountStateRoot: hex('c', 32),
      txs: ['htlc_lock'],
    },
    {
      height: 6,
      timestamp: NOW - 120_000,
      byLeft: false,
      frameHash: hex('e', 32),
      accountStateRoot: hex('f', 32),
      txs: ['set_credit_limit'],
    },
  ],
  ...patch,
})

export const entry = (patch: Partial<ActivityEntry> = {}): ActivityEntry => ({
  id: 'payment-1',
  kind: 'payment_out',
  status: 'sent',
  height: 42,
  timestamp: NOW - 60_000,
  counterpartyId: IDS.bob,
  counterpartyLabel: 'Bob',
  tokenId: 1,
  amount: usd(321),
  fee: 3_210n,
  memo: '',
  failure: '',
  proof: { paymentId: PAYMENT_ID, hashlock: hex('9', 32), preimage: PREIMAGE, isProof: true },
  ...patch,
})

export const quote = (patch: Partial<Quote> = {}): Quote => ({
  to: IDS.bob,
  toLabel: 'Bob',
  tokenId: 1,
  amount: usd(321),
  fee: 3_210n,
  route: [
    { entityId: IDS.hub, label: 'Hub' },
    { entityId: IDS.bob, label: 'Bob' },
  ],
  remaining: usd(59_679) - 3_210n,
  before: position(),
  after: position({ outCollateral: usd(49_679) - 3_210n, inCollateral: usd(20_321) + 3_210n }),
  memo: '',
  invoice: null,
  ...patch,
})

export const host = (patch: Partial<HostStatus> = {}): HostStatus => ({
  wallet: 'unlocked',
  runtimeId: 'simnet',
  runtimes: [{ id: 'simnet', name: 'Simnet', kind: 'local', copyOf: null, usedAt: 0 }],
  control: 'writer',
  runtime: 'running',
  progress: null,
  reason: null,
  storage: 'ok',
  unlockNotBefore: 0,
  autoLockMinutes: 15,
  approvals: [],
  updateReady: false,
  ...patch,
})

const entities: FrameView['entities'] = Object.entries(IDS).map(([name, entityId]) => ({
  entityId,
  label: name === 'you' ? 'You' : `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
  accountCount: name === 'hub' ? 4 : 1,
  totalBalance: usd(100_000),
  pendingHTLCs: 0,
  stateRoot: hex('0', 32),
  isOwn: name === 'you',
  isHub: name === 'hub',
  isHidden: false,
}))

const ENTRIES: readonly ActivityEntry[] = [
  entry(),
  entry({
    id: 'payment-2',
    kind: 'payment_in',
    status: 'received',
    counterpartyId: IDS.alice,
    counterpartyLabel: 'Alice',
    amount: usd(1_250),
    fee: 0n,
    timestamp: NOW - 3_600_000,
  }),
  entry({
    id: 'payment-3',
    status: 'failed',
    counterpartyId: IDS.bakery,
    counterpartyLabel: 'Bakery',
    amount: usd(480),
    fee: 4_800n,
    failure: 'recipient_unreachable',
    proof: null,
    timestamp: NOW - 90_000_000,
  }),
  entry({
    id: 'deposit-1',
    kind: 'deposit',
    status: 'received',
    counterpartyId: '',
    counterpartyLabel: '',
    amount: usd(100_000),
    fee: 0n,
    proof: null,
    timestamp: NOW - 95_000_000,
  }),
]

type Network = NonNullable<FrameView['map']>

/** You, Hub and its three others in one jurisdiction, each with an account with the hub. */
export const networkMap = (patch: Partial<Network> = {}): Network => {
  const order = ['You', 'Hub', 'Bob', 'Alice', 'Bakery']
  const members = order.flatMap((name) => entities.filter(({ label }) => label === name))
  return {
    jurisdictions: [{ name: 'Simnet', x: 0, y: 300, z: 0 }],
    entities: members.map(({ entityId, label, isOwn, isHub, accountCount }) => ({
      entityId,
      label,
      jurisdiction: 0,
      isOwn,
      isHub,
      isHere: true,
      accountCount,
    })),
    accounts: [0, 2, 3, 4].map((index) => ({
      left: Math.min(index, 1),
      right: Math.max(index, 1),
      position: position(),
    })),
    moreEntities: 0,
    ...patch,
  }
}

type Entity = NonNullable<FrameView['selectedEntity']>
export type FramePatch = Partial<Omit<FrameView, 'selectedEntity'>> & { readonly entity?: Partial<Entity> }

export const frame = ({ entity = {}, ...patch }: FramePatch = {}): FrameView => ({
  height: 42,
  timestamp: NOW,
  runtimeId: 'simnet',
  runtimeName: 'Simnet',
  checkpointInterval: 5,
  stateRoot: hex('7', 32),
  live: true,
  halted: null,
  runtime: 'running',
  role: 'writer',
  entities,
  selectedEntity: {
    entityId: IDS.you,
    label: 'You',
    chain: 'Simnet',
    debts: [],
    outstanding: { waiting: 0, inFlight: 0, calls: 0 },
    lastSafe: NOW / 1_000 + 3_600,
    height: 42,
    address: hex('8', 20),
    balances: [
      balance(),
      {
        tokenId: 2,
        total: 10n * ETHER,
        reserve: 8n * ETHER,
        spendable: 8n * ETHER,
        canSend: 2n * ETHER,
        canReceive: 2n * ETHER,
        position: ethPosition,
      },
    ],
    lockBook: [],
    pendingPayments: [],
    invoices: [],
    ...entity,
  },
  accounts: {
    accounts: [account(IDS.hub, 'Hub')],
    page: 1,
    pageSize: 20,
    totalAccounts: 1,
    totalPages: 1,
    sortBy: 'balance',
    sortDir: 'desc',
  },
  account: null,
  activity: {
    entries: ENTRIES,
    page: 1,
    totalPages: 1,
    totalEntries: ENTRIES.length,
    balances: [0n, usd(50_000), usd(100_000)],
  },
  book: null,
  map: null,
  jurisdictions: [
    {
      name: 'Simnet',
      chainId: 31_337n,
      height: 12,
      timestampSeconds: Math.floor(NOW / 1_000),
      confirmationLag: 0,
      status: { type: 'up' },
      isTest: true,
      tokens: [TUSD, TETH],
    },
  ],
  unreachable: [],
  directory: entities.map(({ entityId, label }) => ({ entityId, label })),
  ...patch,
})
