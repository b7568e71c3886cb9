/** Money between accounts and reserves by both signatures: done once, in time, or not at all; with the court beside it. */
import { describe, expect, test } from 'vitest'
import type { JBatch, JBatchTx } from '../../../runtime/jurisdiction/types.ts'
import { present } from '../../../runtime/lib/assert.ts'
import { EMPTY } from '../../../runtime/lib/bytes.ts'
import { keccak } from '../../../runtime/lib/hash.ts'
import { TIMING } from '../../../runtime/lib/limits.ts'
import { TUSD, usd } from '../../support/world.ts'
import { batchOf, holdBack, messageIn, proofOf, signAs, startWith, txsIn } from './cheats.ts'
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

/** Into the reserves of the user and of the hub; out of them when negative. */
export const diffsFor = (court: Court, user: string, own: bigint, hubs = 0n) =>
  court.id(user) < court.id('hub')
    ? [{ tokenId: TUSD, leftDiff: own, rightDiff: hubs }]
    : [{ tokenId: TUSD, leftDiff: hubs, rightDiff: own }]

const settle = (court: Court, user: string, own: bigint, hubs = 0n) =>
  court.ok(user, { type: 'settle', counterparty: court.id('hub'), diffs: diffsFor(court, user, own, hubs) })

/** Both have sealed it, and the user's runtime has put it into a batch that never arrives. */
const sealed = async (court: Court, user: string, own: bigint): Promise<JBatch['settlements'][number]> => {
  court.gag(user)
  await settle(court, user, own)
  const { inFlight } = court.of(user).state(user).batch
  return present(inFlight?.batch.settlements[0], 'a sealed settlement')
}
const inFlightOf = (court: Court, user: string): JBatchTx =>
  present(court.of(user).state(user).batch.inFlight?.jTx, 'a batch in flight')

const slotOf = (bytes: Uint8Array): string | null => {
  const message = messageIn(bytes)
  return message?.type === 'settle_seal' ? message.slot : null
}
const balance = (court: Court, user: string): bigint => court.of(user).position(user, 'hub').balance

const whole = (open: OpenChain, user: string): void => {
  test('collateral comes back by both signatures, and the account goes on', async () => {
    const court = await openCourt(open, { users: [user] })
    await settle(court, user, usd(200))
    await expectReserves(court, { [user]: RESERVE + usd(200), hub: HUB_RESERVE })
    expect(balance(court, user)).toBe(COLLATERAL - usd(200))
    await expectQuiet(court)
    await court.pay(user, 'hub', usd(30))
    await court.ok(user, { type: 'dispute_start', counterparty: court.id('hub') })
    await expectReserves(court, { [user]: RESERVE + COLLATERAL - usd(30), hub: HUB_RESERVE + usd(30) })
    await expectQuiet(court)
  })

  test('reserve becomes collateral by a settlement, and comes back by the next', async () => {
    const court = await openCourt(open, { users: [user] })
    await settle(court, user, -usd(300))
    await expectReserves(court, { [user]: RESERVE - usd(300), hub: HUB_RESERVE })
    expect(balance(court, user)).toBe(COLLATERAL + usd(300))
    await settle(court, user, usd(800))
    await expectReserves(court, { [user]: RESERVE + COLLATERAL, hub: HUB_RESERVE })
    expect(balance(court, user)).toBe(0n)
    await expectQuiet(court)
  })

  test('a cooperative close: everybody has everything in reserve, and the account is empty', async () => {
    const court = await openCourt(open, { users: [user] })
    await court.pay(user, 'hub', usd(120))
    await settle(court, user, COLLATERAL - usd(120), usd(120))
    await expectReserves(court, { [user]: RESERVE + COLLATERAL - usd(120), hub: HUB_RESERVE + usd(120) })
    expect(balance(court, user)).toBe(0n)
    await expectQuiet(court)
    await court.ok(user, { type: 'dispute_start', counterparty: court.id('hub') })
    await expectReserves(court, { [user]: RESERVE + COLLATERAL - usd(120), hub: HUB_RESERVE + usd(120) })
    await expectQuiet(court)
  })

  test('handed in late -- frames have gone on above it, and it still counts once', async () => {
    const court = await openCourt(open, { users: [user] })
    await sealed(court, user, usd(200))
    await court.pay(user, 'hub', usd(150))
    await court.pay('hub', user, usd(20))
    // What it takes is held: 300 and 200 of credit, less what has been paid.
    const rest = COLLATERAL - usd(330) + usd(200)
    expect(court.of(user).position(user, 'hub')).toMatchObject({ outHold: usd(200), outCapacity: rest })
    expect(await court.submit(inFlightOf(court, user))).toMatchObject({ type: 'included' })
    court.gag(user, false)
    await court.pump()
    await expectReserves(court, { [user]: RESERVE + usd(200), hub: HUB_RESERVE })
    expect(court.of(user).position(user, 'hub')).toMatchObject({ balance: usd(170), outHold: 0n, outCapacity: rest })
    await expectQuiet(court)
  })
}

