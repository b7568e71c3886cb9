/**
 * The RAdapter client: one adapter over whatever carries its connections, for every user interface.
 *
 * Contract: a lost connection comes back by itself (line.ts); the view is then told anew and everything unanswered is
 * asked again. That is safe for reads, and for commands because each carries its own `commandId`; making or importing
 * a wallet is neither, and fails as retryable instead. Whole views replace each other, and each is acknowledged once
 * it has been handed on. Calls reject with `RAdapterError`.
 */
import * as v from 'valibot'
import { type Push, type Reply, readAnswer } from './answer.ts'
import type { Connection } from './connection.ts'
import { badRequest, internal, RAdapterError, tooLarge } from './errors.ts'
import type { Command } from './input.ts'
import { type ClientPorts, createLine } from './line.ts'
import { createLru } from './lru.ts'
import { type Asked, writeRequest } from './request.ts'
import { RESULTS } from './results.ts'
import type { RetainedInfo } from './retained.ts'
import { MAX_MESSAGE_BYTES } from './tagged.ts'
import {
  type ConnectionStatus,
  DEFAULT_VIEW,
  type FrameView,
  type HostStatus,
  type RAdapter,
  type RAdapterConfig,
  type RAdapterMode,
  type RpcMethod,
  type RpcMethods,
  type ViewState,
  type WireError,
} from './types.ts'

export type ClientOptions = {
  readonly mode: RAdapterMode
  /** A new connection each time; may throw. */
  readonly open: () => Connection
  readonly ports: ClientPorts
  /** How inputs are written (input.ts); without it none can be sent. */
  readonly writeInput?: (input: Command) => string
}

/** Views of the past kept for the present view. */
const PAST_FRAMES = 5
const NOT_TWICE: ReadonlySet<RpcMethod> = new Set(['wallet.create', 'wallet.import'])

const lostAnswer: WireError = { ...internal(true), message: 'the connection was lost before the answer came' }
const disconnected: WireError = { ...internal(true), message: 'the connection has been closed' }
const unreadable: WireError = { ...internal(false), message: 'the answer cannot be read' }
const foreignVersion: WireError = {
  code: 'E_VERSION',
  message: 'the other end speaks another version of the protocol',
  retryable: false,
}

type Pending = {
  readonly text: string
  readonly mayRepeat: boolean
  isSent: boolean
  readonly settle: (reply: Reply) => void
  readonly fail: (error: WireError) => void
}

/** The questions under way, by the id of their message. */
const createPending = (send: (text: string) => void, isOpen: () => boolean) => {
  const pending = new Map<number, Pending>()
  const post = (question: Pending): void => {
    if (!isOpen()) return
    question.isSent = true
    send(question.text)
  }
  const take = (id: number | null): Pending | undefined => {
    const question = id === null ? undefined : pending.get(id)
    if (id !== null) pending.delete(id)
    return question
  }
  const failWhere = (error: WireError, isConcerned: (question: Pending) => boolean): void => {
    for (const [id, question] of pending) if (isConcerned(question)) take(id)?.fail(error)
  }
  return {
    take,
    add: (id: number, question: Pending) => {
      pending.set(id, question)
      post(question)
    },
    sendAll: () => {
      for (const question of pending.values()) post(question)
    },
    failAll: (error: WireError) => failWhere(error, () => true),
    failUnrepeatable: (error: WireError) => failWhere(error, ({ isSent, mayRepeat }) => isSent && !mayRepeat),
  }
}

