/**
 * Canonical positional binary encoding: combinators over RLP (`rlp.ts`). The bytes hashed are the bytes stored and the bytes sent.
 *
 * Contract: `encode` is a function of the value alone; `decode` takes bytes from anywhere and either returns a value
 * whose encoding is exactly those bytes, or a refusal in words. It never throws. RLP has no sign, so signed integers
 * are zig-zag coded (0, −1, 1, −2 … → 0, 1, 2, 3 …). Sizes are bounds in both directions: what could not be read back is
 * never written (I-BOUND).
 */
import { invariant } from '../lib/assert.ts'
import { type Bytes, EMPTY, equalBytes, fromHex, fromUtf8, isWellFormed, toBigInt, toHex, utf8 } from '../lib/bytes.ts'
import { type Nested, readRlp, sameNested, writeRlp } from './rlp.ts'

export type Codec<T> = {
  readonly write: (value: T) => Nested
  /** @throws Malformed, caught by `decode`. */
  readonly read: (nested: Nested) => T
}

export type Decoded<T> =
  | { readonly type: 'ok'; readonly value: T }
  | { readonly type: 'malformed'; readonly reason: string }

class Malformed extends Error {
  override readonly name = 'Malformed'
}
const fail = (reason: string): never => {
  throw new Malformed(reason)
}

const asBytes = (nested: Nested): Bytes =>
  nested instanceof Uint8Array ? nested : fail('expected bytes, found a list')
const asList = (nested: Nested): readonly Nested[] =>
  nested instanceof Uint8Array ? fail('expected a list, found bytes') : nested

export const encode = <T>(codec: Codec<T>, value: T): Bytes => writeRlp(codec.write(value))

export const decode = <T>(codec: Codec<T>, bytes: Bytes): Decoded<T> => {
  if (bytes.length === 0) return { type: 'malformed', reason: 'no bytes' }
  try {
    const nested = readRlp(bytes)
    const value = codec.read(nested)
    // Two encodings of one value would be two hashes of one value.
    if (!sameNested(codec.write(value), nested)) return { type: 'malformed', reason: 'not the canonical encoding' }
    return { type: 'ok', value }
  } catch (error) {
    // RLP throws on bad structure, which means malformed input.
    return { type: 'malformed', reason: error instanceof Error ? error.message : 'unreadable' }
  }
}

/** Whole numbers below here are written digit by digit, which is faster than by way of a text. */
const SMALL = 2 ** 48

const minimalOf = (value: number): Bytes => {
  let length = 0
  for (let rest = value; rest >= 1; rest /= 256) length++
  const bytes = new Uint8Array(length)
  let rest = value
  for (let i = length - 1; i >= 0; i--) {
    bytes[i] = rest % 256
    rest = Math.floor(rest / 256)
  }
  return bytes
}

const minimal = (value: bigint): Bytes => {
  if (value === 0n) return EMPTY
  if (value > 0n && value < SMALL) return minimalOf(Number(value))
  const hex = value.toString(16)
  return fromHex(hex.length % 2 === 0 ? hex : `0${hex}`)
}
/** Of at most six bytes. */
const smallOf = (bytes: Bytes): number => {
  let value = 0
  for (const byte of bytes) value = value * 256 + byte
  return value
}
const readMinimal = (nested: Nested, limit: bigint): bigint => {
  const bytes = asBytes(nested)
  if (bytes.length > 40) return fail('integer too long')
  if (bytes[0] === 0) return fail('integer with leading zero')
  const value = bytes.length <= 6 ? BigInt(smallOf(bytes)) : toBigInt(bytes)
  return value < limit ? value : fail('integer out of range')
}

/** 0 ≤ value < 2^53. */
export const uint: Codec<number> = {
  write: (value) => {
    if (value === 0) return EMPTY
    return value > 0 && value < SMALL && Number.isInteger(value) ? minimalOf(value) : minimal(BigInt(value))
  },
  read: (nested) => {
    const raw = asBytes(nested)
    return raw.length <= 6 && raw[0] !== 0 ? smallOf(raw) : Number(readMinimal(raw, 2n ** 53n))
  },
}

/** 0 ≤ value < 2^bits. */
export const bigUint = (bits: number): Codec<bigint> => {
  const limit = 2n ** BigInt(bits)
  return { write: minimal, read: (nested) => readMinimal(nested, limit) }
}

/** −2^(bits−1) ≤ value < 2^(bits−1). */
export const bigInt = (bits: number): Codec<bigint> => {
  const limit = 2n ** BigInt(bits)
  return {
    write: (value) => minimal(value >= 0n ? value * 2n : -value * 2n - 1n),
    read: (nested) => {
      const coded = readMinimal(nested, limit)
      return coded % 2n === 0n ? coded / 2n : -(coded + 1n) / 2n
    },
  }
}

export const bool: Codec<boolean> = {
  write: (value) => (value ? Uint8Array.of(1) : EMPTY),
  read: (nested) => {
    const bytes = asBytes(nested)
    if (bytes.length === 0) return false
    return bytes.length === 1 && bytes[0] === 1 ? true : fail('not a boolean')
  },
}

