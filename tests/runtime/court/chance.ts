/**
 * A court world by lot: payments, settlements, deposits, disputes with new and old proofs, accounts opened again, among
 * runtimes that sleep, are cut off, and are told things in any order. Then all wake up, and everything has to come to an
 * end in which everybody has exactly what it began with, plus what it was paid, less what it paid.
 *
 * Contract: one seed gives one story. Nobody sleeps for longer than a court waits; whoever does may lose by it.
 */
import { expect } from 'vitest'
import { bestProof, type HeldProof } from '../../../runtime/account/seal.ts'
import type { EntityTx } from '../../../runtime/entity/types.ts'
import type { EntityId } from '../../../runtime/lib/units.ts'
import { createRandom, type Random } from '../../simulation/random.ts'
import { TUSD, usd } from '../../support/world.ts'
import { startWith } from './cheats.ts'
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
import { POLICY } from './locks.ts'
import { expectQuiet } from './quiet.ts'
import { diffsFor } from './settlements.ts'

const NAMES = ['hub', ...USERS] as const
const STEPS = 60
const LONGEST_SLEEP = WINDOW - 600
/** Accounts are judged, and locks have ended, long before this. */
const LONG = 2 * 86_400

type OldProof = { readonly cheat: string; readonly victim: string; readonly epoch: number; readonly proof: HeldProof }
type Story = {
  readonly court: Court
  readonly random: Random
  /** What was done, for whoever looks for the reason. */
  readonly told: string[]
  /** Seconds that passed since somebody fell asleep. */
  readonly asleep: Map<string, number>
  /** Neither heard nor told anything. */
  readonly cut: Set<string>
  /** Told everything, and not heard. */
  readonly muted: Set<string>
  readonly old: OldProof[]
}
/** How often each thing happened. */
export type Counts = { readonly [what: string]: number }

const amountOf = ({ random }: Story): bigint => usd(random.pick([1, 5, 5, 20, 20, 60, 150, 400]))
const peerOf = ({ random }: Story, name: string): string => (name === 'hub' ? random.pick(USERS) : 'hub')
const awake = ({ asleep }: Story): readonly string[] => NAMES.filter((name) => !asleep.has(name))

const command = async ({ court, told }: Story, name: string, tx: EntityTx): Promise<void> => {
  const outcome = court.of(name).run(name, tx)
  told.push(`${name} ${tx.type}: ${outcome.type === 'applied' ? 'done' : outcome.rejection.type}`)
  await court.pump()
}
const wake = async (story: Story, name: string): Promise<void> => {
  story.told.push(`${name} wakes up`)
  story.asleep.delete(name)
  await story.court.wake(name)
}
const mend = async (story: Story, name: string): Promise<void> => {
  story.told.push(`${name} is heard again`)
  story.cut.delete(name)
  story.muted.delete(name)
  await story.court.mend(name)
}
const pass = async (story: Story, seconds: number): Promise<void> => {
  for (const [name, since] of story.asleep)
    if (since + seconds > LONGEST_SLEEP) await wake(story, name)
    else story.asleep.set(name, since + seconds)
  story.told.push(`${seconds} seconds pass`)
  await story.court.pass(seconds)
}

const mute = ({ told, muted }: Story, name: string): void => {
  told.push(`${name} is not heard`)
  muted.add(name)
}
const sue = (story: Story, name: string, peer: string): Promise<void> =>
  command(story, name, { type: 'dispute_start', counterparty: story.court.id(peer) })

