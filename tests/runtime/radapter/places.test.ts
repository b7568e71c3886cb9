/** Places in blocks against a plain array that is sorted again after every change. */
import { describe, expect, test } from 'vitest'
import type { EntityId } from '../../../runtime/lib/units.ts'
import { comparePlaces, createPlaces } from '../../../runtime/radapter/places.ts'
import type { Place } from '../../../runtime/radapter/ranked.ts'
import { fc } from '../../support/property.ts'

const idOf = (n: number): EntityId => `0x${n.toString(16).padStart(64, '0')}` as EntityId
/** Few values and few ids, so that there are ties, and the same place comes and goes. */
const place = fc.record({ value: fc.bigInt(-3n, 3n), id: fc.nat(12).map(idOf) })
const change = fc.record({ isIn: fc.boolean(), place })

describe('createPlaces', () => {
  test('any changes, in blocks of any size -- every rank is where an array has it', () => {
    fc.assert(
      fc.property(
        fc.array(place, { maxLength: 30 }),
        fc.array(change, { maxLength: 80 }),
        fc.integer({ min: 1, max: 5 }),
        (before, changes, blockSize) => {
          const has = (all: readonly Place[], one: Place) => all.some((other) => comparePlaces(other, one) === 0)
          let model: readonly Place[] = before.filter((one, i) => !has(before.slice(0, i), one)).toSorted(comparePlaces)
          const places = createPlaces(model, blockSize)
          for (const { isIn, place: one } of changes) {
            if (isIn && has(model, one)) continue
            if (isIn) places.insert(one)
            else places.remove(one)
            model = isIn
              ? [...model, one].toSorted(comparePlaces)
              : model.filter((other) => comparePlaces(other, one) !== 0)
            const { size, valueAt, idAt } = places.ordered()
            const ranks = Array.from({ length: size }, (_, rank) => rank)
            const listed = ranks.map((rank) => ({ value: valueAt(rank), id: idAt(rank) }))
            expect(listed).toEqual(model)
            expect(ranks.toReversed().map(idAt)).toEqual(model.map(({ id }) => id).toReversed())
            expect(places.all()).toEqual(model)
          }
        },
      ),
    )
  })
})
