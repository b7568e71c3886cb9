/** What a judgement ends, and what begins after it: nothing signed in one epoch is good in another. */
import { describe, expect, test } from 'vitest'
import type { EntityTx } from '../../../runtime/entity/types.ts'
import { TUSD, usd } from '../../support/world.ts'
import { batchOf, proofOf, startWith } from './cheats.ts'
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
import { expectQuiet, expectReserves } from './quiet.ts'

const opening = (court: Court, counterparty: string): EntityTx => {
  return { type: 'open_account', counterparty: court.id(counterparty), tokenId: TUSD, creditLimit: TRUST }
}
const funding = (court: Court, counterparty: string, amount: bigint): EntityTx => {
  return { type: 'reserve_to_collateral', counterparty: court.id(counterparty), tokenId: TUSD, amount }
}
const close = (court: Court, user: string): Promise<void> =>
  court.ok(user, { type: 'dispute_start', counterparty: court.id('hub') })

export const epochs = (open: OpenChain): void => {
  describe.each(USERS)('%s and the hub', (user) => {
    test('two disputes in a row -- the second by its own proofs, none of the first are taken', async () => {
      const court = await openCourt(open, { users: [user] })
      await court.pay(user, 'hub', usd(120))
      const [ofHub, ofUser] = [proofOf(court, 'hub', user), proofOf(court, user, 'hub')]
      await close(court, user)
      await court.ok(user, opening(court, 'hub'))
      await court.ok('hub', { type: 'set_credit_limit', counterparty: court.id(user), tokenId: TUSD, limit: CREDIT })
      await court.ok(user, funding(court, 'hub', usd(200)))
      await court.pay(user, 'hub', usd(30))
      expect(court.account(user, 'hub').state).toMatchObject({ terms: { epoch: 1 } })
      for (const [name, counterparty, proof] of [
        ['hub', user, ofHub],
        [user, 'hub', ofUser],
      ] as const)
        expect(await startWith(court, { name, counterparty }, proof)).toMatchObject({
          type: 'reverted',
          reason: { name: 'SignerMismatch' },
        })
      const money = usd(120) + usd(30)
      await close(court, user)
      await expectReserves(court, { [user]: RESERVE + COLLATERAL - money, hub: HUB_RESERVE + money })
      expect(court.account('hub', user).state.terms.epoch).toBe(2)
      await expectQuiet(court)
    })

    test('opened again by both at once -- one account, and it works', async () => {
      const court = await openCourt(open, { users: [user] })
      await close(court, user)
      for (const [name, other] of [
        [user, 'hub'],
        ['hub', user],
      ] as const)
        court.of(name).ok(name, opening(court, other))
      await court.pump()
      const states = [court.account(user, 'hub').state, court.account('hub', user).state]
      expect(states).toMatchObject([{ terms: { epoch: 1 } }, { terms: { epoch: 1 } }])
      await court.pay(user, 'hub', usd(20))
      await court.pay('hub', user, usd(50))
      expect(court.of(user).position(user, 'hub').balance).toBe(usd(30))
      await expectQuiet(court)
    })

    test('opened again by one before the other has heard of the judgement -- the first frame waits for it', async () => {
      const court = await openCourt(open, { users: [user] })
      court.cut('hub')
      await close(court, user)
      await court.pass(WINDOW + 60)
      await court.mend('hub')
      expect(court.status('hub', user)).toBe('closed')
      // Once more, and now the hub's chain is behind.
      await court.ok(user, opening(court, 'hub'))
      court.cut('hub')
      await close(court, user)
      court.blind('hub')
      await court.pass(WINDOW + 60)
      expect([court.status(user, 'hub'), court.status('hub', user)]).toEqual(['closed', 'disputed'])
      await court.ok(user, opening(court, 'hub'))
      await court.mend('hub')
      expect(court.account(user, 'hub').pending).not.toBeNull()
      court.blind('hub', false)
      await court.pump()
      expect([court.account('hub', user).state.terms.epoch, court.status('hub', user)]).toEqual([2, 'open'])
      await court.pay('hub', user, usd(10))
      await expectQuiet(court)
    })

    test('collateral that comes after the judgement is refused; in time it is the funder’s again', async () => {
      const court = await openCourt(open, { users: [user] })
      await court.pay('hub', user, usd(10))
      const { terms } = court.account(user, 'hub').state
      const { epoch } = terms
      const fund = { counterparty: court.id(user), tokenId: TUSD, amount: usd(70), epoch }
      court.gag('hub')
      await court.ok('hub', funding(court, user, usd(40)))
      const { inFlight } = court.of('hub').state('hub').batch
      if (inFlight === null) throw new Error('no batch')
      court.cut('hub')
      await close(court, user)
      // Into an account that is being judged: it counts for whoever put it in.
      expect(await court.submit(inFlight.jTx)).toMatchObject({ type: 'included' })
      await court.pass(WINDOW + 60)
      await expectReserves(court, { [user]: RESERVE + COLLATERAL + usd(10), hub: HUB_RESERVE - usd(10) })
      const late = await court.submit(batchOf(court, 'hub', { reserveToCollateral: [fund] }))
      expect(late).toMatchObject({ type: 'reverted', reason: { name: 'EpochMismatch' } })
      court.gag('hub', false)
      await court.mend('hub')
      await expectReserves(court, { [user]: RESERVE + COLLATERAL + usd(10), hub: HUB_RESERVE - usd(10) })
      expect(await court.refused('hub', funding(court, user, usd(1)))).toMatchObject({ type: 'account_not_open' })
      await expectQuiet(court)
    })

    test('messages of the old epoch, handed over again after the new one has begun -- nothing changes', async () => {
      const court = await openCourt(open, { users: [user] })
      await court.pay(user, 'hub', usd(20))
      await court.pay('hub', user, usd(5))
      await close(court, user)
      const replay = (): void => {
        for (const entry of [...court.wire]) court.hand(entry)
      }
      replay()
      expect([court.status(user, 'hub'), court.status('hub', user)]).toEqual(['closed', 'closed'])
      await court.ok(user, opening(court, 'hub'))
      const { state } = court.account('hub', user)
      replay()
      await court.pump()
      expect(court.account('hub', user).state).toEqual(state)
      await expectReserves(court, { [user]: RESERVE + COLLATERAL - usd(15), hub: HUB_RESERVE + usd(15) })
      await expectQuiet(court)
    })
  })
}
