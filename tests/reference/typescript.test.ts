/**
 * The runtime's arithmetic, bodies, digests and signatures against the reference: ten thousand cases a family, no
 * difference. A reference with one thing changed differs in every family: the comparison can fail.
 */
import { expect, test } from 'vitest'
import { type Delta as OurDelta, positionOf } from '../../runtime/account/delta.ts'
import { deltaKey, lockKey } from '../../runtime/account/keys.ts'
import { agreementDigest, disputeDigest, settlementDigest } from '../../runtime/account/proof.ts'
import { encodeProofBody, readBodyLocks } from '../../runtime/account/proof-body.ts'
import { afterDiff, diffsProblem } from '../../runtime/account/settlement.ts'
import type { AccountState, AccountTerms, HtlcLock } from '../../runtime/account/types.ts'
import { batchDigest, encodeBatch } from '../../runtime/jurisdiction/batch.ts'
import type { JBatch } from '../../runtime/jurisdiction/types.ts'
import { fromHex, toHex, ZERO_32 } from '../../runtime/lib/bytes.ts'
import { LIMITS } from '../../runtime/lib/limits.ts'
import { MerkleMap } from '../../runtime/lib/merkle.ts'
import { type Address, type EntityId, parseTokenId, type TokenId } from '../../runtime/lib/units.ts'
import type { Random } from '../simulation/random.ts'
import { areDiffs, BOUNDS } from './bounds.ts'
import { drawBatch, drawCourt, drawDelta, drawDiffs, drawPair, drawTokenIds } from './cases.ts'
import type { HtlcClause, ProofBody, TokenProof } from './clauses.ts'
import * as digests from './digests.ts'
import { amount, hex, many, near } from './draw.ts'
import { CASES, compare, equal, type Family, FEW } from './family.ts'
import { type Delta, movedBy, type SettlementDiff, type View, viewOf } from './money.ts'
import type { Hex } from './words.ts'

const idOf = (tokenId: bigint): TokenId => Number(tokenId) as TokenId
const ourDelta = (tokenId: bigint, delta: Delta): OurDelta => ({ ...delta, tokenId: idOf(tokenId) })
const mapOf = <T>(entries: Iterable<readonly [string, T]>) => MerkleMap.from(entries, () => ZERO_32)
const termsOf = (court: digests.Court, pair: digests.Pair, body?: ProofBody): AccountTerms => ({
  left: pair.left as EntityId,
  right: pair.right as EntityId,
  chainId: court.chainId,
  depository: court.contract as Address,
  epoch: Number(pair.epoch),
  leftResponseSeconds: Number(body?.leftResponseSeconds ?? 0n),
  rightResponseSeconds: Number(body?.rightResponseSeconds ?? 0n),
  features: 0,
  minVersion: 1,
})

const capacity: Family<Delta> = {
  name: 'capacities',
  draw: drawDelta,
  expected: (delta) => [viewOf(delta, true), viewOf(delta, false)],
  actual: (delta) =>
    [true, false].map((left): View => {
      const { balance, outCollateral, inCollateral, ownDebt, theirDebt, outCapacity, inCapacity } = positionOf(
        ourDelta(1n, delta),
        left,
      )
      return { balance, outCollateral, inCollateral, outDebt: ownDebt, inDebt: theirDebt, outCapacity, inCapacity }
    }),
}

test('capacities', async () => {
  const found = await compare(capacity)
  equal(found)
  expect(found.answers).toBeGreaterThan(CASES / 2)
  const careless = (delta: Delta) => [viewOf({ ...delta, leftHold: 0n }, true), viewOf(delta, false)]
  const mutant = await compare({ ...capacity, expected: careless }, FEW)
  expect(mutant.differences).toBeGreaterThan(0)
})

