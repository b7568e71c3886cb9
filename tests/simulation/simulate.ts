/**
 * One simulated run: a fault phase, a heal phase that must drain everything, one payment each way, and everything that
 * was ever sent delivered once more to no effect. A run is a function of its seed: the same seed gives the same
 * transcript, byte for byte.
 */
import { lockKey } from '../../runtime/account/keys.ts'
import type { Invoice } from '../../runtime/entity/types.ts'
import type { JAdapter } from '../../runtime/jadapter/types.ts'
import { toHex } from '../../runtime/lib/bytes.ts'
import type { Clock, StoreRow } from '../../runtime/ports.ts'
import { rebuild } from '../../runtime/recover.ts'
import { createMemoryDisk, memoryStore } from '../../runtime/storage/memory.ts'
import { walKey } from '../../runtime/storage/wal.ts'
import type { Env } from '../../runtime/types.ts'
import { createSimDisk } from '../support/sim-disk.ts'
import { chainReplica, createSimChain, type SimChain } from './chain.ts'
import { createEventQueue } from './event-queue.ts'
import { heal, startFaults } from './faults.ts'
import type { LedgerEnd } from './ledger.ts'
import { deliverLater } from './network.ts'
import { boot } from './process.ts'
import { createRandom } from './random.ts'
import { hold, Violation } from './violation.ts'
import { sameRows, watchPublished } from './watch.ts'
import { burst, isAnswered, payTx, startWork, TOKEN, wish, wishInvoice } from './workload.ts'
import {
  type Actor,
  actor,
  type Cast,
  count,
  fail,
  newTranscript,
  note,
  type Options,
  ROLES,
  type Role,
  speaker,
  type World,
} from './world.ts'

export type RunOptions = {
  /** Events of the fault phase, timers not counted. */
  readonly events: number
  readonly casts: readonly Cast[]
  /** Another chain than the simulated one, which only some seeds have. */
  readonly openChain?: (clock: Clock) => Promise<JAdapter>
}
export type Run = {
  readonly seed: number
  /** All events, those of the heal phase included. */
  readonly events: number
  readonly frames: number
  readonly transcript: string
  readonly counters: ReadonlyMap<string, number>
}

/** A run that broke a rule; the message holds the command that repeats it. */
export class SimulationFailure extends Error {
  override readonly name = 'SimulationFailure'
  readonly rule: string
  constructor({ seed, event }: { seed: number; event: number }, options: { cause: unknown }) {
    const { cause } = options
    const replay = `SIM_SEED=${seed} npx vitest run tests/simulation/simulation.test.ts`
    super(
      `seed ${seed}, event ${event}: ${cause instanceof Error ? cause.message : cause}\n  replay: ${replay}`,
      options,
    )
    this.rule = cause instanceof Violation ? cause.rule : 'no rule'
  }
}

const START_MS = Date.UTC(2026, 0, 1)
const HEAL_EVENTS = 5_000
/** Whoever waits for one that sleeps asks every second: three hours of it, by two. */
const NIGHT_TIMERS = 30_000

const createActor = (seed: number, role: Role, cast: Cast): Actor => {
  const player = cast.players.get(role)
  if (player === undefined) throw new Error(`nobody plays ${role}`)
  const disk = createSimDisk()
  return {
    role,
    player,
    entropy: createRandom(seed, `entropy of ${role}`),
    slot: { mark: null },
    disk,
    trueDisk: disk,
    backup: null,
    clockOffsetMs: 0,
    processes: [],
    claimedEpoch: 0,
    claimedBy: 0,
    route: 'both',
    boots: 0,
    isComing: false,
    sleepsUntilMs: 0,
    published: null,
    history: null,
    roots: new Map(),
    wants: [],
  }
}

type Simulated = World & { readonly simChain: SimChain | null }

