/**
 * The positional binary encoding beside the usual one: JSON with tags for what JSON lacks. Sizes are counted, times
 * are of encoding and decoding. The floor is one keccak of the binary form, which every record needs in any encoding.
 */
import { frameCodec } from '../../runtime/account/codec.ts'
import type { AccountFrame } from '../../runtime/account/types.ts'
import { type Codec, decode, encode } from '../../runtime/codec/schema.ts'
import { runtimeFrameCodec } from '../../runtime/frame.ts'
import { present } from '../../runtime/lib/assert.ts'
import { fromHex, toHex } from '../../runtime/lib/bytes.ts'
import { keccak } from '../../runtime/lib/hash.ts'
import { replay } from './economy.ts'
import { compare, counted, type Result, timed } from './measure.ts'
import { framesOf, type History } from './replay.ts'

const TIMES = 300

/** `JSON.stringify` hands over bytes and big integers as they are; both become an object with one tag. */
const toTagged = (_key: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return { $int: value.toString() }
  return value instanceof Uint8Array ? { $hex: toHex(value) } : value
}
const fromTagged = (_key: string, value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if ('$int' in value && typeof value.$int === 'string') return BigInt(value.$int)
  return '$hex' in value && typeof value.$hex === 'string' ? fromHex(value.$hex) : value
}

const compareCodec = async <T>(name: string, codec: Codec<T>, values: readonly T[]): Promise<readonly Result[]> => {
  const binary = values.map((value) => encode(codec, value))
  const tagged = values.map((value) => JSON.stringify(value, toTagged))
  // What is compared must be the same thing: the tagged text leads to the same bytes.
  const isSame = tagged.every(
    (text, i) => toHex(encode(codec, JSON.parse(text, fromTagged))) === toHex(binary[i] as Uint8Array),
  )
  if (!isSame) throw new Error(`${name}: the two encodings disagree`)
  const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0)
  const microseconds = (work: (i: number) => unknown) => async () => {
    const milliseconds = await timed(TIMES * values.length, async () => {
      for (let round = 0; round < TIMES; round++) for (let i = 0; i < values.length; i++) work(i)
    })
    return milliseconds * 1_000
  }
  const floor = microseconds((i) => keccak(binary[i] as Uint8Array))
  return [
    counted(`${name}, size`, 'bytes', {
      ours: sum(binary.map(({ length }) => length)) / values.length,
      peer: sum(tagged.map((text) => new TextEncoder().encode(text).length)) / values.length,
    }),
    await compare({
      name: `${name}, encode`,
      unit: 'µs',
      floor,
      ours: microseconds((i) => encode(codec, values[i] as T)),
      peer: microseconds((i) => JSON.stringify(values[i], toTagged)),
    }),
    await compare({
      name: `${name}, decode`,
      unit: 'µs',
      floor,
      ours: microseconds((i) => decode(codec, binary[i] as Uint8Array)),
      peer: microseconds((i) => JSON.parse(tagged[i] as string, fromTagged)),
    }),
  ]
}

export const measureEncoding = async ({ store }: History): Promise<readonly Result[]> => {
  const { env } = await replay(store)
  let largest: AccountFrame | null = null
  for (const { state } of env.eReplicas.values())
    for (const { frames } of state.accounts.values())
      for (const { frame } of frames) if (frame.accountTxs.length > (largest?.accountTxs.length ?? 0)) largest = frame
  const frame = present(largest, 'a frame of an account')
  const ticks = (await framesOf(store)).slice(-64)
  return [
    ...(await compareCodec(`account frame of ${frame.accountTxs.length} transactions`, frameCodec, [frame])),
    ...(await compareCodec('tick in the log', runtimeFrameCodec, ticks)),
  ]
}
