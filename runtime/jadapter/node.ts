/**
 * A JSON-RPC node as this edge uses it: typed questions, typed answers, a limit to waiting. What carries the questions
 * is a port (`RpcEndpoint`), so that HTTP, WebSocket and whatever else look the same.
 *
 * Contract: every failure is a JAdapterError. Where the interface has a way to say what happened, nothing is concluded
 * from an error's words.
 */
import { type Bytes, EMPTY, toHex } from '../lib/bytes.ts'
import type { Address } from '../lib/units.ts'
import type { Scheduler } from '../ports.ts'
import {
  countOf,
  dataOf,
  type Header,
  hashOf,
  headerOf,
  logsOf,
  type PlacedLog,
  quantityOf,
  type Receipt,
  receiptOf,
  revertDataOf,
} from './answers.ts'
import type { Revert } from './revert.ts'
import { JAdapterError } from './types.ts'

export type RpcAnswer =
  | { readonly type: 'result'; readonly value: unknown }
  /** JSON-RPC 2.0, section 5.1. */
  | { readonly type: 'error'; readonly code: number; readonly message: string; readonly data: unknown }

export type RpcEndpoint = {
  /** Host and port, for people. Paths and queries may hold keys. */
  readonly host: string
  /** @throws JAdapterError 'unreachable', 'rate_limited' or 'malformed' when there is no answer to be had. */
  readonly request: (method: string, params: readonly unknown[]) => Promise<RpcAnswer>
  /** Called when a new block is announced, or the connection is lost; over HTTP never. */
  readonly onNews: (listener: () => void) => () => void
  readonly close: () => void
}
export type OpenEndpoint = (url: string) => RpcEndpoint

export type CallRequest = { readonly from?: Address; readonly to: Address; readonly data: Bytes }

/** What became of asking the node to execute something. */
export type Executed<T> =
  | { readonly type: 'returned'; readonly value: T }
  | { readonly type: 'reverted'; readonly revert: Revert }

export type RpcNode = {
  readonly host: string
  readonly onNews: RpcEndpoint['onNews']
  readonly close: () => void
  readonly chainId: () => Promise<bigint>
  /** @returns null when there is no such block. */
  readonly header: (at: 'latest' | number | Bytes) => Promise<Header | null>
  readonly code: (address: Address) => Promise<Bytes>
  readonly logs: (range: {
    readonly address: Address
    readonly from: number
    readonly to: number
  }) => Promise<readonly PlacedLog[]>
  /** On top of a block, by default the newest. */
  readonly call: (request: CallRequest, at?: number) => Promise<Executed<Bytes>>
  readonly estimateGas: (request: CallRequest) => Promise<Executed<bigint>>
  readonly balance: (address: Address) => Promise<bigint>
  /** How many transactions of an address are in blocks up to one, or wait to be. */
  readonly transactionCount: (address: Address, at: 'latest' | 'pending' | number) => Promise<number>
  readonly receipt: (hash: Bytes) => Promise<Receipt | null>
  /** True when the transaction waits or is in a block. */
  readonly knows: (hash: Bytes) => Promise<boolean>
  /** @returns null when it was taken, else why not, for people. */
  readonly sendRaw: (raw: Bytes) => Promise<string | null>
  /** What the node would have one offer on top of the base fee; null when it cannot say. */
  readonly tip: () => Promise<bigint | null>
}

const TIMEOUT_MS = 10_000
/** EIP-1474: limit exceeded. */
const LIMIT_EXCEEDED = -32_005
/** EIP-1474 has none; this is what geth and its kin answer for a call that reverted. */
const EXECUTION_REVERTED = 3

const quantity = (value: number): string => `0x${value.toString(16)}`
const at = (place: 'latest' | 'pending' | number): string => (typeof place === 'number' ? quantity(place) : place)

type ErrorAnswer = Extract<RpcAnswer, { type: 'error' }>

/** Nodes agree neither on the code nor on the place of the data; without both only the word is left. */
const revertIn = ({ code, message, data }: ErrorAnswer): Revert | null => {
  const returned = revertDataOf(data)
  const isRevert = code === EXECUTION_REVERTED || returned !== null || /\brevert/i.test(message)
  return isRevert ? { data: returned ?? EMPTY, error: message } : null
}

export const createNode = (
  endpoint: RpcEndpoint,
  ports: { readonly schedule: Scheduler; readonly timeoutMs?: number },
): RpcNode => {
  const { schedule, timeoutMs = TIMEOUT_MS } = ports
  const { host } = endpoint

  const answer = (method: string, params: readonly unknown[]): Promise<RpcAnswer> =>
    new Promise((resolve, reject) => {
      const cancel = schedule(timeoutMs, () =>
        reject(new JAdapterError('unreachable', `${host} has not answered for ${timeoutMs / 1_000} seconds`)),
      )
      const settle =
        <T>(settled: (value: T) => void) =>
        (value: T): void => {
          cancel()
          settled(value)
        }
      endpoint.request(method, params).then(settle(resolve), settle(reject))
    })
  const failed = ({ code, message }: ErrorAnswer, method: string): never => {
    const type = code === LIMIT_EXCEEDED ? 'rate_limited' : 'node_error'
    throw new JAdapterError(type, `${host} answers ${method} with: ${message}`)
  }
  const ask = async (method: string, params: readonly unknown[]): Promise<unknown> => {
    const answered = await answer(method, params)
    return answered.type === 'result' ? answered.value : failed(answered, method)
  }
  const execute = async <T>(method: string, params: readonly unknown[], read: (value: unknown) => T) => {
    const answered = await answer(method, params)
    if (answered.type === 'result') return { type: 'returned', value: read(answered.value) } as const
    const revert = revertIn(answered)
    return revert === null ? failed(answered, method) : ({ type: 'reverted', revert } as const)
  }
  const requestOf = ({ from, to, data }: CallRequest) => ({
    to,
    data: toHex(data),
    ...(from === undefined ? {} : { from }),
  })

  return {
    host,
    onNews: endpoint.onNews,
    close: endpoint.close,
    chainId: async () => quantityOf(await ask('eth_chainId', [])),
    header: async (place) =>
      headerOf(
        place instanceof Uint8Array
          ? await ask('eth_getBlockByHash', [toHex(place), false])
          : await ask('eth_getBlockByNumber', [at(place), false]),
      ),
    code: async (address) => dataOf(await ask('eth_getCode', [address, 'latest'])),
    logs: async ({ address, from, to }) => {
      const filter = { address, fromBlock: quantity(from), toBlock: quantity(to) }
      return logsOf(await ask('eth_getLogs', [filter]), { address, from, to })
    },
    call: (request, height) => execute('eth_call', [requestOf(request), at(height ?? 'latest')], dataOf),
    estimateGas: (request) => execute('eth_estimateGas', [requestOf(request)], quantityOf),
    balance: async (address) => quantityOf(await ask('eth_getBalance', [address, 'latest'])),
    transactionCount: async (address, place) => countOf(await ask('eth_getTransactionCount', [address, at(place)])),
    receipt: async (hash) => receiptOf(await ask('eth_getTransactionReceipt', [toHex(hash)])),
    knows: async (hash) => (await ask('eth_getTransactionByHash', [toHex(hash)])) !== null,
    sendRaw: async (raw) => {
      const answered = await answer('eth_sendRawTransaction', [toHex(raw)])
      if (answered.type === 'error') return answered.message
      hashOf(answered.value)
      return null
    },
    tip: async () => {
      const answered = await answer('eth_maxPriorityFeePerGas', [])
      return answered.type === 'result' ? quantityOf(answered.value) : null
    },
  }
}
