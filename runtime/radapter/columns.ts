/**
 * Columns that grow: numbers, ids and amounts of any size, kept as plain numbers side by side and not as objects.
 */
import { type Bytes, toHex } from '../lib/bytes.ts'
import type { EntityId } from '../lib/units.ts'

const FIRST_ROWS = 16
const ID_BYTES = 32
/** Whole numbers up to here are doubles of their own. */
const EXACT = 2 ** 53

export type Column = {
  readonly push: (value: number) => void
  /** NaN where there is none. */
  readonly at: (row: number) => number
  readonly size: () => number
}

export const createColumn = (): Column => {
  let values = new Float64Array(FIRST_ROWS)
  let size = 0
  return {
    push: (value) => {
      if (size === values.length) {
        const larger = new Float64Array(size * 2)
        larger.set(values)
        values = larger
      }
      values[size++] = value
    },
    at: (row) => (row < size ? (values[row] as number) : Number.NaN),
    size: () => size,
  }
}

export type BigColumn = { readonly push: (value: bigint) => void; readonly at: (row: number) => bigint }

/** Each as the double nearest to it and, where that is not all, the rest; so that amounts of 18 decimals take 16 bytes. */
export const createBigColumn = (): BigColumn => {
  const heads = createColumn()
  /** Of none before the first that needs one. */
  let rests: Column | null = null
  const beyond = new Map<number, bigint>()
  const pushRest = (row: number, value: bigint, head: number): void => {
    const exact = value - BigInt(head)
    const rest = Number(exact)
    if (rest === 0 && rests === null) return
    if (rests === null) {
      rests = createColumn()
      for (let i = 0; i < row; i++) rests.push(0)
    }
    rests.push(rest)
    if (BigInt(rest) !== exact) beyond.set(row, value)
  }
  return {
    push: (value) => {
      const row = heads.size()
      const head = Number(value)
      heads.push(head)
      if (Math.abs(head) >= EXACT) pushRest(row, value, head)
      else rests?.push(0)
    },
    at: (row) => {
      const rest = rests?.at(row) ?? 0
      const head = BigInt(heads.at(row))
      return beyond.get(row) ?? (rest === 0 ? head : head + BigInt(rest))
    },
  }
}

export type IdColumn = {
  readonly push: (id: EntityId) => void
  readonly at: (row: number) => EntityId
  readonly size: () => number
}

/** The value of a lower-case hex digit. */
const digit = (code: number): number => (code < 58 ? code - 48 : code - 87)

export const createIdColumn = (): IdColumn => {
  let bytes: Bytes = new Uint8Array(FIRST_ROWS * ID_BYTES)
  let size = 0
  return {
    push: (id) => {
      const from = size++ * ID_BYTES
      if (from === bytes.length) {
        const larger = new Uint8Array(from * 2)
        larger.set(bytes)
        bytes = larger
      }
      for (let i = 0; i < ID_BYTES; i++)
        bytes[from + i] = digit(id.charCodeAt(2 + i * 2)) * 16 + digit(id.charCodeAt(3 + i * 2))
    },
    at: (row) => toHex(bytes.subarray(row * ID_BYTES, (row + 1) * ID_BYTES)) as EntityId,
    size: () => size,
  }
}
