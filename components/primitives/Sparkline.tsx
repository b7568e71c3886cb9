/** How something went, as a line without figures: for the eye. Everybody else reads the sentence. */
import { rangeOf } from '../models/range.ts'
import styles from './Sparkline.module.css'

const WIDTH = 100
const HEIGHT = 36
/** So that a line at its highest is not cut. */
const INSET = 2
/** Steps of the picture: more than there are pixels. */
const STEPS = 10_000n

/** Heights from the top, in the order of the points; a flat line lies in the middle. */
const pathOf = (points: readonly bigint[]): string => {
  const { low, high } = rangeOf(points)
  const yOf = (point: bigint): number =>
    high === low ? HEIGHT / 2 : (Number(((high - point) * STEPS) / (high - low)) / Number(STEPS)) * HEIGHT
  const step = WIDTH / Math.max(1, points.length - 1)
  return points
    .map((point, i) => `${i === 0 ? 'M' : 'L'}${(i * step).toFixed(2)} ${(yOf(point) + INSET).toFixed(2)}`)
    .join('')
}

/** Its room is there from the start, so that the first point moves nothing. */
export const Sparkline = ({ points, label }: { readonly points: readonly bigint[]; readonly label: string }) => (
  <div class={styles.box}>
    {points.length > 1 && (
      <>
        <svg
          aria-hidden="true"
          class={styles.line}
          viewBox={`0 0 ${WIDTH} ${HEIGHT + 2 * INSET}`}
          preserveAspectRatio="none"
        >
          <path d={pathOf(points)} />
        </svg>
        <p class="visually-hidden">{label}</p>
      </>
    )}
  </div>
)
