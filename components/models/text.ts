/**
 * Every visible word comes from one table per language; this file picks the table and fills it in.
 *
 * A message is text with `{name}` placeholders, or one such text per plural category (CLDR, through
 * `Intl.PluralRules`, chosen by the placeholder `count`). A second language is a second table of the same shape:
 * data, no code. Message keys and placeholder names are checked by the compiler.
 */
import { ENGLISH } from './text-en.ts'

type Plural = { readonly one: string; readonly other: string }
type Message = string | Plural
type Key = keyof typeof ENGLISH
/** What another language has to supply. */
export type Messages = { readonly [K in Key]: (typeof ENGLISH)[K] extends string ? string : Plural }

type Placeholders<T extends string> = T extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never
/** A plural is chosen by `count`, whether or not it is also shown. */
type NamesOf<M> = M extends string
  ? Placeholders<M>
  : M extends { readonly other: infer T extends string }
    ? Placeholders<T> | 'count'
    : never
type Values<K extends Key> = { readonly [N in NamesOf<(typeof ENGLISH)[K]>]: N extends 'count' ? number : string }
type Arguments<K extends Key> = [NamesOf<(typeof ENGLISH)[K]>] extends [never] ? [] : [values: Values<K>]

/** Keys of messages that stand alone, so that a table of data can name them. */
export type PlainKey = { [K in Key]: [NamesOf<(typeof ENGLISH)[K]>] extends [never] ? K : never }[Key]
export type Text = {
  readonly language: string
  <K extends Key>(key: K, ...values: Arguments<K>): string
}

/** Beside English, which every page brings along. */
const LANGUAGES: { readonly [language: string]: () => Promise<Messages> } = {
  de: async () => (await import('./text-de.ts')).GERMAN,
}
export type Language = { readonly language: string; readonly messages: Messages }
const IN_ENGLISH: Language = { language: 'en', messages: ENGLISH }

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
  const text = (key: Key, values: { readonly [name: string]: string | number } = {}): string => {
    const message: Message = messages[key]
    const chosen =
      typeof message === 'string' ? message : message[plurals.select(Number(values.count)) === 'one' ? 'one' : 'other']
    return chosen.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name] ?? ''
      return typeof value === 'number' ? numbers.format(value) : value
    })
  }
  return Object.assign(text as Text, { language })
}
