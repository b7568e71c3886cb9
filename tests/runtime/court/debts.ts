/** What a judgement leaves unpaid: a debt, that whatever comes in pays first, the oldest one first. */
import { expect, test } from 'vitest'
import type { EntityTx } from '../../../runtime/entity/types.ts'
import { TUSD, usd } from '../../support/world.ts'
import { COLLATERAL, type Court, CREDIT, type OpenChain, openCourt, RESERVE } from './court-world.ts'
import { expectQuiet, expectReserves } from './quiet.ts'

const HUB_RESERVE = usd(50)
const send = (court: Court, to: string, amount: bigint): EntityTx => {
  return { type: 'reserve_to_reserve', to: court.id(to), tokenId: TUSD, amount }
}
const dispute = (court: Court, name: string, counterparty: string): Promise<void> =>
  court.ok(name, { type: 'dispute_start', counterparty: court.id(counterparty) })
const owed = async (court: Court) =>
  (await court.book()).debts.map(({ debtor, creditor, amount }) => [
    court.names.find((name) => court.id(name) === debtor),
    court.names.find((name) => court.id(name) === creditor),
    amount,
  ])
/** What each of them believes to be owed. */
const expectKnown = async (court: Court): Promise<void> => {
  const { debts } = await court.book()
  for (const name of court.names) {
    const own = debts.filter(({ debtor, creditor }) => [debtor, creditor].includes(court.id(name)))
    const known = [...court.of(name).state(name).debts.values()]
    expect(
      known.map(({ debtor, creditor, amount }) => [debtor, creditor, amount]),
      name,
    ).toEqual(own.map(({ debtor, creditor, amount }) => [debtor, creditor, amount]))
  }
}

export const debts = (open: OpenChain): void => {
  test('a hub that cannot pay owes, the oldest debt is paid first, and nothing of its reserve is its own', async () => {
    const court = await openCourt(open, { users: ['alice', 'rita'], hubReserve: HUB_RESERVE })
    await court.pay('hub', 'alice', usd(120))
    await court.pay('hub', 'rita', usd(90))
    await dispute(court, 'alice', 'hub')
    await dispute(court, 'rita', 'hub')
    await expectReserves(
      court,
      { alice: RESERVE + COLLATERAL + usd(50), rita: RESERVE + COLLATERAL, hub: 0n },
      HUB_RESERVE,
    )
    expect(await owed(court)).toEqual([
      ['hub', 'alice', usd(70)],
      ['hub', 'rita', usd(90)],
    ])
    await expectKnown(court)
    // Something comes in: less than the first debt, then enough for it and a part of the second.
    await court.ok('alice', send(court, 'hub', usd(30)))
    expect(await owed(court)).toEqual([
      ['hub', 'alice', usd(40)],
      ['hub', 'rita', usd(90)],
    ])
    await court.ok('rita', send(court, 'hub', usd(60)))
    expect(await owed(court)).toEqual([['hub', 'rita', usd(70)]])
    await expectKnown(court)
    expect(court.events('alice', 'debt_enforced')).toMatchObject([{ paid: usd(30) }, { paid: usd(40) }])
    await court.ok('alice', send(court, 'hub', usd(100)))
    expect(await owed(court)).toEqual([])
    await expectReserves(
      court,
      {
        alice: RESERVE + COLLATERAL + usd(50) - usd(130) + usd(70),
        rita: RESERVE + COLLATERAL - usd(60) + usd(90),
        hub: usd(30),
      },
      HUB_RESERVE,
    )
    // Free again.
    await court.ok('hub', send(court, 'rita', usd(30)))
    await expectQuiet(court)
  })

  test('what a debtor gets by one judgement pays first what it owes by another', async () => {
    const court = await openCourt(open, { users: ['alice', 'rita'], hubReserve: HUB_RESERVE })
    // Alice owes the hub all of its credit, beyond her collateral, and has given away her reserve.
    await court.pay('alice', 'hub', COLLATERAL + CREDIT)
    await court.ok('alice', send(court, 'rita', RESERVE))
    await court.pay('hub', 'rita', usd(290))
    await court.ok('hub', send(court, 'rita', HUB_RESERVE))
    await dispute(court, 'rita', 'hub')
    // What the hub gets for alice's collateral pays rita first; its claim on alice has to wait.
    await dispute(court, 'hub', 'alice')
    await expectKnown(court)
    expect(await owed(court)).toEqual([['alice', 'hub', CREDIT]])
    const hubHas = COLLATERAL - usd(290)
    await expectReserves(
      court,
      { alice: 0n, rita: 2n * RESERVE + COLLATERAL + HUB_RESERVE + usd(290), hub: hubHas },
      HUB_RESERVE,
    )
    await expectQuiet(court)
  })

  test('what a debtor is paid by its own debtor stays in its reserve, not to be spent, until the creditor has it enforced', async () => {
    const court = await openCourt(open, { users: ['alice', 'rita'], hubReserve: HUB_RESERVE })
    await court.pay('alice', 'hub', COLLATERAL + CREDIT)
    await court.ok('alice', send(court, 'rita', RESERVE))
    await dispute(court, 'hub', 'alice')
    await court.pay('hub', 'rita', usd(300))
    // What is given to a debtor comes back as a payment of its debt.
    await court.ok('hub', send(court, 'alice', usd(1)))
    await court.ok('hub', send(court, 'rita', COLLATERAL + HUB_RESERVE))
    await dispute(court, 'rita', 'hub')
    expect(await owed(court)).toEqual([
      ['alice', 'hub', CREDIT - usd(1)],
      ['hub', 'rita', usd(300)],
    ])
    // Alice gets money, which goes to the hub at once, and no further by itself.
    await court.ok('rita', send(court, 'alice', usd(80)))
    expect(await owed(court)).toEqual([
      ['alice', 'hub', CREDIT - usd(81)],
      ['hub', 'rita', usd(300)],
    ])
    expect((await court.book()).reserve(court.id('hub'), TUSD)).toBe(usd(80))
    // It is the hub's in name only.
    expect(await court.refused('hub', send(court, 'alice', usd(1)))).toEqual({
      type: 'insufficient_reserve',
      tokenId: TUSD,
      have: 0n,
      need: usd(1),
    })
    expect(
      await court.refused('hub', { type: 'withdraw', to: `0x${'11'.repeat(20)}` as never, tokenId: TUSD, amount: 1n }),
    ).toMatchObject({ type: 'insufficient_reserve', have: 0n })
    await court.ok('rita', { type: 'enforce_debts', debtor: court.id('hub'), tokenId: TUSD })
    expect(await owed(court)).toEqual([
      ['alice', 'hub', CREDIT - usd(81)],
      ['hub', 'rita', usd(220)],
    ])
    // Where nothing is to be had nothing happens, and nothing is left waiting.
    await court.ok('rita', { type: 'enforce_debts', debtor: court.id('hub'), tokenId: TUSD })
    expect(await court.refused('rita', { type: 'enforce_debts', debtor: court.id('alice'), tokenId: TUSD })).toEqual({
      type: 'unknown_debt',
    })
    await expectKnown(court)
    await expectQuiet(court)
  })
}
