/**
 * Vectors: the dispute proof's hashes by three independent hands (the Solidity that will judge by them, the runtime that
 * signs them, and a reference written out here over ethers' own ABI coder and keccak) must agree on everything.
 */
import { AbiCoder, id, keccak256 } from 'ethers'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import verifierArtifact from '../../contracts/artifacts/ProofVerifier.json' with { type: 'json' }
import type { Delta } from '../../runtime/account/delta.ts'
import { deltaKey, lockKey } from '../../runtime/account/keys.ts'
import { disputeDigest, proofBodyHash } from '../../runtime/account/proof.ts'
import type { AccountTerms, HtlcLock } from '../../runtime/account/types.ts'
import { encodeHanko } from '../../runtime/jurisdiction/batch.ts'
import { fromHex, toHex, ZERO_32 } from '../../runtime/lib/bytes.ts'
import { MerkleMap } from '../../runtime/lib/merkle.ts'
import { sign } from '../../runtime/lib/secp.ts'
import type { Address, EntityId, TokenId } from '../../runtime/lib/units.ts'
import { actor, deploy, openWorld, pair } from './world.ts'

type TokenProof = {
  readonly tokenId: number
  readonly offdelta: bigint
  readonly leftAllowance: bigint
  readonly rightAllowance: bigint
}
type Body = {
  readonly leftResponseSeconds: number
  readonly rightResponseSeconds: number
  readonly tokens: readonly TokenProof[]
  readonly locks: readonly HtlcLock[]
}
type Proof = {
  readonly chainId: bigint
  readonly depository: Address
  readonly left: EntityId
  readonly right: EntityId
  readonly epoch: number
  readonly nonce: number
  readonly bodyHash: string
  readonly frameHash: string
}

const runs = { numRuns: 500 }
const TIMEOUT_MS = 60_000
const hexOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map(toHex)
const seconds = fc.integer({ min: 0, max: 2 ** 48 })
const uint256 = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n })
const tokenId = fc.integer({ min: 1, max: 2 ** 32 - 1 }).map((value) => value as TokenId)
const lock: fc.Arbitrary<HtlcLock> = fc.record({
  hashlock: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  part: fc.integer({ min: 0, max: 65_535 }),
  tokenId,
  amount: fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }),
  byLeft: fc.boolean(),
  expirySeconds: seconds,
})
const body: fc.Arbitrary<Body> = fc.record({
  leftResponseSeconds: seconds,
  rightResponseSeconds: seconds,
  tokens: fc
    .uniqueArray(
      fc.record({
        tokenId,
        offdelta: fc.bigInt({ min: -(2n ** 255n), max: 2n ** 255n - 1n }),
        leftAllowance: uint256,
        rightAllowance: uint256,
      }),
      { maxLength: 4, selector: (token) => token.tokenId },
    )
    .map((tokens) => tokens.sort((a, b) => a.tokenId - b.tokenId)),
  locks: fc
    .uniqueArray(lock, { maxLength: 3, selector: lockKey })
    .map((locks) => locks.sort((a, b) => (lockKey(a) < lockKey(b) ? -1 : 1))),
})
const proof: fc.Arbitrary<Proof> = fc
  .record({
    chainId: fc.bigInt({ min: 1n, max: 2n ** 53n - 1n }),
    depository: hexOf(20).map((value) => value as string as Address),
    ids: fc.uniqueArray(hexOf(32), { minLength: 2, maxLength: 2 }).map((ids) => ids.sort()),
    epoch: fc.nat(),
    nonce: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    bodyHash: hexOf(32),
    frameHash: hexOf(32),
  })
  .map(({ ids, ...rest }) => ({ ...rest, left: ids[0] as string as EntityId, right: ids[1] as string as EntityId }))

const abi = (types: readonly string[], values: readonly unknown[]): string =>
  AbiCoder.defaultAbiCoder().encode([...types], [...values])
const hashOfItems = (items: readonly string[]): string => keccak256(`0x${items.map((item) => item.slice(2)).join('')}`)

