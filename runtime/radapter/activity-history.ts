/**
 * The history of a runtime: what of it is in memory, and reading the rest of it from the store, a page or a chunk at a
 * time. A view of the present is answered at once where memory suffices; everything else waits for the store.
 *
 * Contract: answers are as of the height asked for, whatever is committed meanwhile. Rows are written by the loop, in the
 * transaction of the tick they belong to; what is in memory follows once that has succeeded.
 */
import type { EntityId } from '../lib/units.ts'
import type { Env, RuntimeEvent } from '../types.ts'
import { type ActivityBook, type ProjectedActivity, projectActivity } from './activity.ts'
import { lineOf, pickedOf } from './activity-balances.ts'
import { choiceOf, isChosen } from './activity-choice.ts'
import type { Tick } from './activity-draft.ts'
import { createFinder } from './activity-found.ts'
import { entryKey, type Reads, withdrawnKey } from './activity-keys.ts'
import { needsOf, readKnown, readPlaceOf, readPlaces, readPoints } from './activity-known.ts'
import type { EntryWithBalance } from './activity-methods.ts'
import { type ActivityQuery, countAt, entryAt, historyOf, pageInMemory, placesOn } from './activity-page.ts'
import { type Placed, readRecord, traitsOf } from './activity-record.ts'
import { at } from './sequence.ts'
import type { ActivityPage } from './types.ts'

export type ExportQuery = Omit<ActivityQuery, 'page' | 'pageSize' | 'balanceOf'> & {
  /** Goes on behind this place; null: from the newest on. */
  readonly before: number | null
}

export type ActivityHistory = {
  readonly book: () => ActivityBook
  /** Null where the store has to be read for it. */
  readonly pageNow: (query: ActivityQuery) => ActivityPage | null
  /** Null once nobody wants it any more. */
  readonly page: (query: ActivityQuery, isWanted?: () => boolean) => Promise<ActivityPage | null>
  /** With hashes of the account frames that carried it, oldest first; null where there was no such entry. */
  readonly find: (
    query: Pick<ActivityQuery, 'entityId' | 'height' | 'book'> & { readonly id: string },
  ) => Promise<{ readonly entry: EntryWithBalance; readonly frameHashes: readonly string[] } | null>
  /** The next entries that match, newest first; `before` goes on from there, null at the end. */
  readonly part: (
    query: ExportQuery,
  ) => Promise<{ readonly entries: readonly EntryWithBalance[]; readonly before: number | null }>
  /** Whether a withdrawal to this address has ever gone through. */
  readonly wasPaid: (entityId: EntityId, address: string) => Promise<boolean>
}

/** What the loop alone may do. */
export type ActivityWriter = ActivityHistory & {
  readonly project: (env: Env, tick: Tick, events: readonly RuntimeEvent[]) => Promise<ProjectedActivity>
  /** Once its rows are committed. */
  readonly adopt: (projected: ProjectedActivity) => void
}

/** Entries of one part of an export; they stay well below what a message may hold. */
const PART_ENTRIES = 200
/** Entries looked at for one. */
const PART_LOOKS = 2_048

/** The first number from `from` on of which `isPast` holds, or `to`; it must hold for everything after. */
const firstWhere = async (from: number, to: number, isPast: (number: number) => Promise<boolean>): Promise<number> => {
  let [low, high] = [from, to]
  while (low < high) {
    const middle = (low + high) >> 1
    if (await isPast(middle)) high = middle
    else low = middle + 1
  }
  return low
}

