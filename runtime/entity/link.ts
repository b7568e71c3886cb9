/** `xln:` links: a prefix that says what kind, and the canonical bytes of what is carried, as base64url. */

import { base64urlnopad } from '@scure/base'
import { type Codec, decode, encode } from '../codec/schema.ts'

export type LinkKind<T> = { readonly prefix: string; readonly codec: Codec<T> }

export const writeLink = <T>({ prefix, codec }: LinkKind<T>, value: T): string =>
  prefix + base64urlnopad.encode(encode(codec, value))

/** Null for text that is no link of this kind and version. */
export const readLink = <T>({ prefix, codec }: LinkKind<T>, text: string): T | null => {
  const trimmed = text.trim()
  if (!trimmed.toLowerCase().startsWith(prefix)) return null
  try {
    const read = decode(codec, base64urlnopad.decode(trimmed.slice(prefix.length)))
    return read.type === 'ok' ? read.value : null
  } catch {
    // Not base64url.
    return null
  }
}
