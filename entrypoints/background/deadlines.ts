/**
 * What ends by itself at a certain time unless the wallet is there, told to the owner once and in time.
 *
 * Contract: the plan is kept outside the runtime and an alarm rings for it, so it works while the worker is dead and
 * while the wallet is locked. Each deadline is marked as told before it is told: a worker that dies in between says
 * nothing rather than the same thing twice.
 */
import * as v from 'valibot'
import type { RuntimeHost } from '../../runtime/host.ts'
import { formatAmount } from '../../runtime/lib/amount.ts'
import type { Clock, Slot } from '../../runtime/ports.ts'
import type { AddressBook } from '../../runtime/radapter/address-book.ts'
import { labelOf } from '../../runtime/radapter/names.ts'
import type { Alarms } from './wallet/ports.ts'

const DEADLINE_ALARM = 'notice.deadline.'
export const deadlineAlarm = (runtimeId: string): string => DEADLINE_ALARM + runtimeId
/** Whose alarm this is; null when it is something else's. */
export const deadlinesOfAlarm = (name: string): string | null =>
  name.startsWith(DEADLINE_ALARM) ? name.slice(DEADLINE_ALARM.length) : null

const MINUTE_MS = 60_000

type Env = ReturnType<RuntimeHost['env']>

export type Deadline = {
  readonly kind: DeadlineKind
  readonly id: string
  /** When it ends. */
  readonly atMs: number
  /** What it is about, for who reads it. */
  readonly amountText: string
  readonly name: string
}
export type DeadlineKind = 'payment'

type Payment = { readonly tokenId: number; readonly amount: bigint }

type Found = Omit<Deadline, 'kind'>
type Kind = {
  /** How long before its end the owner is told. */
  readonly leadMs: number
  readonly find: (env: Env, book: AddressBook) => readonly Found[]
}

const written = (env: Env, jurisdiction: string, { tokenId, amount }: Payment): string => {
  const token = env.jReplicas.get(jurisdiction)?.tokens.find((known) => known.tokenId === tokenId)
  if (token === undefined) return ''
  const { decimals, symbol } = token
  return `${formatAmount(amount, decimals, { rounding: 'down', maxDecimals: decimals })} ${symbol}`
}

/** A payment that is locked on its way: while the wallet is closed nobody hears that it arrived. */
const lockedPayments: Kind['find'] = (env, book) =>
  [...env.eReplicas.values()]
    .filter(({ state }) => state.isOwn)
    .flatMap(({ state: { payments, jurisdiction } }) =>
      [...payments.values()].flatMap((payment) => {
        const { paymentId, to, phase } = payment
        if (phase.type !== 'locked') return []
        const amountText = written(env, jurisdiction, payment)
        return [{ id: paymentId, atMs: phase.expirySeconds * 1_000, amountText, name: labelOf(env, to, book) }]
      }),
    )

const KINDS: { readonly [K in DeadlineKind]: Kind } = {
  payment: { leadMs: 10 * MINUTE_MS, find: lockedPayments },
}

const deadlinesOf = (env: Env, book: AddressBook): readonly Deadline[] =>
  (Object.keys(KINDS) as DeadlineKind[]).flatMap((kind) =>
    KINDS[kind].find(env, book).map((found) => ({ kind, ...found })),
  )

const deadlineSchema = v.strictObject({
  kind: v.picklist(['payment']),
  id: v.string(),
  atMs: v.number(),
  amountText: v.string(),
  name: v.string(),
})
const storedSchema = v.strictObject({
  plan: v.array(deadlineSchema),
  /** When what was told ends, by id. */
  told: v.record(v.string(), v.number()),
})
type Stored = v.InferOutput<typeof storedSchema>

export type Deadlines = {
  /** To be called with the runtime there is, or with null when there is none. */
  readonly follow: (host: RuntimeHost | null) => void
  /** Tells what is due; for the alarm, and for every start. */
  readonly ring: () => Promise<void>
}

type Ports = {
  readonly slot: Slot
  readonly alarms: Alarms
  /** The name of its alarm. */
  readonly alarm: string
  readonly clock: Clock
  readonly names: () => AddressBook
  readonly tell: (deadline: Deadline) => Promise<void>
}

const tellAtMs = ({ kind, atMs }: Deadline): number => atMs - KINDS[kind].leadMs

/** The keeper of the plan: one thing after another. */
export const createDeadlines = ({ slot, alarms, alarm, clock, names, tell }: Ports): Deadlines => {
  let turn: Promise<unknown> = Promise.resolve()
  let followed: RuntimeHost | null = null
  let unfollow = (): unknown => undefined
  let last = ''

  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const run = turn.then(work)
    turn = run.catch(() => undefined)
    return run
  }
  /** What cannot be read is planned anew by the next look at the runtime. */
  const read = async (): Promise<Stored> => {
    const stored = v.safeParse(storedSchema, await slot.get())
    return stored.success ? stored.output : { plan: [], told: {} }
  }
  const setAlarm = async ({ plan, told }: Stored): Promise<void> => {
    const waiting = plan.filter(({ id }) => told[id] === undefined).map(tellAtMs)
    if (waiting.length === 0) await alarms.clear(alarm)
    else await alarms.create(alarm, Math.max(Math.min(...waiting), clock.now()))
  }
  const keep = async (stored: Stored): Promise<void> => {
    await slot.set(stored)
    await setAlarm(stored)
  }
  const plan = (deadlines: readonly Deadline[]): Promise<void> =>
    inTurn(async () => {
      const { told } = await read()
      // What was told is known until it has ended, also when it is no longer planned: it may come back.
      const stillTold = Object.entries(told).filter(([, atMs]) => atMs > clock.now())
      await keep({ plan: [...deadlines], told: Object.fromEntries(stillTold) })
    })
  const look = (host: RuntimeHost): void => {
    const deadlines = deadlinesOf(host.env(), names())
    const next = JSON.stringify(deadlines)
    if (next === last) return
    last = next
    // What cannot be kept is planned again at the next change.
    plan(deadlines).catch(() => {
      last = ''
    })
  }
  const ring = (): Promise<void> =>
    inTurn(async () => {
      const { plan: planned, told } = await read()
      const nowMs = clock.now()
      const isDue = (deadline: Deadline): boolean =>
        told[deadline.id] === undefined && tellAtMs(deadline) <= nowMs && deadline.atMs > nowMs
      const due = planned.filter(isDue)
      const nowTold = Object.fromEntries(due.map(({ id, atMs }) => [id, atMs]))
      // What has ended meanwhile is history, which says how it ended.
      await keep({ plan: planned.filter(({ atMs }) => atMs > nowMs), told: { ...told, ...nowTold } })
      for (const deadline of due) await tell(deadline)
    })
  return {
    follow: (host) => {
      if (host === followed) return
      unfollow()
      unfollow = () => undefined
      followed = host
      last = ''
      if (host === null) return
      look(host)
      unfollow = host.onChange(() => look(host))
    },
    ring,
  }
}
