/** A runtime that was dead while it was sued: it hears of everything at once, and does first what has a deadline. */
import { describe, expect, test } from 'vitest'
import { usd } from '../../support/world.ts'
import { proofOf, startWith } from './cheats.ts'
import { COLLATERAL, HUB_RESERVE, type OpenChain, openCourt, RESERVE, USERS, WINDOW } from './court-world.ts'
import { expectQuiet, expectReserves } from './quiet.ts'

export const absence = (open: OpenChain): void => {
  describe.each(USERS)('%s and the hub', (user) => {
    test('back within the window -- the newest proof is on chain before anything else is done', async () => {
      const court = await openCourt(open, { users: [user] })
      const stale = proofOf(court, 'hub', user)
      await court.pay('hub', user, usd(70))
      const newest = proofOf(court, user, 'hub')
      court.sleep(user)
      court.gag('hub')
      await startWith(court, { name: 'hub', counterparty: user }, stale)
      await court.pass(WINDOW - 60)
      await court.wake(user)
      expect(court.account(user, 'hub').status).toMatchObject({ dispute: { nonce: newest.nonce } })
      await court.pass(120)
      await expectReserves(court, { [user]: RESERVE + COLLATERAL + usd(70), hub: HUB_RESERVE - usd(70) })
      expect(court.events(user, 'dispute_finalized')).toMatchObject([{ nonce: newest.nonce, isStale: false }])
      court.gag('hub', false)
      await court.pump()
      await expectQuiet(court)
    })

    test('back too late -- judged by the old proof, which it says; nothing is tried any more', async () => {
      const court = await openCourt(open, { users: [user] })
      const stale = proofOf(court, 'hub', user)
      await court.pay('hub', user, usd(70))
      court.sleep(user)
      court.gag('hub')
      await startWith(court, { name: 'hub', counterparty: user }, stale)
      await court.pass(WINDOW + 60)
      await court.wake(user)
      expect(court.events(user, 'dispute_finalized')).toMatchObject([{ nonce: stale.nonce, isStale: true }])
      expect(court.events(user, 'call_failed')).toHaveLength(1)
      await expectReserves(court, { [user]: RESERVE + COLLATERAL, hub: HUB_RESERVE })
      court.gag('hub', false)
      await court.pump()
      await expectQuiet(court)
    })

    test('judged while it was away, by the newest proof -- it finds the account closed and its money in reserve', async () => {
      const court = await openCourt(open, { users: [user] })
      await court.pay('hub', user, usd(70))
      court.sleep(user)
      await court.ok('hub', { type: 'dispute_start', counterparty: court.id(user) })
      await court.pass(WINDOW + 60)
      expect(court.status('hub', user)).toBe('closed')
      await court.pass(30 * 86_400)
      await court.wake(user)
      expect(court.events(user, 'dispute_finalized')).toMatchObject([{ isStale: false }])
      await expectReserves(court, { [user]: RESERVE + COLLATERAL + usd(70), hub: HUB_RESERVE - usd(70) })
      await expectQuiet(court)
    })

    test('the chain takes its answer only at the second try -- it asks again while there is time', async () => {
      const court = await openCourt(open, { users: [user] })
      const stale = proofOf(court, 'hub', user)
      await court.pay('hub', user, usd(70))
      court.gag('hub')
      court.gag(user)
      await startWith(court, { name: 'hub', counterparty: user }, stale)
      await court.pump()
      const [key = ''] = [...court.of(user).state(user).calls.keys()]
      expect(key).toMatch(/^counter:/)
      court.of(user).tick([{ type: 'call_failed', entityId: court.id(user), key, reason: 'NoReason' }])
      expect(court.of(user).state(user).calls.size).toBe(0)
      court.gag(user, false)
      await court.pass(700)
      await court.pass(10)
      expect(court.account(user, 'hub').status).toMatchObject({ dispute: { nonce: proofOf(court, user, 'hub').nonce } })
      await court.pass(WINDOW)
      await expectReserves(court, { [user]: RESERVE + COLLATERAL + usd(70), hub: HUB_RESERVE - usd(70) })
      court.gag('hub', false)
      await court.pump()
      await expectQuiet(court)
    })
  })
}
