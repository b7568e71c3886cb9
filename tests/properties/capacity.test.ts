/** Capacities against a reference that is written the other way round: by how far Δ may still be pushed. */

import { describe, expect, test } from 'vitest'
import { type Delta, emptyDelta, hold, move, positionOf, rcpanExcess } from '../../runtime/account/delta.ts'
import type { TokenId } from '../../runtime/lib/units.ts'
import { fc } from '../support/property.ts'

const EDGE = 2n ** 128n - 1n
/** Small numbers meet each other's edges often; large ones show overflow that bigint does not have. */
const amount = fc.oneof(fc.bigInt({ min: 0n, max: 12n }), fc.bigInt({ min: 0n, max: EDGE }))
const signed = fc.oneof(fc.bigInt({ min: -20n, max: 20n }), fc.bigInt({ min: -EDGE, max: EDGE }))

const anyDelta: fc.Arbitrary<Delta> = fc.record({
  tokenId: fc.constant(1 as TokenId),
  collateral: amount,
  ondelta: signed,
  offdelta: signed,
  leftCreditLimit: amount,
  rightCreditLimit: amount,
  leftHold: amount,
  rightHold: amount,
  leftAllowance: amount,
  rightAllowance: amount,
})
/** Inside RCPAN, nothing held. */
const insideDelta = fc
  .record({
    collateral: amount,
    left: amount,
    right: amount,
    at: fc.bigInt({ min: 0n, max: 2n ** 64n }),
    ondelta: signed,
  })
  .map(({ collateral, left, right, at, ondelta }): Delta => {
    const width = collateral + left + right
    const claim = ((width * at) >> 64n) - left
    const limits = { leftCreditLimit: left, rightCreditLimit: right }
    return { ...emptyDelta(1 as TokenId), collateral, ...limits, ondelta, offdelta: claim - ondelta }
  })

const atLeastZero = (value: bigint): bigint => (value < 0n ? 0n : value)

/** What LEFT and RIGHT can pay: the way from Δ down to −L, and up to C + R, less what is set aside. */
const reference = (d: Delta): { readonly left: bigint; readonly right: bigint } => {
  const claim = d.ondelta + d.offdelta
  return {
    left: atLeastZero(atLeastZero(claim + d.leftCreditLimit) - d.leftHold - d.leftAllowance),
    right: atLeastZero(atLeastZero(d.collateral + d.rightCreditLimit - claim) - d.rightHold - d.rightAllowance),
  }
}

describe('positionOf', () => {
  test('capacities equal the reference, from both sides', () => {
    fc.assert(
      fc.property(anyDelta, (delta) => {
        const expected = reference(delta)
        const [left, right] = [positionOf(delta, true), positionOf(delta, false)]
        expect([left.outCapacity, left.inCapacity]).toEqual([expected.left, expected.right])
        expect([right.outCapacity, right.inCapacity]).toEqual([expected.right, expected.left])
      }),
      { numRuns: 2_000 },
    )
  })
  test('inside RCPAN and before holds: out + in = collateral + both limits; out = Δ + L', () => {
    fc.assert(
      fc.property(insideDelta, (delta) => {
        expect(rcpanExcess(delta)).toBe(0n)
        for (const isLeft of [true, false]) {
          const { outCapacity, inCapacity } = positionOf(delta, isLeft)
          expect(outCapacity + inCapacity).toBe(delta.collateral + delta.leftCreditLimit + delta.rightCreditLimit)
        }
        expect(positionOf(delta, true).outCapacity).toBe(delta.ondelta + delta.offdelta + delta.leftCreditLimit)
      }),
      { numRuns: 2_000 },
    )
  })
  test('the slices are never negative, share the collateral, and mirror each other', () => {
    fc.assert(
      fc.property(anyDelta, (delta) => {
        const [left, right] = [positionOf(delta, true), positionOf(delta, false)]
        const { balance: _l, ...slices } = left
        for (const [name, slice] of Object.entries(slices)) expect(slice >= 0n, name).toBe(true)
        expect(left.outCollateral + left.inCollateral).toBe(delta.collateral)
        expect(left.balance + right.balance).toBe(delta.collateral)
        expect(left.balance).toBe(left.outCollateral + left.theirDebt - left.ownDebt)
        expect([right.outCollateral, right.ownDebt, right.outCredit, right.outHold]).toEqual([
          left.inCollateral,
          left.theirDebt,
          left.inCredit,
          left.inHold,
        ])
      }),
      { numRuns: 1_000 },
    )
  })
  test('a payment of all one has leaves nothing, gives it to the other side, and stays inside RCPAN', () => {
    fc.assert(
      fc.property(insideDelta, fc.boolean(), (delta, byLeft) => {
        const before = positionOf(delta, byLeft)
        const paid = move(delta, { byLeft, amount: before.outCapacity })
        const after = positionOf(paid, byLeft)
        expect([after.outCapacity, after.inCapacity]).toEqual([0n, before.outCapacity + before.inCapacity])
        expect(rcpanExcess(paid)).toBe(0n)
        expect(rcpanExcess(move(delta, { byLeft, amount: before.outCapacity + 1n }))).toBe(1n)
      }),
      { numRuns: 1_000 },
    )
  })
  test('a hold takes from the payer alone; released by payment or not, the sum is as without it', () => {
    fc.assert(
      fc.property(insideDelta, fc.boolean(), fc.bigInt({ min: 0n, max: 2n ** 64n }), (delta, byLeft, share) => {
        const before = positionOf(delta, byLeft)
        const held = (before.outCapacity * share) >> 64n
        const locked = positionOf(hold(delta, { byLeft, amount: held }), byLeft)
        expect([locked.outCapacity, locked.inCapacity]).toEqual([before.outCapacity - held, before.inCapacity])
        const released = hold(hold(delta, { byLeft, amount: held }), { byLeft, amount: -held })
        expect(released).toEqual(delta)
      }),
      { numRuns: 500 },
    )
  })
  test('a limit cut below drawn debt: nothing can be drawn, everything can be paid back', () => {
    fc.assert(
      fc.property(insideDelta, amount, (delta, cut) => {
        const owed = positionOf(delta, true).ownDebt
        fc.pre(owed > cut)
        const after = { ...delta, leftCreditLimit: cut }
        expect(positionOf(after, true).outCapacity).toBe(0n)
        expect(positionOf(after, true).inCapacity).toBe(positionOf(delta, true).inCapacity)
        expect(rcpanExcess(after)).toBe(owed - cut)
        const cured = move(after, { byLeft: false, amount: owed - cut })
        expect(rcpanExcess(cured)).toBe(0n)
      }),
      { numRuns: 500 },
    )
  })
})
