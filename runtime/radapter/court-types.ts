/**
 * Money between an account and the chain, as a view shows it: settlements, disputes, debts, and what is on its way
 * there. `own` and `theirs` speak from the side of the entity that is looked at. Times are the chain's, in seconds.
 */
import type { TokenPosition } from './types.ts'

/** Out of the account into the reserve of a side; negative the other way. */
export type SettlementMove = { readonly tokenId: number; readonly own: bigint; readonly theirs: bigint }

/**
 * - asked: ours, and the other side has not signed that it has seen it.
 * - proposed: it waits for the word of whoever did not propose it.
 * - approved: both agreed; their signatures are on their way.
 * - sealed: both have signed; the proposer hands it in.
 * - handed_in: the chain has been asked.
 */
export type SettlementStage = 'asked' | 'proposed' | 'approved' | 'sealed' | 'handed_in'

export type SettlementView = {
  readonly isOurs: boolean
  readonly stage: SettlementStage
  /** It is for this side to say yes or no, and it has not yet. */
  readonly needsDecision: boolean
  /** The last second in which the chain takes it. */
  readonly validUntil: number
  readonly moves: readonly SettlementMove[]
  /** The account as it will be: one position a move. */
  readonly after: readonly TokenPosition[]
}

/** In one token, what a judgement gives: by the proof the court has, and by the newest one this side holds. */
export type StakeView = {
  readonly tokenId: number
  readonly collateral: bigint
  /** Comes to the reserve. */
  readonly gets: bigint
  /** Becomes a debt to this side, as far as the other side's reserve does not cover it. */
  readonly isOwed: bigint
  readonly owes: bigint
  readonly newestGets: bigint
  readonly newestIsOwed: bigint
  readonly newestOwes: bigint
}

/**
 * - suing: the court has been called, and the chain has not said so yet.
 * - open: a newer proof may still be shown.
 * - waiting: payments under way still have to be decided.
 * - due: it can be judged.
 */
export type DisputeStage = 'suing' | 'open' | 'waiting' | 'due'

export type DisputeView = {
  readonly stage: DisputeStage
  readonly isOurs: boolean
  /** What the court has, beside the newest that this side holds. */
  readonly proof: 'older' | 'newest' | 'newer'
  /** Our newer proof is on its way to the chain. */
  readonly isAnswering: boolean
  /** Both 0 while suing. */
  readonly windowEnd: number
  readonly judgedAfter: number
  readonly stakes: readonly StakeView[]
}

/** Collateral is asked for by itself whenever the unsecured claim is above `softLimit`. */
export type PolicyView = { readonly tokenId: number; readonly softLimit: bigint; readonly isOurs: boolean }

/** What an account in full shows beside its payments. */
export type AccountCourt = {
  readonly settlement: SettlementView | null
  readonly dispute: DisputeView | null
  readonly policies: readonly PolicyView[]
  /** What a settlement could take out now, by token: each side's own part of the collateral that nothing holds. */
  readonly settleable: readonly SettlementMove[]
  /** How long each side may take to answer a dispute. */
  readonly ownResponseSeconds: number
  readonly theirResponseSeconds: number
  /** Opened once before then, this wallet loses nothing in this account; null when nothing could be lost. */
  readonly lastSafe: number | null
  /** The other side is simulated, and cut off for now. */
  readonly isUnplugged: boolean
}

export type DebtView = {
  readonly counterpartyId: string
  readonly counterpartyLabel: string
  /** Owed to the entity looked at; false when it is the debtor. */
  readonly isOwedToUs: boolean
  readonly tokenId: number
  /** Older ones, by this number, are paid first. */
  readonly debtId: number
  readonly amount: bigint
}

/** What an entity has to do with its chain. */
export type EntityCourt = {
  /** Name of its jurisdiction. */
  readonly chain: string
  /** At most 50. */
  readonly debts: readonly DebtView[]
  readonly outstanding: {
    /** Operations that wait for the batch before them. */
    readonly waiting: number
    /** Operations in the batch on its way. */
    readonly inFlight: number
    /** What else the chain has been told and has not shown yet. */
    readonly calls: number
  }
  /** As in `AccountCourt`, over all accounts. */
  readonly lastSafe: number | null
}

/** What is about to be done with money between accounts, reserve and chain. */
export type Move =
  | { readonly type: 'deposit'; readonly tokenId: number; readonly amount: bigint }
  | { readonly type: 'withdraw'; readonly tokenId: number; readonly amount: bigint; readonly to: string }
  | {
      readonly type: 'collateral'
      readonly counterpartyId: string
      readonly tokenId: number
      readonly amount: bigint
    }
  | { readonly type: 'limit'; readonly counterpartyId: string; readonly tokenId: number; readonly limit: bigint }
  /** null: all collateral that nothing holds goes home, each side's own part to its reserve. */
  | { readonly type: 'settle'; readonly counterpartyId: string; readonly moves: readonly SettlementMove[] | null }
  | { readonly type: 'dispute'; readonly counterpartyId: string }

/** What a move changes in one token. Null where that place has no part in it. */
export type MoveChange = {
  readonly tokenId: number
  /** At the owner's address. */
  readonly address: { readonly before: bigint; readonly after: bigint } | null
  /** What of the reserve can be spent. */
  readonly reserve: { readonly before: bigint; readonly after: bigint } | null
  readonly account: { readonly before: TokenPosition; readonly after: TokenPosition } | null
}

/** A move as its review shows it; nothing is committed by asking. */
export type MoveQuote = {
  readonly changes: readonly MoveChange[]
  /** Of a settlement: what is to be proposed. */
  readonly moves: readonly SettlementMove[]
  /** Where a withdrawal goes, or a deposit comes from: with its checksum. */
  readonly address: {
    readonly text: string
    readonly isOwn: boolean
    /** Money went there before. */
    readonly isKnown: boolean
  } | null
  /** Of the chain's own coin, what lies ready and what defending everything could take; null where nobody pays. */
  readonly gas: { readonly have: bigint; readonly need: bigint } | null
}

type Ask = { readonly commandId: string; readonly entityId: string }
type In = Ask & { readonly counterpartyId: string }
type Committed = { readonly height: number }

export type CourtMethods = {
  /** The owner's address on the entity's chain, with its checksum, and what lies there. */
  'purse.get': {
    params: { entityId: string }
    result: { address: string; tokens: readonly { readonly tokenId: number; readonly amount: bigint }[] }
  }
  'move.quote': { params: { entityId: string; move: Move }; result: MoveQuote }
  /** From the owner's address. */
  'reserve.deposit': { params: Ask & { tokenId: number; amount: bigint }; result: Committed }
  'reserve.withdraw': { params: Ask & { tokenId: number; amount: bigint; to: string }; result: Committed }
  'account.settle': { params: In & { moves: readonly SettlementMove[] }; result: Committed }
  'account.settlement': { params: In & { decision: 'approve' | 'reject' }; result: Committed }
  /** Nothing more is signed in the account; there is no way back. */
  'account.dispute': { params: In; result: Committed }
  /** For an account that was judged. */
  'account.reopen': { params: In & { tokenId: number; creditLimit: bigint }; result: Committed }
  'collateral.request': { params: In & { tokenId: number; amount: bigint }; result: Committed }
  'collateral.policy': { params: In & { tokenId: number; softLimit: bigint | null }; result: Committed }
  'debts.enforce': { params: Ask & { debtorId: string; tokenId: number }; result: Committed }
}