const openAgain = async (story: Story, name: string, peer: string): Promise<void> => {
  const { court } = story
  const grants = (by: string): bigint => (by === 'hub' ? CREDIT : TRUST)
  const opening = {
    type: 'open_account',
    counterparty: court.id(peer),
    tokenId: TUSD,
    creditLimit: grants(name),
  } as const
  await command(story, name, opening)
  await command(story, peer, {
    type: 'set_credit_limit',
    counterparty: court.id(name),
    tokenId: TUSD,
    limit: grants(peer),
  })
}
const payThrough = async (story: Story): Promise<void> => {
  const { court, random, asleep } = story
  const [payer, payee] = random.chance(0.5) ? (['alice', 'rita'] as const) : (['rita', 'alice'] as const)
  if (asleep.has(payer) || asleep.has(payee)) return
  const amount = amountOf(story)
  const invoice = court.of(payee).invoice(payee, amount)
  // Its answer, which tells the preimage, may have to wait, perhaps for a court.
  const isMute = random.chance(0.4)
  if (isMute) mute(story, payee)
  await command(story, payer, court.of(payer).pay(payee, amount, { invoice }))
  if (!isMute || random.chance(0.5)) return
  const [plaintiff, accused] = random.chance(0.5) ? [payee, 'hub'] : ['hub', payee]
  if (!asleep.has(plaintiff)) await sue(story, plaintiff, accused)
}
const settle = (story: Story, name: string, peer: string): Promise<void> => {
  const { court, random } = story
  const own = random.pick([-1n, 0n, 1n, 1n]) * amountOf(story)
  const hubs = random.pick([-1n, 0n, 0n, 1n]) * amountOf(story)
  const diffs = diffsFor(court, name === 'hub' ? peer : name, own, hubs)
  return command(story, name, { type: 'settle', counterparty: court.id(peer), diffs })
}
/** Behind the back of its own runtime. */
const cheat = async (story: Story): Promise<void> => {
  const { court, random, old, told } = story
  const chosen = random.pick(old)
  const { cheat: name, victim: counterparty, proof, epoch } = chosen
  const isFree = court.of(name).state(name).batch.inFlight === null
  if (!isFree || story.asleep.has(name) || court.account(name, counterparty).state.terms.epoch !== epoch) return
  const { type } = await startWith(court, { name, counterparty }, proof)
  told.push(`${name} shows an old proof against ${counterparty}: ${type}`)
  await court.pump()
}

type Op = { readonly weight: number; readonly run: (story: Story, name: string, peer: string) => Promise<void> }
const OPS: readonly Op[] = [
  {
    weight: 20,
    run: (story, name, peer) => {
      const paid = { tokenId: TUSD, amount: amountOf(story), memo: '' }
      return command(story, name, { type: 'direct_payment', counterparty: story.court.id(peer), ...paid })
    },
  },
  { weight: 18, run: payThrough },
  { weight: 14, run: settle },
  {
    weight: 4,
    run: (story, name, peer) => {
      const type = story.random.pick(['settle_approve', 'settle_reject'] as const)
      return command(story, name, { type, counterparty: story.court.id(peer) })
    },
  },
  {
    weight: 3,
    run: sue,
  },
  {
    weight: 6,
    run: (story, name, peer) => {
      const put = { tokenId: TUSD, amount: amountOf(story) }
      return command(story, name, { type: 'reserve_to_collateral', counterparty: story.court.id(peer), ...put })
    },
  },
  {
    weight: 6,
    run: async (story, name) => {
      if (awake(story).length === 1) return
      story.told.push(`${name} falls asleep`)
      story.asleep.set(name, 0)
      story.court.sleep(name)
    },
  },
  {
    weight: 5,
    run: async (story) => {
      const [first] = story.asleep.keys()
      if (first !== undefined) await wake(story, first)
    },
  },
  {
    weight: 3,
    run: async (story, name) => {
      story.told.push(`${name} is cut off`)
      story.cut.add(name)
      story.court.cut(name)
    },
  },
  {
    weight: 5,
    run: async (story, name) => mute(story, name),
  },
  {
    weight: 5,
    run: async (story) => {
      const [first] = [...story.cut, ...story.muted]
      if (first !== undefined) await mend(story, first)
    },
  },
  { weight: 9, run: (story) => pass(story, story.random.pick([5, 60, 400, 1_200, 2_900])) },
  { weight: 3, run: (story) => (story.old.length === 0 ? Promise.resolve() : cheat(story)) },
]

const drawOp = (random: Random): Op => {
  let left = random.fraction() * OPS.reduce((sum, { weight }) => sum + weight, 0)
  for (const op of OPS) {
    left -= op.weight
    if (left < 0) return op
  }
  return OPS[0] as Op
}

const keepProofs = ({ court, random, old }: Story): void => {
  for (const user of USERS)
    for (const [name, victim] of [
      [user, 'hub'],
      ['hub', user],
    ] as const) {
      const account = court.account(name, victim)
      const proof = bestProof(account)
      if (proof !== null && random.chance(0.05))
        old.push({ cheat: name, victim, proof, epoch: account.state.terms.epoch })
    }
}

const step = async (story: Story): Promise<void> => {
  const { random, court } = story
  keepProofs(story)
  const name = random.pick(awake(story))
  const peer = peerOf(story, name)
  if (court.status(name, peer) === 'closed' && random.chance(0.6)) return openAgain(story, name, peer)
  return drawOp(random).run(story, name, peer)
}

