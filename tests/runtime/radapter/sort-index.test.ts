/** The order of accounts against Array.sort, and their sums against adding up, over random histories. */

import { describe, expect, test } from 'vitest'
import { emptyDelta } from '../../../runtime/account/delta.ts'
import { deltaKey } from '../../../runtime/account/keys.ts'
import { openReplica } from '../../../runtime/account/step.ts'
import type { AccountReplica } from '../../../runtime/account/types.ts'
import { emptyMaps } from '../../../runtime/entity/frame.ts'
import type { MerkleMap } from '../../../runtime/lib/merkle.ts'
import type { EntityId, TokenId } from '../../../runtime/lib/units.ts'
import { noPosition, plus, positionIn, positionsIn } from '../../../runtime/radapter/positions.ts'
import type { Place, SortValue } from '../../../runtime/radapter/ranked.ts'
import { createSortIndexes, type SortSpec } from '../../../runtime/radapter/sort-index.ts'
import { createTotalsIndex } from '../../../runtime/radapter/totals.ts'
import type { AccountSortKey, SortDirection } from '../../../runtime/radapter/types.ts'
import { fc } from '../../support/property.ts'

const KEYS: readonly AccountSortKey[] = [
  'inbound',
  'outbound',
  'collateral',
  'balance',
  'created',
  'updated',
  'counterparty',
]
const DIRECTIONS: readonly SortDirection[] = ['asc', 'desc']
const TOKEN = 1 as TokenId
const OWN = `0x${'50'.repeat(32)}` as EntityId

const idOf = (n: number): EntityId => `0x${((n * 37) % 251).toString(16).padStart(2, '0').repeat(32)}` as EntityId

/** An account with small figures, so that there are many ties. */
const accountWith = (
  n: number,
  [offdelta, collateral, credit, height]: readonly [number, number, number, number],
): AccountReplica => {
  const other = idOf(n)
  const isLeft = OWN < other
  const terms = {
    left: isLeft ? OWN : other,
    right: isLeft ? other : OWN,
    chainId: 1n,
    depository: `0x${'00'.repeat(20)}` as never,
    epoch: 0,
    leftResponseSeconds: 1,
    rightResponseSeconds: 1,
    features: 0,
    minVersion: 1,
  }
  const replica = openReplica(terms, OWN, n)
  const limit = BigInt(credit)
  const delta = {
    ...emptyDelta(TOKEN),
    offdelta: BigInt(offdelta),
    collateral: BigInt(collateral),
    leftCreditLimit: limit,
    rightCreditLimit: limit,
  }
  // Every fourth account does not hold the token.
  const deltas = n % 4 === 3 ? replica.state.deltas : replica.state.deltas.set(deltaKey(TOKEN), delta)
  // Every fifth is no longer open.
  const status: AccountReplica['status'] = n % 5 === 4 ? { type: 'frozen', violation: 'wrong_root' } : replica.status
  return { ...replica, status, updatedAtHeight: height, state: { ...replica.state, deltas } }
}

/** As the account is shown. */
const sortValue = (id: EntityId, account: AccountReplica, { key, tokenId }: SortSpec): SortValue => {
  if (key === 'counterparty') return id
  if (key === 'created') return account.createdAtHeight
  if (key === 'updated') return account.updatedAtHeight
  return positionIn(account, tokenId)?.[key] ?? 0n
}
const compareValues = (a: SortValue, b: SortValue): number => (a === b ? 0 : a < b ? -1 : 1)

/** What Array.sort makes of it. */
const sorted = (accounts: MerkleMap<AccountReplica>, spec: SortSpec, direction: SortDirection): readonly Place[] =>
  [...accounts.entries()]
    .map(([id, account]): Place => ({ id: id as EntityId, value: sortValue(id as EntityId, account, spec) }))
    .sort((a, b) => {
      const byValue = compareValues(a.value, b.value)
      return (direction === 'asc' ? byValue : -byValue) || compareValues(a.id, b.id)
    })

const figures = fc.tuple(fc.integer({ min: -3, max: 5 }), fc.nat(4), fc.nat(4), fc.nat(3))
/** Each version sets or removes some accounts; few at a time, or many. */
const change = fc.tuple(fc.nat(60), fc.option(figures))
const changes = fc.oneof(fc.array(change, { maxLength: 4 }), fc.array(change, { minLength: 15, maxLength: 60 }))
const histories = fc.array(changes, { minLength: 1, maxLength: 8 })

