/** Keys: BIP-32 vectors, every branch against another implementation, and who can sign for whom. */
import { HDKey } from '@scure/bip32'
import { HDNodeWallet } from 'ethers'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  createKeyring,
  type EntityKeyRef,
  type KeyRef,
  type Keyring,
} from '../../entrypoints/background/wallet/keyring.ts'
import { parsePhrase, seedOf } from '../../entrypoints/background/wallet/phrase.ts'
import { sealBox } from '../../runtime/lib/box.ts'
import { type Bytes, EMPTY, fromHex, toHex, utf8 } from '../../runtime/lib/bytes.ts'
import { keccak } from '../../runtime/lib/hash.ts'
import { addressOf, recoverAddress } from '../../runtime/lib/secp.ts'
import type { EntityId } from '../../runtime/lib/units.ts'
import { fc } from '../support/property.ts'

const DIGEST = keccak(utf8('a frame'))
const AAD = utf8('a layer')
const idOf = (name: string) => toHex(keccak(utf8(name))) as EntityId
const OWN: EntityKeyRef = { role: 'own', runtimeIndex: 0, entityIndex: 0 }
const seedOfPhrase = (phrase: string): Promise<Bytes> => {
  const parsed = parsePhrase(phrase)
  if (parsed.type !== 'ok') throw new Error(parsed.rejection.type)
  return seedOf(parsed.value)
}

let seed: Bytes
let keyring: Keyring
beforeAll(async () => {
  seed = await seedOfPhrase('test test test test test test test test test test test junk')
  keyring = createKeyring(seed)
})

describe('HDKey', () => {
  test('BIP-32 test vector 1: m and m/0h/1/2h', () => {
    const root = HDKey.fromMasterSeed(fromHex('000102030405060708090a0b0c0d0e0f'))
    expect(root.privateExtendedKey).toBe(
      'xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi',
    )
    expect(root.derive("m/0'/1/2'").privateExtendedKey).toBe(
      'xprv9z4pot5VBttmtdRTWfWQmoH1taj2axGVzFqSb8C9xaxKymcFzXBDptWmT7FwuEzG3ryjH4ktypQSAewRiNMjANTtpgP4mLTj34bhnZX7UiM',
    )
  })
})

describe('key', () => {
  test.each([
    [0, '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'],
    [1, '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'],
    [2, '0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc'],
  ])('address %i is where other wallets find it', (index, address) => {
    expect(keyring.key({ type: 'address', index }).address).toBe(address)
  })
  test.each([
    ["m/7892078'/3'/4'", { type: 'network', runtimeIndex: 4 }],
    ["m/7892078'/4'/4'", { type: 'gas', runtimeIndex: 4 }],
    ["m/44'/60'/0'/0/9", { type: 'address', index: 9 }],
  ] as const)('%s, as another implementation derives it', (path, ref: KeyRef) => {
    const other = HDNodeWallet.fromSeed(seed).derivePath(path)
    expect(toHex(keyring.key(ref).publicKey)).toBe(other.publicKey)
    expect(recoverAddress(DIGEST, keyring.sign(ref, DIGEST))).toBe(other.address.toLowerCase())
  })
  test.each([-1, 0.5, 2 ** 31, Number.NaN])('index %d is a fault', (index) => {
    expect(() => keyring.key({ type: 'address', index })).toThrow('I-KEY-INDEX')
    expect(() => keyring.key({ type: 'gas', runtimeIndex: index })).toThrow('I-KEY-INDEX')
    expect(() => keyring.entity({ ...OWN, entityIndex: index })).toThrow('I-KEY-INDEX')
  })
})

