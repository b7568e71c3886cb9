/**
 * Every screen has its words: whatever way leads from a page to a file that says something of a part of English goes
 * through a component that brings that part along.
 */
import { posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ENGLISH } from '../../components/models/text-en.ts'
import { ENGLISH_PARTS } from '../support/english.ts'
import { filesIn, read } from '../support/sources.ts'

const FILES = filesIn(['components']).filter((path) => /\.tsx?$/.test(path) && !/\/text-(en|de)/.test(path))
const SOURCES = new Map(FILES.map((path) => [path, read(path)]))
const PAGES = FILES.filter((path) => /App\.tsx$|\/Gallery\.tsx$/.test(path))

/** Keys for `refusals.ts` to look up, which brings the words along whoever asks it. */
const TABLES_OF_REFUSALS = ['components/models/court-words.ts', 'components/models/runtimes.ts']

/** What this file runs, now or when a screen is opened; types say nothing. */
const importsOf = (path: string): readonly string[] =>
  [...(SOURCES.get(path) ?? '').matchAll(/^(?:import (?!type ).*|\} )from '(\.[^']+)'|import\('(\.[^']+)'\)/gm)].map(
    ([, fixed, lazy]) => posix.join(posix.dirname(path), fixed ?? lazy ?? ''),
  )

/** All that a page leads to without going through a file that brings the part. */
const reachedWithout = (part: string): ReadonlySet<string> => {
  const brings = (path: string): boolean =>
    (part === 'ENGLISH_REFUSALS' && TABLES_OF_REFUSALS.includes(path)) ||
    new RegExp(`\\b${part}\\b`).test(SOURCES.get(path) ?? '')
  const reached = new Set(PAGES.filter((page) => !brings(page)))
  for (const path of reached)
    for (const target of importsOf(path)) if (SOURCES.has(target) && !brings(target)) reached.add(target)
  return reached
}

describe('the words of a part', () => {
  test('no key stands in two of them', () => {
    const keys = [ENGLISH, ...Object.values(ENGLISH_PARTS)].flatMap((part) => Object.keys(part))
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([])
  })

  test.each(Object.entries(ENGLISH_PARTS))('%s -- wherever it is needed it is there', (name, part) => {
    const without = [...reachedWithout(name)]
    expect(without.length).toBeGreaterThan(20)
    const missing = without.flatMap((path) =>
      Object.keys(part)
        .filter((key) => SOURCES.get(path)?.includes(`'${key}'`))
        .map((key) => `${path}: ${key}`),
    )
    expect(missing).toEqual([])
  })

  test.each(Object.entries(ENGLISH_PARTS))('%s -- every one of its words is said by somebody', (_, part) => {
    const sources = [...SOURCES.values()].join('\n')
    expect(Object.keys(part).filter((key) => !sources.includes(`'${key}'`))).toEqual([])
  })
})
