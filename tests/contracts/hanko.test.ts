/** The hanko: what the contract accepts as an entity's signature, and every way it can be wrong. */
import { AbiCoder, keccak256 } from 'ethers'
import { beforeAll, describe, expect, it } from 'vitest'
import providerArtifact from '../../contracts/artifacts/EntityProvider.json' with { type: 'json' }
import { ENTITY_PROVIDER_ADDRESS } from '../../runtime/jadapter/genesis.ts'
import { encodeHanko } from '../../runtime/jurisdiction/batch.ts'
import { type Board, boardId, parseBoard } from '../../runtime/jurisdiction/board.ts'
import { type Bytes, concat, fromHex, toBigInt, utf8, word } from '../../runtime/lib/bytes.ts'
import { keccak } from '../../runtime/lib/hash.ts'
import { LIMITS } from '../../runtime/lib/limits.ts'
import { sign } from '../../runtime/lib/secp.ts'
import { fc } from '../support/property.ts'
import { type Actor, actor, contractAt, openWorld, signBatch, TUSD } from './world.ts'

const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const DIGEST = keccak(utf8('what is signed'))
const members = ['m0', 'm1', 'm2'].map(actor).sort((a, b) => (a.address < b.address ? -1 : 1))
const [first, second, third] = members as [Actor, Actor, Actor]

const boardOf = (threshold: number, weights: readonly number[]): Board => {
  const parsed = parseBoard({
    threshold,
    members: members.map(({ address }, i) => ({ address, weight: weights[i] ?? 1 })),
  })
  if (parsed.type === 'invalid') throw new Error(parsed.problem.type)
  return parsed.board
}
const twoOfThree = boardOf(2, [1, 1, 1])

type Parts = {
  readonly threshold: number
  readonly members: readonly string[]
  readonly weights: readonly number[]
  readonly bitmap: bigint
  readonly signatures: Bytes
}
const partsOf = (board: Board, signers: readonly Actor[]): Parts => ({
  threshold: board.threshold,
  members: board.members.map(({ address }) => address),
  weights: board.members.map(({ weight }) => weight),
  bitmap: signers.reduce((bitmap, signer) => bitmap | (1n << BigInt(members.indexOf(signer))), 0n),
  signatures: concat(...signers.map(({ secretKey }) => sign(secretKey, DIGEST))),
})
/** Any hanko, however wrong. */
const rawHanko = ({ threshold, members: addresses, weights, bitmap, signatures }: Parts): Bytes =>
  fromHex(
    AbiCoder.defaultAbiCoder().encode(
      ['uint16', 'address[]', 'uint16[]', 'uint256', 'bytes'],
      [threshold, addresses, weights, bitmap, signatures],
    ),
  )

const withByte = (bytes: Bytes, at: number, change: (byte: number) => number): Bytes => {
  const copy = new Uint8Array(bytes)
  copy[at] = change(copy[at] ?? 0)
  return copy
}
/** The other signature that verifies for the same key and digest: s' = n − s and the other v. */
const highTwin = (signature: Bytes): Bytes =>
  concat(
    signature.subarray(0, 32),
    word(CURVE_ORDER - toBigInt(signature.subarray(32, 64))),
    Uint8Array.of(signature[64] === 27 ? 28 : 27),
  )

/** The lazy entity that these parts are the board of, however wrong. */
const signerOf = ({ threshold, members: addresses, weights }: Parts): string =>
  keccak256(AbiCoder.defaultAbiCoder().encode(['uint16', 'address[]', 'uint16[]'], [threshold, addresses, weights]))

const openProvider = async () => {
  const { chain } = await openWorld()
  return contractAt(chain, ENTITY_PROVIDER_ADDRESS, providerArtifact.abi)
}
let provider: Awaited<ReturnType<typeof openProvider>>
beforeAll(async () => {
  provider = await openProvider()
})
const refusalFor = (signer: string, hanko: Bytes, digest = DIGEST) =>
  provider.refusal('requireSigned', signer, digest, hanko, false)
/** Why the parts are no signature of the entity they name. */
const refusal = (parts: Parts, digest = DIGEST) => refusalFor(signerOf(parts), rawHanko(parts), digest)