export const createHistory = (reads: Reads, start: ActivityBook): ActivityWriter => {
  let book = start
  const finder = createFinder(reads)

  const placedAt = async (entityId: EntityId, places: readonly number[]): Promise<readonly Placed[]> => {
    const { records } = historyOf(book, entityId)
    const missing = places.filter((place) => at(records, place) === undefined)
    const found = new Map((await readPlaces(reads, entityId, missing)).map((placed) => [placed.place, placed]))
    return places.flatMap((place) => {
      const record = at(records, place)
      const placed = record === undefined ? found.get(place) : { place, record }
      return placed === undefined ? [] : [placed]
    })
  }
  const count = async ({ entityId, height }: Pick<ActivityQuery, 'entityId' | 'height'>): Promise<number> => {
    const own = historyOf(book, entityId)
    return (
      countAt(own, height) ??
      (await firstWhere(0, own.records.size, async (place) => {
        const [placed] = await placedAt(entityId, [place])
        return (placed?.record.entry.height ?? 0) > height
      }))
    )
  }
  const line = async ({ entityId, height, balanceOf = null }: ActivityQuery): Promise<readonly bigint[]> => {
    if (balanceOf === null) return []
    const points = historyOf(book, entityId).balances.get(balanceOf)
    if (points !== undefined && points.last.height <= height) return lineOf(points)
    const token = { entityId, tokenId: balanceOf }
    const after = await firstWhere(1, (points?.size ?? 0) + 1, async (number) => {
      const [point] = await readPoints(reads, token, [number])
      return (point?.height ?? 0) > height
    })
    const numbers = pickedOf(after - 1)
    const picked = await readPoints(reads, token, numbers.slice(1))
    return numbers.length === 0 ? [] : [0n, ...picked.map(({ balance }) => balance)]
  }

  const pageNow: ActivityHistory['pageNow'] = (query) => pageInMemory(book, query, finder)

  const page: ActivityHistory['page'] = async (query, isWanted = () => true) => {
    const now = pageNow(query)
    if (now !== null) return now
    const { entityId, height } = query
    const reach = { count: await count(query), height }
    const choice = choiceOf(query)
    const found = choice === null ? null : await finder.find(entityId, choice, reach, isWanted)
    if (choice !== null && found === null) return null
    const { places, ...place } = placesOn(query, reach.count, found)
    const [placed, balances] = await Promise.all([placedAt(entityId, places), line(query)])
    return { entries: placed.map(({ record }) => entryAt(record, query)), ...place, balances }
  }

  const withBalance = ({ record }: Placed, query: Pick<ActivityQuery, 'height' | 'book'>): EntryWithBalance => {
    const { endedHeight, balance } = record
    const hasEnded = endedHeight !== null && endedHeight <= query.height
    return { ...entryAt(record, query), balance: hasEnded ? balance : null }
  }

  return {
    book: () => book,
    pageNow,
    page,
    find: async (query) => {
      const { entityId, id, height } = query
      const place = await readPlaceOf(reads, entityId, id)
      const [placed] = place === null ? [] : await placedAt(entityId, [place])
      if (placed === undefined || placed.record.entry.height > height) return null
      return { entry: withBalance(placed, query), frameHashes: placed.record.frameHashes }
    },
    part: async (query) => {
      const { entityId, before, height } = query
      const choice = choiceOf(query)
      const begun = await count(query)
      let next = Math.max(0, Math.min(before ?? begun, begun))
      const last = Math.max(0, next - PART_LOOKS)
      const entries: EntryWithBalance[] = []
      while (next > last && entries.length < PART_ENTRIES) {
        const from = Math.max(last, next - PART_ENTRIES)
        const rows = await reads.range({ from: entryKey(entityId, from), to: entryKey(entityId, next) })
        for (const placed of rows.map(readRecord).reverse()) {
          if (entries.length === PART_ENTRIES) break
          next = placed.place
          if (choice === null || isChosen(choice, traitsOf(placed.record), height))
            entries.push(withBalance(placed, query))
        }
      }
      return { entries, before: next === 0 ? null : next }
    },
    wasPaid: async (entityId, address) => (await reads.getMany([withdrawnKey(entityId, address)]))[0] !== undefined,
    project: async (env, tick, events) => {
      const needs = needsOf(book, events)
      const known = needs.size === 0 ? new Map() : await readKnown(reads, book, needs)
      return projectActivity(book, env, tick, events, known)
    },
    adopt: (projected) => {
      const before = book
      book = projected.book
      for (const [entityId, placed] of projected.placed)
        finder.note(entityId, placed, historyOf(before, entityId).records.size)
    },
  }
}
