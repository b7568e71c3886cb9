/** The vault: its layout read by other implementations, its accepted costs, and what any change does to it. */
import { createDecipheriv, hkdfSync } from 'node:crypto'
import { argon2id } from '@noble/hashes/argon2.js'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  CURRENT_KDF,
  entropyOf,
  type KdfParams,
  openVault,
  parseVault,
  purposeKey,
  raisedKdf,
  sealVault,
  type Vault,
} from '../../entrypoints/background/wallet/vault.ts'
import { type Bytes, fromHex, toHex, utf8 } from '../../runtime/lib/bytes.ts'
import { fc } from '../support/property.ts'
import { CHEAP_KDF, PASSWORD, seededEntropy } from './support.ts'

const DEK = fromHex('11'.repeat(32))
const SHORT = fromHex('9e885d952ad362caeb4efe34a8e91bd2')
const LONG = fromHex('68a79eaca2324873eacc50cb9c6eca8cc68ea5d936f98787c60c7ebc74e6ce7c')
const password = utf8(PASSWORD)
const sealed = (entropy: Bytes, kdf: KdfParams = CHEAP_KDF, seed = 3) =>
  sealVault({ dek: DEK.slice(), entropy }, { password, kdf, random: seededEntropy(seed) })
const parsed = (bytes: Bytes): Vault => {
  const vault = parseVault(bytes)
  if (vault.type !== 'ok') throw new Error(vault.rejection.type)
  return vault.value
}
const withHeader = (bytes: Bytes, { memoryKiB, passes, lanes }: KdfParams): Bytes => {
  const copy = bytes.slice()
  new DataView(copy.buffer).setUint32(1, memoryKiB)
  copy[5] = passes
  copy[6] = lanes
  return copy
}

let vault: Bytes
beforeAll(async () => {
  vault = await sealed(SHORT)
})

describe('sealVault, openVault', () => {
  test('the current cost is 64 MiB, three passes, one lane, and opens', async () => {
    expect(CURRENT_KDF).toEqual({ memoryKiB: 64 * 1024, passes: 3, lanes: 1 })
    const costly = parsed(await sealed(LONG, CURRENT_KDF))
    expect(costly.kdf).toEqual(CURRENT_KDF)
    expect(await openVault(costly, password)).toEqual({ dek: DEK, entropy: LONG })
  })
  test('12 and 24 words: 175 and 191 bytes', async () => {
    expect(vault).toHaveLength(175)
    expect(await sealed(LONG)).toHaveLength(191)
    expect(await openVault(parsed(vault), password)).toEqual({ dek: DEK, entropy: SHORT })
  })
  test('the layout in the file comment, read by other implementations', () => {
    const header = vault.subarray(0, 71)
    expect(toHex(header.subarray(0, 7))).toBe('0x0100004c000201')
    const cost = { m: CHEAP_KDF.memoryKiB, t: CHEAP_KDF.passes, p: CHEAP_KDF.lanes, dkLen: 32 }
    const kek = argon2id(password, vault.subarray(7, 39), cost)
    const open = (key: Bytes, box: Bytes) => {
      const cipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, 12))
      cipher.setAAD(header).setAuthTag(box.subarray(-16))
      return new Uint8Array([...cipher.update(box.subarray(12, -16)), ...cipher.final()])
    }
    const dek = open(kek, vault.subarray(71, 131))
    expect(dek).toEqual(DEK)
    const seedKey = new Uint8Array(hkdfSync('sha256', dek, vault.subarray(39, 71), 'xln/vault/v1/seed', 32))
    expect(open(seedKey, vault.subarray(131))).toEqual(SHORT)
  })
  test('two vaults of the same phrase and password share no salt, IV or ciphertext', async () => {
    const other = await sealed(SHORT, CHEAP_KDF, 4)
    for (const [from, to] of [
      [7, 39],
      [39, 71],
      [71, 83],
      [83, 131],
      [131, 143],
      [143, 175],
    ] as const) {
      expect(toHex(other.subarray(from, to))).not.toBe(toHex(vault.subarray(from, to)))
    }
  })
  test('the entropy and the DEK are not in it', () => {
    expect(toHex(vault)).not.toContain(toHex(SHORT).slice(2))
    expect(toHex(vault)).not.toContain(toHex(DEK).slice(2))
  })
})

describe('openVault', () => {
  test('a wrong password opens nothing', async () => {
    expect(await openVault(parsed(vault), utf8('correct horse batterz'))).toBeNull()
  })
  test.each([
    ['Argon2 passes', 5],
    ['Argon2 salt', 7],
    ['HKDF salt', 70],
    ['IV of the DEK', 71],
    ['DEK', 90],
    ['tag of the DEK', 130],
    ['IV of the entropy', 131],
    ['entropy', 150],
    ['tag of the entropy', 174],
  ])('a flipped bit (%s) answers like a wrong password', async (_where, offset) => {
    const altered = vault.slice()
    altered[offset] = (altered[offset] ?? 0) ^ 0x01
    expect(await openVault(parsed(altered), password)).toBeNull()
  })
})

