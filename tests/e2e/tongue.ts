/** The words by which a walk over the screens finds its way: the wallet's own tables, in one of its languages. */
import { languageFor, type Text, textFor } from '../../components/models/text.ts'
import { WHOLE_ENGLISH } from '../support/english.ts'

export type Tongue = {
  /** What the browser says it speaks. */
  readonly locale: string
  readonly text: Text
  /** 3.21 as it is typed there. */
  readonly amount: string
}

export const IN_ENGLISH: Tongue = {
  locale: 'en-US',
  text: textFor('en-US', { language: 'en', messages: WHOLE_ENGLISH }),
  amount: '3.21',
}

export const inGerman = async (): Promise<Tongue> => ({
  locale: 'de-DE',
  text: textFor('de-DE', await languageFor('de-DE')),
  amount: '3,21',
})
