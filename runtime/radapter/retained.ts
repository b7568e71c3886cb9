/** How far back a runtime can be looked at. */
import type { CheckpointInfo } from './types.ts'

export type RetainedInfo = {
  /** Every height from here on can be shown; 1 while nothing has been given up. */
  readonly oldestHeight: number
  /** By height. */
  readonly checkpoints: readonly CheckpointInfo[]
}
