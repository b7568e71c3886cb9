/**
 * What filters and searches found in histories, a byte an entry: built chunk by chunk from the store when it is first
 * asked for, then kept in step with what is committed, so that a choice that stays looks at nothing again.
 *
 * Contract: what is found is what looking at every entry would find, for any height. A chunk is known as it is now,
 * which is also how it stood at every height since the last of its entries ended; of earlier heights it is read again.
 */
import type { EntityId } from '../lib/units.ts'
import { type Choice, isChosen, narrows } from './activity-choice.ts'
import { entryKey, numberOf, type Reads } from './activity-keys.ts'
import { type Placed, skimRow, type Traits, traitsOf } from './activity-record.ts'
import { createLru } from './lru.ts'

/** Entries of a chunk: their offsets fit in a byte. */
const CHUNK = 256
/** Chunks that are read at once. */
const SPAN = 4
/** Choices kept, over all entities: as many as there are people typing at once, and some. */
const CHOICES = 8

/** Offsets in a chunk of what was chosen, ascending. */
type Offsets = Uint8Array

export type Chosen = {
  readonly count: number
  /** Newest first, from the `first`-th on. */
  readonly places: (first: number, length: number) => readonly number[]
}

/** How far to look: at the first `count` entries, as they stood at `height`. */
export type Reach = { readonly count: number; readonly height: number }

export type Finder = {
  /** Null where the store has to be read for it. */
  readonly known: (entityId: EntityId, choice: Choice, reach: Reach) => Chosen | null
  /** Null once nobody wants it any more. */
  readonly find: (entityId: EntityId, choice: Choice, reach: Reach, isWanted: () => boolean) => Promise<Chosen | null>
  /** Told of what was written, after it was committed. @param size how many entries there were before. */
  readonly note: (entityId: EntityId, placed: readonly Placed[], size: number) => void
}

type Kept = { readonly entityId: EntityId; readonly choice: Choice; readonly chunks: (Offsets | undefined)[] }

type Chunks = {
  /** The greatest height at which an entry of each chunk ended; of those that were ever looked at. */
  readonly ends: (number | undefined)[]
  /** How often each was written into. */
  readonly changes: number[]
}

const chunkOf = (place: number): number => Math.floor(place / CHUNK)
const chunksOf = (count: number): number => Math.ceil(count / CHUNK)

type Seen = { readonly place: number; readonly traits: Traits }

const offsetsOf = (seen: readonly Seen[], choice: Choice, height: number): Offsets =>
  Uint8Array.from(seen.filter(({ traits }) => isChosen(choice, traits, height)).map(({ place }) => place % CHUNK))

const lastEnd = (seen: readonly Seen[]): number =>
  seen.reduce((end, { traits }) => Math.max(end, traits.endedHeight ?? 0), 0)

const without = (offsets: Offsets, offset: number): Offsets => offsets.filter((other) => other !== offset)
const withOne = (offsets: Offsets, offset: number): Offsets =>
  offsets.includes(offset) ? offsets : Uint8Array.from([...offsets, offset]).sort()

