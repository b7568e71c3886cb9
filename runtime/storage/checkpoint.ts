/**
 * Checkpoints in two tiers, and a compact index over both:
 *
 *   fkv/<height>/<key>   full: every row of the state at one height
 *   dkv/<height>/<n>     diff: what changed since the full it stands on, cumulative, some hundred rows in each value
 *                        (pack.ts), since nobody wants one of them alone; one byte 1 and the row, or one byte 0 for
 *                        a row that is gone
 *   ckpt/<height>/f|d    sealed index of a full, of a diff
 *   half/<kind>/<height> rows of this checkpoint may lie there without an index
 *
 * A state at a checkpoint is a full, or a full under one diff; height 0 is the empty full that everything starts from.
 *
 * Contract: the index row is written last, so a checkpoint whose writing was cut short does not exist, and removed
 * first. What would be left of either is marked before. `checksum` runs over all rows in key order: c_0 = 0,
 * c_i = keccak(c_(i−1) ‖ RLP [key, value]). `recordHash` is the hash of the WAL record at `height`, so the log after a
 * checkpoint is verified without reading the log before it.
 *
 * Nothing here touches the WAL. Writing and removing are the writer's, one at a time.
 */
import { writePair } from '../codec/rlp.ts'
import { bytes, type Codec, decode, encode, oneOf, struct, uint } from '../codec/schema.ts'
import { type Bytes, concat, equalBytes, ZERO_32 } from '../lib/bytes.ts'
import { keccak } from '../lib/hash.ts'
import type { Store, StoreRow } from '../ports.ts'
import { packRows, unpackRows } from './pack.ts'
import { seal, unseal } from './seal.ts'
import { after, keysUnder, pagesOf, StoreError, scan } from './store.ts'
import { HEIGHT_LIMIT, heightKey } from './wal.ts'

export type CheckpointKind = 'full' | 'diff'
export type CheckpointRef = { readonly kind: CheckpointKind; readonly height: number }
export type CheckpointIndex = CheckpointRef & {
  /** Height of the full that a diff stands on, 0 for the empty one; of a full its own. */
  readonly baseHeight: number
  /** State root after the frame at `height`, 32 bytes. */
  readonly root: Bytes
  /** Hash of the WAL record at `height`, 32 bytes. */
  readonly recordHash: Bytes
  readonly timestampMs: number
  readonly rowCount: number
  readonly checksum: Bytes
}
export type CheckpointHead = Omit<CheckpointIndex, 'rowCount' | 'checksum'>
/** In a diff a row that is gone has no value. */
type Change = { readonly key: string; readonly value: Bytes | null }

const INDEX = { tag: 'xln:checkpoint', version: 2 }
const INDEX_PREFIX = 'ckpt/'
const HALF_PREFIX = 'half/'
const LETTER: { readonly [K in CheckpointKind]: string } = { full: 'f', diff: 'd' }
const ROWS: { readonly [K in CheckpointKind]: string } = { full: 'fkv/', diff: 'dkv/' }
export const CHUNK_ROWS = 256
const CHUNK_BYTES = 1024 * 1024
const CHUNK_DIGITS = 6
/** Index rows read at once by who needs the newest. */
const FEW = 4
/** Keys of a checkpoint whose values are in memory at once, when it is read and when it is removed. */
const READ_KEYS: { readonly [K in CheckpointKind]: number } = { full: 4 * CHUNK_ROWS, diff: FEW }
const REMOVE_KEYS: { readonly [K in CheckpointKind]: number } = { full: CHUNK_ROWS, diff: FEW }
export const GONE = Uint8Array.of(0)
const IS_THERE = Uint8Array.of(1)

export const indexKey = ({ kind, height }: CheckpointRef): string =>
  `${INDEX_PREFIX}${heightKey(height)}/${LETTER[kind]}`
export const halfKey = ({ kind, height }: CheckpointRef): string => `${HALF_PREFIX}${kind}/${heightKey(height)}`
const rowsPrefix = ({ kind, height }: CheckpointRef): string => `${ROWS[kind]}${heightKey(height)}/`

