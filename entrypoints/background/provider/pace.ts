/**
 * How fast one site may ask: a bucket for each origin, which fills at a steady pace and is emptied by what is asked.
 *
 * Contract: kept in memory only. A worker that starts anew gives every site a full bucket, which is what it would have
 * after that pause anyway.
 */
import type { Clock } from '../../../runtime/ports.ts'

export const REQUESTS_PER_SECOND = 100
/** What may come at once: a page that opens asks many things. */
export const BURST = 2 * REQUESTS_PER_SECOND
/** Buckets above this number are looked through for full ones, which say nothing. */
const MANY_ORIGINS = 1_000

export type Pace = {
  /** @returns 0 when the request may be served, otherwise after how many ms the next one may (1–10). */
  take(origin: string): number
}

type Bucket = { readonly level: number; readonly atMs: number }

const levelAt = ({ level, atMs }: Bucket, nowMs: number): number =>
  // A clock that was set back fills nothing.
  Math.min(BURST, level + (Math.max(0, nowMs - atMs) * REQUESTS_PER_SECOND) / 1_000)

export const createPace = (clock: Clock): Pace => {
  const buckets = new Map<string, Bucket>()
  const sweep = (nowMs: number): void => {
    if (buckets.size < MANY_ORIGINS) return
    for (const [origin, bucket] of buckets) if (levelAt(bucket, nowMs) >= BURST) buckets.delete(origin)
  }
  return {
    take: (origin) => {
      const nowMs = clock.now()
      const bucket = buckets.get(origin)
      if (bucket === undefined) sweep(nowMs)
      const level = levelAt(bucket ?? { level: BURST, atMs: nowMs }, nowMs)
      const isServed = level >= 1
      buckets.set(origin, { level: isServed ? level - 1 : level, atMs: nowMs })
      return isServed ? 0 : Math.ceil(((1 - level) * 1_000) / REQUESTS_PER_SECOND)
    },
  }
}
