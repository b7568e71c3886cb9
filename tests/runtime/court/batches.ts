/** Batches that never happen: whatever waited for them is as it was, and nothing of what came meanwhile is lost. */
import { describe, expect, test } from 'vitest'
import type { EntityTx } from '../../../runtime/entity/types.ts'
import type { JBatchTx } from '../../../runtime/jurisdiction/types.ts'
import { present } from '../../../runtime/lib/assert.ts'
import { LIMITS, TIMING } from '../../../runtime/lib/limits.ts'
import { TUSD, usd } from '../../support/world.ts'
import { batchOf, holdBack, messageIn, txsIn } from './cheats.ts'
import { COLLATERAL, type Court, HUB_RESERVE, type OpenChain, openCourt, RESERVE } from './court-world.ts'
import { POLICY } from './locks.ts'
import { expectQuiet, expectReserves } from './quiet.ts'

const sue = (court: Court, counterparty: string): EntityTx => {
  return { type: 'dispute_start', counterparty: court.id(counterparty) }
}
const inFlightOf = (court: Court, name: string): JBatchTx =>
  present(court.of(name).state(name).batch.inFlight?.jTx, 'a batch in flight')
const fail = async (court: Court, name: string, reason = 'DisputeOpen'): Promise<void> => {
  const { nonce } = inFlightOf(court, name)
  court.gag(name, false)
  court.of(name).tick([{ type: 'batch_failed', entityId: court.id(name), nonce, reason }])
  await court.pump()
}