const referenceBodyHash = (value: Body): string => {
  const tokens = value.tokens.map((token) =>
    abi(
      ['uint256', 'int256', 'uint256', 'uint256'],
      [token.tokenId, token.offdelta, token.leftAllowance, token.rightAllowance],
    ),
  )
  const clauses = value.locks.map((clause) =>
    abi(
      ['uint256', 'uint256', 'uint256', 'uint256', 'uint256', 'bytes32', 'uint256'],
      [1, clause.tokenId, clause.amount, clause.byLeft ? 1 : 0, clause.expirySeconds, clause.hashlock, clause.part],
    ),
  )
  return keccak256(
    abi(
      ['bytes32', 'uint256', 'uint256', 'bytes32', 'bytes32'],
      [
        id('xln:proof-body:v1'),
        value.leftResponseSeconds,
        value.rightResponseSeconds,
        hashOfItems(tokens),
        hashOfItems(clauses),
      ],
    ),
  )
}

const referenceDigest = (value: Proof): string =>
  keccak256(
    abi(
      ['bytes32', 'uint256', 'address', 'bytes32', 'bytes32', 'uint256', 'uint256', 'bytes32', 'bytes32'],
      [
        id('xln:dispute-proof:v1'),
        value.chainId,
        value.depository,
        value.left,
        value.right,
        value.epoch,
        value.nonce,
        value.bodyHash,
        value.frameHash,
      ],
    ),
  )

const termsOf = (value: Partial<AccountTerms>): AccountTerms => ({
  left: toHex(ZERO_32) as string as EntityId,
  right: toHex(ZERO_32) as string as EntityId,
  chainId: 1n,
  depository: toHex(ZERO_32.subarray(12)) as string as Address,
  epoch: 0,
  leftResponseSeconds: 0,
  rightResponseSeconds: 0,
  features: 0,
  minVersion: 1,
  ...value,
})
const deltaOf = (token: TokenProof): Delta => ({
  collateral: 0n,
  ondelta: 0n,
  leftCreditLimit: 0n,
  rightCreditLimit: 0n,
  leftHold: 0n,
  rightHold: 0n,
  ...token,
  tokenId: token.tokenId as TokenId,
})
const anyHash = () => ZERO_32
const runtimeBodyHash = (value: Body): string =>
  toHex(
    proofBodyHash({
      terms: termsOf(value),
      deltas: MerkleMap.from(
        value.tokens.map((token) => [deltaKey(token.tokenId as TokenId), deltaOf(token)] as const),
        anyHash,
      ),
      locks: MerkleMap.from(
        value.locks.map((clause) => [lockKey(clause), clause] as const),
        anyHash,
      ),
    }),
  )
const runtimeDigest = (value: Proof): string =>
  toHex(
    disputeDigest({
      terms: termsOf(value),
      nonce: value.nonce,
      bodyHash: fromHex(value.bodyHash),
      frameHash: fromHex(value.frameHash),
    }),
  )

const solidityBody = (value: Body) => ({
  ...value,
  clauses: value.locks.map((clause) => ({ kind: 1, ...clause, byLeft: clause.byLeft ? 1 : 0 })),
})

const openVerifier = async () => {
  const { chain } = await openWorld()
  return deploy(chain, actor('deployer'), verifierArtifact)
}
let verifier: Awaited<ReturnType<typeof openVerifier>>
beforeAll(async () => {
  verifier = await openVerifier()
})

describe('vectors', () => {
  it(
    'Solidity, the runtime and the reference agree on bodyHash',
    async () => {
      await fc.assert(
        fc.asyncProperty(body, async (value) => {
          const expected = referenceBodyHash(value)
          expect(runtimeBodyHash(value)).toBe(expected)
          expect(await verifier.call('bodyHash', solidityBody(value))).toEqual([expected])
        }),
        runs,
      )
    },
    TIMEOUT_MS,
  )

  it(
    'Solidity, the runtime and the reference agree on disputeDigest',
    async () => {
      await fc.assert(
        fc.asyncProperty(proof, async (value) => {
          const expected = referenceDigest(value)
          expect(runtimeDigest(value)).toBe(expected)
          expect(await verifier.call('disputeDigest', value)).toEqual([expected])
        }),
        runs,
      )
    },
    TIMEOUT_MS,
  )

  it('pins the empty body and one full example', async () => {
    const empty: Body = { leftResponseSeconds: 0, rightResponseSeconds: 0, tokens: [], locks: [] }
    const full: Body = {
      leftResponseSeconds: 604_800,
      rightResponseSeconds: 86_400,
      tokens: [
        { tokenId: 1, offdelta: -5_000_000n, leftAllowance: 0n, rightAllowance: 7n },
        { tokenId: 2, offdelta: 10n ** 18n, leftAllowance: 1n, rightAllowance: 0n },
      ],
      locks: [
        {
          hashlock: fromHex('ab'.repeat(32)),
          part: 2,
          tokenId: 1 as TokenId,
          amount: 3_210_000n,
          byLeft: true,
          expirySeconds: 1_800_000_000,
        },
      ],
    }
    for (const value of [empty, full])
      expect(await verifier.call('bodyHash', solidityBody(value))).toEqual([runtimeBodyHash(value)])
    expect([runtimeBodyHash(empty), runtimeBodyHash(full)]).toMatchInlineSnapshot(`
      [
        "0xddc3ffeb6859400511a03c5ed4b7a0f6c8c8236900f1c2e4c43305b0f2484817",
        "0x5bd947afcf1fcd5f693544b1bd1f1861580a1a81f0f3c4571f265e1528d56462",
      ]
    `)
  })
})