describe('accepts', () => {
  it('any set of members that reaches the threshold, more than needed included', async () => {
    for (const signers of [
      [first, second],
      [first, third],
      [second, third],
      [first, second, third],
    ]) {
      const signatures = signers.map(({ address, secretKey }) => ({ address, signature: sign(secretKey, DIGEST) }))
      const hanko = encodeHanko(twoOfThree, signatures.toReversed())
      expect(hanko).toEqual(rawHanko(partsOf(twoOfThree, signers)))
      expect(await refusalFor(boardId(twoOfThree), hanko)).toBeNull()
    }
  })

  it('one heavy member in the place of several', async () => {
    const board = boardOf(5, [5, 1, 3])
    expect(signerOf(partsOf(board, []))).toBe(boardId(board))
    expect(await refusal(partsOf(board, [first]))).toBeNull()
    expect(await refusal(partsOf(board, [second, third]))).toEqual({
      name: 'WeightInsufficient',
      params: { weight: 4n, threshold: 5n },
    })
  })

  it('a batch by a board of several', async () => {
    const { chain } = await openWorld()
    const entityId = boardId(twoOfThree)
    await chain.fund({ entityId, tokenId: TUSD, amount: 7n })
    const batch = { reserveToReserve: [{ to: first.entityId, tokenId: TUSD, amount: 7n }] }
    const parts = [first, third].map((signer) => {
      // Every member signs for the entity, not for itself.
      const tx = signBatch(chain.terms, { ...signer, entityId }, { nonce: 1, batch })
      return { address: signer.address, tx }
    })
    const bytes = parts[0]?.tx.bytes ?? fromHex('')
    const signatures = parts.map(({ address, tx }) => ({ address, signature: signatureIn(tx.hanko) }))
    const submitted = await chain.submit({
      type: 'batch',
      sender: null,
      jurisdiction: 'simnet',
      entityId,
      nonce: 1,
      bytes,
      hanko: encodeHanko(twoOfThree, signatures),
    })
    expect(submitted.type).toBe('included')
  })
})

/** The one signature of a board of one: threshold, three offsets and a bitmap, two lists of one, then the bytes. */
const signatureIn = (hanko: Bytes): Bytes => {
  const [, , , , signatures] = AbiCoder.defaultAbiCoder().decode(
    ['uint16', 'address[]', 'uint16[]', 'uint256', 'bytes'],
    hanko,
  )
  return fromHex(String(signatures))
}

describe('refuses', () => {
  const good = partsOf(twoOfThree, [first, second])
  const [a, b, c] = good.members as [string, string, string]
  const [signatureOne, signatureTwo] = [good.signatures.subarray(0, 65), good.signatures.subarray(65)]

  const cases: readonly (readonly [string, Partial<Parts>, string])[] = [
    ['too little weight', { bitmap: 1n, signatures: signatureOne }, 'WeightInsufficient'],
    ['no signature at all', { bitmap: 0n, signatures: fromHex('') }, 'WeightInsufficient'],
    ['a high-s twin', { signatures: concat(highTwin(signatureOne), signatureTwo) }, 'SignatureHighS'],
    ['v = 0', { signatures: withByte(good.signatures, 64, (v) => v - 27) }, 'SignatureVInvalid'],
    ['v = 29', { signatures: withByte(good.signatures, 129, () => 29) }, 'SignatureVInvalid'],
    ['the other v', { signatures: withByte(good.signatures, 64, (v) => 55 - v) }, 'SignerMismatch'],
    ['signatures in the wrong order', { signatures: concat(signatureTwo, signatureOne) }, 'SignerMismatch'],
    ['one member signing for two', { signatures: concat(signatureOne, signatureOne) }, 'SignerMismatch'],
    [
      'a signature of zeros',
      { signatures: concat(signatureOne, new Uint8Array(64), Uint8Array.of(27)) },
      'SignerMismatch',
    ],
    ['a signature too few', { signatures: signatureOne }, 'SignaturesLengthInvalid'],
    ['half a signature', { signatures: good.signatures.subarray(0, 100) }, 'SignaturesLengthInvalid'],
    ['an unused signature', { signatures: concat(good.signatures, signatureOne) }, 'SignaturesLengthInvalid'],
    ['an unused byte', { signatures: concat(good.signatures, Uint8Array.of(0)) }, 'SignaturesLengthInvalid'],
    ['a bit that is no member', { bitmap: good.bitmap | 8n }, 'SignerBitmapTooLong'],
    ['the highest bit', { bitmap: good.bitmap | (1n << 255n) }, 'SignerBitmapTooLong'],
    ['unsorted members', { members: [b, a, c] }, 'BoardMembersNotAscending'],
    ['a member twice', { members: [a, a, c] }, 'BoardMembersNotAscending'],
    ['the zero address', { members: [`0x${'0'.repeat(40)}`, a, b] }, 'BoardMembersNotAscending'],
    ['a member without weight', { weights: [1, 1, 0] }, 'BoardWeightZero'],
    ['a threshold of zero', { threshold: 0 }, 'BoardThresholdZero'],
    ['no members', { members: [], weights: [] }, 'BoardSizeInvalid'],
    ['more weights than members', { weights: [1, 1, 1, 1] }, 'BoardSizeInvalid'],
    ['an unreachable threshold', { threshold: 4 }, 'WeightInsufficient'],
  ]
  it.each(cases)('%s', async (_, change, name) => {
    expect(await refusal({ ...good, ...change })).toMatchObject({ name })
  })

  it('more members than the limit', async () => {
    const many = Array.from(
      { length: LIMITS.boardMembers + 1 },
      (_, i) => `0x${(i + 1).toString(16).padStart(40, '0')}`,
    )
    const board = { members: many, weights: many.map(() => 1) }
    expect(await refusal({ ...good, ...board })).toEqual({
      name: 'BoardSizeInvalid',
      params: { members: 17n, weights: 17n, limit: 16n },
    })
  })

  it('signatures over something else', async () => {
    expect(await refusal(good, keccak(DIGEST))).toMatchObject({ name: 'SignerMismatch' })
  })

  it('trailing bytes, and any other spelling of the same encoding', async () => {
    const [hanko, name] = [rawHanko(good), 'HankoNotCanonical']
    const refusalOf = (bytes: Bytes) => refusalFor(signerOf(good), bytes)
    expect(await refusalOf(hanko)).toBeNull()
    expect(await refusalOf(concat(hanko, new Uint8Array(32)))).toMatchObject({ name })
    expect(await refusalOf(concat(hanko, Uint8Array.of(0)))).toMatchObject({ name })
    // The padding after the signatures is not looked at by a decoder.
    expect(await refusalOf(withByte(hanko, hanko.length - 1, () => 1))).toMatchObject({ name })
  })

  it('another board than the entity’s', async () => {
    const other = partsOf(boardOf(1, [1, 1, 1]), [first])
    expect(await refusalFor(signerOf(good), rawHanko(other))).toEqual({
      name: 'BoardNotOfEntity',
      params: { entityId: signerOf(good), boardHash: signerOf(other) },
    })
  })

  it('bytes from anywhere, and any flipped bit', async () => {
    const hanko = rawHanko(good)
    const bit = fc.nat(hanko.length * 8 - 1)
    await fc.assert(
      fc.asyncProperty(bit, async (position) => {
        const flipped = withByte(hanko, position >> 3, (byte) => byte ^ (1 << (position & 7)))
        expect(await refusalFor(signerOf(good), flipped)).not.toBeNull()
      }),
      { numRuns: 200 },
    )
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 700 }), async (bytes) => {
        expect(await refusalFor(signerOf(good), bytes)).not.toBeNull()
      }),
      { numRuns: 100 },
    )
  })
})