/** @throws Fault. Whoever lets a value in has checked it; what is too long here would be found out at replay. */
const within = (size: number, limit: number): void =>
  invariant(size <= limit, 'I-BOUND', () => `${size} is more than ${limit}`)

export const bytes = (length: number): Codec<Bytes> => ({
  write: (value) => {
    invariant(value.length === length, 'I-BOUND', () => `${value.length} bytes instead of ${length}`)
    return value
  },
  read: (nested) => (asBytes(nested).length === length ? asBytes(nested) : fail(`expected ${length} bytes`)),
})

export const bytesUpTo = (limit: number): Codec<Bytes> => ({
  write: (value) => {
    within(value.length, limit)
    return value
  },
  read: (nested) => (asBytes(nested).length <= limit ? asBytes(nested) : fail(`more than ${limit} bytes`)),
})

/** Well-formed text of at most `limit` UTF-8 bytes. */
export const text = (limit: number): Codec<string> => ({
  write: (value) => {
    const raw = utf8(value)
    within(raw.length, limit)
    return raw
  },
  read: (nested) => {
    const raw = asBytes(nested)
    if (raw.length > limit) return fail(`text longer than ${limit} bytes`)
    const value = fromUtf8(raw)
    return isWellFormed(value) && equalBytes(utf8(value), raw) ? value : fail('text is not valid UTF-8')
  },
})

/** An id: lower-case 0x-hex inside, bytes outside. */
export const hex = <T extends string>(length: number): Codec<T> => ({
  write: (value) => fromHex(value),
  read: (nested) => toHex(bytes(length).read(nested)) as string as T,
})

export const list = <T>(item: Codec<T>, limit: number): Codec<readonly T[]> => ({
  write: (values) => {
    within(values.length, limit)
    return values.map(item.write)
  },
  read: (nested) => {
    const items = asList(nested)
    return items.length <= limit ? items.map(item.read) : fail(`more than ${limit} items`)
  },
})

export const nullable = <T>(item: Codec<T>): Codec<T | null> => ({
  write: (value) => (value === null ? [] : [item.write(value)]),
  read: (nested) => {
    const items = asList(nested)
    const [first] = items
    if (first === undefined) return null
    return items.length === 1 ? item.read(first) : fail('more than one optional value')
  },
})

type Fields<T> = { readonly [K in keyof T]-?: Codec<T[K]> }

/** Fields in the order they are declared; unknown or missing fields are refused. */
export const struct = <T extends object>(fields: Fields<T>): Codec<T> => {
  const parts = Object.entries(fields) as [keyof T & string, Codec<unknown>][]
  return {
    write: (value) => {
      const items: Nested[] = []
      for (const [name, codec] of parts) items.push(codec.write(value[name]))
      return items
    },
    read: (nested) => {
      const items = asList(nested)
      if (items.length !== parts.length) return fail(`expected ${parts.length} fields, found ${items.length}`)
      // One after the other: all values of a codec then have one shape, which the engine is quick with.
      const value: { [name: string]: unknown } = {}
      let i = 0
      for (const [name, codec] of parts) value[name] = codec.read(items[i++] as Nested)
      return value as T
    },
  }
}

type Tagged = { readonly type: string }
type Cases<T extends Tagged> = {
  readonly [K in T['type']]: readonly [tag: number, codec: Codec<Omit<Extract<T, { type: K }>, 'type'>>]
}

/** A union discriminated by `type`; tags are part of the format and are never reused. */
export const union = <T extends Tagged>(cases: Cases<T>): Codec<T> => {
  const byType = cases as unknown as { readonly [type: string]: readonly [number, Codec<object>] }
  const byTag = new Map(Object.entries(byType).map(([type, [tag, codec]]) => [tag, { type, codec }]))
  return {
    write: (value) => {
      const [tag, codec] = byType[value.type] ?? fail(`no encoding for ${value.type}`)
      return [uint.write(tag), codec.write(value)]
    },
    read: (nested) => {
      const items = asList(nested)
      if (items.length !== 2) return fail('a union has a tag and a value')
      const found = byTag.get(uint.read(items[0] as Nested)) ?? fail('unknown tag')
      return { type: found.type, ...found.codec.read(items[1] as Nested) } as unknown as T
    },
  }
}

/** One of a fixed list of words; its place in the list is part of the format. */
export const oneOf = <T extends string>(words: readonly T[]): Codec<T> => ({
  write: (word) => uint.write(words.indexOf(word)),
  read: (nested) => words[uint.read(nested)] ?? fail('unknown word'),
})

/** The values of `codec` that also satisfy `isValid`. */
export const refine = <T, U extends T = T>(
  codec: Codec<T>,
  isValid: (value: T) => boolean,
  what: string,
): Codec<U> => ({
  write: (value) => codec.write(value),
  read: (nested) => {
    const value = codec.read(nested)
    return isValid(value) ? (value as U) : fail(`not ${what}`)
  },
})

/** Another shape of the same data. */
export const via = <T, U>(codec: Codec<U>, to: (value: T) => U, from: (raw: U) => T): Codec<T> => ({
  write: (value) => codec.write(to(value)),
  read: (nested) => from(codec.read(nested)),
})
