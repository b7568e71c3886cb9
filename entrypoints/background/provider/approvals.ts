/**
 * The owner's word: questions are put here, shown on every page of the wallet, and answered.
 *
 * Contract: a restart may restore a question, never an answer; each question gets one answer. A site that asks the
 * same again is led to the same question.
 */
import type { ApprovalMethods, ApprovalView } from '../../../runtime/radapter/approvals.ts'
import { RAdapterError } from '../../../runtime/radapter/errors.ts'
import { createCarrier } from './carrier.ts'
import { createDesk } from './desk.ts'
import { type Answer, failed } from './errors.ts'
import { type PayQuestion, quoteOf } from './handlers/xln-pay.ts'
import type { Permissions } from './permissions.ts'
import type { ProviderPorts } from './ports.ts'
import type { Open, Question, Queue } from './queue.ts'

export type ApprovalHandlers = {
  readonly [M in keyof ApprovalMethods]: (params: ApprovalMethods[M]['params']) => Promise<ApprovalMethods[M]['result']>
}

export type Asked = {
  readonly id: string
  readonly origin: string
  readonly question: Question
  /** Who is to be told; any object, the same until it leaves. */
  readonly asker: object
}

export type Approvals = {
  /** Resolves with the one answer. */
  ask(asked: Asked): Promise<Answer>
  /** The same answer, for a page that asks again; null when nothing was asked under this id. */
  again(id: string, asker: object): Promise<Answer> | null
  /** What it asked is withdrawn, unless the same is asked again within a few seconds. */
  leave(asker: object): void
  /** Refuses what this origin has asked. */
  refuse(origin: string): Promise<void>
  view(): readonly ApprovalView[]
  readonly handlers: ApprovalHandlers
  /** The owner closed the window: all that waited in it is refused. */
  windowClosed(): Promise<void>
  /** Looks at what has changed outside. */
  reconcile(): Promise<void>
  /** Sites deal with another runtime now: what was put to the one before, and is not being carried out, is refused. */
  moved(): Promise<void>
  /** Takes up what an earlier worker left. */
  restore(): Promise<void>
}

const GRACE_MS = 5_000
const MOVED = failed('rejected', 'The wallet was switched to another runtime.')
const LEFT = failed('rejected', 'The page left before the answer came.')

const requestOf = ({ to, isInvoice, amount, token, memo }: PayQuestion): ApprovalView['request'] => ({
  type: 'pay',
  to: isInvoice ? '' : to,
  amount,
  token,
  memo,
})

