/**
 * Sequence: the newest part of a list that only grows at its end and changes near it; immutable. Places count from the
 * beginning of the whole list, so they stay what they are while older items leave memory.
 */
export type Sequence<T> = {
  /** Of the whole list. */
  readonly size: number
  /** The newest; the last of them is at the place `size - 1`. */
  readonly items: readonly T[]
}

/** At least this many of the newest are kept, and fewer than twice as many: which ones follows from the size alone. */
const KEPT = 128

/** The first place that is kept of a list of this size. */
export const firstKept = (size: number): number => Math.max(0, (Math.floor(size / KEPT) - 1) * KEPT)

export const emptySequence = <T>(): Sequence<T> => ({ size: 0, items: [] })

/** The first place that is still in memory. */
export const startOf = <T>({ size, items }: Sequence<T>): number => size - items.length

/** Undefined also where the item is no longer in memory. */
export const at = <T>(sequence: Sequence<T>, place: number): T | undefined =>
  place < startOf(sequence) ? undefined : sequence.items[place - startOf(sequence)]

export const append = <T>(sequence: Sequence<T>, item: T): Sequence<T> =>
  sequenceOf([...sequence.items, item], sequence.size + 1)

/** The same where the place is no longer in memory. */
export const replaceAt = <T>(sequence: Sequence<T>, place: number, item: T): Sequence<T> =>
  place < startOf(sequence) ? sequence : { ...sequence, items: sequence.items.with(place - startOf(sequence), item) }

/** @param items the newest of a list of `size`, no fewer than are kept. */
export const sequenceOf = <T>(items: readonly T[], size = items.length): Sequence<T> => {
  const start = size - items.length
  const first = firstKept(size)
  return { size, items: first > start ? items.slice(first - start) : items }
}
