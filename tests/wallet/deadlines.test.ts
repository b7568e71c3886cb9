/** Deadlines: told once and in time, also by a worker that knows nothing but what is kept, or of a locked wallet. */
import { beforeAll, describe, expect, test } from 'vitest'
import { createDeadlines, type Deadline, deadlineAlarm } from '../../entrypoints/background/deadlines.ts'
import type { RuntimeHost } from '../../runtime/host.ts'
import type { PaymentId } from '../../runtime/lib/units.ts'
import { bookOfEntries, NO_BOOK } from '../../runtime/radapter/address-book.ts'
import type { Env } from '../../runtime/types.ts'
import { quiet } from '../support/manual-time.ts'
import { memorySlot } from '../support/memory-slot.ts'
import { type Running, startTown } from '../support/running.ts'
import { paymentIdOf, START_MS, TUSD, usd } from '../support/world.ts'

const ALARM = deadlineAlarm('simnet')
const MINUTE_MS = 60_000
const FIRST = paymentIdOf(1)
const SECOND = paymentIdOf(2)

const payTo = (town: Running, name: string, paymentId: PaymentId, amount: bigint): Promise<void> =>
  town.run('You', {
    type: 'pay',
    paymentId,
    to: town.id(name),
    invoice: null,
    offerId: null,
    payee: null,
    tokenId: TUSD,
    amount,
    memo: '',
    maxFee: usd(1),
  })

/** The first state in which these payments are all locked on their way; what came after is not looked at. */
const lockedState = async (town: Running, pay: () => Promise<unknown>, count: number): Promise<Env> => {
  const seen: Env[] = []
  const stop = town.host.onChange(() => {
    const env = town.host.env()
    const payments = [...(env.eReplicas.get(town.id('You'))?.state.payments.values() ?? [])]
    if (payments.filter(({ phase }) => phase.type === 'locked').length === count) seen.push(env)
  })
  await pay()
  await quiet()
  stop()
  const [env] = seen
  if (env === undefined) throw new Error('never locked')
  return env
}

let town: Running
let one: Env
let two: Env
let none: Env
/** When the first payment is over. */
let endMs: number
beforeAll(async () => {
  town = await startTown()
  none = town.host.env()
  const forked = await town.fork()
  one = await lockedState(forked, () => payTo(forked, 'Bob', FIRST, usd(3.21)), 1)
  const other = await town.fork()
  const both = () => Promise.all([payTo(other, 'Bob', FIRST, usd(3.21)), payTo(other, 'Alice', SECOND, usd(1))])
  two = await lockedState(other, both, 2)
  const payment = one.eReplicas.get(town.id('You'))?.state.payments.get(FIRST)
  endMs = payment?.phase.type === 'locked' ? payment.phase.expirySeconds * 1_000 : 0
})

