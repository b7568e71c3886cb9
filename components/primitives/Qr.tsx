/** A QR code (ISO/IEC 18004) as one path: always dark on light and with its quiet zone, because cameras need both. */

import { useMemo } from 'preact/hooks'
import { encodeQR } from 'qr'
import styles from './Qr.module.css'

/** Beyond what the largest code holds at this level of correction; the link itself is still there to copy. */
const MOST_BYTES = 2_953
/** Modules of light around the code; the standard asks for four. */
const QUIET = 4

const pathOf = (rows: readonly (readonly boolean[])[]): string =>
  rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('')

export const Qr = ({ value, label }: { readonly value: string; readonly label: string }) => {
  const rows = useMemo(
    () => (value.length > MOST_BYTES ? [] : encodeQR(value, 'raw', { border: QUIET, ecc: 'low' })),
    [value],
  )
  if (rows.length === 0) return null
  return (
    <svg
      role="img"
      aria-label={label}
      class={styles.qr}
      viewBox={`0 0 ${rows.length} ${rows.length}`}
      shape-rendering="crispEdges"
    >
      <path d={pathOf(rows)} />
    </svg>
  )
}
