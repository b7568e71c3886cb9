/** The client's end of a line to an RAdapter server, by hand: sends any text, and keeps every answer. */
import { stringify } from 'devalue'
import { type Push, type ReadAnswer, type Reply, readAnswer } from '../../runtime/radapter/answer.ts'
import { connectionPair } from '../../runtime/radapter/embedded.ts'
import { type Access, type Seat, seatOf } from '../../runtime/radapter/served.ts'
import type { RAdapterServer } from '../../runtime/radapter/server.ts'
import {
  DEFAULT_VIEW,
  type RpcMethod,
  type RpcMethods,
  type ViewState,
  type WireError,
} from '../../runtime/radapter/types.ts'
import { quiet } from './manual-time.ts'

export type RawClient = {
  readonly answers: readonly ReadAnswer[]
  readonly texts: readonly string[]
  readonly statuses: () => readonly Extract<Push, { type: 'status' }>[]
  readonly frames: () => readonly Extract<Push, { type: 'frame' }>[]
  readonly isClosed: () => boolean
  /** As it is. */
  readonly sendText: (text: string) => void
  /** In an envelope; returns the id of the message. */
  readonly send: (type: string, payload: unknown) => number
  readonly look: (view?: Partial<ViewState>) => void
  readonly ack: (seq: number) => void
  /** The reply to what is asked, once everything is quiet. */
  readonly ask: (type: string, payload: unknown) => Promise<Reply>
  readonly rpc: <M extends RpcMethod>(method: M, params: RpcMethods[M]['params']) => Promise<Reply>
  readonly error: (type: string, payload: unknown) => Promise<WireError>
  readonly close: () => void
}

/**
 * @param options.acks false: a reader that never says it has read.
 * @param options.seat by default one that always has the pen.
 */
export const rawClient = (
  server: RAdapterServer,
  options: { readonly access?: Access; readonly acks?: boolean; readonly seat?: Seat } = {},
): RawClient => {
  const { access = 'admin', acks = true, seat = seatOf(access) } = options
  const [near, far] = connectionPair()
  const answers: ReadAnswer[] = []
  const texts: string[] = []
  let lastId = 0
  let closed = false
  const send = (type: string, payload: unknown): number => {
    near.send(stringify({ v: 1, type, id: ++lastId, inReplyTo: null, payload }))
    return lastId
  }
  near.onMessage((message) => {
    texts.push(message as string)
    const read = readAnswer(message)
    answers.push(read)
    if (acks && read.type === 'push') send('ack', { seq: read.push.seq })
  })
  near.onClose(() => {
    closed = true
  })
  server.accept(far, seat)
  const pushes = <T extends Push['type']>(type: T) =>
    answers.flatMap((answer) =>
      answer.type === 'push' && answer.push.type === type ? [answer.push as Extract<Push, { type: T }>] : [],
    )
  const replyTo = (id: number): Reply => {
    const found = answers.find((answer) => answer.type === 'reply' && answer.inReplyTo === id)
    if (found?.type !== 'reply') throw new Error(`message ${id} was not answered`)
    return found.reply
  }
  const ask = async (type: string, payload: unknown): Promise<Reply> => {
    const id = send(type, payload)
    await quiet()
    return replyTo(id)
  }
  return {
    answers,
    texts,
    statuses: () => pushes('status'),
    frames: () => pushes('frame'),
    isClosed: () => closed,
    sendText: near.send,
    send,
    look: (view = {}) => void send('set_view', { view: { ...DEFAULT_VIEW, ...view }, fromHeight: 0 }),
    ack: (seq) => void send('ack', { seq }),
    ask,
    rpc: (method, params) => ask('rpc', { method, params }),
    error: async (type, payload) => {
      const reply = await ask(type, payload)
      if (reply.type !== 'error') throw new Error(`${type} was answered with ${reply.type}`)
      return reply.error
    },
    close: near.close,
  }
}
