/**
 * Branded ids and units, minted here alone. An id is text (it is a map key); a hash, key or signature is bytes.
 *
 * Amounts are bigint in the token's smallest unit. Times: `…Ms` are milliseconds, `…Seconds` and anything the chain
 * judges are whole seconds, both since the Unix epoch.
 */
import { type Bytes, isHex } from './bytes.ts'

declare const brand: unique symbol
type Branded<T, B extends string> = T & { readonly [brand]: B }

/** 32 bytes, lower-case 0x-hex: keccak of the entity's board. */
export type EntityId = Branded<`0x${string}`, 'EntityId'>
/** 20 bytes, lower-case 0x-hex. */
export type Address = Branded<`0x${string}`, 'Address'>
/** 1 ≤ id < 2^32, the Depository's token number. */
export type TokenId = Branded<number, 'TokenId'>
/** 32 bytes, lower-case 0x-hex. */
export type PaymentId = Branded<`0x${string}`, 'PaymentId'>
/** One start of a runtime. A later one has a higher number; two of one number are two instances of the same keys. */
export type Start = { readonly number: number; readonly instance: Bytes }
/** Client-drawn, 1–64 characters of [A-Za-z0-9_-]. */
export type CommandId = Branded<string, 'CommandId'>

export const parseEntityId = (text: string): EntityId | null =>
  isHex(text.toLowerCase(), 32) ? (text.toLowerCase() as EntityId) : null
export const parsePaymentId = (text: string): PaymentId | null => (isHex(text, 32) ? (text as PaymentId) : null)
export const parseTokenId = (id: number): TokenId | null =>
  Number.isInteger(id) && id >= 1 && id < 2 ** 32 ? (id as TokenId) : null
export const parseCommandId = (text: string): CommandId | null =>
  /^[A-Za-z0-9_-]{1,64}$/.test(text) ? (text as CommandId) : null

export const max = (a: bigint, b: bigint): bigint => (a > b ? a : b)
export const min = (a: bigint, b: bigint): bigint => (a < b ? a : b)
/** @returns value limited to low ≤ value ≤ high; low must not exceed high. */
export const clamp = (value: bigint, low: bigint, high: bigint): bigint => max(low, min(value, high))

/** Code-point order, the one order of everything that is hashed. */
export const byCodePoint = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
