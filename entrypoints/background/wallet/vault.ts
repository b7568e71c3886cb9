/**
 * The vault: a recovery phrase's entropy under a password.
 *
 * Argon2id (RFC 9106) of the password gives a key-encryption key, which wraps a random 32-byte data key (DEK), so
 * that a new password or cost re-encrypts little. HKDF-SHA256 (RFC 5869) of the DEK gives one AES-256-GCM (NIST SP
 * 800-38D) key per purpose.
 *
 *     offset  bytes
 *       0       1   version
 *       1       4   Argon2id memory, KiB, big-endian
 *       5       1   Argon2id passes
 *       6       1   Argon2id lanes
 *       7      32   Argon2id salt
 *      39      32   HKDF salt                         0–70 is the header, additional data of both ciphertexts
 *      71      12   IV   ‖ 48  DEK under the password
 *     131      12   IV   ‖ 32 or 48  entropy (16 or 32 bytes) under HKDF(DEK, "seed")
 *
 * Contract: decoding takes anything and refuses by value. Parameters outside the accepted range are refused before
 * they cost anything. A wrong password and altered bytes give the same answer. Neither the password nor a key derived
 * from it is kept.
 */
import { argon2id } from 'hash-wasm'
import { type Bytes, concat, utf8 } from '../../../runtime/lib/bytes.ts'
import type { Entropy } from '../../../runtime/ports.ts'
import { type Outcome, ok, rejected } from './errors.ts'

export type KdfParams = { readonly memoryKiB: number; readonly passes: number; readonly lanes: number }

/** 64 MiB, three passes, one lane. */
export const CURRENT_KDF: KdfParams = { memoryKiB: 65_536, passes: 3, lanes: 1 }
const ACCEPTED = { memoryKiB: [19_456, 262_144], passes: [2, 10], lanes: [1, 4] } as const

const VERSION = 1
const SALT_BYTES = 32
const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16
const HEADER_BYTES = 7 + 2 * SALT_BYTES
const WRAPPED_END = HEADER_BYTES + IV_BYTES + KEY_BYTES + TAG_BYTES
const SIZES = [16, 32].map((entropyBytes) => WRAPPED_END + IV_BYTES + entropyBytes + TAG_BYTES)

export type Vault = {
  readonly kdf: KdfParams
  readonly passwordSalt: Bytes
  readonly keySalt: Bytes
  readonly header: Bytes
  readonly wrappedDek: Bytes
  readonly sealedEntropy: Bytes
}
export type Opened = { readonly dek: Bytes; readonly entropy: Bytes }
/** What a key derived from the DEK is for. No two purposes share a key. */
export type KeyPurpose = 'seed' | 'export' | 'local'

const isAccepted = ({ memoryKiB, passes, lanes }: KdfParams): boolean => {
  const within = (value: number, [low, high]: readonly [number, number]) => value >= low && value <= high
  return within(memoryKiB, ACCEPTED.memoryKiB) && within(passes, ACCEPTED.passes) && within(lanes, ACCEPTED.lanes)
}

// WebCrypto's types exclude shared memory, which `Bytes` never is.
const raw = (bytes: Bytes): Uint8Array<ArrayBuffer> => bytes as Uint8Array<ArrayBuffer>

const aesKey = (key: Bytes): Promise<CryptoKey> =>
  globalThis.crypto.subtle.importKey('raw', raw(key), 'AES-GCM', false, ['encrypt', 'decrypt'])

const gcm = (iv: Bytes, header: Bytes) => ({ name: 'AES-GCM', iv: raw(iv), additionalData: raw(header) })

const seal = async (key: CryptoKey, plaintext: Bytes, header: Bytes, entropy: Entropy): Promise<Bytes> => {
  const iv = entropy.draw().slice(0, IV_BYTES)
  const sealed = await globalThis.crypto.subtle.encrypt(gcm(iv, header), key, raw(plaintext))
  return concat(iv, new Uint8Array(sealed))
}

const unseal = async (key: CryptoKey, sealed: Bytes, header: Bytes): Promise<Bytes | null> => {
  const params = gcm(sealed.subarray(0, IV_BYTES), header)
  try {
    return new Uint8Array(await globalThis.crypto.subtle.decrypt(params, key, raw(sealed.subarray(IV_BYTES))))
  } catch {
    // The tag does not match: another key, or altered bytes.
    return null
  }
}