const index: Codec<CheckpointIndex> = struct<CheckpointIndex>({
  kind: oneOf(['full', 'diff']),
  height: uint,
  baseHeight: uint,
  root: bytes(32),
  recordHash: bytes(32),
  timestampMs: uint,
  rowCount: uint,
  checksum: bytes(32),
})

/** More than most rows have. */
const TALLY_BYTES = 4_096

/** Runs over the rows of one checkpoint. */
export type Tally = {
  readonly add: (row: StoreRow) => void
  readonly sum: () => Pick<CheckpointIndex, 'rowCount' | 'checksum'>
}
export const tally = (): Tally => {
  let rowCount = 0
  let checksum = ZERO_32
  let input = new Uint8Array(TALLY_BYTES)
  return {
    add: ({ key, value }) => {
      rowCount++
      // Keys are ASCII, which the store sees to.
      const end = writePair(key, value, input, checksum.length)
      if (end > input.length) {
        input = new Uint8Array(2 * end)
        writePair(key, value, input, checksum.length)
      }
      input.set(checksum)
      checksum = keccak(input.subarray(0, end))
    },
    sum: () => ({ rowCount, checksum }),
  }
}
export const contradiction = (found: Tally, { rowCount, checksum }: CheckpointIndex): string | null => {
  const sum = found.sum()
  if (sum.rowCount !== rowCount) return `${sum.rowCount} rows instead of ${rowCount}`
  return equalBytes(sum.checksum, checksum) ? null : 'the checksum over the rows differs'
}

type Chunk = { readonly rows: readonly StoreRow[]; readonly bytes: number }

/**
 * The rows of one checkpoint in chunks of at most 256 and about 1 MiB. Lazy.
 * @throws StoreError 'invalid' when the rows are out of order.
 */
export function* chunksOf(rows: Iterable<StoreRow>, sum: Tally): Generator<Chunk, void> {
  let chunk: StoreRow[] = []
  let size = 0
  let lastKey = ''
  for (const next of rows) {
    if (next.key <= lastKey) throw new StoreError('invalid', `checkpoint rows out of order at ${next.key}`)
    lastKey = next.key
    sum.add(next)
    chunk.push(next)
    size += next.key.length + next.value.length
    if (chunk.length < CHUNK_ROWS && size < CHUNK_BYTES) continue
    yield { rows: chunk, bytes: size }
    chunk = []
    size = 0
  }
  if (chunk.length > 0) yield { rows: chunk, bytes: size }
}

/** The `n`-th chunk as it is stored. */
export const putsOf = (ref: CheckpointRef, { rows }: Chunk, n: number): readonly StoreRow[] => {
  const prefix = rowsPrefix(ref)
  return ref.kind === 'full'
    ? rows.map(({ key, value }) => ({ key: prefix + key, value }))
    : [{ key: `${prefix}${`${n}`.padStart(CHUNK_DIGITS, '0')}`, value: packRows(rows) }]
}

/** The rows in what is stored under one key; none when it is damaged, which their sum tells. */
const rowsIn = (ref: CheckpointRef, { key, value }: StoreRow): readonly StoreRow[] =>
  ref.kind === 'full' ? [{ key: key.slice(rowsPrefix(ref).length), value }] : (unpackRows(value) ?? [])

export const indexRow = (head: CheckpointHead, sum: Tally): StoreRow => ({
  key: indexKey(head),
  value: seal(INDEX, encode(index, { ...head, ...sum.sum() })),
})

export type Writer = { readonly store: Store; readonly epoch: number }

const asDiffRow = ({ key, value }: Change): StoreRow => ({
  key,
  value: value === null ? GONE : concat(IS_THERE, value),
})

/** What writing the changes adds, in bytes, at least. */
export const sizeOf = (changes: readonly Change[]): number =>
  changes.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), 0)

