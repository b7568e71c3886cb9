/** How every story has to end: nobody waits for anything, nobody believes what is not so, and no money is gone. */
import { expect } from 'vitest'
import { EMPTY_BATCH } from '../../../runtime/jurisdiction/types.ts'
import { toHex } from '../../../runtime/lib/bytes.ts'
import { keysOf } from '../../support/signer.ts'
import { TUSD, type World } from '../../support/world.ts'
import { COLLATERAL, type Court, HUB_RESERVE, RESERVE } from './court-world.ts'

/** What an entity still waits for, or means to do. */
const unfinished = (world: World, name: string) => {
  const { calls, deadlines, batch, lockBook, payments, wakes } = world.state(name)
  const timers = [...wakes.values()].map(({ kind }) => kind)
  return {
    calls: [...calls.keys()],
    deadlines: [...deadlines.keys()],
    batch: { draft: batch.draft, inFlight: batch.inFlight },
    lockBook: lockBook.size,
    payments: payments.size,
    timers: timers.filter((kind) => kind !== 'invoice_expiry' && kind !== 'paid_expiry'),
    outbox: world.env().outbox.size,
    queue: world.env().queue.length,
  }
}
const FINISHED = {
  calls: [],
  deadlines: [],
  batch: { draft: EMPTY_BATCH, inFlight: null },
  lockBook: 0,
  payments: 0,
  timers: [],
  outbox: 0,
  queue: 0,
}

/** Nothing is pending, held or half agreed; the two sides of an account agree, with each other and with the chain. */
export const expectQuiet = async (court: Court): Promise<void> => {
  // Whatever looks again after a while finds nothing.
  await court.pass(60)
  const book = await court.book()
  for (const name of court.names) {
    const world = court.of(name)
    expect(unfinished(world, name), name).toEqual(FINISHED)
    for (const [tokenKey, amount] of world.state(name).reserves.entries())
      expect(amount, `reserve of ${name}`).toBe(book.reserve(court.id(name), Number.parseInt(tokenKey, 16) as never))
    for (const [id, account] of world.state(name).accounts.entries()) {
      const other = court.names.find((one) => keysOf(one).entityId === id) ?? id
      const { state, pending, mempool, seals } = account
      const between = `${name} with ${other}`
      expect([pending, mempool, seals, state.settlement, state.locks.size], between).toEqual([null, [], null, null, 0])
      expect([state.leftClaims, state.rightClaims], between).toEqual([[], []])
      for (const delta of state.deltas.values()) {
        expect([delta.leftHold, delta.rightHold], between).toEqual([0n, 0n])
        expect(delta.collateral, between).toBe(book.collateral(court.id(name), court.id(other), delta.tokenId))
      }
      const twin = court.account(other, name)
      expect([toHex(state.frameHash), account.status.type], between).toEqual([
        toHex(twin.state.frameHash),
        twin.status.type,
      ])
      expect(state.terms.epoch, between).toBe(book.epoch(court.id(name), court.id(other)))
    }
  }
}

/** The exact reserves of these, by the chain's word; and whatever was put into the court world is still there. */
export const expectReserves = async (
  court: Court,
  wanted: { readonly [name: string]: bigint },
  hubReserve = HUB_RESERVE,
): Promise<void> => {
  const book = await court.book()
  const found = Object.keys(wanted).map((name) => [name, book.reserve(court.id(name), TUSD)])
  expect(Object.fromEntries(found)).toEqual(wanted)
  expect(book.held(TUSD), 'all there is').toBe(hubReserve + BigInt(court.names.length - 1) * (RESERVE + COLLATERAL))
}