type Settling = {
  readonly accounts: readonly (readonly [bigint, Delta])[]
  readonly diffs: readonly SettlementDiff[]
}
const settlement: Family<Settling> = {
  name: 'settlements',
  draw: (random) => {
    const ids = drawTokenIds(random, 3)
    const accounts = ids.map((tokenId) => [tokenId, drawDelta(random)] as const)
    const known = new Map(accounts)
    /** Mostly about as much as a side can give. */
    const nearCapacity = (diff: bigint, delta: Delta | undefined, left: boolean): bigint =>
      delta === undefined || random.chance(0.4) ? diff : near(random, viewOf(delta, left).outCapacity)
    const diffs = drawDiffs(random, ids, true).map((diff) => {
      const delta = known.get(diff.tokenId)
      const leftDiff = nearCapacity(diff.leftDiff, delta, true)
      const rightDiff = nearCapacity(diff.rightDiff, delta, false)
      return { ...diff, leftDiff, rightDiff, collateralDiff: -leftDiff - rightDiff }
    })
    return { accounts, diffs }
  },
  expected: ({ accounts, diffs }) => {
    const known = new Map(accounts)
    const changes = diffs.some(({ leftDiff, rightDiff }) => leftDiff === 0n && rightDiff === 0n)
    const after = diffs.map((diff) => movedBy(known.get(diff.tokenId) as Delta, diff))
    const canGive = diffs.every(({ tokenId, leftDiff, rightDiff }) => {
      const has = (left: boolean): bigint => viewOf(known.get(tokenId) as Delta, left).outCapacity
      return (leftDiff <= 0n || leftDiff <= has(true)) && (rightDiff <= 0n || rightDiff <= has(false))
    })
    const isAllowed = areDiffs(diffs) && !changes && canGive && after.every(({ collateral }) => collateral >= 0n)
    return { isAllowed, after }
  },
  actual: ({ accounts, diffs }) => {
    const deltas = mapOf(accounts.map(([tokenId, delta]) => [deltaKey(idOf(tokenId)), ourDelta(tokenId, delta)]))
    const said = diffs.map((diff) => ({ ...diff, tokenId: idOf(diff.tokenId) }))
    const after = said.map((diff) => {
      const { collateral, ondelta } = afterDiff(deltas.get(deltaKey(diff.tokenId)) as OurDelta, diff)
      return { collateral, ondelta }
    })
    return { isAllowed: diffsProblem({ deltas } as AccountState, said) === null, after }
  },
}

test('settlements', async () => {
  const found = await compare(settlement)
  equal(found)
  expect(found.answers).toBeGreaterThan(CASES / 2)
  const less = (diff: SettlementDiff): SettlementDiff => ({ ...diff, leftDiff: diff.leftDiff + 1n })
  const mutant = {
    ...settlement,
    expected: (drawn: Settling) => settlement.expected({ ...drawn, diffs: drawn.diffs.map(less) }),
  }
  expect((await compare(mutant, FEW)).differences).toBeGreaterThan(0)
})

