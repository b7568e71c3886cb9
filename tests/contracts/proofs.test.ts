/**
 * Vectors: what is signed, by three independent hands. The Solidity that will judge by it, the runtime that signs it, and
 * a reference written over ethers' own ABI coder and keccak (court.ts) must agree on every bit.
 */

import { beforeAll, describe, expect, it } from 'vitest'
import depositoryArtifact from '../../contracts/artifacts/Depository.json' with { type: 'json' }
import type { Delta } from '../../runtime/account/delta.ts'
import { deltaKey, lockKey } from '../../runtime/account/keys.ts'
import {
  disputeDigest,
  proofBodyHash,
  agreementDigest as runtimeAgreement,
  settlementDigest as runtimeSettlement,
} from '../../runtime/account/proof.ts'
import { encodeProofBody, readBodyLocks } from '../../runtime/account/proof-body.ts'
import type { AccountTerms, HtlcLock } from '../../runtime/account/types.ts'
import { batchDigest } from '../../runtime/jurisdiction/batch.ts'
import { type Bytes, toHex } from '../../runtime/lib/bytes.ts'
import { keccak } from '../../runtime/lib/hash.ts'
import { MerkleMap } from '../../runtime/lib/merkle.ts'
import type { EntityId, TokenId } from '../../runtime/lib/units.ts'
import { fc } from '../support/property.ts'
import { agreementDigest, argumentsDigest, bodyOf, type Place, proofDigest, settlementDigest } from './court.ts'
import { contractAt, openWorld } from './world.ts'

const runs = { numRuns: 200 }
const TIMEOUT_MS = 60_000
const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const anyBytes = fc.uint8Array({ maxLength: 300 })
const count = fc.oneof(fc.nat(20), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }))
const tokenId = fc.integer({ min: 1, max: 2 ** 32 - 1 }).map((value) => value as TokenId)
const diff = fc.bigInt(-(2n ** 128n - 1n), 2n ** 128n - 1n)
const diffs = fc.array(
  fc
    .record({ tokenId, leftDiff: diff, rightDiff: diff })
    .map((one) => ({ ...one, collateralDiff: -one.leftDiff - one.rightDiff })),
  { maxLength: 16 },
)
/** Two ids in order, and a slot. Chain and contract are those that are asked. */
const slot = fc
  .record({ ids: fc.uniqueArray(bytesOf(32).map(toHex), { minLength: 2, maxLength: 2 }), epoch: count, nonce: count })
  .map(({ ids, ...rest }) => {
    const [left, right] = ids.sort() as string[] as [EntityId, EntityId]
    return { left, right, ...rest }
  })

const openDepository = async () => {
  const { chain } = await openWorld()
  return { terms: chain.terms, depository: contractAt(chain, chain.terms.depository, depositoryArtifact.abi) }
}
let world: Awaited<ReturnType<typeof openDepository>>
beforeAll(async () => {
  world = await openDepository()
})

const termsOf = (place: Place): AccountTerms => ({
  ...place,
  leftResponseSeconds: 0,
  rightResponseSeconds: 0,
  features: 0,
  minVersion: 1,
})
const solidity = (name: string, ...args: readonly unknown[]) => world.depository.call(name, ...args)
const holds = async <T extends [unknown, ...unknown[]]>(property: fc.IAsyncProperty<T>) => fc.assert(property, runs)
const same = (expected: Bytes, ...others: readonly unknown[]) => {
  for (const other of others) expect(other).toEqual([toHex(expected)])
}

describe('Solidity, the runtime and the reference agree on', () => {
  it(
    'the proof of a frame',
    () =>
      holds(
        fc.asyncProperty(slot, anyBytes, bytesOf(32), async (at, body, frameHash) => {
          const { left, right, epoch, nonce } = at
          const place = { ...world.terms, ...at }
          const bodyHash = keccak(body)
          same(
            proofDigest(place, body, frameHash),
            [toHex(disputeDigest({ terms: termsOf(place), nonce, bodyHash, frameHash }))],
            await solidity('disputeDigest', left, right, epoch, nonce, bodyHash, frameHash),
          )
        }),
      ),
    TIMEOUT_MS,
  )

  it(
    'a settlement',
    () =>
      holds(
        fc.asyncProperty(slot, fc.nat(2 ** 50), count, diffs, async (at, height, validUntil, list) => {
          const place = { ...world.terms, ...at, nonce: 4 * height + 2 }
          const settlement = { ...place, validUntil, diffs: list, leftHanko: '0x', rightHanko: '0x' }
          same(
            settlementDigest(place, validUntil, list),
            [toHex(runtimeSettlement({ terms: termsOf(place), height, validUntil, diffs: list }))],
            await solidity('settlementDigest', at.epoch, settlement),
          )
        }),
      ),
    TIMEOUT_MS,
  )

  it(
    'an agreement',
    () =>
      holds(
        fc.asyncProperty(slot, anyBytes, async (at, body) => {
          const { left, right, epoch, nonce } = at
          const place = { ...world.terms, ...at }
          const bodyHash = keccak(body)
          same(
            agreementDigest(place, body),
            [toHex(runtimeAgreement({ terms: termsOf(place), nonce, bodyHash }))],
            await solidity('agreementDigest', left, right, epoch, nonce, bodyHash),
          )
        }),
      ),
    TIMEOUT_MS,
  )

  it(
    'a batch',
    () =>
      holds(
        fc.asyncProperty(slot, anyBytes, async ({ left: entityId, nonce }, batch) => {
          const digest = batchDigest({ ...world.terms, entityId, nonce, batch })
          same(digest, await solidity('batchDigest', entityId, nonce, batch))
        }),
      ),
    TIMEOUT_MS,
  )
})

