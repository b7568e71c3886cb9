/**
 * One client, as its server sees it: what it looks at, what is on its way to it, and what it has asked. An error in
 * one message never ends the connection.
 */
import type { RuntimeHost } from '../host.ts'
import { type Reply, writeAnswer, writePush } from './answer.ts'
import type { Connection } from './connection.ts'
import { badRequest, heldByOther, internal, RAdapterError, tooLarge, walletLocked } from './errors.ts'
import { type Command, readCommand } from './input.ts'
import { createLane } from './lane.ts'
import type { Control } from './manager-methods.ts'
import { type Request, readRequest } from './request.ts'
import { RESULTS } from './results.ts'
import { MAX_MESSAGE_BYTES } from './tagged.ts'
import {
  DEFAULT_VIEW,
  type FrameView,
  type HostStatus,
  type RpcMethod,
  type RpcMethods,
  type ViewState,
  type WireError,
} from './types.ts'
import type { Views } from './views.ts'

/** Answers, or throws `RAdapterError` to refuse; anything else thrown is told to the client as E_INTERNAL only. */
export type RpcHandlers = {
  readonly [M in RpcMethod]?: (params: RpcMethods[M]['params']) => Promise<RpcMethods[M]['result']>
} & { readonly send_input?: (command: Command) => Promise<{ readonly height: number }> }

/** `inspect` reads; `admin` also writes. */
export type Access = 'inspect' | 'admin'

/** What one client may do: always, and for as long as no other window has the pen. */
export type Seat = {
  readonly access: Access
  readonly mayWrite: () => boolean
  /** Whether nobody may, so that it is anybody's who asks for it. */
  readonly isFree: () => boolean
  /** Takes the pen. */
  readonly take: () => Promise<void>
  /** Its line has ended. */
  readonly leave: () => void
}

/** Of a page that needs no pen. */
export const seatOf = (access: Access): Seat => ({
  access,
  mayWrite: () => true,
  isFree: () => false,
  take: async () => undefined,
  leave: () => undefined,
})

/** What a served client needs of its server. */
export type Backstage = {
  readonly status: () => Omit<HostStatus, 'control'>
  /** Null while nothing may be shown: the wallet is locked, or nothing runs. */
  readonly views: () => Views | null
  /** Waits while the runtime is starting. @throws RAdapterError when it may not be used like this. */
  readonly ready: (use: 'read' | 'write') => Promise<RuntimeHost>
  readonly handlers: RpcHandlers
  readonly onError: (error: unknown) => void
}

export type Served = { readonly statusChanged: () => void; readonly frameChanged: () => void }

/** Requests of one client under way at a time. */
const MAX_REQUESTS = 64
const READS: ReadonlySet<RpcMethod> = new Set([
  'pay.quote',
  'pay.limit',
  'pay.get',
  'offer.list',
  'activity.detail',
  'activity.export',
  'account.proof',
  'approvals.quote',
  'move.quote',
  'purse.get',
])

/** Of the list of runtimes; what they do to the one that is shown is the pen's. */
const OF_A_RUNTIME: ReadonlySet<RpcMethod> = new Set(['runtime.rename', 'runtime.delete'])

/** These say themselves what they need of a runtime: a question can be refused without one. */
const STANDING_ALONE = /^(wallet|approvals|sites|host|runtime)\./

const rateLimited: WireError = { code: 'E_RATE_LIMITED', message: 'too many requests at once', retryable: true }
const otherWindow = heldByOther('other_window', 'another window writes')
const unauthorized: WireError = { code: 'E_UNAUTHORIZED', message: 'this connection may only read', retryable: false }

type Asynchronous = Extract<Request, { type: 'rpc' | 'send_input' | 'get_frame_at' | 'get_checkpoints' }>

