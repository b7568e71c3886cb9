/**
 * An independent ledger of one account: fed with the frames either side commits, it works out balances, limits, holds
 * and claims by itself, in plain arithmetic, and never looks at how the runtime does it. What both replicas say is
 * then held against it.
 */
import { lockKey } from '../../runtime/account/keys.ts'
import type { AccountFrame, AccountReplica, AccountTx, JClaim, SettlementDiff } from '../../runtime/account/types.ts'
import { toHex } from '../../runtime/lib/bytes.ts'
import { hold } from './violation.ts'

type Position = {
  offdelta: bigint
  ondelta: bigint
  collateral: bigint
  leftLimit: bigint
  rightLimit: bigint
  leftHold: bigint
  rightHold: bigint
}
export type LedgerLock = {
  readonly tokenId: number
  readonly amount: bigint
  readonly byLeft: boolean
  readonly expirySeconds: number
}
/** How a lock ended; `preimage` is null when it was given back. */
export type LedgerEnd = { readonly lock: LedgerLock; readonly preimage: string | null; readonly height: number }
type Claim = JClaim & { readonly fingerprint: string }
/** `nonce` is what the chain will say of it, null before its approval. */
type Settling = {
  readonly diffs: readonly SettlementDiff[]
  readonly byLeft: boolean
  readonly validUntil: number
  readonly nonce: number | null
}

export type Ledger = {
  readonly name: string
  /** Hash of every committed frame, by height. */
  readonly hashes: Map<number, string>
  height: number
  readonly positions: Map<number, Position>
  readonly locks: Map<string, LedgerLock>
  /** Ends of locks, oldest first, by lock key. */
  readonly ends: Map<string, LedgerEnd[]>
  /** Committed direct payments by memo; the workload gives each its own. */
  readonly payments: Map<string, { readonly amount: bigint; readonly byLeft: boolean }>
  claims: { left: readonly Claim[]; right: readonly Claim[] }
  settling: Settling | null
  /** Settlements that were done, and those that were given up after their approval. */
  readonly settled: { done: number; givenUp: number }
}

export const createLedger = (name: string): Ledger => ({
  name,
  hashes: new Map(),
  height: 0,
  positions: new Map(),
  locks: new Map(),
  ends: new Map(),
  payments: new Map(),
  claims: { left: [], right: [] },
  settling: null,
  settled: { done: 0, givenUp: 0 },
})

const positionOf = (ledger: Ledger, tokenId: number): Position => {
  const known = ledger.positions.get(tokenId)
  hold(known !== undefined, '1-conservation', () => `${ledger.name}: token ${tokenId} moved before it was opened`)
  return known
}

const open = (ledger: Ledger, tokenId: number): void => {
  ledger.positions.set(tokenId, {
    offdelta: 0n,
    ondelta: 0n,
    collateral: 0n,
    leftLimit: 0n,
    rightLimit: 0n,
    leftHold: 0n,
    rightHold: 0n,
  })
}

/** With everything it holds for locks paid, the payer must still be inside −L ≤ Δ ≤ C + R after `amount` more. */
const requireRoom = (
  ledger: Ledger,
  spent: { readonly tokenId: number; readonly amount: bigint; readonly byLeft: boolean },
): void => {
  const p = positionOf(ledger, spent.tokenId)
  const claim = p.ondelta + p.offdelta
  const room = spent.byLeft ? claim - p.leftHold + p.leftLimit : p.collateral + p.rightLimit - claim - p.rightHold
  hold(
    spent.amount > 0n && spent.amount <= room,
    '3-rcpan',
    () => `${ledger.name}: ${spent.amount} spent, room for ${room}`,
  )
}

const isPaid = (ends: readonly LedgerEnd[]): boolean => ends.some(({ preimage }) => preimage !== null)