/** What the runtime's state can say: no swaps yet, locks in the order of their keys, numbers that JavaScript counts in. */
const drawState = (random: Random): ProofBody => {
  const ids = drawTokenIds(random, 5)
  const key = ({ hashlock, part }: HtlcClause): string => lockKey({ hashlock: fromHex(hashlock), part: Number(part) })
  const lock = (): HtlcClause => ({
    tokenId: random.pick(ids),
    amount: amount(random),
    byLeft: BigInt(random.between(0, 1)),
    expirySeconds: amount(random, 2n ** 53n - 1n),
    hashlock: hex(random, 32),
    part: amount(random, 65_535n),
  })
  const htlcs = ids.length === 0 ? [] : many(random, 4, lock)
  return {
    leftResponseSeconds: amount(random, 2n ** 32n),
    rightResponseSeconds: amount(random, 2n ** 32n),
    tokens: ids.map(
      (tokenId): TokenProof => ({
        tokenId,
        offdelta: drawDelta(random).offdelta,
        leftAllowance: amount(random),
        rightAllowance: amount(random),
      }),
    ),
    htlcs: [...htlcs].sort((a, b) => (key(a) < key(b) ? -1 : 1)),
    swaps: [],
  }
}
const stateOf = (body: ProofBody): Pick<AccountState, 'terms' | 'deltas' | 'locks'> => {
  const deltas = body.tokens.map(({ tokenId, offdelta, leftAllowance, rightAllowance }): OurDelta => {
    const zero = { collateral: 0n, ondelta: 0n, leftCreditLimit: 0n, rightCreditLimit: 0n }
    // An allowance is what a state allows and what it holds.
    const held = { leftHold: leftAllowance / 3n, rightHold: rightAllowance / 2n }
    const rest = { leftAllowance: leftAllowance - held.leftHold, rightAllowance: rightAllowance - held.rightHold }
    return { ...zero, ...held, ...rest, tokenId: Number(tokenId) as TokenId, offdelta }
  })
  const locks = body.htlcs.map(
    (htlc): HtlcLock => ({
      hashlock: fromHex(htlc.hashlock),
      part: Number(htlc.part),
      tokenId: Number(htlc.tokenId) as TokenId,
      amount: htlc.amount,
      byLeft: htlc.byLeft === 1n,
      expirySeconds: Number(htlc.expirySeconds),
    }),
  )
  const court = { chainId: 1n, contract: `0x${'00'.repeat(20)}` } as const
  return {
    terms: termsOf(court, { left: '0x', right: '0x', epoch: 0n }, body),
    deltas: mapOf(deltas.map((delta) => [deltaKey(delta.tokenId), delta])),
    locks: mapOf(locks.map((lock) => [lockKey(lock), lock])),
  }
}
const bodies: Family<ProofBody> = {
  name: 'bodies',
  draw: drawState,
  expected: (body) => ({
    bytes: digests.bodyBytes(body),
    locks: body.htlcs.map(({ hashlock, part, expirySeconds }) => [hashlock, part, expirySeconds].map(String)),
  }),
  actual: (body) => {
    const bytes = encodeProofBody(stateOf(body))
    const locks = readBodyLocks(bytes) ?? []
    return {
      bytes: toHex(bytes),
      locks: locks.map(({ hashlock, part, expirySeconds }) => [toHex(hashlock), part, expirySeconds].map(String)),
    }
  },
}

test('bodies', async () => {
  const found = await compare(bodies)
  equal(found)
  expect(found.answers).toBeGreaterThan(CASES / 2)
  const swapped = (body: ProofBody): ProofBody => ({ ...body, leftResponseSeconds: body.rightResponseSeconds })
  const mutant = await compare({ ...bodies, expected: (body) => bodies.expected(swapped(body)) }, FEW)
  expect(mutant.differences).toBeGreaterThan(0)
})

const KINDS = ['proof', 'settlement', 'agreement', 'batch'] as const
type Signing = {
  readonly kind: (typeof KINDS)[number]
  readonly court: digests.Court
  readonly pair: digests.Pair
  readonly height: bigint
  readonly hashes: readonly [Hex, Hex]
  readonly validUntil: bigint
  readonly diffs: readonly SettlementDiff[]
}
const digestOf = ({ kind, court, pair, height, hashes, validUntil, diffs }: Signing): Hex => {
  const [bodyHash, frameHash] = hashes
  switch (kind) {
    case 'proof':
      return digests.disputeProofDigest(court, pair, { nonce: height, bodyHash, frameHash })
    case 'settlement':
      return digests.settlementDigest(court, pair, { nonce: 4n * height + 2n, validUntil, diffs })
    case 'agreement':
      return digests.agreementDigest(court, pair, { nonce: height, bodyHash })
    case 'batch':
      return digests.batchDigest(court, { entityId: pair.left, nonce: height, batch: bodyHash })
  }
}
const ourDigest = ({ kind, court, pair, height, hashes, validUntil, diffs }: Signing): Uint8Array => {
  const terms = termsOf(court, pair)
  const [bodyHash, frameHash] = hashes.map(fromHex) as [Uint8Array, Uint8Array]
  const nonce = Number(height)
  const said = diffs.map((diff) => ({ ...diff, tokenId: idOf(diff.tokenId) }))
  const place = { chainId: court.chainId, depository: court.contract as Address }
  switch (kind) {
    case 'proof':
      return disputeDigest({ terms, nonce, bodyHash, frameHash })
    case 'settlement':
      return settlementDigest({ terms, height: nonce, validUntil: Number(validUntil), diffs: said })
    case 'agreement':
      return agreementDigest({ terms, nonce, bodyHash })
    case 'batch':
      return batchDigest({ ...place, entityId: terms.left, nonce, batch: bodyHash })
  }
}
const signing: Family<Signing> = {
  name: 'digests',
  draw: (random) => ({
    kind: random.pick(KINDS),
    court: drawCourt(random),
    pair: drawPair(random),
    height: amount(random, 2n ** 50n),
    hashes: [hex(random, 32), hex(random, 32)],
    validUntil: amount(random, BOUNDS.nonce),
    diffs: drawDiffs(random, drawTokenIds(random, 3), false),
  }),
  expected: digestOf,
  actual: (drawn) => toHex(ourDigest(drawn)),
}

