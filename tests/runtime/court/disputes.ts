/** The course of a dispute, whoever of LEFT and RIGHT starts it, with the newest proof or with one long outdated. */
import { describe, expect, test } from 'vitest'
import { usd } from '../../support/world.ts'
import { proofOf, startWith } from './cheats.ts'
import { COLLATERAL, HUB_RESERVE, type OpenChain, openCourt, RESERVE, USERS, WINDOW } from './court-world.ts'
import { expectQuiet, expectReserves } from './quiet.ts'

export const disputes = (open: OpenChain): void => {
  describe.each(USERS)('%s and the hub', (user) => {
    test('both awake -- the other side agrees at once, and the money is in reserve', async () => {
      const court = await openCourt(open, { users: [user] })
      await court.pay(user, 'hub', usd(120))
      await court.ok(user, { type: 'dispute_start', counterparty: court.id('hub') })
      expect([court.status(user, 'hub'), court.status('hub', user)]).toEqual(['closed', 'closed'])
      await expectReserves(court, { [user]: RESERVE + COLLATERAL - usd(120), hub: HUB_RESERVE + usd(120) })
      await expectQuiet(court)
    })

    test('the hub is cut off -- nothing before the window has passed, everything after it', async () => {
      const court = await openCourt(open, { users: [user] })
      await court.pay(user, 'hub', usd(120))
      court.sleep('hub')
      await court.ok(user, { type: 'dispute_start', counterparty: court.id('hub') })
      expect(court.status(user, 'hub')).toBe('disputed')
      await court.pass(WINDOW - 60)
      expect(court.status(user, 'hub')).toBe('disputed')
      await expectReserves(court, { [user]: RESERVE, hub: HUB_RESERVE })
      await court.pass(120)
      expect(court.status(user, 'hub')).toBe('closed')
      await court.wake('hub')
      await expectReserves(court, { [user]: RESERVE + COLLATERAL - usd(120), hub: HUB_RESERVE + usd(120) })
      await expectQuiet(court)
    })

    // Whoever was paid since would rather not have been: its old proof is worth more to the payer.
    test.each([
      ['the hub', 'hub', user],
      ['the user', user, 'hub'],
    ])('%s shows an old proof -- it is answered with the newest, and judged by that', async (_, cheat, victim) => {
      const court = await openCourt(open, { users: [user] })
      await court.pay(user, 'hub', usd(40))
      const stale = proofOf(court, cheat, victim)
      await court.pay(cheat, victim, usd(70))
      const newest = proofOf(court, victim, cheat)
      court.sleep(cheat)
      expect(await startWith(court, { name: cheat, counterparty: victim }, stale)).toMatchObject({ type: 'included' })
      await court.pump()
      const { status } = court.account(victim, cheat)
      expect(status).toMatchObject({ type: 'disputed', dispute: { nonce: newest.nonce, body: newest.body } })
      expect(court.events(victim, 'dispute_countered')).toMatchObject([{ isOurs: true, nonce: newest.nonce }])
      await court.pass(WINDOW + 60)
      await court.wake(cheat)
      const paid = cheat === 'hub' ? -30n : 110n
      const owed = paid * usd(1)
      await expectReserves(court, { [user]: RESERVE + COLLATERAL - owed, hub: HUB_RESERVE + owed })
      expect(court.events(victim, 'dispute_finalized')).toMatchObject([{ nonce: newest.nonce, epoch: 1 }])
      await expectQuiet(court)
    })

    test('the victim of an old proof was cut off, the court tells it by itself', async () => {
      const court = await openCourt(open, { users: [user] })
      const stale = proofOf(court, 'hub', user)
      await court.pay('hub', user, usd(70))
      court.cut(user)
      court.gag('hub')
      await startWith(court, { name: 'hub', counterparty: user }, stale)
      await court.pump()
      await court.pass(WINDOW + 60)
      await expectReserves(court, { [user]: RESERVE + COLLATERAL + usd(70), hub: HUB_RESERVE - usd(70) })
      await court.mend(user)
      await expectQuiet(court)
    })

    test('the cheat is no quicker by being called itself: whose proof is newer decides', async () => {
      const court = await openCourt(open, { users: [user] })
      const stale = proofOf(court, 'hub', user)
      await court.pay('hub', user, usd(70))
      court.gag('hub')
      await startWith(court, { name: 'hub', counterparty: user }, stale)
      // The user calls the court too, and does not know yet that it was called: its batch comes too late.
      const late = court.of(user).run(user, { type: 'dispute_start', counterparty: court.id('hub') })
      expect(late.type).toBe('applied')
      await court.pump()
      expect(court.status(user, 'hub')).toBe('disputed')
      await court.pass(WINDOW + 60)
      await expectReserves(court, { [user]: RESERVE + COLLATERAL + usd(70), hub: HUB_RESERVE - usd(70) })
      court.gag('hub', false)
      await court.pump()
      await expectQuiet(court)
    })
  })
}
