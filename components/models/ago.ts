/** How long ago something was, in words, as nearly as anybody wants to know. */
import { useEffect, useState } from 'preact/hooks'
import type { Text } from './text.ts'

const UNITS = [
  { unit: 'day', ms: 86_400_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
] as const

export const agoOf = (timestampMs: number, nowMs: number, text: Text): string => {
  const age = nowMs - timestampMs
  const found = UNITS.find(({ ms }) => age >= ms)
  if (found === undefined) return text('time.justNow')
  const words = new Intl.RelativeTimeFormat(text.language, { style: 'short' })
  return words.format(-Math.floor(age / found.ms), found.unit)
}

const EVERY_MS = 10_000

/** The clock of this device (ms), every few seconds. */
export const useClock = (): number => {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), EVERY_MS)
    return () => clearInterval(timer)
  }, [])
  return now
}
