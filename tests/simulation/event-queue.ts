/**
 * Virtual time: events in order of their time and, at one time, of their planning. Nothing here waits; time is where
 * the next event says it is.
 */
export type EventQueue = {
  /** Milliseconds since the Unix epoch, as everybody's clock would show it if it were right. */
  now(): number
  /** Plans `run` in `delayMs`. @returns a function that cancels it. */
  after(delayMs: number, label: string, run: () => void): () => void
  /** Runs the next event and returns its label; null when there is none. */
  step(): string | null
}

type Planned = { readonly atMs: number; readonly order: number; readonly label: string; run: (() => void) | null }

const isBefore = (a: Planned, b: Planned): boolean => (a.atMs === b.atMs ? a.order < b.order : a.atMs < b.atMs)

const push = (heap: Planned[], entry: Planned): void => {
  let at = heap.length
  heap.push(entry)
  while (at > 0) {
    const parent = (at - 1) >> 1
    const above = heap[parent] as Planned
    if (!isBefore(entry, above)) break
    heap[at] = above
    at = parent
  }
  heap[at] = entry
}

const pop = (heap: Planned[]): Planned | undefined => {
  const top = heap[0]
  const last = heap.pop()
  if (top === undefined || last === undefined || heap.length === 0) return top
  let at = 0
  for (;;) {
    const left = 2 * at + 1
    const right = left + 1
    const isRightFirst = right < heap.length && isBefore(heap[right] as Planned, heap[left] as Planned)
    const child = isRightFirst ? right : left
    if (child >= heap.length || !isBefore(heap[child] as Planned, last)) break
    heap[at] = heap[child] as Planned
    at = child
  }
  heap[at] = last
  return top
}

export const createEventQueue = (startMs: number): EventQueue => {
  const heap: Planned[] = []
  let nowMs = startMs
  let order = 0
  return {
    now: () => nowMs,
    after: (delayMs, label, run) => {
      const entry: Planned = { atMs: nowMs + Math.max(0, Math.ceil(delayMs)), order: order++, label, run }
      push(heap, entry)
      return () => {
        entry.run = null
      }
    },
    step: () => {
      for (;;) {
        const next = pop(heap)
        if (next === undefined) return null
        if (next.run === null) continue
        nowMs = next.atMs
        next.run()
        return next.label
      }
    },
  }
}
