/**
 * The one contract of every `Store`, written once and run for each implementation.
 *
 * An implementation brings a `Disk`: fresh, and openable several times at once. Two handles of one LevelDB share the
 * process's single database object; the contract does not care how.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Bytes } from '../../../runtime/lib/bytes.ts'
import { utf8 } from '../../../runtime/lib/bytes.ts'
import { byCodePoint } from '../../../runtime/lib/units.ts'
import type { Store, StoreRow } from '../../../runtime/ports.ts'
import { after, keysUnder, StoreError, type StoreFailure, scan } from '../../../runtime/storage/store.ts'
import { fc } from '../../support/property.ts'

export type Disk = {
  /** Another store over the same rows and epoch. */
  open(): Promise<Store>
  destroy(): Promise<void>
}

const put = (key: string, value: string | Bytes = key): StoreRow => ({
  key,
  value: typeof value === 'string' ? utf8(value) : value,
})
const keysOf = (rows: readonly StoreRow[]): readonly string[] => rows.map(({ key }) => key)
const ALL = { from: '', to: '\x7f' }

const failureOf = async (work: Promise<unknown>): Promise<StoreFailure> => {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(StoreError)
  return (error as StoreError).type
}

export const describeStore = (name: string, createDisk: () => Disk): void => {
  describe(`Store contract -- ${name}`, () => {
    let disk: Disk
    let opened: Store[]
    const open = async (): Promise<Store> => {
      const store = await disk.open()
      opened.push(store)
      return store
    }
    const writer = async (): Promise<{ store: Store; epoch: number }> => {
      const store = await open()
      return { store, epoch: await store.claimEpoch() }
    }

    beforeEach(() => {
      disk = createDisk()
      opened = []
    })
    afterEach(async () => {
      await Promise.all(opened.map((store) => store.close()))
      await disk.destroy()
    })

    describe('commit', () => {
      it('puts and deletes are seen at once, and after a reopen', async () => {
        const { store, epoch } = await writer()
        await store.commit({ epoch, puts: [put('a'), put('b'), put('c')], deletes: [] })
        await store.commit({ epoch, puts: [put('a', 'new')], deletes: ['b', 'never-there'] })
        const expected = [put('a', 'new'), put('c')]
        expect(await store.range(ALL)).toEqual(expected)
        await store.close()
        const reopened = await open()
        expect(await reopened.range(ALL)).toEqual(expected)
        expect(await reopened.get('b')).toBeUndefined()
      })

      it('deletes come before puts, and the last put of a key wins', async () => {
        const { store, epoch } = await writer()
        await store.commit({ epoch, puts: [put('k', 'one'), put('k', 'two')], deletes: ['k'] })
        expect(await store.range(ALL)).toEqual([put('k', 'two')])
      })

      it('one bad row -- nothing of the batch is written', async () => {
        const { store, epoch } = await writer()
        const puts = [put('good'), put('bad\n')]
        expect(await failureOf(store.commit({ epoch, puts, deletes: [] }))).toBe('invalid')
        expect(await store.range(ALL)).toEqual([])
      })

      it('a value that is not bytes is refused', async () => {
        const { store, epoch } = await writer()
        const puts = [{ key: 'k', value: 'text' as unknown as Bytes }]
        expect(await failureOf(store.commit({ epoch, puts, deletes: [] }))).toBe('invalid')
      })

      it('an empty batch changes nothing', async () => {
        const { store, epoch } = await writer()
        await store.commit({ epoch, puts: [], deletes: [] })
        expect(await store.range(ALL)).toEqual([])
      })

      it('many rows in one batch', async () => {
        const { store, epoch } = await writer()
        const puts = Array.from({ length: 2_000 }, (_, i) => put(`row/${`${i}`.padStart(5, '0')}`))
        await store.commit({ epoch, puts, deletes: [] })
        expect(await store.range(ALL)).toEqual(puts)
        await store.commit({ epoch, puts: [], deletes: keysOf(puts) })
        expect(await store.range(ALL)).toEqual([])
      })

      it('a large value', async () => {
        const { store, epoch } = await writer()
        const value = new Uint8Array(3_000_000).fill(7)
        await store.commit({ epoch, puts: [put('large', value)], deletes: [] })
        expect((await store.get('large'))?.length).toBe(value.length)
      })

      it('commits started together land whole and in order', async () => {
        const { store, epoch } = await writer()
        await Promise.all(
          [1, 2, 3].map((i) => store.commit({ epoch, puts: [put('k', `${i}`), put(`k${i}`)], deletes: [] })),
        )
        expect(await store.get('k')).toEqual(utf8('3'))
        expect(keysOf(await store.range(ALL))).toEqual(['k', 'k1', 'k2', 'k3'])
      })
    })

    describe('getMany', () => {
      it('in the order of the keys, with gaps where there is nothing', async () => {
        const { store, epoch } = await writer()
        expect(await store.getMany([])).toEqual([])
        await store.commit({ epoch, puts: [put('a'), put('b')], deletes: [] })
        expect(await store.getMany(['b', 'nowhere', 'a', 'b'])).toEqual([utf8('b'), undefined, utf8('a'), utf8('b')])
        expect(await failureOf(store.getMany(['a', 'bad\n']))).toBe('invalid')
        await store.close()
        expect(await failureOf(store.getMany(['a']))).toBe('closed')
      })
    })

    describe('values', () => {
      it('every byte, and no byte at all, come back as plain Uint8Array', async () => {
        const { store, epoch } = await writer()
        const every = Uint8Array.from({ length: 256 }, (_, i) => i)
        await store.commit({ epoch, puts: [put('every', every), put('none', new Uint8Array(0))], deletes: [] })
        expect(await store.get('every')).toStrictEqual(every)
        expect(await store.get('none')).toStrictEqual(new Uint8Array(0))
      })

      it('a view into a larger buffer is stored as what it shows', async () => {
        const { store, epoch } = await writer()
        const view = new Uint8Array(Uint8Array.from([9, 1, 2, 9]).buffer, 1, 2)
        await store.commit({ epoch, puts: [put('view', view), put('buffer', Buffer.from('node'))], deletes: [] })
        expect(await store.get('view')).toStrictEqual(Uint8Array.of(1, 2))
        expect((await store.get('view'))?.buffer.byteLength).toBe(2)
        expect(await store.get('buffer')).toStrictEqual(utf8('node'))
      })

      it('are not shared with the caller, going in or coming out', async () => {
        const { store, epoch } = await writer()
        const value = utf8('before')
        const committing = store.commit({ epoch, puts: [{ key: 'k', value }], deletes: [] })
        value.fill(0)
        await committing
        ;(await store.get('k'))?.fill(0)
        for (const row of await store.range(ALL)) row.value.fill(0)
        expect(await store.get('k')).toEqual(utf8('before'))
      })
    })

    describe('range', () => {
      const filled = async (): Promise<Store> => {
        const { store, epoch } = await writer()
        const keys = ['b', 'a', 'a/2', 'a/10', 'B', 'c', '~', ' ']
        await store.commit({ epoch, puts: keys.map((key) => put(key)), deletes: [] })
        return store
      }

      it('lists in code-point order', async () => {
        expect(keysOf(await (await filled()).range(ALL))).toEqual([' ', 'B', 'a', 'a/10', 'a/2', 'b', 'c', '~'])
      })
      it('the lower bound is inclusive, the upper one exclusive', async () => {
        expect(keysOf(await (await filled()).range({ from: 'a', to: 'b' }))).toEqual(['a', 'a/10', 'a/2'])
      })
      it('limit takes the first ones, reverse the last ones', async () => {
        const store = await filled()
        expect(keysOf(await store.range({ ...ALL, limit: 2 }))).toEqual([' ', 'B'])
        expect(keysOf(await store.range({ ...ALL, reverse: true, limit: 2 }))).toEqual(['~', 'c'])
        expect(keysOf(await store.range({ from: 'a', to: 'b', reverse: true }))).toEqual(['a/2', 'a/10', 'a'])
        expect(await store.range({ ...ALL, limit: 0 })).toEqual([])
        expect((await store.range({ ...ALL, limit: 1_000 })).length).toBe(8)
      })
      it('nothing between equal or crossed bounds', async () => {
        const store = await filled()
        expect(await store.range({ from: 'a', to: 'a' })).toEqual([])
        expect(await store.range({ from: 'b', to: 'a' })).toEqual([])
      })
      it('keysUnder lists one prefix, after continues behind a key', async () => {
        const store = await filled()
        expect(keysOf(await store.range(keysUnder('a/')))).toEqual(['a/10', 'a/2'])
        expect(keysOf(await store.range({ from: after('a'), to: 'c' }))).toEqual(['a/10', 'a/2', 'b'])
      })
      it('scan pages through all of it', async () => {
        const store = await filled()
        const keys: string[] = []
        for await (const { key } of scan(store, ALL, 3)) keys.push(key)
        expect(keys).toEqual([' ', 'B', 'a', 'a/10', 'a/2', 'b', 'c', '~'])
      })
    })

    describe('snapshot', () => {
      const many = Array.from({ length: 700 }, (_, i) => put(`row/${`${i}`.padStart(5, '0')}`))
      const piecesOf = async (store: Store): Promise<readonly (readonly StoreRow[])[]> => {
        const pieces: (readonly StoreRow[])[] = []
        await store.snapshot((rows) => pieces.push(rows))
        return pieces
      }

      it('every row in order, in pieces that are never large', async () => {
        const { store, epoch } = await writer()
        await store.commit({ epoch, puts: [put('~'), put(' '), ...many], deletes: [] })
        const pieces = await piecesOf(store)
        expect(pieces.flat()).toStrictEqual([put(' '), ...many, put('~')])
        expect(Math.max(...pieces.map((rows) => rows.length))).toBeLessThanOrEqual(256)
      })
      it('nothing in an empty store: not even the epoch', async () => {
        const { store } = await writer()
        expect((await piecesOf(store)).flat()).toEqual([])
      })
      it('of one moment, whatever is committed meanwhile', async () => {
        const { store, epoch } = await writer()
        const other = await open()
        await store.commit({ epoch, puts: many, deletes: [] })
        const seen: StoreRow[] = []
        let committing: Promise<void> | null = null
        await other.snapshot((rows) => {
          seen.push(...rows)
          committing ??= store.commit({ epoch, puts: [put('row/00699', 'new'), put('z')], deletes: ['row/00698'] })
        })
        await committing
        expect(seen).toStrictEqual(many)
        expect((await piecesOf(other)).flat()).toStrictEqual([...many.slice(0, 698), put('row/00699', 'new'), put('z')])
      })
      it('rows are the visitor’s own', async () => {
        const { store, epoch } = await writer()
        await store.commit({ epoch, puts: [put('k', 'before')], deletes: [] })
        await store.snapshot((rows) => {
          for (const { value } of rows) value.fill(0)
        })
        expect(await store.get('k')).toEqual(utf8('before'))
      })
      it('what the visitor throws ends it', async () => {
        const { store, epoch } = await writer()
        await store.commit({ epoch, puts: many, deletes: [] })
        let calls = 0
        const stopped = store.snapshot(() => {
          calls++
          throw new StoreError('io', 'enough')
        })
        expect([await failureOf(stopped), calls]).toEqual(['io', 1])
        expect((await piecesOf(store)).flat().length).toBe(many.length)
      })
      it('fails with closed after a close', async () => {
        const { store } = await writer()
        await store.close()
        expect(await failureOf(piecesOf(store))).toBe('closed')
      })
    })

    describe('keys and bounds', () => {
      it.each([
        ['empty', ''],
        ['513 characters', 'k'.repeat(513)],
        ['a control character', 'a\0'],
        ['not ASCII', 'é'],
        ['a lone surrogate', '\ud800'],
      ])('a key that is %s is refused everywhere', async (_, key) => {
        const { store, epoch } = await writer()
        expect(await failureOf(store.get(key))).toBe('invalid')
        expect(await failureOf(store.commit({ epoch, puts: [put(key, 'v')], deletes: [] }))).toBe('invalid')
        expect(await failureOf(store.commit({ epoch, puts: [], deletes: [key] }))).toBe('invalid')
      })
      it('512 characters are a key', async () => {
        const { store, epoch } = await writer()
        const key = '~'.repeat(512)
        await store.commit({ epoch, puts: [put(key)], deletes: [] })
        expect(keysOf(await store.range({ from: key, to: after(key) }))).toEqual([key])
      })
      it.each([
        ['a bound beyond ASCII', { from: 'a', to: 'é' }],
        ['a negative limit', { ...ALL, limit: -1 }],
        ['a fractional limit', { ...ALL, limit: 1.5 }],
        ['a limit that is no number', { ...ALL, limit: Number.NaN }],
      ])('%s is refused', async (_, range) => {
        const { store } = await writer()
        expect(await failureOf(store.range(range))).toBe('invalid')
      })
    })

    describe('fencing', () => {
      it('epochs only grow, also across a reopen', async () => {
        const first = await writer()
        expect(first.epoch).toBe(1)
        expect(await first.store.claimEpoch()).toBe(2)
        await first.store.close()
        expect((await writer()).epoch).toBe(3)
      })
      it.each([0, -1, 1.5, Number.NaN])('epoch %s is never a writer', async (epoch) => {
        const store = await open()
        expect(await failureOf(store.commit({ epoch, puts: [put('k')], deletes: [] }))).toBe('invalid')
      })
      it('a commit without a claim is fenced', async () => {
        const store = await open()
        expect(await failureOf(store.commit({ epoch: 1, puts: [put('k')], deletes: [] }))).toBe('fenced')
        expect(await store.range(ALL)).toEqual([])
      })
      it('both open -- the stale writer cannot commit even one row', async () => {
        const old = await writer()
        await old.store.commit({ epoch: old.epoch, puts: [put('kept')], deletes: [] })
        const young = await writer()
        const stale = { epoch: old.epoch, puts: [put('late')], deletes: ['kept'] }
        expect(await failureOf(old.store.commit(stale))).toBe('fenced')
        expect(await failureOf(old.store.commit({ ...stale, puts: [], deletes: [] }))).toBe('fenced')
        await young.store.commit({ epoch: young.epoch, puts: [put('young')], deletes: [] })
        expect(keysOf(await young.store.range(ALL))).toEqual(['kept', 'young'])
        expect(keysOf(await old.store.range(ALL))).toEqual(['kept', 'young'])
      })
      it('a claim racing with commits -- a prefix of them lands, each whole', async () => {
        const old = await writer()
        const young = await open()
        const commits = Array.from({ length: 12 }, (_, i) => {
          const name = `${i}`.padStart(2, '0')
          return old.store.commit({ epoch: old.epoch, puts: [put(`${name}/a`), put(`${name}/b`)], deletes: [] })
        })
        const [epoch, ...outcomes] = await Promise.all([
          young.claimEpoch(),
          ...commits.map((commit) =>
            commit.then(
              () => true,
              () => false,
            ),
          ),
        ])
        const landed = outcomes.filter((outcome) => outcome).length
        expect(outcomes).toEqual(outcomes.map((_, i) => i < landed))
        await young.commit({ epoch, puts: [put('young')], deletes: [] })
        expect((await young.range({ from: '0', to: '2' })).length).toBe(2 * landed)
      })
    })

    describe('close', () => {
      it('is idempotent, and everything later fails with closed', async () => {
        const { store, epoch } = await writer()
        await Promise.all([store.close(), store.close()])
        await store.close()
        expect(await failureOf(store.get('k'))).toBe('closed')
        expect(await failureOf(store.range(ALL))).toBe('closed')
        expect(await failureOf(store.claimEpoch())).toBe('closed')
        expect(await failureOf(store.commit({ epoch, puts: [], deletes: [] }))).toBe('closed')
      })
      it('lets a running commit finish', async () => {
        const { store, epoch } = await writer()
        const committing = store.commit({ epoch, puts: [put('last')], deletes: [] })
        await Promise.all([committing, store.close()])
        expect(await (await open()).get('last')).toEqual(utf8('last'))
      })
      it('leaves other stores on the same disk open', async () => {
        const { store } = await writer()
        const other = await open()
        await store.close()
        expect(await other.range(ALL)).toEqual([])
      })
    })

    describe('properties', () => {
      const key = fc.constantFrom('a', 'a/1', 'a/2', 'b', 'ba', 'c', '~')
      const operation = fc.oneof(
        fc.record({
          type: fc.constant('commit' as const),
          puts: fc.array(fc.tuple(key, fc.uint8Array({ maxLength: 8 })), { maxLength: 4 }),
          deletes: fc.array(key, { maxLength: 3 }),
        }),
        fc.record({ type: fc.constant('get' as const), key }),
        fc.record({
          type: fc.constant('range' as const),
          from: key,
          to: key,
          limit: fc.option(fc.nat(5), { nil: undefined }),
          reverse: fc.boolean(),
        }),
        fc.constant({ type: 'claim' as const }),
        fc.constant({ type: 'stale' as const }),
        fc.constant({ type: 'reopen' as const }),
      )

      it('any sequence of operations agrees with a plain map', async () => {
        await fc.assert(
          fc.asyncProperty(fc.array(operation, { maxLength: 30 }), async (operations) => {
            const own = createDisk()
            const model = new Map<string, Bytes>()
            let store = await own.open()
            let epoch = await store.claimEpoch()
            for (const step of operations) {
              if (step.type === 'commit') {
                await store.commit({
                  epoch,
                  puts: step.puts.map(([k, value]) => ({ key: k, value })),
                  deletes: step.deletes,
                })
                for (const k of step.deletes) model.delete(k)
                for (const [k, value] of step.puts) model.set(k, value)
              } else if (step.type === 'get') {
                expect(await store.get(step.key)).toEqual(model.get(step.key))
              } else if (step.type === 'range') {
                const expected = [...model]
                  .filter(([k]) => k >= step.from && k < step.to)
                  .sort(([a], [b]) => byCodePoint(a, b))
                if (step.reverse) expected.reverse()
                const { from, to, reverse, limit } = step
                const rows = await store.range(
                  limit === undefined ? { from, to, reverse } : { from, to, reverse, limit },
                )
                expect(rows.map((row) => [row.key, row.value])).toEqual(expected.slice(0, limit))
              } else if (step.type === 'claim') {
                const next = await store.claimEpoch()
                expect(next).toBe(epoch + 1)
                epoch = next
              } else if (step.type === 'stale') {
                expect(await failureOf(store.commit({ epoch: epoch + 1, puts: [put('a')], deletes: ['b'] }))).toBe(
                  'fenced',
                )
              } else {
                await store.close()
                store = await own.open()
              }
            }
            await store.close()
            await own.destroy()
          }),
          { numRuns: 40 },
        )
      })
    })
  })
}
