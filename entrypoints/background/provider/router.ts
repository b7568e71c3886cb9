/**
 * One page's line: reads what it asks, finds the method, answers. Everything a page sends is hostile until it has been
 * through here.
 *
 * Contract: the principal is the origin the browser names, and nothing else. A request is acknowledged when it
 * arrives and answered once permissions and queue are there; every request gets an answer, whatever it was.
 */
import { toHex, utf8 } from '../../../runtime/lib/bytes.ts'
import { taggedHash } from '../../../runtime/lib/hash.ts'
import { type Ask, isTooLarge, readAsk, TOO_LARGE, type Told } from '../../inpage/wire.ts'
import type { Approvals } from './approvals.ts'
import { type Answer, failed } from './errors.ts'
import { METHODS } from './methods.ts'
import { type Pace, REQUESTS_PER_SECOND } from './pace.ts'
import type { RuntimePort } from './ports.ts'
import type { Seen } from './sight.ts'

/** Who is at the other end, by the word of the browser. */
export type Sender = {
  /** Scheme, host and port; null for an opaque origin. */
  readonly origin: string | null
  /** True for a frame of another origin than the page it is in. */
  readonly isForeign: boolean
}

/** The part of `runtime.Port` used here. */
export type PagePort = {
  postMessage(message: Told): void
  readonly onMessage: { addListener(listener: (message: unknown) => void): void }
  readonly onDisconnect: { addListener(listener: () => void): void }
}

export type Backstage = {
  readonly approvals: Approvals
  readonly runtime: RuntimePort
  readonly seenBy: (origin: string) => Seen
  readonly pace: Pace
  /** This origin was served. */
  readonly used: (origin: string) => void
}

export type Router = {
  serve(port: PagePort, sender: Sender): void
  /** Tells each page what it may see, if that has changed. */
  tellAll(backstage: Backstage): void
}

/** Requests of one origin under way at a time. */
export const MAX_UNDER_WAY = 128

/** One id for the question, its command and its payment: the same request of the same origin is the same one. */
export const questionId = (origin: string, requestId: string): string =>
  toHex(taggedHash('xln:provider', utf8(origin), utf8(requestId))).slice(2)

const readRequest = (text: string): { readonly method: string; readonly params: unknown } | null => {
  try {
    const { method, params } = JSON.parse(text) as { readonly method?: unknown; readonly params?: unknown }
    return typeof method === 'string' ? { method, params } : null
  } catch {
    return null
  }
}

type Line = { readonly port: PagePort; readonly origin: string; told: string; isOpen: boolean }

export const createRouter = (ready: Promise<Backstage>): Router => {
  const lines = new Set<Line>()
  const underWay = new Map<string, number>()

  const post = (line: Line, told: Told): void => {
    if (!line.isOpen) return
    try {
      line.port.postMessage(told)
    } catch {
      // It left between two events; the relay asks again if it comes back.
      line.isOpen = false
    }
  }
  const tellState = (line: Line, seen: Seen): void => {
    const text = JSON.stringify(seen)
    if (line.told === text) return
    line.told = text
    post(line, { type: 'state', ...seen })
  }
  const perform = async (ask: Ask, line: Line): Promise<Answer> => {
    const { approvals, runtime, seenBy, pace, used } = await ready
    const seen = seenBy(line.origin)
    tellState(line, seen)
    // Nobody is asked for a page that has left meanwhile; if it comes back, it asks again under the same id.
    const id = questionId(line.origin, ask.id)
    const asked = line.isOpen ? approvals.again(id, line.port) : Promise.resolve(failed('disconnected'))
    if (asked !== null) return asked
    const waitMs = pace.take(line.origin)
    if (waitMs > 0) return failed('limit', `${REQUESTS_PER_SECOND} requests a second are served.`, { waitMs })
    if (isTooLarge(ask.request)) return failed('invalidParams', TOO_LARGE)
    const read = readRequest(ask.request)
    if (read === null) return failed('invalidParams')
    const handler = METHODS.get(read.method)
    if (handler === undefined) return failed('unsupported')
    used(line.origin)
    return handler({
      ...seen,
      params: read.params,
      runtime,
      ask: async (question) =>
        line.isOpen ? approvals.ask({ id, origin: line.origin, question, asker: line.port }) : failed('disconnected'),
    })
  }
  /** @returns what it may no longer do, or null. */
  const admit = ({ origin, isForeign }: Sender): Answer | null =>
    origin === null || isForeign ? failed('unauthorized') : null
  const answer = async (ask: Ask, line: Line, sender: Sender): Promise<void> => {
    const count = underWay.get(line.origin) ?? 0
    const refused = admit(sender) ?? (count >= MAX_UNDER_WAY ? failed('limit') : null)
    if (refused !== null) return post(line, { type: 'answer', id: ask.id, answer: refused })
    underWay.set(line.origin, count + 1)
    // What went wrong inside is nobody's business outside.
    const answered = await perform(ask, line).catch(() => failed('internal'))
    const left = (underWay.get(line.origin) ?? 1) - 1
    if (left > 0) underWay.set(line.origin, left)
    else underWay.delete(line.origin)
    post(line, { type: 'answer', id: ask.id, answer: answered })
  }
  return {
    serve: (port, sender) => {
      const line: Line = { port, origin: sender.origin ?? '', told: '', isOpen: true }
      lines.add(line)
      port.onMessage.addListener((message) => {
        const ask = readAsk(message)
        if (ask === null) return
        post(line, { type: 'ack', id: ask.id })
        void answer(ask, line, sender)
      })
      port.onDisconnect.addListener(() => {
        line.isOpen = false
        lines.delete(line)
        void ready.then(({ approvals }) => approvals.leave(port))
      })
      // The state comes first on every line, so that a page which had lost its line sees what it missed.
      if (admit(sender) === null) void ready.then(({ seenBy }) => tellState(line, seenBy(line.origin)))
    },
    tellAll: ({ seenBy }) => {
      for (const line of lines) if (line.told !== '') tellState(line, seenBy(line.origin))
    },
  }
}
