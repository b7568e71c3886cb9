/** A peer that breaks the protocol: the account is frozen, a court empties it, and it can be opened again. */
import { describe, expect, test } from 'vitest'
import { TIMING } from '../../../runtime/lib/limits.ts'
import { TUSD, usd } from '../../support/world.ts'
import { brokenFrame, holdBack, txsIn } from './cheats.ts'
import {
  COLLATERAL,
  type Court,
  CREDIT,
  HUB_RESERVE,
  type OpenChain,
  openCourt,
  RESERVE,
  TRUST,
  USERS,
  WINDOW,
} from './court-world.ts'
import { POLICY } from './locks.ts'
import { expectQuiet, expectReserves } from './quiet.ts'

/** The hub has proposed something, and says something else. */
const breach = async (court: Court, user: string): Promise<void> => {
  court.intercept(holdBack(court, 'hub', user))
  const grant = { type: 'set_credit_limit', counterparty: court.id(user), tokenId: TUSD, limit: CREDIT } as const
  await court.ok('hub', grant)
  court.hand(brokenFrame(court, 'hub', user))
  expect(court.account(user, 'hub').status).toEqual({ type: 'frozen', violation: 'wrong_root' })
}

export const breaches = (open: OpenChain): void => {
  describe.each(USERS)('%s and the hub', (user) => {
    test('frozen, judged, opened again -- everything signed before counts, and nothing of it after', async () => {
      const court = await openCourt(open, { users: [user] })
      await court.pay('hub', user, usd(70))
      await breach(court, user)
      expect(await court.refused(user, { type: 'settle', counterparty: court.id('hub'), diffs: [] })).toEqual({
        type: 'account_frozen',
      })
      // What comes in meanwhile belongs to whoever puts it in.
      const put = { counterparty: court.id(user), tokenId: TUSD, amount: usd(40) }
      await court.ok('hub', { type: 'reserve_to_collateral', ...put })
      await court.ok(user, { type: 'dispute_start', counterparty: court.id('hub') })
      expect(court.account(user, 'hub').status).toMatchObject({ type: 'disputed', violation: 'wrong_root' })
      court.intercept(null)
      await court.pass(WINDOW + 60)
      expect([court.status(user, 'hub'), court.status('hub', user)]).toEqual(['closed', 'closed'])
      await expectReserves(court, { [user]: RESERVE + COLLATERAL + usd(70), hub: HUB_RESERVE - usd(70) })
      await court.ok(user, {
        type: 'open_account',
        counterparty: court.id('hub'),
        tokenId: TUSD,
        creditLimit: TRUST,
      })
      await court.pay('hub', user, usd(5))
      expect([court.status(user, 'hub'), court.account(user, 'hub').state.terms.epoch]).toEqual(['open', 1])
      await expectQuiet(court)
    })

    test('frozen with a preimage that was not acknowledged -- it goes on chain in time, and a court pays it', async () => {
      const payer = user === 'alice' ? 'rita' : 'alice'
      const court = await openCourt(open, { users: [user, payer], policy: POLICY })
      court.intercept(holdBack(court, user, 'hub', (bytes) => txsIn(bytes).includes('htlc_resolve')))
      await court.payThrough(payer, user, usd(60))
      expect(court.account(user, 'hub').state.locks.size).toBe(1)
      // Of the frame that brought the lock the hub shows another version.
      court.intercept(holdBack(court, user, 'hub'))
      court.hand(brokenFrame(court, 'hub', user))
      expect(court.account(user, 'hub').status).toEqual({ type: 'frozen', violation: 'fork' })
      await court.pass(TIMING.finalExpirySeconds - TIMING.inclusionReserveSeconds + 60)
      expect(court.events(user, 'preimage_revealed')).toHaveLength(1)
      await court.ok(user, { type: 'dispute_start', counterparty: court.id('hub') })
      court.intercept(null)
      await court.pass(2 * WINDOW)
      expect(court.status(user, 'hub')).toBe('closed')
      await expectReserves(court, { [user]: RESERVE + COLLATERAL + usd(60), [payer]: RESERVE }, HUB_RESERVE)
      expect(court.events(payer, 'payment_sent')).toHaveLength(1)
      await expectQuiet(court)
    })
  })
}