describe('refuses', () => {
  const token = { offdelta: 0n, leftAllowance: 0n, rightAllowance: 0n }
  const clause = { kind: 1, tokenId: 1, amount: 1n, byLeft: 0, expirySeconds: 1, hashlock: ZERO_32, part: 0 }
  const refusal = (tokens: readonly number[], clauses: readonly (typeof clause)[]) =>
    verifier.refusal('bodyHash', {
      leftResponseSeconds: 0,
      rightResponseSeconds: 0,
      tokens: tokens.map((tokenId) => ({ ...token, tokenId })),
      clauses,
    })

  it('tokens that do not ascend, and token zero', async () => {
    expect(await refusal([2, 1], [])).toEqual({ name: 'TokensNotAscending', params: { index: 1n } })
    expect(await refusal([1, 1], [])).toEqual({ name: 'TokensNotAscending', params: { index: 1n } })
    expect(await refusal([0], [])).toEqual({ name: 'TokensNotAscending', params: { index: 0n } })
  })

  it('a clause of an unknown kind or side', async () => {
    expect(await refusal([], [clause, { ...clause, kind: 2 }])).toEqual({
      name: 'ClauseKindUnknown',
      params: { index: 1n, kind: 2n },
    })
    expect(await refusal([], [{ ...clause, byLeft: 2 }])).toEqual({
      name: 'ClauseSideInvalid',
      params: { index: 0n, byLeft: 2n },
    })
  })
})

describe('signedByLeft', () => {
  const [left, right] = pair('alice', 'bob')
  const value: Proof = {
    chainId: 31_337n,
    depository: actor('depository').address,
    left: left.entityId,
    right: right.entityId,
    epoch: 0,
    nonce: 5,
    bodyHash: id('body'),
    frameHash: id('frame'),
  }
  const sealOf = (signer: typeof left, over: Proof) =>
    encodeHanko(signer.board, [
      { address: signer.address, signature: sign(signer.secretKey, fromHex(runtimeDigest(over))) },
    ])

  it('tells which side signed what the runtime signs', async () => {
    expect(await verifier.call('signedByLeft', value, sealOf(left, value))).toEqual([true])
    expect(await verifier.call('signedByLeft', value, sealOf(right, value))).toEqual([false])
  })

  it('refuses a stranger, an unordered pair, and a signature over anything else', async () => {
    const stranger = actor('carol')
    expect(await verifier.refusal('signedByLeft', value, sealOf(stranger, value))).toMatchObject({
      name: 'SignerNotInPair',
    })
    const swapped = { ...value, left: value.right, right: value.left }
    expect(await verifier.refusal('signedByLeft', swapped, sealOf(left, swapped))).toMatchObject({
      name: 'PairNotAscending',
    })
    const changes: readonly Partial<Proof>[] = [
      { chainId: 1n },
      { depository: left.address },
      { epoch: 1 },
      { nonce: 6 },
      { bodyHash: id('other') },
      { frameHash: id('other') },
    ]
    for (const change of changes)
      expect(await verifier.refusal('signedByLeft', { ...value, ...change }, sealOf(left, value))).toMatchObject({
        name: 'SignerMismatch',
      })
  })
})
