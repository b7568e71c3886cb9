/**
 * Random cases with the edges over-weighted: nothing, one, the bounds and one beyond, and the neighbourhood of values that
 * decide something.
 */
import type { Random } from '../simulation/random.ts'
import { BOUNDS } from './bounds.ts'
import type { Hex } from './words.ts'

export const bits = (random: Random, count: number): bigint =>
  BigInt(`0x0${Buffer.from(random.bytes(Math.ceil(count / 8))).toString('hex')}`) & ((1n << BigInt(count)) - 1n)

/** 0 ≤ n < below. */
export const upTo = (random: Random, below: bigint): bigint =>
  below <= 0n ? 0n : bits(random, below.toString(2).length + 32) % below

export const hex = (random: Random, length: number): Hex => `0x${Buffer.from(random.bytes(length)).toString('hex')}`

/** A few either side of a value that decides something. */
export const near = (random: Random, value: bigint): bigint => value + BigInt(random.between(-2, 2))

/** 0 to `limit`: its ends, small numbers that meet each other, and numbers of every length. */
export const amount = (random: Random, limit: bigint = BOUNDS.amount): bigint => {
  switch (random.between(0, 5)) {
    case 0:
      return random.pick([0n, 1n, limit - 1n, limit])
    case 1:
    case 2:
      return BigInt(random.between(0, 12))
    default:
      return upTo(random, 1n << BigInt(random.between(1, limit.toString(2).length))) % (limit + 1n)
  }
}
export const signed = (random: Random, limit: bigint = BOUNDS.amount): bigint =>
  random.chance(0.5) ? amount(random, limit) : -amount(random, limit)

/** Mostly good, and now and then just beyond a bound. */
export const unruly = (random: Random, value: bigint, limit: bigint): bigint =>
  random.chance(0.02) ? random.pick([limit, limit + 1n, -1n, -limit - 1n, 1n << 255n]) : value

export const many = <T>(random: Random, most: number, draw: (at: number) => T): readonly T[] =>
  Array.from({ length: random.between(0, most) }, (_, at) => draw(at))
