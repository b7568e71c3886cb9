/** Runs seed after seed within a box of time, measured in seconds of processor time so that a busy machine does as much. */
import type { Run } from './simulate.ts'

export type Plan = {
  readonly from: number
  readonly atLeast: number
  readonly atMost: number
  /** After this many no new seed is begun, once there are `atLeast`. */
  readonly seconds: number
}

export type Total = {
  readonly seeds: number
  readonly counters: ReadonlyMap<string, number>
  /** Seeds, events and frames reached, and every counter. */
  readonly report: string
}

const processorSeconds = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000_000
}

const reportOf = (
  total: { seeds: number; events: number; frames: number },
  counters: ReadonlyMap<string, number>,
  seconds: number,
): string => {
  const { seeds, events, frames } = total
  const lines = [...counters]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, times]) => `${String(times).padStart(8)}  ${name}`)
  return [
    `${seeds} seeds, ${events} events, ${frames} account frames in ${Math.round(seconds)} s of processor time`,
    ...lines,
  ].join('\n')
}

/** @throws what the first failing seed throws. */
export const runSeeds = async (
  { from, atLeast, atMost, seconds }: Plan,
  run: (seed: number) => Promise<Run>,
): Promise<Total> => {
  const started = processorSeconds()
  const spent = () => processorSeconds() - started
  const counters = new Map<string, number>()
  const total = { seeds: 0, events: 0, frames: 0 }
  while (total.seeds < atMost && (total.seeds < atLeast || spent() < seconds)) {
    const done = await run(from + total.seeds)
    total.seeds++
    total.events += done.events
    total.frames += done.frames
    for (const [name, times] of done.counters) counters.set(name, (counters.get(name) ?? 0) + times)
  }
  return { seeds: total.seeds, counters, report: reportOf(total, counters, spent()) }
}
