/**
 * A court world: a chain with the real contracts, and a hub with its users, each in a runtime of its own. A runtime can
 * sleep (it hears nothing and does nothing), be cut off from the others (it still sees the chain), cheat with what it has
 * signed, and be started anew after every tick. Chain and clocks stand still until a test moves them.
 */
import type { AccountReplica } from '../../../runtime/account/types.ts'
import { callKey, pendingJTxs } from '../../../runtime/entity/calls.ts'
import type { EntityEvent } from '../../../runtime/entity/events.ts'
import type { EntityTx, HubPolicy } from '../../../runtime/entity/types.ts'
import type { JAdapter, JSubmission, TestChain } from '../../../runtime/jadapter/types.ts'
import type { JTx } from '../../../runtime/jurisdiction/types.ts'
import { present } from '../../../runtime/lib/assert.ts'
import type { Bytes } from '../../../runtime/lib/bytes.ts'
import type { EntityId } from '../../../runtime/lib/units.ts'
import { nextDueMs } from '../../../runtime/loop.ts'
import { envFromRows, envRows } from '../../../runtime/snapshot.ts'
import type { InputOutcome, OutboxEntry, RuntimeInput, RuntimeRejection } from '../../../runtime/types.ts'
import { keysOf } from '../../support/signer.ts'
import { createWorld, type PayOptions, START_MS, TUSD, usd, type World } from '../../support/world.ts'
import { type Book, createBook } from './book.ts'

/** A chain as the tests drive it, whichever adapter is under it. */
export type CourtChain = {
  readonly chain: JAdapter
  readonly faucet: Pick<TestChain, 'fund'>
  /** Waits for what the chain was asked for, making as many blocks as it takes. */
  readonly finish: <T>(work: Promise<T>) => Promise<T>
  /** The chain's newest time. */
  readonly now: () => Promise<number>
  /** Makes blocks until a final one is so much later. */
  readonly pass: (seconds: number) => Promise<void>
  readonly close: () => Promise<void>
  /** Another chain, which goes on from where this one is; null where there is no such thing. */
  readonly fork: (() => Promise<CourtChain>) | null
}
export type OpenChain = {
  readonly open: () => Promise<CourtChain>
  /** Every runtime is started anew after each of its ticks, from nothing but its rows. */
  readonly isForgetful: boolean
}

/** One that is LEFT of the hub, and one that is RIGHT of it. */
export const USERS = ['alice', 'rita'] as const
export const RESERVE = usd(1_000)
export const COLLATERAL = usd(500)
export const HUB_RESERVE = usd(10_000)
/** What the hub lends each user, and each user the hub. */
export const CREDIT = usd(200)
export const TRUST = usd(300)
/** Each side's time to answer. */
export const WINDOW = 3_600

export type CourtOptions = {
  readonly users?: readonly string[]
  readonly policy?: HubPolicy
  readonly hubReserve?: bigint
}
/** A world that has come so far, and can be gone on with from there more than once. */
type Stage = { readonly chain: CourtChain; readonly runtimes: ReadonlyMap<string, Runtime>; readonly wire: Wire }
type Wire = readonly Pick<OutboxEntry, 'from' | 'to' | 'bytes'>[]

type Runtime = {
  readonly world: World
  seen: number
  late: JTx[]
  isAwake: boolean
  isCut: boolean
  isGagged: boolean
  isBlind: boolean
}
/** A message on its way: what becomes of it. */
type Fate = 'delivered' | 'held' | 'lost'

