/**
 * A diff becomes a full inside the store: the full it stands on, with the changes over it. The state that moves meanwhile
 * is not looked at, and what is damaged is never copied into a newer checkpoint.
 */
import type { Store, StoreRow } from '../ports.ts'
import {
  CHUNK_ROWS,
  type CheckpointIndex,
  type CheckpointRef,
  changeOf,
  chunksOf,
  contradiction,
  GONE,
  halfKey,
  indexOf,
  indexRow,
  type LoadFailure,
  putsOf,
  removeCheckpoint,
  storedRows,
  type Tally,
  tally,
  type Writer,
} from './checkpoint.ts'

/** Both in ascending order of their keys; of a key that is in both, the later one counts. */
async function* overlay(
  base: AsyncGenerator<StoreRow, void>,
  diff: AsyncGenerator<StoreRow, void>,
): AsyncGenerator<StoreRow, void> {
  let [below, above] = [await base.next(), await diff.next()]
  while (!below.done || !above.done) {
    const isBelow = !below.done && (above.done || below.value.key < above.value.key)
    if (isBelow && !below.done) {
      yield below.value
      below = await base.next()
      continue
    }
    if (above.done) return
    const { key, value } = changeOf(above.value)
    if (!below.done && below.value.key === key) below = await base.next()
    if (value !== null) yield { key, value }
    above = await diff.next()
  }
}

/** The rows of a full, and none for the empty one. */
async function* fullRows(store: Store, height: number, sum: Tally): AsyncGenerator<StoreRow, void> {
  if (height > 0) yield* storedRows(store, { kind: 'full', height }, sum)
}

/** One commit; a generator, so that a chunk of work can be told from its end. */
async function* putRows(
  { store, epoch }: Writer,
  ref: CheckpointRef,
  rows: AsyncGenerator<StoreRow, void>,
): AsyncGenerator<number, Tally> {
  const half = { key: halfKey(ref), value: GONE }
  const sum = tally()
  let page: StoreRow[] = []
  let n = 0
  const flush = async function* (): AsyncGenerator<number, void> {
    for (const chunk of chunksOf(page, sum)) {
      yield chunk.bytes
      await store.commit({ epoch, puts: [...putsOf(ref, chunk, n++), half], deletes: [] })
    }
    page = []
  }
  for await (const next of rows) {
    page.push(next)
    if (page.length === CHUNK_ROWS) yield* flush()
  }
  yield* flush()
  return sum
}

export type Merged = { readonly type: 'ok' } | LoadFailure

/**
 * Makes the diff at `height` a full, inside the store: the full it stands on, and its changes over it. Each step is told
 * how many bytes the next commit adds. Both sources are verified as they are read, and what was written is read
 * back, before the index makes it true; what is damaged is never copied into a newer checkpoint.
 */
export async function* mergeFull(writer: Writer, height: number): AsyncGenerator<number, Merged> {
  const { store, epoch } = writer
  const ref = { kind: 'full', height } as const
  const diff = await indexOf(store, { kind: 'diff', height })
  if (diff.type !== 'ok') return diff
  const { baseHeight } = diff.index
  const base = baseHeight === 0 ? null : await indexOf(store, { kind: 'full', height: baseHeight })
  if (base !== null && base.type !== 'ok') return base
  for await (const _ of removeCheckpoint(writer, ref)) yield 0
  const [baseSum, diffSum] = [tally(), tally()]
  const rows = overlay(fullRows(store, baseHeight, baseSum), storedRows(store, { kind: 'diff', height }, diffSum))
  const sum = yield* putRows(writer, ref, rows)
  const { rowCount: _, checksum: __, ...head } = diff.index
  const written: CheckpointIndex = { ...head, ...ref, baseHeight: height, ...sum.sum() }
  const detail =
    (base === null ? null : contradiction(baseSum, base.index)) ??
    contradiction(diffSum, diff.index) ??
    (yield* readBack(store, written))
  if (detail !== null) {
    for await (const _ of removeCheckpoint(writer, ref)) yield 0
    return { type: 'corrupt', detail }
  }
  await store.commit({ epoch, puts: [indexRow(written, sum)], deletes: [halfKey(ref)] })
  return { type: 'ok' }
}

/** Why what was written is not what is there; null: it is. */
async function* readBack(store: Store, written: CheckpointIndex): AsyncGenerator<number, string | null> {
  const sum = tally()
  let read = 0
  for await (const _ of storedRows(store, written, sum)) if (++read % CHUNK_ROWS === 0) yield 0
  return contradiction(sum, written)
}
