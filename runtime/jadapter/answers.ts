/**
 * What a JSON-RPC node answers, read: https://ethereum.github.io/execution-apis/
 *
 * Contract: pure. A node may send anything, so every reader takes `unknown` and either returns typed values or throws
 * JAdapterError 'malformed'; nothing is repaired and nothing is guessed. Hashes and addresses come back in lower case.
 */
import { type Bytes, fromHex } from '../lib/bytes.ts'
import type { Address } from '../lib/units.ts'
import type { Head } from './heads.ts'
import { JAdapterError } from './types.ts'
import type { RawLog } from './watcher.ts'

export type Header = Head & {
  /** Per unit of gas; null on a chain without EIP-1559. */
  readonly baseFeeWei: bigint | null
}

export type PlacedLog = RawLog & {
  readonly height: number
  readonly blockHash: Bytes
  readonly index: number
}

export type Receipt = {
  readonly height: number
  readonly blockHash: Bytes
  readonly isDone: boolean
  readonly logs: readonly RawLog[]
}

export const malformed = (what: string): never => {
  throw new JAdapterError('malformed', `the node sent ${what}`)
}

type Fields = { readonly [name: string]: unknown }

const fieldsOf = (value: unknown, what: string): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : malformed(`no ${what}`)

const textOf = (value: unknown, pattern: RegExp, what: string): string =>
  typeof value === 'string' && pattern.test(value) ? value.toLowerCase() : malformed(`something that is no ${what}`)

/** A JSON-RPC quantity below 2^256. */
export const quantityOf = (value: unknown, what = 'quantity'): bigint =>
  BigInt(textOf(value, /^0x[0-9a-fA-F]{1,64}$/, what))

export const countOf = (value: unknown, what = 'count'): number => {
  const count = Number(quantityOf(value, what))
  return Number.isSafeInteger(count) ? count : malformed(`a ${what} out of range`)
}

export const hashOf = (value: unknown): Bytes => fromHex(textOf(value, /^0x[0-9a-fA-F]{64}$/, 'hash'))

export const dataOf = (value: unknown): Bytes => fromHex(textOf(value, /^0x(?:[0-9a-fA-F]{2})*$/, 'byte string'))

const addressOf = (value: unknown): Address => textOf(value, /^0x[0-9a-fA-F]{40}$/, 'address') as string as Address

const listOf = (value: unknown, what: string): readonly unknown[] =>
  Array.isArray(value) ? (value as unknown[]) : malformed(`no ${what}`)

/** @returns null when the node has no such block. */
export const headerOf = (value: unknown): Header | null => {
  if (value === null) return null
  const block = fieldsOf(value, 'block')
  return {
    height: countOf(block.number, 'block number'),
    hash: hashOf(block.hash),
    parentHash: hashOf(block.parentHash),
    timestampSeconds: countOf(block.timestamp, 'timestamp'),
    baseFeeWei: block.baseFeePerGas == null ? null : quantityOf(block.baseFeePerGas, 'base fee'),
  }
}

const rawLogOf = (log: Fields): RawLog => ({
  address: addressOf(log.address),
  topics: listOf(log.topics, 'topics').map((topic) => textOf(topic, /^0x[0-9a-fA-F]{64}$/, 'topic')),
  data: textOf(log.data, /^0x(?:[0-9a-fA-F]{2})*$/, 'log data'),
})

/** Logs as asked for: of one contract, in a range of blocks, in the order in which they came about. */
export const logsOf = (
  value: unknown,
  asked: { readonly address: Address; readonly from: number; readonly to: number },
): readonly PlacedLog[] => {
  const logs = listOf(value, 'list of logs').map((entry): PlacedLog => {
    const log = fieldsOf(entry, 'log')
    if (log.removed === true) return malformed('a log of a block that is gone')
    const placed = {
      ...rawLogOf(log),
      height: countOf(log.blockNumber, 'block number'),
      blockHash: hashOf(log.blockHash),
      index: countOf(log.logIndex, 'log index'),
    }
    if (placed.address !== asked.address) return malformed('a log of another contract')
    return placed.height < asked.from || placed.height > asked.to ? malformed('a log of another block') : placed
  })
  for (const [i, log] of logs.entries()) {
    const before = logs[i - 1]
    const isLater =
      before === undefined || before.height < log.height || (before.height === log.height && before.index < log.index)
    if (!isLater) return malformed('logs out of order')
  }
  return logs
}

/** @returns null while the transaction is in no block. */
export const receiptOf = (value: unknown): Receipt | null => {
  if (value === null) return null
  const receipt = fieldsOf(value, 'receipt')
  // Some nodes answer for what still waits, with nothing in the places of the block.
  if (receipt.blockHash === null) return null
  return {
    height: countOf(receipt.blockNumber, 'block number'),
    blockHash: hashOf(receipt.blockHash),
    isDone: countOf(receipt.status, 'status') === 1,
    logs: listOf(receipt.logs, 'list of logs').map((log) => rawLogOf(fieldsOf(log, 'log'))),
  }
}

/** What made a call fail, wherever in the error a node puts it; null when it names no data. */
export const revertDataOf = (data: unknown): Bytes | null => {
  if (typeof data === 'string') {
    const found = /0x(?:[0-9a-fA-F]{2})*/.exec(data)?.[0]
    return found === undefined || found !== data.trim().replace(/^Reverted /, '') ? null : fromHex(found)
  }
  if (typeof data !== 'object' || data === null) return null
  return revertDataOf((data as Fields).data ?? (data as Fields).result ?? null)
}