const createWorld = async (seed: number, { casts, openChain }: RunOptions): Promise<Simulated> => {
  const random = createRandom(seed, 'options')
  const cast = random.pick(casts)
  const options: Options = {
    hasChain: random.chance(0.6) || openChain !== undefined,
    tiers: {
      diffInterval: random.between(2, 20),
      snapshotInterval: random.between(10, 60),
      retention: { frames: random.pick([20, 80, 1_000_000]), fineFrames: 20, coarseFrames: 10 },
    },
    hasThirdAccount: random.chance(0.25),
    paceMs: random.pick([60, 200, 900]),
  }
  const queue = createEventQueue(START_MS)
  const simChain = options.hasChain && openChain === undefined ? createSimChain(queue.now) : null
  const chain = openChain === undefined ? simChain : await openChain(queue)
  return {
    seed,
    options,
    queue,
    cast,
    actors: new Map(ROLES.map((role) => [role, createActor(seed, role, cast)])),
    jReplica: chain?.genesis ?? chainReplica(START_MS / 1_000),
    chain,
    simChain,
    random: {
      network: createRandom(seed, 'network'),
      disk: createRandom(seed, 'disk'),
      faults: createRandom(seed, 'faults'),
      work: createRandom(seed, 'work'),
    },
    faults: {
      drop: random.pick([0, 0.02, 0.1]),
      duplicate: random.pick([0, 0.05, 0.2]),
      reorder: random.pick([0, 0.1, 0.4]),
      delay: random.pick([0, 0.01, 0.05]),
    },
    links: new Map(),
    inFlight: 0,
    sent: [],
    counters: new Map(),
    ledgers: new Map(),
    slots: new Map(),
    proofs: new Map(),
    owed: new Set(),
    payments: new Map(),
    ownLocks: new Set(),
    invoices: [],
    failure: null,
    transcript: newTranscript(),
    events: 0,
    isHealing: false,
  }
}

/** Lets every promise there is settle: all of them are answered by microtasks, so one turn of the loop is all of them. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** One event and everything that follows from it, then the rules. */
const turn = async (world: World): Promise<void> => {
  const label = world.queue.step()
  if (label === null) throw new Violation('9-drain', 'nothing will ever happen again')
  await settle()
  if (!label.endsWith('timer')) world.events++
  note(world, world.queue.now(), label)
  try {
    for (const one of world.actors.values()) for (const process of one.processes) watchPublished(world, process)
  } catch (error) {
    fail(world, error)
  }
  if (world.failure !== null) throw world.failure
}

const stateOf = (one: Actor) => one.published?.eReplicas.get(one.player.entityId)?.state

/** What keeps this actor from being done, in words; null when it is. */
const unrest = (one: Actor): string | null => {
  const env = one.published
  const state = stateOf(one)
  if (speaker(one) === undefined || env === null || state === undefined) return 'is not running'
  if (!isAnswered(one))
    return `has not answered ${one.wants.filter((want) => want.answer === null && !want.isRefused).map(({ commandId }) => commandId)}`
  if (env.outbox.size > 0) return `has ${env.outbox.size} messages in its outbox`
  if (env.queue.length > 0) return 'has messages queued'
  for (const [id, { pending, mempool, state: agreed }] of state.accounts.entries()) {
    if (pending !== null) return `has proposed ${pending.frame.height} to ${id} and is not answered`
    if (mempool.length > 0) return `has ${mempool.length} transactions queued for ${id}`
    if (agreed.locks.size > 0) return `has ${agreed.locks.size} locks open with ${id}`
    if (agreed.settlement !== null) return `settles with ${id}`
  }
  if (state.payments.size > 0) return `has ${state.payments.size} payments on their way`
  if (state.lockBook.size > 0) return `has ${state.lockBook.size} routes without a lock`
  if (state.batch.inFlight !== null) return 'waits for the chain'
  return null
}

const drain = async (world: World, what: string): Promise<void> => {
  const deadline = world.events + HEAL_EVENTS
  const timers = { left: NIGHT_TIMERS }
  const first = () => {
    if (world.inFlight > 0) return 'the network carries parcels'
    for (const one of world.actors.values()) {
      const reason = unrest(one)
      if (reason !== null) return `${one.role} ${reason}`
    }
    return null
  }
  for (let reason = first(); reason !== null; reason = first()) {
    hold(world.events < deadline && timers.left-- > 0, '9-drain', () => `${what}: ${reason}`)
    await turn(world)
  }
}