export type Court = {
  readonly chain: CourtChain
  readonly names: readonly string[]
  readonly of: (name: string) => World
  readonly id: (name: string) => EntityId
  /** What the chain says, whatever the runtimes believe. */
  readonly book: () => Promise<Book>
  /** Messages, batches, calls and blocks among all who are awake, until nothing is left to do. */
  readonly pump: () => Promise<void>
  /** A command of `name`, and everything that follows from it. */
  readonly act: (name: string, tx: EntityTx) => Promise<InputOutcome>
  /** The same, which must not be refused. */
  readonly ok: (name: string, tx: EntityTx) => Promise<void>
  readonly refused: (name: string, tx: EntityTx) => Promise<RuntimeRejection>
  readonly sleep: (name: string) => void
  /** Its clock goes first, then the blocks it has missed. */
  readonly wake: (name: string) => Promise<void>
  readonly cut: (name: string) => void
  readonly mend: (name: string) => Promise<void>
  /** Nothing of what `name` wants reaches the chain any more: whoever speaks for it there is a cheat. */
  readonly gag: (name: string, isGagged?: boolean) => void
  /** It goes on, and no block reaches it. */
  readonly blind: (name: string, isBlind?: boolean) => void
  /** Decides over every message from now on; null delivers all. */
  readonly intercept: (fate: ((entry: OutboxEntry) => Fate) | null) => void
  /** Every message that was delivered, oldest first. */
  readonly wire: Wire
  /** Hands a message over, whoever sent it. */
  readonly hand: (entry: { readonly from: string; readonly to: string; readonly bytes: Bytes }) => InputOutcome
  readonly submit: (jTx: JTx) => Promise<JSubmission>
  /** Lets chain and clocks pass this many seconds. */
  readonly pass: (seconds: number) => Promise<void>
  readonly account: (name: string, counterparty: string) => AccountReplica
  readonly status: (name: string, counterparty: string) => string
  readonly events: <T extends EntityEvent['type']>(
    name: string,
    type: T,
  ) => readonly Extract<EntityEvent, { type: T }>[]
  readonly pay: (from: string, to: string, amount: bigint) => Promise<void>
  /** Through the hub, by an invoice of `to`. */
  readonly payThrough: (from: string, to: string, amount: bigint, more?: PayOptions) => Promise<void>
}

const failureOf = (world: World, jTx: JTx, reason: string): readonly RuntimeInput[] => {
  if (jTx.type === 'batch') return [{ type: 'batch_failed', entityId: jTx.entityId, nonce: jTx.nonce, reason }]
  const key = callKey(jTx)
  const askers = [...world.env().eReplicas.values()].filter(({ state }) => state.calls.has(key))
  return askers.map(({ entityId }) => ({ type: 'call_failed', entityId, key, reason }))
}

const startRuntime = (
  name: string,
  stage: { readonly names: readonly string[]; readonly chain: JAdapter; readonly isForgetful: boolean },
  options: CourtOptions,
  from: Runtime | undefined,
): Runtime => {
  const { names, chain, isForgetful } = stage
  const hub = { isOwn: false, ...(options.policy === undefined ? {} : { hubPolicy: options.policy }) }
  const others = names.filter((other) => other !== name).map((other) => [other, other === 'hub' ? hub : {}] as const)
  const world = createWorld({
    entities: { [name]: name === 'hub' ? hub : {} },
    elsewhere: Object.fromEntries(others),
    runtimeId: name,
    chain: chain.genesis,
    // A tick takes no time: the clocks of several runtimes stay together.
    stepMs: 0,
    ...(isForgetful ? { keep: (env) => envFromRows([...envRows(env)]) } : {}),
    ...(from === undefined ? {} : { from: from.world }),
  })
  return { world, seen: from?.seen ?? 0, late: [], isAwake: true, isCut: false, isGagged: false, isBlind: false }
}

const HEARTBEAT_SECONDS = 60

