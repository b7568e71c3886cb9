/**
 * The Depository as a value: what every operation does to reserves, debts, accounts and disputes.
 *
 * Contract: a function answers the next state, or null where the chain must refuse; a batch is done whole or not at all.
 * Who signed is no question here: every signature is taken for granted.
 */
import { type Bank, credit, enforce, owe, take } from './bank.ts'
import { ARGUMENTS_BYTES, areDiffs, BOUNDS, DEBTS_PER_CREDIT, isBody, isNonce } from './bounds.ts'
import { type ProofBody, transformed } from './clauses.ts'
import { bodyBytes } from './digests.ts'
import { greatest, least, movedBy, type SettlementDiff, splitOf } from './money.ts'
import type { Hex } from './words.ts'

export type Position = { readonly collateral: bigint; readonly ondelta: bigint }
export type Dispute = {
  readonly nonce: bigint
  readonly body: ProofBody
  readonly startedAt: bigint
  readonly windowEnd: bigint
  readonly left: Hex
  readonly right: Hex
}
export type Account = {
  readonly epoch: bigint
  readonly nonce: bigint
  readonly positions: ReadonlyMap<bigint, Position>
  readonly dispute: Dispute | null
}
/** Entities are numbers here, ascending by id, so that the lower number is LEFT. */
export type Depository = {
  readonly entities: number
  readonly banks: ReadonlyMap<bigint, Bank>
  readonly accounts: ReadonlyMap<string, Account>
  readonly nonces: readonly bigint[]
  readonly revealedAt: ReadonlyMap<Hex, bigint>
}
export type Sides = { readonly left: number; readonly right: number }

export const emptyDepository = (entities: number): Depository => ({
  entities,
  banks: new Map(),
  accounts: new Map(),
  nonces: Array.from({ length: entities }, () => 0n),
  revealedAt: new Map(),
})

const sidesOf = (one: number, other: number): Sides => ({ left: Math.min(one, other), right: Math.max(one, other) })
const keyOf = ({ left, right }: Sides): string => `${left}-${right}`
const NO_ACCOUNT: Account = { epoch: 0n, nonce: 0n, positions: new Map(), dispute: null }
const NOTHING: Position = { collateral: 0n, ondelta: 0n }

export const bankOf = ({ banks, entities }: Depository, tokenId: bigint): Bank =>
  banks.get(tokenId) ?? Array.from({ length: entities }, () => ({ reserve: 0n, debts: [], nextId: 1n }))
export const accountOf = ({ accounts }: Depository, sides: Sides): Account => accounts.get(keyOf(sides)) ?? NO_ACCOUNT
export const positionOf = ({ positions }: Account, tokenId: bigint): Position => positions.get(tokenId) ?? NOTHING

const withBank = (state: Depository, tokenId: bigint, bank: Bank): Depository => ({
  ...state,
  banks: new Map(state.banks).set(tokenId, bank),
})
const withAccount = (state: Depository, sides: Sides, change: Partial<Account>): Depository => ({
  ...state,
  accounts: new Map(state.accounts).set(keyOf(sides), { ...accountOf(state, sides), ...change }),
})
const withPosition = (state: Depository, sides: Sides, tokenId: bigint, position: Position): Depository => {
  const { positions } = accountOf(state, sides)
  return withAccount(state, sides, { positions: new Map(positions).set(tokenId, position) })
}

const credited = (state: Depository, to: number, tokenId: bigint, amount: bigint): Depository =>
  withBank(state, tokenId, credit(bankOf(state, tokenId), to, amount, DEBTS_PER_CREDIT))

/** Transfers, withdrawals and the like move 1 to 2^128 − 1 out of what is spendable. */
const taken = (state: Depository, from: number, tokenId: bigint, amount: bigint): Depository | null => {
  const bank = amount >= 1n && amount <= BOUNDS.amount ? take(bankOf(state, tokenId), from, amount) : null
  return bank && withBank(state, tokenId, bank)
}

export type Settlement = Sides & {
  readonly nonce: bigint
  readonly validUntil: bigint
  readonly diffs: readonly SettlementDiff[]
}
export type Start = {
  readonly counterparty: number
  readonly nonce: bigint
  readonly body: ProofBody
  readonly arguments: Hex
}
export type Operation =
  | { readonly type: 'transfer'; readonly to: number; readonly tokenId: bigint; readonly amount: bigint }
  | ({ readonly type: 'settlement' } & Settlement)
  | ({ readonly type: 'start' } & Start)
  | {
      readonly type: 'funding'
      readonly counterparty: number
      readonly tokenId: bigint
      readonly amount: bigint
      readonly epoch: bigint
    }
  | { readonly type: 'withdrawal'; readonly tokenId: bigint; readonly amount: bigint }