const resolve = (ledger: Ledger, tx: Extract<AccountTx, { type: 'htlc_resolve' }>, height: number): void => {
  const key = lockKey(tx)
  const lock = ledger.locks.get(key)
  hold(lock !== undefined, '1-conservation', () => `${ledger.name}: lock ${key} ended twice`)
  const p = positionOf(ledger, lock.tokenId)
  if (lock.byLeft) p.leftHold -= lock.amount
  else p.rightHold -= lock.amount
  const preimage = tx.outcome.type === 'secret' ? toHex(tx.outcome.preimage) : null
  if (preimage !== null) p.offdelta += lock.byLeft ? -lock.amount : lock.amount
  const ends = ledger.ends.get(key) ?? []
  hold(preimage === null || !isPaid(ends), '1-conservation', () => `${ledger.name}: lock ${key} was paid twice`)
  ledger.ends.set(key, [...ends, { lock, preimage, height }])
  ledger.locks.delete(key)
}

/** What an approved settlement takes out is held, and given back when it is over. */
const holdSettled = (ledger: Ledger, { diffs }: Settling, sign: 1n | -1n): void => {
  for (const { tokenId, leftDiff, rightDiff } of diffs) {
    const p = positionOf(ledger, tokenId)
    if (leftDiff > 0n) p.leftHold += sign * leftDiff
    if (rightDiff > 0n) p.rightHold += sign * rightDiff
  }
}

const propose = (ledger: Ledger, tx: Extract<AccountTx, { type: 'settle_propose' }>, byLeft: boolean): void => {
  hold(ledger.settling === null, '1-conservation', () => `${ledger.name}: two settlements at once`)
  ledger.settling = { diffs: tx.diffs, validUntil: tx.validUntil, byLeft, nonce: null }
}

const approve = (ledger: Ledger, { byLeft, height }: AccountFrame): void => {
  const { settling } = ledger
  hold(
    settling !== null && settling.nonce === null && settling.byLeft !== byLeft,
    '1-conservation',
    () => `${ledger.name}: nothing to approve`,
  )
  for (const { tokenId, leftDiff, rightDiff } of settling.diffs) {
    if (leftDiff > 0n) requireRoom(ledger, { tokenId, amount: leftDiff, byLeft: true })
    if (rightDiff > 0n) requireRoom(ledger, { tokenId, amount: rightDiff, byLeft: false })
  }
  holdSettled(ledger, settling, 1n)
  ledger.settling = { ...settling, nonce: 4 * height + 2 }
}

const endSettling = (ledger: Ledger, isDone: boolean): void => {
  const { settling } = ledger
  hold(settling !== null, '1-conservation', () => `${ledger.name}: no settlement to end`)
  ledger.settling = null
  if (settling.nonce === null) return
  holdSettled(ledger, settling, -1n)
  if (isDone) ledger.settled.done++
  else ledger.settled.givenUp++
}

const claim = (ledger: Ledger, tx: Extract<AccountTx, { type: 'j_event_claim' }>, byLeft: boolean): void => {
  const events = tx.events.map(({ tokenId, collateral, ondelta }) => `${tokenId}:${collateral}:${ondelta}`)
  const made: Claim = { ...tx, fingerprint: `${tx.jHeight}/${toHex(tx.blockHash)}/${tx.nonce}/${events.join()}` }
  const others = byLeft ? ledger.claims.right : ledger.claims.left
  if (!others.some(({ fingerprint }) => fingerprint === made.fingerprint)) {
    if (byLeft) ledger.claims.left = [...ledger.claims.left, made]
    else ledger.claims.right = [...ledger.claims.right, made]
    return
  }
  const newer = (claims: readonly Claim[]) => claims.filter(({ jHeight }) => jHeight > tx.jHeight)
  ledger.claims = { left: newer(ledger.claims.left), right: newer(ledger.claims.right) }
  for (const { tokenId, collateral, ondelta } of tx.events) {
    if (!ledger.positions.has(tokenId)) open(ledger, tokenId)
    Object.assign(positionOf(ledger, tokenId), { collateral, ondelta })
  }
  const nonce = ledger.settling?.nonce ?? null
  if (nonce !== null && tx.nonce >= nonce) endSettling(ledger, true)
}