/** What a runtime has to say to its chain, and the chain to it. @returns false when that is nothing. */
const chainRound = async (runtime: Runtime, court: CourtChain, isForgetful: boolean): Promise<boolean> => {
  const { world } = runtime
  let isBusy = false
  const due = nextDueMs(world.env())
  if (due !== null && due <= world.nowMs()) isBusy = world.tick().frame !== null
  const outputs = world.history.slice(runtime.seen).map(({ step }) => step.outputs)
  runtime.seen = world.history.length
  const told = outputs.flatMap(({ jTxs }) => jTxs)
  const kept = [...world.env().eReplicas.values()].flatMap(({ state }) => pendingJTxs(state))
  const lost = told.filter((jTx) => jTx.type === 'enforce_debts')
  const jTxs = isForgetful ? [...kept, ...lost] : [...runtime.late, ...told]
  runtime.late = []
  for (const jTx of runtime.isGagged ? [] : jTxs) {
    const result = await court.finish(court.chain.submit(jTx))
    if (result.type === 'included') isBusy = true
    if (result.type === 'early') runtime.late.push(jTx)
    if (result.type !== 'reverted') continue
    world.tick(failureOf(world, jTx, result.reason.name))
    isBusy = true
  }
  if (outputs.some(({ observe }) => observe.length > 0))
    await court.finish(court.chain.observe(Math.floor(world.nowMs() / 1_000)))
  if (runtime.isBlind) return isBusy
  const replica = () => present(world.env().jReplicas.get(court.chain.name), 'the chain')
  const pull = async (): Promise<void> => {
    const { height, blockHash } = replica()
    for (const block of await court.chain.blocksAfter({ height, hash: blockHash })) {
      world.tick([{ type: 'j_block', jurisdiction: court.chain.name, block }])
      isBusy = true
    }
  }
  await pull()
  // By itself a chain tells the time after so many blocks; here hours are only a few of them.
  const now = await court.now()
  if (now - replica().timestampSeconds < HEARTBEAT_SECONDS) return isBusy
  await court.finish(court.chain.observe(now))
  await pull()
  return isBusy
}

const openRuntimes = async ({ open, isForgetful }: OpenChain, options: CourtOptions, from: Stage | null) => {
  const chain = await (from?.chain.fork ?? open)()
  const behind = START_MS / 1_000 - (await chain.now())
  if (behind > 0) await chain.pass(behind)
  const names = ['hub', ...(options.users ?? ['alice', 'bob'])]
  const start = (name: string): Runtime =>
    startRuntime(name, { names, chain: chain.chain, isForgetful }, options, from?.runtimes.get(name))
  const runtimes = new Map(names.map((name) => [name, start(name)]))
  return { chain, names, runtimes, runtime: (name: string) => present(runtimes.get(name), `no runtime of ${name}`) }
}

