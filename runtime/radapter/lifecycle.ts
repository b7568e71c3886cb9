/**
 * The life of one runtime, as its host and every page see it: a table of states and of what leads from each to the
 * next. README draws it. Anything that is not in the table is a fault of the host (I-LIFECYCLE).
 */
import { invariant } from '../lib/assert.ts'

export const RUNTIME_STATES = [
  'stopped',
  'starting',
  'replaying',
  'running',
  'draining',
  'read-only',
  'halted',
] as const
export type RuntimeState = (typeof RUNTIME_STATES)[number]

/**
 * - start: it is to be opened. - replay: frames of the log are gone through. - open: it takes inputs.
 * - distrust: it may be read and nothing else. - fail: it cannot go on, or was never opened.
 * - drain: it takes nothing new, and finishes what it has begun. - close: its store and its lock are given back.
 */
export type LifecycleEvent = 'start' | 'replay' | 'open' | 'distrust' | 'fail' | 'drain' | 'close'

type Arrows = { readonly [E in LifecycleEvent]?: RuntimeState }

export const LIFECYCLE: { readonly [S in RuntimeState]: Arrows } = {
  stopped: { start: 'starting' },
  starting: { replay: 'replaying', open: 'running', distrust: 'read-only', fail: 'halted', drain: 'draining' },
  replaying: { replay: 'replaying', open: 'running', distrust: 'read-only', fail: 'halted', drain: 'draining' },
  running: { fail: 'halted', drain: 'draining' },
  'read-only': { drain: 'draining' },
  halted: { drain: 'draining' },
  draining: { close: 'stopped' },
}

/** @throws Fault I-LIFECYCLE when nothing leads there. */
export const nextState = (state: RuntimeState, event: LifecycleEvent): RuntimeState => {
  const next = LIFECYCLE[state][event]
  invariant(next !== undefined, 'I-LIFECYCLE', () => `${event} while ${state}`)
  return next
}
