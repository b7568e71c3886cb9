/**
 * The layout of a database, by a sealed `schema` row: how one that older code wrote becomes today's, step by step in
 * order. A step may be cut short and is then done again, so each must be repeatable; the version it leads to is written
 * after it.
 *
 *   1  full checkpoints alone, `ckpt/<height>`
 *   2  fulls and diffs, `ckpt/<height>/f|d`; the log is as it was and still leads from the beginning
 *   3  history by places, `act/<entity>/e/<place>` and what goes with it, beside the rows it was before
 *   4  without those
 *   5  diffs in packed chunks; the fulls, and the log behind them, are as they were
 */
import { decode, encode, struct, uint } from '../codec/schema.ts'
import type { Store } from '../ports.ts'
import { indexKey, listCheckpoints } from './checkpoint.ts'
import { seal, unseal } from './seal.ts'
import { keysUnder, StoreError } from './store.ts'
import { HEAD_KEY } from './wal.ts'

const SCHEMA_KEY = 'schema'
const SCHEMA = { tag: 'xln:schema', version: 1 }
const schema = struct<{ readonly version: number }>({ version: uint })
const PAGE_ROWS = 256

type Writer = { readonly store: Store; readonly epoch: number }
export type Migration = (writer: Writer) => Promise<void>

const removeUnder =
  (...prefixes: readonly string[]): Migration =>
  async ({ store, epoch }) => {
    for (const prefix of prefixes)
      for (;;) {
        const page = await store.range({ ...keysUnder(prefix), limit: PAGE_ROWS })
        if (page.length === 0) break
        await store.commit({ epoch, puts: [], deletes: page.map(({ key }) => key) })
      }
  }

/** Their indexes first, so that none is there by half. */
const removeDiffs: Migration = async (writer) => {
  const { store, epoch } = writer
  for (const { kind, height } of await listCheckpoints(store))
    if (kind === 'diff') await store.commit({ epoch, puts: [], deletes: [indexKey({ kind, height })] })
  await removeUnder('dkv/')(writer)
}

/** What only whoever writes history knows how to do: write it anew, and remove what it was. */
export type HistorySteps = readonly [write: Migration, remove: Migration]

/** Each leads from the version of its place (1-based) to the next one. */
const migrations = (history: HistorySteps): readonly Migration[] => [
  removeUnder('ckpt/', 'fkv/'),
  ...history,
  removeDiffs,
]
export const SCHEMA_VERSION = 5

const storedVersion = async (store: Store): Promise<number | null> => {
  const row = await store.get(SCHEMA_KEY)
  if (row === undefined) return (await store.get(HEAD_KEY)) === undefined ? null : 1
  const unsealed = unseal(SCHEMA, row)
  if (unsealed.type === 'corrupt') throw new StoreError('corrupt', `the schema row: ${unsealed.detail}`)
  const decoded = unsealed.type === 'ok' ? decode(schema, unsealed.body) : null
  if (decoded?.type !== 'ok') throw new StoreError('version', 'the schema row is of another version of this code')
  return decoded.value.version
}

/**
 * Brings the database to this code's version.
 * @throws StoreError 'version' when newer code wrote it, and nothing was touched.
 */
export const migrate = async (writer: Writer, history: HistorySteps): Promise<void> => {
  const { store, epoch } = writer
  const found = await storedVersion(store)
  if (found === SCHEMA_VERSION) return
  if (found !== null && found > SCHEMA_VERSION)
    throw new StoreError(
      'version',
      `the database has layout ${found}, this version reads ${SCHEMA_VERSION}: update the wallet`,
    )
  const mark = (version: number): Promise<void> =>
    store.commit({ epoch, puts: [{ key: SCHEMA_KEY, value: seal(SCHEMA, encode(schema, { version })) }], deletes: [] })
  if (found === null) return mark(SCHEMA_VERSION)
  for (const [i, run] of migrations(history).entries()) {
    if (i + 1 < found) continue
    await run(writer)
    await mark(i + 2)
  }
}