export const createFinder = (reads: Reads): Finder => {
  const kept = createLru<string, Kept>(CHOICES)
  const histories = new Map<EntityId, Chunks>()
  const chunksIn = (entityId: EntityId): Chunks => {
    const chunks = histories.get(entityId) ?? { ends: [], changes: [] }
    histories.set(entityId, chunks)
    return chunks
  }
  const keptFor = (entityId: EntityId, choice: Choice): Kept => {
    const key = `${entityId} ${choice.name}`
    const found = kept.get(key) ?? { entityId, choice, chunks: [] }
    kept.set(key, found)
    return found
  }

  /** What is known of a chunk at a height. */
  const knownOf = (own: Kept, chunk: number, height: number): Offsets | null => {
    const end = chunksIn(own.entityId).ends[chunk]
    if (end === undefined || end > height) return null
    const offsets = own.chunks[chunk]
    if (offsets !== undefined) return offsets
    const isEmpty = kept
      .values()
      .some(
        ({ entityId, choice, chunks }) =>
          entityId === own.entityId && chunks[chunk]?.length === 0 && narrows(own.choice, choice),
      )
    return isEmpty ? new Uint8Array() : null
  }

  /** Reads chunks `from` to `to`, exclusive, and keeps what may be kept. */
  const look = async (own: Kept, { from, to }: { from: number; to: number }, height: number) => {
    const { entityId, choice } = own
    const chunks = chunksIn(entityId)
    const changesNow = (): number => chunks.changes.slice(from, to).reduce((sum, changes) => sum + (changes ?? 0), 0)
    for (;;) {
      const changes = changesNow()
      const keys = { from: entryKey(entityId, from * CHUNK), to: entryKey(entityId, to * CHUNK) }
      const rows = await reads.range(keys)
      const seen = rows.map(({ key, value }): Seen => ({ place: numberOf(key), traits: skimRow(value) }))
      // What was committed meanwhile may or may not be in what was read.
      if (changes !== changesNow()) continue
      return Array.from({ length: to - from }, (_, i) => {
        const inChunk = seen.filter(({ place }) => chunkOf(place) === from + i)
        const end = lastEnd(inChunk)
        const offsets = offsetsOf(inChunk, choice, height)
        chunks.ends[from + i] = end
        if (end <= height) own.chunks[from + i] = offsets
        return offsets
      })
    }
  }

  return {
    known: (entityId, choice, { count, height }) => {
      const own = keptFor(entityId, choice)
      const found: Offsets[] = []
      for (let chunk = 0; chunk < chunksOf(count); chunk++) {
        const offsets = knownOf(own, chunk, height)
        if (offsets === null) return null
        found.push(offsets)
      }
      return chosenIn(found, count)
    },
    find: async (entityId, choice, { count, height }, isWanted) => {
      const own = keptFor(entityId, choice)
      const found: Offsets[] = []
      while (found.length < chunksOf(count)) {
        const from = found.length
        const offsets = knownOf(own, from, height)
        if (offsets !== null) {
          found.push(offsets)
          continue
        }
        if (!isWanted()) return null
        let to = from + 1
        while (to < Math.min(from + SPAN, chunksOf(count)) && knownOf(own, to, height) === null) to++
        found.push(...(await look(own, { from, to }, height)))
      }
      return chosenIn(found, count)
    },
    note: (entityId, placed, size) => {
      const chunks = chunksIn(entityId)
      for (const { place, record } of placed) {
        const [chunk, offset] = [chunkOf(place), place % CHUNK]
        const isFirst = offset === 0 && place >= size
        chunks.changes[chunk] = (chunks.changes[chunk] ?? 0) + 1
        // From the first of a chunk on all of it is known.
        if (isFirst) chunks.ends[chunk] ??= 0
        const end = chunks.ends[chunk]
        if (end === undefined) continue
        chunks.ends[chunk] = Math.max(end, record.endedHeight ?? 0)
        for (const own of kept.values()) {
          if (own.entityId !== entityId) continue
          const before = own.chunks[chunk] ?? (isFirst ? new Uint8Array() : undefined)
          if (before === undefined) continue
          const isIn = isChosen(own.choice, traitsOf(record), Number.POSITIVE_INFINITY)
          own.chunks[chunk] = isIn ? withOne(before, offset) : without(before, offset)
        }
      }
    },
  }
}

/** Of the first `count` entries. */
const chosenIn = (chunks: readonly Offsets[], count: number): Chosen => {
  const found = chunks.map((offsets, i) =>
    (i + 1) * CHUNK <= count ? offsets : offsets.filter((offset) => i * CHUNK + offset < count),
  )
  return {
    count: found.reduce((sum, offsets) => sum + offsets.length, 0),
    places: (first, length) => {
      const places: number[] = []
      let skip = first
      for (let i = found.length - 1; i >= 0 && places.length < length; i--) {
        const offsets = found[i] ?? new Uint8Array()
        if (skip >= offsets.length) {
          skip -= offsets.length
          continue
        }
        for (let o = offsets.length - 1 - skip; o >= 0 && places.length < length; o--)
          places.push(i * CHUNK + (offsets[o] ?? 0))
        skip = 0
      }
      return places
    },
  }
}