const moveOne = (state: Depository, sides: Sides, diff: SettlementDiff): Depository | null => {
  const { tokenId, leftDiff, rightDiff } = diff
  const leftTook = leftDiff < 0n ? taken(state, sides.left, tokenId, -leftDiff) : state
  const bothTook = leftTook && rightDiff < 0n ? taken(leftTook, sides.right, tokenId, -rightDiff) : leftTook
  if (bothTook === null) return null
  const position = movedBy(positionOf(accountOf(bothTook, sides), tokenId), diff)
  if (position.collateral < 0n) return null
  const moved = withPosition(bothTook, sides, tokenId, position)
  const leftGot = leftDiff > 0n ? credited(moved, sides.left, tokenId, leftDiff) : moved
  return rightDiff > 0n ? credited(leftGot, sides.right, tokenId, rightDiff) : leftGot
}

const settle = (state: Depository, by: number, now: bigint, settlement: Settlement): Depository | null => {
  const { left, right, nonce, validUntil, diffs } = settlement
  const { dispute, nonce: last } = accountOf(state, settlement)
  if ((by !== left && by !== right) || left >= right || dispute !== null || now > validUntil) return null
  if (!isNonce(nonce, last, true) || !areDiffs(diffs)) return null
  const sides = { left, right }
  let next: Depository | null = withAccount(state, sides, { nonce })
  for (const diff of diffs) next = next && moveOne(next, sides, diff)
  return next
}

/** What is too long counts as none. */
const kept = (given: Hex): Hex => (BigInt(given.length - 2) > 2n * ARGUMENTS_BYTES ? '0x' : given)

const start = (state: Depository, by: number, now: bigint, operation: Start): Depository | null => {
  const { counterparty, nonce, body } = operation
  if (by === counterparty) return null
  const sides = sidesOf(by, counterparty)
  const account = accountOf(state, sides)
  if (account.dispute !== null || !isNonce(nonce, account.nonce, false) || !isBody(body)) return null
  const byLeft = by === sides.left
  const response = byLeft ? body.rightResponseSeconds : body.leftResponseSeconds
  const window = least(response, BOUNDS.responseSeconds)
  const own = kept(operation.arguments)
  const given = { left: byLeft ? own : '0x', right: byLeft ? '0x' : own } as const
  return withAccount(state, sides, { dispute: { nonce, body, startedAt: now, windowEnd: now + window, ...given } })
}

const one = (state: Depository, by: number, now: bigint, operation: Operation): Depository | null => {
  switch (operation.type) {
    case 'transfer': {
      const { to, tokenId, amount } = operation
      const after = taken(state, by, tokenId, amount)
      return after && credited(after, to, tokenId, amount)
    }
    case 'settlement':
      return settle(state, by, now, operation)
    case 'start':
      return start(state, by, now, operation)
    case 'funding': {
      const { counterparty, tokenId, amount, epoch } = operation
      if (by === counterparty) return null
      const sides = sidesOf(by, counterparty)
      const after = epoch === accountOf(state, sides).epoch ? taken(state, by, tokenId, amount) : null
      if (after === null) return null
      const { collateral, ondelta } = positionOf(accountOf(after, sides), tokenId)
      const grown = { collateral: collateral + amount, ondelta: by === sides.left ? ondelta + amount : ondelta }
      return withPosition(after, sides, tokenId, grown)
    }
    case 'withdrawal':
      return taken(state, by, operation.tokenId, operation.amount)
  }
}

/** In this order, whatever order they are listed in. */
export const ORDER: readonly Operation['type'][] = ['transfer', 'settlement', 'start', 'funding', 'withdrawal']

export const processBatch = (
  state: Depository,
  batch: {
    readonly by: number
    readonly nonce: bigint
    readonly now: bigint
    readonly operations: readonly Operation[]
  },
): Depository | null => {
  const { by, nonce, now, operations } = batch
  if (nonce !== (state.nonces[by] ?? 0n) + 1n || BigInt(operations.length) > BOUNDS.operationsPerBatch) return null
  const nonces = state.nonces.map((last, at) => (at === by ? nonce : last))
  const inOrder = ORDER.flatMap((type) => operations.filter((operation) => operation.type === type))
  let next: Depository | null = { ...state, nonces }
  for (const operation of inOrder) next = next && one(next, by, now, operation)
  return next
}

