/**
 * The seam: one bar, left what can be sent, right what can be received. Solid is backed by collateral, hatched is on
 * a promise, outlined is credit. The slices lie in the order in which payments use them up, so a payment moves the
 * seam and nothing else. Held amounts lie at the seam, on the side they came from.
 *
 * Every slice is as wide as the whole bar and covers what lies left of its start, so that only transforms change.
 */
import type { TokenPosition, TokenView } from '../../runtime/radapter/types.ts'
import { type Slice, slicesOf } from '../models/seam.ts'
import { useUi } from '../models/ui.ts'
import { Amount } from './Amount.tsx'
import styles from './Seam.module.css'

type Props = {
  readonly position: TokenPosition
  readonly token: TokenView
  /** Where the seam will be, shown as a ghost. */
  readonly after?: TokenPosition | undefined
  /** Figures under the bar; whoever shows them already leaves them out. */
  readonly figures?: 'both' | 'none'
}

/** More than this do not fit beside each other on the narrowest screen. */
const MOST_CHARACTERS = 13

const at = (percent: number) => ({ transform: `translateX(${percent}%)` })

const Ghost = ({ from, to }: { readonly from: number; readonly to: number }) => (
  <>
    <span
      class={styles.ghost}
      style={{ insetInlineStart: `${Math.min(from, to)}%`, inlineSize: `${Math.abs(from - to)}%` }}
    />
    <span class={styles.mark} style={at(to)} data-ghost />
  </>
)

export const Seam = ({ position, token, after, figures = 'both' }: Props) => {
  const { text, format } = useUi()
  const { slices, seam } = slicesOf(position)
  const money = (value: bigint): string => format.money(value, token, 'down')
  const figuresOf = { send: money(position.outbound), receive: money(position.inbound) }
  const isLong = [position.outbound, position.inbound].some((value) => {
    const { prefix, whole, fraction } = format.amount(value, token, 'down')
    return prefix.length + whole.length + fraction.length > MOST_CHARACTERS
  })
  const figure = (words: string, value: bigint) => (
    <span class={styles.figure}>
      <span class={styles.words}>{words}</span>{' '}
      <Amount value={value} token={token} precision={isLong ? 'short' : 'down'} />
    </span>
  )
  const held = position.held + position.heldInbound
  const label =
    after !== undefined
      ? text('seam.label.after', { ...figuresOf, sendAfter: money(after.outbound) })
      : held > 0n
        ? text('seam.label.held', { ...figuresOf, held: money(held) })
        : text('seam.label', figuresOf)
  return (
    <div class={styles.seam}>
      <div class={styles.bar} role="img" aria-label={label}>
        {slices.map((slice: Slice) => (
          <span key={slice.kind} class={`${styles.slice} ${styles[slice.kind]}`} style={at(slice.start)} />
        ))}
        {seam !== null && <span class={styles.mark} style={at(seam)} />}
        {seam !== null && after !== undefined && <Ghost from={seam} to={slicesOf(after).seam ?? seam} />}
      </div>
      {figures !== 'none' && (
        <p class={styles.figures} aria-hidden="true">
          {figure(text('seam.send'), position.outbound)}
          {figure(text('seam.receive'), position.inbound)}
        </p>
      )}
    </div>
  )
}
