/**
 * Views of whichever runtime is running: the present one and those of the past, over indexes and an LRU that live as
 * long as that runtime does.
 */
import { runtimeRoot } from '../frame.ts'
import type { RuntimeHost } from '../host.ts'
import type { Env } from '../types.ts'
import type { ActivityQuery } from './activity-page.ts'
import { activityQueryOf, assembleFrameView } from './assemble.ts'
import { RAdapterError } from './errors.ts'
import { createLru } from './lru.ts'
import { type Naming, NO_NAMING } from './names.ts'
import { createViewIndexes, envReader, type ReaderMeta } from './reader.ts'
import type { ActivityPage, FrameView, HostStatus, ViewState } from './types.ts'

export type Views = {
  /** At once where memory has all of it; null once it is not wanted any more. */
  readonly live: (view: ViewState, isWanted?: () => boolean) => FrameView | Promise<FrameView | null>
  /** @throws RAdapterError E_RANGE, E_NOT_FOUND */
  readonly at: (height: number, view: ViewState) => Promise<FrameView>
  /** Forgets what it kept of the past. */
  readonly forget: () => void
}

/** Past states kept; scrubbing goes back and forth. */
const PAST_STATES = 5

type Past = { readonly env: Env; readonly root: Uint8Array }

const outOfRange = (height: number): RAdapterError =>
  new RAdapterError({ code: 'E_RANGE', message: `there is no height ${height}`, retryable: false })
const notRetained = (height: number): RAdapterError =>
  new RAdapterError({ code: 'E_NOT_FOUND', message: `height ${height} is not retained`, retryable: false })

export const createViews = (
  host: RuntimeHost,
  status: () => Pick<HostStatus, 'runtime'>,
  naming: () => Naming = () => NO_NAMING,
): Views => {
  // One set for the present and the past: it follows from one state to another by what differs.
  const indexes = createViewIndexes()
  const past = createLru<number, Promise<Past | null>>(PAST_STATES)
  const metaOf = (live: boolean): Omit<ReaderMeta, 'root'> => ({
    live,
    naming: naming(),
    checkpointInterval: host.checkpointInterval,
    halted: host.halted(),
    ...(live ? { around: host } : {}),
    runtime: status().runtime,
    role: status().runtime === 'read-only' ? 'reader' : 'writer',
  })
  const load = async (height: number): Promise<Past | null> => {
    const env = await host.envAt(height)
    return env === null ? null : { env, root: runtimeRoot(env) }
  }
  const pastAt = async (height: number): Promise<Past | null> => {
    const loading = past.get(height) ?? load(height)
    past.set(height, loading)
    const found = await loading.catch((error: unknown) => {
      past.delete(height)
      throw error
    })
    if (found === null) past.delete(height)
    return found
  }
  /** Null where no entity is selected. */
  const queryOf = (env: Env, view: ViewState): ActivityQuery | null => {
    const selected = view.selectedEntityId === null ? undefined : env.eReplicas.get(view.selectedEntityId)
    if (selected === undefined) return null
    return { ...activityQueryOf(selected.state, view), height: env.height, book: naming().book }
  }
  /** Null where the state in memory is the shorter way to the height, or the only one. */
  const storedView = async (height: number, view: ViewState): Promise<FrameView | null> => {
    const stored = await host.storedAt(height)
    if (stored === null) return null
    const query = queryOf(stored.facts, view)
    const activity = query === null ? null : await host.history.page(query)
    const reader = await stored.read(view, { history: host.activity(), meta: metaOf(false), activity })
    return reader === null ? null : assembleFrameView(reader, view)
  }
  return {
    live: (view, isWanted) => {
      const [env, activity, meta] = [host.env(), host.activity(), { ...metaOf(true), root: host.root() }]
      const show = (page: ActivityPage | null): FrameView =>
        assembleFrameView(envReader(env, activity, meta, indexes, page), view)
      const query = queryOf(env, view)
      const now = query === null ? null : host.history.pageNow(query)
      if (query === null || now !== null) return show(now)
      return host.history.page(query, isWanted).then((page) => (page === null ? null : show(page)))
    },
    at: async (height, view) => {
      if (height < 0 || height > host.env().height) throw outOfRange(height)
      const asStored = past.get(height) === undefined ? await storedView(height, view) : null
      if (asStored !== null) return asStored
      const found = await pastAt(height)
      if (found === null) throw notRetained(height)
      const query = queryOf(found.env, view)
      const page = query === null ? null : await host.history.page(query)
      const meta = { ...metaOf(false), root: found.root }
      return assembleFrameView(envReader(found.env, host.activity(), meta, indexes, page), view)
    },
    forget: past.clear,
  }
}
