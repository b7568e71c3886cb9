/** The amount a screen is about, in the largest type it has room for. */
import type { TokenView } from '../../runtime/radapter/types.ts'
import type { Precision } from '../models/format.ts'
import { useUi } from '../models/ui.ts'
import { Amount } from './Amount.tsx'
import styles from './Figure.module.css'

/** More than this do not fit beside their symbol in a popup. */
const MOST_CHARACTERS = 12
/** The same on the narrowest screen, with the decimals and before them. */
const MOST_NARROW = 9
const MOST_WHOLE_NARROW = 7

type Props = { readonly value: bigint; readonly token: TokenView; readonly precision?: Precision }

export const Figure = ({ value, token, precision = 'exact' }: Props) => {
  const { prefix, whole, fraction } = useUi().format.amount(value, token, precision)
  const before = prefix.length + whole.length
  const length = before + fraction.length
  const classes = [
    styles.figure,
    length > MOST_NARROW ? styles.tight : '',
    before > MOST_WHOLE_NARROW ? styles.wide : '',
    length > MOST_CHARACTERS ? styles.long : '',
  ]
  return (
    <span class={classes.join(' ')}>
      <Amount value={value} token={token} precision={precision} />
    </span>
  )
}
