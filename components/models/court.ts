/** What screens know of settlements, disputes and chain time: names for parts of a view, and time in words. */
import { useEffect, useState } from 'preact/hooks'
import type { AccountDetail, EntityReplicaFull, JurisdictionView, RpcMethods } from '../../runtime/radapter/types.ts'
import type { Text } from './text.ts'
import { type Ui, useUi } from './ui.ts'

export type Settlement = NonNullable<AccountDetail['settlement']>
export type Dispute = NonNullable<AccountDetail['dispute']>
export type Stake = Dispute['stakes'][number]
export type Debt = EntityReplicaFull['debts'][number]
export type Move = RpcMethods['move.quote']['params']['move']
export type MoveQuote = RpcMethods['move.quote']['result']
export type MoveChange = MoveQuote['changes'][number]

/** The chain of the entity that is looked at. */
export const chainOf = ({ frameView, entity }: Ui['session']): JurisdictionView | null =>
  frameView.value?.jurisdictions.find(({ name }) => name === entity.value?.chain) ?? null

const SPANS = [
  { seconds: 86_400, words: 'span.days' },
  { seconds: 3_600, words: 'span.hours' },
  { seconds: 60, words: 'span.minutes' },
  { seconds: 1, words: 'span.seconds' },
] as const
/** Under two minutes seconds are counted. */
const SECONDS_UNDER = 120

/** The two largest units that say something. */
export const spanOf = (seconds: number, text: Text): string => {
  const whole = Math.max(0, Math.floor(seconds))
  const first = SPANS.findIndex((span) => whole >= span.seconds)
  if (first < 0) return text('span.seconds', { count: 0 })
  const units = whole < SECONDS_UNDER ? SPANS.slice(3) : SPANS.slice(first, Math.min(first + 2, 3))
  let rest = whole
  const parts = units.flatMap(({ seconds: unit, words }) => {
    const count = Math.floor(rest / unit)
    rest -= count * unit
    return count === 0 ? [] : [text(words, { count })]
  })
  return parts.join(' ')
}

const TICK_MS = 1_000

/**
 * Present time of the entity's chain in seconds, as near as it is known: the time of its last block, or our own clock's
 * where that is later, as it is between two blocks. Of a moment of the past: the time it was then.
 */
export const useChainNow = (): number => {
  const { session } = useUi()
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS)
    return () => clearInterval(timer)
  }, [])
  const frame = session.frameView.value
  const clock = frame === null || frame.live ? now : frame.timestamp
  return Math.max(chainOf(session)?.timestampSeconds ?? 0, Math.floor(clock / TICK_MS))
}
