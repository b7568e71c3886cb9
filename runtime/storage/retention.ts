/**
 * What of the past is kept: which checkpoints, and how much of the log. Pure; the writer removes what is named here.
 *
 * Always kept: the two newest fulls, every diff that stands on one of the two, and the log from the oldest kept full
 * on, which is all that recovery can need. `neededFrom` names a height from which on everything must stay (a dispute
 * that is not over).
 */
import type { CheckpointIndex, CheckpointRef } from './checkpoint.ts'

export type Retention = {
  /** So many frames behind the newest can be looked at. */
  readonly frames: number
  /** For so many frames behind the newest every diff is kept; before, one in each `coarseFrames`. */
  readonly fineFrames: number
  readonly coarseFrames: number
}

export type Expendable = {
  readonly checkpoints: readonly CheckpointRef[]
  /** Records below this height may go. */
  readonly logBelow: number
}

const ALWAYS_KEPT = 2

/** @param checkpoints readable ones, in any order */
export const expendable = (
  checkpoints: readonly CheckpointIndex[],
  at: { readonly height: number; readonly neededFrom: number | null; readonly retention: Retention },
): Expendable => {
  const { height, neededFrom, retention } = at
  const from = Math.min(height - retention.frames, neededFrom ?? height)
  const oldestFirst = [...checkpoints].sort((a, b) => a.height - b.height)
  const fulls = oldestFirst.filter(({ kind }) => kind === 'full').map((full) => full.height)
  const recent = new Set(fulls.slice(-ALWAYS_KEPT))
  // The one from which sight begins; without it everything goes back to the beginning.
  const anchor = fulls.findLast((full) => full <= from) ?? 0
  const oldest = recent.size < ALWAYS_KEPT ? 0 : Math.min(anchor, ...recent)
  const stretches = new Set<string>()
  /** Of each stretch the oldest stays: what is kept now is kept later. */
  const isFirstOfStretch = ({ height: own, baseHeight }: CheckpointIndex): boolean => {
    const stretch = `${baseHeight}/${Math.floor(own / retention.coarseFrames)}`
    const isFirst = !stretches.has(stretch)
    stretches.add(stretch)
    return isFirst
  }
  const isKept = (checkpoint: CheckpointIndex): boolean => {
    const { kind, height: own, baseHeight } = checkpoint
    if (baseHeight < oldest) return false
    if (kind === 'full') return true
    return isFirstOfStretch(checkpoint) || recent.has(baseHeight) || own > height - retention.fineFrames
  }
  return {
    checkpoints: oldestFirst.flatMap((one) => (isKept(one) ? [] : [{ kind: one.kind, height: one.height }])),
    logBelow: oldest,
  }
}
