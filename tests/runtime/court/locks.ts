/** Locks and the chain: a preimage in time binds without a word of the counterparty, a late one counts for nothing. */
import { describe, expect, test } from 'vitest'
import { forwardingFee } from '../../../runtime/entity/route.ts'
import type { HubPolicy } from '../../../runtime/entity/types.ts'
import { present } from '../../../runtime/lib/assert.ts'
import { hopDeltaSeconds, TIMING } from '../../../runtime/lib/limits.ts'
import type { OutboxEntry } from '../../../runtime/types.ts'
import { paperChain, TUSD, usd } from '../../support/world.ts'
import { holdBack, messageIn, txsIn, wrap } from './cheats.ts'
import { COLLATERAL, type Court, HUB_RESERVE, type OpenChain, openCourt, RESERVE, WINDOW } from './court-world.ts'
import { expectQuiet, expectReserves } from './quiet.ts'

export const POLICY: HubPolicy = { fees: [{ tokenId: TUSD, base: 100n, ppm: 1_000 }], newcomerCredit: [] }
const AMOUNT = usd(60)
const FEE = forwardingFee(POLICY, TUSD, AMOUNT) ?? 0n
/** From a lock's beginning to the last moment in which its payee trusts the payer alone. */
const PATIENCE = TIMING.finalExpirySeconds - TIMING.inclusionReserveSeconds
const FIRST_HOP = TIMING.finalExpirySeconds + hopDeltaSeconds(paperChain)

const balance = (court: Court, name: string): bigint => court.of(name).position(name, 'hub').balance
const reveals = async (court: Court): Promise<number> =>
  (await court.book()).events.filter(({ type }) => type === 'secret_revealed').length
const sentBy = (court: Court, name: string): number => court.events(name, 'payment_sent').length

/** The acknowledgement in a message comes through, what is proposed with it does not. */
const acknowledgeOnly = (court: Court, entry: OutboxEntry): void => {
  const message = messageIn(entry.bytes)
  if (message?.type !== 'frame_ack') throw new Error('no answer')
  court.hand({ ...entry, bytes: wrap({ type: 'ack', counter: 0, ack: message.ack }) })
}

/** The payer's lock has come as far as the payee, whose answer waits. */
const locked = async (open: OpenChain, payer: string, payee: string): Promise<Court> => {
  const court = await openCourt(open, { users: [payer, payee], policy: POLICY })
  court.intercept(holdBack(court, payee, 'hub'))
  await court.payThrough(payer, payee, AMOUNT)
  expect(court.account(payer, 'hub').state.locks.size).toBe(1)
  return court
}

const inTime = (open: OpenChain, payer: string, payee: string): void => {
  test('the hub sleeps -- revealed in time, the payer has its receipt at once, and the hub follows when it wakes', async () => {
    const court = await locked(open, payer, payee)
    court.sleep('hub')
    await court.pass(PATIENCE - 60)
    expect([await reveals(court), sentBy(court, payer)]).toEqual([0, 0])
    await court.pass(90)
    expect([await reveals(court), sentBy(court, payer)]).toEqual([1, 1])
    // However long it sleeps.
    await court.pass(2 * FIRST_HOP)
    expect(court.account(payer, 'hub').state.locks.size).toBe(1)
    court.intercept(null)
    await court.wake('hub')
    expect([balance(court, payer), balance(court, payee)]).toEqual([COLLATERAL - AMOUNT - FEE, COLLATERAL + AMOUNT])
    expect([sentBy(court, payer), court.events(payee, 'payment_received').length]).toEqual([1, 1])
    await expectReserves(court, { [payer]: RESERVE, [payee]: RESERVE, hub: HUB_RESERVE })
    await expectQuiet(court)
  })

  test('the hub cannot hear the payee -- it reads the preimage from the chain, and collects at once', async () => {
    const court = await locked(open, payer, payee)
    await court.pass(PATIENCE + 30)
    expect([await reveals(court), sentBy(court, payer)]).toEqual([1, 1])
    expect([balance(court, payer), court.account(payer, 'hub').state.locks.size]).toEqual([
      COLLATERAL - AMOUNT - FEE,
      0,
    ])
    court.intercept(null)
    await court.pump()
    expect(balance(court, payee)).toBe(COLLATERAL + AMOUNT)
    await expectQuiet(court)
  })

  test('the payer cannot be heard -- the hub reveals what it was told, and is paid by the chain', async () => {
    const court = await locked(open, payer, payee)
    court.cut(payer)
    court.intercept(null)
    await court.pump()
    expect([balance(court, payee), sentBy(court, payer)]).toEqual([COLLATERAL + AMOUNT, 0])
    await court.pass(FIRST_HOP - TIMING.inclusionReserveSeconds + 30)
    expect([await reveals(court), sentBy(court, payer)]).toEqual([1, 1])
    await court.pass(2 * WINDOW)
    await court.mend(payer)
    expect(balance(court, payer)).toBe(COLLATERAL - AMOUNT - FEE)
    await expectQuiet(court)
  })
}

