/**
 * The embedded chain on disk, through the `Store` port. One commit per block: its record, the state rows it changed
 * and the new head, all or nothing.
 *
 *   chain/<name>/head             which chain this is and its newest block
 *   chain/<name>/block/<height>   header (RLP), logs and a checksum; the height in 8 hex digits
 *   chain/<name>/state/<row>      one row of the state after the newest block
 *
 * What is read back is believed only if it all hangs together (I-CHAIN-RESTORE): the header hashes to the head's hash,
 * it has the head's height, and its stateRoot is the Merkle root of the rows. Blocks are believed as far as their
 * parent hashes lead.
 */
import { RLP } from '@ethereumjs/rlp'
import { bytes, bytesUpTo, type Codec, decode, encode, hex, list, struct, uint, via } from '../codec/schema.ts'
import { type Bytes, equalBytes, fromHex, toBigInt, toHex } from '../lib/bytes.ts'
import { keccak, taggedHash } from '../lib/hash.ts'
import type { Address } from '../lib/units.ts'
import type { Store, StoreBatch, StoreRow } from '../ports.ts'
import type { Tip } from './browservm.ts'
import { type ChainState, emptyState } from './chain-state.ts'
import { JAdapterError } from './types.ts'
import type { RawBlock, RawLog } from './watcher.ts'

type Head = { readonly chainId: number; readonly height: number; readonly hash: Bytes }
type BlockBody = { readonly header: Bytes; readonly logs: readonly RawLog[] }
type BlockRecord = { readonly body: Bytes; readonly checksum: Bytes }

export type ChainStore = {
  /** The newest tip, verified; null when this store has never held the chain. */
  load(): Promise<Tip | null>
  /** Resolves when `tip` is durable. `before` is the state of its parent, which is what the store holds. */
  save(before: ChainState, tip: Tip, logs: readonly RawLog[]): Promise<void>
  /** Blocks from height `from` on, oldest first. */
  blocks(from: number, limit: number): Promise<readonly RawBlock[]>
}

const HEADER_BYTES = 2_048
const LOG_BYTES = 65_536
const LOGS_PER_BLOCK = 4_096
const RECORD_BYTES = 16_777_216

const headCodec: Codec<Head> = struct<Head>({ chainId: uint, height: uint, hash: bytes(32) })
const logCodec: Codec<RawLog> = struct<RawLog>({
  address: hex<Address>(20),
  topics: list(hex<string>(32), 4),
  data: via<string, Bytes>(bytesUpTo(LOG_BYTES), fromHex, toHex),
})
const bodyCodec: Codec<BlockBody> = struct<BlockBody>({
  header: bytesUpTo(HEADER_BYTES),
  logs: list(logCodec, LOGS_PER_BLOCK),
})
const recordCodec: Codec<BlockRecord> = struct<BlockRecord>({ body: bytesUpTo(RECORD_BYTES), checksum: bytes(32) })

const corrupt = (what: string): never => {
  throw new JAdapterError('corrupt', `I-CHAIN-RESTORE: ${what}`)
}

const read = <T>(codec: Codec<T>, row: Bytes, what: string): T => {
  const decoded = decode(codec, row)
  return decoded.type === 'ok' ? decoded.value : corrupt(`${what}: ${decoded.reason}`)
}

/** Positions in a header's list, which every fork since has only appended to (Yellow Paper 4.4). */
const FIELD = { parentHash: 0, stateRoot: 3, number: 8, timestamp: 11 } as const

const readHeader = (header: Bytes) => {
  const fields = RLP.decode(header)
  const field = (position: number): Bytes => {
    const value = Array.isArray(fields) ? fields[position] : undefined
    return value instanceof Uint8Array ? value : corrupt('a header that is none')
  }
  return {
    hash: keccak(header),
    parentHash: field(FIELD.parentHash),
    stateRoot: field(FIELD.stateRoot),
    height: Number(toBigInt(field(FIELD.number))),
    timestampSeconds: Number(toBigInt(field(FIELD.timestamp))),
  }
}

// The header commits to receipts, of which only the logs are kept; so the logs need a checksum of their own.
const checksumOf = (body: Bytes): Bytes => taggedHash('xln:chain-block:v1', body)

