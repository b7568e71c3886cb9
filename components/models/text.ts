/**
 * Every visible word comes from one table per language; this file picks the table and fills it in.
 *
 * A message is text with `{name}` placeholders, or one such text per plural category (CLDR, through
 * `Intl.PluralRules`, chosen by the placeholder `count`). A second language is a second table of the same shape:
 * data, no code. Message keys and placeholder names are checked by the compiler.
 *
 * English comes in parts, so that a page opens with the words it opens with: `text-en.ts` is there from the start,
 * and the topmost component of a screen brings the other parts that it and those below it use (`useUi(PART)`). Any
 * other language is fetched whole.
 */
import { ENGLISH } from './text-en.ts'
import type { ENGLISH_ACCOUNT } from './text-en-account.ts'
import type { ENGLISH_APPROVAL } from './text-en-approval.ts'
import type { ENGLISH_COURT } from './text-en-court.ts'
import type { ENGLISH_ENTRY } from './text-en-entry.ts'
import type { ENGLISH_FILES } from './text-en-files.ts'
import type { ENGLISH_OWNER } from './text-en-owner.ts'
import type { ENGLISH_PANEL } from './text-en-panel.ts'
import type { ENGLISH_RECEIVE } from './text-en-receive.ts'
import type { ENGLISH_REFUSALS } from './text-en-refusals.ts'
import type { ENGLISH_RUNTIMES } from './text-en-runtimes.ts'
import type { ENGLISH_SITES } from './text-en-sites.ts'
import type { ENGLISH_STATES } from './text-en-states.ts'
import type { ENGLISH_TIME } from './text-en-time.ts'
import type { ENGLISH_VIEW } from './text-en-view.ts'
import type { ENGLISH_WELCOME } from './text-en-welcome.ts'

type Plural = { readonly one: string; readonly other: string }
type Message = string | Plural
type English = typeof ENGLISH &
  typeof ENGLISH_ACCOUNT &
  typeof ENGLISH_APPROVAL &
  typeof ENGLISH_COURT &
  typeof ENGLISH_ENTRY &
  typeof ENGLISH_FILES &
  typeof ENGLISH_OWNER &
  typeof ENGLISH_PANEL &
  typeof ENGLISH_RECEIVE &
  typeof ENGLISH_REFUSALS &
  typeof ENGLISH_RUNTIMES &
  typeof ENGLISH_STATES &
  typeof ENGLISH_SITES &
  typeof ENGLISH_TIME &
  typeof ENGLISH_VIEW &
  typeof ENGLISH_WELCOME
type Key = keyof English
/** What another language has to supply. */
export type Messages = { readonly [K in Key]: English[K] extends string ? string : Plural }
/** Some of the messages. */
export type Part = Partial<Messages>

type Placeholders<T extends string> = T extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never
/** A plural is chosen by `count`, whether or not it is also shown. */
type NamesOf<M> = M extends string
  ? Placeholders<M>
  : M extends { readonly other: infer T extends string }
    ? Placeholders<T> | 'count'
    : never
type Values<K extends Key> = { readonly [N in NamesOf<English[K]>]: N extends 'count' ? number : string }
type Arguments<K extends Key> = [NamesOf<English[K]>] extends [never] ? [] : [values: Values<K>]

/** Keys of messages that stand alone, so that a table of data can name them. */
export type PlainKey = { [K in Key]: [NamesOf<English[K]>] extends [never] ? K : never }[Key]
/** Keys of sentences that are filled in with what there is and what is needed, and nothing else. */
export type HaveNeedKey = {
  [K in Key]: [NamesOf<English[K]>, 'have' | 'need'] extends ['have' | 'need', NamesOf<English[K]>] ? K : never
}[Key]
export type Text = {
  readonly language: string
  /** A part of English; another language has it already. */
  readonly add: (part: Part) => void
  <K extends Key>(key: K, ...values: Arguments<K>): string
}

/** Beside English, which every page brings along. */
const LANGUAGES: { readonly [language: string]: () => Promise<Messages> } = {
  de: async () => (await import('./text-de.ts')).GERMAN,
}
export type Language = { readonly language: string; readonly messages: Part }
const ENGLISH_NAME = 'en'
const IN_ENGLISH: Language = { language: ENGLISH_NAME, messages: ENGLISH }

/** @param locale BCP 47, as `navigator.language` gives it; a language that is unknown, or cannot be had, reads English. */
export const languageFor = async (locale: string): Promise<Language> => {
  const language = locale.split('-')[0] ?? ''
  const load = Object.hasOwn(LANGUAGES, language) ? LANGUAGES[language] : undefined
  if (load === undefined) return IN_ENGLISH
  return load().then(
    (messages) => ({ language, messages }),
    () => IN_ENGLISH,
  )
}

/** @param locale how numbers are written */
export const textFor = (locale: string, { language, messages }: Language = IN_ENGLISH): Text => {
  const plurals = new Intl.PluralRules(language)
  const numbers = new Intl.NumberFormat(locale, { numberingSystem: 'latn' })
  const known: { [key: string]: Message } = { ...messages }
  const text = (key: Key, values: { readonly [name: string]: string | number } = {}): string => {
    // A key without words would be a screen that did not bring its part: tests/components/languages.test.ts looks.
    const message: Message = known[key] ?? key
    const chosen =
      typeof message === 'string' ? message : message[plurals.select(Number(values.count)) === 'one' ? 'one' : 'other']
    return chosen.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name] ?? ''
      return typeof value === 'number' ? numbers.format(value) : value
    })
  }
  const add = (part: Part): void => {
    if (language === ENGLISH_NAME) Object.assign(known, part)
  }
  return Object.assign(text as Text, { language, add })
}
