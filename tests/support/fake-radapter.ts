/**
 * An in-memory RAdapter for tests of screens: a double of the port, never of the runtime behind it. It keeps what it
 * was asked, answers as it was told, and pushes the frames it is given.
 */
import { signal } from '@preact/signals'
import { RAdapterError } from '../../runtime/radapter/errors.ts'
import type { RetainedInfo } from '../../runtime/radapter/retained.ts'
import type {
  CheckpointInfo,
  ConnectionStatus,
  FrameView,
  HostStatus,
  RAdapter,
  RpcMethod,
  RpcMethods,
  ViewState,
  WireError,
} from '../../runtime/radapter/types.ts'

type Answers = { [M in RpcMethod]?: (params: RpcMethods[M]['params']) => Promise<RpcMethods[M]['result']> }
/** A height that was asked for, through the view it was asked through. */
export type PastCall = { readonly height: number; readonly view: ViewState | undefined }
export type Call = { readonly method: RpcMethod; readonly params: unknown }

export type FakeAdapter = RAdapter & {
  readonly calls: readonly Call[]
  readonly views: readonly ViewState[]
  callsOf<M extends RpcMethod>(method: M): readonly RpcMethods[M]['params'][]
  answer<M extends RpcMethod>(
    method: M,
    answer: (params: RpcMethods[M]['params']) => RpcMethods[M]['result'] | Promise<RpcMethods[M]['result']>,
  ): void
  refuse(method: RpcMethod, error: Partial<WireError>): void
  readonly pastCalls: readonly PastCall[]
  /** Until it is told, no height is kept. */
  answerPast(answer: (call: PastCall) => FrameView | Promise<FrameView>): void
  keep(checkpoints: readonly CheckpointInfo[], oldestHeight?: number): void
  push(frame: FrameView): void
  pushHost(status: HostStatus): void
  setConnection(status: ConnectionStatus): void
}

/** As the real client rejects: an error that carries a `WireError`. */
const rejection = (error: Partial<WireError>): RAdapterError =>
  new RAdapterError({ code: 'E_INTERNAL', message: '', retryable: false, ...error })

export const createFakeAdapter = (initial: {
  readonly host: HostStatus
  readonly frame: FrameView | null
}): FakeAdapter => {
  const frames = new Set<(view: FrameView) => void>()
  const hosts = new Set<(status: HostStatus) => void>()
  const lines = new Set<(status: ConnectionStatus) => void>()
  const frame = signal(initial.frame)
  const host = signal(initial.host)
  const status = signal<ConnectionStatus>('connecting')
  const calls: Call[] = []
  const views: ViewState[] = []
  const answers: Answers = {}
  const pastCalls: PastCall[] = []
  const kept = signal<RetainedInfo>({ oldestHeight: 1, checkpoints: [] })
  const past = signal<(call: PastCall) => FrameView | Promise<FrameView>>(() =>
    Promise.reject(rejection({ code: 'E_RANGE' })),
  )

  const setConnection = (next: ConnectionStatus): void => {
    status.value = next
    for (const listener of lines) listener(next)
  }
  const subscribe = <T>(set: Set<(value: T) => void>, listener: (value: T) => void): (() => void) => {
    set.add(listener)
    return () => set.delete(listener)
  }
  const rpc = <M extends RpcMethod>(method: M, params: RpcMethods[M]['params']): Promise<RpcMethods[M]['result']> => {
    calls.push({ method, params })
    const answer: Answers[M] = answers[method]
    if (answer === undefined)
      return Promise.reject(rejection({ code: 'E_NOT_FOUND', message: `${method} has no answer here` }))
    return answer(params)
  }
  return {
    mode: 'embedded',
    get status() {
      return status.peek()
    },
    get currentHeight() {
      return frame.peek()?.height ?? 0
    },
    connect: () => {
      setConnection('connected')
      for (const listener of hosts) listener(host.peek())
      const first = frame.peek()
      if (first !== null) for (const listener of frames) listener(first)
      return Promise.resolve()
    },
    disconnect: () => setConnection('disconnected'),
    setView: (view) => void views.push(view),
    onFrame: (listener) => subscribe(frames, listener),
    onHostStatus: (listener) => subscribe(hosts, listener),
    onStatusChange: (listener) => subscribe(lines, listener),
    getCheckpoints: () => Promise.resolve(kept.peek().checkpoints),
    getRetained: () => Promise.resolve(kept.peek()),
    getFrameAt: (height) => {
      const call = { height, view: views.at(-1) }
      pastCalls.push(call)
      return new Promise((resolve) => resolve(past.peek()(call)))
    },
    pastCalls,
    answerPast: (answer) => {
      past.value = answer
    },
    keep: (checkpoints, oldestHeight = 1) => {
      kept.value = { oldestHeight, checkpoints }
    },
    sendInput: () => Promise.reject(rejection({ code: 'E_BAD_REQUEST' })),
    rpc,
    calls,
    views,
    callsOf: <M extends RpcMethod>(method: M) =>
      calls.filter((call) => call.method === method).map((call) => call.params as RpcMethods[M]['params']),
    answer: (method, answer) => {
      Object.assign(answers, { [method]: (params: never) => Promise.resolve(params).then(answer) })
    },
    refuse: (method, error) => {
      Object.assign(answers, { [method]: () => Promise.reject(rejection(error)) })
    },
    push: (next) => {
      frame.value = next
      for (const listener of frames) listener(next)
    },
    pushHost: (next) => {
      host.value = next
      for (const listener of hosts) listener(next)
    },
    setConnection,
  }
}
