/**
 * DeltaTransformer against a reference that was written from the protocol's words and knows nothing of Solidity: what
 * clauses do to deltas, and who gets what in the end.
 */

import { beforeAll, describe, expect, it } from 'vitest'
import transformerArtifact from '../../contracts/artifacts/DeltaTransformer.json' with { type: 'json' }
import { DELTA_TRANSFORMER_ADDRESS } from '../../runtime/jadapter/genesis.ts'
import { type Bytes, EMPTY } from '../../runtime/lib/bytes.ts'
import { min } from '../../runtime/lib/units.ts'
import { fc } from '../support/property.ts'
import { type Body, bodyOf, htlc, ratios, swap, tokenProof } from './court.ts'
import { contractAt, openWorld } from './world.ts'

const openTransformer = async () => {
  const { chain } = await openWorld()
  return contractAt(chain, DELTA_TRANSFORMER_ADDRESS, transformerArtifact.abi)
}
let transformer: Awaited<ReturnType<typeof openTransformer>>
beforeAll(async () => {
  transformer = await openTransformer()
})

type Case = {
  readonly body: Pick<Body, 'tokens' | 'htlcs' | 'swaps'>
  readonly revealedAt: readonly number[]
  readonly leftArguments: Bytes
  readonly rightArguments: Bytes
}
const solidity = async ({ body, revealedAt, leftArguments, rightArguments }: Case): Promise<readonly bigint[]> => {
  const [shifts] = await transformer.call('shiftsOf', bodyOf(body), revealedAt, leftArguments, rightArguments)
  return [...(shifts as readonly bigint[])]
}

/** Two bytes an offer, or nothing at all. */
const partsOf = (args: Bytes, offers: number): readonly number[] =>
  Array.from({ length: offers }, (_, i) =>
    args.length === 2 * offers ? (args[2 * i] ?? 0) * 256 + (args[2 * i + 1] ?? 0) : 0,
  )
const reference = ({ body: { tokens, htlcs, swaps }, revealedAt, leftArguments, rightArguments }: Case) => {
  const shifts = new Map(tokens.map(({ tokenId }) => [tokenId, 0n]))
  const mayPay = {
    1: new Map(tokens.map(({ tokenId, leftAllowance }) => [tokenId, leftAllowance])),
    0: new Map(tokens.map(({ tokenId, rightAllowance }) => [tokenId, rightAllowance])),
  }
  const left = (side: 0 | 1, tokenId: number): bigint => mayPay[side].get(tokenId) ?? 0n
  const pay = (side: 0 | 1, tokenId: number, amount: bigint): void => {
    mayPay[side].set(tokenId, left(side, tokenId) - amount)
    shifts.set(tokenId, (shifts.get(tokenId) ?? 0n) + (side === 1 ? -amount : amount))
  }
  for (const [i, lock] of htlcs.entries()) {
    const at = revealedAt[i] ?? 0
    const side = lock.byLeft === 1 ? 1 : 0
    const room = left(side, lock.tokenId)
    if (at > 0 && at <= lock.expirySeconds) pay(side, lock.tokenId, min(lock.amount, room))
  }
  // Each side fills what the other one offered.
  const fills = {
    1: [...partsOf(rightArguments, swaps.filter(({ byLeft }) => byLeft === 1).length)],
    0: [...partsOf(leftArguments, swaps.filter(({ byLeft }) => byLeft === 0).length)],
  }
  for (const offer of swaps) {
    const [maker, taker] = offer.byLeft === 1 ? ([1, 0] as const) : ([0, 1] as const)
    const part = BigInt(fills[maker].shift() ?? 0)
    const give = (offer.giveAmount * part) / 65_535n
    const want = (offer.wantAmount * part + 65_534n) / 65_535n
    if (left(maker, offer.giveTokenId) < give || left(taker, offer.wantTokenId) < want) continue
    pay(maker, offer.giveTokenId, give)
    pay(taker, offer.wantTokenId, want)
  }
  return tokens.map(({ tokenId }) => shifts.get(tokenId) ?? 0n)
}

