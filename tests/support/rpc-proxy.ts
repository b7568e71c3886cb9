/** A node that lies, or fails: passes questions on to a real one, and does with the answers what the test wants. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'

export type Question = { readonly method: string; readonly params: readonly unknown[] }
/** What a JSON-RPC answer holds besides its number. */
type Answer = { readonly result: unknown } | { readonly error: unknown }

export type Trick =
  | { readonly type: 'answer'; readonly answer: Answer }
  | { readonly type: 'text'; readonly text: string; readonly status?: number }
  /** The connection ends without a word. */
  | { readonly type: 'drop' }
  /** No answer, ever. */
  | { readonly type: 'silence' }

/** @returns null for the truth. */
export type Liar = (question: Question, truth: Answer) => Trick | null

export type RpcProxy = {
  readonly url: string
  lie: Liar
  /** Methods the real node never hears of. */
  withheld: readonly string[]
  readonly asked: string[]
  readonly close: () => Promise<void>
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const part of request) text += String(part)
  return text
}

/** The result of one method, changed; every other is the truth. */
export const lyingAbout =
  (method: string, change: (result: never, question: Question) => unknown): Liar =>
  (question, truth) =>
    question.method === method && 'result' in truth
      ? { type: 'answer', answer: { result: change(truth.result as never, question) } }
      : null
/** The same trick at every question, or at those of one method. */
export const always =
  (trick: Trick, method: string | null = null): Liar =>
  (question) =>
    method === null || question.method === method ? trick : null
export const honest: Liar = () => null

export const openRpcProxy = async (upstream: string): Promise<RpcProxy> => {
  const open = new Set<ServerResponse>()
  const truthOf = async (body: string): Promise<Answer> => {
    const headers = { 'content-type': 'application/json' }
    const asked = await fetch(upstream, { method: 'POST', headers, body })
    const { result, error } = (await asked.json()) as { result?: unknown; error?: unknown }
    return error === undefined ? { result } : { error }
  }
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request)
    const { id, ...question } = JSON.parse(body) as Question & { readonly id: number }
    proxy.asked.push(question.method)
    const truth = proxy.withheld.includes(question.method) ? { result: null } : await truthOf(body)
    const trick = proxy.lie(question, truth) ?? ({ type: 'answer', answer: truth } as const)
    switch (trick.type) {
      case 'answer':
        response.end(JSON.stringify({ jsonrpc: '2.0', id, ...trick.answer }))
        return
      case 'text':
        response.statusCode = trick.status ?? 200
        response.end(trick.text)
        return
      case 'drop':
        response.destroy()
        return
      case 'silence':
        open.add(response)
    }
  }
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxy: RpcProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lie: honest,
    withheld: [],
    asked: [],
    close: async () => {
      for (const response of open) response.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return proxy
}

/** A wire that can be held up and cut, for connections that last. */
export const openWire = async (port: number) => {
  const ends = new Set<Socket>()
  const pairs = new Map<Socket, Socket>()
  const server = createTcpServer((near) => {
    const far = connect(port, '127.0.0.1')
    for (const end of [near, far]) {
      ends.add(end)
      end.on('error', () => undefined)
      end.on('close', () => ends.delete(end))
    }
    pairs.set(near, far)
    near.pipe(far).pipe(near)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = (): void => {
    for (const end of ends) end.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    /** What is said on connections that stand is not heard any more. */
    mute: () => {
      for (const [near, far] of pairs) near.unpipe(far)
    },
    cut,
    close: async () => {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
