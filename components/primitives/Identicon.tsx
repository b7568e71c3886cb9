/**
 * A small symmetric picture of an entity's id, beside its name: what was seen before is recognised sooner than read.
 * Fifteen bits tell people apart, they prove nothing, so the name stays and no screen reader hears of the picture.
 */
import styles from './Identicon.module.css'

const SIDE = 5
/** The left half and the middle; the right half mirrors the left. */
const COLUMNS = 3

/** FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) over the id, folded, so that ids of mostly zeros differ too. */
const bitsOf = (id: string): number => {
  const hash = [...id].reduce((sum, letter) => Math.imul(sum ^ (letter.codePointAt(0) ?? 0), 0x01000193), 0x811c9dc5)
  return hash ^ (hash >>> 15)
}

/** The palette's own inks, mixed with its muted one, as on a token's mark. */
const INKS = ['accent', 'ink', 'caution', 'muted']

const pathOf = (bits: number): string => {
  const cells: string[] = []
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const column = Math.min(x, SIDE - 1 - x)
      if ((bits >>> (y * COLUMNS + column)) & 1) cells.push(`M${x} ${y}h1v1h-1z`)
    }
  return cells.join('')
}

/** Its cells, five a side from the top left, and the token of its tone. */
export const pictureOf = (id: string): { readonly path: string; readonly tone: string } => {
  const bits = bitsOf(id)
  return { path: pathOf(bits), tone: `var(--${INKS[(bits >>> (SIDE * COLUMNS)) % INKS.length]})` }
}

type Props = {
  readonly id: string
  /** As high as two lines of text, in front of them. */
  readonly large?: boolean
}

export const Identicon = ({ id, large = false }: Props) => {
  const { path, tone } = pictureOf(id)
  return (
    <svg
      class={`${styles.identicon} ${large ? styles.large : ''}`}
      style={{ '--tone': tone }}
      aria-hidden="true"
      viewBox="-0.5 -0.5 6 6"
      shape-rendering="crispEdges"
    >
      <path d={path} />
    </svg>
  )
}
