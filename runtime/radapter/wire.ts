/**
 * Wires: one definition gives both how a value is written for the line and the schema that reads it back. Objects go
 * as lists in the order of their declared fields and figures as base-36 text, so that a page of a hundred accounts is
 * a few tens of kilobytes.
 *
 * Contract: `schema` accepts exactly what `write` makes, and returns an equal value.
 */
import * as v from 'valibot'

export type Wire<T> = { readonly write: (value: T) => unknown; readonly schema: v.GenericSchema<unknown, T> }

const same = <T>(schema: v.GenericSchema<unknown, T>): Wire<T> => ({ write: (value) => value, schema })

export const text = (limit: number): Wire<string> => same(v.pipe(v.string(), v.maxLength(limit)))
export const flag: Wire<boolean> = same(v.boolean())
/** 0 ≤ value < 2^53. */
export const count: Wire<number> = same(v.pipe(v.number(), v.safeInteger(), v.minValue(0)))
export const number: Wire<number> = same(v.pipe(v.number(), v.finite()))
export const word = <const W extends string | number>(words: readonly W[]): Wire<W> => same(v.picklist(words))

const RADIX = 36
/** Digits that a number holds exactly. */
const CHUNK = 10
const CHUNK_VALUE = BigInt(RADIX) ** BigInt(CHUNK)
const FIGURE = '-?[0-9a-z]{1,60}'

const readFigure = (written: string): bigint => {
  const digits = written.startsWith('-') ? written.slice(1) : written
  let value = 0n
  const head = digits.length % CHUNK
  if (head > 0) value = BigInt(Number.parseInt(digits.slice(0, head), RADIX))
  for (let at = head; at < digits.length; at += CHUNK)
    value = value * CHUNK_VALUE + BigInt(Number.parseInt(digits.slice(at, at + CHUNK), RADIX))
  return written.startsWith('-') ? -value : value
}

export const figure: Wire<bigint> = {
  write: (value) => value.toString(RADIX),
  schema: v.pipe(v.string(), v.regex(new RegExp(`^${FIGURE}$`)), v.transform(readFigure)),
}

export const nullable = <T>({ write, schema }: Wire<T>): Wire<T | null> => ({
  write: (value) => (value === null || value === undefined ? null : write(value)),
  schema: v.nullable(schema) as v.GenericSchema<unknown, T | null>,
})

export const list = <T>({ write, schema }: Wire<T>, limit: number): Wire<readonly T[]> => ({
  write: (values) => values.map(write),
  schema: v.pipe(v.array(schema), v.maxLength(limit)),
})

type Fields<T> = { readonly [K in keyof T]-?: Wire<Required<T>[K]> }

export const row = <T extends object>(fields: Fields<T>): Wire<T> => {
  const names = Object.keys(fields) as (keyof T & string)[]
  const items = v.strictTuple(names.map((name) => fields[name].schema as v.GenericSchema))
  return {
    write: (value) => names.map((name) => fields[name].write(value[name] as Required<T>[typeof name])),
    schema: v.pipe(
      items,
      v.transform((values) => Object.fromEntries(names.map((name, i) => [name, values[i]])) as T),
    ),
  }
}

type FigureKinds<T> = { readonly [K in keyof T]-?: T[K] extends bigint ? 'bigint' : 'number' }

/** A row of nothing but whole numbers, as one text. */
export const figures = <T extends { readonly [name: string]: bigint | number }>(kinds: FigureKinds<T>): Wire<T> => {
  const names = Object.keys(kinds) as (keyof T & string)[]
  const pattern = new RegExp(
    `^${names.map((name) => (kinds[name] === 'bigint' ? FIGURE : '[0-9a-z]{1,10}')).join(' ')}$`,
  )
  const read = (written: string): T => {
    const parts = written.split(' ')
    const values = names.map((name, i) => {
      const part = parts[i] ?? ''
      return [name, kinds[name] === 'bigint' ? readFigure(part) : Number.parseInt(part, RADIX)]
    })
    return Object.fromEntries(values) as T
  }
  return {
    write: (value) => names.map((name) => (value[name] as bigint | number).toString(RADIX)).join(' '),
    schema: v.pipe(v.string(), v.regex(pattern), v.transform(read)),
  }
}

/**
 * As a text of its own, made once for as long as the value lives: what is pushed again and again, and has not changed,
 * costs its length.
 */
export const kept = <T extends object>({ write, schema }: Wire<T>): Wire<T> => {
  const written = new WeakMap<T, string>()
  const made = (value: T): string => {
    const text = JSON.stringify(write(value))
    written.set(value, text)
    return text
  }
  const isCanonical = (text: string): boolean => {
    try {
      return JSON.stringify(JSON.parse(text)) === text
    } catch {
      return false
    }
  }
  return {
    write: (value) => written.get(value) ?? made(value),
    schema: v.pipe(
      v.string(),
      v.check(isCanonical),
      v.transform((text) => JSON.parse(text) as unknown),
      schema,
    ),
  }
}

/** Two halves of one object. */
export const both = <A extends object, B extends object>(a: Wire<A>, b: Wire<B>): Wire<A & B> => ({
  write: (value) => [a.write(value), b.write(value)],
  schema: v.pipe(
    v.strictTuple([a.schema, b.schema]),
    v.transform(([first, second]) => ({ ...first, ...second })),
  ),
})
