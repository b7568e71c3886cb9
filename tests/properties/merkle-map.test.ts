/** MerkleMap against a plain Map. */

import { describe, expect, test } from 'vitest'
import { type Bytes, concat, equalBytes, toHex, utf8, ZERO_32 } from '../../runtime/lib/bytes.ts'
import { keccak } from '../../runtime/lib/hash.ts'
import { MerkleMap, merkleRootFrom, Unread } from '../../runtime/lib/merkle.ts'
import { fc } from '../support/property.ts'

/** Few characters and short: keys that are prefixes of each other and meet often. */
const key = fc.string({ unit: fc.constantFrom('a', 'b', '0', '/', '~', '\u0001'), minLength: 1, maxLength: 5 })
const longKey = fc.string({ unit: fc.constantFrom('x', 'y'), minLength: 120, maxLength: 128 })
const anyKey = fc.oneof({ weight: 9, arbitrary: key }, { weight: 1, arbitrary: longKey })
type Op =
  | { readonly type: 'set'; readonly key: string; readonly value: string }
  | { readonly type: 'delete'; readonly key: string }
const op: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('set' as const), key: anyKey, value: fc.string({ maxLength: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('delete' as const), key: anyKey }) },
)
const ops = fc.array(op, { maxLength: 60 })

const hashValue = (value: string): Bytes => keccak(utf8(value))
const empty = MerkleMap.empty(hashValue)
const apply = (map: MerkleMap<string>, change: Op): MerkleMap<string> =>
  change.type === 'set' ? map.set(change.key, change.value) : map.delete(change.key)
const applyToModel = (model: ReadonlyMap<string, string>, change: Op): ReadonlyMap<string, string> => {
  const next = new Map(model)
  if (change.type === 'set') next.set(change.key, change.value)
  else next.delete(change.key)
  return next
}
const sorted = (model: ReadonlyMap<string, string>) => [...model].sort(([a], [b]) => (a < b ? -1 : 1))
const build = (changes: readonly Op[]): MerkleMap<string> => changes.reduce(apply, empty)
const modelOf = (changes: readonly Op[]) => changes.reduce(applyToModel, new Map<string, string>())

