/**
 * What all accounts of an entity add up to, kept in step with the committed state: only the accounts that changed
 * since the last look are taken out and put back, so a view costs the same with five accounts as with a million.
 */
import { type AccountFigures, figuresOf } from '../account/figures.ts'
import type { AccountReplica } from '../account/types.ts'
import type { MerkleMap } from '../lib/merkle.ts'
import type { EntityId } from '../lib/units.ts'
import { minus, noPosition, plus, positionsIn, positionsOf } from './positions.ts'
import type { TokenPosition } from './types.ts'

export type Totals = {
  /** By token number; a token no account holds is absent. */
  readonly positions: ReadonlyMap<number, TokenPosition>
  readonly locks: number
}

export type TotalsIndex = {
  /** Of this version of the accounts; any version may follow any other. */
  readonly of: (entityId: EntityId, accounts: MerkleMap<AccountReplica>) => Totals
}

/** Sums that accounts are put into and taken out of. */
export type Sums = {
  readonly positions: Map<number, TokenPosition>
  /** How many accounts hold the token. */
  readonly holders: Map<number, number>
  locks: number
}

/** Puts an account in (1), or takes it out as it was put in (−1). */
export const count = (sums: Sums, account: AccountFigures, sign: 1 | -1): void => {
  const { positions, holders } = sums
  sums.locks += sign * account.locks
  for (const position of positionsOf(account)) {
    const { tokenId } = position
    const before = positions.get(tokenId) ?? noPosition(tokenId)
    const held = (holders.get(tokenId) ?? 0) + sign
    holders.set(tokenId, held)
    if (held === 0) positions.delete(tokenId)
    else positions.set(tokenId, sign === 1 ? plus(before, position) : minus(before, position))
  }
}

type Growing = { -readonly [K in keyof TokenPosition]: TokenPosition[K] }
export type GrowingSums = {
  readonly add: (account: Pick<AccountFigures, 'locks'>, positions: readonly TokenPosition[]) => void
  /** Of all so far. */
  readonly sums: () => Sums
}

const grow = (sum: Growing, position: TokenPosition): void => {
  sum.outbound += position.outbound
  sum.inbound += position.inbound
  sum.collateral += position.collateral
  sum.balance += position.balance
  sum.outCollateral += position.outCollateral
  sum.inCollateral += position.inCollateral
  sum.theirDebt += position.theirDebt
  sum.ownDebt += position.ownDebt
  sum.outCredit += position.outCredit
  sum.inCredit += position.inCredit
  sum.held += position.held
  sum.heldInbound += position.heldInbound
}

/** What `count` makes of account after account, of a million without a million objects. */
export const growingSums = (): GrowingSums => {
  const positions = new Map<number, Growing>()
  const holders = new Map<number, number>()
  let locks = 0
  return {
    add: (account, added) => {
      locks += account.locks
      for (const position of added) {
        const { tokenId } = position
        holders.set(tokenId, (holders.get(tokenId) ?? 0) + 1)
        const sum = positions.get(tokenId)
        if (sum === undefined) positions.set(tokenId, { ...position })
        else grow(sum, position)
      }
    },
    sums: () => ({
      positions: new Map([...positions].map(([tokenId, sum]) => [tokenId, { ...sum }])),
      holders: new Map(holders),
      locks,
    }),
  }
}

type Running = Sums & { accounts: MerkleMap<AccountReplica> }

export const createTotalsIndex = (): TotalsIndex => {
  const byEntity = new Map<EntityId, Running>()
  const first = (entityId: EntityId, accounts: MerkleMap<AccountReplica>): Running => {
    const growing = growingSums()
    for (const account of accounts.values()) growing.add({ locks: account.state.locks.size }, positionsIn(account))
    const running: Running = { accounts, ...growing.sums() }
    byEntity.set(entityId, running)
    return running
  }
  return {
    of: (entityId, accounts) => {
      const running = byEntity.get(entityId) ?? first(entityId, accounts)
      for (const { before, after } of accounts.changesSince(running.accounts)) {
        if (before !== undefined) count(running, figuresOf(before), -1)
        if (after !== undefined) count(running, figuresOf(after), 1)
      }
      running.accounts = accounts
      return running
    },
  }
}
