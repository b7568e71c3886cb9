/** The newest blocks of a chain that forks as it likes: what is known always hangs together. */

import { describe, expect, it } from 'vitest'
import { depthOf, graft, type Head, type Heads, headAt, holds, isParentOf } from '../../../runtime/jadapter/heads.ts'
import { word } from '../../../runtime/lib/bytes.ts'
import { taggedHash } from '../../../runtime/lib/hash.ts'
import { fc } from '../../support/property.ts'

const genesis: Head = { height: 0, hash: taggedHash('head', word(0)), parentHash: word(0), timestampSeconds: 100 }
const childOf = (parent: Head, salt: number): Head => ({
  height: parent.height + 1,
  hash: taggedHash('head', parent.hash, word(salt)),
  parentHash: parent.hash,
  timestampSeconds: parent.timestampSeconds + (salt % 2),
})
const chainOf = (length: number, salt = 0): readonly [Head, ...Head[]] => {
  const heads: [Head, ...Head[]] = [genesis]
  for (let i = 1; i < length; i++) heads.push(childOf(heads.at(-1) ?? genesis, salt))
  return heads
}
const branchFrom = (heads: Heads, from: number): readonly [Head, ...Head[]] => heads.slice(from) as [Head, ...Head[]]

describe('graft', () => {
  it('the next block goes on top, nothing is rewound', () => {
    const [old, next] = [chainOf(5), chainOf(6)]
    expect(graft(old, branchFrom(next, 5), 100)).toEqual({ heads: next, rewound: 0 })
  })

  it('the same newest block again changes nothing', () => {
    const old = chainOf(5)
    expect(graft(old, branchFrom(old, 4), 100)).toEqual({ heads: old, rewound: 0 })
  })

  it('another branch replaces what is above the fork', () => {
    const old = chainOf(6)
    const fork = [childOf(old[3] ?? genesis, 7)]
    fork.push(childOf(fork[0] ?? genesis, 7))
    expect(graft(old, fork as [Head, Head], 100)).toEqual({ heads: [...old.slice(0, 4), ...fork], rewound: 2 })
  })

  it('a chain that got shorter ends where it ends', () => {
    const old = chainOf(6)
    expect(graft(old, branchFrom(chainOf(4), 3), 100)).toEqual({ heads: old.slice(0, 4), rewound: 2 })
  })

  it('a branch that does not join leaves nothing of what was known', () => {
    const old = chainOf(4)
    const far = branchFrom(chainOf(20), 10)
    expect(graft(old, far, 100)).toEqual({ heads: far, rewound: 0 })
    const other = branchFrom(chainOf(6, 3), 2)
    expect(graft(old, other, 100)).toEqual({ heads: other, rewound: 2 })
  })

  it('keeps as many as asked for', () => {
    expect(graft(chainOf(50), branchFrom(chainOf(51), 50), 10).heads).toEqual(chainOf(51).slice(-10))
  })

  it('whatever a chain does, what is known hangs together and ends with its newest block', () => {
    const move = fc.record({ back: fc.nat(8), grow: fc.integer({ min: 1, max: 6 }), salt: fc.nat(3), told: fc.nat(10) })
    fc.assert(
      fc.property(fc.array(move, { maxLength: 40 }), fc.integer({ min: 1, max: 20 }), (moves, keep) => {
        let chain: Head[] = [...chainOf(3)]
        let heads: Heads = []
        for (const { back, grow, salt, told } of moves) {
          chain = chain.slice(0, Math.max(1, chain.length - back))
          for (let i = 0; i < grow; i++) chain.push(childOf(chain.at(-1) ?? genesis, salt))
          const branch = chain.slice(Math.max(0, chain.length - 1 - told)) as [Head, ...Head[]]
          const before = heads
          const grafted = graft(heads, branch, keep)
          heads = grafted.heads
          expect(heads.at(-1)).toEqual(chain.at(-1))
          expect(heads.length).toBeLessThanOrEqual(keep)
          for (const head of heads) expect(chain[head.height]).toEqual(head)
          for (const [i, head] of heads.slice(1).entries()) expect(isParentOf(heads[i] as Head, head)).toBe(true)
          const gone = before.filter((head) => head.height >= branch[0].height && chain[head.height] !== head)
          expect(grafted.rewound).toBe(gone.filter((head) => !holds(chain, head)).length)
        }
      }),
    )
  })
})

it('a header is found by its height, and counted in depth from the newest, which is at 1', () => {
  const heads = chainOf(6).slice(2)
  expect(heads.map(({ height }) => headAt(heads, height)?.height)).toEqual([2, 3, 4, 5])
  expect([headAt(heads, 1), headAt(heads, 6), headAt([], 0)]).toEqual([undefined, undefined, undefined])
  expect(heads.map(({ height }) => depthOf(heads.at(-1) as Head, height))).toEqual([4, 3, 2, 1])
})