const late = (open: OpenChain, payer: string, payee: string): void => {
  test('the payee slept over the expiry -- it tells nobody its preimage, and nobody has paid', async () => {
    const court = await locked(open, payer, payee)
    court.sleep(payee)
    await court.pass(FIRST_HOP + 60)
    await court.pass(60)
    expect(court.events(payer, 'payment_failed')).toMatchObject([{ reason: 'expired' }])
    expect(balance(court, payer)).toBe(COLLATERAL)
    court.intercept(null)
    await court.wake(payee)
    await court.pass(60)
    expect([await reveals(court), sentBy(court, payer)]).toEqual([0, 0])
    expect([balance(court, payer), balance(court, payee)]).toEqual([COLLATERAL, COLLATERAL])
    if (court.id(payee) > court.id('hub')) return expectQuiet(court)
    // LEFT's late frame stands in the way of the hub's: a court ends it.
    expect(court.account('hub', payee).state.locks.size).toBe(1)
    await court.ok('hub', { type: 'dispute_start', counterparty: court.id(payee) })
    await court.pass(WINDOW + 60)
    expect(court.status(payee, 'hub')).toBe('closed')
    await expectReserves(court, { [payer]: RESERVE, [payee]: RESERVE + COLLATERAL, hub: HUB_RESERVE })
    await expectQuiet(court)
  })

  test('revealed too late -- in court it counts as unpaid', async () => {
    const court = await locked(open, payer, payee)
    const entry = present([...court.of(payee).env().outbox.values()].at(-1), 'its answer')
    acknowledgeOnly(court, entry)
    expect(court.account('hub', payee).state.locks.size).toBe(1)
    court.sleep(payee)
    const { preimage } = present([...court.of(payee).state(payee).invoices.values()][0], 'the invoice')
    await court.pass(TIMING.finalExpirySeconds + 60)
    await court.pass(60)
    expect(court.events(payer, 'payment_failed')).toMatchObject([{ reason: 'expired' }])
    await court.submit({ type: 'reveal', jurisdiction: court.chain.chain.name, preimage })
    await court.ok('hub', { type: 'dispute_start', counterparty: court.id(payee) })
    await court.pass(WINDOW + 60)
    court.intercept(null)
    await court.wake(payee)
    expect(court.status(payee, 'hub')).toBe('closed')
    expect([sentBy(court, payer), court.events(payee, 'payment_received').length]).toEqual([0, 0])
    await expectReserves(court, { [payer]: RESERVE, [payee]: RESERVE + COLLATERAL, hub: HUB_RESERVE })
    await expectQuiet(court)
  })
}

