/**
 * Histories drawn at random, of everything that can happen, several entities at a time: what is read from the store in
 * pages is what reading every row of it gives, at any height, whatever is in memory, and whenever it was opened again.
 */

import { beforeAll, describe, expect, test } from 'vitest'
import { present } from '../../../runtime/lib/assert.ts'
import { word } from '../../../runtime/lib/bytes.ts'
import { taggedHash } from '../../../runtime/lib/hash.ts'
import type { EntityId } from '../../../runtime/lib/units.ts'
import { keptOf, lineOf, type Points, pickedOf, withPoint } from '../../../runtime/radapter/activity-balances.ts'
import type { ActivityFilter, EntryWithBalance } from '../../../runtime/radapter/activity-methods.ts'
import type { ActivityQuery } from '../../../runtime/radapter/activity-page.ts'
import type { AddressBook } from '../../../runtime/radapter/address-book.ts'
import type { RuntimeEvent } from '../../../runtime/types.ts'
import { createRandom } from '../../simulation/random.ts'
import { modelAll, modelEntry, modelPage, recordsIn } from '../../support/history-model.ts'
import { fc } from '../../support/property.ts'
import { type Running, startTown } from '../../support/running.ts'
import { paymentIdOf, TETH, TUSD } from '../../support/world.ts'
import { type WrittenHistory, writtenHistory } from '../../support/written-history.ts'

let town: Running
beforeAll(async () => {
  town = await startTown()
})
const NAMES = ['You', 'Bob'] as const
type Event = RuntimeEvent['event']

/** What happens in a tick: payments begin, end and arrive; old ones end long after; a debt grows and is paid. */
type Step =
  | { readonly do: 'start' | 'receive' | 'direct' | 'deposit' | 'debt'; readonly n: number }
  | { readonly do: 'send' | 'fail'; readonly back: number }
  | { readonly do: 'again'; readonly back: number }
type Turn = { readonly who: (typeof NAMES)[number]; readonly steps: readonly Step[] }

/** So many ticks, drawn from a seed: much begins, some of it ends soon, and some of it long after. */
const turnsOf = ({ seed, size }: { readonly seed: number; readonly size: number }): readonly Turn[] => {
  const random = createRandom(seed, 'history')
  const step = (): Step => {
    const back = random.between(0, random.chance(0.7) ? 3 : 499)
    return random.pick<Step>([
      ...(['start', 'start', 'start', 'receive', 'receive', 'direct', 'deposit'] as const).map((what) => ({
        do: what,
        n: random.between(0, 999),
      })),
      { do: 'debt', n: random.between(0, 3) },
      { do: 'send', back },
      { do: 'send', back },
      { do: 'fail', back },
      { do: 'again', back },
    ])
  }
  return Array.from({ length: size }, () => ({
    who: random.chance(0.85) ? 'You' : 'Bob',
    steps: Array.from({ length: random.between(1, 3) }, step),
  }))
}
const historyOf = fc.record({ seed: fc.integer(), size: fc.integer({ min: 1, max: 700 }) })

/** One history as it goes on; numbers are drawn anew for everything that begins. */
const story = (written: WrittenHistory) => {
  let height = 0
  let drawn = 0
  const open = new Map<string, number[]>()
  const arrived = new Map<string, number[]>()
  const paymentOf = (n: number, memo: number) => ({
    paymentId: paymentIdOf(n),
    to: town.id(n % 3 === 0 ? 'Alice' : 'Bakery'),
    tokenId: n % 4 === 0 ? TETH : TUSD,
    amount: BigInt(n % 11) * 1_000n + 1n,
    fee: 10n,
    memo: `No ${memo % 40}`,
    phase: { type: 'requesting' },
  })
  const received = (n: number, isProof: boolean) => {
    const { tokenId, amount, memo } = paymentOf(n, n)
    const [hashlock, preimage] = [taggedHash('hashlock', word(n)), word(n)]
    return {
      type: 'payment_received',
      from: town.id('Hub'),
      payer: null,
      hashlock,
      preimage,
      tokenId,
      amount,
      memo,
      isProof,
    }
  }
  const debt = (who: EntityId, n: number, amount: bigint) => ({
    debtor: who,
    creditor: town.id('Alice'),
    tokenId: TUSD,
    debtId: n,
    amount,
  })
  const eventOf = (who: (typeof NAMES)[number], step: Step): readonly unknown[] => {
    const [mine, theirs] = [open.get(who) ?? [], arrived.get(who) ?? []]
    const n = ++drawn
    switch (step.do) {
      case 'start':
        open.set(who, [...mine, n])
        return [{ type: 'payment_started', payment: paymentOf(n, step.n) }]
      case 'receive':
        arrived.set(who, [...theirs, n])
        return [received(n, n % 2 === 0)]
      case 'again': {
        // The payer drew a preimage that it had drawn before.
        const old = theirs.at(-1 - (step.back % (theirs.length + 1)))
        return old === undefined ? [] : [received(old, false)]
      }
      case 'direct':
        return [
          {
            type: 'account',
            counterparty: town.id('Hub'),
            isLeft: true,
            event: { type: 'paid', byLeft: n % 2 === 0, tokenId: TUSD, amount: BigInt(n), memo: '' },
          },
        ]
      case 'deposit':
        return [{ type: 'reserve_updated', tokenId: TUSD, before: 0n, after: BigInt(n) }]
      case 'send':
      case 'fail': {
        const old = mine.at(-1 - (step.back % (mine.length + 1)))
        if (old === undefined) return []
        open.set(
          who,
          mine.filter((other) => other !== old),
        )
        const [payment, hashlock, preimage] = [paymentOf(old, old), taggedHash('lock', word(old)), word(old)]
        return step.do === 'send'
          ? [{ type: 'payment_sent', payment, hashlock, preimage, isProof: true }]
          : [{ type: 'payment_failed', payment, reason: 'expired' }]
      }
      case 'debt':
        return [{ type: 'debt_created', debt: debt(town.id(who), step.n, BigInt(n)) }]
    }
  }
  return {
    height: () => height,
    turn: async ({ who, steps }: Turn): Promise<void> => {
      height++
      const events = steps.flatMap((step) => eventOf(who, step)) as readonly Event[]
      await written.tick({ env: town.host.env(), entityId: town.id(who), height }, events)
    },
  }
}

