/** The amount a screen is about, in the largest type it has room for. */
import type { TokenView } from '../../runtime/radapter/types.ts'
import type { Precision } from '../models/format.ts'
import { useUi } from '../models/ui.ts'
import { Amount } from './Amount.tsx'
import styles from './Figure.module.css'

/** More than this do not fit beside their symbol in a popup. */
const MOST_CHARACTERS = 12
/** More than this before the decimals do not fit on the narrowest screen. */
const MOST_NARROW = 7

type Props = { readonly value: bigint; readonly token: TokenView; readonly precision?: Precision }

export const Figure = ({ value, token, precision = 'exact' }: Props) => {
  const { prefix, whole, fraction } = useUi().format.amount(value, token, precision)
  const isLong = prefix.length + whole.length + fraction.length > MOST_CHARACTERS
  const isWide = prefix.length + whole.length > MOST_NARROW
  return (
    <span class={`${styles.figure} ${isWide ? styles.wide : ''} ${isLong ? styles.long : ''}`}>
      <Amount value={value} token={token} precision={precision} />
    </span>
  )
}
