/** The methods about money between an account and the chain: each is one command; asking for a quote is none. */
import type { EntityTx } from '../entity/types.ts'
import { withChecksum } from '../lib/address.ts'
import { present } from '../lib/assert.ts'
import type { EntityId, TokenId } from '../lib/units.ts'
import type { Env } from '../types.ts'
import { accountOf, addressOf, amountOf, diffsOf, entityNamed, entityOf } from './arguments.ts'
import type { CourtMethods } from './court-types.ts'
import { quoteMove } from './move-quote.ts'
import { holdingsOf, ownAddress } from './purse.ts'
import { done, type On, submit, submitMove } from './submit.ts'

export type CourtHandlers = {
  readonly [M in keyof CourtMethods]: (params: CourtMethods[M]['params']) => Promise<CourtMethods[M]['result']>
}
type Params<M extends keyof CourtMethods> = CourtMethods[M]['params']
type Result<M extends keyof CourtMethods> = Promise<CourtMethods[M]['result']>

const getPurse = async ({ host, purse }: On, { entityId }: Params<'purse.get'>): Result<'purse.get'> => {
  const env = host.env()
  const { state } = entityOf(env, entityId)
  const chain = present(env.jReplicas.get(state.jurisdiction), state.jurisdiction)
  const address = ownAddress(purse)
  return { address: withChecksum(address), tokens: await holdingsOf(purse, chain, address) }
}

/** A command in one account the entity has. */
const inAccount = async (
  { host, book }: On,
  params: { readonly commandId: string; readonly entityId: string; readonly counterpartyId: string },
  txOf: (at: { readonly entityId: EntityId; readonly counterparty: EntityId }) => EntityTx,
): Promise<{ readonly height: number }> => {
  const prepare = (env: Env, entityId: EntityId): EntityTx =>
    txOf({ entityId, counterparty: accountOf(env, entityId, params.counterpartyId, book) })
  return done(await submit(host, params, prepare))
}

type Wrap = <P, R>(handle: (on: On, params: P) => Promise<R>) => (params: P) => Promise<R>

/** @param on gives each call what it runs on */
export const courtHandlers = (on: Wrap): CourtHandlers => ({
  'purse.get': on(getPurse),
  'move.quote': on(({ host, clock, book, purse }: On, { entityId, move }: Params<'move.quote'>) =>
    quoteMove({ host, book, purse, nowMs: clock.now() }, entityId, move),
  ),
  'reserve.deposit': on(async (given: On, params: Params<'reserve.deposit'>) =>
    done(
      await submitMove(given, params, () => ({
        type: 'deposit',
        from: ownAddress(given.purse),
        tokenId: params.tokenId as TokenId,
        amount: amountOf(params.amount),
      })),
    ),
  ),
  'reserve.withdraw': on(async (given: On, params: Params<'reserve.withdraw'>) =>
    done(
      await submitMove(given, params, () => ({
        type: 'withdraw',
        to: addressOf(params.to),
        tokenId: params.tokenId as TokenId,
        amount: amountOf(params.amount),
      })),
    ),
  ),
  'account.settle': on((given: On, params: Params<'account.settle'>) =>
    inAccount(given, params, ({ entityId, counterparty }) => ({
      type: 'settle',
      counterparty,
      diffs: diffsOf(entityId, counterparty, params.moves),
    })),
  ),
  'account.settlement': on((given: On, params: Params<'account.settlement'>) =>
    inAccount(given, params, ({ counterparty }) => ({
      type: params.decision === 'approve' ? 'settle_approve' : 'settle_reject',
      counterparty,
    })),
  ),
  'account.dispute': on((given: On, params: Params<'account.dispute'>) =>
    inAccount(given, params, ({ counterparty }) => ({ type: 'dispute_start', counterparty })),
  ),
  'account.reopen': on((given: On, params: Params<'account.reopen'>) =>
    inAccount(given, params, ({ counterparty }) => ({
      type: 'open_account',
      counterparty,
      tokenId: params.tokenId as TokenId,
      creditLimit: amountOf(params.creditLimit, 0n),
    })),
  ),
  'collateral.request': on((given: On, params: Params<'collateral.request'>) =>
    inAccount(given, params, ({ counterparty }) => ({
      type: 'request_collateral',
      counterparty,
      tokenId: params.tokenId as TokenId,
      amount: amountOf(params.amount),
    })),
  ),
  'collateral.policy': on((given: On, params: Params<'collateral.policy'>) =>
    inAccount(given, params, ({ counterparty }) => ({
      type: 'rebalance_policy',
      counterparty,
      tokenId: params.tokenId as TokenId,
      softLimit: params.softLimit === null ? null : amountOf(params.softLimit, 0n),
    })),
  ),
  'debts.enforce': on(async ({ host, book }: On, params: Params<'debts.enforce'>) =>
    done(
      await submit(host, params, (env) => ({
        type: 'enforce_debts',
        debtor: entityNamed(env, params.debtorId, book),
        tokenId: params.tokenId as TokenId,
      })),
    ),
  ),
})
