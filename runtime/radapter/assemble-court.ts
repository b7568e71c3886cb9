/** What a view says of money between accounts and the chain: of one account, and of an entity. Lists are bounded. */
import { hold } from '../account/delta.ts'
import { deltaKey } from '../account/keys.ts'
import { encodeProofBody } from '../account/proof-body.ts'
import { bestProof } from '../account/seal.ts'
import { afterDiff, heldBy } from '../account/settlement.ts'
import { type AccountReplica, counterpartyOf, type Settlement } from '../account/types.ts'
import type { Debt } from '../entity/types.ts'
import type { JBatch, JReplica } from '../jurisdiction/types.ts'
import type {
  AccountCourt,
  DebtView,
  DisputeStage,
  DisputeView,
  EntityCourt,
  SettlementStage,
  SettlementView,
  StakeView,
} from './court-types.ts'
import { exposureOf, lastSafe } from './last-safe.ts'
import { positionView, settleable } from './positions.ts'
import type { EntityFacts, StateReader } from './reader.ts'
import { judge, NO_SHARE, onChainOf, readProofBody, type Share } from './stakes.ts'
import type { TokenPosition } from './types.ts'

/** What a view shows of debts; what they add up to is in the balances. */
const SHOWN_DEBTS = 50
/** Disputes looked through for their deadlines. */
const MOST_DISPUTES = 50

const chainOf = (reader: StateReader, { jurisdiction }: EntityFacts): JReplica | undefined =>
  reader.jurisdictions().find(({ name }) => name === jurisdiction)

export const accountCourt = (reader: StateReader, entity: EntityFacts, account: AccountReplica): AccountCourt => {
  const { state, isLeft } = account
  const { leftResponseSeconds, rightResponseSeconds } = state.terms
  const chainSeconds = chainOf(reader, entity)?.timestampSeconds ?? 0
  return {
    settlement: settlementView(account),
    dispute: disputeView(entity, account, chainSeconds),
    policies: state.policies.map(({ tokenId, byLeft, softLimit }) => ({
      tokenId,
      softLimit,
      isOurs: byLeft === isLeft,
    })),
    settleable: settleable(account),
    ownResponseSeconds: isLeft ? leftResponseSeconds : rightResponseSeconds,
    theirResponseSeconds: isLeft ? rightResponseSeconds : leftResponseSeconds,
    lastSafe: lastSafe(exposureOf(account, chainSeconds, (key) => isCollecting(entity, account, key))),
    isUnplugged: reader.isUnplugged(counterpartyOf(account)),
  }
}

type QueuedTx = AccountReplica['mempool'][number]
const queuedIn = ({ pending, mempool }: AccountReplica): readonly QueuedTx[] => [
  ...(pending?.frame.accountTxs ?? []),
  ...mempool,
]

const queuedOf = <T extends QueuedTx['type']>(account: AccountReplica, type: T) =>
  queuedIn(account).filter((tx): tx is Extract<QueuedTx, { type: T }> => tx.type === type)

/** We hold the preimage of this lock towards us, and its payer has not acknowledged it. */
const isCollecting = (entity: EntityFacts, account: AccountReplica, key: string): boolean => {
  const route = entity.lockBook.get(key)
  if (route?.type === 'forward' && route.preimage !== null) return true
  const lock = account.state.locks.get(key)
  return queuedOf(account, 'htlc_resolve').some(
    ({ hashlock, part, outcome }) =>
      outcome.type === 'secret' && part === lock?.part && hashlock.every((byte, i) => byte === lock.hashlock[i]),
  )
}

const stageOf = ({ seals }: AccountReplica, { approvedAtHeight }: Settlement): SettlementStage => {
  if (approvedAtHeight === null) return 'proposed'
  if (seals?.height !== approvedAtHeight) return 'approved'
  if (seals.isHandedIn) return 'handed_in'
  return seals.own.settlement !== null && seals.peer.settlement !== null ? 'sealed' : 'approved'
}

const settlementView = (account: AccountReplica): SettlementView | null => {
  const { state, isLeft, status } = account
  // A dispute ends it, whatever it had come to.
  if (status.type !== 'open' && status.type !== 'frozen') return null
  const agreed = state.settlement
  const [asked] = queuedOf(account, 'settle_propose')
  const settlement: Settlement | null =
    agreed ?? (asked === undefined ? null : { ...asked, byLeft: isLeft, approvedAtHeight: null })
  if (settlement === null) return null
  const isOurs = settlement.byLeft === isLeft
  const answered = queuedIn(account).some(({ type }) => type === 'settle_approve' || type === 'settle_reject')
  const stage = agreed === null ? 'asked' : stageOf(account, agreed)
  return {
    isOurs,
    stage,
    needsDecision: stage === 'proposed' && !isOurs && !answered && status.type === 'open',
    validUntil: settlement.validUntil,
    moves: settlement.diffs.map(({ tokenId, leftDiff, rightDiff }) => ({
      tokenId,
      own: isLeft ? leftDiff : rightDiff,
      theirs: isLeft ? rightDiff : leftDiff,
    })),
    after: settlement.diffs.flatMap((diff) => afterOf(account, settlement, diff)),
  }
}

/** What it holds meanwhile is free again afterwards. */
const afterOf = (
  { state, isLeft }: AccountReplica,
  settlement: Settlement,
  diff: Settlement['diffs'][number],
): readonly TokenPosition[] => {
  const delta = state.deltas.get(deltaKey(diff.tokenId))
  if (delta === undefined) return []
  const free = [true, false].reduce(
    (held, byLeft) => hold(held, { byLeft, amount: -heldBy(settlement, diff.tokenId, byLeft) }),
    delta,
  )
  return [positionView(afterDiff(free, diff), isLeft)]
}

