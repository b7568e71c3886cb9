/**
 * The past of a runtime that runs: the states at retained heights, for looking at, never for writing.
 *
 * A full that the present grew out of is not read again whole: it shares with the next one whatever did not change
 * between the two, so only the rows named by the diff between them are fetched, and its root says whether that was
 * all. Going back therefore costs what has changed, however many accounts there are.
 */
import { emptyEnv } from './frame.ts'
import type { Retained } from './host.ts'
import type { Store } from './ports.ts'
import type { StoredState } from './radapter/kv-reader.ts'
import { createLru } from './radapter/lru.ts'
import { type Base, type Fulls, rebuild, restore, type Trail } from './recover.ts'
import { applyRows, envFromRows } from './snapshot.ts'
import {
  type CheckpointIndex,
  indexOf,
  type ListedCheckpoint,
  listCheckpoints,
  loadDiff,
  loadFull,
  nextFull,
  rowsOfFull,
} from './storage/checkpoint.ts'
import { readRecord } from './storage/wal.ts'
import { createStored } from './stored.ts'
import type { Env } from './types.ts'

export type Past = {
  readonly retained: () => Promise<Retained>
  /** Null when that height is not retained. */
  readonly envAt: (height: number) => Promise<Env | null>
  /**
   * The state at a checkpoint as it lies in the store, to be read row by row, where that is less than to go back there
   * from what is in memory, or the only way but to make all of it a state. Null anywhere else.
   */
  readonly storedAt: (height: number) => Promise<StoredState | null>
}

type Present = {
  readonly env: () => Env
  /** The full that the newest diffs stand on. */
  readonly base: () => Base
}

/** Fulls kept in memory; each holds only what differs from its neighbours. */
const MAX_FULLS = 24
/** States on the way to a height, kept for steps from there; each holds only what differs from its neighbours. */
const MAX_STEPS = 64

type KnownFulls = { readonly fullAt: Fulls; readonly isKnown: (height: number) => boolean }

const createFulls = (store: Store, present: Present): KnownFulls => {
  const known = new Map<number, Env>()
  const keep = (height: number, env: Env): Env => {
    known.set(height, env)
    const [oldest] = known.keys()
    if (known.size > MAX_FULLS && oldest !== undefined) known.delete(oldest)
    return env
  }
  const unwound = async (height: number): Promise<Env | null> => {
    const index = await indexOf(store, { kind: 'full', height })
    const next = index.type === 'ok' ? await nextFull(store, height) : null
    const after = next === null ? null : await fullAt(next.height)
    const diff = next === null ? null : await loadDiff(store, next.height)
    if (index.type !== 'ok' || after === null || diff?.type !== 'ok') return null
    const keys = diff.rows.map(({ key }) => key)
    const values = await rowsOfFull(store, height, keys)
    return restore(index.index, () =>
      applyRows(
        after,
        keys.map((key, i) => ({ key, value: values[i] ?? null })),
      ),
    )
  }
  const loaded = async (height: number): Promise<Env | null> => {
    const full = await loadFull(store, height)
    return full.type === 'ok' ? restore(full.index, () => envFromRows(full.rows)) : null
  }
  const fullAt: Fulls = async (height) => {
    const { runtimeId, name } = present.env()
    if (height === 0) return emptyEnv(runtimeId, name)
    const base = present.base()
    const before = base.height === height ? base.env : known.get(height)
    if (before !== undefined) return before
    const env = (await unwound(height)) ?? (await loaded(height))
    return env === null ? null : keep(height, env)
  }
  return {
    fullAt,
    isKnown: (height) => height === 0 || height === present.base().height || known.has(height),
  }
}

const createTrail = (): Trail => {
  const places = createLru<number, Parameters<Trail['add']>[0]>(MAX_STEPS)
  return {
    add: (place) => places.set(place.env.height, place),
    below: (height) => {
      const reached = places.values().filter(({ env }) => env.height <= height)
      const nearest = Math.max(...reached.map(({ env }) => env.height))
      return places.get(nearest) ?? null
    },
  }
}

/** Without a log from the beginning nothing before the oldest checkpoint can be shown. */
const oldestHeight = async (store: Store, checkpoints: readonly { readonly height: number }[]): Promise<number> =>
  checkpoints.length === 0 || (await readRecord(store, 1)) !== null
    ? 1
    : Math.min(...checkpoints.map(({ height }) => height))

/** Rows of a full that are gone through in the time it takes to go back over one changed row. */
const ROWS_FOR_A_CHANGE = 8

/** Whether going through a full is less than going back to it over the changes since; told by the index alone. */
const isShorter = (
  listed: readonly ListedCheckpoint[],
  full: CheckpointIndex,
  isKnown: KnownFulls['isKnown'],
): boolean => {
  const ascending = listed.flatMap((one) => (one.type === 'ok' ? [one.index] : [])).reverse()
  let changes = 0
  for (let at = full.height; !isKnown(at); ) {
    const next = ascending.find(({ kind, height }) => kind === 'full' && height > at)
    const diff = ascending.find(({ kind, height }) => kind === 'diff' && height === next?.height)
    // There is no way back over changes; all of the full would have to be made a state.
    if (next === undefined || diff?.baseHeight !== at) return true
    changes += diff.rowCount
    at = next.height
  }
  return full.rowCount < changes * ROWS_FOR_A_CHANGE
}

export const createPast = (store: Store, present: Present): Past => {
  const { fullAt, isKnown } = createFulls(store, present)
  const trail = createTrail()
  const stored = createStored(store)
  return {
    retained: async () => {
      const listed = await listCheckpoints(store)
      // A height may have a full and a diff.
      const times = new Map(listed.flatMap((one) => (one.type === 'ok' ? [[one.height, one.index.timestampMs]] : [])))
      const checkpoints = [...times].map(([height, timestampMs]) => ({ height, timestampMs }))
      return { oldestHeight: await oldestHeight(store, checkpoints), checkpoints: checkpoints.reverse() }
    },
    envAt: async (height) => {
      const now = present.env()
      if (height === now.height) return now
      if (!Number.isInteger(height) || height < 1 || height > now.height) return null
      const { runtimeId, name } = now
      const past = await rebuild({ store, runtimeId, name, upTo: height, fulls: fullAt, trail })
      return past.damage === null && past.env.height === height ? past.env : null
    },
    storedAt: async (height) => {
      const isHere = height === present.env().height || trail.below(height)?.env.height === height
      if (isHere) return null
      const listed = await listCheckpoints(store)
      const at = listed.find((one) => one.height === height && one.type === 'ok')
      const base = at?.type === 'ok' ? at.index.baseHeight : 0
      if (isKnown(base)) return null
      const full = await indexOf(store, { kind: 'full', height: base })
      const pays = stored.hasRead(base) || (full.type === 'ok' && isShorter(listed, full.index, isKnown))
      return pays ? stored.at(height) : null
    },
  }
}
