/** How settlements, disputes, debts and quotes of moves travel; the parts of a view that have them are in frame-wire.ts. */
import type {
  AccountCourt,
  DebtView,
  DisputeView,
  EntityCourt,
  MoveChange,
  MoveQuote,
  PolicyView,
  SettlementMove,
  SettlementView,
  StakeView,
} from './court-types.ts'
import type { TokenPosition } from './types.ts'
import { count, figure, figures, flag, list, nullable, row, text, type Wire, word } from './wire.ts'

/** An id, a hash or a name. */
const short = text(256)

export const positionWire: Wire<TokenPosition> = figures<TokenPosition>({
  tokenId: 'number',
  outbound: 'bigint',
  inbound: 'bigint',
  collateral: 'bigint',
  balance: 'bigint',
  outCollateral: 'bigint',
  inCollateral: 'bigint',
  theirDebt: 'bigint',
  ownDebt: 'bigint',
  outCredit: 'bigint',
  inCredit: 'bigint',
  held: 'bigint',
  heldInbound: 'bigint',
})

const movesWire = list(figures<SettlementMove>({ tokenId: 'number', own: 'bigint', theirs: 'bigint' }), 100)

const settlementWire: Wire<SettlementView> = row<SettlementView>({
  isOurs: flag,
  stage: word(['asked', 'proposed', 'approved', 'sealed', 'handed_in']),
  needsDecision: flag,
  validUntil: count,
  moves: movesWire,
  after: list(positionWire, 100),
})

const disputeWire: Wire<DisputeView> = row<DisputeView>({
  stage: word(['suing', 'open', 'waiting', 'due']),
  isOurs: flag,
  proof: word(['older', 'newest', 'newer']),
  isAnswering: flag,
  windowEnd: count,
  judgedAfter: count,
  stakes: list(
    figures<StakeView>({
      tokenId: 'number',
      collateral: 'bigint',
      gets: 'bigint',
      isOwed: 'bigint',
      owes: 'bigint',
      newestGets: 'bigint',
      newestIsOwed: 'bigint',
      newestOwes: 'bigint',
    }),
    100,
  ),
})

export const accountCourtWire: Wire<AccountCourt> = row<AccountCourt>({
  settlement: nullable(settlementWire),
  dispute: nullable(disputeWire),
  policies: list(row<PolicyView>({ tokenId: count, softLimit: figure, isOurs: flag }), 100),
  settleable: movesWire,
  ownResponseSeconds: count,
  theirResponseSeconds: count,
  lastSafe: nullable(count),
  isUnplugged: flag,
})

export const entityCourtWire: Wire<EntityCourt> = row<EntityCourt>({
  chain: short,
  debts: list(
    row<DebtView>({
      counterpartyId: short,
      counterpartyLabel: short,
      isOwedToUs: flag,
      tokenId: count,
      debtId: count,
      amount: figure,
    }),
    100,
  ),
  outstanding: figures<EntityCourt['outstanding']>({ waiting: 'number', inFlight: 'number', calls: 'number' }),
  lastSafe: nullable(count),
})

const change = nullable(figures<{ before: bigint; after: bigint }>({ before: 'bigint', after: 'bigint' }))

export const moveQuoteWire: Wire<MoveQuote> = row<MoveQuote>({
  changes: list(
    row<MoveChange>({
      tokenId: count,
      address: change,
      reserve: change,
      account: nullable(row<NonNullable<MoveChange['account']>>({ before: positionWire, after: positionWire })),
    }),
    100,
  ),
  moves: movesWire,
  address: nullable(row<NonNullable<MoveQuote['address']>>({ text: short, isOwn: flag, isKnown: flag })),
  gas: nullable(figures<NonNullable<MoveQuote['gas']>>({ have: 'bigint', need: 'bigint' })),
})