const inCourt = (open: OpenChain): void => {
  test('never revealed -- the court waits for the lock, and then the payer has it back', async () => {
    const court = await locked(open, 'alice', 'rita')
    court.sleep('rita')
    court.cut('hub')
    await court.ok('alice', { type: 'dispute_start', counterparty: court.id('hub') })
    expect(court.account('alice', 'hub').status).toMatchObject({ type: 'disputed', dispute: {} })
    // By then the window is over, and the lock is not.
    await court.pass(WINDOW + 600)
    expect([court.status('alice', 'hub'), court.events('alice', 'payment_failed').length]).toEqual(['disputed', 0])
    await court.pass(FIRST_HOP - WINDOW)
    expect(court.status('alice', 'hub')).toBe('closed')
    expect(court.events('alice', 'payment_failed')).toHaveLength(1)
    await court.mend('hub')
    await expectReserves(court, { alice: RESERVE + COLLATERAL, hub: HUB_RESERVE, rita: RESERVE })
  })

  test('the hub is paid on by a court too -- the preimage comes while its own account is being judged', async () => {
    const court = await locked(open, 'alice', 'rita')
    await court.ok('alice', { type: 'dispute_start', counterparty: court.id('hub') })
    court.intercept(null)
    await court.pump()
    // The hub paid rita, and could collect nowhere but in court.
    expect([await reveals(court), balance(court, 'rita')]).toEqual([1, COLLATERAL + AMOUNT])
    expect(sentBy(court, 'alice')).toBe(1)
    await court.pass(FIRST_HOP + 60)
    const paid = AMOUNT + FEE
    await expectReserves(court, { alice: RESERVE + COLLATERAL - paid, hub: HUB_RESERVE + paid, rita: RESERVE })
    await expectQuiet(court)
  })

  test.each([
    ['revealed', true],
    ['not revealed', false],
  ])('locks both ways, the outgoing one %s -- each ends by itself', async (_, isRevealed) => {
    const court = await openCourt(open, { users: ['alice', 'bob', 'rita'], policy: POLICY })
    const held = holdBack(court, 'bob', 'hub')
    court.intercept((entry) => (txsIn(entry.bytes).includes('htlc_resolve') ? 'held' : held(entry)))
    await court.payThrough('alice', 'bob', AMOUNT)
    await court.payThrough('rita', 'alice', usd(25))
    // Alice's acknowledgement comes through, what she proposes with it does not: the lock towards her is open.
    const entry = present([...court.of('alice').env().outbox.values()].at(-1), 'her answer')
    acknowledgeOnly(court, entry)
    expect([...court.account('hub', 'alice').state.locks.values()].map(({ byLeft }) => byLeft).sort()).toEqual([
      false,
      true,
    ])
    if (!isRevealed) court.sleep('bob')
    await court.ok('hub', { type: 'dispute_start', counterparty: court.id('alice') })
    expect(await reveals(court), "alice's own").toBe(1)
    await court.pass(PATIENCE + 30)
    expect(await reveals(court)).toBe(isRevealed ? 2 : 1)
    await court.pass(FIRST_HOP)
    const got = usd(25) - (isRevealed ? AMOUNT + FEE : 0n)
    await expectReserves(court, { alice: RESERVE + COLLATERAL + got, hub: HUB_RESERVE - got })
    expect(court.events('alice', 'payment_received')).toHaveLength(1)
    expect(court.events('alice', isRevealed ? 'payment_sent' : 'payment_failed')).toHaveLength(1)
    court.intercept(null)
    await court.wake('bob')
    expect(balance(court, 'rita')).toBe(COLLATERAL - usd(25) - (forwardingFee(POLICY, TUSD, usd(25)) ?? 0n))
    expect(balance(court, 'bob')).toBe(COLLATERAL + (isRevealed ? AMOUNT : 0n))
    if (isRevealed) await expectQuiet(court)
  })
}

export const locks = (open: OpenChain): void => {
  describe.each([
    ['alice', 'rita'],
    ['rita', 'alice'],
  ])('%s pays %s', (payer, payee) => {
    inTime(open, payer, payee)
    late(open, payer, payee)
  })
  describe('in court', () => inCourt(open))
}
