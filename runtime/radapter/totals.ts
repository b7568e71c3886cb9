/**
 * What all accounts of an entity add up to, kept in step with the committed state: only the accounts that changed
 * since the last look are taken out and put back, so a view costs the same with five accounts as with a million.
 */
import type { AccountReplica } from '../account/types.ts'
import type { MerkleMap } from '../lib/merkle.ts'
import type { EntityId } from '../lib/units.ts'
import { minus, noPosition, plus, positionsIn } from './positions.ts'
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

type Running = {
  accounts: MerkleMap<AccountReplica>
  readonly positions: Map<number, TokenPosition>
  /** How many accounts hold the token. */
  readonly holders: Map<number, number>
  locks: number
}

const count = (running: Running, account: AccountReplica, sign: 1 | -1): void => {
  const { positions, holders } = running
  running.locks += sign * account.state.locks.size
  for (const position of positionsIn(account)) {
    const { tokenId } = position
    const before = positions.get(tokenId) ?? noPosition(tokenId)
    const held = (holders.get(tokenId) ?? 0) + sign
    holders.set(tokenId, held)
    if (held === 0) positions.delete(tokenId)
    else positions.set(tokenId, sign === 1 ? plus(before, position) : minus(before, position))
  }
}

export const createTotalsIndex = (): TotalsIndex => {
  const byEntity = new Map<EntityId, Running>()
  const first = (entityId: EntityId, accounts: MerkleMap<AccountReplica>): Running => {
    const running: Running = { accounts, positions: new Map(), holders: new Map(), locks: 0 }
    for (const account of accounts.values()) count(running, account, 1)
    byEntity.set(entityId, running)
    return running
  }
  return {
    of: (entityId, accounts) => {
      const running = byEntity.get(entityId) ?? first(entityId, accounts)
      for (const { before, after } of accounts.changesSince(running.accounts)) {
        if (before !== undefined) count(running, before, -1)
        if (after !== undefined) count(running, after, 1)
      }
      running.accounts = accounts
      return running
    },
  }
}
