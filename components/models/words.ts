/** What is wrong, in words: the shape of it, and all there is to say of an amount. Of refusals: `refusals.ts`. */
import type { AmountRejection } from '../../runtime/lib/amount.ts'
import type { TokenView, WireError } from '../../runtime/radapter/types.ts'
import type { Format } from './format.ts'
import type { HaveNeedKey, PlainKey, Text } from './text.ts'

export type Words = {
  readonly what: string
  readonly moved: string
  readonly next: string
  /** Which field the next action is about. */
  readonly field: 'recipient' | 'amount' | 'memo' | 'name' | 'id' | null
}

export type WordsContext = {
  readonly text: Text
  readonly format: Format
  readonly tokens: readonly TokenView[]
  /** What the payment is in, for a reason that names no token. */
  readonly tokenId: number | null
  /** Of screens that can be refused more than a payment can. */
  readonly more?: MoreWords
}
export type Row = { readonly what: PlainKey; readonly next: PlainKey; readonly field: Words['field'] }

export const row = (what: PlainKey, next: PlainKey, field: Words['field'] = null): Row => ({ what, next, field })

export type Table = { readonly [type: string]: Row }

/** Sentences that name what there is and what is needed. */
export type HaveNeed = { readonly [type: string]: HaveNeedKey }
export type MoreWords = { readonly rows: Table; readonly haveNeed: HaveNeed }

export const sentence = (message: string): string => (/[.!?]$/.test(message) ? message : `${message}.`)

/** Whether the host refused before it did anything; anything else leaves open what became of a command. */
export const isRefused = ({ code }: WireError): boolean =>
  code === 'E_REJECTED' || code === 'E_BAD_REQUEST' || code === 'E_NOT_FOUND'

export const wordsOfAmount = (reason: AmountRejection, symbol: string, { text, format }: WordsContext): string => {
  switch (reason.type) {
    case 'empty':
      return text('field.amount.empty')
    case 'not_text':
    case 'malformed':
      return text('field.amount.malformed')
    case 'too_many_decimals':
      return text('field.amount.tooManyDecimals', { symbol, decimals: format.count(reason.decimals) })
    case 'zero':
      return text('field.amount.zero')
    case 'too_large':
      return text('field.amount.tooLarge')
  }
}

export const inOneLine = (words: Words): string =>
  [words.what, words.moved, words.next].filter((part) => part !== '').join(' ')
