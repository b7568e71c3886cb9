/**
 * An amount of a token: grouped, never rounded against the reader. Where it is rounded, the full
 * value is in the hover text and is what gets copied.
 */
import { useRef } from 'preact/hooks'
import type { TokenView } from '../../runtime/radapter/types.ts'
import type { Precision } from '../models/format.ts'
import { useUi } from '../models/ui.ts'
import styles from './Amount.module.css'

type Props = {
  readonly value: bigint
  readonly token: TokenView
  readonly precision?: Precision
  /** Written before the figure; the value itself is unsigned. */
  readonly sign?: 'plus' | 'minus' | 'none'
  readonly symbol?: boolean
}

export const Amount = ({ value, token, precision = 'down', sign = 'none', symbol = true }: Props) => {
  const { format } = useUi()
  const { prefix, whole, fraction } = format.amount(value, token, precision)
  const full = format.money(value, token, 'exact')
  const box = useRef<HTMLSpanElement>(null)
  const signs = { plus: '+', minus: format.minus, none: '' }
  const copyFull = (event: ClipboardEvent): void => {
    const selection = getSelection()
    const isAlone = [selection?.anchorNode, selection?.focusNode].every((node) => box.current?.contains(node ?? null))
    if (precision === 'exact' || !isAlone) return
    event.clipboardData?.setData('text/plain', full)
    event.preventDefault()
  }
  return (
    <span ref={box} class={styles.amount} title={full} onCopy={copyFull}>
      {signs[sign]}
      {prefix}
      {whole}
      <span data-part="fraction">{fraction}</span>
      {symbol && (
        <span class={styles.symbol} data-part="symbol">
          {' '}
          {token.symbol}
        </span>
      )}
    </span>
  )
}
