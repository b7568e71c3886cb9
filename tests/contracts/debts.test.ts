/** Debts: what a judgment left unpaid is paid first, oldest first, from whatever the debtor receives. */
import { describe, expect, it } from 'vitest'
import type { JEvent } from '../../runtime/jurisdiction/types.ts'
import { bodyOf, pairOf, tokenProof } from './court.ts'
import { openFunded } from './funded.ts'
import { type Actor, actor, eventsOf, TUSD } from './world.ts'

const debtor = actor('debtor')
const creditors = ['dora', 'emil', 'fritz', 'gerda', 'hans', 'ida'].map(actor)
const names = new Map(creditors.map(({ entityId }, i) => [entityId as string, i]))

/** The debtor owes each creditor so much, in this order, and has nothing. */
const openIndebted = async (amounts: readonly bigint[]) => {
  const world = await openFunded()
  const { chain, depository, submit, send, at } = world
  let now = 2_000
  const judge = async (creditor: Actor, amount: bigint, epoch = 0): Promise<readonly JEvent[]> => {
    const [left, right] = creditor.entityId < debtor.entityId ? [creditor, debtor] : [debtor, creditor]
    const body = bodyOf({ tokens: [tokenProof(TUSD, creditor === left ? amount : -amount)] })
    const start = pairOf(chain.terms, left, right).start(creditor, { nonce: 5, body, epoch })
    at(now)
    eventsOf(await submit(creditor, { disputeStarts: [start] }))
    now += 2_000
    at(now)
    return eventsOf(await send('finalize', left.entityId, right.entityId, body))
  }
  const created: JEvent[] = []
  for (const [i, amount] of amounts.entries()) created.push(...(await judge(creditors[i] ?? debtor, amount)))
  return {
    ...world,
    judge,
    created,
    /** From the faucet. */
    receive: async (amount: bigint) => eventsOf(await chain.fund({ entityId: debtor.entityId, tokenId: TUSD, amount })),
    books: async () => {
      const [outstanding, firstOpen, last] = await depository.call('debtsOf', debtor.entityId, TUSD)
      const open: unknown[] = []
      for (let id = Number(firstOpen); id <= Number(last); id++) {
        const [creditor, amount] = await depository.call('debtOf', debtor.entityId, TUSD, id)
        open.push([id, names.get(String(creditor)), amount])
      }
      const [spendable] = await depository.call('spendableOf', debtor.entityId, TUSD)
      const reserves: bigint[] = []
      for (const creditor of creditors) reserves.push(await world.reserveOf(creditor))
      return { outstanding, open, reserve: await world.reserveOf(debtor), spendable, reserves }
    },
  }
}
const owed = (events: readonly JEvent[]) =>
  events.flatMap((event) =>
    event.type === 'debt_enforced' ? [[event.debtId, names.get(event.creditor), event.remaining]] : [],
  )

describe('a shortfall', () => {
  it('becomes a numbered debt', async () => {
    const { created, books } = await openIndebted([30n, 20n])
    const debt = { type: 'debt_created', debtor: debtor.entityId, tokenId: TUSD }
    expect(created.filter(({ type }) => type === 'debt_created')).toEqual([
      { ...debt, creditor: creditors[0]?.entityId, debtId: 1, amount: 30n },
      { ...debt, creditor: creditors[1]?.entityId, debtId: 2, amount: 20n },
    ])
    expect(await books()).toEqual({
      outstanding: 50n,
      open: [
        [1, 0, 30n],
        [2, 1, 20n],
      ],
      reserve: 0n,
      spendable: 0n,
      reserves: [0n, 0n, 0n, 0n, 0n, 0n],
    })
  })

  it('is paid after older debts, from what the reserve has beyond them', async () => {
    const { books, receive, judge } = await openIndebted([1n, 1n, 1n, 1n, 10n])
    // One credit pays four debts; the fifth is left, and claims ten of what remains.
    await receive(40n)
    expect(await books()).toMatchObject({ outstanding: 10n, open: [[5, 4, 10n]], reserve: 36n, spendable: 26n })
    const events = await judge(creditors[5] ?? debtor, 100n)
    expect(owed(events)).toEqual([[5, 4, 0n]])
    expect(await books()).toMatchObject({
      outstanding: 74n,
      open: [[6, 5, 74n]],
      reserve: 0n,
      reserves: [1n, 1n, 1n, 1n, 10n, 26n],
    })
  })
})

