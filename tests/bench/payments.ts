/**
 * Payments through the real runtime beside their skeleton: the signatures and recoveries that two-sided frames cannot
 * do without, and as many durable writes of the same bytes. Runs in Node and in a page, which differ in their ground.
 *
 * One direct payment is one frame: 2 signatures, 2 recoveries. One payment through a hub is four (a lock and its
 * resolution on each side of the hub): 8 and 8. Ten submitted together share their frames, and so does their skeleton.
 * Invoices and sealed envelopes are extra, and in ours alone.
 */
import { utf8 } from '../../runtime/lib/bytes.ts'
import { taggedHash } from '../../runtime/lib/hash.ts'
import { recoverAddress, sign } from '../../runtime/lib/secp.ts'
import type { Store, StoreRow } from '../../runtime/ports.ts'
import { keysOf } from '../support/signer.ts'
import { type Counts, type Economy, openEconomy } from './economy.ts'
import { compare, type Result, timed } from './measure.ts'

/** Where bytes become durable. */
export type Ground = {
  readonly name: string
  /** What the runtime gets: the real port, empty. */
  readonly openStore: () => Promise<Store>
  /** What the skeleton gets: one durable write of some rows, and nothing else. */
  readonly openWrites: () => Promise<{
    readonly write: (rows: readonly StoreRow[]) => Promise<void>
    readonly close: () => Promise<void>
  }>
}

type Payment = {
  readonly name: string
  /** Two signatures and two recoveries each. */
  readonly frames: number
  readonly payments: number
  /** How often a reading does it. */
  readonly times: number
  readonly pay: (economy: Economy) => Promise<void>
}

const PAYMENTS: readonly Payment[] = [
  { name: 'direct payment', frames: 1, payments: 1, times: 16, pay: (economy) => economy.payDirectly() },
  { name: 'payment through a hub', frames: 4, payments: 1, times: 4, pay: (economy) => economy.payPeer(1) },
  {
    name: 'payment through a hub, ten at once',
    frames: 4,
    payments: 10,
    times: 3,
    pay: (economy) => economy.payPeer(10),
  },
]
const WARM_UP = 4

const { secret } = keysOf('own0')

/** One signature and one recovery on each side of a frame. */
const signBothSides = (frame: number): void => {
  for (const side of ['left', 'right']) {
    const digest = taggedHash('bench-frame', utf8(`${frame}${side}`))
    if (recoverAddress(digest, sign(secret, digest)) === null) throw new Error('a signature that nobody made')
  }
}

const perPayment = (after: Counts, before: Counts, payments: number) => ({
  ticks: (after.ticks - before.ticks) / payments,
  frames: (after.frames - before.frames) / payments,
  signatures: (after.signatures - before.signatures) / payments,
  boxesOpened: (after.boxesOpened - before.boxesOpened) / payments,
  writes: (after.writes - before.writes) / payments,
  bytes: (after.bytes - before.bytes) / payments,
})

const measure = async (ground: Ground, payment: Payment): Promise<Result> => {
  const { frames, payments, times, pay } = payment
  const economy = await openEconomy(await ground.openStore())
  const writes = await ground.openWrites()
  const firstCall = await timed(payments, () => pay(economy))
  for (let i = 0; i < WARM_UP; i++) await pay(economy)
  const before = economy.counts()
  const commits = await economy.record(() => pay(economy))
  const figures = perPayment(economy.counts(), before, payments)

  const skeleton = async (): Promise<void> => {
    let signed = 0
    for (const [i, rows] of commits.entries()) {
      // The frames are spread over the writes, as they are in ours.
      for (; signed < ((i + 1) * frames) / commits.length; signed++) signBothSides(signed)
      await writes.write(rows)
    }
  }
  const repeatedly = (work: () => Promise<void>) => () =>
    timed(payments * times, async () => {
      for (let i = 0; i < times; i++) await work()
    })
  const contest = {
    name: `${payment.name}, ${ground.name}`,
    unit: 'ms',
    floor: repeatedly(skeleton),
    ours: repeatedly(() => pay(economy)),
    peer: null,
  }
  return compare(contest, async () => {
    const invalid = await economy.whyInvalid()
    await economy.close()
    await writes.close()
    return { firstCall, figures, invalid }
  })
}

export const measurePayments = async (ground: Ground, report: (result: Result) => void): Promise<void> => {
  for (const payment of PAYMENTS) report(await measure(ground, payment))
}
