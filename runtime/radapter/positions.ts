/** Positions as a view shows them: one account's in one token, and sums of many. Pure; all figures are additive. */
import { type Delta, positionOf } from '../account/delta.ts'
import { type AccountFigures, figuresOf } from '../account/figures.ts'
import { deltaKey } from '../account/keys.ts'
import type { AccountReplica } from '../account/types.ts'
import { min, type TokenId } from '../lib/units.ts'
import type { SettlementMove } from './court-types.ts'
import type { TokenPosition } from './types.ts'

export const positionView = (delta: Delta, isLeft: boolean): TokenPosition => {
  const position = positionOf(delta, isLeft)
  return {
    tokenId: delta.tokenId,
    outbound: position.outCapacity,
    inbound: position.inCapacity,
    collateral: delta.collateral,
    balance: position.balance,
    outCollateral: position.outCollateral,
    inCollateral: position.inCollateral,
    theirDebt: position.theirDebt,
    ownDebt: position.ownDebt,
    outCredit: position.outCredit,
    inCredit: position.inCredit,
    held: position.outHold,
    heldInbound: position.inHold,
  }
}

export const noPosition = (tokenId: number): TokenPosition => ({
  tokenId,
  outbound: 0n,
  inbound: 0n,
  collateral: 0n,
  balance: 0n,
  outCollateral: 0n,
  inCollateral: 0n,
  theirDebt: 0n,
  ownDebt: 0n,
  outCredit: 0n,
  inCredit: 0n,
  held: 0n,
  heldInbound: 0n,
})

/** Nothing is paid or received through an account that is not open, whatever lies in it. */
const positionOfDelta = (
  { isOpen, isLeft }: Pick<AccountFigures, 'isOpen' | 'isLeft'>,
  delta: Delta,
): TokenPosition => {
  const position = positionView(delta, isLeft)
  return isOpen ? position : { ...position, outbound: 0n, inbound: 0n }
}

/** What is committed; null when the account does not hold the token. */
export const positionIn = (account: AccountReplica, tokenId: TokenId): TokenPosition | null => {
  const delta = account.state.deltas.get(deltaKey(tokenId))
  const { isLeft, status } = account
  return delta === undefined ? null : positionOfDelta({ isLeft, isOpen: status.type === 'open' }, delta)
}

export type SortFigure = 'inbound' | 'outbound' | 'collateral' | 'balance'

/** One figure of `positionIn`, and no more made than it takes: orders are made of a million of them. */
export const figureOf = ({ state, status, isLeft }: AccountReplica, key: string, figure: SortFigure): bigint => {
  const delta = state.deltas.get(key)
  if (delta === undefined) return 0n
  switch (figure) {
    case 'collateral':
      return delta.collateral
    case 'balance': {
      const claim = delta.ondelta + delta.offdelta
      return isLeft ? claim : delta.collateral - claim
    }
    case 'outbound':
      return status.type === 'open' ? positionOf(delta, isLeft).outCapacity : 0n
    case 'inbound':
      return status.type === 'open' ? positionOf(delta, isLeft).inCapacity : 0n
  }
}

/** In the order of the token numbers. */
export const positionsOf = (account: AccountFigures): readonly TokenPosition[] =>
  [...account.deltas].map((delta) => positionOfDelta(account, delta))

/** In the order of the token numbers. */
export const positionsIn = (account: AccountReplica): readonly TokenPosition[] => positionsOf(figuresOf(account))

/** What a settlement could take out: each side's own part of the collateral, as far as nothing holds it. */
export const settleable = ({ state, isLeft }: AccountReplica): readonly SettlementMove[] =>
  [...state.deltas.values()].flatMap((delta) => {
    const { outCollateral, outCapacity, inCollateral, inCapacity } = positionOf(delta, isLeft)
    const move = { tokenId: delta.tokenId, own: min(outCollateral, outCapacity), theirs: min(inCollateral, inCapacity) }
    return move.own === 0n && move.theirs === 0n ? [] : [move]
  })

export const plus = (a: TokenPosition, b: TokenPosition): TokenPosition => combine(a, b, (x, y) => x + y)
export const minus = (a: TokenPosition, b: TokenPosition): TokenPosition => combine(a, b, (x, y) => x - y)

const combine = (a: TokenPosition, b: TokenPosition, of: (x: bigint, y: bigint) => bigint): TokenPosition => ({
  tokenId: a.tokenId,
  outbound: of(a.outbound, b.outbound),
  inbound: of(a.inbound, b.inbound),
  collateral: of(a.collateral, b.collateral),
  balance: of(a.balance, b.balance),
  outCollateral: of(a.outCollateral, b.outCollateral),
  inCollateral: of(a.inCollateral, b.inCollateral),
  theirDebt: of(a.theirDebt, b.theirDebt),
  ownDebt: of(a.ownDebt, b.ownDebt),
  outCredit: of(a.outCredit, b.outCredit),
  inCredit: of(a.inCredit, b.inCredit),
  held: of(a.held, b.held),
  heldInbound: of(a.heldInbound, b.heldInbound),
})
