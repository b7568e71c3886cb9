/**
 * Places in ascending order that come and go one by one, kept in blocks: what is put in or taken out moves one block, a
 * fraction of a per cent of a million, and a rank is found by two binary searches.
 */
import { byCodePoint } from '../lib/units.ts'
import { firstWhere, type Ordered, type Place } from './ranked.ts'

export const comparePlaces = (a: Place, b: Place): number => {
  if (a.value === b.value) return byCodePoint(a.id, b.id)
  return a.value < b.value ? -1 : 1
}

export type Places = {
  /** Of what there is now; good until the next change. */
  readonly ordered: () => Ordered
  /** It must not be there. */
  readonly insert: (place: Place) => void
  /** One that is not there is left where it is. */
  readonly remove: (place: Place) => void
  readonly all: () => readonly Place[]
}

const BLOCK = 1_024

/** @param sorted in ascending order */
export const createPlaces = (sorted: readonly Place[], blockSize = BLOCK): Places => {
  const blocks: Place[][] = []
  for (let from = 0; from < sorted.length; from += blockSize) blocks.push(sorted.slice(from, from + blockSize))
  let size = sorted.length
  /** The rank of the first place of each block; null when that has changed. */
  let starts: readonly number[] | null = null

  const startsNow = (): readonly number[] => {
    let start = 0
    starts ??= blocks.map((block) => {
      start += block.length
      return start - block.length
    })
    return starts
  }
  /** The last block whose first place is not behind it. */
  const blockFor = (place: Place): number =>
    Math.max(0, firstWhere(blocks.length, (i) => comparePlaces(blocks[i]?.[0] as Place, place) > 0) - 1)
  const placeIn = (block: readonly Place[], place: Place): number =>
    firstWhere(block.length, (i) => comparePlaces(block[i] as Place, place) >= 0)

  return {
    ordered: () => {
      const first = startsNow()
      let near = 0
      /** Mostly asked for one after the other. */
      const at = (rank: number): Place => {
        const isNear = rank >= (first[near] as number) && rank < (first[near + 1] ?? size)
        if (!isNear) near = firstWhere(first.length, (i) => (first[i] as number) > rank) - 1
        return blocks[near]?.[rank - (first[near] as number)] as Place
      }
      return { size, valueAt: (rank) => at(rank).value, idAt: (rank) => at(rank).id }
    },
    insert: (place) => {
      const number = blockFor(place)
      const block = blocks[number] ?? []
      if (blocks.length === 0) blocks.push(block)
      block.splice(placeIn(block, place), 0, place)
      if (block.length >= 2 * blockSize) blocks.splice(number, 1, block.slice(0, blockSize), block.slice(blockSize))
      size++
      starts = null
    },
    remove: (place) => {
      const number = blockFor(place)
      const block = blocks[number] ?? []
      const at = placeIn(block, place)
      const found = block[at]
      if (found === undefined || comparePlaces(found, place) !== 0) return
      block.splice(at, 1)
      if (block.length === 0) blocks.splice(number, 1)
      size--
      starts = null
    },
    all: () => blocks.flat(),
  }
}
