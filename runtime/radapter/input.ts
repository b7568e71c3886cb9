/**
 * Inputs on the line: a runtime's own canonical encoding, as hex. So one codec is the schema of every transaction, bounded
 * and strict, and what is asked for is what is recorded. It weighs as much as the engine's types do: a page that sends no
 * inputs does not load it.
 */
import { decode, encode } from '../codec/schema.ts'
import { inputCodec } from '../frame.ts'
import { fromHex, toHex } from '../lib/bytes.ts'
import { isCommand } from '../step.ts'
import type { RuntimeInput } from '../types.ts'
import { badRequest, RAdapterError } from './errors.ts'

/** What a client may ask for. */
export type Command = Extract<RuntimeInput, { readonly type: 'command' }>

/** @throws Error for what its codec would not read back. */
export const writeInput = (input: RuntimeInput): string => toHex(encode(inputCodec, input))

/**
 * The command that is written there; the rest is what the world tells a runtime, and never a client.
 * @param written 0x and pairs of hex digits
 * @throws RAdapterError E_BAD_REQUEST
 */
export const readCommand = (written: string): Command => {
  const read = decode(inputCodec, fromHex(written))
  if (read.type === 'malformed') throw new RAdapterError(badRequest('the input cannot be read'))
  const input = read.value
  if (input.type === 'command' && isCommand(input.tx)) return input
  throw new RAdapterError(badRequest('only commands of an entity may be sent'))
}