const passwordKey = async (password: Bytes, salt: Bytes, kdf: KdfParams): Promise<CryptoKey> => {
  const { memoryKiB: memorySize, passes: iterations, lanes: parallelism } = kdf
  const cost = { memorySize, iterations, parallelism, hashLength: KEY_BYTES }
  const bytes = await argon2id({ password, salt, ...cost, outputType: 'binary' })
  const key = await aesKey(bytes)
  bytes.fill(0)
  return key
}

/** An AES-256-GCM key that cannot be read back. @param keySalt the vault's HKDF salt. */
export const purposeKey = async (dek: Bytes, keySalt: Bytes, purpose: KeyPurpose): Promise<CryptoKey> => {
  const subtle = globalThis.crypto.subtle
  const source = await subtle.importKey('raw', raw(dek), 'HKDF', false, ['deriveKey'])
  const info = utf8(`xln/vault/v${VERSION}/${purpose}`)
  const params = { name: 'HKDF', hash: 'SHA-256', salt: raw(keySalt), info: raw(info) }
  return subtle.deriveKey(params, source, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}

const headerOf = ({ memoryKiB, passes, lanes }: KdfParams, passwordSalt: Bytes, keySalt: Bytes): Bytes => {
  const fixed = new DataView(new ArrayBuffer(7))
  fixed.setUint8(0, VERSION)
  fixed.setUint32(1, memoryKiB)
  fixed.setUint8(5, passes)
  fixed.setUint8(6, lanes)
  return concat(new Uint8Array(fixed.buffer), passwordSalt, keySalt)
}

/** Bytes to store. @param password as `passwordBytes` gives it. */
export const sealVault = async (
  { dek, entropy }: Opened,
  lock: { readonly password: Bytes; readonly kdf: KdfParams; readonly random: Entropy },
): Promise<Bytes> => {
  const passwordSalt = lock.random.draw()
  const keySalt = lock.random.draw()
  const header = headerOf(lock.kdf, passwordSalt, keySalt)
  const kek = await passwordKey(lock.password, passwordSalt, lock.kdf)
  const wrappedDek = await seal(kek, dek, header, lock.random)
  const sealedEntropy = await seal(await purposeKey(dek, keySalt, 'seed'), entropy, header, lock.random)
  return concat(header, wrappedDek, sealedEntropy)
}

/** Looks at shape, version and cost; whether it opens is `openVault`'s question. */
export const parseVault = (bytes: Bytes): Outcome<Vault> => {
  const version = bytes[0]
  if (version === undefined) return rejected({ type: 'vault_malformed', bytes: 0 })
  // Before the size: another version may well have another one.
  if (version !== VERSION) return rejected({ type: 'vault_version', version, supported: VERSION })
  if (!SIZES.includes(bytes.length)) return rejected({ type: 'vault_malformed', bytes: bytes.length })
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const kdf = { memoryKiB: view.getUint32(1), passes: view.getUint8(5), lanes: view.getUint8(6) }
  if (!isAccepted(kdf)) return rejected({ type: 'vault_kdf', ...kdf })
  return ok({
    kdf,
    passwordSalt: bytes.subarray(7, 7 + SALT_BYTES),
    keySalt: bytes.subarray(7 + SALT_BYTES, HEADER_BYTES),
    header: bytes.subarray(0, HEADER_BYTES),
    wrappedDek: bytes.subarray(HEADER_BYTES, WRAPPED_END),
    sealedEntropy: bytes.subarray(WRAPPED_END),
  })
}

/** @returns null when this is not the DEK of this vault, or the vault was altered. */
export const entropyOf = async (vault: Vault, dek: Bytes): Promise<Bytes | null> =>
  unseal(await purposeKey(dek, vault.keySalt, 'seed'), vault.sealedEntropy, vault.header)

/** @returns null for a wrong password and for altered bytes alike. */
export const openVault = async (vault: Vault, password: Bytes): Promise<Opened | null> => {
  const kek = await passwordKey(password, vault.passwordSalt, vault.kdf)
  const dek = await unseal(kek, vault.wrappedDek, vault.header)
  const entropy = dek === null ? null : await entropyOf(vault, dek)
  return dek === null || entropy === null ? null : { dek, entropy }
}

/** The cost a vault should be raised to, or null when it is high enough. No part of it is ever lowered. */
export const raisedKdf = (have: KdfParams, want: KdfParams): KdfParams | null => {
  const raised = {
    memoryKiB: Math.max(have.memoryKiB, want.memoryKiB),
    passes: Math.max(have.passes, want.passes),
    lanes: Math.max(have.lanes, want.lanes),
  }
  const isSame = raised.memoryKiB === have.memoryKiB && raised.passes === have.passes && raised.lanes === have.lanes
  return isSame ? null : raised
}
