/**
 * Gas of a defence, for reserves and warnings, never for limits. The figures are the checked snapshot's, weighed on the
 * embedded chain by `npm run gas`; tests hold them to the contracts and to what a real node measures.
 */
import { defence } from '../../contracts/gas.json' with { type: 'json' }

type Steps = { readonly [step in 'reveal' | 'start' | 'counter' | 'finalize']: number }

const TIMES = 5

const sumOf = ({ reveal, start, counter, finalize }: Steps): number => reveal + start + counter + finalize

/** Five usual disputes (two tokens, ten locks) from start to end, or one over the largest proof there may be. */
export const DEFENCE_GAS = BigInt(Math.max(TIMES * sumOf(defence.usual), sumOf(defence.largest)))
