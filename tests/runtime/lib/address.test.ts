/** Addresses as people type them: checksums of EIP-55, its own examples among them. */
import { describe, expect, test } from 'vitest'
import { readAddress, withChecksum } from '../../../runtime/lib/address.ts'
import type { Address } from '../../../runtime/lib/units.ts'

/** https://eips.ethereum.org/EIPS/eip-55#test-cases */
const EXAMPLES = [
  '0x52908400098527886E0F7030069857D2E4169EE7',
  '0x8617E340B3D01FA5F11F306F4090FD50E238070D',
  '0xde709f2102306220921060314715629080e2fb77',
  '0x27b1fdb04752bbc536007a920d24acb045561c26',
  '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
  '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
  '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
]
const lower = (text: string): Address => text.toLowerCase() as Address

describe('withChecksum', () => {
  test.each(EXAMPLES)('%s', (example) => {
    expect(withChecksum(lower(example))).toBe(example)
  })
})

describe('readAddress', () => {
  test.each(EXAMPLES)('%s -- with its checksum, in one case, and with room around it', (example) => {
    const read = { type: 'ok', address: lower(example) }
    for (const typed of [
      example,
      example.toLowerCase(),
      `0x${example.slice(2).toUpperCase()}`,
      `0X${example.slice(2)}`,
      ` ${example}\n`,
    ])
      expect(readAddress(typed)).toEqual(read)
  })

  test.each(EXAMPLES.slice(4))('%s -- one letter in the other case is refused', (example) => {
    const at = example.search(/[a-f]/)
    const wrong = `${example.slice(0, at)}${example.charAt(at).toUpperCase()}${example.slice(at + 1)}`
    expect(readAddress(wrong)).toEqual({ type: 'wrong_checksum' })
  })

  test.each(['', '0x', EXAMPLES[4]?.slice(0, -1), `${EXAMPLES[4]}0`, EXAMPLES[4]?.slice(2), '0xg'.padEnd(42, '0')])(
    '%s -- no address',
    (typed) => {
      expect(readAddress(typed ?? '')).toEqual({ type: 'malformed' })
    },
  )
})
