/**
 * The last view a page was pushed, as text to be kept in the browser's session memory: a page that opens while the
 * worker is still starting has something to show, which says by its `timestamp` how old it is.
 */
import { readAnswer, writePush } from './answer.ts'
import type { FrameView } from './types.ts'

/** Null when it would be too large. */
export const writeRemembered = (view: FrameView): string | null => writePush(1, { type: 'frame', seq: 1, view })

/** Null for anything that is no view of this version. */
export const readRemembered = (kept: unknown): FrameView | null => {
  const read = readAnswer(kept)
  return read.type === 'push' && read.push.type === 'frame' ? read.push.view : null
}