test('digests', async () => {
  equal(await compare(signing))
  const later = (drawn: Signing): Signing => ({ ...drawn, pair: { ...drawn.pair, epoch: drawn.pair.epoch + 1n } })
  const mutant = await compare({ ...signing, expected: (drawn) => digestOf(later(drawn)) }, FEW)
  expect(mutant.differences).toBeGreaterThan(0)
})

const BYTES_AT = ['leftHanko', 'rightHanko', 'body', 'counterpartyHanko', 'arguments', 'frameHash']
/** The same batch with bytes where the runtime has bytes. */
const ourBatch = ({ entityId: _, ...operations }: digests.Batch): JBatch => {
  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plain)
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value)
    return Object.fromEntries(
      entries.map(([name, part]) => [name, BYTES_AT.includes(name) ? fromHex(part) : plain(part)]),
    )
  }
  return plain(operations) as JBatch
}
const batches: Family<digests.Batch> = {
  name: 'batches',
  draw: drawBatch,
  expected: digests.batchBytes,
  actual: (batch) => toHex(encodeBatch(batch.entityId as EntityId, ourBatch(batch))),
}

test('batches', async () => {
  const found = await compare(batches)
  equal(found)
  expect(found.answers).toBe(CASES)
  const without = (batch: digests.Batch): digests.Batch => ({
    ...batch,
    deposits: batch.withdrawals.map((one) => ({ ...one, from: one.to })),
  })
  const mutant = await compare({ ...batches, expected: (batch) => digests.batchBytes(without(batch)) }, FEW)
  expect(mutant.differences).toBeGreaterThan(0)
})

test('bounds', () => {
  expect({
    operationsPerBatch: LIMITS.batchOperations,
    boardMembers: LIMITS.boardMembers,
    amount: 2n ** BigInt(LIMITS.amountBits) - 1n,
    tokensPerProof: LIMITS.tokensPerAccount,
    clausesPerProof: LIMITS.locksPerAccount,
    lockSeconds: LIMITS.maxLockSeconds,
    responseSeconds: LIMITS.maxResponseSeconds,
    nonce: Number.MAX_SAFE_INTEGER,
  }).toEqual({
    operationsPerBatch: Number(BOUNDS.operationsPerBatch),
    boardMembers: Number(BOUNDS.boardMembers),
    amount: BOUNDS.amount,
    tokensPerProof: Number(BOUNDS.tokensPerProof),
    clausesPerProof: Number(BOUNDS.clausesPerProof),
    lockSeconds: Number(BOUNDS.lockSeconds),
    responseSeconds: Number(BOUNDS.responseSeconds),
    nonce: Number(BOUNDS.nonce),
  })
  const isId = (id: bigint): boolean => parseTokenId(Number(id)) !== null
  expect([0n, 1n, BOUNDS.tokenId, BOUNDS.tokenId + 1n].map(isId)).toEqual([false, true, true, false])
})