/** What an entity was paid and has paid, by what its own runtime says. */
const earned = (court: Court, name: string): bigint => {
  let sum = 0n
  for (const { step: tick } of court.of(name).history)
    for (const { event } of tick.events) {
      if (event.type === 'payment_sent') sum -= event.payment.amount + event.payment.fee
      if (event.type === 'payment_received') sum += event.amount
      if (event.type === 'payment_forwarded') sum += event.fee
      if (event.type !== 'account' || event.event.type !== 'paid') continue
      sum += event.event.byLeft === event.isLeft ? -event.event.amount : event.event.amount
    }
  return sum
}

/** In reserve, in accounts, and what is owed to it, less what it owes. */
const wealth = async (court: Court, name: string): Promise<bigint> => {
  const book = await court.book()
  const id: EntityId = court.id(name)
  let sum = book.reserve(id, TUSD)
  for (const { debtor, creditor, amount } of book.debts) sum += creditor === id ? amount : debtor === id ? -amount : 0n
  for (const { state, isLeft } of court.of(name).state(name).accounts.values())
    for (const { collateral, ondelta, offdelta } of state.deltas.values())
      sum += isLeft ? ondelta + offdelta : collateral - ondelta - offdelta
  return sum
}

/** What LEFT proposed too late stands in the way of everything after it: a court ends it. */
const sueTheLate = async (story: Story): Promise<void> => {
  const { court, told } = story
  for (const user of USERS)
    for (const [name, peer] of [
      [user, 'hub'],
      ['hub', user],
    ] as const) {
      const { pending, status } = court.account(name, peer)
      if (pending === null || status.type !== 'open') continue
      told.push(`a proposal of ${name} came too late`)
      await sue(story, peer, name)
    }
}

const end = async (story: Story): Promise<void> => {
  const { court } = story
  court.intercept(null)
  for (const name of [...story.asleep.keys()]) await wake(story, name)
  for (const name of [...story.cut, ...story.muted]) await mend(story, name)
  await pass(story, 2 * WINDOW)
  await sueTheLate(story)
  for (const seconds of [2 * WINDOW, LONG]) await pass(story, seconds)
  await expectQuiet(court)
  for (const name of NAMES) {
    const stale = court.events(name, 'dispute_finalized').filter(({ isStale }) => isStale)
    expect(stale, `judged against ${name} by an old proof`).toEqual([])
    const before = name === 'hub' ? HUB_RESERVE : RESERVE + COLLATERAL
    expect((await wealth(court, name)) - before, `what ${name} has gained`).toBe(earned(court, name))
  }
}

const countsOf = ({ court, told }: Story): Counts => {
  const of = (type: Parameters<Court['events']>[1]): number =>
    NAMES.reduce((sum, name) => sum + court.events(name, type).length, 0)
  const settled = NAMES.flatMap((name) => court.events(name, 'account')).filter(
    ({ event }) => event.type === 'settlement_ended' && event.isDone,
  )
  return {
    'payments received': of('payment_received'),
    'settlements done': settled.length,
    'disputes judged': of('dispute_finalized'),
    'old proofs shown': told.filter((line) => line.includes('an old proof') && line.endsWith('included')).length,
    'old proofs answered': of('dispute_countered'),
    'preimages revealed': of('preimage_revealed'),
    'accounts opened again': told.filter((line) => line.endsWith('open_account: done')).length,
  }
}

/** @param isShuffled Messages wait for as long as they like, and overtake each other. */
export const tellStory = async (open: OpenChain, seed: number, isShuffled: boolean): Promise<Counts> => {
  const court = await openCourt(open, { users: USERS, policy: POLICY })
  const random = createRandom(seed, 'court')
  const [cut, muted] = [new Set<string>(), new Set<string>()]
  const story: Story = { court, random, told: [], asleep: new Map(), cut, muted, old: [] }
  const isMuted = (from: EntityId): boolean => [...muted].some((name) => court.id(name) === from)
  try {
    court.intercept(({ from }) => (isMuted(from) || (isShuffled && random.chance(0.35)) ? 'held' : 'delivered'))
    for (let at = 0; at < STEPS; at++) await step(story)
    await end(story)
  } catch (error) {
    process.stdout.write(`court by lot, seed ${seed}:\n${story.told.join('\n')}\n`)
    throw error
  }
  return countsOf(story)
}
