/** Ending a dispute before its time: only by the word of both, on the proof that the court has. */
import { describe, expect, test } from 'vitest'
import type { AccountMessage } from '../../../runtime/account/types.ts'
import { present } from '../../../runtime/lib/assert.ts'
import { EMPTY } from '../../../runtime/lib/bytes.ts'
import { keccak } from '../../../runtime/lib/hash.ts'
import { sign } from '../../../runtime/lib/secp.ts'
import { keysOf } from '../../support/signer.ts'
import { TUSD, usd } from '../../support/world.ts'
import { messageIn, wrap } from './cheats.ts'
import {
  COLLATERAL,
  type Court,
  HUB_RESERVE,
  type OpenChain,
  openCourt,
  RESERVE,
  TRUST,
  USERS,
  WINDOW,
} from './court-world.ts'
import { expectQuiet, expectReserves } from './quiet.ts'

type Agreement = Extract<AccountMessage, { type: 'dispute' }>
const isAgreement = (bytes: Uint8Array): boolean => messageIn(bytes)?.type === 'dispute'

/** The user has called the court, and the hub's consent is on its way. */
const called = async (open: OpenChain, user: string) => {
  const court = await openCourt(open, { users: [user] })
  await court.pay(user, 'hub', usd(120))
  court.intercept(({ bytes }) => (isAgreement(bytes) ? 'held' : 'delivered'))
  await court.ok(user, { type: 'dispute_start', counterparty: court.id('hub') })
  const entry = present(
    [...court.of('hub').env().outbox.values()].find(({ bytes }) => isAgreement(bytes)),
    'consent',
  )
  const consent = messageIn(entry.bytes) as Agreement
  return {
    court,
    entry,
    consent,
    hand: (change: Partial<Agreement>) => court.hand({ ...entry, bytes: wrap({ ...consent, ...change }) }),
  }
}
const expectPaid = async (court: Court, user: string): Promise<void> => {
  await expectReserves(court, { [user]: RESERVE + COLLATERAL - usd(120), hub: HUB_RESERVE + usd(120) })
  await expectQuiet(court)
}

export const agreement = (open: OpenChain): void => {
  describe.each(USERS)('%s and the hub', (user) => {
    test('lost -- the dispute takes its time, and ends the same', async () => {
      const { court } = await called(open, user)
      court.intercept(({ bytes }) => (isAgreement(bytes) ? 'lost' : 'delivered'))
      await court.pump()
      await court.pass(WINDOW - 60)
      expect(court.status(user, 'hub')).toBe('disputed')
      await court.pass(120)
      expect(court.status(user, 'hub')).toBe('closed')
      await expectPaid(court, user)
    })

    test('forged, of another proof, of another epoch, by another hand -- ignored, state unchanged', async () => {
      const { court, consent, hand } = await called(open, user)
      const before = court.of(user).root()
      const forged: readonly Partial<Agreement>[] = [
        { hanko: sign(keysOf('hub').secret, keccak(EMPTY)) },
        { hanko: sign(keysOf(user).secret, keccak(EMPTY)) },
        { hanko: new Uint8Array(65) },
        { nonce: consent.nonce - 1 },
        { bodyHash: keccak(EMPTY) },
        { epoch: consent.epoch + 1 },
        { epoch: 0, nonce: 0 },
      ]
      for (const change of forged)
        expect(hand(change)).toMatchObject({
          type: 'rejected',
          rejection: { type: 'refused_message', violation: { type: 'unknown_dispute' }, disposition: 'ignore' },
        })
      // Perhaps the chain will tell us of that proof.
      expect(hand({ nonce: consent.nonce + 1 })).toMatchObject({ rejection: { disposition: 'retry' } })
      expect(court.of(user).root()).toBe(before)
      court.intercept(null)
      await court.pump()
      expect(court.status(user, 'hub')).toBe('closed')
      await expectPaid(court, user)
    })

    test('handed over again, now and in the next epoch -- once is enough', async () => {
      const { court, entry } = await called(open, user)
      court.intercept(null)
      court.hand(entry)
      court.hand(entry)
      await court.pump()
      expect(court.status(user, 'hub')).toBe('closed')
      court.hand(entry)
      await court.ok(user, { type: 'open_account', counterparty: court.id('hub'), tokenId: TUSD, creditLimit: TRUST })
      court.cut('hub')
      await court.ok(user, { type: 'dispute_start', counterparty: court.id('hub') })
      expect(court.hand(entry)).toMatchObject({ type: 'rejected' })
      await court.pump()
      expect(court.status(user, 'hub')).toBe('disputed')
      await court.mend('hub')
      await expectPaid(court, user)
    })

    test('quicker than the chain -- it waits until the caller has heard of its own dispute', async () => {
      const court = await openCourt(open, { users: [user] })
      await court.pay(user, 'hub', usd(120))
      court.of(user).ok(user, { type: 'dispute_start', counterparty: court.id('hub') })
      court.blind(user)
      await court.pump()
      expect([court.status(user, 'hub'), court.status('hub', user)]).toEqual(['suing', 'disputed'])
      expect([...court.of('hub').env().outbox.values()].some(({ bytes }) => isAgreement(bytes))).toBe(true)
      court.blind(user, false)
      await court.pump()
      expect(court.status(user, 'hub')).toBe('closed')
      await expectPaid(court, user)
    })

    test('a caller that did not know better -- once it has been answered it need not wait either', async () => {
      const court = await openCourt(open, { users: [user] })
      // The hub has acknowledged the payment, and the user never hears of it.
      court.intercept(({ from }) => (from === court.id('hub') ? 'held' : 'delivered'))
      await court.pay(user, 'hub', usd(120))
      court.intercept(({ from, bytes }) => (from === court.id('hub') && !isAgreement(bytes) ? 'lost' : 'delivered'))
      await court.ok(user, { type: 'dispute_start', counterparty: court.id('hub') })
      expect(court.events(user, 'dispute_countered')).toHaveLength(1)
      expect(court.status(user, 'hub')).toBe('closed')
      court.intercept(null)
      await expectPaid(court, user)
    })
  })
}
