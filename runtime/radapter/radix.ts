/**
 * The order of many values: a radix sort (least significant digit first, stable) over the doubles nearest to them, which
 * never puts two values the wrong way round; those that share a double are then told apart exactly.
 *
 * A million amounts take a tenth of the time that `Array.sort` does.
 */
import type { SortValue } from './ranked.ts'

const DIGIT_BITS = 16
const DIGITS = 1 << DIGIT_BITS
const LAST_DIGIT = DIGITS - 1
/** Counting digits pays from here on. */
const FEW = 4_096
/** Doubles below here name one whole number each. */
const EXACT = 2 ** 53
const SIGN = 0x8000_0000
const ALL = 0xffff_ffff

/** One half of the bits of each key, so that unsigned order is the order of the keys. */
type Bits = { readonly low: Uint32Array; readonly high: Uint32Array }
const bitsOf = (keys: Float64Array): Bits => {
  const [low, high] = [new Uint32Array(keys.length), new Uint32Array(keys.length)]
  const key = new DataView(new ArrayBuffer(8))
  for (let i = 0; i < keys.length; i++) {
    const value = keys[i] as number
    // Zero has two forms.
    key.setFloat64(0, value === 0 ? 0 : value)
    const flip = value < 0 ? ALL : 0
    low[i] = key.getUint32(4) ^ flip
    high[i] = key.getUint32(0) ^ (flip | SIGN)
  }
  return { low, high }
}

/** One stable pass over one digit; the input itself when all have the same. */
const pass = (order: Uint32Array, spare: Uint32Array, bits: Uint32Array, shift: number): Uint32Array => {
  const starts = new Uint32Array(DIGITS)
  for (let i = 0; i < bits.length; i++) {
    const digit = ((bits[i] as number) >>> shift) & LAST_DIGIT
    starts[digit] = (starts[digit] as number) + 1
  }
  if (starts[((bits[0] as number) >>> shift) & LAST_DIGIT] === bits.length) return order
  let sum = 0
  for (let digit = 0; digit < DIGITS; digit++) {
    const count = starts[digit] as number
    starts[digit] = sum
    sum += count
  }
  for (let rank = 0; rank < order.length; rank++) {
    const i = order[rank] as number
    const digit = ((bits[i] as number) >>> shift) & LAST_DIGIT
    const at = starts[digit] as number
    spare[at] = i
    starts[digit] = at + 1
  }
  return spare
}

const upTo = (size: number): Uint32Array<ArrayBuffer> => {
  const order = new Uint32Array(size)
  for (let i = 0; i < size; i++) order[i] = i
  return order
}

const byRadix = (keys: Float64Array): Uint32Array => {
  const { low, high } = bitsOf(keys)
  let order: Uint32Array = upTo(keys.length)
  let spare: Uint32Array = new Uint32Array(keys.length)
  for (const bits of [low, high])
    for (const shift of [0, DIGIT_BITS]) {
      const next = pass(order, spare, bits, shift)
      if (next === spare) [order, spare] = [next, order]
    }
  return order
}

/** Tells apart, within each run of equal keys, what only the exact values can. */
const settle = (order: Uint32Array, keys: Float64Array, valueAt: (i: number) => SortValue): void => {
  for (let from = 0; from < order.length; ) {
    const key = keys[order[from] as number] as number
    let to = from + 1
    while (to < order.length && keys[order[to] as number] === key) to++
    if (to - from > 1 && Math.abs(key) >= EXACT) {
      const run = Array.from(order.subarray(from, to), (i) => ({ i, value: valueAt(i) }))
      run.sort((a, b) => (a.value === b.value ? a.i - b.i : a.value < b.value ? -1 : 1))
      order.set(
        run.map(({ i }) => i),
        from,
      )
    }
    from = to
  }
}

/** Where the values 0 … size − 1 stand in ascending order; of equal ones the earlier first. Texts are in order already. */
export const orderOf = (size: number, valueAt: (i: number) => SortValue): Uint32Array => {
  const keys = new Float64Array(size)
  if (size === 0 || typeof valueAt(0) === 'string') return upTo(size)
  for (let i = 0; i < size; i++) keys[i] = Number(valueAt(i))
  const order =
    size < FEW ? upTo(size).sort((a, b) => (keys[a] as number) - (keys[b] as number) || a - b) : byRadix(keys)
  settle(order, keys, valueAt)
  return order
}