const amount = fc.oneof({ weight: 5, arbitrary: fc.bigInt(0n, 100n) }, fc.bigInt(0n, 2n ** 128n - 1n))
const side = fc.constantFrom(0, 1)
const anyCase: fc.Arbitrary<Case> = fc
  .uniqueArray(fc.integer({ min: 1, max: 2 ** 32 - 1 }), { minLength: 1, maxLength: 4 })
  .chain((ids) => {
    const tokenId = fc.constantFrom(...ids)
    const tokens = fc.tuple(
      ...ids
        .toSorted((a, b) => a - b)
        .map((id) =>
          fc.record({
            tokenId: fc.constant(id),
            offdelta: fc.constant(0n),
            leftAllowance: amount,
            rightAllowance: amount,
          }),
        ),
    )
    const locks = fc.array(
      fc
        .record({ tokenId, amount, byLeft: side, expirySeconds: fc.integer({ min: 1, max: 9 }) })
        .map((lock) => htlc('', lock)),
      { maxLength: 6 },
    )
    const offers = fc.array(
      fc
        .record({ byLeft: side, giveTokenId: tokenId, giveAmount: amount, wantTokenId: tokenId, wantAmount: amount })
        .map(swap),
      { maxLength: 6 },
    )
    return fc.record({ tokens, htlcs: locks, swaps: offers })
  })
  .chain((body) => {
    const fill = (made: number) => {
      const exact = 2 * body.swaps.filter(({ byLeft }) => byLeft === made).length
      const right = fc.uint8Array({ minLength: exact, maxLength: exact })
      return fc.oneof({ weight: 8, arbitrary: right }, fc.uint8Array({ maxLength: 14 }))
    }
    const count = body.htlcs.length
    return fc.record({
      body: fc.constant(body),
      revealedAt: fc.array(fc.nat(10), { minLength: count, maxLength: count }),
      leftArguments: fill(0),
      rightArguments: fill(1),
    })
  })

describe('shiftsOf', () => {
  it('is what the reference says, and within the allowances', async () => {
    let moved = 0
    await fc.assert(
      fc.asyncProperty(anyCase, async (one) => {
        const shifts = await solidity(one)
        expect(shifts).toEqual(reference(one))
        for (const [i, { leftAllowance, rightAllowance }] of one.body.tokens.entries()) {
          expect(shifts[i]).toBeGreaterThanOrEqual(-leftAllowance)
          expect(shifts[i]).toBeLessThanOrEqual(rightAllowance)
        }
        if (shifts.some((shift) => shift !== 0n)) moved += 1
      }),
      { numRuns: 500 },
    )
    expect(moved).toBeGreaterThan(100)
  })

  it('fills each side’s offers by the other side’s arguments, in body order', async () => {
    const tokens = [
      tokenProof(1, 0n, { leftAllowance: 1_000n, rightAllowance: 1_000n }),
      tokenProof(2, 0n, { leftAllowance: 1_000n, rightAllowance: 1_000n }),
    ]
    const swaps = [
      swap({ giveAmount: 100n, wantAmount: 10n }),
      swap({ byLeft: 0, giveAmount: 7n, wantAmount: 3n }),
      swap({ giveAmount: 200n, wantAmount: 20n }),
    ]
    const [none, whole] = [0, 65_535]
    const shifts = (leftArguments: Bytes, rightArguments: Bytes) =>
      solidity({ body: { tokens, htlcs: [], swaps }, revealedAt: [], leftArguments, rightArguments })
    expect(await shifts(EMPTY, ratios(whole, none))).toEqual([-100n, 10n])
    expect(await shifts(EMPTY, ratios(none, whole))).toEqual([-200n, 20n])
    expect(await shifts(ratios(whole), EMPTY)).toEqual([7n, -3n])
    expect(await shifts(ratios(whole), ratios(whole, whole))).toEqual([-293n, 27n])
    expect(await shifts(ratios(whole, whole), ratios(whole))).toEqual([0n, 0n])
  })

  it('is refused when reveal times and locks do not go together', async () => {
    const body = bodyOf({ tokens: [tokenProof(1, 0n)], htlcs: [htlc('a')] })
    expect(await transformer.refusal('shiftsOf', body, [], '0x', '0x')).toEqual({
      name: 'RevealTimesLengthInvalid',
      params: { expected: 1n, actual: 0n },
    })
  })
})

it('divide: who gets what of the collateral, and who owes', async () => {
  const collateral = fc.oneof(fc.bigInt(0n, 100n), fc.bigInt(0n, 2n ** 128n - 1n))
  const delta = fc.oneof(fc.bigInt(-200n, 200n), fc.bigInt(-(2n ** 200n), 2n ** 200n))
  await fc.assert(
    fc.asyncProperty(collateral, delta, async (c, d) => {
      const [shares] = await transformer.call('divide', c, d)
      const clamped = d < 0n ? 0n : min(d, c)
      expect([...(shares as readonly bigint[])]).toEqual([clamped, c - clamped, d < 0n ? -d : 0n, d > c ? d - c : 0n])
    }),
    { numRuns: 300 },
  )
})
