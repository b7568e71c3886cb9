/**
 * Checkpoints: the state at one height, each of its keys a row of its own, and a compact index row over them.
 *
 *   fkv/<height>/<key>   one row per key, values opaque
 *   ckpt/<height>        sealed { height, root, recordHash, timestampMs, rowCount, checksum }
 *
 * Contract: the index row is written last, so a checkpoint whose writing was cut short does not exist. `checksum`
 * runs over all rows in key order: c_0 = 0, c_i = keccak(c_(i−1) ‖ RLP [key, value]). `recordHash` is the hash of the
 * WAL record at `height`, so the log after a checkpoint is verified without reading the log before it.
 *
 * Nothing here touches the WAL. Writing and pruning are the writer's, one at a time.
 */
import { bytes, bytesUpTo, decode, encode, struct, text, uint } from '../codec/schema.ts'
import { type Bytes, concat, equalBytes, ZERO_32 } from '../lib/bytes.ts'
import { keccak } from '../lib/hash.ts'
import type { Store, StoreRow } from '../ports.ts'
import { seal, unseal } from './seal.ts'
import { after, keysUnder, MAX_KEY_CHARACTERS, StoreError, scan } from './store.ts'
import { HEIGHT_LIMIT, heightKey } from './wal.ts'

export type CheckpointIndex = {
  readonly height: number
  /** State root after the frame at `height`, 32 bytes. */
  readonly root: Bytes
  /** Hash of the WAL record at `height`, 32 bytes. */
  readonly recordHash: Bytes
  readonly timestampMs: number
  readonly rowCount: number
  readonly checksum: Bytes
}
export type CheckpointInput = Omit<CheckpointIndex, 'rowCount' | 'checksum'> & {
  /** In ascending code-point order of the keys, as a MerkleMap lists them; no key twice. */
  readonly rows: Iterable<StoreRow>
}

const INDEX = { tag: 'xln:checkpoint', version: 1 }
const INDEX_PREFIX = 'ckpt/'
const ROWS_PREFIX = 'fkv/'
const INDEX_KEY = /^ckpt\/(\d{12})$/
const ROW_KEY = /^fkv\/(\d{12})\//
const CHUNK_ROWS = 256
const CHUNK_BYTES = 1024 * 1024
const KEEP = 2

const indexKey = (height: number): string => `${INDEX_PREFIX}${heightKey(height)}`
const rowsPrefix = (height: number): string => `${ROWS_PREFIX}${heightKey(height)}/`

const index = struct<CheckpointIndex>({
  height: uint,
  root: bytes(32),
  recordHash: bytes(32),
  timestampMs: uint,
  rowCount: uint,
  checksum: bytes(32),
})
const row = struct<StoreRow>({ key: text(MAX_KEY_CHARACTERS), value: bytesUpTo(Number.MAX_SAFE_INTEGER) })
const extendChecksum = (checksum: Bytes, next: StoreRow): Bytes => keccak(concat(checksum, encode(row, next)))

/**
 * The puts of a checkpoint, in chunks of at most 256 rows and about 1 MiB, one commit each, in this order; the last
 * chunk is the index row alone. Lazy: `rows` is read as the chunks are taken.
 * @throws StoreError 'invalid' when the rows are out of order.
 */
export function* planCheckpoint({ rows, ...head }: CheckpointInput): Generator<readonly StoreRow[], void> {
  const prefix = rowsPrefix(head.height)
  let chunk: StoreRow[] = []
  let chunkBytes = 0
  let rowCount = 0
  let checksum = ZERO_32
  let lastKey = ''
  for (const next of rows) {
    if (next.key <= lastKey) throw new StoreError('invalid', `checkpoint rows out of order at ${next.key}`)
    lastKey = next.key
    rowCount++
    checksum = extendChecksum(checksum, next)
    chunk.push({ key: prefix + next.key, value: next.value })
    chunkBytes += next.key.length + next.value.length
    if (chunk.length === CHUNK_ROWS || chunkBytes >= CHUNK_BYTES) {
      yield chunk
      chunk = []
      chunkBytes = 0
    }
  }
  if (chunk.length > 0) yield chunk
  yield [{ key: indexKey(head.height), value: seal(INDEX, encode(index, { ...head, rowCount, checksum })) }]
}

/** Index row first, so that what is half deleted is as invisible as what is half written. */
const removeCheckpoint = async (
  store: Store,
  { epoch, height }: { readonly epoch: number; readonly height: number },
): Promise<void> => {
  await store.commit({ epoch, puts: [], deletes: [indexKey(height)] })
  const range = keysUnder(rowsPrefix(height))
  for (;;) {
    const page = await store.range({ ...range, limit: CHUNK_ROWS })
    if (page.length === 0) return
    await store.commit({ epoch, puts: [], deletes: page.map(({ key }) => key) })
  }
}