/** Does something as an event of its own, so that what follows from it follows now. */
const act = async (world: World, run: () => void): Promise<void> => {
  let isDone = false
  world.queue.after(0, 'an order', () => {
    run()
    isDone = true
  })
  while (!isDone) await turn(world)
}

/** In a runtime with nothing else to do, one command after another is answered at once, however soon it comes. */
const askIdly = async (world: World): Promise<void> => {
  const startMs = world.queue.now()
  await act(world, () => ROLES.map((role) => burst(world, role, 8)))
  await drain(world, 'idle clients')
  const tookMs = world.queue.now() - startMs
  hold(tookMs < 10_000, '9-drain', () => `an idle runtime answered after ${tookMs} ms`)
}

/** Credit for everybody, as far as there are accounts. */
const trustAll = (world: World): void => {
  for (const role of ROLES)
    for (const other of ROLES) {
      const counterparty = actor(world, other).player.entityId
      if (!stateOf(actor(world, role))?.accounts.has(counterparty)) continue
      wish(world, role, { type: 'set_credit_limit', counterparty, tokenId: TOKEN, limit: 10_000_000n })
    }
}

/** One payment each way, each of which must arrive, once. */
const payEachWay = async (world: World): Promise<void> => {
  await act(world, () => trustAll(world))
  await drain(world, 'after the credit')
  for (const [payer, payee] of [
    ['alice', 'bob'],
    ['bob', 'alice'],
  ] as const) {
    const expirySeconds = Math.floor((stateOf(actor(world, payee))?.timestampMs ?? 0) / 1_000) + 7 * 3_600
    let lock = ''
    const payIt = (invoice: Invoice) => {
      lock = lockKey({ hashlock: invoice.terms.hashlock, part: 0 })
      wish(world, payer, payTx(world, payee, 7n, invoice))
    }
    await act(world, () => wishInvoice(world, payee, { amount: 7n, expirySeconds }, payIt))
    await drain(world, `the payment of ${payer}`)
    const arrived = [...world.ledgers.values()].filter(
      ({ name, ends }) => name.includes(payee) && paidAmount(ends.get(lock) ?? []) === 7n,
    )
    hold(arrived.length === 1, '9-drain', () => `the payment of ${payer} to ${payee} arrived ${arrived.length} times`)
  }
}

/** What the hub was paid, or pays, for a lock in one of its accounts; null when the lock came to nothing. */
const paidAmount = (ends: readonly LedgerEnd[]): bigint | null =>
  ends.find(({ preimage }) => preimage !== null)?.lock.amount ?? null

/** Rule 1 over the whole run: what went through the hub came out of it, less a fee of at least what it asks for. */
const checkHub = (world: World): void => {
  const hubId = actor(world, 'hub').player.entityId
  const incoming = new Map<string, bigint | null>()
  const outgoing = new Map<string, bigint | null>()
  for (const [pair, { ends }] of world.ledgers) {
    if (!pair.includes(hubId)) continue
    for (const [key, list] of ends) {
      const isOut = list[0]?.lock.byLeft === pair.startsWith(hubId)
      if (!world.ownLocks.has(`hub/${key}`)) (isOut ? outgoing : incoming).set(key, paidAmount(list))
    }
  }
  for (const [key, out] of outgoing) {
    const came = incoming.get(key) ?? null
    hold((came === null) === (out === null), '1-conservation', () => `lock ${key}: ${came} came in and ${out} went out`)
    if (came === null || out === null) continue
    const fee = 1n + (out * 2_000n + 999_999n) / 1_000_000n
    hold(came - out >= fee, '1-conservation', () => `the hub forwarded ${key} for ${came - out}`)
  }
}

