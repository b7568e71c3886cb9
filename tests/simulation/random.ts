/**
 * Seeded randomness (sfc32, seeded by splitmix32): everything a run draws comes from one integer.
 *
 * Contract: two generators with the same seed and label give the same sequence. Parts of the simulator draw from
 * generators of their own, so that one more draw in one part leaves the others as they were.
 */
import type { Bytes } from '../../runtime/lib/bytes.ts'

export type Random = {
  /** 0 ≤ x < 1. */
  fraction(): number
  /** low ≤ n ≤ high. */
  between(low: number, high: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
  bytes(length: number): Bytes
}

const splitmix = (seed: number): (() => number) => {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) | 0
  }
}

/** FNV-1a: labels of a few letters, spread over 32 bits. */
const hashLabel = (label: string): number => {
  let hash = 0x811c9dc5
  for (const character of label) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return hash
}

const sfc32 = (seed: number): (() => number) => {
  const draw = splitmix(seed)
  let [a, b, c, counter] = [draw(), draw(), draw(), 1]
  return () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return sum >>> 0
  }
}

export const createRandom = (seed: number, label: string): Random => {
  const draw = sfc32(seed ^ hashLabel(label))
  const fraction = () => draw() / 2 ** 32
  const between = (low: number, high: number) => low + Math.floor(fraction() * (high - low + 1))
  return {
    fraction,
    between,
    chance: (probability) => fraction() < probability,
    pick: <T>(list: readonly T[]) => list[between(0, list.length - 1)] as T,
    bytes: (length) => Uint8Array.from({ length }, () => draw() & 0xff),
  }
}
