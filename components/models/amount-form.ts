/** One amount that is typed for one thing to be done with it. */
import { parseAmount } from '../../runtime/lib/amount.ts'
import type { TokenView } from '../../runtime/radapter/types.ts'
import type { Ui } from './ui.ts'
import { type Words, wordsOfAmount } from './words.ts'

export type ReadAmount =
  | { readonly type: 'ok'; readonly amount: bigint }
  /** Nothing typed yet. */
  | { readonly type: 'empty'; readonly words: Words }
  | { readonly type: 'refused'; readonly words: Words }

/** @param mayBeZero where nothing is a sensible amount too. */
export const readAmount = (
  { session, text, format }: Ui,
  typed: string,
  { token, mayBeZero = false }: { readonly token: TokenView; readonly mayBeZero?: boolean },
): ReadAmount => {
  const read = parseAmount(typed, token.decimals, format.decimalSign)
  if (read.type === 'ok') return read
  if (read.reason.type === 'zero' && mayBeZero) return { type: 'ok', amount: 0n }
  const context = { text, format, tokens: session.tokens.peek(), tokenId: token.tokenId }
  const words: Words = {
    what: wordsOfAmount(read.reason, token.symbol, context),
    moved: '',
    next: '',
    field: 'amount',
  }
  return { type: read.reason.type === 'empty' ? 'empty' : 'refused', words }
}
