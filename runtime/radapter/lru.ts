/** The `limit` things used last. */
export type Lru<K, V> = {
  readonly get: (key: K) => V | undefined
  readonly set: (key: K, value: V) => void
  readonly delete: (key: K) => void
  readonly clear: () => void
  readonly values: () => readonly V[]
}

export const createLru = <K, V>(limit: number): Lru<K, V> => {
  const kept = new Map<K, V>()
  const set = (key: K, value: V): void => {
    kept.delete(key)
    kept.set(key, value)
    const [oldest] = kept.keys()
    if (kept.size > limit && oldest !== undefined) kept.delete(oldest)
  }
  return {
    get: (key) => {
      const value = kept.get(key)
      if (value !== undefined) set(key, value)
      return value
    },
    set,
    delete: (key) => void kept.delete(key),
    clear: () => kept.clear(),
    values: () => [...kept.values()],
  }
}