describe('MerkleMap', () => {
  test('holds what a Map holds, in code-point order, after every change; old versions stay as they were', () => {
    fc.assert(
      fc.property(ops, (changes) => {
        let map = empty
        let model: ReadonlyMap<string, string> = new Map()
        const versions: {
          readonly map: MerkleMap<string>
          readonly model: ReadonlyMap<string, string>
          readonly root: string
        }[] = []
        for (const change of changes) {
          versions.push({ map, model, root: toHex(map.root()) })
          map = apply(map, change)
          model = applyToModel(model, change)
          expect(map.size).toBe(model.size)
          expect(map.get(change.key)).toBe(model.get(change.key))
          expect(map.has(change.key)).toBe(model.has(change.key))
        }
        versions.push({ map, model, root: toHex(map.root()) })
        for (const version of versions) {
          expect([...version.map.entries()]).toEqual(sorted(version.model))
          expect(toHex(version.map.root())).toBe(version.root)
          expect(version.map.first()).toEqual(sorted(version.model)[0])
        }
        expect([...map.keys()]).toEqual(sorted(model).map(([name]) => name))
        expect([...map.values()]).toEqual(sorted(model).map(([, value]) => value))
      }),
      { numRuns: 150 },
    )
  })
  test('made at once of entries in any order, with some twice, it is what it becomes one by one', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyKey, fc.string({ maxLength: 3 })), { maxLength: 60 }), (entries) => {
        const oneByOne = entries.reduce((map, [name, value]) => map.set(name, value), empty)
        const inOrder = [...oneByOne.entries()]
        for (const given of [entries, inOrder, inOrder.toReversed()]) {
          const atOnce = MerkleMap.from(given, hashValue)
          expect([...atOnce.entries()]).toEqual(inOrder)
          expect(atOnce.size).toBe(oneByOne.size)
          expect(toHex(atOnce.root())).toBe(toHex(oneByOne.root()))
          expect([...atOnce.set('b', 'later').entries()]).toEqual([...oneByOne.set('b', 'later').entries()])
        }
      }),
    )
  })
  test('leaves and branches are hashed as the head of the file says, keys of any length and alphabet', () => {
    const u32 = (n: number): Bytes => Uint8Array.of(n >>> 24, (n >> 16) & 0xff, (n >> 8) & 0xff, n & 0xff)
    const leafOf = (name: string, value: string): Bytes => {
      const bytes = utf8(name)
      return keccak(concat(Uint8Array.of(0), u32(bytes.length).slice(2), bytes, hashValue(value)))
    }
    for (const name of ['a', 'é', 'x'.repeat(128), 'x'.repeat(300), 'é'.repeat(100)]) {
      const [one, two] = [`${name}a`, `${name}b`]
      expect(toHex(empty.set(one, '1').root())).toBe(toHex(leafOf(one, '1')))
      // The last of the 16 bits of a unit by which the two differ: 0x61 and 0x62, in their last but one.
      const bit = name.length * 16 + 14
      const branch = keccak(concat(Uint8Array.of(1), u32(bit), leafOf(one, '1'), leafOf(two, '2')))
      expect(toHex(empty.set(one, '1').set(two, '2').root())).toBe(toHex(branch))
    }
  })
  test('the root is a function of the entries: no order, no history', () => {
    fc.assert(
      fc.property(ops, fc.infiniteStream(fc.nat()), (changes, dice) => {
        const map = build(changes)
        const shuffled = sorted(modelOf(changes))
          .map((entry) => ({ entry, at: dice.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ entry }) => entry)
        expect(toHex(MerkleMap.from(shuffled, hashValue).root())).toBe(toHex(map.root()))
        let less = map
        for (const [name] of shuffled) less = less.delete(name)
        expect([less.size, toHex(less.root())]).toEqual([0, toHex(ZERO_32)])
      }),
      { numRuns: 300 },
    )
  })
  test('values given as they were written -- the same map, and each is read when it is asked for, once', () => {
    fc.assert(
      fc.property(ops, ops, (first, then) => {
        const model = modelOf(first)
        const reads: string[] = []
        const unread = sorted(model).map(([name, value]) => {
          const read = (bytes: Bytes): string => {
            reads.push(name)
            return new TextDecoder().decode(bytes)
          }
          return [name, new Unread(utf8(value), read)] as const
        })
        const map = empty.setAll(unread)
        expect(toHex(map.root())).toBe(toHex(build(first).root()))
        expect(reads).toEqual([])
        const after = then.reduce(apply, map)
        expect(toHex(after.root())).toBe(toHex(then.reduce(apply, build(first)).root()))
        expect(reads).toEqual([])
        const changes = [...after.changesSince(map)].map(({ before, after: is }) => [before, is])
        expect(changes.flat().every((value) => value === undefined || typeof value === 'string')).toBe(true)
        for (const [name, value] of sorted(model)) expect([map.get(name), map.get(name)]).toEqual([value, value])
        expect([...map.entries()]).toEqual(sorted(model))
        expect([...map.values()]).toEqual(sorted(model).map(([, value]) => value))
        expect([...reads].sort()).toEqual([...model.keys()].sort())
      }),
    )
  })
  test('different entries, different root', () => {
    fc.assert(
      fc.property(ops, op, (changes, change) => {
        const [before, after] = [build(changes), build([...changes, change])]
        const same = JSON.stringify([...before.entries()]) === JSON.stringify([...after.entries()])
        expect(equalBytes(before.root(), after.root())).toBe(same)
      }),
      { numRuns: 300 },
    )
  })
  test('setting what is there, or deleting what is not, is the same map', () => {
    fc.assert(
      fc.property(ops, anyKey, (changes, name) => {
        const map = build(changes)
        const value = map.get(name)
        if (value === undefined) expect(map.delete(name)).toBe(map)
        else expect(map.set(name, value)).toBe(map)
      }),
      { numRuns: 300 },
    )
  })
  test('changesSince names exactly what differs', () => {
    fc.assert(
      fc.property(ops, ops, (first, second) => {
        const before = build(first)
        const after = second.reduce(apply, before)
        const apart = build([...first, ...second])
        const [was, is] = [modelOf(first), modelOf([...first, ...second])]
        const names = [...new Set([...was.keys(), ...is.keys()])].filter((name) => was.get(name) !== is.get(name))
        for (const to of [after, apart]) {
          const changes = [...to.changesSince(before)]
          expect(changes.map((change) => change.key).sort()).toEqual(names.sort())
          for (const change of changes)
            expect([change.before, change.after]).toEqual([was.get(change.key), is.get(change.key)])
        }
        expect([...after.changesSince(after)]).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
  test('every entry has a proof, no other entry fits it, and what is absent has none', () => {
    fc.assert(
      fc.property(ops, anyKey, (changes, absent) => {
        const map = build(changes)
        for (const [name, value] of map.entries()) {
          const proof = map.prove(name) ?? []
          const valueHash = hashValue(value)
          expect(equalBytes(merkleRootFrom({ key: name, valueHash }, proof), map.root())).toBe(true)
          expect(equalBytes(merkleRootFrom({ key: name, valueHash: hashValue(`${value}!`) }, proof), map.root())).toBe(
            false,
          )
          expect(equalBytes(merkleRootFrom({ key: `${name}a`, valueHash }, proof), map.root())).toBe(false)
        }
        expect(map.prove(absent) === null).toBe(!map.has(absent))
      }),
      { numRuns: 150 },
    )
  })
  test('a leaf is no branch: the hash of two children is never an entry', () => {
    const [a, b] = [hashValue('a'), hashValue('b')]
    const two = MerkleMap.from(
      [
        ['a', 'a'],
        ['b', 'b'],
      ],
      hashValue,
    )
    const joined = MerkleMap.from([['a', concat(a, b)]], (bytes: Bytes) => keccak(bytes))
    expect(equalBytes(two.root(), joined.root())).toBe(false)
  })
})