/** Rule 1 on the chain, and that both sides of every account have heard of what is there. */
const checkChain = (world: Simulated): void => {
  const { simChain } = world
  if (simChain === null) return
  const { held, minted } = simChain.holdings(TOKEN)
  hold(held === minted, '1-conservation', () => `the chain holds ${held} of ${minted}`)
  for (const [pair, { positions, settled, name }] of world.ledgers) {
    const [left = '', right = ''] = pair.split('/')
    const there = simChain.pair(left, right, TOKEN)
    const here = positions.get(TOKEN) ?? { collateral: 0n, ondelta: 0n }
    const isSame = there.collateral === here.collateral && there.ondelta === here.ondelta
    hold(isSame, '1-conservation', () => `${name}: ${there.collateral} on chain, ${here.collateral} agreed`)
    for (let i = settled.done; i > 0; i--) count(world, 'settlement done')
    for (let i = settled.givenUp; i > 0; i--) count(world, 'settlement given up')
  }
}

/** The log, and what it goes on from: nothing, or the oldest full where the log before it is no longer kept. */
const logOnly = (rows: ReadonlyMap<string, Uint8Array>): readonly StoreRow[] => {
  const oldest = rows.has(walKey(1))
    ? undefined
    : [...rows.keys()].filter((key) => /^ckpt\/\d+\/f$/.test(key)).sort()[0]
  const isKept = (key: string): boolean =>
    !/^(fkv|dkv|ckpt|half)\//.test(key) ||
    key === oldest ||
    (oldest !== undefined && key.startsWith(`fkv/${oldest.slice('ckpt/'.length, -1)}`))
  return [...rows].filter(([key]) => isKept(key)).map(([key, value]) => ({ key, value }))
}

/** Rule 5, the long way: the whole log leads to the live state. */
const checkReplay = async (one: Actor): Promise<void> => {
  const disk = createMemoryDisk()
  const store = memoryStore(disk)
  const epoch = await store.claimEpoch()
  await store.commit({ epoch, puts: logOnly(one.trueDisk.durableRows()), deletes: [] })
  const replayed = await rebuild({ store, runtimeId: one.role, name: one.role })
  hold(replayed.damage === null, '5-replay', () => `${one.role}: ${JSON.stringify(replayed.damage)}`)
  sameRows(replayed.env, one.published as Env, one.role)
}

/** Rule 9: the network remembers everything and delivers it once more; no account moves. */
const deliverAgain = async (world: World): Promise<void> => {
  const rootsBefore = ROLES.map((role) => toHex(stateOf(actor(world, role))?.accounts.root() ?? new Uint8Array()))
  const old = [...world.sent]
  for (let i = 0; i < 60 && old.length > 0; i++)
    deliverLater(world, world.random.network.pick(old), world.random.network.between(0, 500))
  await drain(world, 'after everything was delivered again')
  ROLES.forEach((role, i) => {
    const root = toHex(stateOf(actor(world, role))?.accounts.root() ?? new Uint8Array())
    hold(root === rootsBefore[i], '9-drain', () => `${role} was moved by a message that had been delivered before`)
  })
}

const framesOf = (world: World): number => [...world.ledgers.values()].reduce((sum, { height }) => sum + height, 0)

/** @throws SimulationFailure. */
export const simulate = async (seed: number, options: RunOptions): Promise<Run> => {
  const { events } = options
  const world = await createWorld(seed, options)
  try {
    for (const one of world.actors.values()) boot(world, one)
    startWork(world)
    startFaults(world)
    while (world.events < events) await turn(world)
    heal(world)
    await drain(world, 'after the faults')
    await askIdly(world)
    await payEachWay(world)
    checkHub(world)
    checkChain(world)
    // One actor of one seed in two: it costs as much as the run itself.
    if (seed % 2 === 0) await checkReplay(actor(world, ROLES[seed % ROLES.length] as Role))
    await deliverAgain(world)
  } catch (error) {
    throw new SimulationFailure({ seed, event: world.events }, { cause: error })
  }
  return {
    seed,
    events: world.events,
    frames: framesOf(world),
    transcript: world.transcript.digest('hex'),
    counters: world.counters,
  }
}