const given = (open: OpenChain, user: string): void => {
  test('never handed in -- released once a block is past its last second, and only then', async () => {
    const court = await openCourt(open, { users: [user] })
    const settlement = await sealed(court, user, usd(200))
    const left = settlement.validUntil - (await court.chain.now())
    await court.pass(left - 60)
    for (const [name, other] of [
      [user, 'hub'],
      ['hub', user],
    ] as const)
      expect(court.account(name, other).state.settlement, name).not.toBeNull()
    await court.pass(120)
    expect(court.account(user, 'hub').state.settlement).toBeNull()
    expect(court.of(user).position(user, 'hub')).toMatchObject({ balance: COLLATERAL, outHold: 0n })
    // The chain does not take it any more.
    expect(await court.submit(inFlightOf(court, user))).toMatchObject({
      type: 'reverted',
      reason: { name: 'SettlementExpired' },
    })
    court.gag(user, false)
    court.of(user).tick([
      {
        type: 'batch_failed',
        entityId: court.id(user),
        nonce: inFlightOf(court, user).nonce,
        reason: 'SettlementExpired',
      },
    ])
    await settle(court, user, usd(50))
    await expectReserves(court, { [user]: RESERVE + usd(50), hub: HUB_RESERVE })
    await expectQuiet(court)
  })

  test('done in its last second -- nobody gives it up', async () => {
    const court = await openCourt(open, { users: [user] })
    const settlement = await sealed(court, user, usd(200))
    await court.pass(settlement.validUntil - (await court.chain.now()) - 3)
    expect(await court.submit(inFlightOf(court, user))).toMatchObject({ type: 'included' })
    // The hub sees the time pass before it hears from the user.
    court.cut(user)
    await court.pass(600)
    expect(court.account('hub', user).state.settlement).not.toBeNull()
    court.gag(user, false)
    await court.mend(user)
    await expectReserves(court, { [user]: RESERVE + usd(200), hub: HUB_RESERVE })
    expect(balance(court, user)).toBe(COLLATERAL - usd(200))
    await expectQuiet(court)
  })

  test.each([
    ['its signature', 'settlement'],
    ['its proof', 'proof'],
  ])('the hub withholds %s -- nothing is handed in, and the hold ends with the time', async (_, slot) => {
    const court = await openCourt(open, { users: [user] })
    court.intercept(({ from, bytes }) => (from === court.id('hub') && slotOf(bytes) === slot ? 'lost' : 'delivered'))
    await settle(court, user, usd(200))
    expect(court.of(user).state(user).batch.inFlight).toBeNull()
    const { seals } = court.account(user, 'hub')
    expect(seals?.own.settlement === null, 'the settlement is signed last').toBe(slot === 'proof')
    expect(court.of(user).position(user, 'hub')).toMatchObject({ outHold: usd(200) })
    await court.pay(user, 'hub', usd(10))
    await court.pass(TIMING.settlementSeconds + 60)
    expect(court.of(user).position(user, 'hub')).toMatchObject({ outHold: 0n, balance: COLLATERAL - usd(10) })
    await expectReserves(court, { [user]: RESERVE, hub: HUB_RESERVE })
    court.intercept(null)
    await expectQuiet(court)
  })

  test('sealed and unsealed messages in any order -- the same end', async () => {
    const court = await openCourt(open, { users: [user] })
    // The hub's signatures overtake the frame they are about, and each other.
    court.intercept(holdBack(court, 'hub', user, (bytes) => slotOf(bytes) !== 'settlement'))
    await settle(court, user, usd(200))
    court.intercept(null)
    for (const entry of [...court.of('hub').env().outbox.values()].reverse())
      court.hand({ from: entry.from, to: entry.to, bytes: entry.bytes })
    await court.pump()
    await expectReserves(court, { [user]: RESERVE + usd(200), hub: HUB_RESERVE })
    await expectQuiet(court)
  })

  test('proposed and never answered -- it is out of the way when its time is over', async () => {
    const court = await openCourt(open, { users: [user] })
    // What asks for the user's own reserve is not agreed to without its owner.
    const diffs = diffsFor(court, user, -usd(10), usd(0))
    await court.ok('hub', { type: 'settle', counterparty: court.id(user), diffs })
    expect(court.account('hub', user).state.settlement).toMatchObject({ approvedAtHeight: null })
    expect(await court.refused(user, { type: 'settle', counterparty: court.id('hub'), diffs })).toEqual({
      type: 'settlement_open',
    })
    await court.pass(TIMING.settlementSeconds + 60)
    expect(court.account('hub', user).state.settlement).toBeNull()
    await settle(court, user, usd(100))
    await expectReserves(court, { [user]: RESERVE + usd(100), hub: HUB_RESERVE })
    await expectQuiet(court)
  })
}