const FILTERS: readonly ActivityFilter[] = ['all', 'sent', 'received', 'pending', 'failed', 'chain']
const SEARCHES = [
  '',
  'n',
  'no',
  'no 1',
  'no 17',
  'bakery',
  'shop',
  'shopkeep',
  'pending',
  'sent tusd',
  '0.00',
  'nothing of the kind',
  'direc',
  'direct',
  'direct-',
]
const lookOf = fc.record({
  who: fc.constantFrom(...NAMES, 'Alice' as const),
  filter: fc.constantFrom(...FILTERS),
  search: fc.constantFrom(...SEARCHES),
  tokenId: fc.constantFrom(null, null, TUSD, TETH),
  balanceOf: fc.constantFrom(null, TUSD, TETH),
  page: fc.integer({ min: 0, max: 40 }),
  pageSize: fc.constantFrom(10, 20, 100),
  /** Of the present; what is left is the past. */
  back: fc.constantFrom(0, 0, 0, 1, 2, 40, 300),
})
const namesNow = (): AddressBook => {
  const entityId = town.id('Bakery')
  return {
    byId: new Map([[entityId, { entityId, name: 'Shopkeeper', isHidden: false }]]),
    byName: new Map([['shopkeeper', entityId]]),
  }
}

describe('what is read in pages', () => {
  test('is what reading every row gives: any filter, search, token, page and height, while it grows, opened again or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        historyOf,
        fc.array(lookOf, { minLength: 3, maxLength: 6 }),
        fc.integer({ min: 50, max: 250 }),
        async (drawn, looks, pause) => {
          const [one, other] = [await writtenHistory(), await writtenHistory()]
          const [story1, story2] = [story(one), story(other)]
          for (const [i, turn] of turnsOf(drawn).entries()) {
            await story1.turn(turn)
            await story2.turn(turn)
            // Not at each, or every choice would have seen every tick.
            if (i % pause !== 0 && i !== drawn.size - 1) continue
            await other.restart()
            for (const { who, back, ...look } of looks) {
              const height = Math.max(0, story1.height() - back)
              const query: ActivityQuery = { ...look, entityId: town.id(who), height, book: namesNow() }
              const model = modelPage(one.rows(), query)
              const now = one.history().pageNow(query)
              if (now !== null) expect(now).toEqual(model)
              expect(await one.history().page(query)).toEqual(model)
            }
          }
          expect(other.rows()).toEqual(one.rows())
          for (const name of NAMES) {
            const ids = recordsIn(one.rows(), town.id(name)).map(({ record }) => record.entry.id)
            expect(new Set(ids).size).toBe(ids.length)
          }
          expect(other.history().book()).toEqual(one.history().book())
        },
      ),
      { numRuns: 12 },
    )
  })

  test('exported -- the same, with the balance each left; and each is found by its id', async () => {
    await fc.assert(
      fc.asyncProperty(
        historyOf,
        lookOf,
        async (drawn, { who, back, page: _, pageSize: __, balanceOf: ___, ...look }) => {
          const written = await writtenHistory()
          const { turn, height: reached } = story(written)
          for (const one of turnsOf(drawn)) await turn(one)
          const height = Math.max(0, reached() - back)
          const query = { ...look, entityId: town.id(who), height, book: namesNow() }
          const found: EntryWithBalance[] = []
          let before: number | null = null
          do {
            const part: Awaited<ReturnType<ReturnType<typeof written.history>['part']>> = await written
              .history()
              .part({ ...query, before })
            found.push(...part.entries)
            before = part.before
          } while (before !== null)
          expect(found).toEqual(modelAll(written.rows(), query))
          for (const entry of found.slice(0, 5)) {
            const detail = await written.history().find({ ...query, id: entry.id })
            expect(detail?.entry).toEqual(entry)
            expect(detail?.frameHashes).toEqual(modelEntry(written.rows(), town.id(who), entry.id)?.frameHashes)
          }
        },
      ),
      { numRuns: 12 },
    )
  })

  test('one begun later is not found at a height before', async () => {
    const written = await writtenHistory()
    const { turn } = story(written)
    const at = { entityId: town.id('You') }
    for (let i = 0; i < 3; i++) await turn({ who: 'You', steps: [{ do: 'start', n: 1 }] })
    const { id } = present(recordsIn(written.rows(), town.id('You'))[2], 'the third').record.entry
    expect(await written.history().find({ ...at, id, height: 2 })).toBe(null)
    expect(await written.history().find({ ...at, id, height: 3 })).toMatchObject({ entry: { id, status: 'pending' } })
    expect(await written.history().find({ ...at, id: 'other', height: 3 })).toBe(null)
  })

  test('an id found by six letters, not by five -- also while it is being typed', async () => {
    const written = await writtenHistory()
    const { turn } = story(written)
    for (let i = 0; i < 300; i++) await turn({ who: 'You', steps: [{ do: 'direct', n: i }] })
    const query = { entityId: town.id('You'), height: 300, page: 1, pageSize: 10 }
    const found = async (search: string) => (await written.history().page({ ...query, search }))?.totalEntries
    expect([await found('direc'), await found('direct'), await found('direct-7-')]).toEqual([0, 300, 1])
  })

  test('an entry that ends long after it left memory -- keeps its place; the same preimage again is another entry', async () => {
    const written = await writtenHistory()
    const { turn } = story(written)
    await turn({ who: 'You', steps: [{ do: 'start', n: 1 }] })
    await turn({ who: 'You', steps: [{ do: 'receive', n: 2 }] })
    await turn({ who: 'You', steps: [{ do: 'receive', n: 3 }] })
    for (let i = 0; i < 300; i++) await turn({ who: 'You', steps: [{ do: 'deposit', n: i }] })
    await turn({ who: 'You', steps: [{ do: 'send', back: 0 }] })
    await turn({ who: 'You', steps: [{ do: 'again', back: 0 }] })
    const records = recordsIn(written.rows(), town.id('You'))
    expect(records.map(({ place }) => place)).toEqual(records.map((_, i) => i))
    expect(records).toHaveLength(304)
    expect(records[0]?.record).toMatchObject({ endedHeight: 304, entry: { status: 'sent', height: 1 } })
    const [again] = records.slice(-1)
    expect(again?.record.entry.id).toMatch(/-305-0000$/)
    expect(again?.record.entry.proof?.hashlock).toBe(records[2]?.record.entry.id)
  })

  test('a search that nobody waits for any more -- ends without an answer', async () => {
    const written = await writtenHistory()
    const { turn } = story(written)
    for (let i = 0; i < 300; i++) await turn({ who: 'You', steps: [{ do: 'start', n: i }] })
    const query = { entityId: town.id('You'), height: 300, search: 'no 7', page: 1, pageSize: 10 }
    expect(await written.history().page(query, () => false)).toBe(null)
    expect((await written.history().page(query))?.totalEntries).toBeGreaterThan(0)
  })
})