describe('what a debtor receives', () => {
  it.each<[string, bigint, readonly unknown[], readonly bigint[], bigint]>([
    ['part of the oldest', 10n, [[1, 0, 20n]], [10n, 0n, 0n], 0n],
    ['the oldest to the last unit', 30n, [[1, 0, 0n]], [30n, 0n, 0n], 0n],
    [
      'and part of the next',
      35n,
      [
        [1, 0, 0n],
        [2, 1, 15n],
      ],
      [30n, 5n, 0n],
      0n,
    ],
    [
      'all of them, and the rest is kept',
      100n,
      [
        [1, 0, 0n],
        [2, 1, 0n],
        [3, 2, 0n],
      ],
      [30n, 20n, 7n],
      43n,
    ],
  ])('pays %s', async (_, amount, payments, reserves, kept) => {
    const { receive, books } = await openIndebted([30n, 20n, 7n])
    expect(owed(await receive(amount))).toEqual(payments)
    const after = await books()
    expect(after.reserves.slice(0, 3)).toEqual(reserves)
    expect([after.reserve, after.spendable]).toEqual([kept, kept])
    expect(after.outstanding).toBe(57n - (amount - kept))
  })

  it('also when it comes from another entity, and events say what everybody has', async () => {
    const { submit, receive, books, judge } = await openIndebted([30n, 20n])
    const [first] = creditors
    if (first === undefined) throw new Error('a creditor')
    await receive(30n)
    const events = eventsOf(
      await submit(first, { reserveToReserve: [{ to: debtor.entityId, tokenId: TUSD, amount: 25n }] }),
    )
    expect(events.filter(({ type }) => type === 'reserve_updated')).toMatchObject([
      { entityId: first.entityId, amount: 5n },
      { entityId: debtor.entityId, amount: 25n },
      { entityId: creditors[1]?.entityId, amount: 20n },
      { entityId: debtor.entityId, amount: 5n },
    ])
    expect(await books()).toMatchObject({ outstanding: 0n, open: [], reserve: 5n, spendable: 5n })
    // Debts are numbered on.
    expect((await judge(first, 6n, 1)).filter(({ type }) => type === 'debt_created')).toMatchObject([
      { debtId: 3, amount: 1n },
    ])
  })

  it('pays four debts at a time; anybody may have the rest paid', async () => {
    const { receive, books, send } = await openIndebted([1n, 2n, 3n, 4n, 5n, 6n])
    await receive(18n)
    expect(await books()).toMatchObject({
      outstanding: 11n,
      reserve: 8n,
      spendable: 0n,
      open: [
        [5, 4, 5n],
        [6, 5, 6n],
      ],
    })
    const enforce = async (limit: number) => owed(eventsOf(await send('enforceDebts', debtor.entityId, TUSD, limit)))
    expect(await enforce(0)).toEqual([])
    expect(await enforce(1)).toEqual([[5, 4, 0n]])
    expect(await enforce(9)).toEqual([[6, 5, 3n]])
    expect(await enforce(9)).toEqual([])
    expect(await books()).toMatchObject({ outstanding: 3n, reserve: 0n, open: [[6, 5, 3n]] })
  })

  it('pays a creditor that owes, too, into its reserve, from where its own creditors take it', async () => {
    const { receive, chain, send, reserveOf, depository, at, submit } = await openIndebted([30n])
    const [first, second] = creditors
    if (first === undefined || second === undefined) throw new Error('two creditors')
    // The first creditor owes the second 50.
    const [left, right] = first.entityId < second.entityId ? [first, second] : [second, first]
    const body = bodyOf({ tokens: [tokenProof(TUSD, first === left ? -50n : 50n)] })
    const start = pairOf(chain.terms, left, right).start(second, { nonce: 5, body })
    at(50_000)
    eventsOf(await submit(second, { disputeStarts: [start] }))
    at(60_000)
    eventsOf(await send('finalize', left.entityId, right.entityId, body))
    await receive(30n)
    expect([await reserveOf(first), await reserveOf(second)]).toEqual([30n, 0n])
    expect(await depository.call('spendableOf', first.entityId, TUSD)).toEqual([0n])
    eventsOf(await send('enforceDebts', first.entityId, TUSD, 1))
    expect([await reserveOf(first), await reserveOf(second)]).toEqual([0n, 30n])
  })
})

it('a reserve that debts claim cannot be spent in any way', async () => {
  const { receive, submit, books } = await openIndebted([1n, 1n, 1n, 1n, 10n])
  await receive(20n)
  const before = await books()
  expect(before).toMatchObject({ reserve: 16n, spendable: 6n })
  const to = creditors[0] ?? debtor
  const batches = [
    { reserveToReserve: [{ to: to.entityId, tokenId: TUSD, amount: 7n }] },
    { reserveToCollateral: [{ counterparty: to.entityId, tokenId: TUSD, amount: 7n, epoch: 1 }] },
    { withdrawals: [{ to: to.address, tokenId: TUSD, amount: 7n }] },
  ]
  for (const batch of batches)
    expect(await submit(debtor, batch)).toMatchObject({
      reason: { name: 'ReserveInsufficient', params: { available: 6n, needed: 7n } },
    })
  expect(await books()).toEqual(before)
  eventsOf(await submit(debtor, { withdrawals: [{ to: to.address, tokenId: TUSD, amount: 6n }] }))
  expect(await books()).toMatchObject({ reserve: 10n, spendable: 0n })
})
