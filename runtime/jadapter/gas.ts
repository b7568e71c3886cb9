/** Gas of a defence. Upper figures of what tests measure, rounded up; for reserves and warnings, never for limits. */

const REVEAL = 60_000n
const START = 700_000n
const COUNTER = 700_000n
const FINALIZE = 1_200_000n

/** A whole dispute may have to be fought so often before the wallet can be funded again. */
const TIMES = 5n

export const DEFENCE_GAS: bigint = TIMES * (REVEAL + START + COUNTER + FINALIZE)
