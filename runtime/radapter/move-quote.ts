/**
 * What a move of money would change, worked out by the same functions that will carry it out, over the committed state;
 * nothing is written or signed. What the transition would refuse is refused here, by the same name.
 */
import { type Delta, emptyDelta } from '../account/delta.ts'
import { deltaKey } from '../account/keys.ts'
import { encodeProofBody } from '../account/proof-body.ts'
import { afterDiff } from '../account/settlement.ts'
import type { AccountReplica } from '../account/types.ts'
import { applyEntityTx } from '../entity/apply.ts'
import { spendableReserve } from '../entity/batch.ts'
import { draftOf } from '../entity/draft.ts'
import type { EntityState, EntityTx } from '../entity/types.ts'
import type { RuntimeHost } from '../host.ts'
import { withChecksum } from '../lib/address.ts'
import { present } from '../lib/assert.ts'
import { type EntityId, max, type TokenId } from '../lib/units.ts'
import type { AddressBook } from './address-book.ts'
import { accountOf, addressOf, amountOf, diffsOf, entityOf, refuse } from './arguments.ts'
import type { Move, MoveChange, MoveQuote, SettlementMove } from './court-types.ts'
import { noPosition, positionView, settleable } from './positions.ts'
import { gasOf, holdingsOf, keepGas, ownAddress, type Purse } from './purse.ts'
import { contextOf } from './quote.ts'
import { judge, onChainOf, readProofBody } from './stakes.ts'

type Ground = {
  readonly host: RuntimeHost
  readonly book: AddressBook
  readonly purse: Purse
  readonly nowMs: number
}
/** What is asked of the entity, and what it changes. */
type Plan = Pick<MoveQuote, 'changes' | 'address' | 'moves'> & { readonly tx: EntityTx }

/** Nothing is gained by them that a court would need; a settlement brings home what would have to be defended. */
const SPENDS_FEES: ReadonlySet<Move['type']> = new Set(['deposit', 'withdraw', 'collateral'])

/** @throws RAdapterError with the reason, as the move itself would be refused. */
export const quoteMove = async (ground: Ground, entityId: string, move: Move): Promise<MoveQuote> => {
  const env = ground.host.env()
  const { state } = entityOf(env, entityId)
  const { tx, ...plan } = await planOf(ground, state, move)
  const context = contextOf(env, state, { payee: null, nowMs: ground.nowMs })
  const trial = applyEntityTx(draftOf(state), tx, context)
  if (trial.type === 'rejected') return refuse(trial.rejection)
  if (SPENDS_FEES.has(move.type)) await keepGas(ground.purse, state.jurisdiction)
  return { ...plan, gas: await gasOf(ground.purse, state.jurisdiction) }
}

const planOf = (ground: Ground, state: EntityState, move: Move): Plan | Promise<Plan> => {
  switch (move.type) {
    case 'deposit':
      return depositPlan(ground, state, move)
    case 'withdraw':
      return withdrawPlan(ground, state, move)
    case 'collateral':
      return collateralPlan(state, accountIn(ground, state, move.counterpartyId), move)
    case 'limit':
      return limitPlan(accountIn(ground, state, move.counterpartyId), move)
    case 'settle':
      return settlePlan(state, accountIn(ground, state, move.counterpartyId), move.moves)
    case 'dispute':
      return disputePlan(state, accountIn(ground, state, move.counterpartyId))
  }
}

type At = { readonly counterparty: EntityId; readonly account: AccountReplica }

const accountIn = ({ host, book }: Ground, { entityId, accounts }: EntityState, name: string): At => {
  const counterparty = accountOf(host.env(), entityId, name, book)
  return { counterparty, account: present(accounts.get(counterparty), counterparty) }
}

/** What of the reserve can be spent, before and after so much comes in; debts take their part first. */
const reserveChange = (state: EntityState, tokenId: TokenId, comesIn: bigint): NonNullable<MoveChange['reserve']> => {
  const spendable = spendableReserve(state, tokenId)
  return { before: max(spendable, 0n), after: max(spendable + comesIn, 0n) }
}

const NOTHING_ELSE = { address: null, moves: [] }

const depositPlan = async (
  { host, purse }: Ground,
  state: EntityState,
  move: Extract<Move, { type: 'deposit' }>,
): Promise<Plan> => {
  const [tokenId, amount] = [move.tokenId as TokenId, amountOf(move.amount)]
  const chain = present(host.env().jReplicas.get(state.jurisdiction), state.jurisdiction)
  const from = ownAddress(purse)
  const held = (await holdingsOf(purse, chain, from)).find((holding) => holding.tokenId === tokenId)
  const have = held?.amount ?? refuse({ type: 'unknown_token', tokenId })
  if (have < amount) return refuse({ type: 'insufficient_funds', tokenId, have, need: amount })
  const address = { before: have, after: have - amount }
  return {
    tx: { type: 'deposit', from, tokenId, amount },
    changes: [{ tokenId, address, reserve: reserveChange(state, tokenId, amount), account: null }],
    moves: [],
    address: { text: withChecksum(from), isOwn: true, isKnown: true },
  }
}