describe('entropyOf', () => {
  test('needs this DEK and this header', async () => {
    expect(await entropyOf(parsed(vault), DEK)).toEqual(SHORT)
    expect(await entropyOf(parsed(vault), fromHex('12'.repeat(32)))).toBeNull()
    const cheaper = withHeader(vault, { ...CHEAP_KDF, passes: 10 })
    expect(await entropyOf(parsed(cheaper), DEK)).toBeNull()
  })
  test('any flipped bit of anything it covers opens nothing', async () => {
    const covered = fc.oneof(fc.integer({ min: 7, max: 70 }), fc.integer({ min: 131, max: 174 }))
    await fc.assert(
      fc.asyncProperty(covered, fc.nat(7), async (index, bit) => {
        const altered = vault.map((byte, i) => (i === index ? byte ^ (1 << bit) : byte))
        expect(await entropyOf(parsed(altered), DEK)).toBeNull()
      }),
    )
  })
})

describe('purposeKey', () => {
  test('each purpose has its own key, which cannot be read back', async () => {
    const purposes = ['seed', 'export', 'local'] as const
    const keys = await Promise.all(purposes.map((purpose) => purposeKey(DEK, SHORT, purpose)))
    expect(keys.map((key) => key.extractable)).toEqual([false, false, false])
    const params = { name: 'AES-GCM', iv: new Uint8Array(12) }
    const texts = await Promise.all(keys.map((key) => crypto.subtle.encrypt(params, key, new Uint8Array(32))))
    expect(new Set(texts.map((text) => toHex(new Uint8Array(text)))).size).toBe(3)
  })
})

describe('parseVault', () => {
  const refusal = (bytes: Bytes) => {
    const outcome = parseVault(bytes)
    return outcome.type === 'rejected' ? outcome.rejection : null
  }
  test('an unknown version is named, whatever follows it', () => {
    expect(refusal(Uint8Array.of(2))).toEqual({ type: 'vault_version', version: 2, supported: 1 })
    expect(refusal(Uint8Array.of(0, ...vault.subarray(1)))).toEqual({ type: 'vault_version', version: 0, supported: 1 })
  })
  test.each([0, 1, 71, 131, 174, 176, 190, 192])('%i bytes are no vault', (bytes) => {
    const resized = new Uint8Array(bytes)
    resized.set(vault.subarray(0, Math.min(bytes, vault.length)))
    expect(refusal(resized)).toEqual({ type: 'vault_malformed', bytes })
  })
  test.each([
    ['18 MiB', { memoryKiB: 18 * 1024, passes: 2, lanes: 1 }],
    ['one KiB below 19 MiB', { memoryKiB: 19 * 1024 - 1, passes: 2, lanes: 1 }],
    ['one KiB above 256 MiB', { memoryKiB: 256 * 1024 + 1, passes: 2, lanes: 1 }],
    ['4 TiB', { memoryKiB: 2 ** 32 - 1, passes: 2, lanes: 1 }],
    ['1 pass', { memoryKiB: 64 * 1024, passes: 1, lanes: 1 }],
    ['11 passes', { memoryKiB: 64 * 1024, passes: 11, lanes: 1 }],
    ['no lane', { memoryKiB: 64 * 1024, passes: 3, lanes: 0 }],
    ['5 lanes', { memoryKiB: 64 * 1024, passes: 3, lanes: 5 }],
  ])('a cost of %s is refused before it is paid', (_name, kdf) => {
    expect(refusal(withHeader(vault, kdf))).toEqual({ type: 'vault_kdf', ...kdf })
  })
  test.each([
    { memoryKiB: 19 * 1024, passes: 2, lanes: 1 },
    { memoryKiB: 256 * 1024, passes: 10, lanes: 4 },
  ])('the bounds themselves are accepted: %o', (kdf) => {
    expect(parsed(withHeader(vault, kdf)).kdf).toEqual(kdf)
  })
  test('any bytes: a vault or a named refusal, never an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(['vault_malformed', 'vault_version', 'vault_kdf', undefined]).toContain(refusal(bytes)?.type)
      }),
    )
  })
})

describe('raisedKdf', () => {
  test('raises what is lower, keeps what is higher, and knows when there is nothing to do', () => {
    expect(raisedKdf(CURRENT_KDF, CURRENT_KDF)).toBeNull()
    expect(raisedKdf(CHEAP_KDF, CURRENT_KDF)).toEqual(CURRENT_KDF)
    expect(raisedKdf(CURRENT_KDF, CHEAP_KDF)).toBeNull()
    const mixed = { memoryKiB: 128 * 1024, passes: 2, lanes: 4 }
    expect(raisedKdf(mixed, CURRENT_KDF)).toEqual({ memoryKiB: 128 * 1024, passes: 3, lanes: 4 })
  })
})
