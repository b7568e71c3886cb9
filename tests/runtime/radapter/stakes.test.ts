/** What a judgement gives: bodies read back as they were written, and divided as the contracts divide. */

import { describe, expect, test } from 'vitest'
import { emptyDelta } from '../../../runtime/account/delta.ts'
import { deltaKey, lockKey } from '../../../runtime/account/keys.ts'
import { encodeProofBody } from '../../../runtime/account/proof-body.ts'
import type { AccountSections, HtlcLock } from '../../../runtime/account/types.ts'
import { fromHex, toHex, word } from '../../../runtime/lib/bytes.ts'
import { keccak } from '../../../runtime/lib/hash.ts'
import { MerkleMap } from '../../../runtime/lib/merkle.ts'
import type { TokenId } from '../../../runtime/lib/units.ts'
import { judge, type ProofBody, readProofBody } from '../../../runtime/radapter/stakes.ts'
import { fc } from '../../support/property.ts'

const token = (patch: Partial<ProofBody['tokens'][number]> = {}): ProofBody['tokens'][number] => ({
  tokenId: 1,
  offdelta: 0n,
  leftAllowance: 1_000n,
  rightAllowance: 1_000n,
  ...patch,
})
const lock = (patch: Partial<ProofBody['locks'][number]> = {}): ProofBody['locks'][number] => ({
  tokenId: 1,
  amount: 10n,
  byLeft: true,
  expirySeconds: 100,
  hashlock: '0x01',
  ...patch,
})

/** LEFT's and RIGHT's share of one token of which 100 are collateral. */
const divided = (body: ProofBody, ondelta: bigint, revealed: { readonly [hashlock: string]: number } = {}) =>
  [true, false].map((isLeft) =>
    judge({
      body,
      isLeft,
      onChain: () => ({ collateral: 100n, ondelta }),
      revealedAt: (hashlock) => revealed[hashlock] ?? null,
    }).get(1),
  )

describe('judge', () => {
  test.each([
    ['\u0394 below nothing -- RIGHT has it all, LEFT owes', -30n, [0n, 0n, 30n], [100n, 30n, 0n]],
    ['\u0394 of nothing', 0n, [0n, 0n, 0n], [100n, 0n, 0n]],
    ['\u0394 inside', 40n, [40n, 0n, 0n], [60n, 0n, 0n]],
    ['\u0394 of all there is', 100n, [100n, 0n, 0n], [0n, 0n, 0n]],
    ['\u0394 beyond -- LEFT has it all, RIGHT owes', 130n, [100n, 30n, 0n], [0n, 0n, 30n]],
  ])('%s', (_, claim, left, right) => {
    const shares = [left, right].map(([gets, isOwed, owes]) => ({ gets, isOwed, owes }))
    // However the claim is made up of what the chain holds and what the frames say.
    for (const ondelta of [0n, 70n, -5n])
      expect(divided({ tokens: [token({ offdelta: claim - ondelta })], locks: [] }, ondelta)).toEqual(shares)
  })

  const left = (shares: ReturnType<typeof divided>): bigint | undefined => shares[0]?.gets
  const withLocks = (...locks: readonly ProofBody['locks'][number][]): ProofBody => ({
    tokens: [token({ offdelta: 50n })],
    locks,
  })

  test.each([
    ['not shown', {}, 50n],
    ['shown in time', { '0x01': 99 }, 40n],
    ['shown in the last second', { '0x01': 100 }, 40n],
    ['shown too late', { '0x01': 101 }, 50n],
  ])('a lock that LEFT pays, its preimage %s', (_, revealed, expected) => {
    expect(left(divided(withLocks(lock()), 0n, revealed))).toBe(expected)
  })

  test('a lock that RIGHT pays, one of another token, and one beyond what the payer allowed', () => {
    const revealed = { '0x01': 1 }
    expect(left(divided(withLocks(lock({ byLeft: false })), 0n, revealed))).toBe(60n)
    expect(left(divided(withLocks(lock({ tokenId: 2 })), 0n, revealed))).toBe(50n)
    const body = {
      ...withLocks(lock({ amount: 7n }), lock({ amount: 7n })),
      tokens: [token({ offdelta: 50n, leftAllowance: 9n })],
    }
    expect(left(divided(body, 0n, revealed))).toBe(41n)
  })
})

const amount = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n })
const tokens = fc.uniqueArray(
  fc.record({
    tokenId: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
    offdelta: fc.bigInt({ min: -(1n << 250n), max: 1n << 250n }),
    leftAllowance: amount,
    leftHold: amount,
    rightAllowance: amount,
    rightHold: amount,
  }),
  { maxLength: 16, selector: ({ tokenId }) => tokenId },
)
const locks = fc.array(
  fc.record({
    seed: fc.nat(),
    part: fc.nat(100),
    tokenId: fc.integer({ min: 1, max: 99 }),
    amount,
    byLeft: fc.boolean(),
    expirySeconds: fc.nat(2 ** 40),
  }),
  { maxLength: 20 },
)
const unhashed = () => word(0)

describe('readProofBody', () => {
  test('any state -- what it was written from', () => {
    fc.assert(
      fc.property(tokens, locks, (rows, wanted) => {
        const deltas = rows
          .map((row) => ({ ...emptyDelta(row.tokenId as TokenId), ...row, tokenId: row.tokenId as TokenId }))
          .sort((a, b) => a.tokenId - b.tokenId)
        const held = wanted.map(
          ({ seed, ...rest }): HtlcLock => ({
            ...rest,
            tokenId: rest.tokenId as TokenId,
            hashlock: keccak(word(seed)),
          }),
        )
        const state = {
          terms: { leftResponseSeconds: 1, rightResponseSeconds: 2 } as AccountSections['terms'],
          deltas: MerkleMap.from(
            deltas.map((delta) => [deltaKey(delta.tokenId), delta] as const),
            unhashed,
          ),
          locks: MerkleMap.from(
            held.map((one) => [lockKey(one), one] as const),
            unhashed,
          ),
        }
        expect(readProofBody(encodeProofBody(state))).toEqual({
          tokens: deltas.map((delta) => ({
            tokenId: delta.tokenId,
            offdelta: delta.offdelta,
            leftAllowance: delta.leftAllowance + delta.leftHold,
            rightAllowance: delta.rightAllowance + delta.rightHold,
          })),
          locks: [...state.locks.values()].map(({ hashlock, part: _, ...rest }) => ({
            ...rest,
            hashlock: toHex(hashlock),
          })),
        })
      }),
      { numRuns: 60 },
    )
  })

  test('any bytes -- a body or nothing, and never an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        const read = readProofBody(bytes)
        expect(read === null || Array.isArray(read.tokens)).toBe(true)
      }),
    )
    expect(readProofBody(fromHex('0x'))).toBe(null)
  })
})