describe('boards', () => {
  const [a, b] = [first.address, second.address]
  it('are sorted, and refused when they could never sign', () => {
    const parsed = parseBoard({
      threshold: 1,
      members: [
        { address: b, weight: 1 },
        { address: a, weight: 1 },
      ],
    })
    expect(parsed).toEqual({
      type: 'ok',
      board: {
        threshold: 1,
        members: [
          { address: a, weight: 1 },
          { address: b, weight: 1 },
        ],
      },
    })
    const problem = (threshold: number, weights: readonly number[], addresses = [a, b]) => {
      const result = parseBoard({
        threshold,
        members: weights.map((weight, i) => ({ address: addresses[i] ?? a, weight })),
      })
      return result.type === 'invalid' ? result.problem.type : null
    }
    expect(problem(1, [])).toBe('member_count')
    expect(
      problem(
        1,
        Array.from({ length: LIMITS.boardMembers + 1 }, () => 1),
      ),
    ).toBe('member_count')
    expect(problem(1, [1, 1], [a, a])).toBe('member_twice')
    expect(problem(1, [1, 1], [a, `0x${'00'.repeat(20)}` as Actor['address']])).toBe('member_zero')
    expect(problem(1, [1, 0])).toBe('weight_out_of_range')
    expect(problem(1, [1, 65_536])).toBe('weight_out_of_range')
    expect(problem(1, [1, 1.5])).toBe('weight_out_of_range')
    expect(problem(0, [1, 1])).toBe('threshold_out_of_range')
    expect(problem(3, [1, 1])).toBe('threshold_out_of_range')
    expect(problem(2, [1, 1])).toBeNull()
  })

  it('encode only signatures of their own members', () => {
    const signature = sign(first.secretKey, DIGEST)
    const own = { address: first.address, signature }
    expect(() => encodeHanko(twoOfThree, [own, own])).toThrow('I-HANKO')
    expect(() => encodeHanko(twoOfThree, [{ address: actor('stranger').address, signature }])).toThrow('I-HANKO')
    expect(() => encodeHanko(twoOfThree, [{ address: first.address, signature: signature.subarray(1) }])).toThrow(
      'I-HANKO',
    )
  })
})
