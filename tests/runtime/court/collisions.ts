/**
 * Two frames of one height: LEFT's stands, RIGHT has signed one that it gave up. Both can be shown to a court, and so can
 * a proposal whose acknowledgement never came back.
 */
import { describe, expect, test } from 'vitest'
import { TUSD, usd } from '../../support/world.ts'
import { holdBack, proofOf, proposedProof, startWith } from './cheats.ts'
import {
  COLLATERAL,
  type Court,
  HUB_RESERVE,
  type OpenChain,
  openCourt,
  RESERVE,
  USERS,
  WINDOW,
} from './court-world.ts'
import { expectQuiet, expectReserves } from './quiet.ts'

const sides = (court: Court, user: string) => {
  const [left, right] = court.id(user) < court.id('hub') ? [user, 'hub'] : ['hub', user]
  return { left: left as string, right: right as string }
}
/** Proposes a payment, and nobody hears of it yet. */
const propose = (court: Court, from: string, to: string, amount: bigint): void => {
  court.of(from).ok(from, { type: 'direct_payment', counterparty: court.id(to), tokenId: TUSD, amount, memo: '' })
}
/** What the hub has more than in the beginning, once everything is in the reserves. */
const expectHubGain = async (court: Court, user: string, gain: bigint): Promise<void> =>
  expectReserves(court, { [user]: RESERVE + COLLATERAL - gain, hub: HUB_RESERVE + gain })

export const collisions = (open: OpenChain): void => {
  describe.each(USERS)('%s and the hub', (user) => {
    test("LEFT shows the frame that RIGHT gave up -- RIGHT answers with LEFT's", async () => {
      const court = await openCourt(open, { users: [user] })
      const { left, right } = sides(court, user)
      propose(court, left, right, usd(80))
      propose(court, right, left, usd(50))
      const abandoned = proposedProof(court, right, left)
      // RIGHT takes LEFT's, and proposes its own anew above it, which LEFT leaves unanswered.
      court.intercept(holdBack(court, right, left))
      await court.pump()
      const kept = proofOf(court, right, left)
      expect([abandoned.nonce, kept.nonce]).toEqual([kept.nonce - 1, 4 * (abandoned.nonce / 4) + 1])
      court.sleep(left)
      await startWith(court, { name: left, counterparty: right }, abandoned)
      await court.pump()
      expect(court.account(right, left).status).toMatchObject({ dispute: { nonce: kept.nonce, body: kept.body } })
      await court.pass(WINDOW + 60)
      court.intercept(null)
      await court.wake(left)
      await expectHubGain(court, user, left === 'hub' ? -usd(80) : usd(80))
      await expectQuiet(court)
    })

    test("LEFT shows the frame that RIGHT gave up, and never let RIGHT have its own -- RIGHT's it is", async () => {
      const court = await openCourt(open, { users: [user] })
      const { left, right } = sides(court, user)
      propose(court, left, right, usd(80))
      propose(court, right, left, usd(50))
      const proposed = proposedProof(court, right, left)
      court.intercept(holdBack(court, left, right))
      court.gag(left)
      await startWith(court, { name: left, counterparty: right }, proposed)
      await court.pump()
      // It is RIGHT's own word, and the newest it has given: there is nothing to add.
      expect(court.account(right, left).status).toMatchObject({ type: 'disputed', dispute: { nonce: proposed.nonce } })
      await court.pass(WINDOW + 60)
      expect(court.events(right, 'dispute_finalized')).toMatchObject([{ nonce: proposed.nonce, isStale: false }])
      court.intercept(null)
      court.gag(left, false)
      await court.pump()
      await expectHubGain(court, user, left === 'hub' ? usd(50) : -usd(50))
      await expectQuiet(court)
    })

    test("RIGHT shows LEFT's frame, and never told LEFT that it has taken it -- LEFT agrees to its own word", async () => {
      const court = await openCourt(open, { users: [user] })
      const { left, right } = sides(court, user)
      propose(court, left, right, usd(80))
      propose(court, right, left, usd(50))
      court.intercept(holdBack(court, right, left))
      await court.pump()
      expect(court.account(left, right).pending).not.toBeNull()
      // RIGHT calls the court as its runtime would; LEFT sees its own proposal there.
      await court.ok(right, { type: 'dispute_start', counterparty: court.id(left) })
      expect(court.status(right, left)).toBe('closed')
      expect(court.events(left, 'dispute_finalized')).toMatchObject([{ isStale: false }])
      court.intercept(null)
      await court.pump()
      await expectHubGain(court, user, left === 'hub' ? -usd(80) : usd(80))
      // What LEFT proposed has happened, and its history says so.
      const paid = court.events(left, 'account').filter(({ event }) => event.type === 'paid')
      expect(paid).toMatchObject([{ event: { type: 'paid', amount: usd(80) } }])
      await expectQuiet(court)
    })
  })
}