describe('the line of balances', () => {
  test('keeps a few points, as if it had all of them: the beginning, the last, and even steps between', () => {
    let points: Points | undefined
    for (let size = 1; size <= 2_000; size++) {
      points = withPoint(points, { height: size, balance: BigInt(size * size) })
      expect(points.kept.length).toBeLessThan(120)
      expect(points.kept).toEqual(keptOf(size).map((number) => BigInt(number * number)))
      const picked = pickedOf(size)
      expect(lineOf(points)).toEqual(picked.map((number) => BigInt(number * number)))
      expect([picked[0], picked.at(-1), picked.length]).toEqual([0, size, Math.min(size + 1, 60)])
      const steps = picked.slice(1).map((number, i) => number - present(picked[i], 'the one before'))
      expect(Math.min(...steps)).toBeGreaterThan(0)
      expect(Math.max(...steps)).toBeLessThanOrEqual(Math.ceil(size / 59) * 2)
    }
  })

  test('a second change at one height -- takes the place of the first', () => {
    for (const size of [1, 7, 119, 120, 240, 241]) {
      let [once, twice]: (Points | undefined)[] = [undefined, undefined]
      for (let height = 1; height <= size; height++) {
        once = withPoint(once, { height, balance: BigInt(height) })
        twice = withPoint(withPoint(twice, { height, balance: -1n }), { height, balance: BigInt(height) })
      }
      expect(twice).toEqual(once)
    }
  })
})