export const serve = (connection: Connection, seat: Seat, backstage: Backstage): Served => {
  let lastId = 0
  let lastSeq = 0
  let underWay = 0
  let view: ViewState | null = null

  const refuse = (inReplyTo: number | null, error: WireError): void => {
    const text = writeAnswer(++lastId, inReplyTo, { type: 'error', error })
    if (text !== null) connection.send(text)
  }
  /** Sends what `write` makes, or says why not. */
  const post = (inReplyTo: number | null, write: (id: number) => string | null): boolean => {
    try {
      const text = write(++lastId)
      if (text !== null) connection.send(text)
      else refuse(inReplyTo, tooLarge(MAX_MESSAGE_BYTES))
      return text !== null
    } catch (error) {
      backstage.onError(error)
      refuse(inReplyTo, internal(false))
      return false
    }
  }
  const failed = (error: unknown): null => {
    backstage.onError(error)
    refuse(null, internal(false))
    return null
  }
  /** The number is taken only by what was sent. */
  const push = (write: (id: number, seq: number) => string | null): number | null =>
    post(null, (id) => write(id, lastSeq + 1)) ? ++lastSeq : null
  const statusNow = (): HostStatus => ({ ...backstage.status(), control: controlOf(seat) })
  const status = createLane(() => push((id, seq) => writePush(id, { type: 'status', seq, status: statusNow() })))
  const frame = createLane(() => {
    const [views, shown] = [backstage.views(), view]
    if (views === null || shown === null) return null
    // Not after it was locked, nor once something else is looked at.
    const isWanted = (): boolean => backstage.views() === views && view === shown
    const send = (made: FrameView | null): number | null =>
      made === null || !isWanted()
        ? null
        : push((id, seq) => writePush(id, { type: 'frame', seq, view: asSeen(made, seat) }))
    try {
      const made = views.live(shown, isWanted)
      if (!(made instanceof Promise)) return send(made)
      return made.then(
        (later) => () => send(later),
        (error) => () => failed(error),
      )
    } catch (error) {
      return failed(error)
    }
  })

  const answer = async (id: number, request: Asynchronous): Promise<void> => {
    if (underWay >= MAX_REQUESTS) return refuse(id, rateLimited)
    underWay++
    try {
      const reply = await perform(request, view ?? DEFAULT_VIEW, seat, backstage)
      post(id, (own) => writeAnswer(own, id, reply))
    } catch (error) {
      if (!(error instanceof RAdapterError)) backstage.onError(error)
      post(id, (own) => writeAnswer(own, id, { type: 'error', error: wireErrorOf(error) }))
    }
    underWay--
  }
  const receive = (message: unknown): void => {
    const read = readRequest(message)
    if (read.type === 'refused') return refuse(read.inReplyTo, read.error)
    const { id, request } = read
    switch (request.type) {
      case 'set_view':
        // Whatever height the client last saw, the answer is one whole fresh view.
        view = request.view
        return frame.touch()
      case 'ack': {
        const isKnown = status.acknowledge(request.seq) || frame.acknowledge(request.seq) || request.seq <= lastSeq
        return isKnown ? undefined : refuse(id, badRequest('nothing of this number was pushed'))
      }
      default:
        void answer(id, request)
    }
  }
  connection.onMessage(receive)
  status.touch()
  return { statusChanged: status.touch, frameChanged: frame.touch }
}

const isWriter = (seat: Seat): boolean => seat.access === 'admin' && seat.mayWrite()

const controlOf = (seat: Seat): Control =>
  isWriter(seat) ? 'writer' : seat.access === 'admin' && seat.isFree() ? 'free' : 'reader'

/** Whoever may not write is a reader, of the past too. */
const asSeen = (view: FrameView, seat: Seat): FrameView => (isWriter(seat) ? view : { ...view, role: 'reader' })

const wireErrorOf = (error: unknown): WireError => (error instanceof RAdapterError ? error.error : internal(false))

const perform = async (request: Asynchronous, view: ViewState, seat: Seat, backstage: Backstage): Promise<Reply> => {
  switch (request.type) {
    case 'get_checkpoints': {
      const { oldestHeight, checkpoints } = await (await backstage.ready('read')).retained()
      const listed = checkpoints.map(({ height, timestampMs }) => ({ height, timestamp: timestampMs }))
      return { type: 'get_checkpoints', oldestHeight, checkpoints: listed }
    }
    case 'get_frame_at': {
      await backstage.ready('read')
      const past = await visible(backstage).at(request.height, view)
      // It may have been locked while the past was being rebuilt.
      visible(backstage)
      return { type: 'get_frame_at', view: asSeen(past, seat) }
    }
    case 'rpc':
      return call(request, seat, backstage)
    case 'send_input':
      return take(request.input, seat, backstage)
  }
}

const visible = (backstage: Backstage): Views => {
  const views = backstage.views()
  if (views === null) throw new RAdapterError(walletLocked)
  return views
}

const take = async (input: string, seat: Seat, { handlers, ready }: Backstage): Promise<Reply> => {
  if (seat.access === 'inspect') throw new RAdapterError(unauthorized)
  if (!seat.mayWrite()) throw new RAdapterError(otherWindow)
  const command = readCommand(input)
  if (handlers.send_input === undefined) throw new RAdapterError(badRequest('inputs are not served here'))
  await ready('write')
  const { height } = await handlers.send_input(command)
  return { type: 'send_input', height }
}

const call = async (
  { method, params }: Extract<Request, { type: 'rpc' }>,
  seat: Seat,
  { handlers, ready, status }: Backstage,
): Promise<Reply> => {
  const use = READS.has(method) ? 'read' : 'write'
  if (use === 'write' && seat.access === 'inspect') throw new RAdapterError(unauthorized)
  if (method === 'runtime.takeControl') {
    await seat.take()
    return { type: 'rpc', result: RESULTS[method].write({}) }
  }
  // The table pairs each method with its own parameters and result, which a union of them cannot say.
  const handler = handlers[method] as ((params: unknown) => Promise<unknown>) | undefined
  const { write } = RESULTS[method] as { readonly write: (result: unknown) => unknown }
  if (handler === undefined) throw new RAdapterError(badRequest('this method is not served here'))
  const isOfThis = OF_A_RUNTIME.has(method) && 'id' in params && params.id === status().runtimeId
  if (isOfThis && !seat.mayWrite()) throw new RAdapterError(otherWindow)
  if (!STANDING_ALONE.test(method)) {
    if (use === 'write' && !seat.mayWrite()) throw new RAdapterError(otherWindow)
    await ready(use)
  }
  return { type: 'rpc', result: write(await handler(params)) }
}
