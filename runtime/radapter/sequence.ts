/**
 * Sequence: an immutable list that shares what did not change. Adding and replacing copy one chunk and the list of
 * chunks; reading a place is two look-ups. For histories, which grow at the end and change near it.
 */
export const CHUNK = 256

export type Sequence<T> = { readonly size: number; readonly chunks: readonly (readonly T[])[] }

export const emptySequence = <T>(): Sequence<T> => ({ size: 0, chunks: [] })

export const at = <T>(sequence: Sequence<T>, index: number): T | undefined =>
  sequence.chunks[Math.floor(index / CHUNK)]?.[index % CHUNK]

export const append = <T>(sequence: Sequence<T>, item: T): Sequence<T> => {
  const last = sequence.chunks.at(-1)
  const chunks =
    last === undefined || last.length === CHUNK
      ? [...sequence.chunks, [item]]
      : [...sequence.chunks.slice(0, -1), [...last, item]]
  return { size: sequence.size + 1, chunks }
}

/** `index` is a place in the sequence. */
export const replaceAt = <T>({ size, chunks }: Sequence<T>, index: number, item: T): Sequence<T> => {
  const place = Math.floor(index / CHUNK)
  return { size, chunks: chunks.with(place, (chunks[place] ?? []).with(index % CHUNK, item)) }
}

/** Builds from a list in one pass. */
export const sequenceOf = <T>(items: readonly T[]): Sequence<T> => {
  const chunks: (readonly T[])[] = []
  for (let from = 0; from < items.length; from += CHUNK) chunks.push(items.slice(from, from + CHUNK))
  return { size: items.length, chunks }
}
