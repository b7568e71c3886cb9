/**
 * The watcher: reads the logs of executed bytecode back as `JEvent`s, the same for every kind of chain. Entities learn
 * what happened on chain from here and nowhere else.
 *
 * Contract: pure. Only logs of the Depository itself count; its events the runtime has no use for are left out. Input
 * comes from a chain that may lie, so a log that cannot be the Depository's is an error, never a guess.
 */
import type { LogDescription } from 'ethers'
import type { JBlock, JEvent } from '../jurisdiction/types.ts'
import { type Bytes, fromHex } from '../lib/bytes.ts'
import { type Address, type EntityId, parseEntityId, parseTokenId, type TokenId } from '../lib/units.ts'
import { DEPOSITORY } from './contracts.ts'
import { JAdapterError } from './types.ts'

/** As `eth_getLogs` gives it: lower-case 0x-hex. */
export type RawLog = { readonly address: Address; readonly topics: readonly string[]; readonly data: string }

export type RawBlock = {
  readonly height: number
  readonly hash: Bytes
  readonly parentHash: Bytes
  readonly timestampSeconds: number
  /** In log order. */
  readonly logs: readonly RawLog[]
}

const malformed = (what: string): never => {
  throw new JAdapterError('malformed', `the chain sent ${what}`)
}

const entityIdOf = (value: unknown): EntityId =>
  (typeof value === 'string' ? parseEntityId(value) : null) ?? malformed('something that is no entity id')
const bigintOf = (value: unknown): bigint =>
  typeof value === 'bigint' ? value : malformed('something that is no number')
const tokenIdOf = (value: unknown): TokenId =>
  parseTokenId(Number(bigintOf(value))) ?? malformed('a token id out of range')
const nonceOf = (value: unknown): number => {
  const nonce = Number(bigintOf(value))
  return Number.isSafeInteger(nonce) ? nonce : malformed('a nonce out of range')
}
const bytesOf = (value: unknown): Bytes =>
  typeof value === 'string' ? fromHex(value) : malformed('something that is no hash')

const toEvent = ({ name, args }: LogDescription): JEvent | null => {
  switch (name) {
    case 'ReserveUpdated':
      return {
        type: 'reserve_updated',
        entityId: entityIdOf(args.entityId),
        tokenId: tokenIdOf(args.tokenId),
        amount: bigintOf(args.balance),
      }
    case 'AccountSettled':
      return {
        type: 'account_settled',
        left: entityIdOf(args.left),
        right: entityIdOf(args.right),
        tokenId: tokenIdOf(args.tokenId),
        collateral: bigintOf(args.collateral),
        ondelta: bigintOf(args.ondelta),
        epoch: 0,
        nonce: 0,
      }
    case 'BatchProcessed':
      return {
        type: 'batch_processed',
        entityId: entityIdOf(args.entityId),
        nonce: nonceOf(args.nonce),
        batchHash: bytesOf(args.batchHash),
      }
    default:
      return null
  }
}

/** null for an event nobody declared and for bytes that are not what its declaration says. */
const parse = (log: RawLog): LogDescription | null => {
  try {
    return DEPOSITORY.abi.parseLog(log)
  } catch {
    return null
  }
}

/** @throws JAdapterError 'malformed' when one of the Depository's logs is none. */
export const readEvents = (logs: readonly RawLog[], depository: Address): readonly JEvent[] =>
  logs
    .filter((log) => log.address === depository)
    .map((log) => toEvent(parse(log) ?? malformed('a log that is no event of its contract')))
    .filter((event) => event !== null)

/** @throws JAdapterError 'malformed' */
export const readBlock = (block: RawBlock, depository: Address): JBlock => ({
  height: block.height,
  hash: block.hash,
  parentHash: block.parentHash,
  timestampSeconds: block.timestampSeconds,
  events: readEvents(block.logs, depository),
})
