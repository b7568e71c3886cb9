/** The most one payment can carry: always payable, and one unit more never is. */

import { describe, expect, test } from 'vitest'
import { largestPayment } from '../../../runtime/entity/largest.ts'
import { forwardingFee } from '../../../runtime/entity/route.ts'
import type { HubPolicy } from '../../../runtime/entity/types.ts'
import { present } from '../../../runtime/lib/assert.ts'
import type { EntityId, TokenId } from '../../../runtime/lib/units.ts'
import { quotePayment } from '../../../runtime/radapter/quote.ts'
import { profileOf } from '../../../runtime/step.ts'
import { fc } from '../../support/property.ts'
import { type Running, startTown } from '../../support/running.ts'
import { TUSD } from '../../support/world.ts'

const stateOf = (town: Running, name: string) => present(town.host.env().eReplicas.get(town.id(name)), name).state

const largest = (town: Running, from: string, to: string | null, tokenId: TokenId = TUSD): bigint => {
  const profile = (id: EntityId) => profileOf(town.host.env(), id)
  const payee = to === null ? null : profile(town.id(to))
  return largestPayment(stateOf(town, from), payee, tokenId, profile)
}

const quoted = (town: Running, to: string, amount: bigint) =>
  quotePayment(
    town.host.env(),
    stateOf(town, 'You'),
    { to: town.id(to), invoice: null, offer: null, tokenId: TUSD, amount, memo: '' },
    town.time.clock.now(),
  )

describe('largestPayment', () => {
  test.each(['Bob', 'Hub'])('to %s -- can be paid, and one unit more cannot', async (name) => {
    const town = await startTown()
    const amount = largest(town, 'You', name)
    expect(amount).toBeGreaterThan(0n)
    expect(quoted(town, name, amount).type).toBe('quote')
    expect(quoted(town, name, amount + 1n)).toMatchObject({ type: 'rejected', rejection: { type: 'over_capacity' } })
  })

  test('to somebody behind a hub it is less than to the hub, by the fee', async () => {
    const town = await startTown()
    const [hub, bob] = [largest(town, 'You', 'Hub'), largest(town, 'You', 'Bob')]
    const { hubPolicy } = present(profileOf(town.host.env(), town.id('Hub')), 'Hub')
    expect(bob + (forwardingFee(hubPolicy as HubPolicy, TUSD, bob) ?? 0n)).toBeLessThanOrEqual(hub)
    expect(largest(town, 'You', null)).toBe(bob)
  })

  test('in a token nobody holds it is nothing', async () => {
    const town = await startTown()
    expect(largest(town, 'You', 'Bob', 2 as TokenId)).toBe(0n)
  })

  test('for any fee and any room -- it fits, and one more does not', async () => {
    const town = await startTown()
    const state = stateOf(town, 'You')
    const hub = present(profileOf(town.host.env(), town.id('Hub')), 'Hub')
    const have = largest(town, 'You', 'Hub')
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: have + 5n }), fc.nat(1_000_000), (base, ppm) => {
        const hubPolicy: HubPolicy = { ...(hub.hubPolicy as HubPolicy), fees: [{ tokenId: TUSD, base, ppm }] }
        const profile = (id: EntityId) => (id === hub.entityId ? { ...hub, hubPolicy } : profileOf(town.host.env(), id))
        const amount = largestPayment(state, profile(town.id('Bob')), TUSD, profile)
        const need = (of: bigint): bigint => of + (forwardingFee(hubPolicy, TUSD, of) ?? 0n)
        if (amount > 0n) expect(need(amount)).toBeLessThanOrEqual(have)
        expect(need(amount + 1n)).toBeGreaterThan(have)
      }),
    )
  })
})
