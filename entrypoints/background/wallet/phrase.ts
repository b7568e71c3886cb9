/**
 * Recovery phrases: BIP-39, English, 12 or 24 words.
 *
 * Contract: a phrase is kept as its entropy (16 or 32 bytes), which can be wiped; text cannot. Words exist only to be
 * shown, and the seed is derived from bytes without ever joining them into a string.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { mnemonicToEntropy } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { present } from '../../../runtime/lib/assert.ts'
import { type Bytes, concat, utf8 } from '../../../runtime/lib/bytes.ts'
import type { Entropy } from '../../../runtime/ports.ts'
import { type Outcome, ok, rejected } from './errors.ts'

const BITS_PER_WORD = 11
const SEED_ITERATIONS = 2048
const SEED_BITS = 512
const SPACE = utf8(' ')
const SALT = utf8('mnemonic')

/** Entropy of a new phrase of 12 words. */
export const drawPhrase = (entropy: Entropy): Bytes => entropy.draw().slice(0, 16)

/** To display. @param entropy 16 or 32 bytes. */
export const wordsOf = (entropy: Bytes): readonly string[] => {
  const checked = concat(entropy, sha256(entropy).subarray(0, 1))
  const count = (entropy.length * 3) / 4
  return Array.from({ length: count }, (_, i) => {
    const bit = i * BITS_PER_WORD
    const first = bit >> 3
    const window = ((checked[first] ?? 0) << 16) | ((checked[first + 1] ?? 0) << 8) | (checked[first + 2] ?? 0)
    return present(wordlist[(window >> (24 - BITS_PER_WORD - (bit & 7))) & 0x7ff], 'an 11-bit word')
  })
}

/** What a person typed: any white space between words, any case. */
export const parsePhrase = (text: string): Outcome<Bytes> => {
  const words = text
    .normalize('NFKD')
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== '')
  if (words.length !== 12 && words.length !== 24) return rejected({ type: 'phrase_word_count', have: words.length })
  for (const [i, word] of words.entries()) {
    if (!wordlist.includes(word)) return rejected({ type: 'phrase_unknown_word', word, position: i + 1 })
  }
  try {
    return ok(mnemonicToEntropy(words.join(' '), wordlist))
  } catch {
    // Count and words are right, so only the checksum is left to be wrong.
    return rejected({ type: 'phrase_checksum' })
  }
}

/** The 64-byte BIP-39 seed, without a passphrase. English words are ASCII, which NFKD leaves alone. */
export const seedOf = async (entropy: Bytes): Promise<Bytes> => {
  const phrase = concat(...wordsOf(entropy).flatMap((word, i) => (i === 0 ? [utf8(word)] : [SPACE, utf8(word)])))
  const subtle = globalThis.crypto.subtle
  const key = await subtle.importKey('raw', phrase as Uint8Array<ArrayBuffer>, 'PBKDF2', false, ['deriveBits'])
  phrase.fill(0)
  const params = { name: 'PBKDF2', hash: 'SHA-512', salt: SALT as Uint8Array<ArrayBuffer>, iterations: SEED_ITERATIONS }
  return new Uint8Array(await subtle.deriveBits(params, key, SEED_BITS))
}