describe('entity', () => {
  test.each([
    ["m/7892078'/1'/2'/3'", { role: 'own', runtimeIndex: 2, entityIndex: 3 }],
    ["m/7892078'/5'/2'/3'", { role: 'simulated', runtimeIndex: 2, entityIndex: 3 }],
  ] as const)('%s, as another implementation derives it', (path, ref) => {
    const other = HDNodeWallet.fromSeed(seed).derivePath(path)
    const keys = keyring.entity(ref)
    expect(toHex(keys.publicKey)).toBe(other.publicKey)
    expect(keys.address).toBe(addressOf(keys.publicKey))
    expect(keys.boxPublicKey).toHaveLength(32)
  })
  test('no two keys are the same: roles, runtimes, entities, branches', () => {
    const refs = (['own', 'simulated'] as const).flatMap((role) =>
      [0, 1].flatMap((runtimeIndex) => [0, 1, 2].map((entityIndex) => ({ role, runtimeIndex, entityIndex }))),
    )
    const entityKeys = refs.map((ref) => keyring.entity(ref))
    const others: readonly KeyRef[] = [0, 1].flatMap((index) => [
      { type: 'address', index },
      { type: 'network', runtimeIndex: index },
      { type: 'gas', runtimeIndex: index },
    ])
    const addresses = [...entityKeys, ...others.map((ref) => keyring.key(ref))].map((keys) => keys.address)
    expect(new Set(addresses).size).toBe(addresses.length)
    expect(new Set(entityKeys.map((keys) => toHex(keys.boxPublicKey))).size).toBe(entityKeys.length)
  })
  test('the same phrase gives the same keys, another phrase others', async () => {
    expect(createKeyring(seed).entity(OWN)).toEqual(keyring.entity(OWN))
    const other = createKeyring(await seedOfPhrase('zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong'))
    expect(other.entity(OWN).address).not.toBe(keyring.entity(OWN).address)
  })
})

describe('signer', () => {
  const own = idOf('own entity')
  const bob: EntityKeyRef = { role: 'simulated', runtimeIndex: 0, entityIndex: 2 }
  const signing = () => {
    const fresh = createKeyring(seed)
    fresh.register(own, OWN)
    fresh.register(idOf('bob'), bob)
    return fresh
  }

  test("signs with the registered entity's key, the same bytes each time", () => {
    const fresh = signing()
    const signature = fresh.signer(0).sign(own, DIGEST)
    expect(signature).toEqual(fresh.signer(0).sign(own, DIGEST))
    expect(recoverAddress(DIGEST, signature ?? EMPTY)).toBe(fresh.entity(OWN).address)
    expect(recoverAddress(DIGEST, fresh.signer(0).sign(idOf('bob'), DIGEST) ?? EMPTY)).toBe(fresh.entity(bob).address)
  })
  test('an unknown entity gets null', () => {
    expect(signing().signer(0).sign(idOf('stranger'), DIGEST)).toBeNull()
    expect(signing().signer(0).open(idOf('stranger'), EMPTY, EMPTY)).toBeNull()
  })
  test("another runtime's signer has no key for it", () => {
    expect(signing().signer(1).sign(own, DIGEST)).toBeNull()
    expect(signing().signer(1).open(own, EMPTY, EMPTY)).toBeNull()
  })
  test('registering again is nothing new; another key for the same entity is a fault', () => {
    const fresh = signing()
    fresh.register(own, { ...OWN })
    expect(() => fresh.register(own, bob)).toThrow('I-ENTITY-KEY')
    expect(recoverAddress(DIGEST, fresh.signer(0).sign(own, DIGEST) ?? EMPTY)).toBe(fresh.entity(OWN).address)
  })
  test("opens the entity's own boxes and nobody else's", () => {
    const fresh = signing()
    const ephemeral = fc.uint8Array({ minLength: 32, maxLength: 32 })
    fc.assert(
      fc.property(ephemeral, fc.uint8Array({ maxLength: 100 }), (ephemeralSecret, plaintext) => {
        const { boxPublicKey: publicKey } = fresh.entity(OWN)
        const box = sealBox({ publicKey, ephemeralSecret, plaintext, aad: AAD })
        expect(fresh.signer(0).open(own, box, AAD)).toEqual(plaintext)
        expect(fresh.signer(0).open(own, box, EMPTY)).toBeNull()
        expect(fresh.signer(0).open(idOf('bob'), box, AAD)).toBeNull()
      }),
      { numRuns: 10 },
    )
  })
  test('after wipe it signs and opens nothing, and no new key can be had', () => {
    const fresh = signing()
    const signer = fresh.signer(0)
    const box = sealBox({
      publicKey: fresh.entity(OWN).boxPublicKey,
      ephemeralSecret: DIGEST,
      plaintext: utf8('hello'),
      aad: AAD,
    })
    expect(signer.open(own, box, AAD)).toEqual(utf8('hello'))
    fresh.wipe()
    expect(signer.sign(own, DIGEST)).toBeNull()
    expect(signer.open(own, box, AAD)).toBeNull()
    expect(() => fresh.entity(OWN)).toThrow('I-KEYRING-WIPED')
    expect(() => fresh.sign({ type: 'address', index: 0 }, DIGEST)).toThrow('I-KEYRING-WIPED')
  })
})