/** A runtime whose committed state is set by hand. */
const held = (first: Env) => {
  const state = { env: first }
  const listeners = new Set<() => void>()
  const onChange: RuntimeHost['onChange'] = (listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  const host: RuntimeHost = { ...town.host, env: () => state.env, onChange }
  const put = async (env: Env): Promise<void> => {
    state.env = env
    for (const tell of listeners) tell()
    await quiet()
  }
  return { host, put }
}

const setUp = (slot = memorySlot()) => {
  const told: Deadline[] = []
  const alarm = { atMs: null as number | null }
  const time = { nowMs: START_MS }
  const alarms = {
    create: (name: string, whenMs: number) => {
      if (name === ALARM) alarm.atMs = whenMs
      return Promise.resolve()
    },
    clear: () => {
      alarm.atMs = null
      return Promise.resolve()
    },
  }
  const ports = { slot, alarms, clock: { now: () => time.nowMs } }
  /** A worker of its own over the same browser. */
  const worker = (names = () => NO_BOOK, tell = (deadline: Deadline) => void told.push(deadline)) =>
    createDeadlines({ ...ports, alarm: ALARM, names, tell: async (deadline) => tell(deadline) })
  return { worker, told, alarm, time, slot }
}
const ids = (told: readonly Deadline[]): readonly string[] => told.map(({ id }) => id)

describe('a payment that is locked on its way', () => {
  test('is told ten minutes before its end, once, with its amount and name', async () => {
    const { worker, told, alarm, time } = setUp()
    const deadlines = worker()
    deadlines.follow(held(one).host)
    await quiet()
    expect(alarm.atMs).toBe(endMs - 10 * MINUTE_MS)
    time.nowMs = (alarm.atMs ?? 0) - 1
    await deadlines.ring()
    expect(told).toEqual([])
    time.nowMs += 1
    await deadlines.ring()
    const wanted = { kind: 'payment', id: FIRST, atMs: endMs, amountText: '3.21 tUSD', name: 'Bob' }
    expect(told).toEqual([wanted])
    expect(alarm.atMs).toBeNull()
    await deadlines.ring()
    expect(told).toHaveLength(1)
  })

  test('goes by the name the address book gives', async () => {
    const { worker, told, time } = setUp()
    const deadlines = worker(() => bookOfEntries([{ entityId: town.id('Bob'), name: 'Bobby', isHidden: false }]))
    deadlines.follow(held(one).host)
    time.nowMs = endMs - 1
    await deadlines.ring()
    expect(told.map(({ name }) => name)).toEqual(['Bobby'])
  })

  test('is told by a worker that has only what is kept: no runtime, no keys; and never again', async () => {
    const { worker, told, time } = setUp()
    worker().follow(held(one).host)
    await quiet()
    time.nowMs = endMs - 5 * MINUTE_MS
    await worker().ring()
    expect(ids(told)).toEqual([FIRST])
    const later = worker()
    await later.ring()
    later.follow(held(one).host)
    await quiet()
    await later.ring()
    expect(told).toHaveLength(1)
  })

  test('that ended meanwhile -- nothing is told, and nothing rings', async () => {
    const { worker, told, alarm, time } = setUp()
    const deadlines = worker()
    const { host, put } = held(one)
    deadlines.follow(host)
    await quiet()
    await put(none)
    expect(alarm.atMs).toBeNull()
    time.nowMs = endMs - 1
    await deadlines.ring()
    expect(told).toEqual([])
  })

  test('whose end has passed -- is history, and is not told', async () => {
    const { worker, told, time, slot } = setUp()
    worker().follow(held(one).host)
    await quiet()
    time.nowMs = endMs
    await worker().ring()
    expect([told, slot.kept()]).toEqual([[], { plan: [], told: {} }])
  })

  test('two of them -- each at its time, each once', async () => {
    const { worker, told, time, alarm } = setUp()
    const deadlines = worker()
    deadlines.follow(held(two).host)
    await quiet()
    time.nowMs = alarm.atMs ?? 0
    while (alarm.atMs !== null && told.length < 3) {
      time.nowMs = alarm.atMs
      await deadlines.ring()
    }
    expect([...ids(told)].sort()).toEqual([FIRST, SECOND])
  })

  test('of somebody else in the same runtime -- is none of the owner\u2019s', async () => {
    const { worker, alarm } = setUp()
    const forked = await town.fork()
    const env = await lockedState(forked, () => payTo(forked, 'Bob', FIRST, usd(1)), 1)
    const you = env.eReplicas.get(town.id('You'))
    if (you === undefined) throw new Error('nobody')
    const foreign = { ...you, state: { ...you.state, isOwn: false } }
    worker().follow(held({ ...env, eReplicas: env.eReplicas.set(you.entityId, foreign) }).host)
    await quiet()
    expect(alarm.atMs).toBeNull()
  })
})

describe('what is kept', () => {
  test('is marked before it is told: a worker that dies in telling says nothing twice', async () => {
    const { worker, told, time } = setUp()
    worker().follow(held(one).host)
    await quiet()
    time.nowMs = endMs - 1
    const dying = worker(undefined, () => {
      throw new Error('gone')
    })
    await expect(dying.ring()).rejects.toThrow('gone')
    await worker().ring()
    expect(told).toEqual([])
  })

  test.each([null, 7, { plan: 'x' }, { plan: [{ kind: 'storm' }], told: {} }])(
    'cannot be read (%j) -- planned anew by the next look',
    async (kept) => {
      const { worker, told, time, alarm } = setUp(memorySlot(kept))
      await worker().ring()
      expect([told, alarm.atMs]).toEqual([[], null])
      worker().follow(held(one).host)
      await quiet()
      expect(alarm.atMs).toBe(endMs - 10 * MINUTE_MS)
      time.nowMs = endMs - 1
      await worker().ring()
      expect(ids(told)).toEqual([FIRST])
    },
  )

  test('what was told is known until it has ended, also when it leaves the plan and comes back', async () => {
    const { worker, told, time } = setUp()
    const deadlines = worker()
    const { host, put } = held(one)
    deadlines.follow(host)
    await quiet()
    time.nowMs = endMs - 1
    await deadlines.ring()
    await put(none)
    await put(one)
    await deadlines.ring()
    expect(told).toHaveLength(1)
  })

  test('nothing changes -- nothing is written', async () => {
    const slot = memorySlot()
    let writes = 0
    const set = (value: unknown): Promise<void> => {
      writes++
      return slot.set(value)
    }
    const counted = { ...slot, set }
    const { worker } = setUp(counted)
    const { host, put } = held(none)
    worker().follow(host)
    await quiet()
    const before = writes
    for (let i = 0; i < 5; i++) await put({ ...none, height: none.height + i })
    expect(writes).toBe(before)
    await put(one)
    expect(writes).toBe(before + 1)
  })
})
