/**
 * Accounts on the map, each a seam: solid is backed by collateral, hatched is on a promise, outlined is credit, held
 * amounts lie at the seam. In accent is what the selected entity has in it, as on its own seams.
 */
import type { Drawing, Ribbon } from '../../models/map-drawing.ts'
import type { NetworkMap } from '../../models/map-layout.ts'
import type { SliceKind } from '../../models/seam.ts'
import styles from './NetworkMap.module.css'
import type { Pointed } from './NetworkMap.tsx'

/** As wide as a finger that has to meet it. */
const LEAST_REACH = 24
const OUTLINE = 1.5
/** Hatching is the same however long a slice is. */
const HATCH = 5

const LEFT_SLICES: readonly SliceKind[] = ['outCredit', 'outCollateral', 'theirDebt', 'held']
const LOOKS: { readonly [K in SliceKind]: 'solid' | 'hatched' | 'outlined' | 'held' } = {
  outCollateral: 'solid',
  inCollateral: 'solid',
  theirDebt: 'hatched',
  ownDebt: 'hatched',
  outCredit: 'outlined',
  inCredit: 'outlined',
  held: 'held',
  heldInbound: 'held',
}

/** What hatched slices are filled with; an SVG pattern, since there is no other way to hatch a shape. */
const Hatches = () => (
  <defs>
    {(['ours', 'theirs', 'held'] as const).map((name) => (
      <pattern
        key={name}
        id={`hatch-${name}`}
        width={name === 'held' ? 4 : HATCH}
        height={name === 'held' ? 4 : HATCH}
        patternUnits="userSpaceOnUse"
        patternTransform={name === 'held' ? undefined : 'rotate(45)'}
      >
        <rect class={styles.hatch} data-side={name} width={2} height={HATCH} />
      </pattern>
    ))}
  </defs>
)

const Slices = ({ ribbon, sides }: { readonly ribbon: Ribbon; readonly sides: readonly [string, string] }) => {
  const { thickness, slices } = ribbon
  return (
    <>
      {slices.map(({ kind, from, to }) => {
        const look = LOOKS[kind]
        const inset = look === 'outlined' ? OUTLINE / 2 : 0
        return (
          <rect
            key={kind}
            class={styles[look]}
            data-side={sides[LEFT_SLICES.includes(kind) ? 0 : 1]}
            x={from + inset}
            y={inset - thickness / 2}
            width={Math.max(to - from - 2 * inset, 0)}
            height={Math.max(thickness - 2 * inset, 0)}
          />
        )
      })}
    </>
  )
}

type Props = {
  readonly drawing: Drawing
  readonly map: NetworkMap
  readonly selectedId: string | undefined
  /** The counterparty of the selected entity whose account is open. */
  readonly openId: string | null
  readonly pointed: Pointed
}

export const Ribbons = ({ drawing, map, selectedId, openId, pointed }: Props) => (
  <>
    <Hatches />
    {drawing.ribbons.map((ribbon) => {
      const { index, x, y, length, angle, thickness, seam } = ribbon
      const account = map.accounts[index]
      if (account === undefined) return null
      const ids = [map.entities[account.left]?.entityId, map.entities[account.right]?.entityId]
      const sideOf = (id: string | undefined): string => (id === selectedId ? 'ours' : 'theirs')
      const isOpen = ids.includes(selectedId) && ids.includes(openId ?? '')
      const isPointed = pointed?.type === 'account' && pointed.index === index
      const reach = Math.max(thickness, LEAST_REACH)
      return (
        <g
          key={ids.join()}
          class={styles.account}
          data-account={index}
          data-marked={isOpen || isPointed}
          transform={`translate(${x} ${y}) rotate(${angle})`}
        >
          <rect class={styles.reach} y={-reach / 2} width={length} height={reach} />
          <rect class={styles.bed} y={-thickness / 2} width={length} height={thickness} />
          <Slices ribbon={ribbon} sides={[sideOf(ids[0]), sideOf(ids[1])]} />
          {seam !== null && (
            <rect class={styles.mark} x={seam - 2} y={-thickness / 2 - 3} width={4} height={thickness + 6} />
          )}
        </g>
      )
    })}
  </>
)
