/**
 * A row that proves its own integrity: version, body, and a checksum over both.
 *
 *   value = RLP [ RLP [ version, body ], keccak(keccak(tag) ‖ RLP [ version, body ]) ]
 *
 * The tag names the kind of row, so that one kind can never be read as another. The checksum is looked at before the
 * version: a damaged byte is reported as damage and never mistaken for a newer format.
 */
import { bytes, bytesUpTo, decode, encode, struct, uint } from '../codec/schema.ts'
import { type Bytes, equalBytes } from '../lib/bytes.ts'
import { taggedHash } from '../lib/hash.ts'

export type Unsealed =
  | { readonly type: 'ok'; readonly body: Bytes }
  | { readonly type: 'corrupt'; readonly detail: string }
  | { readonly type: 'unknown_version'; readonly version: number }

type Kind = { readonly tag: string; readonly version: number }

const MAX_BODY_BYTES = 16 * 1024 * 1024
const content = struct<{ readonly version: number; readonly body: Bytes }>({
  version: uint,
  body: bytesUpTo(MAX_BODY_BYTES),
})
const envelope = struct<{ readonly content: Bytes; readonly checksum: Bytes }>({
  content: bytesUpTo(MAX_BODY_BYTES + 16),
  checksum: bytes(32),
})

/** `body` is at most 16 MiB. */
export const seal = ({ tag, version }: Kind, body: Bytes): Bytes => {
  const inner = encode(content, { version, body })
  return encode(envelope, { content: inner, checksum: taggedHash(tag, inner) })
}

export const unseal = ({ tag, version }: Kind, value: unknown): Unsealed => {
  if (!(value instanceof Uint8Array)) return { type: 'corrupt', detail: 'not bytes' }
  const outer = decode(envelope, value)
  if (outer.type !== 'ok') return { type: 'corrupt', detail: outer.reason }
  if (!equalBytes(outer.value.checksum, taggedHash(tag, outer.value.content)))
    return { type: 'corrupt', detail: 'the checksum differs' }
  const inner = decode(content, outer.value.content)
  if (inner.type !== 'ok') return { type: 'corrupt', detail: inner.reason }
  if (inner.value.version !== version) return { type: 'unknown_version', version: inner.value.version }
  return { type: 'ok', body: inner.value.body }
}
