/**
 * How two ways of doing the same work are compared on a machine that others share: in rounds of floor, ours, peer,
 * peer, ours, floor, so that drift falls on all alike. Absolute times say little, ratios within one round hold.
 *
 * A round whose two floor readings lie more than a fifth apart is repeated, three times at most; what is still
 * unsteady then is kept and counted. Runs in Node and in a page.
 */

/** One reading of one way, in the comparison's unit. */
export type Arm = () => Promise<number>

export type Contest = {
  readonly name: string
  readonly unit: string
  readonly ours: Arm
  /** The work that nobody can avoid; null where there is none to speak of. */
  readonly floor: Arm | null
  /** Another's way of doing it; null where there is no honest one. */
  readonly peer: Arm | null
}

export type Reading = { readonly median: number; readonly min: number; readonly max: number }

export type Result = {
  readonly name: string
  readonly unit: string
  readonly ours: Reading
  readonly floor: Reading | null
  readonly peer: Reading | null
  /** Median over the rounds of ours / floor, and of ours / peer. */
  readonly ratioFloor: number | null
  readonly ratioPeer: number | null
  readonly rounds: number
  /** Rounds thrown away because their floor readings disagreed. */
  readonly rejectedRounds: number
  /** Rounds kept although they still disagreed. */
  readonly unsteadyRounds: number
  /** The very first reading of ours, before anything was warm. */
  readonly firstCall: number | null
  /** Counts and sizes that belong to it: frames, signatures, bytes. */
  readonly figures: { readonly [name: string]: number }
  /** Why nothing of this counts, or null. */
  readonly invalid: string | null
}

export const ROUNDS = 7
const LARGEST_DRIFT = 0.2
const MOST_REPEATS = 3

export const medianOf = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

const readingOf = (values: readonly number[]): Reading => ({
  median: medianOf(values),
  min: Math.min(...values),
  max: Math.max(...values),
})

type Pair = readonly [number, number]
type Round = { readonly ours: Pair; readonly floor: Pair | null; readonly peer: Pair | null }

const sumOf = ([a, b]: Pair): number => a + b
const driftOf = ({ floor }: Round): number => (floor === null ? 0 : Math.abs(floor[0] - floor[1]) / Math.min(...floor))

const takeRound = async ({ ours, floor, peer }: Contest): Promise<Round> => {
  const floorFirst = await floor?.()
  const oursFirst = await ours()
  const peerFirst = await peer?.()
  const peerLast = await peer?.()
  const oursLast = await ours()
  const floorLast = await floor?.()
  return {
    ours: [oursFirst, oursLast],
    floor: floorFirst === undefined || floorLast === undefined ? null : [floorFirst, floorLast],
    peer: peerFirst === undefined || peerLast === undefined ? null : [peerFirst, peerLast],
  }
}

const ratioOf = (rounds: readonly Round[], side: 'floor' | 'peer'): number | null => {
  const ratios = rounds.flatMap((round) => {
    const other = round[side]
    return other === null ? [] : [sumOf(round.ours) / sumOf(other)]
  })
  return ratios.length === 0 ? null : medianOf(ratios)
}

export type Extras = Partial<Pick<Result, 'firstCall' | 'figures' | 'invalid'>>

/** A figure that is counted, not timed: the same each time. */
export const counted = (
  name: string,
  unit: string,
  values: { readonly ours: number; readonly floor?: number; readonly peer?: number },
  figures: Result['figures'] = {},
): Result => {
  const exactly = (value: number | undefined): Reading | null =>
    value === undefined ? null : { median: value, min: value, max: value }
  const { ours, floor, peer } = values
  return {
    name,
    unit,
    ours: { median: ours, min: ours, max: ours },
    floor: exactly(floor),
    peer: exactly(peer),
    ratioFloor: floor === undefined ? null : ours / floor,
    ratioPeer: peer === undefined ? null : ours / peer,
    rounds: 1,
    rejectedRounds: 0,
    unsteadyRounds: 0,
    firstCall: null,
    figures,
    invalid: null,
  }
}

/** @param finish is asked when all rounds are over, and says whether they count. */
export const compare = async (contest: Contest, finish: () => Promise<Extras> = async () => ({})): Promise<Result> => {
  const rounds: Round[] = []
  let rejectedRounds = 0
  let unsteadyRounds = 0
  while (rounds.length < ROUNDS) {
    let round = await takeRound(contest)
    for (let repeats = 0; driftOf(round) > LARGEST_DRIFT && repeats < MOST_REPEATS; repeats++) {
      rejectedRounds++
      const again = await takeRound(contest)
      if (driftOf(again) < driftOf(round)) round = again
    }
    if (driftOf(round) > LARGEST_DRIFT) unsteadyRounds++
    rounds.push(round)
  }
  const pick = (side: 'floor' | 'peer'): Reading | null => {
    const values = rounds.flatMap((round) => round[side] ?? [])
    return values.length === 0 ? null : readingOf(values)
  }
  return {
    name: contest.name,
    unit: contest.unit,
    ours: readingOf(rounds.flatMap(({ ours }) => ours)),
    floor: pick('floor'),
    peer: pick('peer'),
    ratioFloor: ratioOf(rounds, 'floor'),
    ratioPeer: ratioOf(rounds, 'peer'),
    rounds: rounds.length,
    rejectedRounds,
    unsteadyRounds,
    firstCall: null,
    figures: {},
    invalid: null,
    ...(await finish()),
  }
}

/** Milliseconds `work` takes, shared out over `count` things. */
export const timed = async (count: number, work: () => Promise<void>): Promise<number> => {
  const started = performance.now()
  await work()
  return (performance.now() - started) / count
}