const versionsOf = (
  history: readonly (readonly (readonly [number, readonly [number, number, number, number] | null])[])[],
) => {
  const versions: MerkleMap<AccountReplica>[] = []
  let accounts = emptyMaps.accounts()
  for (const step of history) {
    for (const [n, values] of step)
      accounts = values === null ? accounts.delete(idOf(n)) : accounts.set(idOf(n), accountWith(n, values))
    versions.push(accounts)
  }
  return versions
}

describe('ranked', () => {
  test.each(KEYS)('%s -- after any history, every page in both directions is what Array.sort gives', (key) => {
    fc.assert(
      fc.property(histories, fc.nat(70), fc.constantFrom(10, 20, 50, 100), (history, from, size) => {
        const spec = { entityId: OWN, key, tokenId: TOKEN }
        const indexes = createSortIndexes()
        const versions = versionsOf(history)
        // Backwards too: any version may follow any other.
        for (const accounts of [...versions, ...versions.toReversed()]) {
          const ranked = indexes.ranked(spec, accounts)
          expect(ranked.size).toBe(accounts.size)
          for (const direction of DIRECTIONS) {
            const all = sorted(accounts, spec, direction)
            expect(ranked.page(0, accounts.size, direction)).toEqual(all)
            expect(ranked.page(from, size, direction)).toEqual(all.slice(from, from + size))
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  test('before -- counts what stands in front of a place, whether it is taken or not', () => {
    fc.assert(
      fc.property(histories, fc.constantFrom(...KEYS), fc.nat(60), figures, (history, key, n, values) => {
        const spec = { entityId: OWN, key, tokenId: TOKEN }
        const accounts = versionsOf(history).at(-1) ?? emptyMaps.accounts()
        const place = { id: idOf(n), value: sortValue(idOf(n), accountWith(n, values), spec) }
        const ranked = createSortIndexes().ranked(spec, accounts)
        for (const direction of DIRECTIONS) {
          const all = sorted(accounts.set(idOf(n), accountWith(n, values)), spec, direction)
          const rank = all.findIndex(({ id }) => id === place.id)
          // The account may stand elsewhere in the real map; take it out of the count.
          const others = sorted(accounts.delete(idOf(n)), spec, direction)
          const before = createSortIndexes()
            .ranked(spec, accounts.delete(idOf(n)))
            .before(place, direction)
          expect(before).toBe(rank)
          expect(others.slice(0, before)).toEqual(all.slice(0, rank))
          const isTaken = sorted(accounts, spec, direction).some(
            ({ id, value }) => id === place.id && value === place.value,
          )
          expect(ranked.has(place)).toBe(isTaken)
        }
      }),
      { numRuns: 100 },
    )
  })

  test('a token nobody holds -- everybody ties, and stands in the order of the ids in both directions', () => {
    const accounts = versionsOf([[1, 2, 4, 5, 6].map((n) => [n, [n, n, n, n]] as const)]).at(-1) ?? emptyMaps.accounts()
    const ranked = createSortIndexes().ranked({ entityId: OWN, key: 'balance', tokenId: 9 as TokenId }, accounts)
    const ids = [...accounts.keys()]
    for (const direction of DIRECTIONS) expect(ranked.page(0, 10, direction).map(({ id }) => id)).toEqual(ids)
  })

  test('more orders than are kept -- the forgotten one is built again, and is right', () => {
    const accounts = versionsOf([[1, 2, 4].map((n) => [n, [n, n, n, n]] as const)]).at(-1) ?? emptyMaps.accounts()
    const indexes = createSortIndexes()
    for (let token = 1; token <= 100; token++)
      indexes.ranked({ entityId: OWN, key: 'balance', tokenId: token as TokenId }, accounts)
    const spec = { entityId: OWN, key: 'balance', tokenId: TOKEN } as const
    expect(indexes.ranked(spec, accounts).page(0, 3, 'asc')).toEqual(sorted(accounts, spec, 'asc'))
  })
})

describe('totals', () => {
  test('after any history, in any order -- the sums are those of all accounts', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const index = createTotalsIndex()
        const versions = versionsOf(history)
        for (const accounts of [...versions, ...versions.toReversed()]) {
          const positions = [...accounts.values()].flatMap((account) => positionsIn(account))
          const expected = positions.length === 0 ? [] : [[TOKEN, positions.reduce(plus, noPosition(TOKEN))]]
          expect([...index.of(OWN, accounts).positions]).toEqual(expected)
        }
      }),
      { numRuns: 60 },
    )
  })
})