/** Writes rows chunk by chunk, in place of whatever an earlier attempt at this height left; small ones in one commit. */
const writeRows = async ({ store, epoch }: Writer, head: CheckpointHead, rows: Iterable<StoreRow>): Promise<void> => {
  const half = halfKey(head)
  if ((await store.get(half)) !== undefined) for await (const _ of removeCheckpoint({ store, epoch }, head));
  const sum = tally()
  const chunks = [...chunksOf(rows, sum)].map((chunk, n) => putsOf(head, chunk, n))
  const last = chunks.pop() ?? []
  for (const puts of chunks) await store.commit({ epoch, puts: [...puts, { key: half, value: GONE }], deletes: [] })
  await store.commit({ epoch, puts: [...last, indexRow(head, sum)], deletes: chunks.length === 0 ? [] : [half] })
}

/** `changes` are those since the full at `baseHeight`, in ascending order of the keys. */
export const writeDiff = (
  writer: Writer,
  head: Omit<CheckpointHead, 'kind'>,
  changes: readonly Change[],
): Promise<void> => writeRows(writer, { ...head, kind: 'diff' }, changes.map(asDiffRow))

/** Writes a full from the rows of a state, in ascending order of the keys. */
export const writeFull = (
  writer: Writer,
  head: Omit<CheckpointHead, 'kind' | 'baseHeight'>,
  rows: Iterable<StoreRow>,
): Promise<void> => writeRows(writer, { ...head, kind: 'full', baseHeight: head.height }, rows)

/** Index row first, so that what is half removed is as invisible as what is half written. One chunk a step. */
export async function* removeCheckpoint({ store, epoch }: Writer, ref: CheckpointRef): AsyncGenerator<void, void> {
  const half = halfKey(ref)
  await store.commit({ epoch, puts: [{ key: half, value: GONE }], deletes: [indexKey(ref)] })
  const range = keysUnder(rowsPrefix(ref))
  for (;;) {
    const limit = REMOVE_KEYS[ref.kind]
    const page = await store.range({ ...range, limit })
    const deletes = page.map(({ key }) => key)
    const isLast = page.length < limit
    await store.commit({ epoch, puts: [], deletes: isLast ? [...deletes, half] : deletes })
    yield
    if (isLast) return
  }
}

/** Removes what was cut short: rows that belong to no index. */
export async function* removeHalves(writer: Writer): AsyncGenerator<void, void> {
  for (const { key } of await writer.store.range(keysUnder(HALF_PREFIX))) {
    const [, kind, digits] = key.split('/')
    if (kind === 'full' || kind === 'diff') yield* removeCheckpoint(writer, { kind, height: Number(digits) })
  }
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
  const { value: found } = decoded
  if (found.height >= HEIGHT_LIMIT || key !== indexKey(found))
    return { type: 'corrupt', detail: `the index of the ${found.kind} at ${found.height} lies under ${key}` }
  return { type: 'ok', index: found }
}

export type ListedCheckpoint = CheckpointRef & IndexRead

const INDEX_KEY = /^ckpt\/(\d{12})\/([fd])$/

const listed = (found: StoreRow): readonly ListedCheckpoint[] => {
  const [, digits, letter] = INDEX_KEY.exec(found.key) ?? []
  if (digits === undefined) return []
  return [{ kind: letter === LETTER.full ? 'full' : 'diff', height: Number(digits), ...readIndex(found) }]
}

/** Every index row, newest first, a full before the diff of its height; the checkpoints' own rows are not read. */
export const listCheckpoints = async (store: Store): Promise<readonly ListedCheckpoint[]> =>
  (await store.range({ ...keysUnder(INDEX_PREFIX), reverse: true })).flatMap(listed)

/** The same from `height` downwards, read as far as they are asked for. */
export async function* checkpointsDown(store: Store, height: number): AsyncGenerator<ListedCheckpoint, void> {
  let to = height < HEIGHT_LIMIT ? after(indexKey({ kind: 'full', height })) : keysUnder(INDEX_PREFIX).to
  for (;;) {
    const page = await store.range({ from: INDEX_PREFIX, to, reverse: true, limit: FEW })
    for (const row of page) yield* listed(row)
    const last = page.at(-1)
    if (last === undefined || page.length < FEW) return
    to = last.key
  }
}