/** Judged now by this body; nothing when the bytes are no body. */
const sharesBy = (entity: EntityFacts, account: AccountReplica, bytes: Uint8Array): ReadonlyMap<number, Share> => {
  const body = readProofBody(bytes)
  if (body === null) return new Map()
  return judge({
    body,
    isLeft: account.isLeft,
    onChain: (tokenId) => onChainOf(account, tokenId),
    revealedAt: (hashlock) => entity.secrets.get(hashlock)?.revealedAtSeconds ?? null,
  })
}

const stakesOf = (entity: EntityFacts, account: AccountReplica, courtBody: Uint8Array | null): readonly StakeView[] => {
  const newest = sharesBy(entity, account, encodeProofBody(account.state))
  const court = courtBody === null ? newest : sharesBy(entity, account, courtBody)
  const tokenIds = [...new Set([...newest.keys(), ...court.keys()])].sort((a, b) => a - b)
  return tokenIds.map((tokenId) => {
    const [now, best] = [court.get(tokenId) ?? NO_SHARE, newest.get(tokenId) ?? NO_SHARE]
    return {
      tokenId,
      collateral: onChainOf(account, tokenId).collateral,
      ...now,
      newestGets: best.gets,
      newestIsOwed: best.isOwed,
      newestOwes: best.owes,
    }
  })
}

const disputeView = (entity: EntityFacts, account: AccountReplica, chainSeconds: number): DisputeView | null => {
  const { status, isLeft, state } = account
  if (status.type === 'suing') {
    const stakes = stakesOf(entity, account, null)
    return { stage: 'suing', isOurs: true, proof: 'newest', isAnswering: false, windowEnd: 0, judgedAfter: 0, stakes }
  }
  if (status.type !== 'disputed') return null
  const { byLeft, nonce, body, windowEndSeconds: windowEnd, judgedAfterSeconds: judgedAfter } = status.dispute
  const held = bestProof(account)?.nonce ?? 0
  const stage: DisputeStage = chainSeconds <= windowEnd ? 'open' : chainSeconds <= judgedAfter ? 'waiting' : 'due'
  const { left, right } = state.terms
  const isAnswering = [...entity.calls.values()].some(
    (call) => call.type === 'counter' && call.left === left && call.right === right,
  )
  return {
    stage,
    isOurs: byLeft === isLeft,
    proof: nonce < held ? 'older' : nonce === held ? 'newest' : 'newer',
    isAnswering,
    windowEnd,
    judgedAfter,
    stakes: stakesOf(entity, account, body),
  }
}

const operationsIn = (batch: JBatch): number => Object.values(batch).reduce((sum, { length }) => sum + length, 0)

export const entityCourt = (reader: StateReader, entity: EntityFacts): EntityCourt => {
  const { batch, calls } = entity
  return {
    chain: entity.jurisdiction,
    debts: debtViews(reader, entity),
    outstanding: {
      waiting: operationsIn(batch.draft),
      inFlight: batch.inFlight === null ? 0 : operationsIn(batch.inFlight.batch),
      calls: calls.size,
    },
    lastSafe: lastSafe({ chainSeconds: chainOf(reader, entity)?.timestampSeconds ?? 0, ...exposure(reader, entity) }),
  }
}

const debtViews = (reader: StateReader, entity: EntityFacts): readonly DebtView[] => {
  const shown: DebtView[] = []
  for (const debt of entity.debts.values()) {
    if (shown.length === SHOWN_DEBTS) break
    shown.push(debtView(reader, entity, debt))
  }
  return shown
}

const debtView = (reader: StateReader, { entityId }: EntityFacts, debt: Debt): DebtView => {
  const { debtor, creditor, tokenId, debtId, amount } = debt
  const isOwedToUs = creditor === entityId
  const counterpartyId = isOwedToUs ? debtor : creditor
  return {
    counterpartyId,
    counterpartyLabel: reader.labelOf(counterpartyId),
    isOwedToUs,
    tokenId,
    debtId,
    amount,
  }
}

const first = <T>(items: Iterable<T>, isIt: (item: T) => boolean): T | undefined => {
  for (const item of items) if (isIt(item)) return item
  return undefined
}

/** Over all accounts without looking at each: what has to be done in time stands in the entity's own lists. */
const exposure = (
  reader: StateReader,
  entity: EntityFacts,
): { readonly responseSeconds: number | null; readonly deadlines: readonly number[] } => {
  const { entityId, accountCount, responseSeconds, deadlines, wakes } = entity
  const chainSeconds = chainOf(reader, entity)?.timestampSeconds ?? 0
  const disputes = [...deadlines.values()].filter(({ kind }) => kind === 'judge').slice(0, MOST_DISPUTES)
  const byDisputes = disputes.flatMap(({ counterparty }) => {
    const account = reader.account(entityId, counterparty)
    return account === null ? [] : exposureOf(account, chainSeconds, () => false).deadlines
  })
  const { positions } = reader.totals(entityId)
  const reveal = first(wakes.values(), ({ kind }) => kind === 'lock_reveal')
  return {
    // An account that was judged, or is still being opened, holds no token.
    responseSeconds: positions.size > 0 && accountCount > disputes.length ? responseSeconds : null,
    deadlines: [...byDisputes, ...(reveal === undefined ? [] : [Math.floor(reveal.atMs / 1_000)])],
  }
}
