/**
 * Every reason the protocol can give a person has words of its own: the reasons are read from the sources, so that a
 * new one without words fails here.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { COURT_WORDS } from '../../components/models/court-words.ts'
import { formatFor } from '../../components/models/format.ts'
import { wordsOfError, wordsOfFailure } from '../../components/models/refusals.ts'
import { RUNTIME_WORDS } from '../../components/models/runtimes.ts'
import { textFor } from '../../components/models/text.ts'
import { WHOLE_ENGLISH } from '../support/english.ts'

const source = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

/** The `type`s of one union. */
const typesOf = (path: string, union: string): readonly string[] => {
  const text = source(path)
  const from = text.indexOf(`export type ${union} =`)
  const body = text.slice(from, text.indexOf('\nexport ', from + 1))
  return [...body.matchAll(/^ {2}\| \{ readonly type: '([a-z_]+)'/gm)].map(([, type]) => type ?? '')
}

/** What a hub or a recipient writes into a lock it gives back. */
const failuresOf = (path: string): readonly string[] =>
  [...source(path).matchAll(/(?:return|giveUp\(draft, incoming,|\?) '([a-z_]+)'/g)].map(([, type]) => type ?? '')

/** Never met by a person: they refuse what a peer, a chain or the program itself has sent. */
const NOT_FOR_PEOPLE = [
  'stale_claim',
  'bad_claim',
  'not_beneficiary',
  'not_expired',
  'unknown_lock',
  'wrong_secret',
  'stale_batch',
  'stale_call',
  'malformed_message',
  'unexpected_message',
  'bad_profile',
  'refused_message',
  'unknown_receipt',
  'stale_start',
  'not_a_command',
  'entity_exists',
  'jurisdiction_exists',
  'not_quiet',
  'not_forkable',
]

const text = textFor('en-US', { language: 'en', messages: WHOLE_ENGLISH })
/** With the words of every screen that asks for something. */
const more = { rows: { ...COURT_WORDS.rows, ...RUNTIME_WORDS.rows }, haveNeed: COURT_WORDS.haveNeed }
const context = { text, format: formatFor('en-US'), tokens: [], tokenId: null, more }

describe('refusals', () => {
  const types = [
    ...typesOf('runtime/account/errors.ts', 'AccountRejection'),
    ...typesOf('runtime/entity/errors.ts', 'EntityRejection'),
    ...typesOf('runtime/types.ts', 'RuntimeRejection'),
    ...typesOf('runtime/radapter/arguments.ts', 'ArgumentRejection'),
    ...typesOf('runtime/radapter/manager-methods.ts', 'RuntimeRejection'),
  ]

  test('are read from the sources', () => {
    expect(types).toEqual(
      expect.arrayContaining(['over_capacity', 'invoice_paid', 'unknown_entity', 'command_id_reused']),
    )
  })

  test.each([...new Set(types)].filter((type) => !NOT_FOR_PEOPLE.includes(type)))('%s', (type) => {
    const error = { code: 'E_REJECTED', message: 'raw', retryable: false, reason: { type } } as const
    const words = wordsOfError(error, false, context)
    expect(words.what).not.toContain('raw')
    expect(`${words.what} ${words.next}`).toMatch(/^[A-Z].*\. .*\.$/)
  })
})

describe('failures on the way', () => {
  const codes = [...new Set(failuresOf('runtime/entity/htlc.ts'))]

  test('are read from the source', () => {
    expect(codes).toEqual(expect.arrayContaining(['bad_envelope', 'next_hop_over_capacity', 'unknown_invoice']))
  })

  test.each(codes)('%s', (code) => {
    const words = wordsOfFailure(code, context)
    expect(words.what.toLowerCase()).not.toContain(code.replaceAll('_', ' '))
    expect(words.moved).toBe('Your money is back.')
  })
})