const withdrawPlan = async (
  { host, purse }: Ground,
  state: EntityState,
  move: Extract<Move, { type: 'withdraw' }>,
): Promise<Plan> => {
  const [tokenId, amount, to] = [move.tokenId as TokenId, amountOf(move.amount), addressOf(move.to)]
  return {
    tx: { type: 'withdraw', to, tokenId, amount },
    changes: [{ tokenId, address: null, reserve: reserveChange(state, tokenId, -amount), account: null }],
    moves: [],
    address: {
      text: withChecksum(to),
      isOwn: to === purse.address(),
      isKnown: await host.history.wasPaid(state.entityId, to),
    },
  }
}

type Views = NonNullable<MoveChange['account']>

const views = ({ isLeft }: AccountReplica, before: Delta, after: Delta): Views => ({
  before: positionView(before, isLeft),
  after: positionView(after, isLeft),
})

const deltaIn = ({ state }: AccountReplica, tokenId: TokenId): Delta =>
  state.deltas.get(deltaKey(tokenId)) ?? emptyDelta(tokenId)

const collateralPlan = (
  state: EntityState,
  { counterparty, account }: At,
  move: Extract<Move, { type: 'collateral' }>,
): Plan => {
  const [tokenId, amount] = [move.tokenId as TokenId, amountOf(move.amount)]
  const before = deltaIn(account, tokenId)
  const [diff] = diffsOf(state.entityId, counterparty, [{ tokenId, own: -amount, theirs: 0n }])
  return {
    tx: { type: 'reserve_to_collateral', counterparty, tokenId, amount },
    changes: [
      {
        tokenId,
        address: null,
        reserve: reserveChange(state, tokenId, -amount),
        account: views(account, before, afterDiff(before, present(diff, 'one move is one diff'))),
      },
    ],
    ...NOTHING_ELSE,
  }
}

const limitPlan = ({ counterparty, account }: At, move: Extract<Move, { type: 'limit' }>): Plan => {
  const [tokenId, limit] = [move.tokenId as TokenId, amountOf(move.limit, 0n)]
  const before = deltaIn(account, tokenId)
  const after = account.isLeft ? { ...before, rightCreditLimit: limit } : { ...before, leftCreditLimit: limit }
  return {
    tx: { type: 'set_credit_limit', counterparty, tokenId, limit },
    changes: [{ tokenId, address: null, reserve: null, account: views(account, before, after) }],
    ...NOTHING_ELSE,
  }
}

const settlePlan = (
  state: EntityState,
  { counterparty, account }: At,
  asked: readonly SettlementMove[] | null,
): Plan => {
  const moves = asked ?? settleable(account)
  if (moves.length === 0) return refuse({ type: 'nothing_to_settle' })
  const diffs = diffsOf(state.entityId, counterparty, moves)
  return {
    tx: { type: 'settle', counterparty, diffs },
    changes: diffs.map((diff) => {
      const before = deltaIn(account, diff.tokenId)
      const own = account.isLeft ? diff.leftDiff : diff.rightDiff
      return {
        tokenId: diff.tokenId,
        address: null,
        reserve: own === 0n ? null : reserveChange(state, diff.tokenId, own),
        account: views(account, before, afterDiff(before, diff)),
      }
    }),
    moves,
    address: null,
  }
}

/** As it would be judged if the newest proof stands and no payment under way is decided any more. */
const disputePlan = (state: EntityState, { counterparty, account }: At): Plan => {
  const body = readProofBody(encodeProofBody(account.state))
  const shares = judge({
    body: present(body, 'our own proof is one'),
    isLeft: account.isLeft,
    onChain: (tokenId) => onChainOf(account, tokenId),
    revealedAt: (hashlock) => state.secrets.get(hashlock)?.revealedAtSeconds ?? null,
  })
  return {
    tx: { type: 'dispute_start', counterparty },
    changes: [...account.state.deltas.values()].map((delta) => ({
      tokenId: delta.tokenId,
      address: null,
      reserve: reserveChange(state, delta.tokenId, shares.get(delta.tokenId)?.gets ?? 0n),
      account: { before: positionView(delta, account.isLeft), after: noPosition(delta.tokenId) },
    })),
    ...NOTHING_ELSE,
  }
}
