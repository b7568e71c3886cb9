/**
 * Views of whichever runtime is running: the present one and those of the past, over indexes and an LRU that live as
 * long as that runtime does.
 */
import { runtimeRoot } from '../frame.ts'
import type { RuntimeHost } from '../host.ts'
import type { Env } from '../types.ts'
import { assembleFrameView } from './assemble.ts'
import { RAdapterError } from './errors.ts'
import { createLru } from './lru.ts'
import { type Naming, NO_NAMING } from './names.ts'
import { createViewIndexes, envReader, type ReaderMeta } from './reader.ts'
import type { FrameView, HostStatus, ViewState } from './types.ts'

export type Views = {
  readonly live: (view: ViewState) => FrameView
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
  status: () => HostStatus,
  naming: () => Naming = () => NO_NAMING,
): Views => {
  // One set for the present and the past: it follows from one state to another by what differs.
  const indexes = createViewIndexes()
  const past = createLru<number, Promise<Past | null>>(PAST_STATES)
  const metaOf = (root: Uint8Array, live: boolean): ReaderMeta => ({
    root,
    live,
    naming: naming(),
    checkpointInterval: host.checkpointInterval,
    halted: host.halted(),
    ...(live ? { around: host } : {}),
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
  return {
    live: (view) => assembleFrameView(envReader(host.env(), host.activity(), metaOf(host.root(), true), indexes), view),
    at: async (height, view) => {
      if (height < 0 || height > host.env().height) throw outOfRange(height)
      const found = await pastAt(height)
      if (found === null) throw notRetained(height)
      return assembleFrameView(envReader(found.env, host.activity(), metaOf(found.root, false), indexes), view)
    },
    forget: past.clear,
  }
}