const createRuntimes = async (open: OpenChain, options: CourtOptions, from: Stage | null = null) => {
  const { chain, names, runtimes, runtime } = await openRuntimes(open, options, from)
  const wire: Wire[number][] = [...(from?.wire ?? [])]
  const book = createBook(chain.chain)
  let fateOf: ((entry: OutboxEntry) => Fate) | null = null
  const of = (name: string): World => runtime(name).world
  const id = (name: string): EntityId => keysOf(name).entityId
  const nameOf = (entityId: string): string =>
    present(
      names.find((name) => id(name) === entityId),
      entityId,
    )

  const hand: Court['hand'] = ({ from, to, bytes }) => {
    const input = { type: 'message', from: from as EntityId, to: to as EntityId, start: null, bytes } as const
    return present(of(nameOf(to)).tick([input]).outcomes[0], 'an outcome')
  }
  /** Everything that waits for somebody who hears it. */
  const carry = (from: Runtime): boolean => {
    let isBusy = false
    for (const entry of from.world.env().outbox.values()) {
      const to = runtime(nameOf(entry.to))
      const fate = fateOf?.(entry) ?? 'delivered'
      if (!to.isAwake || to.isCut || fate === 'held') continue
      if (fate === 'delivered') {
        const outcome = hand(entry)
        wire.push(entry)
        const isEarly = outcome.type === 'rejected' && 'disposition' in outcome.rejection
        if (isEarly && outcome.rejection.disposition === 'retry') continue
      }
      from.world.tick([{ type: 'receipt', seq: entry.seq }])
      isBusy = true
    }
    return isBusy
  }
  const pump = async (): Promise<void> => {
    for (let left = 200; left > 0; left--) {
      let isBusy = false
      const awake = [...runtimes.values()].filter(({ isAwake }) => isAwake)
      for (const one of awake) isBusy = (await chainRound(one, chain, open.isForgetful)) || isBusy
      for (const one of awake) isBusy = (!one.isCut && carry(one)) || isBusy
      if (!isBusy) return
    }
    throw new Error('no end to it')
  }
  const act: Court['act'] = async (name, tx) => {
    const outcome = of(name).run(name, tx)
    await pump()
    return outcome
  }
  const ok: Court['ok'] = async (name, tx) => {
    const outcome = await act(name, tx)
    if (outcome.type !== 'applied') throw new Error(`${tx.type} of ${name} was refused: ${outcome.rejection.type}`)
  }
  const court: Court = {
    chain,
    names,
    of,
    id,
    wire,
    hand,
    pump,
    act,
    ok,
    book: book.read,
    refused: async (name, tx) => {
      const outcome = await act(name, tx)
      if (outcome.type === 'applied') throw new Error(`${tx.type} of ${name} was not refused`)
      return outcome.rejection
    },
    sleep: (name) => {
      runtime(name).isAwake = false
    },
    wake: async (name) => {
      runtime(name).isAwake = true
      await pump()
    },
    cut: (name) => {
      runtime(name).isCut = true
    },
    mend: async (name) => {
      runtime(name).isCut = false
      await pump()
    },
    gag: (name, isGagged = true) => {
      runtime(name).isGagged = isGagged
    },
    blind: (name, isBlind = true) => {
      runtime(name).isBlind = isBlind
    },
    intercept: (fate) => {
      fateOf = fate
    },
    submit: (jTx) => chain.finish(chain.chain.submit(jTx)),
    pass: async (seconds) => {
      await chain.pass(seconds)
      for (const { world } of runtimes.values()) world.advance(seconds * 1_000)
      await pump()
    },
    account: (name, counterparty) => of(name).account(name, counterparty),
    status: (name, counterparty) => of(name).account(name, counterparty).status.type,
    events: (name, type) =>
      of(name)
        .history.flatMap(({ step }) => step.events.map(({ event }) => event))
        .filter((event) => event.type === type) as never,
    pay: (from, to, amount) =>
      ok(from, { type: 'direct_payment', counterparty: id(to), tokenId: TUSD, amount, memo: '' }),
    payThrough: async (from, to, amount, more = {}) => {
      const invoice = more.invoice ?? of(to).invoice(to, amount)
      await ok(from, of(from).pay(to, amount, { ...more, invoice }))
    },
  }
  return { court, stage: { chain, runtimes, wire } }
}

/** The hub and its users: each account has credit both ways and the user's collateral, all have reserves. */
const prepare = async (open: OpenChain, options: CourtOptions): Promise<{ court: Court; stage: Stage }> => {
  const prepared = await createRuntimes(open, options)
  const { court } = prepared
  const { chain, names, id } = court
  const users = names.filter((name) => name !== 'hub')
  const hub = id('hub')
  for (const name of names) {
    const amount = name === 'hub' ? (options.hubReserve ?? HUB_RESERVE) : RESERVE + COLLATERAL
    await chain.finish(chain.faucet.fund({ entityId: id(name), tokenId: TUSD, amount }))
  }
  for (const name of users) {
    await court.ok(name, { type: 'open_account', counterparty: hub, tokenId: TUSD, creditLimit: TRUST })
    await court.ok('hub', { type: 'set_credit_limit', counterparty: id(name), tokenId: TUSD, limit: CREDIT })
    await court.ok(name, { type: 'reserve_to_collateral', counterparty: hub, tokenId: TUSD, amount: COLLATERAL })
  }
  return prepared
}

/** Prepared once for every kind of world that a chain can be forked for. */
const stages = new WeakMap<OpenChain, Map<string, Promise<Stage>>>()

export const openCourt = async (open: OpenChain, options: CourtOptions = {}): Promise<Court> => {
  const kinds = stages.get(open) ?? new Map<string, Promise<Stage>>()
  stages.set(open, kinds)
  const kind = `${options.users} ${options.hubReserve} ${options.policy !== undefined}`
  const known = kinds.get(kind)
  if (known === undefined) {
    const { court, stage } = await prepare(open, options)
    if (stage.chain.fork === null) return court
    kinds.set(kind, Promise.resolve(stage))
  }
  return (await createRuntimes(open, options, await present(kinds.get(kind), kind))).court
}