const besideTheCourt = (open: OpenChain, user: string): void => {
  test('done, and then a dispute -- by no proof from before it, by the one signed over it', async () => {
    const court = await openCourt(open, { users: [user] })
    const before = proofOf(court, 'hub', user)
    // The chain alone knows that it is done: no frame has followed yet.
    court.intercept(({ bytes }) => (txsIn(bytes).includes('j_event_claim') ? 'held' : 'delivered'))
    await settle(court, user, usd(200))
    await expectReserves(court, { [user]: RESERVE + usd(200), hub: HUB_RESERVE })
    const frame = present(court.account('hub', user).frames[0], 'the frame that approved it').frame
    const over = proofOf(court, 'hub', user)
    expect([over.nonce, before.nonce < over.nonce]).toEqual([4 * frame.height + 3, true])
    court.gag('hub')
    const sides = { name: 'hub', counterparty: user }
    const outdated = await startWith(court, sides, before)
    expect(outdated).toMatchObject({ type: 'reverted', reason: { name: 'NonceOutOfRange' } })
    expect(await startWith(court, sides, over)).toMatchObject({ type: 'included' })
    await court.pump()
    expect(court.events(user, 'dispute_started')).toMatchObject([{ nonce: over.nonce }])
    await court.pass(WINDOW + 60)
    court.gag('hub', false)
    court.intercept(null)
    await court.pump()
    await expectReserves(court, { [user]: RESERVE + COLLATERAL, hub: HUB_RESERVE })
    await expectQuiet(court)
  })

  test('the court is called first -- the settlement is refused, and nothing is taken twice', async () => {
    const court = await openCourt(open, { users: [user] })
    await court.pay(user, 'hub', usd(40))
    await sealed(court, user, usd(200))
    const jTx = inFlightOf(court, user)
    court.intercept(holdBack(court, user, 'hub'))
    await court.ok('hub', { type: 'dispute_start', counterparty: court.id(user) })
    const refused = { type: 'reverted', reason: { name: 'DisputeOpen' } }
    expect(await court.submit(jTx)).toMatchObject(refused)
    court.of(user).tick([{ type: 'batch_failed', entityId: court.id(user), nonce: jTx.nonce, reason: 'DisputeOpen' }])
    court.gag(user, false)
    court.intercept(null)
    await court.pump()
    expect([court.status(user, 'hub'), court.status('hub', user)]).toEqual(['closed', 'closed'])
    // Nor after the judgement: it was of another epoch.
    expect(await court.submit(jTx)).toMatchObject({ type: 'reverted' })
    await expectReserves(court, { [user]: RESERVE + COLLATERAL - usd(40), hub: HUB_RESERVE + usd(40) })
    await expectQuiet(court)
  })

  test('the settlement and a call to court in one batch -- both are done, in this order', async () => {
    const court = await openCourt(open, { users: [user] })
    await court.pay(user, 'hub', usd(40))
    court.gag(user)
    // A batch is on its way already, so that what follows is collected in the next one.
    await court.ok(user, { type: 'reserve_to_reserve', to: court.id('hub'), tokenId: TUSD, amount: usd(1) })
    await settle(court, user, usd(200))
    await court.ok(user, { type: 'dispute_start', counterparty: court.id('hub') })
    const { draft } = court.of(user).state(user).batch
    expect([draft.settlements.length, draft.disputeStarts.length]).toEqual([1, 1])
    const first = inFlightOf(court, user)
    court.gag(user, false)
    expect(await court.submit(first)).toMatchObject({ type: 'included' })
    await court.pump()
    expect(court.status(user, 'hub')).toBe('closed')
    await expectReserves(court, { [user]: RESERVE + COLLATERAL - usd(41), hub: HUB_RESERVE + usd(41) })
    await expectQuiet(court)
  })
}