export const batches = (open: OpenChain): void => {
  test('the nonce was consumed by other bytes -- the batch is dead, and the account is not left waiting for a court', async () => {
    const court = await openCourt(open, { users: ['alice'] })
    court.gag('alice')
    await court.ok('alice', sue(court, 'hub'))
    expect(court.status('alice', 'hub')).toBe('suing')
    const { nonce } = inFlightOf(court, 'alice')
    // Another copy of the wallet was quicker.
    const send = { to: court.id('hub'), tokenId: TUSD, amount: usd(3) }
    expect(await court.submit(batchOf(court, 'alice', { reserveToReserve: [send] }, nonce))).toMatchObject({
      type: 'included',
    })
    await court.pump()
    expect(court.events('alice', 'batch_failed')).toEqual([
      { type: 'batch_failed', nonce, reason: 'BatchNonceInvalid' },
    ])
    expect(court.status('alice', 'hub')).toBe('open')
    court.gag('alice', false)
    await court.pay('alice', 'hub', usd(10))
    await court.ok('alice', sue(court, 'hub'))
    await expectReserves(court, { alice: RESERVE + COLLATERAL - usd(13), hub: HUB_RESERVE + usd(13) })
    await expectQuiet(court)
  })

  test('an empty batch in its place -- the same', async () => {
    const court = await openCourt(open, { users: ['alice'] })
    court.gag('alice')
    await court.ok('alice', { type: 'reserve_to_reserve', to: court.id('hub'), tokenId: TUSD, amount: usd(5) })
    const { nonce } = inFlightOf(court, 'alice')
    await court.submit(batchOf(court, 'alice', {}, nonce))
    court.gag('alice', false)
    await court.pump()
    expect(court.events('alice', 'batch_failed')).toHaveLength(1)
    await expectReserves(court, { alice: RESERVE, hub: HUB_RESERVE })
    await expectQuiet(court)
  })

  test('the chain refuses the call to court -- what the peer said and what the chain did meanwhile is not lost', async () => {
    const court = await openCourt(open, { users: ['alice'] })
    court.gag('alice')
    await court.ok('alice', sue(court, 'hub'))
    await court.pay('hub', 'alice', usd(25))
    await court.ok('hub', {
      type: 'reserve_to_collateral',
      counterparty: court.id('alice'),
      tokenId: TUSD,
      amount: usd(40),
    })
    expect(court.account('hub', 'alice').pending).not.toBeNull()
    await fail(court, 'alice')
    expect(court.status('alice', 'hub')).toBe('open')
    expect(court.of('alice').position('alice', 'hub')).toMatchObject({
      balance: COLLATERAL + usd(25),
      inCollateral: usd(15),
    })
    await expectReserves(court, { alice: RESERVE, hub: HUB_RESERVE - usd(40) })
    await expectQuiet(court)
  })

  test('refused while a settlement ended on chain, and while another ran out of time -- both are released', async () => {
    for (const isDone of [true, false]) {
      const court = await openCourt(open, { users: ['alice'] })
      const side = court.id('alice') < court.id('hub') ? 'leftDiff' : 'rightDiff'
      const diffs = [{ tokenId: TUSD, leftDiff: 0n, rightDiff: 0n, [side]: usd(200) }]
      court.gag('alice')
      await court.ok('alice', { type: 'settle', counterparty: court.id('hub'), diffs })
      const settling = inFlightOf(court, 'alice')
      await court.ok('alice', sue(court, 'hub'))
      if (isDone) expect(await court.submit(settling)).toMatchObject({ type: 'included' })
      // Its call to court was collected for the next batch.
      await court.pass(2 * 3_600)
      if (isDone) await fail(court, 'alice')
      else {
        court.gag('alice', false)
        const { nonce } = inFlightOf(court, 'alice')
        court
          .of('alice')
          .tick([{ type: 'batch_failed', entityId: court.id('alice'), nonce, reason: 'SettlementExpired' }])
        court.gag('alice')
        await court.pump()
        await fail(court, 'alice')
      }
      expect(court.status('alice', 'hub')).toBe('open')
      expect(court.of('alice').position('alice', 'hub')).toMatchObject({
        outHold: 0n,
        balance: COLLATERAL - (isDone ? usd(200) : 0n),
      })
      await expectReserves(court, { alice: RESERVE + (isDone ? usd(200) : 0n), hub: HUB_RESERVE })
      await expectQuiet(court)
    }
  })

  describe.each([
    ['the nonce was consumed by other bytes', 'dead'],
    ['something else in the batch was refused', 'refused'],
  ])('%s', (_, how) => {
    test('-- the settlement in it goes with the next one, and what else was in it is said to have failed', async () => {
      const court = await openCourt(open, { users: ['alice'] })
      const side = court.id('alice') < court.id('hub') ? 'leftDiff' : 'rightDiff'
      const diffs = [{ tokenId: TUSD, leftDiff: 0n, rightDiff: 0n, [side]: usd(200) }]
      const send = { type: 'reserve_to_reserve', to: court.id('hub'), tokenId: TUSD, amount: usd(3) } as const
      court.gag('alice')
      await court.ok('alice', send)
      const first = inFlightOf(court, 'alice')
      await court.ok('alice', { type: 'settle', counterparty: court.id('hub'), diffs })
      await court.ok('alice', { ...send, amount: usd(4) })
      expect(await court.submit(first)).toMatchObject({ type: 'included' })
      await court.pump()
      const second = inFlightOf(court, 'alice')
      expect(court.of('alice').state('alice').batch.inFlight?.batch).toMatchObject({ settlements: [{}] })
      if (how === 'dead') {
        const other = { to: court.id('hub'), tokenId: TUSD, amount: usd(5) }
        await court.submit(batchOf(court, 'alice', { reserveToReserve: [other] }, second.nonce))
        court.gag('alice', false)
        await court.pump()
      } else await fail(court, 'alice', 'ReserveInsufficient')
      expect(court.events('alice', 'batch_failed')).toMatchObject([{ nonce: second.nonce }])
      expect(court.account('alice', 'hub').state.settlement).toBeNull()
      const sent = how === 'dead' ? usd(8) : usd(3)
      await expectReserves(court, { alice: RESERVE + usd(200) - sent, hub: HUB_RESERVE + sent })
      await expectQuiet(court)
    })
  })

  test('the chain refuses a settlement by itself -- it is not tried again, and over with its time', async () => {
    const court = await openCourt(open, { users: ['alice'] })
    const side = court.id('alice') < court.id('hub') ? 'leftDiff' : 'rightDiff'
    const diffs = [{ tokenId: TUSD, leftDiff: 0n, rightDiff: 0n, [side]: usd(200) }]
    court.gag('alice')
    await court.ok('alice', { type: 'settle', counterparty: court.id('hub'), diffs })
    await fail(court, 'alice', 'ReserveInsufficient')
    expect(court.of('alice').state('alice').batch).toMatchObject({ inFlight: null, draft: { settlements: [] } })
    await court.pass(TIMING.settlementSeconds + 60)
    expect(court.of('alice').position('alice', 'hub')).toMatchObject({ outHold: 0n, balance: COLLATERAL })
    await expectReserves(court, { alice: RESERVE, hub: HUB_RESERVE })
    await expectQuiet(court)
  })

  test('a settlement that waited until it was too late -- it spoils no batch', async () => {
    const court = await openCourt(open, { users: ['alice'] })
    const side = court.id('alice') < court.id('hub') ? 'leftDiff' : 'rightDiff'
    const diffs = [{ tokenId: TUSD, leftDiff: 0n, rightDiff: 0n, [side]: -RESERVE }]
    court.intercept(holdBack(court, 'hub', 'alice', (bytes) => messageIn(bytes)?.type === 'settle_seal'))
    await court.ok('alice', { type: 'settle', counterparty: court.id('hub'), diffs })
    const send = (to: string) =>
      ({ type: 'reserve_to_reserve', to: court.id(to), tokenId: TUSD, amount: usd(400) }) as const
    await court.ok('alice', send('hub'))
    court.intercept(null)
    await court.pump()
    expect(court.account('alice', 'hub').seals).toMatchObject({ isHandedIn: false })
    court.cut('alice')
    await court.pass(TIMING.settlementSeconds + 60)
    await court.ok('hub', send('alice'))
    expect(court.account('alice', 'hub').state.settlement).not.toBeNull()
    expect(court.events('alice', 'batch_failed')).toEqual([])
    await court.mend('alice')
    await expectReserves(court, { alice: RESERVE, hub: HUB_RESERVE })
    await expectQuiet(court)
  })

  test('refused while the hub was paying on -- it collects what it paid, and its runtime goes on', async () => {
    const court = await openCourt(open, { users: ['alice', 'rita'], policy: POLICY })
    court.intercept(holdBack(court, 'rita', 'hub', (bytes) => txsIn(bytes).includes('htlc_resolve')))
    await court.payThrough('alice', 'rita', usd(60))
    court.gag('hub')
    await court.ok('hub', sue(court, 'alice'))
    court.intercept(null)
    await court.pump()
    // Rita was paid; alice's account is at the court, as far as the hub knows.
    expect(court.of('rita').position('rita', 'hub').balance).toBe(COLLATERAL + usd(60))
    expect(court.account('hub', 'alice')).toMatchObject({
      status: { type: 'suing' },
      mempool: [{ type: 'htlc_resolve' }],
    })
    await fail(court, 'hub')
    expect(court.events('alice', 'payment_sent')).toHaveLength(1)
    expect(court.status('hub', 'alice')).toBe('open')
    await expectQuiet(court)
  })

  test('the peer was quicker while ours waited behind another batch -- ours is left out, the rest goes', async () => {
    const court = await openCourt(open, { users: ['alice', 'rita'] })
    court.gag('hub')
    const send = (to: string) =>
      ({ type: 'reserve_to_reserve', to: court.id(to), tokenId: TUSD, amount: usd(1) }) as const
    await court.ok('hub', send('rita'))
    const first = inFlightOf(court, 'hub')
    const fund = { counterparty: court.id('alice'), tokenId: TUSD, amount: usd(9) }
    await court.ok('hub', { type: 'reserve_to_collateral', ...fund })
    await court.ok('hub', sue(court, 'alice'))
    await court.ok('hub', send('rita'))
    court.intercept(holdBack(court, 'hub', 'alice'))
    await court.ok('alice', sue(court, 'hub'))
    expect(court.of('hub').state('hub').batch.draft).toMatchObject({
      disputeStarts: [],
      reserveToCollateral: [],
      reserveToReserve: [{ amount: usd(1) }],
    })
    court.gag('hub', false)
    await court.submit(first)
    court.intercept(null)
    await court.pump()
    expect(court.events('hub', 'batch_failed')).toEqual([])
    expect(court.status('alice', 'hub')).toBe('closed')
    await expectReserves(court, { rita: RESERVE + usd(2), hub: HUB_RESERVE - usd(2), alice: RESERVE + COLLATERAL })
    await expectQuiet(court)
  })

  test('more than a batch can hold -- one more is refused, and goes with the next', async () => {
    const court = await openCourt(open, { users: ['alice'] })
    court.gag('hub')
    const fund = { type: 'reserve_to_collateral', counterparty: court.id('alice'), tokenId: TUSD, amount: 1n } as const
    const world = court.of('hub')
    world.ok('hub', fund)
    const first = inFlightOf(court, 'hub')
    for (let i = 0; i < LIMITS.batchOperations; i++) world.ok('hub', fund)
    expect(world.refused('hub', fund)).toEqual({ type: 'batch_full', limit: LIMITS.batchOperations })
    expect(world.refused('hub', sue(court, 'alice'))).toEqual({ type: 'batch_full', limit: LIMITS.batchOperations })
    expect(court.status('hub', 'alice')).toBe('open')
    court.gag('hub', false)
    await court.submit(first)
    await court.pump()
    await court.ok('hub', fund)
    const put = BigInt(LIMITS.batchOperations) + 2n
    expect(court.of('alice').position('alice', 'hub').inCollateral).toBe(put)
    await expectReserves(court, { alice: RESERVE, hub: HUB_RESERVE - put })
    await expectQuiet(court)
  })
}
