/**
 * The most that one payment can carry: to somebody, or to anybody while nobody has been named. Works the fee of a route
 * backwards, so that what it answers, plus its fee, is what the first account has room for.
 */
import type { EntityId, TokenId } from '../lib/units.ts'
import { available, forwardingFee } from './route.ts'
import type { EntityState, HubPolicy, Profile } from './types.ts'

/** The largest amount whose fee still fits beside it; 0 when the hub does not carry the token. */
const throughHub = (policy: HubPolicy, tokenId: TokenId, have: bigint): bigint => {
  const rule = policy.fees.find((fee) => fee.tokenId === tokenId)
  if (rule === undefined || have <= rule.base) return 0n
  let amount = ((have - rule.base) * 1_000_000n) / (1_000_000n + BigInt(rule.ppm))
  // The division forgets that the fee is rounded up, by one at most either way.
  const fits = (candidate: bigint): boolean => candidate + (forwardingFee(policy, tokenId, candidate) ?? have) <= have
  while (amount > 0n && !fits(amount)) amount -= 1n
  while (fits(amount + 1n)) amount += 1n
  return amount
}

/** @param payee null: anybody, behind any hub of ours. */
export const largestPayment = (
  state: EntityState,
  payee: Profile | null,
  tokenId: TokenId,
  profile: (id: EntityId) => Profile | null,
): bigint => {
  let most = 0n
  for (const [id, account] of state.accounts.entries()) {
    if (account.status.type !== 'open') continue
    const have = available(account, tokenId)
    const policy = profile(id as EntityId)?.hubPolicy ?? null
    const isPayee = payee?.entityId === id
    const isOnTheWay = policy !== null && (payee === null || payee.hubs.includes(id as EntityId))
    const amount = isPayee ? have : isOnTheWay ? throughHub(policy, tokenId, have) : payee === null ? have : 0n
    if (amount > most) most = amount
  }
  return most
}
