/**
 * The watcher: reads the logs of executed bytecode back as `JEvent`s, the same for every kind of chain. Entities learn
 * what happened on chain from here and nowhere else.
 *
 * Contract: pure. Only logs of the Depository itself count; its events the runtime has no use for are left out. Input
 * comes from a chain that may lie, so a log that cannot be the Depository's is an error, never a guess.
 */
import type { EventFragment, Result } from 'ethers'
import type { JBlock, JEvent } from '../jurisdiction/types.ts'
import { type Bytes, fromHex } from '../lib/bytes.ts'
import { LIMITS } from '../lib/limits.ts'
import { type Address, type EntityId, parseEntityId, parseTokenId, type TokenId } from '../lib/units.ts'
import { DEPOSITORY } from './contracts.ts'
import { JAdapterError } from './types.ts'

/** As `eth_getLogs` gives it: 0x-hex, the address in lower case. */
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
/** A nonce, an epoch, a number or a second; the contracts keep all of them below 2^53. */
const countOf = (value: unknown): number => {
  const count = Number(bigintOf(value))
  return Number.isSafeInteger(count) ? count : malformed('a count out of range')
}
const bytesOf = (value: unknown): Bytes =>
  typeof value === 'string' ? fromHex(value) : malformed('something that is no bytes')
const bodyOf = (value: unknown): Bytes => {
  const body = bytesOf(value)
  return body.length <= LIMITS.proofBodyBytes ? body : malformed('a proof longer than any can be')
}

const booleanOf = (value: unknown): boolean =>
  typeof value === 'boolean' ? value : malformed('something that is neither true nor false')

const pairOf = (args: Result) => ({ left: entityIdOf(args.left), right: entityIdOf(args.right) })
/** An account's epoch, and a nonce good in it. */
const slotOf = (args: Result) => ({ epoch: countOf(args.epoch), nonce: countOf(args.nonce) })
const debtOf = (args: Result) => ({
  debtor: entityIdOf(args.debtor),
  creditor: entityIdOf(args.creditor),
  tokenId: tokenIdOf(args.tokenId),
  debtId: countOf(args.debtId),
})

/** Every event of the Depository that the runtime has a use for. */
const READERS: { readonly [name: string]: (args: Result) => JEvent } = {
  ReserveUpdated: (args) => ({
    type: 'reserve_updated',
    entityId: entityIdOf(args.entityId),
    tokenId: tokenIdOf(args.tokenId),
    amount: bigintOf(args.balance),
  }),
  AccountSettled: (args) => ({
    type: 'account_settled',
    ...pairOf(args),
    tokenId: tokenIdOf(args.tokenId),
    collateral: bigintOf(args.collateral),
    ondelta: bigintOf(args.ondelta),
    ...slotOf(args),
  }),
  BatchProcessed: (args) => ({
    type: 'batch_processed',
    entityId: entityIdOf(args.entityId),
    nonce: countOf(args.nonce),
    batchHash: bytesOf(args.batchHash),
  }),
  DisputeStarted: (args) => ({
    type: 'dispute_started',
    ...pairOf(args),
    byLeft: booleanOf(args.byLeft),
    ...slotOf(args),
    windowEndSeconds: countOf(args.windowEndSeconds),
    body: bodyOf(args.body),
  }),
  CounterProofRegistered: (args) => ({
    type: 'counter_registered',
    ...pairOf(args),
    ...slotOf(args),
    body: bodyOf(args.body),
  }),
  DisputeFinalized: (args) => ({ type: 'dispute_finalized', ...pairOf(args), ...slotOf(args) }),
  DebtCreated: (args) => ({ type: 'debt_created', ...debtOf(args), amount: bigintOf(args.amount) }),
  DebtEnforced: (args) => ({ type: 'debt_enforced', ...debtOf(args), remaining: bigintOf(args.remaining) }),
  SecretRevealed: (args) => ({
    type: 'secret_revealed',
    hashlock: bytesOf(args.hashlock),
    preimage: bytesOf(args.preimage),
    revealedAtSeconds: countOf(args.revealedAtSeconds),
  }),
}

/**
 * By topic in lower case: ethers, asked for an event by its topic, hashes every declaration anew. Made for the first
 * log, since every worker starts and few see one.
 */
const declared = new Map<string, EventFragment>()
const eventOf = (topic: string): EventFragment | undefined => {
  if (declared.size === 0) DEPOSITORY.abi.forEachEvent((event) => declared.set(event.topicHash, event))
  return declared.get(topic)
}

type Log = { readonly name: string; readonly args: Result }
const toEvent = ({ name, args }: Log): JEvent | null => READERS[name]?.(args) ?? null

/** null for an event nobody declared and for bytes that are not what its declaration says. */
const parse = ({ topics, data }: RawLog): Log | null => {
  const event = eventOf(topics[0]?.toLowerCase() ?? '')
  if (event === undefined) return null
  try {
    return { name: event.name, args: DEPOSITORY.abi.decodeEventLog(event, data, topics) }
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

/** What an event gives the newest value of; null for one that stands for itself. */
const subjectOf = (event: JEvent): string | null => {
  if (event.type === 'reserve_updated') return `${event.entityId}/${event.tokenId}`
  return event.type === 'account_settled' ? `${event.left}/${event.right}/${event.tokenId}` : null
}

/**
 * Somebody may pay for a block with more events than anybody takes in. Values are absolute, so that the last one of each
 * says as much as all of them.
 */
const bounded = (events: readonly JEvent[]): readonly JEvent[] => {
  if (events.length <= LIMITS.eventsPerBlock) return events
  const last = new Map(events.map((event, i) => [subjectOf(event), i]))
  const kept = events.filter((event, i) => {
    const subject = subjectOf(event)
    return subject === null || last.get(subject) === i
  })
  return kept.length <= LIMITS.eventsPerBlock ? kept : malformed('more events in one block than there can be')
}

/**
 * @param previousHash Of the block told of before; by default its parent.
 * @throws JAdapterError 'malformed'
 */
export const readBlock = (block: RawBlock, depository: Address, previousHash = block.parentHash): JBlock => ({
  height: block.height,
  hash: block.hash,
  previousHash,
  timestampSeconds: block.timestampSeconds,
  events: bounded(readEvents(block.logs, depository)),
})
