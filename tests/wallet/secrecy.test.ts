/** What lies on the disk: the whole of local storage is searched for anything that would open the wallet. */
import { expect, test } from 'vitest'
import { parsePhrase, seedOf } from '../../entrypoints/background/wallet/phrase.ts'
import { type Bytes, utf8 } from '../../runtime/lib/bytes.ts'
import { createdWallet, type MemoryArea, PASSWORD } from './support.ts'

const spellings = (bytes: Bytes): readonly string[] => {
  const buffer = Buffer.from(bytes)
  // Base64 of a secret inside a longer row starts at one of three alignments; the middle of each is the same.
  const aligned = [0, 1, 2].map((skip) => buffer.subarray(skip, skip + Math.floor((bytes.length - skip) / 3) * 3))
  return [
    buffer.toString('hex'),
    buffer.toString('latin1'),
    Array.from(bytes).join(','),
    ...aligned.map((part) => part.toString('base64')),
  ]
}
const textOf = (area: MemoryArea) => [...area.rows].flat().join('\n')

test('local storage holds no word, seed, key or password, in any spelling, at any stage', async () => {
  const { browser, wallet, words } = await createdWallet()
  const parsed = parsePhrase(words.join(' '))
  if (parsed.type !== 'ok') throw new Error(parsed.rejection.type)
  const dek = (await browser.session.get('wallet.key')) as { readonly dek: string }
  const secrets: readonly Bytes[] = [
    parsed.value,
    await seedOf(parsed.value),
    Buffer.from(dek.dek.slice(2), 'hex'),
    utf8(PASSWORD),
    utf8(words.join(' ')),
  ]
  const stages = [textOf(browser.local)]
  // The search finds what is there: the session's own row, which never reaches the disk.
  expect(textOf(browser.session)).toContain(spellings(secrets[2] as Bytes)[0])
  await wallet.lock()
  await wallet.unlock('wrong horse battery')
  stages.push(textOf(browser.local))
  await wallet.unlock(PASSWORD)
  await wallet.setAutoLock(30)
  stages.push(textOf(browser.local))
  for (const stage of stages) {
    for (const spelling of secrets.flatMap(spellings)) expect(stage).not.toContain(spelling)
    for (const word of words) expect(stage).not.toContain(`"${word}"`)
  }
})

test('session memory holds the phrase only until a wallet is made of it, and nothing once locked', async () => {
  const { browser, wallet, words } = await createdWallet()
  const parsed = parsePhrase(words.join(' '))
  if (parsed.type !== 'ok') throw new Error(parsed.rejection.type)
  const seed = await seedOf(parsed.value)
  for (const spelling of [parsed.value, seed].flatMap(spellings)) {
    expect(textOf(browser.session)).not.toContain(spelling)
  }
  await wallet.lock()
  expect(textOf(browser.session)).toBe('')
})