/** The full that the one at `height` became the next of; null when none has, or its diff is gone. */
export const nextFull = async (store: Store, height: number): Promise<CheckpointIndex | null> => {
  const from = after(indexKey({ kind: 'full', height }))
  for await (const row of scan(store, { from, to: keysUnder(INDEX_PREFIX).to }, CHUNK_ROWS)) {
    if (!row.key.endsWith(`/${LETTER.full}`)) continue
    const diff = await indexOf(store, { kind: 'diff', height: Number(INDEX_KEY.exec(row.key)?.[1]) })
    return diff.type === 'ok' && diff.index.baseHeight === height ? diff.index : null
  }
  return null
}

/** Rows of one full by their keys, unverified but for the keys; undefined where it has none. */
export const rowsOfFull = (
  store: Store,
  height: number,
  keys: readonly string[],
): Promise<readonly (Bytes | undefined)[]> => {
  const prefix = rowsPrefix({ kind: 'full', height })
  return store.getMany(keys.map((key) => prefix + key))
}

/** Rows of one full in a range of their keys, unverified. */
export const rangeOfFull = async (
  store: Store,
  height: number,
  { from, to, limit }: { readonly from: string; readonly to: string; readonly limit: number },
): Promise<readonly StoreRow[]> => {
  const prefix = rowsPrefix({ kind: 'full', height })
  const rows = await store.range({ from: prefix + from, to: prefix + to, limit })
  return rows.map(({ key, value }) => ({ key: key.slice(prefix.length), value }))
}

export type LoadFailure =
  | { readonly type: 'missing' }
  | { readonly type: 'corrupt'; readonly detail: string }
  | { readonly type: 'unknown_version'; readonly version: number }
type Load<T> = { readonly type: 'ok'; readonly index: CheckpointIndex; readonly rows: readonly T[] } | LoadFailure

/** The index of one checkpoint, checked by itself. */
export const indexOf = async (store: Store, ref: CheckpointRef): Promise<IndexRead | { readonly type: 'missing' }> => {
  const key = indexKey(ref)
  const value = await store.get(key)
  return value === undefined ? { type: 'missing' } : readIndex({ key, value })
}

/** The rows as they were given, page by page: a step of a generator for each of many would cost as much as the row. */
async function* storedPages(store: Store, ref: CheckpointRef, sum: Tally): AsyncGenerator<readonly StoreRow[], void> {
  for await (const page of pagesOf(store, keysUnder(rowsPrefix(ref)), READ_KEYS[ref.kind])) {
    const rows = page.flatMap((found) => rowsIn(ref, found))
    for (const row of rows) sum.add(row)
    yield rows
  }
}

/** The same, row by row. */
export async function* storedRows(store: Store, ref: CheckpointRef, sum: Tally): AsyncGenerator<StoreRow, void> {
  for await (const page of storedPages(store, ref, sum)) yield* page
}

export const changeOf = ({ key, value }: StoreRow): Change => ({
  key,
  value: value[0] === GONE[0] ? null : value.subarray(1),
})

const load = async (store: Store, ref: CheckpointRef): Promise<Load<StoreRow>> => {
  const read = await indexOf(store, ref)
  if (read.type !== 'ok') return read
  const sum = tally()
  const rows: StoreRow[] = []
  for await (const page of storedPages(store, ref, sum)) rows.push(...page)
  const detail = contradiction(sum, read.index)
  return detail === null ? { type: 'ok', index: read.index, rows } : { type: 'corrupt', detail }
}

/** Reads a full and compares its rows with the index: their number, their keys and every byte. */
export const loadFull = (store: Store, height: number): Promise<Load<StoreRow>> => load(store, { kind: 'full', height })

/** Reads a diff, checked as a full is. */
export const loadDiff = async (store: Store, height: number): Promise<Load<Change>> => {
  const loaded = await load(store, { kind: 'diff', height })
  return loaded.type === 'ok' ? { ...loaded, rows: loaded.rows.map(changeOf) } : loaded
}
