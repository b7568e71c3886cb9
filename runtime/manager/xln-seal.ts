/**
 * How the sections of a `.xln` file are kept whole: by a chain of hashes in a plain file, by AES-256-GCM (NIST SP
 * 800-38D) in one under a password, whose key Argon2id (RFC 9106) makes. And how a section is made smaller and large
 * again (RFC 1951), with the declared size as the most that is ever inflated.
 *
 * Contract: sections are closed and opened in order, each once. A key is made for one file and kept by nobody.
 */
import { argon2id } from 'hash-wasm'
import { type Bytes, concat, equalBytes, isWellFormed, utf8 } from '../lib/bytes.ts'
import { bigEndian, FRAME_BYTES, fromBigEndian, type KdfParams, type Preamble, sha256 } from './xln-file.ts'

/** 64 MiB, three passes, one lane. */
export const EXPORT_KDF: KdfParams = { memoryKiB: 65_536, passes: 3, lanes: 1 }
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HASH_BYTES = 32
const LONGEST_PASSWORD = 1_024

/** 32 bytes out of a password. */
export type DeriveKey = (password: Bytes, salt: Bytes, kdf: KdfParams) => Promise<Bytes>

export const argonKey: DeriveKey = (password, salt, { memoryKiB, passes, lanes }) =>
  argon2id({
    password,
    salt,
    memorySize: memoryKiB,
    iterations: passes,
    parallelism: lanes,
    hashLength: KEY_BYTES,
    outputType: 'binary',
  })

/** NFKC, so that the same password typed on another keyboard is the same; null for what nobody can have chosen. */
export const passwordBytes = (password: string): Bytes | null => {
  if (password === '' || !isWellFormed(password)) return null
  const normal = password.normalize('NFKC')
  return Array.from(normal).length > LONGEST_PASSWORD ? null : utf8(normal)
}

/** Bytes a section has beside its body. */
export const besideBody = (isSealed: boolean): number => FRAME_BYTES + (isSealed ? TAG_BYTES : HASH_BYTES)

/** Closes or opens section after section. */
export type Seal = {
  /** @returns the whole section */
  readonly close: (kind: number, body: Bytes) => Promise<Bytes>
  /** @returns the body; null when the section is not what was written here. */
  readonly open: (frame: Bytes, rest: Bytes) => Promise<Bytes | null>
}

const frameOf = (kind: number, length: number): Bytes => concat(Uint8Array.of(kind), bigEndian(length, 4))

const plainSeal = (start: Bytes): Seal => {
  let chain = start
  const next = (frame: Bytes, body: Bytes): Promise<Bytes> => sha256(chain, frame, body)
  return {
    close: async (kind, body) => {
      const frame = frameOf(kind, body.length + HASH_BYTES)
      chain = await next(frame, body)
      return concat(frame, body, chain)
    },
    open: async (frame, rest) => {
      const body = rest.subarray(0, Math.max(0, rest.length - HASH_BYTES))
      const hash = await next(frame, body)
      if (!equalBytes(hash, rest.subarray(body.length))) return null
      chain = hash
      return body
    },
  }
}

// WebCrypto's types exclude shared memory, which `Bytes` never is.
const raw = (bytes: Bytes): Uint8Array<ArrayBuffer> => bytes as Uint8Array<ArrayBuffer>

const lockedSeal = (key: CryptoKey, start: Bytes): Seal => {
  const { subtle } = globalThis.crypto
  let section = 0
  const gcm = (frame: Bytes) => ({
    name: 'AES-GCM',
    iv: raw(bigEndian(section, NONCE_BYTES)),
    additionalData: raw(concat(start, frame)),
  })
  return {
    close: async (kind, body) => {
      const frame = frameOf(kind, body.length + TAG_BYTES)
      const sealed = await subtle.encrypt(gcm(frame), key, raw(body))
      section++
      return concat(frame, new Uint8Array(sealed))
    },
    open: async (frame, rest) => {
      try {
        const body = new Uint8Array(await subtle.decrypt(gcm(frame), key, raw(rest)))
        section++
        return body
      } catch {
        // The tag does not match: another key, or altered bytes.
        return null
      }
    },
  }
}

/**
 * @param lock the file's password and how to make a key of it; null for a plain file
 * @param preamble as it stands in the file
 */
export const sealOver = async (
  { lock }: Preamble,
  preamble: Bytes,
  secret: { readonly password: Bytes; readonly deriveKey: DeriveKey } | null,
): Promise<Seal> => {
  const start = await sha256(preamble)
  if (lock === null || secret === null) return plainSeal(start)
  const bytes = await secret.deriveKey(secret.password, lock.salt, lock.kdf)
  const key = await globalThis.crypto.subtle.importKey('raw', raw(bytes), 'AES-GCM', false, ['encrypt', 'decrypt'])
  bytes.fill(0)
  return lockedSeal(key, start)
}

const through = (bytes: Bytes, transform: CompressionStream | DecompressionStream): ReadableStream<Uint8Array> =>
  new Blob([raw(bytes)]).stream().pipeThrough<Uint8Array>(transform)

export const deflate = async (content: Bytes): Promise<Bytes> => {
  const packed = await new Response(through(content, new CompressionStream('deflate-raw'))).arrayBuffer()
  return concat(bigEndian(content.length, 4), new Uint8Array(packed))
}

export type Inflated =
  | { readonly type: 'ok'; readonly content: Bytes }
  /** There is more in it than it says. */
  | { readonly type: 'more' }
  | { readonly type: 'malformed' }

/** Bytes of the content, as the body says. */
export const inflatedSize = (body: Bytes): number => fromBigEndian(body.subarray(0, 4))

/** Stops at the first byte too many. The size it says is the caller's to bound. */
export const inflate = async (body: Bytes): Promise<Inflated> => {
  const size = inflatedSize(body)
  if (body.length < 4) return { type: 'malformed' }
  const content = new Uint8Array(size)
  const reader = through(body.subarray(4), new DecompressionStream('deflate-raw')).getReader()
  let at = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return at === size ? { type: 'ok', content } : { type: 'malformed' }
      if (at + value.length > size) {
        await reader.cancel()
        return { type: 'more' }
      }
      content.set(value, at)
      at += value.length
    }
  } catch {
    return { type: 'malformed' }
  }
}