const thefts = (open: OpenChain): void => {
  test('collateral is not taken with one signature, nor twice, nor by a changed settlement, nor in another epoch', async () => {
    const court = await openCourt(open, { users: ['alice'] })
    const honest = await sealed(court, 'alice', usd(100))
    const jTx = inFlightOf(court, 'alice')
    const attempt = async (change: Partial<typeof honest>, by = 'alice') => {
      const result = await court.submit(batchOf(court, by, { settlements: [{ ...honest, ...change }] }))
      return result.type === 'reverted' ? result.reason.name : result.type
    }
    const { leftHanko: own, nonce, validUntil } = honest
    expect(await attempt({ rightHanko: own }), 'one signature for both').toBe('BoardNotOfEntity')
    const other = signAs('hub', keccak(EMPTY))
    expect(await attempt({ rightHanko: other }), 'what the hub signed elsewhere').toBe('SignerMismatch')
    expect(await attempt({ validUntil: validUntil + 1 }), 'for longer').toBe('SignerMismatch')
    expect(await attempt({ nonce: nonce + 4 }), 'for another frame').toBe('SignerMismatch')
    const diffs = diffsFor(court, 'alice', usd(200)).map((diff) => ({ ...diff, collateralDiff: -usd(200) }))
    expect(await attempt({ diffs }), 'for more').toBe('SignerMismatch')
    expect(await attempt({ nonce: nonce + 1 }), 'as if it were a frame').toBe('NonceSlotInvalid')
    await expectReserves(court, { alice: RESERVE, hub: HUB_RESERVE })
    court.gag('alice', false)
    expect(await court.submit(jTx)).toMatchObject({ type: 'included' })
    await court.pump()
    expect(await attempt({}), 'the same once more').toBe('NonceOutOfRange')
    expect(await attempt({}, 'hub'), 'by the other side').toBe('NonceOutOfRange')
    expect(await court.submit(jTx), 'the very same batch').toEqual({ type: 'duplicate' })
    await court.ok('alice', { type: 'dispute_start', counterparty: court.id('hub') })
    await expectReserves(court, { alice: RESERVE + COLLATERAL, hub: HUB_RESERVE })
    const reopened = {
      type: 'open_account',
      counterparty: court.id('hub'),
      tokenId: TUSD,
      creditLimit: usd(1),
    } as const
    await court.ok('alice', reopened)
    await court.ok('alice', {
      type: 'reserve_to_collateral',
      counterparty: court.id('hub'),
      tokenId: TUSD,
      amount: COLLATERAL,
    })
    expect(await attempt({}), 'in another epoch').toBe('SignerMismatch')
    await expectReserves(court, { alice: RESERVE, hub: HUB_RESERVE })
    await expectQuiet(court)
  })

  test('a settlement whose money was spent meanwhile waits for more, and the runtime goes on', async () => {
    const court = await openCourt(open, { users: ['alice'] })
    court.intercept(holdBack(court, 'hub', 'alice', (bytes) => slotOf(bytes) === 'settlement'))
    await settle(court, 'alice', -RESERVE)
    await court.ok('alice', { type: 'reserve_to_reserve', to: court.id('hub'), tokenId: TUSD, amount: usd(400) })
    court.intercept(null)
    await court.pump()
    expect(court.account('alice', 'hub').seals).toMatchObject({ isHandedIn: false })
    await expectReserves(court, { alice: RESERVE - usd(400), hub: HUB_RESERVE + usd(400) })
    await court.ok('hub', { type: 'reserve_to_reserve', to: court.id('alice'), tokenId: TUSD, amount: usd(400) })
    await expectReserves(court, { alice: 0n, hub: HUB_RESERVE })
    expect(balance(court, 'alice')).toBe(COLLATERAL + RESERVE)
    await expectQuiet(court)
  })
}

export const settlements = (open: OpenChain): void => {
  describe.each(USERS)('%s and the hub', (user) => {
    whole(open, user)
    given(open, user)
    besideTheCourt(open, user)
  })
  describe('theft', () => thefts(open))
}
