/** Collateral for what a hub owes: on request, and by the policy of whoever it is owed to; never more than is owed. */
import { describe, expect, test } from 'vitest'
import type { EntityTx } from '../../../runtime/entity/types.ts'
import { TUSD, usd } from '../../support/world.ts'
import { COLLATERAL, type Court, HUB_RESERVE, type OpenChain, openCourt, RESERVE, USERS } from './court-world.ts'
import { POLICY } from './locks.ts'
import { expectQuiet, expectReserves } from './quiet.ts'

const ask = (court: Court, amount: bigint): EntityTx => {
  return { type: 'request_collateral', counterparty: court.id('hub'), tokenId: TUSD, amount }
}
const limitTo = (court: Court, softLimit: bigint | null): EntityTx => {
  return { type: 'rebalance_policy', counterparty: court.id('hub'), tokenId: TUSD, softLimit }
}
const put = async (court: Court, user: string): Promise<bigint> =>
  (await court.book()).collateral(court.id(user), court.id('hub'), TUSD) - COLLATERAL
const unsecured = (court: Court, user: string): bigint => court.of(user).position(user, 'hub').theirDebt

export const collateral = (open: OpenChain): void => {
  describe.each(USERS)('%s and the hub', (user) => {
    test('on request -- as much as was asked for, at most what the hub owes', async () => {
      const court = await openCourt(open, { users: [user], policy: POLICY })
      await court.pay('hub', user, usd(100))
      expect(unsecured(court, user)).toBe(usd(100))
      await court.ok(user, ask(court, usd(30)))
      expect([await put(court, user), unsecured(court, user)]).toEqual([usd(30), usd(70)])
      await court.ok(user, ask(court, usd(900)))
      expect([await put(court, user), unsecured(court, user)]).toEqual([usd(100), 0n])
      await court.ok(user, ask(court, usd(1)))
      expect(await put(court, user)).toBe(usd(100))
      await expectReserves(court, { [user]: RESERVE, hub: HUB_RESERVE - usd(100) })
      await expectQuiet(court)
      court.sleep('hub')
      await court.ok(user, { type: 'dispute_start', counterparty: court.id('hub') })
      await court.pass(2 * 3_600)
      await court.wake('hub')
      await expectReserves(court, { [user]: RESERVE + COLLATERAL + usd(100), hub: HUB_RESERVE - usd(100) })
    })

    test('by policy -- from the soft limit on the whole claim is covered, until the policy is taken back', async () => {
      const court = await openCourt(open, { users: [user], policy: POLICY })
      await court.ok(user, limitTo(court, usd(50)))
      await court.pay('hub', user, usd(50))
      expect(await put(court, user)).toBe(0n)
      await court.pay('hub', user, usd(1))
      expect([await put(court, user), unsecured(court, user)]).toEqual([usd(51), 0n])
      await court.ok(user, limitTo(court, null))
      await court.pay('hub', user, usd(90))
      expect([await put(court, user), unsecured(court, user)]).toEqual([usd(51), usd(90)])
      // Set again, it looks at what is there.
      await court.ok(user, limitTo(court, 0n))
      expect([await put(court, user), unsecured(court, user)]).toEqual([usd(141), 0n])
      await expectReserves(court, { [user]: RESERVE, hub: HUB_RESERVE - usd(141) })
      await expectQuiet(court)
    })

    test('the user cannot be heard -- what is on its way, or waits for its word, is not put in twice', async () => {
      const court = await openCourt(open, { users: [user], policy: POLICY })
      await court.ok(user, limitTo(court, usd(20)))
      court.gag('hub')
      await court.pay('hub', user, usd(60))
      await court.pay('hub', user, usd(10))
      court.gag('hub', false)
      const { inFlight, draft } = court.of('hub').state('hub').batch
      expect([inFlight?.batch.reserveToCollateral, draft.reserveToCollateral]).toMatchObject([
        [{ amount: usd(60) }],
        [],
      ])
      if (inFlight !== null) await court.submit(inFlight.jTx)
      court.cut(user)
      await court.pump()
      await court.ok('hub', { type: 'set_credit_limit', counterparty: court.id(user), tokenId: TUSD, limit: usd(201) })
      await court.mend(user)
      expect([await put(court, user), unsecured(court, user)]).toEqual([usd(60), usd(10)])
      await expectQuiet(court)
    })

    test('a hub without the money puts in what it has; one that is no hub does nothing', async () => {
      const court = await openCourt(open, { users: [user], policy: POLICY, hubReserve: usd(30) })
      await court.ok(user, limitTo(court, usd(20)))
      await court.pay('hub', user, usd(60))
      expect([await put(court, user), unsecured(court, user)]).toEqual([usd(30), usd(30)])
      await expectReserves(court, { [user]: RESERVE, hub: 0n }, usd(30))
      await expectQuiet(court)
      // The user is no hub: nobody is obliged to anything by being asked.
      await court.pay(user, 'hub', COLLATERAL + usd(100))
      await court.ok('hub', { type: 'request_collateral', counterparty: court.id(user), tokenId: TUSD, amount: usd(5) })
      expect(await put(court, user)).toBe(usd(30))
      await expectQuiet(court)
    })
  })
}
