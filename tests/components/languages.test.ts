/**
 * Every language says everything: each table beside the English one, and what the browser reads beside what the pages
 * read. A language is a folder of `public/_locales`.
 *
 * @vitest-environment happy-dom
 */
import { readdirSync, readFileSync } from 'node:fs'
import { screen } from '@testing-library/preact'
import { describe, expect, test } from 'vitest'
import { languageFor, type Part, type PlainKey, textFor } from '../../components/models/text.ts'
import { PopupApp } from '../../components/screens/popup/PopupApp.tsx'
import { WHOLE_ENGLISH } from '../support/english.ts'
import { renderPage } from '../support/page.tsx'

type Forms = { readonly [form: string]: string }
type Table = { readonly [key: string]: string | Forms }
type Manifest = { readonly [key: string]: { readonly message: string; readonly placeholders?: unknown } }

const LOCALES = `${import.meta.dirname}/../../public/_locales`
const OTHERS = readdirSync(LOCALES).filter((language) => language !== 'en')
const tableOf = async (language: string): Promise<Part> =>
  language === 'en' ? WHOLE_ENGLISH : (await languageFor(language)).messages
const manifestOf = (language: string): Manifest =>
  JSON.parse(readFileSync(`${LOCALES}/${language}/messages.json`, 'utf8'))

/** A text without plural forms has the one form ''. */
const formsOf = (message: string | Forms | undefined): Forms =>
  typeof message === 'object' ? message : { '': message ?? '' }
const placeholdersIn = (text: string, pattern: RegExp): readonly string[] =>
  [...new Set([...text.matchAll(pattern)].map(([found]) => found))].sort()
/** Every text with its place: `key`, or `key/form`. */
const textsOf = (table: Table): { readonly [place: string]: string } =>
  Object.fromEntries(
    Object.entries(table).flatMap(([key, message]) =>
      Object.entries(formsOf(message)).map(([form, text]) => [form === '' ? key : `${key}/${form}`, text]),
    ),
  )

/** Names, and words that both languages share. */
const ALIKE: { readonly [language: string]: readonly string[] } = {
  de: ['app.name', 'book.name', 'panel.name', 'runtimes.name', 'settings.version'],
}
const ALIKE_IN_THE_BROWSER = ['extensionName', 'extensionShortName']
/** Chrome's own limits; see the manifest's reference. */
const LONGEST: { readonly [key: string]: number } = {
  extensionName: 75,
  extensionShortName: 12,
  extensionDescription: 132,
}

/** Sentences that send the reader to a button say what stands on it. */
const POINTS_AT: readonly (readonly [sentence: PlainKey, button: PlainKey])[] = [
  ['moved.unknown', 'home.activity'],
  ['next.lookInActivity', 'home.activity'],
  ['paying.mayClose', 'home.activity'],
  ['paying.mayClose', 'activity.heading'],
]

describe.each(OTHERS)('%s', (language) => {
  test('has every message of English, in the same plural forms, and no other', async () => {
    const [english, other] = [await tableOf('en'), await tableOf(language)]
    expect((await languageFor(language)).language).toBe(language)
    expect(Object.keys(textsOf(other)).sort()).toEqual(Object.keys(textsOf(english)).sort())
  })

  test('fills in what English fills in', async () => {
    const [english, other] = [textsOf(await tableOf('en')), textsOf(await tableOf(language))]
    const slots = (texts: { readonly [place: string]: string }): readonly (readonly [string, readonly string[]])[] =>
      Object.entries(texts)
        .map(([place, text]) => [place, placeholdersIn(text, /\{\w+\}/g)] as const)
        .sort(([a], [b]) => a.localeCompare(b))
    expect(slots(other)).toEqual(slots(english))
  })

  test('says something everywhere, and nothing in English', async () => {
    const [english, other] = [textsOf(await tableOf('en')), textsOf(await tableOf(language))]
    expect(Object.keys(other).filter((place) => other[place]?.trim() === '')).toEqual([])
    const alike = Object.keys(other).filter((place) => other[place] === english[place])
    // What has no letters of its own is the same everywhere.
    const worded = alike.filter((place) => /\p{L}/u.test((other[place] ?? '').replace(/\{\w+\}/g, '')))
    expect(worded.sort()).toEqual(ALIKE[language])
  })

  test.each(POINTS_AT)('%s names its button as %s does', async (sentence, button) => {
    const text = textFor(language, await languageFor(language))
    expect(text(sentence)).toContain(text(button))
  })

  test('the browser is told everything too, within its limits', () => {
    const [english, other] = [manifestOf('en'), manifestOf(language)]
    expect(Object.keys(other).sort()).toEqual(Object.keys(english).sort())
    for (const [key, { message, placeholders }] of Object.entries(other)) {
      const source = english[key]?.message ?? ''
      expect(message.trim()).not.toBe('')
      expect(message.length).toBeLessThanOrEqual(LONGEST[key] ?? 200)
      expect(placeholders).toEqual(english[key]?.placeholders)
      expect(placeholdersIn(message, /\$\w+\$/g)).toEqual(placeholdersIn(source, /\$\w+\$/g))
      expect(message === source).toBe(ALIKE_IN_THE_BROWSER.includes(key))
    }
  })
})

describe('the language of a browser', () => {
  test.each([
    ['de', 'de'],
    ['de-AT', 'de'],
    ['en-GB', 'en'],
    ['tlh', 'en'],
    ['constructor', 'en'],
    ['', 'en'],
  ])('"%s" reads %s', async (locale, language) => {
    expect((await languageFor(locale)).language).toBe(language)
  })

  test('German is read in German, its numbers written as the place writes them', async () => {
    const language = await languageFor('de-DE')
    renderPage(PopupApp, { locale: 'de-DE', language })
    const region = await screen.findByRole('region', { name: 'Kontostand' })
    expect(region.textContent).toContain('1.000,00 tUSD')
    expect(region.textContent).toContain('Sendbar 600,00 tUSD')
    for (const name of ['Zahlen', 'Empfangen', 'Verlauf', 'Seitenleiste', 'Einstellungen', 'Welt: Simnet', 'Sperren'])
      expect(screen.getByRole('button', { name })).toBeTruthy()
  })

  test('plurals are those of the language, figures those of the locale', async () => {
    const text = textFor('de-DE', await languageFor('de-DE'))
    expect(text('settings.minutes', { count: 1 })).toBe('1 Minute')
    expect(text('settings.minutes', { count: 12_345 })).toBe('12.345 Minuten')
  })
})
