/**
 * The order of evidence, exhaustively: frames, collisions, settlements, disputes, reopening, and a byzantine peer.
 *
 * Every state within the bounds is visited; `properties.ts` says what must hold. The broken schemes show that the model
 * would see: each differs from the design in one rule.
 */
import { describe, expect, test } from 'vitest'
import { explore, type Search } from './explore.ts'
import { modelOf, type Run } from './properties.ts'
import { BROKEN, DESIGN, NAIVE, type Scheme, type Side } from './scheme.ts'

const print = (text: string): boolean => process.stdout.write(`${text}\n`)
/** Far above what a search within these bounds visits: a model that explodes says so. */
const LIMIT = 2_000_000
/** Searches are slow on a busy machine; nothing here waits. */
const PATIENCE = 600_000

type Options = Partial<Omit<Run, 'bounds' | 'honest'>> & Partial<Run['bounds']>
const search = (honest: readonly Side[], heights: readonly number[], options: Options): Search => {
  const { settlements = 1, keepsOldSignatures = false, ...rest } = options
  const bounds = { heights, settlements, keepsOldSignatures }
  return explore(modelOf({ scheme: DESIGN, kinds: ['out'], combined: false, ...rest, honest, bounds }), LIMIT)
}

const RUNS: readonly (readonly [string, readonly Side[], readonly number[], Options])[] = [
  ['both honest', ['LEFT', 'RIGHT'], [4, 3], {}],
  ['RIGHT byzantine, every settlement', ['LEFT'], [5, 3], { kinds: ['out', 'in', 'trade'], combined: true }],
  ['RIGHT byzantine, two settlements in an epoch', ['LEFT'], [6, 2], { settlements: 2 }],
  ['LEFT byzantine', ['RIGHT'], [5, 2], {}],
  ['LEFT byzantine, every settlement', ['RIGHT'], [4, 1], { kinds: ['out', 'in', 'trade'], combined: true }],
  ['LEFT byzantine, three epochs', ['RIGHT'], [3, 2, 2], {}],
  ['RIGHT byzantine, with old signatures', ['LEFT'], [3, 2], { keepsOldSignatures: true }],
  ['LEFT byzantine, with old signatures', ['RIGHT'], [3, 2], { keepsOldSignatures: true }],
]

/** Kinds of steps without which a search has not seen what it is for. */
const WAYS: readonly RegExp[] = [
  /^propose$/,
  /^collide (pay|propose|approve)$/,
  /^ack (approve|claim|lapse)$/,
  /^(seal proof|sign|execute) late$/,
  /^execute$/,
  /^pass$/,
  /^start stale$/,
  /^counter$/,
  /^finalize$/,
  /^notice$/,
  /^reopen$/,
  /^(accept|ack) open$/,
  /^fund$/,
]

describe('the design', () => {
  const searches: Search[] = []

  test.each(RUNS)(
    '%s -- no way to a violation',
    (name, honest, heights, options) => {
      const found = search(honest, heights, options)
      print(`order model, ${name}: ${found.states} states, ${found.steps} steps, ${found.depth} deep`)
      searches.push(found)
      expect(found.violation).toBeNull()
    },
    PATIENCE,
  )

  test('the searches together took every kind of step', () => {
    const kinds = new Set(searches.flatMap(({ taken }) => [...taken.keys()]))
    expect(WAYS.filter((way) => ![...kinds].some((kind) => way.test(kind)))).toEqual([])
    expect([...kinds].filter((kind) => kind === 'fault' || kind === 'wrong')).toEqual([])
    print(`order model: ${searches.reduce((sum, { states }) => sum + states, 0)} states in all`)
  })
})

const broken = (scheme: Scheme, honest: readonly Side[], heights: readonly number[], options: Options = {}) => {
  const { violation, states } = search(honest, heights, { ...options, scheme })
  const steps = violation?.trace.map((step) => `  ${step}`).join('\n')
  print(`order model, ${scheme.name}: ${violation?.what}, after ${states} states\n${steps}`)
  return violation
}

describe('the naive scheme', () => {
  test('a settlement makes the newest state unenforceable', () => {
    expect(broken(NAIVE, ['LEFT'], [4])).toEqual({
      what: "3: LEFT holds no proof above the pair's nonce 7 (newest 6)",
      trace: [
        'propose: LEFT sends frame 2 (propose LEFT out)',
        'ack propose: LEFT commits its frame 2 (propose LEFT out)',
        'accept approve: LEFT commits frame 3 (approve) of RIGHT',
        'sign: LEFT signs settlement 7',
        'execute: settlement 7',
      ],
    })
  })

  test('a slot is signed twice', () => {
    expect(broken(NAIVE, ['LEFT'], [4], { only: [1] })).toEqual({
      what: '1: LEFT signs two things in one slot (epoch 0, nonce 8)',
      trace: [
        'accept propose: LEFT commits frame 2 (propose RIGHT out) of RIGHT',
        'propose: LEFT sends frame 3 (approve)',
        'ack approve: LEFT commits its frame 3 (approve)',
        'sign: LEFT signs settlement 8',
        'execute: settlement 8',
        'accept claim: LEFT commits frame 4 (claim 1 1 1 8) of RIGHT',
      ],
    })
  })

  test('two honest sides come to that, too', () => {
    expect(broken(NAIVE, ['LEFT', 'RIGHT'], [4])?.what).toBe('1: RIGHT signs two things in one slot (epoch 0, nonce 8)')
  })
})

/** The property that breaks, and the fewest steps that break it. */
const CASES: readonly (readonly [keyof typeof BROKEN, Side, readonly number[], Options, number, number])[] = [
  ['sharedNumber', 'RIGHT', [4], {}, 1, 4],
  ['sharedNumber', 'RIGHT', [4], { only: [3] }, 3, 5],
  ['rightWins', 'RIGHT', [2], {}, 2, 5],
  ['leftYieldsToo', 'LEFT', [2], {}, 2, 5],
  ['signatureFirst', 'LEFT', [3], {}, 3, 5],
  ['signatureFirst', 'RIGHT', [3], {}, 3, 5],
  ['sealsInProposal', 'RIGHT', [3], {}, 2, 6],
  ['sealsSwapped', 'LEFT', [3], {}, 3, 6],
  ['noHold', 'LEFT', [4], {}, 2, 10],
  ['noHold', 'RIGHT', [4], {}, 2, 10],
  ['earlyRelease', 'LEFT', [5], {}, 2, 11],
  ['earlyRelease', 'RIGHT', [5], {}, 2, 11],
  ['settlementOfAnyEpoch', 'LEFT', [3, 1], { keepsOldSignatures: true }, 4, 10],
  ['noWindow', 'RIGHT', [2], {}, 2, 3],
  ['fundingOfAnyEpoch', 'LEFT', [1, 2, 1], {}, 3, 11],
  ['fundingFirst', 'RIGHT', [1, 1], {}, 3, 6],
]

describe('a scheme with one rule broken', () => {
  test.each(CASES)(
    '%s, against an honest %s within %j -- fails',
    (rule, honest, heights, options, property, steps) => {
      const violation = broken(BROKEN[rule], [honest], heights, options)
      expect([violation?.what.slice(0, 1), violation?.trace.length]).toEqual([`${property}`, steps])
    },
    PATIENCE,
  )
})