/** Listeners of one kind. */
const createListeners = <T>() => {
  const listeners = new Set<(value: T) => void>()
  return {
    add: (listener: (value: T) => void): (() => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    tell: (value: T) => {
      for (const listener of listeners) listener(value)
    },
  }
}

/** What of a config an adapter that has its line already can do nothing with, in words. */
const unservable = (mode: RAdapterMode, config: RAdapterConfig): string | null => {
  if (config.mode !== mode) return `this adapter is of the mode ${mode}`
  const named = (['wsUrl', 'authKey', 'seed', 'snapshotInterval'] as const).filter((name) => config[name] !== undefined)
  return named.length === 0 ? null : `this adapter has a line of its own, which takes no ${named.join(', ')}`
}

export const createClient = ({ mode, open, ports, writeInput }: ClientOptions): RAdapter => {
  let view: ViewState = DEFAULT_VIEW
  let currentHeight = 0
  let lastId = 0
  let isOpen = false
  let shownAs = ''
  let connecting: { readonly resolve: () => void; readonly reject: (error: RAdapterError) => void }[] = []
  const past = createLru<number, FrameView>(PAST_FRAMES)
  const frames = createListeners<FrameView>()
  const statuses = createListeners<ConnectionStatus>()
  const hostStatuses = createListeners<HostStatus>()

  const tell = (asked: Asked): void => {
    const text = isOpen ? writeRequest(++lastId, asked) : null
    if (text !== null) line.send(text)
  }
  const tellView = (): void => tell({ type: 'set_view', payload: { view, fromHeight: currentHeight } })

  const taken = (push: Push): void => {
    if (push.type === 'frame') {
      currentHeight = push.view.height
      frames.tell(push.view)
      return
    }
    line.stands()
    // A view of the past says what may be done now, and how the runtime is now.
    const nowAs = `${push.status.wallet} ${push.status.control} ${push.status.runtime}`
    if (nowAs !== shownAs) past.clear()
    shownAs = nowAs
    hostStatuses.tell(push.status)
    const waiters = connecting
    connecting = []
    for (const { resolve } of waiters) resolve()
  }
  const receive = (message: unknown): void => {
    const read = readAnswer(message)
    switch (read.type) {
      case 'push':
        try {
          taken(read.push)
        } finally {
          tell({ type: 'ack', payload: { seq: read.push.seq } })
        }
        return
      case 'reply':
        return pending.take(read.inReplyTo)?.settle(read.reply)
      case 'foreign_version':
        pending.failAll(foreignVersion)
        return line.drop()
      case 'unreadable': {
        const question = pending.take(read.inReplyTo)
        // A view that cannot be read leaves nothing to go on with; the next connection starts afresh.
        return question === undefined ? line.drop() : question.fail(unreadable)
      }
    }
  }
  const line = createLine(open, ports, {
    onMessage: receive,
    onOpen: () => {
      isOpen = true
      tellView()
      pending.sendAll()
    },
    onLost: () => {
      isOpen = false
      pending.failUnrepeatable(lostAnswer)
    },
    onStatus: statuses.tell,
  })
  const pending = createPending(line.send, () => isOpen)

  const ask = <T>(asked: Asked, mayRepeat: boolean, read: (reply: Reply) => T | null): Promise<T> =>
    new Promise((resolve, reject) => {
      const fail = (error: WireError): void => reject(new RAdapterError(error))
      const id = ++lastId
      const text = written(id, asked)
      if (typeof text !== 'string') return fail(text)
      const settle = (reply: Reply): void => {
        if (reply.type === 'error') return fail(reply.error)
        const value = read(reply)
        if (value === null) fail(unreadable)
        else resolve(value)
      }
      pending.add(id, { text, mayRepeat, isSent: false, settle, fail })
    })

  const getRetained = (): Promise<RetainedInfo> =>
    ask({ type: 'get_checkpoints', payload: {} }, true, (reply) =>
      reply.type === 'get_checkpoints' ? { oldestHeight: reply.oldestHeight, checkpoints: reply.checkpoints } : null,
    )

  return {
    mode,
    get status() {
      return line.status()
    },
    get currentHeight() {
      return currentHeight
    },
    connect: (config) =>
      new Promise((resolve, reject) => {
        const problem = config === undefined ? null : unservable(mode, config)
        if (problem !== null) return reject(new RAdapterError(badRequest(problem)))
        if (line.status() === 'connected') return resolve()
        connecting.push({ resolve, reject })
        line.start()
      }),
    disconnect: () => {
      line.stop()
      pending.failAll(disconnected)
      for (const { reject } of connecting) reject(new RAdapterError(disconnected))
      connecting = []
    },
    setView: (next) => {
      view = next
      past.clear()
      tellView()
    },
    onFrame: frames.add,
    onStatusChange: statuses.add,
    onHostStatus: hostStatuses.add,
    getCheckpoints: async () => (await getRetained()).checkpoints,
    getRetained,
    getFrameAt: async (height) => {
      const seen = past.get(height)
      if (seen !== undefined) return seen
      const asOf = view
      const asked = { type: 'get_frame_at', payload: { height } } as const
      const frame = await ask(asked, true, (reply) => (reply.type === 'get_frame_at' ? reply.view : null))
      if (asOf === view) past.set(height, frame)
      return frame
    },
    sendInput: async (input) => {
      const text = inputText(writeInput, input)
      if (text === null) throw new RAdapterError(badRequest('this adapter cannot send this input'))
      const asked = { type: 'send_input', payload: { input: text } } as const
      return ask(asked, true, (reply) => (reply.type === 'send_input' ? { height: reply.height } : null))
    },
    rpc: (method, params) =>
      ask({ type: 'rpc', payload: { method, params } }, !NOT_TWICE.has(method), (reply) =>
        reply.type === 'rpc' ? readResult(method, reply.result) : null,
      ),
  }
}

const readResult = <M extends RpcMethod>(method: M, result: unknown): RpcMethods[M]['result'] | null => {
  const parsed = v.safeParse(RESULTS[method].schema as v.GenericSchema<unknown, RpcMethods[M]['result']>, result)
  return parsed.success ? parsed.output : null
}

const inputText = (write: ClientOptions['writeInput'], input: Command): string | null => {
  try {
    return write?.(input) ?? null
  } catch {
    return null
  }
}

const written = (id: number, asked: Asked): string | WireError => {
  try {
    return writeRequest(id, asked) ?? tooLarge(MAX_MESSAGE_BYTES)
  } catch {
    return badRequest('this cannot be sent')
  }
}
