/**
 * What must hold of every entity after every tick; checked before the WAL write and after load.
 *
 * I-FORWARD  a forwarded lock still open on the way out has its incoming lock still open
 * I-COLLECT  a forwarded lock that was paid on the way out is open on the way in, and the preimage queued for it
 * I-RESERVE  no more is put on its way to the chain than the reserve has, debts counted; what the chain takes meanwhile
 *            may leave too little, and then nothing is added
 * I-PAYMENT  a payment on its way has its route in the lock book
 */
import { checkAccount } from '../account/invariants.ts'
import { lockKey } from '../account/keys.ts'
import type { AccountReplica } from '../account/types.ts'
import { invariant } from '../lib/assert.ts'
import type { TokenId } from '../lib/units.ts'
import { spendableReserve } from './batch.ts'
import type { EntityState } from './types.ts'

/** True when the lock will be collected: the preimage waits to be agreed on, or the court is asked. */
const isCollected = (account: AccountReplica, key: string): boolean =>
  account.status.type !== 'open' ||
  [...(account.pending?.frame.accountTxs ?? []), ...account.mempool].some(
    (tx) => tx.type === 'htlc_resolve' && tx.outcome.type === 'secret' && lockKey(tx) === key,
  )

const checkForwards = (state: EntityState): void => {
  for (const [key, route] of state.lockBook.entries()) {
    if (route.type !== 'forward') continue
    const out = state.accounts.get(route.to)
    const isOpen = out?.state.locks.has(key) === true || out?.pending?.next.locks.has(key) === true
    const from = state.accounts.get(route.from)
    const hasIncoming = from?.state.locks.has(key) === true
    invariant(!isOpen || hasIncoming, 'I-FORWARD', () => `lock ${key} is open without its incoming lock`)
    if (route.preimage === null) continue
    const collects = from !== undefined && hasIncoming && isCollected(from, key)
    invariant(collects, 'I-COLLECT', () => `lock ${key} was paid and is not collected`)
  }
}

/** @throws Fault. With `before`, only what changed since is looked at. */
export const checkEntity = (state: EntityState, before?: EntityState): void => {
  for (const change of state.accounts.changesSince(before?.accounts ?? state.accounts))
    if (change.after) checkAccount(change.after)
  if (before === undefined) for (const account of state.accounts.values()) checkAccount(account)
  checkForwards(state)
  // What the chain takes from a reserve, by debt or by settlement, it may take from under a batch.
  if (before?.reserves === state.reserves && before.debts === state.debts)
    for (const key of state.reserves.keys()) {
      const tokenId = Number.parseInt(key, 16) as TokenId
      const left = spendableReserve(state, tokenId)
      const isHeld = left >= 0n || left >= spendableReserve(before, tokenId)
      invariant(isHeld, 'I-RESERVE', () => `token ${key} is overdrawn by ${-left}`)
    }
  for (const payment of state.payments.values()) {
    const { phase } = payment
    const routed = phase.type === 'requesting' || state.lockBook.has(lockKey(phase))
    invariant(routed, 'I-PAYMENT', () => `payment ${payment.paymentId} has no lock`)
  }
}
