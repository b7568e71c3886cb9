/** Recovery phrases: the BIP-39 vectors, and what people mistype. */
import { entropyToMnemonic, mnemonicToSeedSync } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { describe, expect, test } from 'vitest'
import { drawPhrase, parsePhrase, seedOf, wordsOf } from '../../entrypoints/background/wallet/phrase.ts'
import { fromHex, toHex } from '../../runtime/lib/bytes.ts'
import { fc } from '../support/property.ts'
import { seededEntropy } from './support.ts'

const repeat = (word: string, count: number, last: string) => `${`${word} `.repeat(count)}${last}`
/** From the reference vectors of BIP-39. */
const VECTORS = [
  ['00'.repeat(16), repeat('abandon', 11, 'about')],
  ['7f'.repeat(16), 'legal winner thank year wave sausage worth useful legal winner thank yellow'],
  ['80'.repeat(16), 'letter advice cage absurd amount doctor acoustic avoid letter advice cage above'],
  ['ff'.repeat(16), repeat('zoo', 11, 'wrong')],
  ['9e885d952ad362caeb4efe34a8e91bd2', 'ozone drill grab fiber curtain grace pudding thank cruise elder eight picnic'],
  ['00'.repeat(32), repeat('abandon', 23, 'art')],
  ['ff'.repeat(32), repeat('zoo', 23, 'vote')],
  [
    '68a79eaca2324873eacc50cb9c6eca8cc68ea5d936f98787c60c7ebc74e6ce7c',
    'hamster diagram private dutch cause delay private meat slide toddler razor book happy fancy gospel tennis ' +
      'maple dilemma loan word shrug inflict delay length',
  ],
] as const
const PHRASE = VECTORS[4][1]
const odd = fc.constantFrom('a', 'zoo', ' ', '\t', '\u3000', '\u0301', '\u202e', '\0', '\ud800', '🔑', 'ﬀ', 'İ')
const anyEntropy = fc.constantFrom(16, 32).chain((length) => fc.uint8Array({ minLength: length, maxLength: length }))

describe('wordsOf, parsePhrase', () => {
  test.each(VECTORS)('BIP-39 vector %s', (entropy, phrase) => {
    expect(wordsOf(fromHex(entropy)).join(' ')).toBe(phrase)
    expect(parsePhrase(phrase)).toEqual({ type: 'ok', value: fromHex(entropy) })
  })
  test('any entropy: the words of the reference implementation, and back', () => {
    fc.assert(
      fc.property(anyEntropy, (entropy) => {
        const phrase = wordsOf(entropy).join(' ')
        expect(phrase).toBe(entropyToMnemonic(entropy, wordlist))
        expect(parsePhrase(phrase)).toEqual({ type: 'ok', value: entropy })
      }),
    )
  })
  test('extra spaces, other white space and case are accepted', () => {
    const untidy = `\n  ${PHRASE.toUpperCase().replaceAll(' ', ' \t\u3000 ')}  `
    expect(parsePhrase(untidy)).toEqual(parsePhrase(PHRASE))
  })
})

describe('parsePhrase', () => {
  test.each([0, 1, 11, 13, 15, 18, 21, 23, 25])('%i words are refused by count', (have) => {
    const words = Array.from({ length: have }, () => 'abandon').join(' ')
    expect(parsePhrase(words)).toEqual({ type: 'rejected', rejection: { type: 'phrase_word_count', have } })
  })
  test('an unknown word is named, with its place', () => {
    expect(parsePhrase(PHRASE.replace('curtain', 'Kurtain'))).toEqual({
      type: 'rejected',
      rejection: { type: 'phrase_unknown_word', word: 'kurtain', position: 5 },
    })
  })
  test('words that are properties of every object are unknown words', () => {
    expect(parsePhrase(PHRASE.replace('ozone', '__proto__'))).toMatchObject({
      rejection: { type: 'phrase_unknown_word', position: 1 },
    })
  })
  test('a wrong checksum is refused: one word changed, two words swapped', () => {
    const refused = { type: 'rejected', rejection: { type: 'phrase_checksum' } }
    expect(parsePhrase(PHRASE.replace('picnic', 'piano'))).toEqual(refused)
    expect(parsePhrase(PHRASE.replace('ozone drill', 'drill ozone'))).toEqual(refused)
  })
  test('any text is refused, never an exception', () => {
    fc.assert(
      fc.property(fc.string({ unit: odd, maxLength: 60 }), (text) => {
        expect(parsePhrase(text).type).toBe('rejected')
      }),
    )
  })
  test('any twelve words of the list: entropy that spells them, or a wrong checksum', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...wordlist), { minLength: 12, maxLength: 12 }), (words) => {
        const outcome = parsePhrase(words.join(' '))
        if (outcome.type === 'ok') expect(wordsOf(outcome.value)).toEqual(words)
        else expect(outcome.rejection).toEqual({ type: 'phrase_checksum' })
      }),
    )
  })
})

describe('seedOf', () => {
  test('the known seed of "abandon … about" without a passphrase', async () => {
    expect(toHex(await seedOf(fromHex(VECTORS[0][0])))).toBe(
      '0x5eb00bbddcf069084889a8ab9155568165f5c453ccb85e70811aaed6f6da5fc1' +
        '9a5ac40b389cd370d086206dec8aa6c43daea6690f20ad3d8d48b2d2ce9e38e4',
    )
  })
  test.each(VECTORS)('the seed of the reference implementation for %s', async (entropy, phrase) => {
    expect(toHex(await seedOf(fromHex(entropy)))).toBe(toHex(mnemonicToSeedSync(phrase)))
  })
})

describe('drawPhrase', () => {
  test('12 words, other ones each time', () => {
    const entropy = seededEntropy(7)
    const [first, second] = [drawPhrase(entropy), drawPhrase(entropy)]
    expect(wordsOf(first)).toHaveLength(12)
    expect(wordsOf(first)).not.toEqual(wordsOf(second))
  })
})
