/**
 * Tagged JSON (devalue's format), for carriers that know only text: bigint and Map survive, `__proto__` does not. Of what
 * the format can say, only plain objects, dense lists, maps by name or number and primitives are read; everything else
 * is refused, so that no short text can stand for a huge or an active value.
 */
import { parse, stringify } from 'devalue'

/** The most bytes of one message, either way. */
export const MAX_MESSAGE_BYTES = 1_048_576

export type TaggedText =
  | { readonly type: 'ok'; readonly value: unknown }
  | { readonly type: 'too_large' }
  | { readonly type: 'malformed' }

const refuse = (): never => {
  throw new TypeError('not a plain value')
}
const KEYS: ReadonlySet<string> = new Set(['string', 'number', 'bigint'])
const PLAIN_ONLY = {
  fromISOString: refuse,
  fromStringValue: refuse,
  fromArrayBuffer: refuse,
  fromRegExpInfo: refuse,
  fromViewInfo: refuse,
  box: refuse,
  createSparseArray: refuse,
  createNullPrototypeObject: refuse,
  createSet: refuse,
  addEntry: (map: Map<unknown, unknown>, key: unknown, value: unknown): void => {
    // What is a name twice says two things; an object is none.
    if (!KEYS.has(typeof key) || map.has(key)) refuse()
    map.set(key, value)
  },
}

/** Longer ones take the engine seconds to read, and none is an amount. */
const WHOLE_NUMBER = /^-?\d{1,80}$/
const REVIVERS = {
  BigInt: (digits: unknown): bigint =>
    typeof digits === 'string' && WHOLE_NUMBER.test(digits) ? BigInt(digits) : refuse(),
}

const isTooLarge = (text: string): boolean => {
  if (text.length > MAX_MESSAGE_BYTES) return true
  // At most three bytes a UTF-16 unit: only long text need be measured.
  return text.length * 3 > MAX_MESSAGE_BYTES && new TextEncoder().encode(text).length > MAX_MESSAGE_BYTES
}

/** Null when the value is larger than a message may be. */
export const writeTagged = (value: unknown): string | null => {
  const text = stringify(value)
  return isTooLarge(text) ? null : text
}

export const readTagged = (text: string): TaggedText => {
  if (isTooLarge(text)) return { type: 'too_large' }
  try {
    return { type: 'ok', value: parse(text, REVIVERS, { operations: PLAIN_ONLY }) }
  } catch {
    // Not JSON, not this format, or nested beyond what the engine follows.
    return { type: 'malformed' }
  }
}

/**
 * True when `text` is exactly what `writeTagged` makes of `value`: it then says nothing twice. (A parser keeps the
 * last of two fields of one name and somebody else may have acted on the first.)
 */
export const isCanonical = (text: string, value: unknown): boolean => {
  try {
    return stringify(value) === text
  } catch {
    return false
  }
}
