/**
 * JSON-RPC over HTTP and over WebSocket, by ethers' providers; the only file that knows them. Of ethers here is the
 * protocol alone (numbering, matching, framing): waiting, trying again and believing are this edge's own.
 *
 * Contract: a request ends with the node's answer or with a JAdapterError; when the connection is lost every open one
 * ends at once. Nothing is sent twice. An answer may be as long as `MOST_BYTES`.
 */
import {
  FetchRequest,
  type GetUrlResponse,
  type JsonRpcError,
  type JsonRpcPayload,
  JsonRpcProvider,
  Network,
  WebSocketProvider,
} from 'ethers'
import type { RpcAnswer, RpcEndpoint } from './node.ts'
import { JAdapterError, type JAdapterFailure } from './types.ts'

const MOST_BYTES = 32_000_000
/** Never sent anywhere: which chain it is, the link asks. */
const ANY_NETWORK = Network.from(1)

/** The node's own error, carried through ethers unread. */
class AnsweredWithError extends Error {
  override readonly name = 'AnsweredWithError'
  constructor(readonly answer: Extract<RpcAnswer, { type: 'error' }>) {
    super(answer.message)
  }
}

const answeredWith = ({ error }: JsonRpcError): AnsweredWithError => {
  const { code, message, data } = (error ?? {}) as { code?: unknown; message?: unknown; data?: unknown }
  return new AnsweredWithError({
    type: 'error',
    code: typeof code === 'number' ? code : 0,
    message: typeof message === 'string' ? message : 'no reason',
    data: data ?? null,
  })
}

const failure = (type: JAdapterFailure, message: string, cause?: unknown): JAdapterError =>
  new JAdapterError(type, message, { cause })

/** What is left is an answer that ethers could not make sense of. */
const asFailure = (error: unknown, host: string): JAdapterError =>
  error instanceof JAdapterError ? error : failure('malformed', `${host} answers with something else.`, error)

const settle = async (answer: Promise<unknown>, host: string): Promise<RpcAnswer> => {
  try {
    return { type: 'result', value: await answer }
  } catch (error) {
    if (error instanceof AnsweredWithError) return error.answer
    throw asFailure(error, host)
  }
}

const bodyOf = async (response: Response, host: string): Promise<Uint8Array> => {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body ?? []) {
    length += part.length
    if (length > MOST_BYTES) throw failure('malformed', `${host} answers without end.`)
    parts.push(part)
  }
  const body = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    body.set(part, at)
    at += part.length
  }
  return body
}

/** One request, as ethers wants it done. */
const post = async (request: FetchRequest, signal: AbortSignal, host: string): Promise<GetUrlResponse> => {
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: { 'content-type': 'application/json' },
      body: request.body as Uint8Array<ArrayBuffer>,
      signal,
    })
    const { status, statusText } = response
    if (status === 429) throw failure('rate_limited', `${host} wants to be asked less.`)
    if (!response.ok) throw failure('unreachable', `${host} answers ${status} ${statusText}.`)
    return { statusCode: status, statusMessage: statusText, headers: {}, body: await bodyOf(response, host) }
  } catch (error) {
    throw error instanceof JAdapterError ? error : failure('unreachable', `${host} cannot be reached.`, error)
  }
}

class HttpProvider extends JsonRpcProvider {
  override getRpcError(_payload: JsonRpcPayload, error: JsonRpcError): Error {
    return answeredWith(error)
  }
}

const openHttp = (url: string, host: string): RpcEndpoint => {
  const open = new Set<AbortController>()
  const connection = new FetchRequest(url)
  connection.getUrlFunc = async (request) => {
    const aborting = new AbortController()
    open.add(aborting)
    return post(request, aborting.signal, host).finally(() => open.delete(aborting))
  }
  const provider = new HttpProvider(connection, ANY_NETWORK, { staticNetwork: ANY_NETWORK, batchMaxCount: 1 })
  return {
    host,
    request: (method, params) => settle(provider.send(method, [...params]), host),
    onNews: () => () => undefined,
    close: () => {
      for (const aborting of open) aborting.abort()
      provider.destroy()
    },
  }
}

type SocketEvents = { readonly news: () => void; readonly nonsense: (error: unknown) => void }

class SocketProvider extends WebSocketProvider {
  readonly #events: SocketEvents
  constructor(url: string, events: SocketEvents) {
    super(url, ANY_NETWORK, { staticNetwork: ANY_NETWORK })
    this.#events = events
  }
  override getRpcError(_payload: JsonRpcPayload, error: JsonRpcError): Error {
    return answeredWith(error)
  }
  override async _processMessage(message: string): Promise<void> {
    try {
      const read: unknown = JSON.parse(message)
      const isNews = typeof read === 'object' && read !== null && 'method' in read
      if (isNews) this.#events.news()
      else await super._processMessage(message)
    } catch (error) {
      this.#events.nonsense(error)
    }
  }
}

/** What both kinds of socket that ethers may hold have, and its own type leaves out. */
type Socket = { onclose: (() => void) | null; onerror: ((event: unknown) => void) | null }

const openSocket = (url: string, host: string): RpcEndpoint => {
  const listeners = new Set<() => void>()
  const notify = (): void => {
    for (const listener of [...listeners]) listener()
  }
  let lost: JAdapterError | null = null
  const open = new Set<(error: JAdapterError) => void>()
  const lose = (error: JAdapterError): void => {
    lost ??= error
    for (const reject of [...open]) reject(lost)
    notify()
  }
  const provider = new SocketProvider(url, {
    news: notify,
    nonsense: (error) => lose(failure('malformed', `${host} sends something else.`, error)),
  })
  const socket = provider.websocket as unknown as Socket
  socket.onclose = () => lose(failure('unreachable', `The connection to ${host} was lost.`))
  socket.onerror = (event) => lose(failure('unreachable', `${host} cannot be reached.`, event))

  const request: RpcEndpoint['request'] = (method, params) =>
    new Promise((resolve, reject) => {
      if (lost !== null) return reject(lost)
      open.add(reject)
      settle(provider.send(method, [...params]), host)
        .then(resolve, reject)
        .finally(() => open.delete(reject))
    })
  // A node that does not announce its blocks is asked for them anyway.
  request('eth_subscribe', ['newHeads']).catch(() => undefined)
  return {
    host,
    request,
    onNews: (listener) => {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    close: () => {
      listeners.clear()
      lose(failure('closed', `The connection to ${host} was closed.`))
      void provider.destroy()
    },
  }
}

/** @throws JAdapterError 'refused' for what is no address of a node. */
export const openEndpoint = (url: string): RpcEndpoint => {
  const parsed = URL.canParse(url) ? new URL(url) : null
  switch (parsed?.protocol) {
    case 'http:':
    case 'https:':
      return openHttp(url, parsed.host)
    case 'ws:':
    case 'wss:':
      return openSocket(url, parsed.host)
    default:
      throw failure('refused', 'A node has an address that begins with https, http, wss or ws.')
  }
}
