/** How often a runtime under test writes its checkpoints, and how much of its past it keeps. */
import type { Tiers } from '../../runtime/checkpoints.ts'

const EVERYTHING = { frames: 1_000_000, fineFrames: 1_000_000, coarseFrames: 1 }

/** Everything of the past is kept. */
export const tiersOf = (diffInterval: number, snapshotInterval: number): Tiers => ({
  diffInterval,
  snapshotInterval,
  retention: EVERYTHING,
})

export const NO_CHECKPOINTS: Tiers = tiersOf(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
