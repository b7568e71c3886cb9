/**
 * What every implementation of the `Store` port shares: its one error class, the limits on keys, and a guard that
 * checks and copies arguments, so that an implementation sees only valid input and no caller can alter a stored row.
 *
 * Contract of a guarded store:
 * - A key is 1–512 printable ASCII characters (0x20–0x7E), so `keysUnder` always has an upper bound.
 * - A bound of a range is 0–513 ASCII characters; `after(key)` is the bound just above a key.
 * - Within one batch deletes come first, then puts in order; the last put of a key wins.
 * - An empty batch is a plain question: "am I still the writer?".
 * - `close` lets what has begun finish, and is idempotent; everything called later fails with 'closed'.
 */
import type { Bytes } from '../lib/bytes.ts'
import type { Store, StoreBatch, StoreRange, StoreRow } from '../ports.ts'

/**
 * - fenced: another writer has claimed the database; this one must stop and never retry.
 * - quota: no space; nothing was written, and the same commit may succeed once space is freed. Where the connection was
 *   lost over it, that takes a store that was opened anew.
 * - io: the backend failed. A disk may have kept what it reported as failed: read before writing again.
 * - corrupt: the database answers, but with something this code never wrote.
 * - version: the database was written by another version of this code; update or migrate, nothing was touched.
 * - missing: there is no such database, and the caller did not ask for a new one.
 * - closed: this store was closed, by us or by the browser; open it anew and recover.
 * - invalid: the caller broke the contract (bad key, bad bound, bad epoch).
 */
export type StoreFailure = 'fenced' | 'quota' | 'io' | 'corrupt' | 'version' | 'missing' | 'closed' | 'invalid'

const RETRYABLE: ReadonlySet<StoreFailure> = new Set(['quota', 'io'])

/** The storage edge's error. Decide on `type` and `retryable`; the message is for people. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly retryable: boolean
  constructor(
    readonly type: StoreFailure,
    message: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.retryable = RETRYABLE.has(type)
  }
}

export const MAX_KEY_CHARACTERS = 512
/** Rows a piece of a snapshot has at most. */
export const PIECE_ROWS = 128
const KEY = /^[\x20-\x7e]{1,512}$/
// A bound may hold any ASCII, the control characters of `after` included.
const isBound = (text: unknown): text is string =>
  typeof text === 'string' && text.length <= MAX_KEY_CHARACTERS + 1 && [...text].every((c) => c <= '\x7f')

const isKey = (key: unknown): key is string => typeof key === 'string' && KEY.test(key)

/** The lowest bound above `key`: a range from here continues after it. */
export const after = (key: string): string => `${key}\0`

/** Every key that starts with `prefix`, which must not be empty. */
export const keysUnder = (prefix: string): { readonly from: string; readonly to: string } => ({
  from: prefix,
  to: prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1),
})

/**
 * All rows of a range, page by page, so that a large one is never read in one piece; the next page is asked for before
 * this one is worked on.
 */
export async function* pagesOf(
  store: Store,
  { from, to }: { readonly from: string; readonly to: string },
  pageRows: number,
): AsyncGenerator<readonly StoreRow[], void> {
  const read = (at: string): Promise<readonly StoreRow[]> => {
    const page = store.range({ from: at, to, limit: pageRows })
    // Whoever stops early does not hear how it ended.
    page.catch(() => undefined)
    return page
  }
  let next: Promise<readonly StoreRow[]> | null = read(from)
  while (next !== null) {
    const page: readonly StoreRow[] = await next
    const last = page.at(-1)
    next = last === undefined || page.length < pageRows ? null : read(after(last.key))
    yield page
  }
}

/** The same, row by row. */
export async function* scan(
  store: Store,
  range: { readonly from: string; readonly to: string },
  pageRows = 128,
): AsyncGenerator<StoreRow, void> {
  for await (const page of pagesOf(store, range, pageRows)) yield* page
}

const invalid = (message: string): StoreError => new StoreError('invalid', message)

const validKey = (key: unknown): string => {
  if (isKey(key)) return key
  throw invalid(`a key is 1–${MAX_KEY_CHARACTERS} printable ASCII characters`)
}

const validRow = ({ key, value }: StoreRow): StoreRow => {
  if (!(value instanceof Uint8Array)) throw invalid('a value is bytes')
  // A copy: the caller keeps its buffer, and a view into a large buffer does not drag all of it into the database.
  return { key: validKey(key), value: new Uint8Array(value) }
}

const validBatch = ({ epoch, puts, deletes }: StoreBatch): StoreBatch => {
  if (!Number.isSafeInteger(epoch) || epoch < 1) throw invalid('a commit needs the epoch claimEpoch returned')
  return { epoch, puts: puts.map(validRow), deletes: deletes.map(validKey) }
}

const validRange = (range: StoreRange): StoreRange => {
  const { from, to, limit } = range
  if (!isBound(from) || !isBound(to)) throw invalid(`a bound is at most ${MAX_KEY_CHARACTERS + 1} ASCII characters`)
  if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 0)) throw invalid('a limit is a natural number')
  return range
}

/** Puts the contract above around an implementation. */
export const guardStore = (inner: Store): Store => {
  const running = new Set<Promise<unknown>>()
  let closing: Promise<void> | null = null
  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    if (closing !== null) throw new StoreError('closed', 'the store is closed')
    const promise = work()
    running.add(promise)
    try {
      return await promise
    } finally {
      running.delete(promise)
    }
  }
  return {
    get: (key) => run(() => inner.get(validKey(key))),
    getMany: (keys) => run(async () => (keys.length === 0 ? [] : inner.getMany(keys.map(validKey)))),
    range: (range) =>
      run(async () => {
        const { from, to, limit } = validRange(range)
        return from >= to || limit === 0 ? [] : inner.range(range)
      }),
    snapshot: (visit) => run(() => inner.snapshot(visit)),
    claimEpoch: () => run(inner.claimEpoch),
    commit: (batch) => run(() => inner.commit(validBatch(batch))),
    ...(inner.room === undefined ? {} : { room: inner.room }),
    close: () => {
      closing ??= Promise.allSettled(running).then(inner.close)
      return closing
    },
  }
}

/** A value as handed to a caller, who may write into it. */
export const copyOf = (value: Bytes): Bytes => new Uint8Array(value)
