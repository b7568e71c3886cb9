/**
 * Gas of a defence, for reserves and warnings, never for limits. A test holds it to what a real node measures.
 */

/** Each step of a dispute over a usual proof, of two tokens and ten locks, at most. */
export const GAS = {
  reveal: 60_000n,
  /** A batch with one dispute start. */
  start: 250_000n,
  counter: 180_000n,
  finalize: 300_000n,
} as const

const TIMES = 5n

/** Five usual disputes from start to end, or one over the largest proof there may be. */
export const DEFENCE_GAS: bigint = TIMES * (GAS.reveal + GAS.start + GAS.counter + GAS.finalize)