export const createApprovals = (
  ports: ProviderPorts,
  { queue, permissions }: { readonly queue: Queue; readonly permissions: Permissions },
  changed: () => void,
): Approvals => {
  const { clock, schedule, wallet, runtime, window } = ports
  const desk = createDesk(ports, { queue, permissions }, changed)
  const carrier = createCarrier(ports, desk)
  const askers = new Map<string, Set<object>>()

  const isAwaited = (id: string): boolean => (askers.get(id)?.size ?? 0) > 0
  /** Whoever asks again in time takes it over; a worker that has just started gives its pages as long. */
  const giveTime = (id: string): void => {
    schedule(GRACE_MS, () => {
      const { type } = desk.phaseOf(id)
      if (type === 'unverified' && queue.find(id).type === 'open') return giveTime(id)
      if (isAwaited(id) || type !== 'waiting') return
      // Unwritten, it stays a question; the owner can still refuse it.
      desk.conclude([id], LEFT).catch(() => undefined)
    })
  }
  const show = (): void => {
    // Without a window there is still the badge, and the page as an ordinary tab.
    window.show().catch(() => undefined)
  }
  /** The same connect is asked once; one whose page has left makes room. */
  const rivalled = async ({ id, origin, question }: Asked): Promise<boolean> => {
    if (question.type !== 'connect') return false
    const other = queue.open().find((open) => open.origin === origin && open.question.type === 'connect')
    if (other === undefined || other.id === id) return false
    if (isAwaited(other.id)) return true
    await desk.conclude([other.id], LEFT)
    return false
  }
  const put = async (asked: Asked): Promise<Answer | null> => {
    const { id, origin, question } = asked
    if (await rivalled(asked)) {
      show()
      return failed('pending')
    }
    const { runtimeId } = runtime
    const open = { id, origin, seenBefore: permissions.isKnown(origin), runtimeId, question }
    const room = await queue.add(open, clock.now())
    if (room.type === 'must_wait') return failed('limit', '', { waitMs: room.waitMs })
    if (room.type === 'full') return failed('limit')
    desk.enter(id, { type: 'waiting' })
    show()
    return null
  }
  const ask = async (asked: Asked): Promise<Answer> => {
    const { id, asker } = asked
    const known = queue.find(id)
    if (known.type === 'answered') return known.answer
    askers.set(id, (askers.get(id) ?? new Set()).add(asker))
    const refused = known.type === 'open' ? null : await put(asked)
    const answer = refused ?? (await queue.answered(id))
    askers.delete(id)
    return answer
  }

  const shown = (id: string): Open | null => queue.open().find((open) => open.id === id && desk.isShown(open)) ?? null
  /** After a restart the word may come before the history has been looked at. */
  const verified = async (id: string): Promise<Open | null> => {
    const open = queue.open().find((known) => known.id === id)
    if (open !== undefined && desk.phaseOf(id).type === 'unverified') await carrier.look(open, carrier.own(open))
    return shown(id)
  }
  const handlers: ApprovalHandlers = {
    'approvals.quote': async ({ id }) => {
      const open = shown(id)
      if (open?.question.type === 'pay') return quoteOf(open.question, carrier.own(open), runtime)
      throw new RAdapterError({ code: 'E_NOT_FOUND', message: 'there is no such question', retryable: false })
    },
    // The same word again, or one that comes too late, changes nothing.
    'approvals.approve': async ({ id, terms }) => {
      const open = await verified(id)
      if (open?.question.type === 'connect') await carrier.connect(open)
      if (open?.question.type === 'pay') await carrier.pay(open, open.question, terms)
      return {}
    },
    'approvals.reject': async ({ id }) => {
      await desk.refuse(queue.open().filter((open) => open.id === id))
      return {}
    },
    'approvals.rejectAll': async () => {
      await desk.refuse(queue.open())
      return {}
    },
  }
  return {
    ask,
    handlers,
    again: (id, asker) => {
      const known = queue.find(id)
      if (known.type === 'answered') return Promise.resolve(known.answer)
      return known.type === 'open' ? ask({ ...known.open, asker }) : null
    },
    refuse: (origin) => desk.refuse(queue.open().filter((open) => open.origin === origin)),
    reconcile: carrier.reconcile,
    leave: (asker) => {
      for (const [id, waiting] of askers) if (waiting.delete(asker) && waiting.size === 0) giveTime(id)
    },
    view: () => {
      const address = wallet.address() ?? ''
      const requestFor = (question: Question): ApprovalView['request'] =>
        question.type === 'connect' ? { type: 'connect', address } : requestOf(question)
      return queue
        .open()
        .filter(desk.isShown)
        .map(({ id, origin, seenBefore, question }) => ({ id, origin, seenBefore, request: requestFor(question) }))
    },
    windowClosed: () => desk.refuse(queue.open()),
    moved: async () => {
      const ids = queue
        .open()
        .filter(({ id, runtimeId }) => runtimeId !== runtime.runtimeId && desk.phaseOf(id).type === 'waiting')
        .map(({ id }) => id)
      if (ids.length > 0) await desk.conclude(ids, MOVED)
    },
    restore: async () => {
      const left = queue.open()
      for (const { id } of left) giveTime(id)
      if (left.length > 0) {
        const state = await window.state()
        if (state === 'closed') await desk.refuse(left)
        if (state === 'never') show()
      }
      desk.tell()
      await carrier.reconcile()
    },
  }
}