/** Writes a checkpoint chunk by chunk, in place of whatever an earlier attempt at this height left. */
export const writeCheckpoint = async (store: Store, epoch: number, input: CheckpointInput): Promise<void> => {
  await removeCheckpoint(store, { epoch, height: input.height })
  for (const puts of planCheckpoint(input)) await store.commit({ epoch, puts, deletes: [] })
}

type IndexRead =
  | { readonly type: 'ok'; readonly index: CheckpointIndex }
  | { readonly type: 'corrupt'; readonly detail: string }
  | { readonly type: 'unknown_version'; readonly version: number }

const readIndex = ({ key, value }: StoreRow): IndexRead => {
  const unsealed = unseal(INDEX, value)
  if (unsealed.type !== 'ok') return unsealed
  const decoded = decode(index, unsealed.body)
  if (decoded.type !== 'ok') return { type: 'corrupt', detail: decoded.reason }
  if (decoded.value.height >= HEIGHT_LIMIT || key !== indexKey(decoded.value.height))
    return { type: 'corrupt', detail: `the index of height ${decoded.value.height} lies under ${key}` }
  return { type: 'ok', index: decoded.value }
}

export type ListedCheckpoint = { readonly key: string } & IndexRead

/** Every index row, newest first, checked by itself; the checkpoints' own rows are not read. */
export const listCheckpoints = async (store: Store): Promise<readonly ListedCheckpoint[]> => {
  const rows = await store.range({ ...keysUnder(INDEX_PREFIX), reverse: true })
  return rows.map((found) => ({ key: found.key, ...readIndex(found) }))
}

export type CheckpointLoad =
  /** Keys as they were given to `planCheckpoint`, in order. */
  | { readonly type: 'ok'; readonly index: CheckpointIndex; readonly rows: readonly StoreRow[] }
  | { readonly type: 'missing' }
  | { readonly type: 'corrupt'; readonly detail: string }
  | { readonly type: 'unknown_version'; readonly version: number }

/** Reads a checkpoint and compares its rows with the index: their number, their keys and every byte. */
export const loadCheckpoint = async (store: Store, height: number): Promise<CheckpointLoad> => {
  const key = indexKey(height)
  const value = await store.get(key)
  if (value === undefined) return { type: 'missing' }
  const read = readIndex({ key, value })
  if (read.type !== 'ok') return read
  const prefix = rowsPrefix(height)
  const rows: StoreRow[] = []
  let checksum = ZERO_32
  for await (const found of scan(store, keysUnder(prefix), CHUNK_ROWS)) {
    const next = { key: found.key.slice(prefix.length), value: found.value }
    rows.push(next)
    checksum = extendChecksum(checksum, next)
  }
  const { rowCount } = read.index
  if (rows.length !== rowCount) return { type: 'corrupt', detail: `${rows.length} rows instead of ${rowCount}` }
  if (!equalBytes(checksum, read.index.checksum))
    return { type: 'corrupt', detail: 'the checksum over the rows differs' }
  return { type: 'ok', index: read.index, rows }
}

/** The heights that have rows, found by one small read each. */
async function* heightsWithRows(store: Store): AsyncGenerator<number> {
  const { to } = keysUnder(ROWS_PREFIX)
  let from = ROWS_PREFIX
  for (;;) {
    const [first] = await store.range({ from, to, limit: 1 })
    if (first === undefined) return
    const digits = ROW_KEY.exec(first.key)?.[1]
    if (digits !== undefined) yield Number(digits)
    from = digits === undefined ? after(first.key) : keysUnder(rowsPrefix(Number(digits))).to
  }
}

export type Pruned = { readonly kept: readonly number[]; readonly removed: readonly number[] }

/**
 * Keeps the two newest checkpoints that load without a fault, and removes every other one; also the rows that belong
 * to none (a writing or a removal cut short). As long as two sound ones are not known, no indexed checkpoint goes;
 * one of an unknown version never does.
 */
export const pruneCheckpoints = async (store: Store, epoch: number): Promise<Pruned> => {
  const kept: number[] = []
  const spare: number[] = []
  const indexed = new Set<number>()
  for (const listed of await listCheckpoints(store)) {
    const digits = INDEX_KEY.exec(listed.key)?.[1]
    if (digits === undefined) continue
    const height = Number(digits)
    indexed.add(height)
    if (listed.type === 'unknown_version') continue
    const isSound = kept.length < KEEP && (await loadCheckpoint(store, height)).type === 'ok'
    if (isSound) kept.push(height)
    else spare.push(height)
  }
  const removed = kept.length === KEEP ? spare : []
  for await (const height of heightsWithRows(store)) if (!indexed.has(height)) removed.push(height)
  for (const height of removed) await removeCheckpoint(store, { epoch, height })
  return { kept, removed: [...removed].sort((a, b) => a - b) }
}