const applyTx = (ledger: Ledger, tx: AccountTx, frame: AccountFrame): void => {
  const { byLeft, height } = frame
  switch (tx.type) {
    case 'add_delta':
      return open(ledger, tx.tokenId)
    case 'set_credit_limit': {
      const p = positionOf(ledger, tx.tokenId)
      if (byLeft) p.rightLimit = tx.limit
      else p.leftLimit = tx.limit
      return
    }
    case 'direct_payment': {
      requireRoom(ledger, { ...tx, byLeft })
      positionOf(ledger, tx.tokenId).offdelta += byLeft ? -tx.amount : tx.amount
      hold(!ledger.payments.has(tx.memo), '1-conservation', () => `${ledger.name}: payment ${tx.memo} was made twice`)
      ledger.payments.set(tx.memo, { amount: tx.amount, byLeft })
      return
    }
    case 'htlc_lock': {
      requireRoom(ledger, { ...tx, byLeft })
      const p = positionOf(ledger, tx.tokenId)
      if (byLeft) p.leftHold += tx.amount
      else p.rightHold += tx.amount
      const { tokenId, amount, expirySeconds } = tx
      ledger.locks.set(lockKey(tx), { tokenId, amount, byLeft, expirySeconds })
      return
    }
    case 'htlc_resolve':
      return resolve(ledger, tx, height)
    case 'j_event_claim':
      return claim(ledger, tx, byLeft)
    case 'settle_propose':
      return propose(ledger, tx, byLeft)
    case 'settle_approve':
      return approve(ledger, frame)
    case 'settle_reject':
      return endSettling(ledger, false)
  }
}

/** Takes in what a replica has committed. @returns the frames that were new, oldest first. */
export const follow = (
  ledger: Ledger,
  replica: AccountReplica,
  hashOf: (frame: AccountFrame) => string,
): readonly AccountFrame[] => {
  const fresh: AccountFrame[] = []
  for (const { frame } of [...replica.frames].reverse()) {
    const known = ledger.hashes.get(frame.height)
    if (known !== undefined && frame.height < ledger.height) continue
    const hash = hashOf(frame)
    if (known !== undefined) {
      hold(known === hash, '2-agreement', () => `${ledger.name}: two frames were committed at height ${frame.height}`)
      continue
    }
    hold(
      frame.height === ledger.height + 1,
      '10-monotonic',
      () => `${ledger.name}: ${frame.height} after ${ledger.height}`,
    )
    ledger.hashes.set(frame.height, hash)
    ledger.height = frame.height
    for (const tx of frame.accountTxs) applyTx(ledger, tx, frame)
    fresh.push(frame)
  }
  if (replica.state.height === ledger.height) compare(ledger, replica)
  return fresh
}

const compare = (ledger: Ledger, { state }: AccountReplica): void => {
  const differs = (what: string) => () => `${ledger.name} at ${state.height}: ${what} is not what its frames add up to`
  hold(state.deltas.size === ledger.positions.size, '1-conservation', differs('the number of tokens'))
  for (const d of state.deltas.values()) {
    const p = positionOf(ledger, d.tokenId)
    const isSame =
      d.offdelta === p.offdelta &&
      d.ondelta === p.ondelta &&
      d.collateral === p.collateral &&
      d.leftCreditLimit === p.leftLimit &&
      d.rightCreditLimit === p.rightLimit &&
      d.leftHold === p.leftHold &&
      d.rightHold === p.rightHold
    hold(isSame, '1-conservation', differs(`token ${d.tokenId}`))
  }
  hold(state.locks.size === ledger.locks.size, '1-conservation', differs('the number of locks'))
  for (const key of ledger.locks.keys()) hold(state.locks.has(key), '1-conservation', differs(`lock ${key}`))
}
