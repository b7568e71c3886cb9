/**
 * A token's mark where it stands alone: its sign or two letters in a ring, in a colour that stays with its id. Drawn,
 * not written: the symbol stands beside it, and screen readers hear of the mark only where nobody knows the token.
 *
 * Test money has a broken ring. Whose symbol cannot be trusted gets a question mark and no sign at all.
 */
import type { TokenView } from '../../runtime/radapter/types.ts'
import { useUi } from '../models/ui.ts'
import styles from './TokenIcon.module.css'

/** The palette's own inks, mixed with its muted one: both are read on either ground, and so is what lies between. */
const INKS = ['accent', 'ink', 'caution', 'muted']
const SIGNS: { readonly [symbol: string]: string } = { USD: '$', EUR: '€', ETH: 'Ξ' }

/** Test tokens carry a small letter before the symbol they stand for. */
const signOf = (symbol: string): string => {
  const bare = symbol.replace(/^[a-z](?=[A-Z])/, '').toUpperCase()
  return SIGNS[bare] ?? bare.slice(0, 2)
}

type Props = {
  readonly token: TokenView
  /** False for a token that is in no jurisdiction's list. */
  readonly isKnown: boolean
}

export const TokenIcon = ({ token, isKnown }: Props) => {
  const { text } = useUi()
  const { symbol, tokenId, isTest } = token
  const title = text(isKnown ? 'token.test' : 'token.unknown')
  if (!isKnown) return <span role="img" class={styles.icon} data-sign="?" aria-label={title} title={title} />
  return (
    <span
      aria-hidden="true"
      class={styles.icon}
      style={{ '--tone': `var(--${INKS[tokenId % INKS.length]})` }}
      data-sign={signOf(symbol)}
      data-test={isTest}
      title={isTest ? title : symbol}
    />
  )
}
