/** Entities on the map: a disc with the picture of the id, and its name where there is room for it. */
import type { Drawing, Label } from '../../models/map-drawing.ts'
import type { NetworkMap } from '../../models/map-layout.ts'
import { pictureOf } from '../../primitives/Identicon.tsx'
import styles from './NetworkMap.module.css'
import type { Pointed } from './NetworkMap.tsx'

/** Of the picture, in its own units: five cells a side. */
const PICTURE_SIDE = 5
/** How much of the disc the picture fills. */
const FILLED = 1.1

type Props = {
  readonly drawing: Drawing
  readonly labels: readonly Label[]
  readonly map: NetworkMap
  /** Its place on the map; −1 when it is not there. */
  readonly selected: number
  readonly pointed: Pointed
}

export const Entities = ({ drawing, labels, map, selected, pointed }: Props) => (
  <>
    {drawing.discs.map(({ index, x, y, radius }) => {
      const entity = map.entities[index]
      if (entity === undefined) return null
      const { path, tone } = pictureOf(entity.entityId)
      const cell = (radius * FILLED) / PICTURE_SIDE
      return (
        <g
          key={entity.entityId}
          class={styles.entity}
          data-entity={index}
          data-selected={index === selected}
          data-elsewhere={!entity.isHere}
          data-marked={pointed?.type === 'entity' && pointed.index === index}
          transform={`translate(${x} ${y})`}
        >
          {entity.isHub && <circle class={styles.hub} r={radius + 4} />}
          <circle class={styles.disc} r={radius} />
          <path
            class={styles.face}
            style={{ '--tone': tone }}
            transform={`scale(${cell}) translate(${-PICTURE_SIDE / 2} ${-PICTURE_SIDE / 2})`}
            d={path}
          />
        </g>
      )
    })}
    {labels.map(({ index, text, x, y }) => (
      <text key={map.entities[index]?.entityId} class={styles.label} data-selected={index === selected} x={x} y={y}>
        {text}
      </text>
    ))}
  </>
)