describe('Solidity and the reference agree on', () => {
  it(
    'arguments',
    () =>
      holds(
        fc.asyncProperty(slot, anyBytes, anyBytes, async ({ left, right, epoch }, body, bytes) =>
          same(
            argumentsDigest(world.terms, { entity: right, counterparty: left, epoch, body }, bytes),
            await solidity('argumentsDigest', right, left, epoch, keccak(body), bytes),
          ),
        ),
      ),
    TIMEOUT_MS,
  )
})

describe('a body', () => {
  const seconds = fc.integer({ min: 0, max: 2 ** 48 })
  const figure = fc.bigInt(0n, 2n ** 128n - 1n)
  const delta: fc.Arbitrary<Delta> = fc.record({
    tokenId,
    collateral: figure,
    ondelta: fc.bigInt(-(2n ** 128n), 2n ** 128n),
    offdelta: fc.bigInt(-(2n ** 192n - 1n), 2n ** 192n - 1n),
    leftCreditLimit: figure,
    rightCreditLimit: figure,
    leftHold: figure,
    rightHold: figure,
    leftAllowance: figure,
    rightAllowance: figure,
  })
  const lock: fc.Arbitrary<HtlcLock> = fc.record({
    hashlock: bytesOf(32),
    part: fc.integer({ min: 0, max: 65_535 }),
    tokenId,
    amount: figure,
    byLeft: fc.boolean(),
    expirySeconds: seconds,
  })
  const state = fc.record({
    leftResponseSeconds: seconds,
    rightResponseSeconds: seconds,
    deltas: fc.uniqueArray(delta, { maxLength: 5, selector: (one) => one.tokenId }),
    locks: fc.uniqueArray(lock, { maxLength: 5, selector: lockKey }),
  })
  const nothing = () => new Uint8Array(32)

  it('written word by word by the runtime is abi.encode of the same figures, and its locks are read back', () => {
    fc.assert(
      fc.property(state, ({ deltas, locks, ...times }) => {
        const account = {
          terms: {
            ...termsOf({ ...world.terms, left: '0x' as EntityId, right: '0x' as EntityId, epoch: 0, nonce: 0 }),
            ...times,
          },
          deltas: MerkleMap.from(
            deltas.map((one) => [deltaKey(one.tokenId), one] as const),
            nothing,
          ),
          locks: MerkleMap.from(
            locks.map((one) => [lockKey(one), one] as const),
            nothing,
          ),
        }
        const ordered = locks.toSorted((a, b) => (lockKey(a) < lockKey(b) ? -1 : 1))
        const body = encodeProofBody(account)
        expect(toHex(body)).toBe(
          toHex(
            bodyOf({
              ...times,
              tokens: deltas
                .toSorted((a, b) => a.tokenId - b.tokenId)
                .map((one) => ({
                  tokenId: one.tokenId,
                  offdelta: one.offdelta,
                  leftAllowance: one.leftAllowance + one.leftHold,
                  rightAllowance: one.rightAllowance + one.rightHold,
                })),
              htlcs: ordered.map((one) => ({ ...one, byLeft: one.byLeft ? 1 : 0 })),
            }),
          ),
        )
        expect(proofBodyHash(account)).toEqual(keccak(body))
        expect(readBodyLocks(body)).toEqual(
          ordered.map(({ hashlock, part, expirySeconds }) => ({ hashlock, part, expirySeconds })),
        )
      }),
      { numRuns: 500 },
    )
  })
})

describe('digests', () => {
  it('of sides out of order, or of nobody, there are none', async () => {
    const [low, high] = [`0x${'01'.repeat(32)}`, `0x${'02'.repeat(32)}`]
    const rest = [0, 4, keccak(Uint8Array.of()), keccak(Uint8Array.of())]
    for (const [left, right] of [
      [high, low],
      [low, low],
    ])
      expect(await world.depository.refusal('disputeDigest', left, right, ...rest)).toEqual({
        name: 'PairNotAscending',
        params: { left, right },
      })
    const nobody = `0x${'00'.repeat(32)}`
    expect(await world.depository.refusal('disputeDigest', nobody, high, ...rest)).toMatchObject({ name: 'EntityZero' })
  })
})