const sealBody = (block: BlockBody): Bytes => {
  const body = encode(bodyCodec, block)
  return encode(recordCodec, { body, checksum: checksumOf(body) })
}
const readBody = (row: Bytes): BlockBody => {
  const { body, checksum } = read(recordCodec, row, 'block')
  if (!equalBytes(checksum, checksumOf(body))) corrupt('a block is damaged')
  return read(bodyCodec, body, 'block')
}

const toRawBlock = (row: Bytes): RawBlock => {
  const { header, logs } = readBody(row)
  const { hash, parentHash, height, timestampSeconds } = readHeader(header)
  return { hash, parentHash, height, timestampSeconds, logs }
}

/** Every key of ours is below this one under the same prefix. */
const END = '~'

const prefixOf = (name: string): string => `chain/${name}/`
const headKeyOf = (name: string): string => `${prefixOf(name)}head`

/**
 * The row that makes of a copied chain one of its own: the same blocks and the same state, and from the next block on
 * another chain id, which transactions and contracts then go by. Null where there is no chain.
 * @throws JAdapterError 'corrupt'
 */
export const forkedHead = async (
  store: Pick<Store, 'get'>,
  { name, chainId }: { readonly name: string; readonly chainId: bigint },
): Promise<StoreRow | null> => {
  const key = headKeyOf(name)
  const row = await store.get(key)
  if (row === undefined) return null
  return { key, value: encode(headCodec, { ...read(headCodec, row, 'head'), chainId: Number(chainId) }) }
}

export const createChainStore = (options: {
  readonly store: Store
  readonly epoch: number
  readonly name: string
  readonly chainId: bigint
}): ChainStore => {
  const { store, epoch, name } = options
  const prefix = prefixOf(name)
  const headKey = headKeyOf(name)
  const blockKey = (height: number): string => `${prefix}block/${height.toString(16).padStart(8, '0')}`
  const statePrefix = `${prefix}state/`

  const loadState = async (): Promise<ChainState> => {
    const rows = await store.range({ from: statePrefix, to: statePrefix + END })
    let state = emptyState()
    for (const { key, value } of rows) state = state.set(key.slice(statePrefix.length), value)
    return state
  }

  return {
    load: async () => {
      const headRow = await store.get(headKey)
      if (headRow === undefined) {
        // Never a second genesis over what is left of a first one.
        const rest = await store.range({ from: prefix, to: prefix + END, limit: 1 })
        return rest.length === 0 ? null : corrupt('a chain without a head')
      }
      const head = read(headCodec, headRow, 'head')
      if (BigInt(head.chainId) !== options.chainId)
        throw new JAdapterError('foreign', `${name} is chain ${head.chainId}, not chain ${options.chainId}`)
      const row = (await store.get(blockKey(head.height))) ?? corrupt(`no block ${head.height}`)
      const { header } = readBody(row)
      const { stateRoot, ...fields } = readHeader(header)
      if (!equalBytes(fields.hash, head.hash)) corrupt('the newest block is not the head')
      if (fields.height !== head.height) corrupt(`block ${fields.height} in the place of block ${head.height}`)
      const state = await loadState()
      if (!equalBytes(state.root(), stateRoot)) corrupt('the state is not the one the newest block commits to')
      return { ...fields, header, state }
    },
    save: async (before, tip, logs) => {
      const puts: StoreRow[] = []
      const deletes: string[] = []
      for (const { key, after } of tip.state.changesSince(before)) {
        if (after === undefined) deletes.push(statePrefix + key)
        else puts.push({ key: statePrefix + key, value: after })
      }
      const head = { chainId: Number(options.chainId), height: tip.height, hash: tip.hash }
      puts.push({ key: blockKey(tip.height), value: sealBody({ header: tip.header, logs }) })
      puts.push({ key: headKey, value: encode(headCodec, head) })
      const batch: StoreBatch = { epoch, puts, deletes }
      await store.commit(batch)
    },
    blocks: async (from, limit) => {
      const rows = await store.range({ from: blockKey(from), to: `${prefix}block/${END}`, limit })
      const blocks = rows.map((row) => toRawBlock(row.value))
      for (const [i, block] of blocks.entries()) {
        if (block.height !== from + i) corrupt(`block ${block.height} in the place of block ${from + i}`)
        const parent = blocks[i - 1]
        if (parent !== undefined && !equalBytes(parent.hash, block.parentHash))
          corrupt(`block ${block.height} does not follow the one before it`)
      }
      return blocks
    },
  }
}
