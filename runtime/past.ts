/**
 * The past of a runtime that runs: the states at retained heights, for looking at, never for writing.
 *
 * A full that the present grew out of is not read again whole: it shares with the next one whatever did not change
 * between the two, so only the rows named by the diff between them are fetched, and its root says whether that was
 * all. Going back therefore costs what has changed, however many accounts there are.
 */
import { emptyEnv } from './frame.ts'
import type { Store } from './ports.ts'
import { type Base, type Fulls, rebuild, restore } from './recover.ts'
import { applyRows, envFromRows } from './snapshot.ts'
import { indexOf, listCheckpoints, loadDiff, loadFull, nextFull, rowsOfFull } from './storage/checkpoint.ts'
import type { Env } from './types.ts'

export type Past = {
  readonly checkpoints: () => Promise<readonly { readonly height: number; readonly timestampMs: number }[]>
  /** Null when that height is not retained. */
  readonly envAt: (height: number) => Promise<Env | null>
}

type Present = {
  readonly env: () => Env
  /** The full that the newest diffs stand on. */
  readonly base: () => Base
}

/** Fulls kept in memory; each holds only what differs from its neighbours. */
const MAX_FULLS = 24

const createFulls = (store: Store, present: Present): Fulls => {
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
  return fullAt
}

export const createPast = (store: Store, present: Present): Past => {
  const fulls = createFulls(store, present)
  return {
    checkpoints: async () => {
      const listed = await listCheckpoints(store)
      // A height may have a full and a diff.
      const times = new Map(listed.flatMap((one) => (one.type === 'ok' ? [[one.height, one.index.timestampMs]] : [])))
      return [...times].map(([height, timestampMs]) => ({ height, timestampMs }))
    },
    envAt: async (height) => {
      const now = present.env()
      if (height === now.height) return now
      if (!Number.isInteger(height) || height < 1 || height > now.height) return null
      const { runtimeId, name } = now
      const past = await rebuild({ store, runtimeId, name, upTo: height, fulls })
      return past.damage === null && past.env.height === height ? past.env : null
    },
  }
}