export const deposit = (state: Depository, to: number, tokenId: bigint, amount: bigint): Depository | null =>
  amount >= 1n && amount <= BOUNDS.amount ? credited(state, to, tokenId, amount) : null

export const reveal = (state: Depository, hashlock: Hex, now: bigint): Depository =>
  state.revealedAt.has(hashlock) ? state : { ...state, revealedAt: new Map(state.revealedAt).set(hashlock, now) }

const inWindow = (state: Depository, sides: Sides, now: bigint): Dispute | null => {
  const { dispute } = accountOf(state, sides)
  return dispute !== null && now <= dispute.windowEnd ? dispute : null
}

export const counter = (
  state: Depository,
  sides: Sides,
  proof: { readonly nonce: bigint; readonly body: ProofBody; readonly now: bigint },
): Depository | null => {
  const { nonce, body, now } = proof
  const dispute = inWindow(state, sides, now)
  if (dispute === null || !isNonce(nonce, dispute.nonce, false) || !isBody(body)) return null
  const isSame = bodyBytes(body) === bodyBytes(dispute.body)
  const given = isSame ? {} : ({ left: '0x', right: '0x' } as const)
  return withAccount(state, sides, { dispute: { ...dispute, ...given, nonce, body } })
}

export const argue = (
  state: Depository,
  sides: Sides,
  said: { readonly byLeft: boolean; readonly given: Hex; readonly now: bigint },
): Depository | null => {
  const dispute = inWindow(state, sides, said.now)
  if (dispute === null || (said.byLeft ? dispute.left : dispute.right) !== '0x') return null
  const given = kept(said.given)
  return withAccount(state, sides, { dispute: { ...dispute, ...(said.byLeft ? { left: given } : { right: given }) } })
}

const judge = (state: Depository, sides: Sides, body: ProofBody, offdeltas: readonly bigint[]): Depository => {
  const account = accountOf(state, sides)
  let next = withAccount(state, sides, { epoch: account.epoch + 1n, nonce: 0n, dispute: null })
  for (const [at, { tokenId }] of body.tokens.entries()) {
    const { collateral, ondelta } = positionOf(account, tokenId)
    const { left, right, leftOwes, rightOwes } = splitOf(collateral, ondelta + (offdeltas[at] ?? 0n))
    next = withPosition(next, sides, tokenId, NOTHING)
    next = credited(credited(next, sides.left, tokenId, left), sides.right, tokenId, right)
    const pays = (debtor: number, creditor: number, amount: bigint): Bank =>
      owe(bankOf(next, tokenId), { debtor, creditor, amount }, DEBTS_PER_CREDIT)
    if (leftOwes > 0n) next = withBank(next, tokenId, pays(sides.left, sides.right, leftOwes))
    if (rightOwes > 0n) next = withBank(next, tokenId, pays(sides.right, sides.left, rightOwes))
  }
  return next
}

/** The last second in which something may still change the judgment. */
export const deadlineOf = ({ revealedAt }: Depository, { body, windowEnd, startedAt }: Dispute): bigint => {
  const longest = startedAt + BOUNDS.lockSeconds
  const ends = body.htlcs.flatMap(({ hashlock, expirySeconds }) =>
    revealedAt.has(hashlock) ? [] : [least(expirySeconds, longest)],
  )
  return ends.reduce(greatest, windowEnd)
}

export const finalize = (state: Depository, sides: Sides, now: bigint): Depository | null => {
  const { dispute } = accountOf(state, sides)
  if (dispute === null || now <= deadlineOf(state, dispute)) return null
  const revealed = (hashlock: Hex): bigint | null => state.revealedAt.get(hashlock) ?? null
  return judge(state, sides, dispute.body, transformed(dispute.body, revealed, dispute))
}

export const finalizeAgreed = (state: Depository, sides: Sides): Depository | null => {
  const { dispute } = accountOf(state, sides)
  if (dispute === null || dispute.body.htlcs.length + dispute.body.swaps.length > 0) return null
  return judge(
    state,
    sides,
    dispute.body,
    dispute.body.tokens.map(({ offdelta }) => offdelta),
  )
}

export const enforceDebts = (state: Depository, debtor: number, tokenId: bigint, most: bigint): Depository =>
  withBank(state, tokenId, enforce(bankOf(state, tokenId), debtor, most))
