/** Arbitrary values of the small types everything is made of, with their edges over-weighted. */

import type { Arbitrary } from 'fast-check'
import { type Bytes, toHex, utf8 } from '../../runtime/lib/bytes.ts'
import { isReadable } from '../../runtime/lib/text.ts'
import type { Address, CommandId, EntityId, PaymentId, TokenId } from '../../runtime/lib/units.ts'
import { fc } from '../support/property.ts'

export const just = <T extends string>(type: T): Arbitrary<T> => fc.constant(type)
export const bytesOf = (length: number): Arbitrary<Bytes> => fc.uint8Array({ minLength: length, maxLength: length })
export const upTo = (maxLength: number): Arbitrary<Bytes> => fc.uint8Array({ maxLength: Math.min(maxLength, 80) })
export const hexOf = (length: number): Arbitrary<string> => bytesOf(length).map(toHex)
export const edged = (bits: bigint): Arbitrary<bigint> => {
  const max = 2n ** bits - 1n
  return fc.oneof(fc.constantFrom(0n, 1n, 127n, 128n, 255n, 256n, max), fc.bigInt({ min: 0n, max }))
}
export const edgedSigned = (bits: bigint): Arbitrary<bigint> => {
  const [min, max] = [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n]
  return fc.oneof(fc.constantFrom(0n, 1n, -1n, -64n, 64n, min, max), fc.bigInt({ min, max }))
}

export const uint: Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, 1, 127, 128, Number.MAX_SAFE_INTEGER),
  fc.nat(),
  fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
)
export const amount = edged(128n)
export const hash = bytesOf(32)
export const text: Arbitrary<string> = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .filter((t) => isReadable(t) && utf8(t).length <= 64)
export const entityId = hexOf(32) as Arbitrary<EntityId>
export const address = hexOf(20) as Arbitrary<Address>
export const paymentId = hexOf(32) as Arbitrary<PaymentId>
export const tokenId = fc.integer({ min: 1, max: 2 ** 32 - 1 }) as Arbitrary<TokenId>
export const commandId = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/) as Arbitrary<CommandId>
export const nullable = <T>(arbitrary: Arbitrary<T>): Arbitrary<T | null> => fc.option(arbitrary, { nil: null })
export const few = <T>(arbitrary: Arbitrary<T>): Arbitrary<readonly T[]> => fc.array(arbitrary, { maxLength: 3 })
export const hanko = upTo(1_040)
export const envelope = upTo(4_096)
